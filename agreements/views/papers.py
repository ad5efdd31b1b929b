"""Papers behind the login: download, print again, void; and the scans of signatures."""

from functools import partial
from io import BytesIO

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from .. import actions, forms, permissions
from ..gate import declared, refusal
from ..models import Paper
from ..models.printed_form import PaperDamaged
from ..papers import printing
from ..papers.refusals import PaperRefused
from .common import agreement_or_404, carried_out, must


def _paper(request, code):
    return get_object_or_404(Paper.objects.visible_to(request.user).select_related("agreement"), code=code)


def paper(request, code):
    """The frozen file as it was issued."""
    thing = _paper(request, code)
    if not thing.file:
        messages.error(request, f"{thing.number} 还没有印出：{thing.failure or '等待印出'}")
        return redirect(thing.agreement)
    try:
        content = thing.read()
    except PaperDamaged as why:
        messages.error(request, str(why))
        return redirect(thing.agreement)
    return FileResponse(BytesIO(content), filename=f"{thing.number}.pdf", content_type="application/pdf")


@require_POST
def print_again(request, code):
    """Another try at a paper that is owed."""
    thing = _paper(request, code)
    must(permissions.may_print(thing, request.user), "重印文书")
    if thing.status != Paper.Status.OWED:
        messages.error(request, f"{thing.number} 已经印出，内容不再变动，下载即可")
    elif printing.print_owed(thing):
        messages.success(request, f"{thing.number} 已印出")
    else:
        thing.refresh_from_db()
        messages.error(request, f"{thing.number} 没有印出：{thing.failure}")
    return redirect(thing.agreement)


def void(request, code):
    """作废一份文书：文号保留，验证页显示作废。"""
    thing = _paper(request, code)
    must(declared(Paper, "make_void").has_perm(thing, request.user), "作废文书")
    form = forms.VoidForm(request.POST or None, paper=thing)
    if form.is_valid() and carried_out(form, request, partial(actions.void_paper, thing), **form.details()):
        messages.success(request, f"{thing.number} 已作废")
        return redirect(thing.agreement)
    context = {
        "paper": thing,
        "agreement": thing.agreement,
        "form": form,
        "refusal": refusal(thing, "make_void", by=request.user),
    }
    return render(request, "agreements/void_paper.html", context)


def print_current(request, number):
    """The newest official copy of the agreement, or a watermarked draft."""
    agreement = agreement_or_404(request, number)
    try:
        content = printing.current_pdf(agreement)
    except PaperRefused as why:
        messages.error(request, f"没有印出：{why}")
        return redirect(agreement)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{number}.pdf"'},
    )


def signature_file(request, number, pk, kind):
    """A scan or an authorisation that a side handed in, for those who may see the agreement."""
    record = get_object_or_404(agreement_or_404(request, number).sign_records, pk=pk)
    file = {"scan": record.scan, "authorisation": record.authorisation}[kind]
    if not file:
        raise Http404
    return FileResponse(file.open("rb"), as_attachment=True)


def commitment(request, number):
    """承诺书：乙方为所报材料出具（第七条第十项）。"""
    agreement = agreement_or_404(request, number)
    must(permissions.institution_side(agreement, request.user), "出具承诺书")
    form = forms.CommitmentForm(request.POST if request.method == "POST" else None, agreement=agreement)
    if form.is_valid() and (
        thing := carried_out(form, request, partial(actions.commit_material, agreement), **form.details())
    ):
        messages.success(
            request,
            f"承诺书 {thing.number} 已建立，打印盖章后{'随材料报送' if agreement.edition.letter_names_material else '交甲方'}",
        )
        return redirect(agreement)
    context = {"agreement": agreement, "form": form, "refusal": actions.letter_is_given(agreement)}
    return render(request, "agreements/commitment.html", context)
