from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.timezone import localdate

from agreements.models import Agreement
from agreements.models.stateful import StateField, Stateful
from institutions.models import Department, StaffMember

from .. import clocks
from ..states import ANSWERED, CLOSED, FIXED, OPEN, InspectionStatus
from .fieldwork import FieldworkActs
from .planning import PlanningActs
from .querysets import InspectionQuerySet, OfInspection
from .signing import SigningActs


class Inspection(PlanningActs, FieldworkActs, SigningActs, Stateful):
    """一次核查：计划、通知、实施、结果签认，归档或转案件（第五十七条）。"""

    kind_name = "核查"
    Status = InspectionStatus

    class Kind(models.TextChoices):
        PERIODIC = "periodic", "定期核查"
        IRREGULAR = "irregular", "不定期核查"
        SIGNAL = "signal", "线索核查"

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="inspections", verbose_name="协议")
    number = models.CharField("编号", max_length=40, unique=True, editable=False)
    kind = models.CharField("种类", max_length=10, choices=Kind)
    title = models.CharField("名称", max_length=100)
    signal = models.CharField("线索", max_length=500, blank=True)
    period_from = models.DateField("核查时段起")
    period_to = models.DateField("核查时段止")
    departments = models.ManyToManyField(Department, blank=True, related_name="+", verbose_name="科室")
    staff = models.ManyToManyField(StaffMember, blank=True, related_name="+", verbose_name="医务人员")
    third_party = models.CharField("受托第三方机构", max_length=100, blank=True)
    planned_on = models.DateField("计划日期")
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="安排人"
    )
    notified_on = models.DateField("通知日期", null=True, editable=False)
    began_on = models.DateField("开始日期", null=True, editable=False)
    finished_on = models.DateField("核查完毕日期", null=True, editable=False)
    closing_reason = models.CharField("取消、归档的说明", max_length=500, blank=True, editable=False)
    status = StateField(
        "状态", choices=InspectionStatus, default=InspectionStatus.PLANNED, db_index=True
    )  # fmt: skip

    objects = InspectionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "核查"
        constraints = [
            models.CheckConstraint(
                condition=Q(period_to__gte=F("period_from")),
                name="inspection_period_in_order",
                violation_error_message="核查时段止不能早于时段起",
            ),
        ]
        indexes = [
            models.Index(fields=["agreement", "status"]),
            models.Index(fields=["status", "planned_on"]),
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("inspection", args=[self.number])

    @property
    def case(self):
        return self.agreement

    def case_key(self):
        return Agreement, self.agreement_id

    # ── what is true of it ──

    @cached_property
    def team(self):
        return list(self.members.select_related("user").order_by("pk"))

    @property
    def inspection_team(self):
        return {member.user_id for member in self.team}

    @property
    def team_minimum(self):
        return self.agreement.terms.team_minimum

    @property
    def is_told(self):
        """Whether the hospital knows of it."""
        return self.notified_on is not None or self.began_on is not None

    @property
    def is_open(self):
        return self.status in OPEN

    @property
    def is_fixed(self):
        return self.status in FIXED

    @property
    def is_answered(self):
        return self.status in ANSWERED or (self.is_fixed and self.status in CLOSED)

    @property
    def sheet(self):
        """The sheet that counts, or None: one that was taken back is kept, but counts no more."""
        return self.sheets.filter(void=False).last() if self.is_fixed else None

    @property
    def scope(self):
        """The departments and staff to which it reaches, in words (第五十七条)."""
        named = [*self.departments.all(), *self.staff.all()]
        return "、".join(str(one) for one in named) or "全院"

    @property
    def is_overdue(self):
        return self.status in InspectionStatus.values[:2] and self.planned_on < localdate()

    @property
    def tone(self):
        """The colour of its badge, by the classes of the states."""
        return {
            "planned": "draft", "notified": "draft", "underway": "continued", "to_sign": "suspended", "signed": "active",
            "refused": "rescinded", "archived": "terminated", "transferred": "terminated", "cancelled": "void",
        }[self.status]  # fmt: skip

    def follow(self, name, details):
        """What an act on it starts and stops by the clock."""
        clocks.follow(self, name, details)


class InspectionMember(models.Model):
    """核查人员：至少两人，出示工作证件（第五十七条）。"""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="members", verbose_name="核查")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="inspections", verbose_name="人员"
    )
    name = models.CharField("姓名", max_length=50)  # as it was when the team was named; the sheet says it so
    certificate = models.CharField("工作证件号", max_length=40, blank=True)
    leads = models.BooleanField("组长", default=False)

    objects = OfInspection.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "核查人员"
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "user"],
                name="one_seat_on_a_team",
                violation_error_message="同一人在核查组里只列一次",
            )
        ]

    def __str__(self):
        return self.name
