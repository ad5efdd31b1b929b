"""违约案件: the board by state, one case from its clue to its end, and what may be done about it."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, Window
from django.db.models.functions import RowNumber
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from agreements.forms import NothingToFill
from agreements.models import Event
from agreements.views.common import agreement_or_404, carried_out, must
from agreements.views.deeds import Deeds

from ..cases import actions as cases
from ..cases import forms
from ..cases import permissions as case_permissions
from ..cases import points as case_points
from ..cases.funds import fund_of, held_under
from ..cases.plan import LABELS
from ..cases.plan_forms import PlanForm, ProposeForm
from ..cases.points import band_for, reason_from, responsible_in
from ..cases.states import FINAL, OPEN, CaseStatus
from ..cases.undoing import left_of
from ..cases.words import measures_in_words
from ..models import BreachCase, Handling, Interview, RecoveryItem, RecoveryPayment, Rectification
from ..records.kinds import KINDS

PER_PAGE = 50
PER_COLUMN = 12  # of one state on the board; the rest is a click away
LETTERS = ("referral", "discredit", "filing", "dept-notification")


def board(request):
    """违约案件：在办的按状态分列，停留最久的在前；每一状态另有完整列表。"""
    visible, today = BreachCase.objects.visible_to(request.user), localdate()
    words, tab = request.GET.get("q", "").strip(), request.GET.get("tab", "")
    tab = tab if tab in CaseStatus.values else "open"
    if words:
        visible = visible.filter(
            Q(number__icontains=words) | Q(title__icontains=words) | Q(agreement__number__icontains=words)
            | Q(agreement__institution__current__name__icontains=words)
        )  # fmt: skip
    counts = dict(visible.order_by().values_list("status").annotate(Count("pk")))
    tabs = [("open", "在办", sum(n for state, n in counts.items() if state not in FINAL))]
    tabs += [
        (state.value, state.label, counts[state.value]) for state in CaseStatus if counts.get(state.value)
    ]
    shown = {"tabs": tabs, "tab": tab, "words": words}
    if tab == "open":
        shown["columns"] = _columns(visible.open(), counts, today)
    else:
        rows = visible.filter(status=tab).with_parties().order_by("since", "pk")
        shown["page_obj"] = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        _count_days(shown["page_obj"], today)
    return render(request, "inspections/cases.html", shown)


def _columns(cases, counts, today):
    """[(state, how many, the cases that have waited longest)] of the states that have any, in the order of a case's life."""
    place = Window(RowNumber(), partition_by="status", order_by=["since", "pk"])
    first = list(cases.annotate(place=place).filter(place__lte=PER_COLUMN).with_parties().order_by("place"))
    _count_days(first, today)
    return [
        (state, counts[state], [one for one in first if one.status == state])
        for state in OPEN
        if counts.get(state)
    ]


def _count_days(cases, today):
    for one in cases:
        one.days = one.days_in_state(today)


def new(request, number):
    """登记线索：由经办或复核在协议下登记（第四条）。"""
    agreement = agreement_or_404(request, number)
    must(case_permissions.clerk_or_reviewer(agreement, request.user), "登记线索")
    form = forms.ClueForm(request.POST or None, agreement=agreement)
    do = partial(cases.open_case, agreement)
    if form.is_valid() and (made := carried_out(form, request, do, **form.cleaned_data)):
        messages.success(request, f"已登记线索 {made.number}，由负责人批准立案")
        return redirect(made)
    return render(request, "inspections/case_new.html", {"agreement": agreement, "form": form})


def found(request, number):
    visible = BreachCase.objects.visible_to(request.user).with_parties()
    return get_object_or_404(visible, number=number)


FORMS = {
    "file": forms.FileCaseForm, "dismiss": forms.TodayReasonForm, "investigate": forms.InvestigateForm,
    "add_item": forms.ItemForm, "weigh_item": forms.WeighItemForm, "remove_item": forms.RemoveItemForm, "plan_handling": PlanForm,
    "notify": forms.NotifyForm, "defend": forms.DefenceForm, "waive_defence": forms.WaiverForm,
    "consider_defence": forms.ConsiderForm, "propose_handling": ProposeForm, "investigate_again": forms.TodayReasonForm,
    "carry_out": forms.TodayForm, "call_interview": forms.InterviewForm, "close": forms.TodayReasonForm,
    "ask_explanation": forms.AskForm, "explain": forms.ExplainForm, "reopen": forms.ReopenForm,
}  # fmt: skip
HOW = {
    "notify": cases.notify, "propose_handling": cases.propose, "call_interview": cases.call_interview, "explain": cases.explain,
    "reopen": cases.reopen,
}  # fmt: skip
# Acts that answer something: without it there is nothing to say about them.
ANSWERS = {
    "weigh_item": "items", "remove_item": "items", "consider_defence": "defences", "explain": "explanations",
    "reopen": "results_to_act_on",
}  # fmt: skip
BESIDE = (
    "dismiss",
    "investigate_again",
    "remove_item",
    "weigh_item",
    "waive_defence",
)  # never the way forward


