from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from .. import checks, permissions
from ..gate import step
from ..renewals import checks as renewal_checks
from .agreement import Agreement
from .application import paper_field
from .attachment import Attachment
from .querysets import OfAgreement
from .stateful import StateField, Stateful


class RenewalRequestQuerySet(OfAgreement):
    def open(self):
        return self.filter(status__in=RenewalRequest.OPEN)


class RenewalRequest(Stateful):
    """续签申请：乙方期满前提出，甲方受理、协商，一致或不一致（第七十八条）。"""

    kind_name = "续签申请"

    class Status(models.TextChoices):
        SUBMITTED = "submitted", "已提交"
        RETURNED = "returned", "补正"
        NEGOTIATING = "negotiating", "协商"
        AGREED = "agreed", "同意"
        FAILED = "failed", "不一致"
        WITHDRAWN = "withdrawn", "已撤回"

    OPEN = [Status.SUBMITTED, Status.RETURNED, Status.NEGOTIATING, Status.AGREED]

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="renewal_requests", verbose_name="协议"
    )
    status = StateField("状态", choices=Status, default=Status.SUBMITTED)
    filed_on = models.DateField("申请日期")
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人"
    )
    on_time = models.BooleanField("按时")
    self_assessment = models.TextField("履约自评")
    late_accepted_on = models.DateField("受理逾期申请日期", null=True, blank=True)
    late_accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="受理逾期申请的人",
    )
    returning_reason = models.CharField("补正要求", max_length=500, blank=True)
    offered_on = models.DateField("通知乙方签署日期", null=True, blank=True)
    sign_by = models.DateField("签署期限", null=True, blank=True)
    closed_on = models.DateField("了结日期", null=True, blank=True)
    closing_reason = models.CharField("了结事由", max_length=500, blank=True)

    attachments = models.ManyToManyField(Attachment, related_name="+", verbose_name="附件")
    form_paper = paper_field("申请表")
    commitment_paper = paper_field("承诺书")

    objects = RenewalRequestQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "续签申请"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(status__in=["submitted", "returned", "negotiating", "agreed"]),
                name="one_open_renewal_request",
                violation_error_message="这份协议已有未办结的续签申请",
            )
        ]

    def __str__(self):
        return f"{self.agreement.number}（{self.filed_on}）"

    def get_absolute_url(self):
        return reverse("renewal", args=[self.agreement.number, self.pk])

    @property
    def case(self):
        return self.agreement

    def case_key(self):
        return Agreement, self.agreement_id

    @property
    def counts_as_on_time(self):
        """第七十八条：甲方统一组织续签的，所涉机构都算按时。"""
        return self.on_time or self.agreement.renewal_campaigns.exists()

    @property
    def standing(self):
        """Its state, and whether it was late, in words."""
        late = "" if self.on_time else "，逾期已受理" if self.late_accepted_on else "，逾期"
        return f"{self.get_status_display()}{late}"

    @property
    def has_failed(self):
        """Talks failed, or the hospital took its application back."""
        return self.status in (self.Status.FAILED, self.Status.WITHDRAWN)

    def offer_lapsed_by(self, day):
        """The text was offered, and the hospital had not signed it when its last day to do so was over on `day`."""
        if self.sign_by is None or self.sign_by >= day:
            return False
        signed = Q(
            sign_records__side="institution",
            sign_records__void=False,
            sign_records__signed_on__lte=self.sign_by,
        )
        return not self.agreement.next_agreements.filter(signed).exists()

    @step(
        status, source=[Status.SUBMITTED], target=None, label="受理逾期申请", article="第七十八条",
        who=permissions.agency_reviewer,
        checks=[
            renewal_checks.case_is_live, renewal_checks.request_is_late, renewal_checks.late_not_accepted_yet, checks.not_in_the_future,
            renewal_checks.not_before_filing, renewal_checks.expiry_is_settled,
        ],
    )  # fmt: skip
    def accept_late(self, on, by):
        """第七十八条：逾期的申请，甲方可以受理；受理后未办结的，协议延续有效（第八十三条）。"""
        self.late_accepted_on, self.late_accepted_by = on, by

    @step(
        status, source=[Status.SUBMITTED], target=Status.RETURNED, label="退回补正", article="第七十八条",
        who=permissions.agency_reviewer,
        checks=[
            renewal_checks.case_is_live, checks.reason_is_given, checks.not_in_the_future, renewal_checks.not_before_filing,
            renewal_checks.expiry_is_settled,
        ],
    )  # fmt: skip
    def return_for_completion(self, reason, on):
        """第七十八条：材料不全的，退回乙方补正。"""
        self.returning_reason = reason

    @step(
        status, source=[Status.RETURNED], target=Status.SUBMITTED, label="补正后提交", article="第七十八条",
        who=permissions.institution_side,
        checks=[
            renewal_checks.case_is_live, renewal_checks.self_assessment_is_written, checks.not_in_the_future,
            renewal_checks.not_before_filing, renewal_checks.expiry_is_settled,
        ],
    )  # fmt: skip
    def refile(self, self_assessment, on, by, files=()):
        """第七十八条：乙方补正后重新提交；是否按时仍看首次申请的日期。"""
        self.self_assessment, self.returning_reason = self_assessment, ""
        self.attachments.add(*Attachment.keep(self.agreement, files, by))

    @step(
        status, source=[Status.SUBMITTED], target=Status.NEGOTIATING, label="开始协商", article="第七十八条",
        who=permissions.agency_clerk,
        checks=[
            renewal_checks.case_is_live, renewal_checks.on_time_or_accepted, checks.not_in_the_future, renewal_checks.not_before_filing,
            renewal_checks.expiry_is_settled,
        ],
    )  # fmt: skip
    def start_talks(self, on):
        """第七十八条：甲乙双方就是否续签协商，依据协议履行和绩效考核情况。"""

    @step(
        status, source=[Status.NEGOTIATING], target=Status.AGREED, label="同意续签", article="第七十八条",
        who=permissions.reviewer_or_leader,
        checks=[
            renewal_checks.case_is_live, checks.not_in_the_future, renewal_checks.not_before_filing,
            renewal_checks.expiry_is_settled,
        ],
    )  # fmt: skip
    def agree(self, on):
        """第七十八条：协商一致的，续签协议。"""

    @step(
        status, source=[Status.NEGOTIATING, Status.AGREED], target=None, label="通知乙方签署", article="第八十条",
        who=permissions.agency_clerk,
        checks=[
            renewal_checks.case_is_live, renewal_checks.next_text_is_fixed, renewal_checks.sign_by_is_after_the_offer,
            checks.not_in_the_future, renewal_checks.not_before_filing, renewal_checks.expiry_is_settled,
        ],
    )  # fmt: skip
    def offer_text(self, sign_by, on):
        """第八十条（四）：甲方给出文本和签署期限；乙方到期不签的，期满终止。"""
        self.offered_on, self.sign_by = on, sign_by

    @step(
        status, source=OPEN, target=Status.FAILED, label="记录不一致", article="第七十八条",
        who=permissions.agency_leader,
        checks=[
            renewal_checks.case_is_live, checks.reason_is_given, checks.not_in_the_future, renewal_checks.not_before_filing,
            renewal_checks.expiry_is_settled,
        ],
    )  # fmt: skip
    def fail(self, reason, on):
        """第七十八条：未达成一致的，协议期满自动终止。"""
        self.closed_on, self.closing_reason = on, reason

    @step(
        status, source=OPEN, target=Status.WITHDRAWN, label="撤回续签申请", article="第七十八条",
        who=permissions.institution_side,
        checks=[
            renewal_checks.case_is_live, checks.not_in_the_future, renewal_checks.not_before_filing,
            renewal_checks.expiry_is_settled,
        ],
    )  # fmt: skip
    def withdraw(self, on):
        """第七十八条：乙方撤回申请。"""
        self.closed_on, self.closing_reason = on, "乙方撤回"


class RenewalCampaignQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The agency's own staff, and the hospitals that have an agreement with it."""
        if user.institution_id:
            return self.filter(agency__in=Agreement.objects.visible_to(user).values("agency"))
        return self.filter(agency=user.agency_id) if user.agency_id else self.none()


class RenewalCampaign(models.Model):
    """甲方统一组织续签：有效期止在范围内的协议，乙方都算按时（第七十八条）。"""

    agency = models.ForeignKey(
        "institutions.Agency", models.PROTECT, related_name="renewal_campaigns", verbose_name="甲方"
    )
    first_end = models.DateField("有效期止自")
    last_end = models.DateField("有效期止至")
    announced_on = models.DateField("公告日期")
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="公告人"
    )
    closed_on = models.DateField("办结日期", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="办结人",
    )

    objects = RenewalCampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-announced_on", "-pk"]
        verbose_name = verbose_name_plural = "统一组织续签"
        constraints = [
            models.CheckConstraint(
                condition=Q(last_end__gte=F("first_end")),
                name="campaign_range_in_order",
                violation_error_message="有效期止的范围：止不能早于起",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, closed_by__isnull=True)
                | Q(closed_on__gte=F("announced_on"), closed_by__isnull=False),
                name="campaign_closed_by_somebody",
                violation_error_message="办结统一续签须同时写明日期和办结人，且不早于公告日期",
            ),
        ]

    def __str__(self):
        return f"{self.agency}统一组织续签（{self.first_end}至{self.last_end}期满）"


class Holdover(models.Model):
    """延续有效：期满后因甲方原因未续签，原协议继续生效，原因记录在案（第八十三条）。"""

    agreement = models.OneToOneField(Agreement, models.PROTECT, related_name="holdover", verbose_name="协议")
    started_on = models.DateField("起")
    cause = models.CharField("原因", max_length=500)
    cause_due_on = models.DateField("写明原因的期限", null=True, blank=True)
    cause_set_on = models.DateField("写明原因日期", null=True, blank=True)
    cause_set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="写明原因的人",
    )
    refused_on = models.DateField("乙方表明不续签日期", null=True, blank=True)
    refusal_reason = models.CharField("乙方不续签的事由", max_length=500, blank=True)

    objects = OfAgreement.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "延续有效"

    def __str__(self):
        return f"延续有效自{self.started_on}"

    @property
    def awaits_cause(self):
        return self.cause_due_on is not None and self.cause_set_on is None
