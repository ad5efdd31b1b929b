"""协议文本版本: the list, one edition, two side by side; a draft begins from a copy or an archive."""

from functools import partial
from io import BytesIO
from itertools import groupby

from django.contrib import messages
from django.db.models import Prefetch
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render

from .. import permissions
from ..edition_desk import actions, forms
from ..edition_desk.bundle import packed
from ..edition_desk.compare import compared, parts_of
from ..edition_desk.compare_terms import compared_terms
from ..edition_desk.sources import NAMES, WHOLE_TEXTS, Reading
from ..edition_text import BLANK
from ..models import Edition, EditionCase
from ..papers.refusals import PaperRefused
from ..papers.render import render_agreement, render_commitment
from .common import carried_out, must


def _seen(request):
    """The editions of a person of an agency; hospitals read the text of their agreement and nothing of the desk."""
    must(request.user.agency_id is not None, "查看协议文本版本")
    return Edition.objects.visible_to(request.user)


def _edition(request, code, version):
    return get_object_or_404(_seen(request), code=code, version=version)


def editions(request):
    """协议文本版本：各省各版的状态和使用情况，本地区正在编写的草稿。"""
    found = _seen(request).with_use().select_related("region").order_by("region", "code", "-pk")
    withdrawn = EditionCase.objects.filter(status="withdrawn").values_list("edition_id", flat=True)
    own = EditionCase.objects.visible_to(request.user).in_work().defer(*WHOLE_TEXTS)
    context = {
        "editions": found.defer(*NAMES),
        "withdrawn": set(withdrawn),
        "drafts": own.prefetch_related(Prefetch("based_on", Edition.objects.defer(*NAMES))),
        "may_begin": permissions.may_begin_edition(request.user),
    }
    return render(request, "agreements/editions.html", context)


def edition(request, code, version):
    """协议文本全文，每条有自己的位置。"""
    found = get_object_or_404(Edition.objects.select_related("region"), code=code, version=version)
    case = EditionCase.objects.filter(edition=found).first()
    withdrawable = case or EditionCase(region=found.region, edition=found, status="published")
    context = {
        "edition": found,
        "withdrawn": {found.pk} if case and case.status == "withdrawn" else set(),
        "events": case.events.all() if case and request.user.agency_id else [],
        "at_desk": request.user.agency_id is not None,
        "may_begin": permissions.may_begin_edition(request.user),
        "may_withdraw": withdrawable.status == "published"
        and permissions.edition_publisher(withdrawable, request.user),
    }
    return render(request, "agreements/edition.html", context)


def copy(request, code, version):
    """复制为草稿：文本、参数、违约情形照抄，修订号加一，归本机构的地区。"""
    found = _edition(request, code, version)
    must(permissions.may_begin_edition(request.user), "复制为草稿")
    form = forms.CopyForm(request.POST if request.method == "POST" else None)
    deed = partial(actions.copy_edition, found)
    if form.is_valid() and (case := carried_out(form, request, deed, **form.details())):
        messages.success(request, "草稿已建立")
        return redirect(case)
    region = request.user.agency.region
    follows = (
        f"文本、参数、违约情形照抄 {found}（{found.code} {found.version}），修订号加一，适用地区是{region}。"
        "照抄的各表，条文改过的，要逐张核对后才能送审。"
    )
    return form_page(request, form, "复制为草稿", follows, found)


def import_bundle(request):
    """导入：在别处准备好的版本，成为本地区的一份草稿。"""
    must(permissions.may_begin_edition(request.user), "导入文本版本")
    form = forms.ImportForm(request.POST or None, request.FILES or None)
    if form.is_valid() and (
        case := carried_out(form, request, partial(actions.import_edition, form.sources))
    ):
        messages.success(request, "已导入为草稿")
        return redirect(case)
    follows = (
        f"在别处准备好的版本，成为{request.user.agency.region}的一份草稿；要在草稿里通过检查，由另一人发布。"
    )
    return form_page(request, form, "导入", follows)


