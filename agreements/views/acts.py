"""One page an act: GET asks, POST does. Acts that a leader decides are proposed here by the clerk."""

from dataclasses import dataclass, field
from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from institutions.models import Institution

from .. import actions, forms, permissions
from ..applications import forms as application_forms
from ..claims.forms import ReceiveClaimForm
from ..contacts import forms as contact_forms
from ..deliveries import forms as delivery_forms
from ..gate import RuleBroken, declared, perform, refusal
from ..models import Agreement, Edition, Proposal
from ..offers import why_not_propose
from ..renewals import extension_forms
from ..renewals import forms as renewal_forms
from ..renewals.actions import apply_for_renewal
from ..reports import forms as report_forms
from ..stops import repeat_forms
from ..stops.requests import prefill
from .common import agreement_or_404, carried_out, must


def _perform(name):
    return lambda agreement, **details: perform(getattr(agreement, name), **details)


def _propose(name):
    return lambda agreement, by, address, **details: actions.propose(
        agreement, name, details, by=by, address=address
    )


@dataclass(frozen=True)
class ActPage:
    """How an act is asked for and done: its form, what follows from it in one sentence, the deed."""

    form: type
    follows: str
    deed: object = None
    template: str = field(default="agreements/act.html")


ACTS = {
    "revise": ActPage(forms.ReviseForm, "改动后，乙方须重新确认文本。"),
    "negotiate": ActPage(forms.NothingToFill, "乙方登录后能看到草稿，确认后由复核人审核定稿。"),
    "confirm": ActPage(forms.NothingToFill, "确认后，甲方审核定稿；封面信息有误的，先请甲方更正。"),
    "fix_text": ActPage(
        forms.NothingToFill, "文本和空白内容自此固定，签署稿随即印出，双方签署。", actions.fix_text
    ),
    "return_to_draft": ActPage(
        forms.ReasonForm, "已有的签署和印出的签署稿作废，回到草拟。", actions.return_to_draft
    ),
    "sign_for_institution": ActPage(
        forms.SignForInstitutionForm,
        "双方都签署后，协议到起始日生效；起始日已到的，随即生效。",
        partial(actions.sign, side="institution"),
    ),
    "sign_for_agency": ActPage(
        forms.SignForAgencyForm,
        "双方都签署后，协议到起始日生效；起始日已到的，随即生效。",
        partial(actions.sign, side="agency"),
    ),
    "discard": ActPage(forms.ReasonForm, "草稿作废后不能恢复，编号保留不再使用。"),
    "suspend_on_request": ActPage(
        forms.SuspendOnRequestForm, "复核、负责人决定后，协议中止并公布，中止期间费用不予结算。"
    ),
    "suspend_for_investigation": ActPage(
        forms.InvestigationForm, "复核、负责人决定后，协议中止、拨付暂停，至核查处理结束。"
    ),
    "hold_payment": ActPage(forms.HoldForm, "复核、负责人决定后暂停拨付，协议状态不变。"),
    "release_payment": ActPage(forms.ReleaseForm, "复核、负责人决定后，补付暂停期间的费用，或转为不予支付。"),
    "lift_ban": ActPage(forms.LiftBanForm, "复核、负责人决定后，所选的人员、科室或项目恢复医保服务。"),
    "acknowledge_cascade": ActPage(forms.AftercareForm, "辖区经办机构的决定已经同时生效；在此登记善后。"),
    "count_aftercare": ActPage(forms.AftercareForm, "交接单随即印出，双方逐项办结善后。"),
    "resume": ActPage(forms.ResumeForm, "复核、负责人决定后，这一中止原因结束；没有其他原因的，恢复履行。"),
    "grant_suspension_exception": ActPage(
        renewal_forms.SuspensionExceptionForm, "复核、负责人决定后，这一中止超过最长期限也不自动终止协议。"
    ),
    "keep_despite_repeat": ActPage(
        repeat_forms.KeepDespiteRepeatForm,
        "复核、负责人决定后，这一次中止不解除协议，可以恢复履行；再被中止的，另行决定。",
    ),
    "apply_for_renewal": ActPage(
        renewal_forms.SelfAssessmentForm,
        "申请日期为今日。逾期的也收下，由甲方决定是否受理。续签申请表、承诺书随即印出，盖章后报送。",
        apply_for_renewal,
    ),
    "set_holdover_cause": ActPage(renewal_forms.HoldoverCauseForm, "协议继续有效，原因记录在案。"),
    "decline_renewal": ActPage(forms.TodayReasonForm, "甲方据此结束延续，协议终止。"),
    "end_continuation": ActPage(
        renewal_forms.EndContinuationForm, "复核、负责人决定后，协议终止并公布，乙方摘除标牌。"
    ),
    "accept_electronic_delivery": ActPage(
        delivery_forms.AgreeForm, "此后甲方可以通过门户送达文书，登录签收之时为收到；可以随时撤回。"
    ),
    "withdraw_electronic_delivery": ActPage(
        delivery_forms.TodayForm, "此后甲方按协议载明的地址送达文书；已经送出的，仍可登录签收。"
    ),
    "note_approval": ActPage(
        application_forms.NoteApprovalForm, "乙方申请变更的时限自批准之日起算；乙方会收到提醒。"
    ),
    "note_penalty": ActPage(
        report_forms.NotePenaltyForm,
        "乙方、行政部门随即收到消息；乙方没有报送的，报送时限自决定书送达之日起计算。",
    ),
    "record_fine": ActPage(
        extension_forms.FineForm, "复核、负责人决定后登记；送达日在本期之内的，期满不再自动延长。"
    ),
    "lift_sanction": ActPage(
        extension_forms.LiftSanctionForm, "复核、负责人决定后，不再妨碍自动延长；原来的登记留存。"
    ),
    "announce_end": ActPage(
        extension_forms.AnnounceEndForm,
        "复核、负责人决定后，书面通知随即印出；凭送达证明登记到达之日，协议当日终止。",
    ),
    "end_by_own_notice": ActPage(extension_forms.OwnNoticeForm, "提交即到达甲方，协议今日终止并公布。"),
    "receive_end_notice": ActPage(
        extension_forms.ReceivedNoticeForm, "复核、负责人决定后，协议自收到之日终止并公布。"
    ),
    "name_contact": ActPage(
        contact_forms.NameContactForm, "登记后双方都能看到；登记的不改写，有变化的登记离任后重新登记。"
    ),
    "end_contact": ActPage(contact_forms.EndContactForm, "原来的登记留存；由此缺人的，甲方待办里会列出。"),
    "receive_claim": ActPage(ReceiveClaimForm, "审核人随即看到；双方都能看到拨付的时限，自受理次日起算。"),
    "terminate": ActPage(forms.TerminateForm, "复核、负责人决定后，协议终止并公布，乙方摘除标牌。"),
}


