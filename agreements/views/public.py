"""What anyone may look up: who is designated (第五条第一项), and whether a paper is genuine."""

import hashlib

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import render
from django.utils.timezone import localdate

from institutions.filters import LONGEST_SEARCH
from institutions.models import Region

from .. import publication
from ..forms import VerifyForm
from ..models import Paper
from ..standing import standing

PER_PAGE = 50
UPLOAD_LIMIT = 20 * 1024 * 1024


@login_not_required
def public(request):
    """定点医疗机构名单，按状态分列，由协议状态生成，没有人手工编辑。"""
    words = (request.GET.get(name, "").strip()[:LONGEST_SEARCH] for name in ("q", "area", "tab", "kind"))
    text, area, tab, kind = words
    today, found = localdate(), publication.listed()
    if text:
        found = found.filter(
            Q(institution__current__name__icontains=text) | Q(institution__current__address__icontains=text)
            | Q(institution__code__istartswith=text)
        )  # fmt: skip
    regions = Region.objects.filter(code__endswith="00")
    if region := regions.filter(code=area).first():
        found = found.filter(institution__region__code__startswith=region.prefix)
    found = publication.of_kind(found, kind, today)
    counts = found.order_by().aggregate(
        total=Count("pk"), **{key: Count("pk", filter=states) for key, _, states in publication.TABS}
    )
    tabs = [(key, label, counts[key]) for key, label, _ in publication.TABS]
    if states := {key: states for key, _, states in publication.TABS}.get(tab):
        found = found.filter(states)
    rows = publication.with_all_that_is_shown(found, today).order_by("institution__code", "pk")
    context = {
        "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")), "tabs": tabs, "tab": tab, "q": text,
        "regions": regions, "region": region, "kinds": publication.KINDS, "kind": kind, "total": counts["total"],
    }  # fmt: skip
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
