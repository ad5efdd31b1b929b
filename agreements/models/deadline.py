from django.db import models
from django.db.models import Q
from django_fsm import RETURN_VALUE

from .. import permissions
from ..clocks import checks
from ..clocks.deadlines import EXACT, Due
from ..gate import step
from .querysets import OfAgreement
from .stateful import StateField, Stateful

# Events known from the hospital's own draft only, until it is submitted (第七十六条).
DRAFTED = ["change_approved", "general_change"]


class DeadlineQuerySet(OfAgreement):
    def visible_to(self, user):
        """While the hospital has not submitted what it drafts, the clock of it is its own affair."""
        seen = super().visible_to(user)
        drafted = Q(status=Deadline.Status.OPEN, event__in=DRAFTED, about__startswith="变更申请 ")
        return seen.exclude(drafted) if user.agency_id else seen

    def open(self):
        return self.filter(status=Deadline.Status.OPEN)

    def with_parties(self):
        return self.select_related(
            "agreement__agency__region", "agreement__agency__current", "agreement__institution__current"
        )


class Deadline(Stateful):
    """一个在走的时限：哪一条、约束谁、从哪天起、到哪天止。办结、注销各写一次，此后不再变动。

    `about` keeps apart two clocks of one rule in one agreement ("中止 12"); `round` those of a recurring clock.
    """

    kind_name = "时限"

    class Bound(models.TextChoices):
        AGENCY = "甲", "甲方"
        INSTITUTION = "乙", "乙方"
        SYSTEM = "系统", "系统"

    class Status(models.TextChoices):
        OPEN = "open", "未办结"
        MET = "met", "已办结"
        MISSED = "missed", "未办结，已转下一期"
        DROPPED = "dropped", "不再计时"

    agreement = models.ForeignKey("Agreement", models.PROTECT, related_name="deadlines", verbose_name="协议")
    rule = models.CharField("编号", max_length=10)
    bound = models.CharField("约束谁", max_length=2, choices=Bound)
    event = models.CharField("起算事件", max_length=40)
    about = models.CharField("对象", max_length=40, blank=True)
    round = models.PositiveSmallIntegerField("期次", default=1)
    title = models.CharField("事项", max_length=100)
    article = models.CharField("依据", max_length=60)
    unit = models.CharField("单位", max_length=12)
    started_on = models.DateField("起算日")
    started_at = models.DateTimeField("起算时刻", null=True, blank=True)
    # 第七十七条：it keeps the numbers of this day, whatever a supplement changes later; null: those of the edition.
    terms_of = models.DateField("按哪一日的参数", null=True, editable=False)
    pauses = models.JSONField("暂停", default=list, blank=True)  # [[first, last, reason]], days in ISO form
    paused_since = models.DateField("暂停自", null=True, blank=True)
    due_on = models.DateField("到期日")
    due_at = models.DateTimeField("到期时刻")
    provisional = models.BooleanField("预计", default=False)
    # The calendar that the due day was counted with (`workdays.stamp`); 0 when that is not known.
    counted_with = models.BigIntegerField("所用日历", default=0, editable=False)
    status = StateField("状态", choices=Status, default=Status.OPEN)
    closed_on = models.DateField("办结日", null=True, blank=True)
    remark = models.CharField("说明", max_length=200, blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        verbose_name = verbose_name_plural = "时限"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "rule", "bound", "about", "round"],
                name="one_clock_a_rule",
                violation_error_message="这一时限已经在计时",
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_on__isnull=True)
                | (~Q(status="open") & Q(closed_on__isnull=False)),
                name="deadline_closed_with_day",
                violation_error_message="办结或注销时限，须同时写明日期",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "due_at"]),
            models.Index(fields=["agreement", "status", "due_at"], name="deadline_of_agreement"),
            models.Index(fields=["status", "counted_with"], name="deadline_by_calendar"),
            models.Index(fields=["status", "rule", "due_on"], name="deadline_by_rule"),
        ]

    def __str__(self):
        return f"{self.rule} {self.title}"

    @property
    def case(self):
        return self.agreement

    def case_key(self):
        return self._meta.get_field("agreement").related_model, self.agreement_id

    @property
    def due(self):
        """The stored due day as the Due that `deadlines.days_left` takes."""
        return Due(self.due_on, self.due_at, self.unit)

    @property
    def start(self):
        """What the clock runs from: the moment for hours and minutes, else the day."""
        return self.started_at if self.unit in EXACT else self.started_on

    @property
    def terms(self):
        """The Terms that it was started with."""
        agreement = self.agreement
        return agreement.terms_on(self.terms_of) if self.terms_of else agreement.edition.terms

    @property
    def term(self):
        """Its DeadlineTerm: what it counts by, and when it reminds."""
        return self.terms.deadlines[self.rule]

    @property
    def when_missed(self):
        """What the text says of it when it is overdue; "" where it says nothing."""
        term = self.terms.deadlines.get(self.rule)
        return term.missed if term else ""

    @property
    def is_paused(self):
        return self.paused_since is not None

    @property
    def was_late(self):
        return self.status == self.Status.MET and self.closed_on > self.due_on

    @property
    def needs_proof(self):
        """Whether the hospital shows by photographs that it was done, and nobody just says so (DisplayProof)."""
        term = self.terms.deadlines.get(self.rule)
        return self.bound == self.Bound.INSTITUTION and term is not None and term.proof

    # ── what ends it, once ──

    @step(
        status, source=[Status.OPEN], target=Status.MET, label="办结时限", article="第七十三条、第八十二条",
        who=permissions.bound_party,
        checks=[
            checks.is_met_by_hand, checks.is_shown_by_no_proof, checks.is_done_already, checks.done_after_it_began, checks.says_how,
        ],
    )  # fmt: skip
    def meet(self, on, remark):
        """第七十三条、第八十二条：被约束的一方登记已公告、摘牌或办结善后，写明怎样办结的。"""
        self.closed_on, self.remark = on, remark

    @step(
        status, source=[Status.OPEN], target=RETURN_VALUE(Status.MET, Status.MISSED, Status.DROPPED),
        label="结束计时", article="第七十九条", who=permissions.the_system,
    )  # fmt: skip
    def close(self, outcome, on):
        """第七十九条等：所等的事已经办了（met）、失去对象（dropped），或按期重新计时（missed）。

        Part of the act that has passed the door and stands in the record; it needs no entry of its own.
        """
        self.closed_on = on
        return outcome