class CaseDeeds(Deeds):
    """The acts on a case; what answers nothing is not shown, and what leads aside never stands open."""

    def _may(self, name):
        rows = ANSWERS.get(name)
        return super()._may(name) and (rows is None or getattr(self.thing, rows).exists())

    def offers(self, name):
        """Whether this act is this person's to do now."""
        return any(one.name == name and not one.refusal for one in self.shown)

    @property
    def first(self):
        """What brings the case forward, and is not done yet."""
        case, done = self.thing, {*BESIDE}
        if case.status == CaseStatus.INVESTIGATING:
            done |= {"propose_handling"} | ({"add_item"} if case.items.exists() else set())
            done |= {"plan_handling"} if case.intended or not case.items.exists() else set()
        ahead = (one for one in self.shown if one.forward and not one.refusal and one.name not in done)
        return next(ahead, None)


def case(request, number):
    """一件违约案件：从线索到结案，一页读完；能办的事在后。"""
    one = found(request, number)
    asked = {
        name: partial(form, breach_case=one) if issubclass(form, forms.OfCaseForm) else form
        for name, form in FORMS.items()
    }
    deeds = CaseDeeds(request, one, asked, HOW)
    return deeds.answered() or render(request, "inspections/case.html", _told(request, one, deeds))


def _told(request, one, deeds):
    items = one.items.select_related("department", "staff", "breach_case__agreement__edition")
    plan = one.intended_plan
    if request.user.institution_id and one.is_before_notice:
        # Back under investigation: what is found and intended now is told with the next notice.
        items, plan = items.none(), None
    decided = one.decision.typed_plan if one.decision else None
    return {
        "case": one, "agreement": one.agreement, "deeds": deeds, "form": deeds.form, "items": _with_amounts(items, decided or plan),
        "intended": measures_in_words(plan, one) if plan else [],
        "decided": measures_in_words(decided, one) if decided else [],
        "defences": one.defences.prefetch_related("attachments").select_related("filed_by", "considered_by"),
        "handlings": Handling.objects.visible_to(request.user).filter(breach_case=one).select_related("proposed_by"),
        "recoveries": one.recoveries.all(), "rectifications": one.rectifications.all(), "interviews": one.interviews.all(),
        "explanations": one.explanations.all(),
        **_beside(one, request.user), "overlaps": _overlaps(one) if deeds.offers("add_item") else [],
        "history": _history(one, request.user), "insider": not request.user.institution_id, "papers": _papers(one),
        "waivers": one.waiver_files.all(),
        "quashed": one.handlings.filter(quashed_on__isnull=False).select_related("quashed_by", "paper"),
        "to_restore": [] if request.user.institution_id else left_of(one),
    }  # fmt: skip


def _history(one, user):
    """What was done about the case and all that is under it, as far as this person sees it."""
    under = [one, *one.handlings.all(), *one.interviews.all(), *one.rectifications.all()]
    owed = {f"{item.kind_name} {item}": str(item).removeprefix(f"{one}-") for item in one.recoveries.all()}
    subjects = [*(f"{thing.kind_name} {thing}" for thing in under), *owed]
    events = Event.objects.visible_to(user).filter(agreement=one.agreement_id, subject__in=subjects)
    found = list(events.order_by("seq"))
    for event in found:
        event.about = owed.get(event.subject, "")
    return found


def _with_amounts(items, plan):
    """The items, each with what is decided, or else intended, to be taken for it."""
    shares = {share.item: share.amounts for share in plan.shares} if plan else {}
    for item in items:
        item.taken = [(LABELS[name], amount) for name, amount in shares.get(item.order, {}).items() if amount]
    return items


def _overlaps(one):
    """Items that name one and the same act, each group once, to be compared before one is chosen."""
    items = one.agreement.edition.breaches.items
    groups = {frozenset([item.code, *item.overlaps]) for item in items.values() if item.overlaps}
    whole = [group for group in groups if not any(group < other for other in groups)]
    return [[items[code] for code in sorted(group)] for group in sorted(whole, key=sorted)]


def _beside(one, user):
    """Records of other kinds that follow from the case: those there are, and those that this person may begin."""
    records = [
        record
        for slug in ("points", *LETTERS, "dispute")
        for record in KINDS[slug].model.objects.visible_to(user).filter(breach_case=one).select_related("agreement")
    ]  # fmt: skip
    letters = [KINDS[slug] for slug in LETTERS if slug != "filing" or one.is_handled]
    may_begin = [
        (
            f"起草{kind.label}",
            f"{reverse(f'{kind.slug}-new', args=[one.agreement.number])}?breach_case={one.pk}",
        )
        for kind in letters
        if kind.is_offered(one.agreement, user)
    ]
    gives_points = one.is_handled and KINDS["points"].is_offered(one.agreement, user) and band_for(one)
    return {"records": records, "may_begin": may_begin, "gives_points": gives_points}


