from datetime import date

from django.db import models
from django.urls import reverse

from institutions.models import Agency

from .. import permissions
from ..checks import reason_is_given
from ..gate import step
from ..status import ENDED
from ..supplements import checks
from .agreement import Agreement
from .amendment import Amendment
from .application import person_field
from .case_file import OwnCaseFile
from .edition import Edition
from .event import ChainedRow
from .stateful import StateField

ARTICLE = "第七十七条"


class PolicySupplementQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The agency's own people; a hospital sees the supplement to its agreement, and nothing of the others."""
        return self.filter(agency=user.agency_id) if user.agency_id else self.none()


class PolicySupplement(OwnCaseFile):
    """统一补充协议：政策变化时起草一次，发给选定的协议，逐份由双方签署后生效（第七十七条）。

    It is its own case file, with its own chain of events. What it makes of each agreement is an `Amendment`.
    """

    kind_name = "统一补充协议"

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        REVIEWED = "reviewed", "已复核"
        SENT = "sent", "已发送"
        WITHDRAWN = "withdrawn", "已撤销"

    S = Status

    number = models.CharField("编号", max_length=20, unique=True, editable=False)
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="policy_supplements", verbose_name="经办机构"
    )
    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="policy_supplements", verbose_name="协议文本"
    )
    status = StateField("状态", choices=Status, default=Status.DRAFT)
    title = models.CharField("名称", max_length=100)
    document = models.CharField("政策文号", max_length=100, blank=True)
    reason = models.CharField("订立原因", max_length=500)
    clauses = models.JSONField("条款", default=list)
    articles = models.JSONField("涉及条文", default=list)
    terms_source = models.TextField("改动的参数", blank=True)
    from_on = models.DateField("最早适用日期", null=True, blank=True)
    drafted_by = person_field("起草人")
    reviewed_by = person_field("复核人")
    sent_by = person_field("发送人")
    closing_reason = models.CharField("退回、撤销原因", max_length=200, blank=True, editable=False)
    rounds = models.PositiveIntegerField("后台办理次数", default=0, editable=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    objects = PolicySupplementQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "统一补充协议"

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("supplement", args=[self.number])

    # ── the acts ──

    @step(
        status, source=[S.DRAFT], target=S.DRAFT, label="起草统一补充协议", article=ARTICLE, who=permissions.supplement_clerk,
        checks=[checks.has_clauses, checks.articles_are_in_the_text, checks.terms_can_be_changed],
    )  # fmt: skip
    def write(self, title, document, reason, clauses, articles, terms_source, from_on, by):
        """第七十七条：条款按印出的文字写；改动的参数只能是协议文本已有的。"""
        self.title, self.document, self.reason = title, document, reason
        self.clauses, self.articles = clauses, articles
        self.terms_source, self.from_on = terms_source, from_on
        self.drafted_by, self.closing_reason = by, ""

    @step(
        status, source=[S.DRAFT], target=S.REVIEWED, label="复核统一补充协议", article=ARTICLE, who=permissions.agency_reviewer,
        checks=[checks.not_the_drafter],
    )  # fmt: skip
    def review(self, opinion, by):
        """办审分离、第七十七条：起草以外的一人核对条款和参数。"""
        self.reviewed_by = by

    @step(
        status, source=[S.DRAFT, S.REVIEWED], target=S.DRAFT, label="退回修改", article=ARTICLE,
        who=permissions.reviewer_or_leader, checks=[reason_is_given],
    )  # fmt: skip
    def return_to_draft(self, reason):
        """第七十七条：条款或参数要改的，写明原因，退回起草人。"""
        self.reviewed_by, self.closing_reason = None, reason

    @step(
        status, source=[S.REVIEWED, S.SENT], target=S.SENT, label="发送统一补充协议", article=ARTICLE,
        who=permissions.agency_leader, checks=[checks.not_the_drafter, checks.not_the_reviewer],
    )  # fmt: skip
    def send(self, chosen, count, by):
        """第七十七条：发给选定的协议，双方逐份签署。其后另选的协议，可以再发。"""
        self.sent_by = by
        self.rounds += 1

    @step(
        status, source=[S.SENT], target=S.SENT, label="重试没有发出的", article=ARTICLE,
        who=permissions.supplement_staff, checks=[checks.something_failed],
    )  # fmt: skip
    def retry(self):
        """第七十七条：没有发出的再办一次；已经发出的不重发。"""
        self.items.filter(state=SupplementItem.State.FAILED).update(
            state=SupplementItem.State.WAITING, reason=""
        )
        self.rounds += 1

    @step(
        status, source=[S.SENT], target=S.SENT, label="甲方成批签署", article=ARTICLE, who=permissions.agency_leader,
        checks=[checks.hospitals_have_signed],
    )  # fmt: skip
    def sign_together(self, name, count):
        """第七十四条、第七十七条：乙方已经签署的，甲方法定代表人逐份签署，每份各有记录。"""
        self.rounds += 1

    @step(
        status, source=[S.DRAFT, S.REVIEWED], target=S.WITHDRAWN, label="撤销", article=ARTICLE,
        who=permissions.supplement_staff, checks=[reason_is_given],
    )  # fmt: skip
    def withdraw(self, reason):
        """第七十七条：没有发送的可以撤销；已经发出的，逐份撤回。"""
        self.closing_reason = reason

    # ── what is true of it ──

    @property
    def ready_to_sign(self):
        """The supplements that the hospital has signed and the agency has not."""
        signed = self.amendments.filter(status=Amendment.Status.TO_SIGN, signatures__side="institution")
        return signed.exclude(signatures__side="agency").exclude(agreement__status__in=ENDED)

    def first_day(self, in_force_on):
        """From when the changed numbers apply to an agreement whose supplement is in force since this day."""
        return max(in_force_on, self.from_on or date.min)


class OfSupplement(models.QuerySet):
    def visible_to(self, user):
        return self.filter(supplement__in=PolicySupplement.objects.visible_to(user).values("pk"))


class SupplementItem(models.Model):
    """选定的一份协议：补充协议发出没有，没有发出的原因。

    Work to be done, written by whoever does it; what comes of it passes the door of its agreement.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "等待"
        SENT = "sent", "已发出"
        FAILED = "failed", "没有发出"

    supplement = models.ForeignKey(
        PolicySupplement, models.PROTECT, related_name="items", verbose_name="统一补充协议"
    )
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="supplement_items", verbose_name="协议"
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField("原因", max_length=500, blank=True)
    settled_at = models.DateTimeField("了结时间", null=True, blank=True)

    objects = OfSupplement.as_manager()

    class Meta:
        ordering = ["supplement", "pk"]
        verbose_name = verbose_name_plural = "统一补充协议选定的协议"
        constraints = [
            models.UniqueConstraint(fields=["supplement", "agreement"], name="agreement_once_a_supplement"),
        ]
        indexes = [models.Index(fields=["supplement", "state"], name="supplement_item_state")]

    def __str__(self):
        return f"{self.supplement} {self.agreement}"


class SupplementEvent(ChainedRow):
    """One thing that happened to one supplement."""

    supplement = models.ForeignKey(
        PolicySupplement, models.PROTECT, related_name="events", verbose_name="统一补充协议"
    )

    objects = OfSupplement.as_manager()

    class Meta:
        ordering = ["supplement_id", "seq"]
        verbose_name = verbose_name_plural = "统一补充协议记录"
        constraints = [models.UniqueConstraint(fields=["supplement", "seq"], name="supplement_event_once")]

    def __str__(self):
        return f"{self.supplement_id}#{self.seq} {self.label}"
