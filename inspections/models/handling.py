from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate

from agreements import checks as common
from agreements.gate import step
from agreements.models.stateful import StateField

from ..cases import checks as rules
from ..cases import permissions
from ..cases import plan_checks as planned
from ..cases.plan import Plan, acts_of, damages_cap, made_on
from ..cases.states import CaseStatus
from ..cases.words import measures_in_words
from .case_rows import ActsOfCase, AgencysOfCase, files, of_case, paper_field, person


class Handling(ActsOfCase):
    """处理呈批：经办提请、复核审核、负责人决定，三个人。决定时所办的就是提请所写的。

    It stands for the proposal of every act that carries it out, so three people decide once and not act by act.
    """

    kind_name = "处理呈批"
    is_of_case = True  # see `gate.step`

    class Status(models.TextChoices):
        PROPOSED = "proposed", "待复核"
        REVIEWED = "reviewed", "待决定"
        CARRIED_OUT = "carried-out", "已办理"
        RETURNED = "returned", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"

    class Outcome(models.TextChoices):
        HANDLE = "handle", "作出处理"
        NOT_ESTABLISHED = "not_established", "不成立"
        EXEMPT = "exempt", "自查免责"

    OPEN = [Status.PROPOSED, Status.REVIEWED]

    breach_case = of_case("handlings")
    outcome = models.CharField("提请", max_length=16, choices=Outcome)
    plan = models.JSONField("处理意见", default=dict)
    decided_plan = models.JSONField("所决定的处理", default=dict, blank=True, editable=False)
    report = models.ForeignKey(
        "agreements.SelfCheckReport", models.PROTECT, null=True, related_name="+", verbose_name="自查自纠报告"
    )
    minutes = models.CharField("集体讨论纪要编号", max_length=100, blank=True)
    minutes_files = files("会议纪要")
    status = StateField("状态", choices=Status, default=Status.PROPOSED)
    proposed_by = person("提请人")
    proposed_on = models.DateField("提请日期")
    reviewed_by = person("复核人")
    decided_by = person("决定人")
    decided_on = models.DateField("决定日期", null=True, editable=False)
    remark = models.CharField("意见", max_length=500, blank=True)
    override_reason = models.CharField("超过上限的理由", max_length=500, blank=True)
    override_files = files("超过上限的材料")
    # What it brought about, and what became of it when review or court did not let it stand (第八十一条).
    suspension = models.ForeignKey(
        "agreements.Suspension", models.PROTECT, null=True, editable=False, related_name="+", verbose_name="所作的中止"
    )  # fmt: skip
    bans = models.ManyToManyField("agreements.ServiceBan", related_name="+", verbose_name="所停止的服务")
    quashed_by = models.ForeignKey(
        "inspections.Dispute", models.PROTECT, null=True, editable=False, related_name="quashed", verbose_name="撤销、变更的依据"
    )  # fmt: skip
    quashed_on = models.DateField("撤销、变更日期", null=True, editable=False)
    quashed_words = models.JSONField("撤销时的决定内容", default=list, blank=True, editable=False)
    paper = paper_field("违约处理决定书")
    damages = models.DecimalField("违约金（元）", max_digits=14, decimal_places=2, default=0)
    cap = models.DecimalField("违约金上限（元）", max_digits=14, decimal_places=2, default=0)

    objects = AgencysOfCase.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "处理呈批"
        constraints = [
            models.UniqueConstraint(
                fields=["breach_case"],
                condition=Q(status__in=["proposed", "reviewed"]),
                name="one_open_handling_a_case",
                violation_error_message="本案已有未办结的处理呈批",
            ),
            models.CheckConstraint(
                condition=~Q(status="carried-out")
                | Q(override_reason__gt="")
                | Q(damages__lte=models.F("cap")),
                name="damages_within_cap_or_overridden",
                violation_error_message="违约金超过上限须有负责人写明的理由",
            ),
        ]

    def __str__(self):
        return f"{self.breach_case}（{self.get_outcome_display()}）"

    def get_absolute_url(self):
        return reverse("handling", args=[self.breach_case.number, self.pk])

    @property
    def is_open(self):
        return self.status in self.OPEN

    @property
    def typed_plan(self):
        """What was decided; until then, what is proposed."""
        return Plan.read(self.decided_plan or self.plan)

    def plan_decided_on(self, day):
        """第六条：what a decision of this day orders, which is in effect from that day on and not from an earlier one."""
        return made_on(Plan.read(self.plan), day, self.breach_case)

    def cap_on(self, day):
        """第六十五条至第六十七条：the most 违约金 that a decision of this day may claim, by the rates of its first day."""
        return damages_cap(self.breach_case, self.plan_decided_on(day).on)

    @property
    def begins_later(self):
        """Whether a decision of today begins on another day than the proposal says."""
        return self.is_open and self.plan_decided_on(localdate()).on != self.typed_plan.on

    @property
    def words(self):
        """What it says, a sentence a measure; while it waits, as a decision of today would order it."""
        if self.quashed_on:
            return self.quashed_words
        return measures_in_words(
            self.plan_decided_on(localdate()) if self.is_open else self.typed_plan, self.breach_case
        )

    @property
    def cap_now(self):
        """While it waits, as a decision of today would have it."""
        return self.cap_on(localdate()) if self.is_open else self.cap

    @property
    def is_over_cap(self):
        return self.damages > self.cap_now

    def acts(self):
        """[(act of the agreement, details)] that it carries out as things are now."""
        return acts_of(self.typed_plan, self.breach_case, self.minutes)

    def is_decided_by(self, user):
        return self.status == self.Status.CARRIED_OUT and self.decided_by_id == user.pk

    def stands_against(self, name, by, details):
        """Why this does not carry the act, as a sentence; None when it does. Asked by the door for `proposal=`."""
        if name == "disown_suspension":
            disowned = self.quashed_on and details["suspension"].pk == self.suspension_id
            return None if disowned else "所依的处理决定没有被撤销、变更，或作出的不是这条中止"
        decided = type(self).objects.filter(pk=self.pk, status=self.Status.CARRIED_OUT, decided_by=by.pk)
        if not decided.filter(breach_case__status=CaseStatus.REVIEW).exists():
            return "处理呈批还没有由负责人决定，或已经办完"
        if (name, details) not in self.acts():
            return "所办内容与处理呈批不一致。按呈批办理，或退回重新提请"
        return None

    @step(
        "status", source=[Status.PROPOSED], target=Status.REVIEWED, label="复核处理呈批", article="办审分离",
        who=permissions.agency_reviewer, checks=[common.not_the_proposer],
    )  # fmt: skip
    def review(self, remark, by):
        """办审分离：复核人审核经办的处理意见。"""
        self.reviewed_by, self.remark = by, remark

    @step(
        "status", source=[Status.REVIEWED], target=Status.CARRIED_OUT, label="决定处理呈批", article="第六十五条至第六十七条",
        who=permissions.agency_leader,
        checks=[
            common.not_the_proposer, common.not_the_reviewer, rules.window_of_the_case_is_over,
            planned.damages_are_within_the_cap, planned.override_is_needed, common.not_in_the_future,
        ],
    )  # fmt: skip
    def decide(self, override_reason, override_files, on, by):
        """第六十五条至第六十七条：负责人决定，处理同时办理，不早于决定之日起算。违约金原则上不超过上限，确要超过的写明理由并附材料。"""
        self.decided_plan, self.cap = self.plan_decided_on(on).kept(), self.cap_on(on)
        self.decided_by, self.decided_on, self.override_reason = by, on, override_reason.strip()
        kept = self.override_files.model.keep(self.agreement, override_files or [], by, internal=True)
        self.override_files.add(*kept)

    @step(
        "status", source=OPEN, target=Status.RETURNED, label="退回处理呈批", article="办审分离",
        who=permissions.reviewer_or_leader, checks=[common.not_the_proposer, common.reason_is_given],
    )  # fmt: skip
    def turn_down(self, reason, by):
        """办审分离：复核人或负责人退回，写明原因。"""
        self.decided_by, self.remark = by, reason

    @step(
        "status", source=OPEN, target=Status.WITHDRAWN, label="撤回处理呈批", article="办审分离", who=permissions.proposer,
    )  # fmt: skip
    def withdraw(self):
        """办审分离：提请人在决定前撤回。"""
