"""电子印章: the agency's seals; the second signature and the sealed scans of a paper."""

from functools import partial
from io import BytesIO

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render

from institutions.models import Role

from .. import permissions
from ..gate import declared, perform, refusal, step_of
from ..models import AgencySeal, Paper
from ..models.printed_form import PaperDamaged
from ..papers.seal import forms, hospital
from ..papers.seal.seals import register_seal
from .common import carried_out, must

# act → (form, what follows from it, what is said when it is done)
ACTS = {
    "release": (forms.PasswordAgain, "启用后，已签署的协议由门户加盖这枚印章。先核对印模、证书持有人和指纹。", "印章已启用"),
    "withdraw": (forms.WithdrawForm, "停用即时生效，不能再启用；已经签章的文书不受影响。", "印章已停用"),
    "seal-on-paper": (forms.Nothing, "自此印出的协议不加电子签章，在纸上盖章后上传扫描件。", "已改为纸质签章"),
    "seal-electronically": (forms.Nothing, "自此印出的协议由门户加盖电子签章。", "已恢复电子签章"),
}  # fmt: skip


def seals(request):
    """电子印章：本机构登记的印章，使用中的在前；每一步由谁办的。"""
    must(request.user.agency_id is not None, "查看电子印章")
    found = AgencySeal.objects.visible_to(request.user).select_related(
        "agency__current", "registered_by", "released_by"
    )
    rows = [(seal, _offers(seal, request.user)) for seal in found.prefetch_related("events")]
    return render(
        request, "agreements/seals.html", {"rows": rows, "may_register": _may_register(request.user)}
    )


def _may_register(user):
    return user.role == Role.REVIEWER


def _offers(seal, user):
    """(address of the act, label, why it cannot be done now) of what this person may do with a seal."""
    offers = []
    for slug in ACTS:
        name = slug.replace("-", "_")
        step = step_of(seal, name)
        if step and step.has_perm(seal, user):
            offers.append((slug, step.custom["label"], refusal(seal, name, by=user)))
    # Which of the two ways is in use is plain from the other's offer.
    return [offer for offer in offers if not (offer[0].startswith("seal-") and offer[2])]


def register(request):
    """登记印章：复核人上传证书，选密钥来源；负责人另行启用。"""
    must(_may_register(request.user), "登记印章")
    form = forms.RegisterForm(request.POST or None, request.FILES or None)
    if form.is_valid() and carried_out(
        form, request, partial(register_seal, request.user.agency), **form.cleaned_data
    ):
        messages.success(request, "印章已登记，由负责人核对后启用")
        return redirect("seals")
    return render(request, "agreements/seal_register.html", {"form": form})


def act(request, pk, name):
    """启用、停用、改为纸质、恢复电子：each its own page."""
    seal = get_object_or_404(
        AgencySeal.objects.visible_to(request.user).select_related("agency__current"), pk=pk
    )
    move = getattr(seal, name.replace("-", "_"))
    step = declared(AgencySeal, move.__name__)
    must(step.has_perm(seal, request.user), step.custom["label"])
    kind, follows, done = ACTS[name]
    more = {"request": request} if kind is forms.PasswordAgain else {}
    form = kind(request.POST or None, **more)
    if (
        request.method == "POST"
        and form.is_valid()
        and carried_out(form, request, partial(perform, move), **form.details())
    ):
        messages.success(request, done)
        return redirect("seals")
    why = refusal(seal, move.__name__, by=request.user)
    context = {"seal": seal, "form": form, "label": step.custom["label"], "follows": follows, "refusal": why}
    return render(request, "agreements/seal_act.html", context)


# ── the second signature, the sealed scans ──


def _paper(request, code):
    seen = Paper.objects.visible_to(request.user).select_related(
        "agreement__institution__current", "agreement__edition"
    )
    return get_object_or_404(seen, code=code)


def countersign(request, code):
    """乙方加签：上传在原件上签好的文件，或用登记在门户的密钥签署。"""
    paper = _paper(request, code)
    must(permissions.institution_signatory(paper, request.user), "乙方加签")
    here = "here" in request.POST
    upload = forms.CountersignedForm(
        *([request.POST, request.FILES] if request.method == "POST" and not here else [])
    )
    sign = forms.PasswordAgain(request.POST if here else None, request=request)
    form = sign if here else upload
    if form.is_valid():
        deed = partial(hospital.countersign_here, paper) if here else partial(
            hospital.keep_countersigned, paper, form.cleaned_data["file"]
        )  # fmt: skip
        if carried_out(form, request, deed):
            messages.success(request, f"{paper.number} 已加签")
            return redirect(paper.agreement)
    context = {
        "paper": paper, "agreement": paper.agreement, "upload": upload, "sign": sign, "form": form,
        "refusal": refusal(paper, "countersign", by=request.user),
        "has_key": hospital.source_of(paper.agreement.institution) is not None,
    }  # fmt: skip
    return render(request, "agreements/countersign.html", context)


def sealed_scan(request, code):
    """上传盖章件：在纸上签章的协议。"""
    paper = _paper(request, code)
    must(permissions.either_side(paper, request.user), "上传盖章件")
    data = [request.POST, request.FILES] if request.method == "POST" else []
    form = forms.SealedScanForm(*data, paper=paper, user=request.user)
    if form.is_valid() and carried_out(
        form, request, partial(perform, paper.keep_sealed_scan), **form.details()
    ):
        messages.success(request, f"{paper.number} 的盖章件已归入文书")
        return redirect(paper.agreement)
    why = refusal(paper, "keep_sealed_scan", by=request.user)
    context = {"paper": paper, "agreement": paper.agreement, "form": form, "refusal": why}
    return render(request, "agreements/sealed_scan.html", context)


def revision(request, code, number):
    """The paper with both signatures."""
    found = get_object_or_404(_paper(request, code).revisions, number=number)
    name = f"{found.paper.number}（加签）.pdf"
    try:
        content = found.read()
    except PaperDamaged as why:
        messages.error(request, str(why))
        return redirect(found.paper.agreement)
    return FileResponse(BytesIO(content), filename=name, content_type="application/pdf")


def scan_file(request, code, pk):
    """A sealed scan, as it was handed in."""
    found = get_object_or_404(_paper(request, code).sealed_scans, pk=pk)
    try:
        content = found.file.open("rb")
    except FileNotFoundError as why:
        raise Http404 from why
    name = f"{found.paper.number}（盖章件）.{found.kind.lower()}"
    return FileResponse(content, as_attachment=True, filename=name, content_type=found.content_type)


def section(agreement, user):
    """签章: what both sides have signed of an agreement, for its page; None before there is anything to sign."""
    papers = Paper.objects.visible_to(user).filter(
        agreement=agreement, purpose__in=Paper.SEALED_BY_BOTH, status=Paper.Status.ISSUED
    )
    papers = list(papers.prefetch_related("revisions__by", "sealed_scans__by"))
    if not papers:
        return None
    rows = [(paper, _of_paper(paper, user)) for paper in papers]
    return "agreements/_sealing.html", {"rows": rows}


def _of_paper(paper, user):
    return [
        (address, label)
        for address, label, name in (
            ("countersign", "加签", "countersign"), ("sealed-scan", "上传盖章件", "keep_sealed_scan"),
        )
        if declared(Paper, name).has_perm(paper, user) and refusal(paper, name, by=user) is None
    ]  # fmt: skip
