"""考核结果导入：a table of scores, previewed, then all of it as drafts or none of it (I-06)."""

from django import forms
from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from agreements.gate import RuleBroken
from agreements.models import Agreement
from agreements.views.common import must
from config.forms import PortalForm
from config.middleware import client_address
from institutions.intake import Refused
from institutions.models import Role

from ..models import Assessment
from ..records.actions import file_record
from ..records.assessment_checks import fault_of
from ..records.lines import LABELS, read_scores


class ImportForm(PortalForm):
    year = forms.IntegerField(
        label="考核年度", min_value=2000, max_value=2099, initial=lambda: localdate().year - 1
    )
    method = forms.CharField(label="考核办法", max_length=200)
    file = forms.FileField(label="得分表", help_text="xlsx 或 csv；一行一项指标，第一行是列名")


def import_scores(request):
    """Upload, look, confirm. A clerk's work."""
    must(request.user.role == Role.CLERK, "导入考核结果")
    if "confirmed" in request.POST:
        return _confirmed(request)
    form, context = ImportForm(request.POST or None, request.FILES or None), {}
    if form.is_valid():
        try:
            found, wrong = read_scores(form.cleaned_data["file"])
            context = _preview(request, form.cleaned_data, found, wrong)
        except Refused as why:
            form.add_error("file", str(why))
    context |= {"form": form, "columns": "、".join(LABELS.values())}
    return render(request, "inspections/import_scores.html", context)


def _preview(request, said, found, wrong):
    own = Agreement.objects.worked_on_by(request.user).live().with_parties()
    agreements = {one.institution.code: one for one in own.filter(institution__code__in=found)}
    rows = [
        (code, agreements.get(code), lines, _why_not(agreements.get(code), lines))
        for code, lines in found.items()
    ]
    whole = rows and not wrong and not any(why for *_, why in rows)
    payload = {"year": said["year"], "method": said["method"], "found": found}
    return {
        "rows": rows, "wrong": wrong, "year": said["year"],
        "payload": signing.dumps(payload, salt=_salt(request), compress=True) if whole else "",
    }  # fmt: skip


def _why_not(agreement, lines):
    if agreement is None:
        return "没有履行中的协议，或不归本机构办理"
    return fault_of(lines) or ("" if agreement.terms.assessment else "协议的文本没有绩效考核的约定")


def _confirmed(request):
    """All drafts or none. What was previewed is what is written: it comes back signed, for this person alone."""
    try:
        said = signing.loads(request.POST["confirmed"], salt=_salt(request), max_age=24 * 3600)
        made = _filed(request, said)
    except signing.BadSignature:
        messages.error(request, "预览已经过期，重新导入")
        return redirect("assessment-import")
    except RuleBroken as why:
        messages.error(request, f"没有导入：{why}")
        return redirect("assessment-import")
    messages.success(request, f"已导入 {made} 家机构的考核结果，核对后由另一人反馈")
    return redirect(f"{reverse('records')}?kind=assessment")


@transaction.atomic
def _filed(request, said):
    own = Agreement.objects.worked_on_by(request.user).live().filter(institution__code__in=said["found"])
    by_code = {one.institution.code: one for one in own.with_parties()}
    for code, lines in said["found"].items():
        if code not in by_code:
            raise RuleBroken(f"{code}已没有履行中的协议，重新导入")
        facts = {"year": said["year"], "method": said["method"], "lines": lines}
        file_record(Assessment, by_code[code], by=request.user, address=client_address(request), facts=facts)
    return len(said["found"])


def _salt(request):
    return f"assessment-scores-{request.user.pk}"
