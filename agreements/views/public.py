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
from ..models import Paper
from ..papers.seal import comparing
from ..papers.seal.forms import CompareForm
from ..standing import standing
from .limits import at_most

PER_PAGE = 50
VERIFIED_AT_ONCE = 20  # files from one address in a minute; reading one takes a tenth of a second
CODES_AT_ONCE = 120  # an office behind one address looks up many; trying all codes would take 17,000 years


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
    regions = Region.objects.filter(Q(parent=None) | Q(parent__parent=None))  # of a 直辖市 the districts
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


def looks_up_a_code(request):
    return bool(request.GET.get("code"))


@login_not_required
@at_most(VERIFIED_AT_ONCE, seconds=60)
@at_most(CODES_AT_ONCE, seconds=60, what=looks_up_a_code)
def verify(request):
    """真、废、不明：by the code on the paper, by its QR (which carries the code), or by the file itself."""
    code, form = request.GET.get("code", "").strip(), CompareForm(request.POST or None, request.FILES or None)
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
    signatures, problem = comparing.signatures_of(paper)
    return _verdict(paper) | {"signatures": signatures, "problem": problem}


def _by_file(file):
    """The file is read, compared and forgotten."""
    content = file.read()
    how, paper, revision, signatures, problem = comparing.compare(content)
    if how == comparing.STRANGE:
        digest = hashlib.sha256(content).hexdigest()[:8]
        verdict = {
            "kind": "unknown",
            "sentence": f"这个文件与印出的任何文书都不一致（摘要以 {digest} 开头），可能被改动过，或不是原件。",
        }
    elif how != comparing.SAME:
        verdict = _longer(paper, how == comparing.EXTENDED)
    else:
        verdict = _verdict(paper)
        if revision:
            verdict["sentence"] += f"这是双方签名的第{revision.number}个版本。"
    return verdict | {"signatures": signatures, "problem": problem}


def _longer(paper, only_signed):
    """Ours up to a point, with something behind it: signatures alone, or what nobody vouches for."""
    if only_signed and paper.status == Paper.Status.VOIDED:
        return _verdict(paper)
    added = (
        "其后只增加了签名，没有改动内容；增加了签名的文件没有存入本门户"
        if only_signed
        else "其后增加了原有签名不能担保的内容，看到的可能不是原件的文字，不能作为文书使用"
    )
    sentence = f"文件以{paper.get_purpose_display()} {paper.number} 的原件开头，{added}。"
    return {"kind": "extended" if only_signed else "altered", "paper": paper, "sentence": sentence}


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