def act(request, number, name):
    """Any act on an agreement. 404 for a stranger, 403 for the wrong role, the reason where it cannot be now."""
    name = name.replace("-", "_")
    if name not in ACTS:
        raise Http404
    agreement, page, step = agreement_or_404(request, number), ACTS[name], declared(Agreement, name)
    proposed = step.custom["proposed"]
    label = f"提请{step.custom['label']}" if proposed else step.custom["label"]
    must(_may(agreement, step, request.user), label)
    why = (
        why_not_propose(agreement, name, request.user)
        if proposed
        else refusal(agreement, name, by=request.user)
    )
    form = page.form(request.POST or None, request.FILES or None, agreement=agreement, user=request.user)
    form.initial |= prefill(agreement, name, request.GET.get("request"))
    if request.method == "POST" and _valid(form):
        deed = partial(page.deed or (_propose(name) if proposed else _perform(name)), agreement)
        if carried_out(form, request, deed, **form.details()):
            messages.success(request, f"{label}：已办理")
            return redirect(agreement)
    context = {
        "agreement": agreement,
        "form": form,
        "label": label,
        "step": step,
        "page": page,
        "refusal": why,
    }
    return render(request, page.template, context, status=409 if why and request.method == "POST" else 200)


def _may(agreement, step, user):
    if step.custom["proposed"]:
        return permissions.agency_clerk(agreement, user)
    return step.permission is not permissions.the_system and step.has_perm(agreement, user)


