from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_safe

from . import previews
from .actions import register_institution, revise_institution
from .differences import differences
from .exports import KINDS, as_file, exported, sample
from .filters import InstitutionFilter, agreements_seen_by
from .forms import PAGE_ROWS_MAX, RegisterForm, ReviseForm, UploadForm
from .intake import read_sheet
from .models import Institution
from .permissions import may_register, may_revise, sees_account
from .resources import import_sheet

# What apps above this one show of an institution: callables (institution, user) → (template, context) or None.
SECTIONS = []
PAGE_SIZE = 50
SHOWN_MAX = 200
LICENCE_SOON_DAYS = 60


def _required(allowed):
    if not allowed:
        raise PermissionDenied("登记和变更机构信息由机构所在统筹区的经办人员办理")


def _filtered(request):
    seen = Institution.objects.visible_to(request.user).select_related("current", "region")
    return InstitutionFilter(request.GET, seen, request=request)


@require_safe
def institutions(request):
    if request.user.institution_id:
        return redirect(request.user.institution)
    found = _filtered(request)
    page = Paginator(found.qs.prefetch_related(agreements_seen_by(request.user)), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {"filter": found, "page_obj": page, "may_register": may_register(request.user)}
    return render(request, "institutions/list.html", context)


@require_safe
def export(request, kind):
    name = f"机构-{localdate():%Y%m%d}.{kind}"
    return _download(as_file(exported(_filtered(request).qs, request.user), kind), kind, name)


@require_safe
def sample_file(request, kind):
    return _download(as_file(sample(), kind), kind, f"机构导入样表.{kind}")


def _download(stream, kind, name):
    return FileResponse(stream, as_attachment=True, filename=name, content_type=KINDS[kind])


@require_safe
def institution(request, code):
    seen = Institution.objects.visible_to(request.user).select_related("current", "region")
    found = get_object_or_404(seen.prefetch_related(agreements_seen_by(request.user)), code=code)
    context = {
        "institution": found,
        "account": found.current.bank_account
        if sees_account(request.user, found)
        else found.current.masked_account,
        "history": _history(found),
        "licence_days": _licence_days(found.current),
        "licence_soon": LICENCE_SOON_DAYS,
        "may_revise": may_revise(request.user, found),
        "departments": found.departments.all(),
        "staff": found.staff_members.all()[:SHOWN_MAX],
        "staff_count": found.staff_members.count(),
        "may_draft": may_register(request.user),
        "sections": [shown for section in SECTIONS if (shown := section(found, request.user))],
    }
    return render(request, "institutions/record.html", context)


def _history(found):
    """Each version, newest first, with what it changed in the one before."""
    versions = list(found.versions.select_related("recorded_by"))
    older = [*versions[1:], None]
    return [
        (version, differences(old, version) if old else [])
        for version, old in zip(versions, older, strict=True)
    ]


def _licence_days(version):
    until = version.licence_expires_on
    return None if until is None else (until - localdate()).days


@require_http_methods(["GET", "POST"])
def register(request):
    _required(may_register(request.user))
    form = RegisterForm(request.POST or None, user=request.user)
    if form.is_valid() and (registered := _carried_out(form, _register, request.user)):
        messages.success(request, f"{registered.name} 已登记")
        return redirect(registered)
    return render(request, "institutions/register.html", {"form": form})


def _register(form, by):
    code, region = form.cleaned_data["code"], form.cleaned_data["region"]
    return register_institution(code, region, by=by, **form.facts())


@require_http_methods(["GET", "POST"])
def revise(request, code):
    seen = Institution.objects.visible_to(request.user).select_related("current", "region")
    found = get_object_or_404(seen, code=code)
    _required(may_revise(request.user, found))
    form = ReviseForm(request.POST or None, institution=found)
    if form.is_valid() and (answer := _carried_out(form, _revise, request.user, found)):
        messages.success(request, answer)
        return redirect(found)
    return render(request, "institutions/revise.html", {"form": form, "institution": found})


@transaction.atomic
def _revise(form, by, found):
    """What to tell the person. The same form sent twice changes nothing the second time."""
    current = Institution.objects.select_for_update().get(pk=found.pk).current
    if not differences(current, form.instance):
        return "没有改动，现行版本不变"
    if form.cleaned_data["base"] != current.number:
        who = current.recorded_by or "系统"
        raise ValidationError(f"您打开本页之后，{who} 已登记第{current.number}版；回到机构页看最新信息后再改")
    found = revise_institution(found, by=by, reason=form.cleaned_data["reason"], **form.facts())
    return f"已登记第{found.current.number}版，自 {found.current.valid_from} 起"


def _carried_out(form, act, *args):
    """The act's answer; a refusal goes back into the form and gives None."""
    try:
        return act(form, *args)
    except ValidationError as refused:
        form.add_error(None, refused)


@require_http_methods(["GET", "POST"])
def import_upload(request):
    _required(may_register(request.user))
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        previews.keep(request.session, form.cleaned_data["file"])
        return redirect("institution-import-preview")
    return render(request, "institutions/import.html", {"form": form, "rows_max": PAGE_ROWS_MAX})


@require_http_methods(["GET", "POST"])
def import_preview(request):
    """GET shows what the kept file would do; POST does it, for exactly the file that was shown."""
    _required(may_register(request.user))
    preview = previews.kept(request.session)
    file = preview and preview.open()
    if file is None or (request.method == "POST" and request.POST.get("sha256") != preview.sha256):
        messages.warning(
            request, "这份预览已经导入、换成了别的文件或已过期；没有重复写入。需要时重新选择文件"
        )
        return redirect("institution-import")
    dry_run = request.method != "POST"
    report = import_sheet(
        read_sheet(file), by=request.user, within=request.user.agency.region, dry_run=dry_run
    )
    if not dry_run and not report.problems:
        previews.drop(request.session)
        messages.success(request, f"已导入：{report.summary}")
        return redirect("institutions")
    context = {"preview": preview, "report": report, "shown": SHOWN_MAX}
    return render(request, "institutions/preview.html", context)
