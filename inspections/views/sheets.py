"""核查结果签认：核查人员签名，乙方当场签字或登录签认，或注明拒签；此后封存。"""

from functools import partial
from io import BytesIO

from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import FileResponse, Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from agreements.gate import refusal
from agreements.models import Paper
from agreements.views.common import carried_out, must

from .. import actions, forms, permissions, wholeness
from ..states import InspectionStatus as S
from .common import inspection_or_404
from .inspections import findings_of


def sheet(request, number):
    """The result, who has signed it, and the place to sign."""
    thing = inspection_or_404(request, number)
    if thing.sheet is None:
        raise Http404
    on_team = permissions.team_member(thing, request.user)
    signatory = permissions.institution_signatory(thing, request.user)
    if request.method == "POST":
        return _signing(request, thing, on_team, signatory)
    return render(request, "inspections/sheet.html", _shown(request, thing, on_team, signatory))


def _shown(request, thing, on_team, signatory, **forms_sent):
    sheet, user = thing.sheet, request.user
    unsigned = sheet.unsigned_members if thing.status == S.TO_SIGN else []
    findings = findings_of(thing, user)
    blank = {"agreement": thing.agreement, "user": user}
    return {
        "inspection": thing,
        "agreement": thing.agreement,
        "sheet": sheet,
        "fault": sheet.fault,
        "findings": findings,
        "total": f"{sum(one.amount for one in findings):,.2f}",
        "signatures": sheet.signatures.select_related("member", "seal", "entered_by"),
        "unsigned": unsigned,
        "next": _whose_turn(request, unsigned) if on_team else None,
        "on_team": on_team,
        "signatory": signatory,
        "why_not_online": refusal(thing, "sign_online", by=user) if signatory else None,
        "refusal_open": on_team and refusal(thing, "note_refusal", by=user) is None,
        "inspector": forms_sent.get("inspector") or forms.InspectorForm(**blank),
        "spot": forms_sent.get("spot") or forms.SpotForm(**blank),
        "refused": forms_sent.get("refused") or forms.RefusalForm(**blank),
        "online": forms_sent.get("online") or forms.OnlineForm(**blank),
        "form": next(iter(forms_sent.values()), None),
    }


def _whose_turn(request, unsigned):
    """The member whose pad is open: the one asked for, else oneself, else the first."""
    asked = request.GET.get("member", "")
    by_pk = {str(member.pk): member for member in unsigned}
    own = next((member for member in unsigned if member.user_id == request.user.pk), None)
    return by_pk.get(asked) or own or next(iter(unsigned), None)


def _signing(request, thing, on_team, signatory):
    kind, blank = request.POST.get("kind"), {"agreement": thing.agreement, "user": request.user}
    if kind == "online":
        must(signatory, "登录签认")
        return _online(request, thing, forms.OnlineForm(request.POST, **blank))
    must(on_team, "核查结果签认")
    if kind == "inspector":
        form = forms.InspectorForm(request.POST, inspection=thing, **blank)
        return _sent(request, thing, form, actions.sign_as_inspector, "inspector")
    if kind == "refused":
        return _sent(
            request, thing, forms.RefusalForm(request.POST, **blank), actions.note_refusal, "refused"
        )
    form = forms.SpotForm(request.POST, request.FILES, **blank)
    return _sent(request, thing, form, actions.sign_on_the_spot, "spot")


def _sent(request, thing, form, deed, name):
    """Carried out, or told why not: to the script as JSON, to a browser without it as a page."""
    done = form.is_valid() and carried_out(form, request, partial(deed, thing), **form.details())
    by_script = request.headers.get("X-Requested-With") == "fetch"
    if done:
        messages.success(request, f"{form.done}：{thing}")
        url = (
            thing.get_absolute_url() if done.is_answered else reverse("inspection-sheet", args=[thing.number])
        )
        return JsonResponse({"url": url}) if by_script else redirect(url)
    if by_script:
        why = [str(error) for errors in form.errors.values() for error in errors]
        return JsonResponse({"errors": why}, status=409)
    shown = _shown(request, thing, on_team=True, signatory=False, **{name: form})
    return render(request, "inspections/sheet.html", shown)


def _online(request, thing, form):
    if form.is_valid():
        user, password = request.user, form.cleaned_data["password"]
        if authenticate(request, username=user.username, password=password) != user:
            form.add_error("password", "密码不对，重新输入")
        elif carried_out(form, request, partial(actions.sign_online, thing), **form.details()):
            messages.success(request, f"已签认核查结果：{thing}")
            return redirect(thing)
    return render(
        request, "inspections/sheet.html", _shown(request, thing, on_team=False, signatory=True, online=form)
    )


def paper(request, number):
    """The numbered print of the result, unless what it rests on is no longer as it was fixed."""
    thing = inspection_or_404(request, number)
    sheet = thing.sheet
    printed = sheet and (sheet.paper or sheet.blank_paper)
    if printed is None:
        raise Http404
    if why := _why_not_printed(sheet, printed):
        messages.error(request, why)
        return redirect(thing)
    return FileResponse(
        BytesIO(printed.read()), filename=f"{printed.number}.pdf", content_type="application/pdf"
    )


def _why_not_printed(sheet, printed):
    if why := sheet.fault or wholeness.broken_record(sheet):
        return f"没有打印：{why}"
    if lost := wholeness.damaged_files(sheet):
        return f"没有打印：证据文件与固定时不符：{'、'.join(lost)}。告知系统管理员"
    if printed.status != Paper.Status.ISSUED:
        return f"{printed.number} 不能下载：{printed.failure or printed.get_status_display()}"
    return ""
