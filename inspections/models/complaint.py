import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from agreements.checks import not_in_the_future, reason_is_given
from agreements.gate import step
from agreements.models import Agreement
from agreements.models.case_file import OwnCaseFile
from agreements.models.event import ChainedRow
from agreements.models.stateful import StateField
from agreements.permissions import institution_side
from agreements.uploads import TYPES, kind_of, sha256_of
from institutions.models import Role, User

from ..records import complaint_checks as rules
from ..records import complaint_news as news
from ..records.permissions import answering_leader, authority_unless_accused
from .record import person_field


class ComplaintStatus(models.TextChoices):
    NEW = "new", "填写"
    RECEIVED = "received", "收到"
    HANDLING = "handling", "办理"
    ANSWERED = "answered", "答复"
    CLOSED = "closed", "结束"


S = ComplaintStatus


class ComplaintQuerySet(models.QuerySet):
    def visible_to(self, user):
        """第六条、第六十二条：the hospital that raised it, the authority, and the leader to whom it was passed on.

        Nobody else at the agency, and never the person complained about, whatever that person's role is or becomes.
        """
        if user.institution_id:
            return self.filter(agreement__institution=user.institution_id)
        if not user.agency_id or user.role not in (Role.AUTHORITY, Role.LEADER):
            return self.none()
        seen = self.filter(agreement__agency=user.agency_id).exclude(accused=user.pk)
        return seen if user.role == Role.AUTHORITY else seen.filter(forwarded_on__isnull=False)

    def open(self):
        return self.filter(status__in=AgencyBreachCase.OPEN)


class AgencyBreachCase(OwnCaseFile):
    """甲方违约事项：乙方提出，行政部门办理，甲方负责人答复（第六条、第六十二条）。

    It is a case file of its own, with its own chain of events, files and messages: nothing of it stands in the
    agreement's record, so nobody who reads that can tell that it exists.
    """

    kind_name = "甲方违约事项"
    Status = ComplaintStatus
    OPEN = (S.RECEIVED, S.HANDLING, S.ANSWERED)
    FACTS = ("item_code", "item_label", "wants", "occurred_on", "facts", "accused")
    LISTED_WITH = PREFETCHED = ()

    class Wants(models.TextChoices):
        CORRECTION = "correction", "要求甲方纠正"
        COORDINATION = "coordination", "提请行政部门协调处理、督促整改"

    class Outcome(models.TextChoices):
        PROVED = "proved", "属实，已督促整改"
        NOT_PROVED = "not_proved", "不属实"
        WITHDRAWN = "withdrawn", "乙方撤回"

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+", verbose_name="协议")
    status = StateField("状态", choices=S, default=S.NEW, db_index=True)
    item_code = models.CharField("违约情形编号", max_length=20)
    item_label = models.CharField("违约情形", max_length=200)
    wants = models.CharField("请求", max_length=12, choices=Wants)
    occurred_on = models.DateField("发生日期")
    facts = models.CharField("事实", max_length=2000)
    accused = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="被投诉人",
    )
    filed_by = person_field("提出人")
    filed_on = models.DateField("提出日期", null=True, editable=False)
    forwarded_on = models.DateField("转甲方负责人日期", null=True, editable=False)
    answered_by = person_field("答复人")
    answered_on = models.DateField("答复日期", null=True, editable=False)
    answer_text = models.CharField("甲方答复", max_length=2000, blank=True)
    outcome = models.CharField("结果", max_length=12, choices=Outcome, blank=True)
    result = models.CharField("办理结果", max_length=2000, blank=True)
    closed_by = person_field("结束人")
    closed_on = models.DateField("结束日期", null=True, editable=False)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "甲方违约事项"
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="closed") | (Q(closed_on__isnull=False) & ~Q(outcome="")),
                name="complaint_closed_with_outcome",
                violation_error_message="结束须写明结果和日期",
            )
        ]

    def __str__(self):
        return f"第{self.pk}号"

    def get_absolute_url(self):
        return reverse("complaint", args=[self.pk])

    # ── its own case file ──

    @property
    def agency_id(self):
        return self.agreement.agency_id

    @property
    def institution_id(self):
        return self.agreement.institution_id

    def cite(self, words):
        return self.agreement.cite(words)

    def after(self, thing, name, details):
        """Only those who may see it are told."""
        news.follow(self, name)

    def events_for(self, user):
        return self.events.order_by("-seq")

    # ── what is true of it ──

    @property
    def is_open(self):
        return self.status in self.OPEN

    @property
    def summary(self):
        return self.item_label

    @property
    def told(self):
        shown = [
            ("违约情形", self.item_label), ("请求", self.get_wants_display()), ("发生日期", self.occurred_on), ("事实", self.facts),
            ("被投诉人", self.accused and self.accused.name), ("转甲方负责人", self.forwarded_on), ("甲方答复", self.answer_text),
            ("结果", self.get_outcome_display()), ("办理结果", self.result),
        ]  # fmt: skip
        return [(label, value) for label, value in shown if value]

    def is_about(self, user):
        return self.accused_id is not None and self.accused_id == user.pk

    @property
    def leaders(self):
        """The agency's leaders who may answer: not the person complained about."""
        found = User.objects.filter(is_active=True, role=Role.LEADER, agency=self.agency_id)
        return found.exclude(pk=self.accused_id) if self.accused_id else found

    @property
    def authorities(self):
        found = User.objects.filter(is_active=True, role=Role.AUTHORITY, agency=self.agency_id)
        return found.exclude(pk=self.accused_id) if self.accused_id else found

    # ── its life ──

    @step(
        "status", source=[S.NEW], target=S.RECEIVED, label="提出甲方违约事项", article="第六十二条", who=institution_side,
        checks=[
            rules.text_has_breaches_of_the_agency, rules.agreement_counts, rules.item_is_the_agencys,
            rules.accused_is_of_the_agency, rules.has_happened, not_in_the_future,
        ],
    )  # fmt: skip
    def file(self, facts, files, on, by):
        """第六十二条：甲方有所列情形，乙方可以要求纠正，或提请医疗保障行政部门协调处理、督促整改。"""
        for name in self.FACTS:
            setattr(self, name, facts[name])
        self.filed_by, self.filed_on = by, on
        if self.wants == self.Wants.CORRECTION and self.leaders.exists():
            self.forwarded_on = on
        ComplaintFile.keep(self, files, by)

    @step(
        "status", source=[S.RECEIVED], target=S.HANDLING, label="办理", article="第六十二条", who=authority_unless_accused,
        checks=[rules.somebody_else_can_answer, not_in_the_future],
    )  # fmt: skip
    def take_up(self, forward, on):
        """第六十二条：医疗保障行政部门办理；需要甲方说明的，转甲方负责人答复，被投诉的人除外。"""
        if forward and self.forwarded_on is None:
            self.forwarded_on = on

    @step(
        "status", source=[S.RECEIVED, S.HANDLING], target=S.ANSWERED, label="答复", article="第六十二条", who=answering_leader,
        checks=[rules.answer_is_written, not_in_the_future],
    )  # fmt: skip
    def answer(self, text, files, on, by):
        """第六十二条：甲方负责人答复怎样纠正，或为什么不是违约。"""
        self.answer_text, self.answered_by, self.answered_on = text, by, on
        ComplaintFile.keep(self, files, by)

    @step(
        "status", source=[S.HANDLING, S.ANSWERED], target=S.CLOSED, label="结束办理", article="第六十二条",
        who=authority_unless_accused, checks=[rules.result_is_written, rules.outcome_is_the_authoritys, not_in_the_future],
    )  # fmt: skip
    def conclude(self, outcome, text, files, on, by):
        """第六十二条：医疗保障行政部门写明协调处理、督促整改的结果。"""
        self._close(outcome, text, on, by)
        ComplaintFile.keep(self, files, by)

    @step(
        "status", source=OPEN, target=S.CLOSED, label="撤回", article="第六十二条", who=institution_side,
        checks=[reason_is_given, not_in_the_future],
    )  # fmt: skip
    def withdraw(self, reason, on, by):
        """第六十二条：甲方已经纠正或乙方不再追究的，乙方撤回，写明原因。"""
        self._close(self.Outcome.WITHDRAWN, reason, on, by)

    def _close(self, outcome, text, on, by):
        self.outcome, self.result, self.closed_on, self.closed_by = outcome, text, on, by