def points(request, number):
    """记分：决定之后，对案件所列的责任人员各提请一次，由负责人决定（第六十八条）。"""
    one = found(request, number)
    must(KINDS["points"].may_file(one.agreement, request.user), "拟记分")
    people, band = responsible_in(one), band_for(one)
    open_ones = [person for person in people if person.record is None] if one.is_handled and band else []
    asked = [_points_form(request, one, person, band) for person in open_ones]
    rows = [form.row() for form in asked if form.is_valid()]
    chosen = [row for row in rows if row]
    if asked and chosen and len(rows) == len(asked):
        deed = partial(case_points.propose, one, rows=chosen, on=localdate())
        if carried_out(asked[0], request, deed):
            messages.success(request, f"已提请记分 {len(chosen)} 人，由负责人决定")
            return redirect(one)
    context = {
        "case": one, "agreement": one.agreement, "people": people, "forms": asked, "band": band,
        "none_chosen": request.method == "POST" and len(rows) == len(asked) and not chosen,
    }  # fmt: skip
    return render(request, "inspections/case_points.html", context)


def _points_form(request, one, person, band):
    begin = {"points": band.least, "reason": reason_from(one, person.items)}
    return forms.PointsOfOneForm(request.POST or None, staff=person.staff, band=band, initial=begin)


def _papers(one):
    """The papers of the case that exist, each with its name."""
    named = [
        ("拟处理告知书", one.notice_paper),
        ("处理决定书", one.decision_paper),
        ("缴款通知书", one.demand_paper),
    ]
    return [(label, paper) for label, paper in named if paper]


def handling(request, number, pk):
    """处理呈批：复核、决定、退回、撤回；决定时处理同时办理。"""
    one = found(request, number)
    proposals = Handling.objects.visible_to(request.user).filter(breach_case=one)
    thing = get_object_or_404(proposals, pk=pk)
    acts = {
        "review": forms.ReviewForm, "decide": forms.DecideForm, "turn_down": forms.TurnDownForm, "withdraw": NothingToFill,
    }  # fmt: skip
    how = {"decide": cases.decide, "turn_down": cases.turn_down, "withdraw": cases.withdraw}
    deeds = Deeds(request, thing, acts, how)
    context = {
        "handling": thing, "proposed_from": thing.typed_plan.on, "today": localdate(),
    }  # fmt: skip
    return deeds.answered() or _page(request, one, deeds, "inspections/handling.html", context)


def interview(request, number, pk):
    """约谈：通知、记录、签名的材料（第六十三条）。"""
    one = found(request, number)
    thing = get_object_or_404(Interview, breach_case=one, pk=pk)
    deeds = Deeds(request, thing, {"hold": forms.HoldInterviewForm}, {"hold": cases.hold_interview})
    return deeds.answered() or _page(request, one, deeds, "inspections/interview.html", {"interview": thing})


def rectification(request, number, pk):
    """限期整改：乙方提交，甲方两人验收（第六十三条、第六十四条）。"""
    one = found(request, number)
    thing = get_object_or_404(
        Rectification.objects.select_related("hold", "suspension"), breach_case=one, pk=pk
    )
    acts = {
        "submit": forms.SubmitRectificationForm, "check_once": forms.CheckForm, "accept": forms.AcceptForm,
        "send_back": forms.SendBackForm,
    }  # fmt: skip
    how = {"submit": cases.submit_rectification, "accept": cases.accept_rectification}
    deeds = Deeds(request, thing, acts, how)
    held = held_under(one.agreement) if thing.hold and thing.hold.is_open else []
    told = {"rectification": thing, "held": held}
    return deeds.answered() or _page(request, one, deeds, "inspections/rectification.html", told)


def recovery(request, number, pk):
    """应缴款项：财务登记缴款，另一人核对（第六十条）。"""
    one = found(request, number)
    thing = get_object_or_404(RecoveryItem, breach_case=one, pk=pk)
    payment = thing.payments.filter(status=RecoveryPayment.Status.RECORDED).first()
    deeds = Deeds(
        request,
        thing,
        {"record_payment": forms.PaymentForm, "offset": forms.OffsetForm, "give_back": forms.GiveBackForm},
    )
    answers = Deeds(request, payment, {"confirm": NothingToFill, "reject": forms.TurnDownForm}, {"confirm": cases.confirm_payment, "reject": cases.reject_payment}) if payment else None  # fmt: skip
    chosen = answers if answers and answers.asked in ("confirm", "reject") else deeds
    context = {
        "recovery": thing,
        "payments": RecoveryPayment.objects.visible_to(request.user)
        .filter(recovery=thing)
        .select_related("recorded_by", "answered_by", "claim__agreement"),
        "answers": answers,
        "fund": fund_of(one.agreement) if request.user.agency_id and thing.status == "owing" else [],
    }
    return chosen.answered() or _page(
        request, one, chosen, "inspections/recovery.html", context | {"deeds": deeds}
    )


def _page(request, one, deeds, template, context):
    shown = {
        "case": one,
        "agreement": one.agreement,
        "deeds": deeds,
        "form": deeds.form,
        "insider": not request.user.institution_id,
    }
    return render(request, template, shown | context)
