from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.timezone import localdate

from institutions.models import InstitutionVersion
from institutions.workdays import calendar_for

from .. import checks, permissions
from ..applications import checks as rules
from ..clocks.deadlines import due
from ..gate import step
from ..status import IN_FORCE, LIVE, Status
from ..stops import request_checks as own_rules
from .application import Application, ApplicationStatus
from .proposal import Proposal
from .suspension import Suspension

S = ApplicationStatus
PLANNED = "planned_suspension"
PUBLIC = (
    "乙方是公立医疗机构。《医疗机构医疗保障定点管理暂行办法》（国家医疗保障局令第2号）规定公立医疗机构不得申请中止、解除协议；"
    "协议文本没有这一限制，可以提交，由甲方负责人决定。"
)


class StopRequest(Application):
    """乙方申请中止、继续履行、终止（第七十九条、第八十条（三））。

    The agency's clerk checks it and proposes; the leader's decision on that proposal is what grants it, never one
    person alone. While a request to go on is open, a suspension does not end the agreement by itself.
    """

    kind_name = "中止、终止申请"

    class Kind(models.TextChoices):
        SUSPEND = "suspend", "中止协议申请"
        RESUME = "resume", "继续履行协议申请"
        END = "end", "终止协议申请"

    # The act on the agreement that grants it, and from which states it may still be granted.
    ACT = {Kind.SUSPEND: "suspend_on_request", Kind.RESUME: "resume", Kind.END: "terminate"}
    MAY_BE_GRANTED = (S.SUBMITTED, S.RETURNED, S.EXAMINING)
    WHEN = {Kind.SUSPEND: IN_FORCE, Kind.RESUME: [Status.SUSPENDED], Kind.END: LIVE}

    kind = models.CharField("种类", max_length=8, choices=Kind)
    planned_from = models.DateField("拟自何日起")
    planned_until = models.DateField("拟中止至", null=True, blank=True)
    suspension = models.ForeignKey(
        Suspension,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="requests",
        verbose_name="结束哪一个中止",
    )
    reason = models.CharField("原因", max_length=500)
    returned_on = models.DateField("退回补正日期", null=True, editable=False)
    inpatients = models.PositiveIntegerField("在院参保人员数", default=0)
    unsettled = models.PositiveIntegerField("出院未结算人数", default=0)

    class Meta(Application.Meta):
        verbose_name = verbose_name_plural = "中止、终止申请"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="suspend", planned_until__gte=F("planned_from"))
                | (~Q(kind="suspend") & Q(planned_until=None)),
                name="stop_request_dates",
                violation_error_message="申请中止须写明起止，止期不早于起期",
            ),
            models.CheckConstraint(
                condition=Q(kind="resume", suspension__isnull=False)
                | (~Q(kind="resume") & Q(suspension=None)),
                name="stop_request_suspension",
                violation_error_message="申请继续履行须写明结束哪一个中止",
            ),
        ]

    def get_absolute_url(self):
        return reverse("stop", args=[self.agreement.number, self.pk])

    # ── what it says ──

    @property
    def summary(self):
        until = f"至{self.planned_until}" if self.planned_until else ""
        return f"{self.get_kind_display()}，拟自{self.planned_from}起{until}"

    @property
    def with_aftercare(self):
        """第八十二条：who is still in the hospital matters when it stops."""
        return self.kind != self.Kind.RESUME

    @property
    def warning(self):
        """What the leader has to weigh when a public institution asks to stop; empty for all others."""
        return warning_for(self.agreement, self.kind)

    @property
    def act(self):
        """The act on the agreement that the clerk proposes on this request."""
        return self.ACT[self.kind]

    @property
    def open_proposals(self):
        """What the agency has put forward on this request and not closed yet."""
        found = self.agreement.proposals.filter(act=self.act, status__in=Proposal.OPEN)
        return [one for one in found if self.is_meant_by(one)]

    def is_meant_by(self, proposal):
        """Whether a proposal of its act names this request: its day, its suspension, the ground that needs a request."""
        said = proposal.details
        if self.filed_on is None or proposal.act != self.act:
            return False
        if said.get("requested_on") != self.filed_on.isoformat():
            return False
        if self.kind == self.Kind.RESUME:
            return said["suspension"] == self.suspension_id
        return self.kind != self.Kind.END or said["ground"] in self._grounds

    @property
    def _grounds(self):
        return [one.code for one in self.agreement.terms.termination.grounds if one.needs_request]

    @property
    def proposed_details(self):
        """What the clerk's form for the act begins with."""
        said = {"requested_on": self.filed_on, "on": self.planned_from, "reason": self.reason[:500]}
        if self.kind == self.Kind.RESUME:
            return said | {"suspension": self.suspension_id}
        said |= {"inpatients": self.inpatients, "unsettled": self.unsettled}
        if self.kind == self.Kind.SUSPEND:
            return said | {"until": self.planned_until}
        return said | {"ground": next(iter(self._grounds), "")}

    @property
    def why_not_proposed(self):
        """Why the clerk cannot propose on it today, as a sentence; None when nothing stands against it."""
        if self.planned_from > localdate():
            return f"拟自{self.planned_from}起，到当日再提请（第七十九条）"
        return "已按这一申请提请，正在呈批（办审分离）" if self.open_proposals else None

    @property
    def refile_by(self):
        """第七十九条：until when a returned request to go on keeps a requested suspension from ending the agreement.

        Not before the last day of the suspension itself; None where nothing ends by itself, or where the text sets no
        time to complete it in: then it waits for a decision as any other.
        """
        if self.status != S.RETURNED or self.suspension is None or self.suspension.cause != "requested":
            return None
        longest, days = self.suspension.longest(), self.agreement.terms.suspension.refile_working_days
        if longest is None or days is None or self.suspension.exception_reason:
            return None
        calendar = calendar_for(self.agreement.agency.region)
        return max(longest.day, calendar.add_working_days(self.returned_on, days))

    # ── what the rules ask of it ──

    def is_late(self, on):
        """第七十九条：中止要提前申请，继续履行要在中止期间申请；逾期的注明，不拒收。"""
        if self.kind == self.Kind.RESUME:
            longest = self.suspension.longest()
            return longest is not None and on > longest.day
        return self.kind == self.Kind.SUSPEND and self._asked_too_late(on)

    def lacking(self):
        """What has changed since it was drafted, as a sentence without its full stop."""
        if self.agreement.status not in self.WHEN[self.kind]:
            return f"协议现为“{self.agreement.get_status_display()}”，不能再提出{self.get_kind_display()}"
        if self.suspension and not self.suspension.is_open:
            return "所要结束的中止已经结束，撤回这一申请"
        return self.why_dates_do_not_fit(self.planned_from, self.planned_until)

    def why_dates_do_not_fit(self, planned_from, planned_until):
        """Why it cannot ask for these days, as a sentence without its full stop; empty when they fit."""
        if self.kind == self.Kind.RESUME and planned_from < self.suspension.started_on:
            return f"拟恢复日期 {planned_from} 早于中止起始日 {self.suspension.started_on}"
        if self.kind != self.Kind.SUSPEND:
            return ""
        last = self.agreement.latest_suspension_end(planned_from)
        if planned_until is None or planned_until < planned_from:
            return f"拟中止的止期 {planned_until or ''} 早于起期 {planned_from}"
        if planned_until > last:
            return f"自{planned_from}起，中止最迟到{last}，填的是{planned_until}"
        return f"拟中止的止期 {planned_until} 已经过去" if planned_until < localdate() else ""

    def _asked_too_late(self, on):
        term = next((t for t in self.agreement.terms.deadlines.values() if t.start_event == PLANNED), None)
        if term is None:
            return False
        return on > due(term, self.planned_from, calendar_for(self.agreement.agency.region)).day

    # ── acts of this kind: one person checks, the leader's decision on the proposal grants ──

    @step(
        "status", source=[S.DRAFT, S.RETURNED], target=None, label="修改申请", article="第七十九条",
        who=permissions.institution_side,
        checks=[rules.case_is_live, own_rules.is_not_put_forward, own_rules.facts_fit, own_rules.says_why],
    )  # fmt: skip
    def reword(self, planned_from, planned_until, reason, inpatients, unsettled, files, by):
        """第七十九条：提交前或补正时修改。"""
        self.planned_from, self.planned_until, self.reason = planned_from, planned_until, reason
        self.inpatients, self.unsettled = inpatients, unsettled
        self.attachments.add(*self.attachments.model.keep(self.agreement, files, by, held=True))

    @step(
        "status", source=[S.RETURNED], target=S.SUBMITTED, label="补正后提交", article="第七条",
        who=permissions.institution_side,
        checks=[
            rules.case_is_live, rules.is_complete, checks.not_in_the_future, rules.not_before_filing,
            own_rules.refiled_in_time,
        ],
    )  # fmt: skip
    def refile(self, on):
        """第七条第十项、第七十九条：补正后重新提交；是否按时仍看首次提交的日期。"""
        self.returning_reason = ""
        self._hand_in(on)

    @step(
        "status", source=[S.SUBMITTED, S.EXAMINING], target=S.RETURNED, label="退回补正", article="第七条",
        who=permissions.clerk_or_reviewer,
        checks=[
            rules.case_is_live, own_rules.is_not_put_forward, checks.reason_is_given, checks.not_in_the_future,
            rules.not_before_filing,
        ],
    )  # fmt: skip
    def return_for_completion(self, reason, on):
        """第七条第十项、第七十九条：材料不全的，退回乙方补正；继续履行的申请，补正有期限。"""
        self.returning_reason, self.examined_by, self.opinion, self.returned_on = reason, None, "", on

    @step(
        "status", source=[S.SUBMITTED], target=S.EXAMINING, label="核验", article="第七十九条",
        who=permissions.clerk_or_reviewer,
        checks=[rules.case_is_live, checks.not_in_the_future, rules.not_before_filing],
    )  # fmt: skip
    def accept(self, on, by):
        """第七十九条：核对申请和材料，属实的按申请提请。"""
        self.examined_by = by

    @step(
        "status", source=[S.EXAMINING], target=S.CHECKING, label="审核通过", article="办审分离", who=permissions.the_system,
    )  # fmt: skip
    def examine(self):
        """办审分离：这一类申请由呈批复核、决定，不单独审核。"""

    @step(
        "status", source=MAY_BE_GRANTED, target=S.GRANTED, label="同意", article="第七十九条、第八十条",
        who=permissions.the_system,
    )  # fmt: skip
    def grant(self, decided_by, on):
        """第七十九条、第八十条：负责人按呈批决定，所申请的同时办理。"""
        self.decided_by, self.closed_on, self.opinion = decided_by, on, "负责人决定同意"

    @step(
        "status", source=[S.RETURNED, S.EXAMINING], target=S.REFUSED, label="不同意", article="第七十九条、第八十条",
        who=permissions.reviewer_or_leader,
        checks=[
            own_rules.is_not_put_forward, rules.not_the_examiner, checks.reason_is_given, checks.not_in_the_future,
            rules.not_before_filing,
        ],
    )  # fmt: skip
    def refuse(self, reason, on, by):
        """第七十九条、第八十条：甲方不同意，写明原因；补正后不再提交的也由此了结。"""
        self.decided_by, self.closed_on, self.opinion = by, on, reason

    @step(
        "status", source=[S.DRAFT, S.SUBMITTED, S.RETURNED, S.EXAMINING], target=S.WITHDRAWN, label="撤回申请",
        article="第七十九条、第八十条", who=permissions.institution_side,
        checks=[own_rules.is_not_put_forward, checks.not_in_the_future],
    )  # fmt: skip
    def withdraw(self, on):
        """第七十九条、第八十条：甲方提请之前，乙方可以撤回。"""
        self.closed_on, self.opinion = on, "乙方撤回"


def warning_for(agreement, kind):
    """国家医疗保障局令第2号第四十四条：公立机构不得申请中止、解除; said to both sides, and the leader decides."""
    is_public = agreement.institution.current.nature == InstitutionVersion.Nature.PUBLIC
    return PUBLIC if is_public and kind != StopRequest.Kind.RESUME else ""