class OfComplaint(models.QuerySet):
    def visible_to(self, user):
        return self.filter(complaint__in=AgencyBreachCase.objects.visible_to(user).values("pk"))


class ComplaintEvent(ChainedRow):
    """One thing that happened to one complaint; chained as the agreement's own record is, and kept apart from it."""

    complaint = models.ForeignKey(
        AgencyBreachCase, models.PROTECT, related_name="events", verbose_name="事项"
    )

    objects = OfComplaint.as_manager()

    class Meta:
        ordering = ["complaint_id", "seq"]
        verbose_name = verbose_name_plural = "甲方违约事项记录"
        constraints = [models.UniqueConstraint(fields=["complaint", "seq"], name="complaint_event_once")]

    def __str__(self):
        return f"{self.complaint_id}#{self.seq} {self.label}"


def random_name(file, name):
    return f"complaints/{secrets.token_hex(16)}.{file.kind.lower()}"


class ComplaintFile(models.Model):
    """材料：只有看得到这件事项的人才能打开。"""

    complaint = models.ForeignKey(AgencyBreachCase, models.PROTECT, related_name="files", verbose_name="事项")
    name = models.CharField("文件名", max_length=200)
    kind = models.CharField("种类", max_length=4)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("摘要", max_length=64)
    file = models.FileField("文件", upload_to=random_name)
    uploaded_by = person_field("上传人")

    objects = OfComplaint.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "甲方违约事项的材料"

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("complaint-file", args=[self.complaint_id, self.pk])

    @property
    def content_type(self):
        return TYPES[self.kind]

    @property
    def is_whole(self):
        with self.file.open("rb") as file:
            return sha256_of(file) == self.sha256

    @classmethod
    def keep(cls, complaint, uploads, by):
        for one in uploads:
            cls.objects.create(
                complaint=complaint, name=one.name[-200:], kind=kind_of(one), size=one.size, sha256=sha256_of(one),
                file=one, uploaded_by=by,
            )  # fmt: skip
