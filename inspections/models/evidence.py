from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.timezone import localdate

from agreements import checks as common
from agreements.gate import step
from agreements.models import Agreement, Attachment, Paper
from agreements.models.stateful import StateField, Stateful

from .. import checks, clocks, permissions
from .inspection import Inspection
from .querysets import OfInspection


class EvidenceStatus(models.TextChoices):
    ASKED = "asked", "待提供"
    ANSWERED = "answered", "已提供"
    ACCEPTED = "accepted", "已收齐"
    WITHDRAWN = "withdrawn", "已撤销"


S = EvidenceStatus


class EvidenceRequest(Stateful):
    """调取资料：写明要什么、最迟哪一天，乙方凭承诺书提供（第五十七条、第四条）。"""

    kind_name = "资料调取"
    Status = EvidenceStatus

    inspection = models.ForeignKey(
        Inspection, models.PROTECT, related_name="evidence_requests", verbose_name="核查"
    )
    order = models.PositiveSmallIntegerField("序号")
    what = models.CharField("要提供的资料", max_length=1000)
    asked_on = models.DateField("要求日期")
    due_on = models.DateField("最迟提供日期")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="要求人"
    )
    status = StateField("状态", choices=S, default=S.ASKED, db_index=True)
    rounds = models.PositiveSmallIntegerField("次数", default=1, editable=False)
    answer = models.CharField("乙方说明", max_length=1000, blank=True)
    answered_on = models.DateField("提供日期", null=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="提供人"
    )  # fmt: skip
    late = models.BooleanField("逾期", default=False, editable=False)
    returning_reason = models.CharField("要补充的", max_length=500, blank=True)
    attachments = models.ManyToManyField(Attachment, related_name="+", verbose_name="资料")
    paper = models.ForeignKey(
        Paper, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="通知书"
    )
    commitment_paper = models.ForeignKey(
        Paper, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="承诺书"
    )

    objects = OfInspection.as_manager()

    class Meta:
        ordering = ["inspection_id", "order"]
        verbose_name = verbose_name_plural = "资料调取"
        constraints = [
            models.UniqueConstraint(fields=["inspection", "order"], name="evidence_request_order_once"),
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("asked_on")),
                name="evidence_due_after_asking",
                violation_error_message="最迟提供日期不能早于要求日期",
            ),
        ]

    def __str__(self):
        return f"{self.inspection}-{self.order}"

    def get_absolute_url(self):
        return reverse("evidence-request", args=[self.inspection.number, self.order])

    @property
    def agreement(self):
        return self.inspection.agreement

    @property
    def case(self):
        return self.inspection.agreement

    def case_key(self):
        return Agreement, self.inspection.agreement_id

    @property
    def inspection_team(self):
        return self.inspection.inspection_team

    @property
    def is_overdue(self):
        """第六十七条（五）：a refusal to hand over is judged by people; the portal shows what is late."""
        return self.status == S.ASKED and self.due_on < localdate()

    @property
    def material(self):
        """What the letter of commitment names."""
        return f"核查{self.inspection}所调取的资料（第{self.order}次）"

    def follow(self, name, details):
        clocks.follow_request(self, name, details)

    @step(
        "status", source=[S.ASKED], target=S.ANSWERED, label="提供资料", article="第五十七条",
        who=permissions.institution_side, checks=[common.not_in_the_future, checks.answer_has_files],
    )  # fmt: skip
    def hand_over(self, answer, files, on, by):
        """第五十七条：乙方按要求提供资料，保证真实、准确、完整；逾期的也收下并注明。"""
        self.answer, self.answered_on, self.answered_by = answer, on, by
        self.late = self.late or on > self.due_on
        self.returning_reason = ""
        self.attachments.add(*Attachment.keep(self.agreement, files, by))

    @step(
        "status", source=[S.ANSWERED], target=S.ASKED, label="要求补充", article="第五十七条",
        who=permissions.team_member, checks=[common.reason_is_given, common.not_in_the_future, checks.due_day_is_ahead],
    )  # fmt: skip
    def ask_again(self, reason, due_on, on):
        """第五十七条：资料不全的，写明要补充什么、最迟哪一天。"""
        self.returning_reason, self.due_on = reason, due_on
        self.rounds += 1

    @step(
        "status", source=[S.ANSWERED], target=S.ACCEPTED, label="收齐资料", article="第五十七条",
        who=permissions.team_member,
    )  # fmt: skip
    def accept(self):
        """第五十七条：资料已收齐；只用于核查，不作他用。"""

    @step(
        "status", source=[S.ASKED], target=S.WITHDRAWN, label="撤销要求", article="第五十七条",
        who=permissions.planner_or_team, checks=[common.reason_is_given, common.not_in_the_future],
    )  # fmt: skip
    def withdraw(self, reason, on):
        """第五十七条：不再需要的，撤销要求，写明原因。"""
        self.returning_reason = reason