def withdraw(request, code, version):
    """停用：不再用于起草，已经签订的照旧。"""
    found = _edition(request, code, version)
    case = EditionCase.objects.filter(edition=found).first() or EditionCase(region=found.region)
    must(permissions.edition_publisher(case, request.user), "停用文本版本")
    form = forms.ReasonForm(request.POST or None)
    if form.is_valid() and carried_out(
        form, request, partial(actions.withdraw_edition, found), **form.details()
    ):
        messages.success(request, f"{found} 已停用")
        return redirect(found)
    already = "这个版本已经停用" if case.status == "withdrawn" else ""
    follows = "停用的版本不再用于起草协议；已经签订的和正在办理的协议照原样办理。停用后不能恢复。"
    return form_page(request, form, "停用", follows, found, refusal=already)


def form_page(request, form, label, follows, back=None, **context):
    """A page that asks for a few things; `back` is the edition or the draft that it is about."""
    of_no_edition(request)
    given = {"form": form, "label": label, "follows": follows, "back": back, "button": label}
    return render(request, "agreements/edition_form.html", given | context)


def export(request, code, version):
    """The edition as the folder it came from, in an archive."""
    found = _edition(request, code, version)
    return bundle_response(f"{found.code}-{found.version}", found.sources)


def bundle_response(name, sources):
    return FileResponse(
        BytesIO(packed(name, sources)),
        as_attachment=True,
        filename=f"{name}.zip",
        content_type="application/zip",
    )


def preview(request, code, version):
    """The printed form with every blank empty and the watermark of a draft."""
    found = _edition(request, code, version)
    return preview_response(request, found.form, found)


def preview_response(request, form, back, letter=False):
    """The PDF of a FormText, or of a letter of commitment; a refusal of the printer is told on the page behind it."""
    blanks = dict.fromkeys(form.placeholders, BLANK)
    try:
        if letter:
            undated = blanks | {"commitment_date": "年　　月　　日"}
            content = render_commitment(form, undated, stamp=None, draft=True)
        else:
            content = render_agreement(form, blanks, stamp=None, draft=True)
    except PaperRefused as why:
        messages.error(request, str(why))
        return redirect(back)
    return FileResponse(BytesIO(content), filename="预览（草稿）.pdf", content_type="application/pdf")


# ── two side by side ──


def compare(request):
    """比较：逐条对照，参数成一张表，不同的在前。"""
    known = _comparable(request)
    choices = [(key, label) for key, (label, _) in known.items()]
    form = forms.CompareForm(request.GET or None, choices=choices)
    context = {"form": form}
    if form.is_valid():
        sides = [known[form.cleaned_data[name]] for name in ("left", "right")]
        context |= _compared(*sides)
    return render(request, "agreements/edition_compare.html", context)


def _comparable(request):
    """{key: (label, sources)} of what this person may lay side by side."""
    published = {f"{one.code}/{one.version}": one for one in _seen(request).defer(*NAMES)}
    own = EditionCase.objects.visible_to(request.user).in_work().defer(*WHOLE_TEXTS)
    drafts = {f"draft-{one.pk}": one for one in own}
    return {key: (f"{one} · {key}", one) for key, one in published.items()} | {
        key: (f"草稿 · {one}", one) for key, one in drafts.items()
    }


def _compared(left, right):
    readings = [Reading(one.sources) for _, one in (left, right)]
    unreadable = [
        f"{label}：{why}"
        for (label, _), reading in zip((left, right), readings, strict=True)
        for column, why in reading.why.items()
        if column in ("text", "terms_source")
    ]
    context = {"left": left, "right": right, "unreadable": unreadable}
    if all(one.form for one in readings):
        pairs = compared(*(parts_of(one.form) for one in readings))
        runs = groupby(pairs, key=lambda pair: pair.equal and not pair.renumbered)
        context["runs"] = [(equal, list(some)) for equal, some in runs]
        context["different"] = sum(not pair.equal for pair in pairs)
    if all(one.terms for one in readings):
        context["terms"] = compared_terms(*(one.terms for one in readings))
    return context


def of_no_edition(request):
    """Sentences on this page speak of a draft's own articles: they do not open those of an edition in force."""
    request.page_edition = None


def draft_or_404(request, pk):
    """A draft that this person may see."""
    of_no_edition(request)
    if not request.user.agency_id:
        raise Http404
    return get_object_or_404(
        EditionCase.objects.visible_to(request.user).select_related("region", "based_on", "edition"), pk=pk
    )
