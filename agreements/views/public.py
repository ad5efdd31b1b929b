"""What anyone may look up: who is designated (第五条第一项), and whether a paper is genuine."""

import hashlib

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.shortcuts import render

from institutions.filters import LONGEST_SEARCH
from institutions.models import Region

from ..forms import VerifyForm
from ..models import IN_FORCE, LIVE, Agreement, Paper, Status
from ..standing import standing

TABS = [
    ("designated", "定点", IN_FORCE),
    ("suspended", "中止", [Status.SUSPENDED]),
    ("terminated", "终止", [Status.TERMINATED]),
    ("rescinded", "解除", [Status.RESCINDED]),
]
PER_PAGE = 50
UPLOAD_LIMIT = 20 * 1024 * 1024


def _listed():
    """One row for each pair of agency and institution: the live agreement, or else the last that ended."""
    same_pair = Agreement.objects.filter(agency=OuterRef("agency"), institution=OuterRef("institution"))
    live_one, later_one = (
        same_pair.filter(status__in=LIVE),
        same_pair.published().filter(pk__gt=OuterRef("pk")),
    )
    ended = ~Q(status__in=LIVE)
    return Agreement.objects.published().exclude(ended & Exists(live_one)).exclude(ended & Exists(later_one))


@login_not_required
def public(request):
    """定点医疗机构名单，按状态分列，由协议状态生成，没有人手工编辑。"""
    text, area, tab = (request.GET.get(name, "").strip()[:LONGEST_SEARCH] for name in ("q", "area", "tab"))
    listed = _listed()
    if text:
        listed = listed.filter(
            Q(institution__current__name__icontains=text) | Q(institution__current__address__icontains=text)
            | Q(institution__code__istartswith=text)
        )  # fmt: skip
    regions = Region.objects.filter(code__endswith="00")
    if region := regions.filter(code=area).first():
        listed = listed.filter(institution__region__code__startswith=region.prefix)
    counts = dict(listed.order_by().values_list("status").annotate(Count("pk")))
    tabs = [(key, label, sum(counts.get(s, 0) for s in states)) for key, label, states in TABS]
    if states := {key: states for key, _, states in TABS}.get(tab):
        listed = listed.filter(status__in=states)
    rows = listed.with_parties().select_related("ending").prefetch_related("suspensions")
    page = Paginator(rows.order_by("institution__code", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "tabs": tabs, "tab": tab, "q": text, "regions": regions, "region": region,
               "total": sum(counts.values())}  # fmt: skip
    return render(request, "public/list.html", context)


@login_not_required
def verify(request):
    """真、废、不明：by the code on the paper, by its QR (which carries the code), or by the file itself."""
    code, form = request.GET.get("code", "").strip(), VerifyForm(request.POST or None, request.FILES or None)
    verdict = _by_code(code) if code else None
    if request.method == "POST" and form.is_valid():
        verdict = _by_file(form.cleaned_data["file"])
    return render(request, "public/verify.html", {"code": code, "form": form, "verdict": verdict})


def _by_code(code):
    paper = Paper.objects.by_code(code)
    if paper is None or not paper.sha256:
        return {
            "kind": "unknown",
            "sentence": f"没有验证码为 {code[:20]} 的文书。验证码里没有 0、O、1、I，核对后再试。",
        }
    return _verdict(paper)


def _by_file(file):
    if file.size > UPLOAD_LIMIT:
        return {"kind": "unknown", "sentence": "文件太大，不是本门户印出的文书。"}
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    paper = Paper.objects.filter(sha256=digest.hexdigest()).first()
    if paper is None:
        return {
            "kind": "unknown",
            "sentence": f"这个文件与印出的任何文书都不一致（摘要以 {digest.hexdigest()[:8]} 开头），可能被改动过，或不是原件。",
        }
    return _verdict(paper)


def _verdict(paper):
    agreement = paper.agreement
    issued = f"{paper.get_purpose_display()}，{paper.number}，由{agreement.agency}{paper.issued_at:%Y年%-m月%-d日}印出"
    if paper.status == Paper.Status.VOIDED:
        return {"kind": "voided", "paper": paper, "sentence": f"{issued}，已作废：{paper.void_reason}。"}
    return {
        "kind": "genuine",
        "paper": paper,
        "sentence": f"{issued}，未作废。",
        "standing": standing(agreement),
    }