def _valid(form):
    # A form without fields is never "bound" by an empty POST; the POST itself is the yes.
    form.is_bound = True
    return form.is_valid()


def draft(request, code):
    """起草：乙方从机构档案来，甲方由第七十四条定。"""
    institution = get_object_or_404(Institution.objects.visible_to(request.user), code=code)
    must(permissions.may_draft(request.user), "起草协议")
    predecessor = institution.agreements.live().order_by("-ends_on").first()
    try:
        agency = actions.signing_agency_for(request.user)
        edition = actions.text_for(agency, institution, predecessor)
    except RuleBroken as why:
        messages.error(request, str(why))
        return redirect(institution)
    offered = Edition.objects.offered(agency, institution)
    edition = next((one for one in offered if str(one.pk) == request.GET.get("text")), edition)
    initial = forms.next_term(predecessor, localdate(), edition.terms.signing) | {
        "services": edition.terms.scope.services,
        "payment_methods": methods if len(methods := edition.terms.scope.payment_methods) == 1 else (),
    }
    if predecessor:
        initial |= {"services": predecessor.services, "payment_methods": predecessor.payment_methods}
    form = forms.TermsOfAgreementForm(request.POST or None, initial=initial, terms=edition.terms)
    if form.is_valid():
        deed = partial(actions.draft_agreement, institution, edition=edition, predecessor=predecessor)
        if agreement := carried_out(form, request, deed, **form.details()):
            messages.success(request, f"草稿已建立，编号 {agreement.number}")
            return redirect(agreement)
    others = [one for one in offered if one != edition]
    context = {
        "institution": institution,
        "edition": edition,
        "others": others,
        "form": form,
        "agency": agency,
    }
    return render(request, "agreements/draft.html", context)


PROPOSAL_DEEDS = {"review": "复核通过", "decide": "批准办理", "turn_down": "退回", "withdraw": "撤回"}


def proposal(request, number, pk):
    """A proposal with what it asks for; the reviewer reviews, the leader decides, both may turn it down."""
    agreement = agreement_or_404(request, number)
    must(request.user.agency_id, "查看呈批")
    thing = get_object_or_404(
        agreement.proposals.select_related("proposed_by", "reviewed_by", "decided_by"), pk=pk
    )
    form = forms.NothingToFill()
    if request.method == "POST":
        name = request.POST.get("deed", "")
        must(
            name in PROPOSAL_DEEDS and declared(Proposal, name).has_perm(thing, request.user),
            PROPOSAL_DEEDS.get(name, ""),
        )
        form = (forms.ReasonForm if name == "turn_down" else forms.NothingToFill)(request.POST)
        if _valid(form) and carried_out(form, request, _proposal_deed(thing, name), **form.details()):
            messages.success(request, f"{thing.label}：已{PROPOSAL_DEEDS[name]}")
            return redirect(agreement)
    deeds = [
        (name, label, refusal(thing, name, by=request.user))
        for name, label in PROPOSAL_DEEDS.items()
        if declared(Proposal, name).has_perm(thing, request.user)
    ]
    context = {"agreement": agreement, "proposal": thing, "deeds": deeds, "form": form, "facts": proposal_facts(thing),
               "reason_form": form if "reason" in form.fields else forms.ReasonForm()}  # fmt: skip
    return render(request, "agreements/proposal.html", context)


def _proposal_deed(thing, name):
    if name == "decide":
        return partial(actions.decide, thing)
    return partial(perform, getattr(thing, name), **({"remark": "同意"} if name == "review" else {}))


def proposal_facts(thing):
    """What the proposal asks for, as label and value, in the words of the act's own form."""
    if thing.act not in ACTS:  # proposed before it became an act of breach cases
        return [("事由", thing.details["reason"]), ("自", thing.details["on"])]
    form = ACTS[thing.act].form(agreement=thing.agreement)
    details = thing.typed_details()
    details |= details.pop("aftercare", None) or {}
    return [
        (field.label, _shown(details[name]))
        for name, field in form.fields.items()
        if details.get(name) not in (None, "")
    ]


def _shown(value):
    return f"{value.article_label} {value.label}" if hasattr(value, "article_label") else value
