from django.conf import settings
from django.db import models

from .. import checks, permissions
from ..applications import checks as rules
from ..applications import clocks as application_clocks
from ..gate import step
from ..status import LIVE
from .agreement import Agreement
from .attachment import Attachment
from .querysets import OfAgreement
from .stateful import StateField, Stateful


class ApplicationStatus(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已提交"
    RETURNED = "returned", "补正"
    EXAMINING = "examining", "审核"
    CHECKING = "checking", "复核"
    GRANTED = "granted", "同意"
    REFUSED = "refused", "不同意"
    WITHDRAWN = "withdrawn", "已撤回"


S = ApplicationStatus
WITH_HOSPITAL = [S.DRAFT, S.RETURNED]
WITH_AGENCY = [S.SUBMITTED, S.EXAMINING, S.CHECKING]
OPEN = [*WITH_HOSPITAL, *WITH_AGENCY]


class ApplicationQuerySet(OfAgreement):
    def visible_to(self, user):
        """A draft is the hospital's own affair until it is submitted."""
        seen = super().visible_to(user)
        return seen if user.institution_id else seen.exclude(status=S.DRAFT)

    def open(self):
        """Still to be decided; with its agreement an application has come to its end as well."""
        return self.filter(status__in=OPEN, agreement__status__in=self.model.goes_on_in)


def person_field(name):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=name,
    )


def paper_field(name):
    return models.ForeignKey(
        "Paper", models.PROTECT, null=True, editable=False, related_name="+", verbose_name=name
    )


class Application(Stateful):
    """乙方的申请：草拟、提交，甲方受理、审核、复核，同意或不同意；材料不全的退回补正，补正期间时限暂停。

    One shape and one life; each kind adds what is asked for and, in `carry_out`, what follows from a yes.
    """

    Status = ApplicationStatus

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="%(class)ss", verbose_name="协议")
    status = StateField("状态", choices=S, default=S.DRAFT, db_index=True)
    drafted_by = person_field("起草人")
    drafted_on = models.DateField("起草日期")
    filed_by = person_field("提交人")
    filed_on = models.DateField("提交日期", null=True, editable=False)
    late = models.BooleanField("逾期", default=False, editable=False)
    returning_reason = models.CharField("补正要求", max_length=500, blank=True)
    examined_by = person_field("审核人")
    decided_by = person_field("决定人")
    closed_on = models.DateField("了结日期", null=True, editable=False)
    opinion = models.CharField("意见", max_length=500, blank=True)
    attachments = models.ManyToManyField(Attachment, related_name="+", verbose_name="附件")
    form_paper = paper_field("申请表")
    commitment_paper = paper_field("承诺书")

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.agreement.number}（{self.filed_on or self.drafted_on}）"

    @property
    def case(self):
        return self.agreement

    def case_key(self):
        return Agreement, self.agreement_id

    @property
    def is_open(self):
        return self.status in OPEN

    @property
    def standing(self):
        """Its state, and whether it was late, in words."""
        return f"{self.get_status_display()}{f'，{self.late_word}' if self.late else ''}"

    # ── what a kind says about itself ──

    goes_on_in = LIVE  # states of the agreement in which it can still be decided
    duty_event = ""  # the event whose clock the submission meets
    granted_on_receipt = False
    also_meets = ()  # what other clocks of that event were about
    late_word = "逾期"  # what a submission after its time is called
    rests_on = "第七条"  # the article under which it is made

    def is_late(self, on):
        return False

    def lacking(self):
        """What is missing before it can be submitted, as a sentence without its full stop; empty when nothing is."""
        return ""

    def base_moved(self):
        """Whether what it rests on has changed since it was drafted."""
        return False

    def why_not_valid(self):
        """Why it cannot be answered as it stands, as a sentence without its full stop; empty when it can."""
        return ""

    def why_not_checked(self, by):
        """What must still be checked before this person may grant it; empty when nothing must."""
        return ""

    def carry_out(self, on, by):
        """What follows when it is granted."""

    def hold(self, on):
        """What must stand still while it is open."""

    def let_go(self, on):
        """What was held while it was open is let go when it is closed."""

    def follow(self, name, details):
        """What an act on it starts and stops by the clock."""
        application_clocks.follow_application(self, name, details)

    # ── the hospital's acts ──

    @step(
        "status", source=[S.DRAFT], target=S.SUBMITTED, label="提交申请", article="第七条",
        who=permissions.institution_side,
        checks=[rules.case_is_live, rules.is_complete, rules.rests_on_today, checks.not_in_the_future],
    )  # fmt: skip
    def submit(self, on, by):
        """第七条第十项：提交申请和所附材料，对真实性负责。逾期的也收下并注明。"""
        self.filed_by, self.filed_on = by, on
        self._hand_in(on)

    @step(
        "status", source=[S.RETURNED], target=S.SUBMITTED, label="补正后提交", article="第七条",
        who=permissions.institution_side,
        checks=[rules.case_is_live, rules.is_complete, rules.rests_on_today, checks.not_in_the_future, rules.not_before_filing],
    )  # fmt: skip
    def refile(self, on):
        """第七条第十项：补正后重新提交；是否按时仍看首次提交的日期。"""
        self.returning_reason = ""
        self._hand_in(on)

    def _hand_in(self, on):
        self.late = self.is_late(self.filed_on)
        self.attachments.update(held=False)
        self.hold(on)

    @step(
        "status", source=[S.DRAFT, S.SUBMITTED, S.RETURNED, S.EXAMINING], target=S.WITHDRAWN, label="撤回申请", article="第七条",
        who=permissions.institution_side, checks=[checks.not_in_the_future],
    )  # fmt: skip
    def withdraw(self, on):
        """第七条：乙方在复核之前可以撤回。"""
        self.closed_on, self.opinion = on, "乙方撤回"
        self.let_go(on)

    # ── the agency's acts ──

    @step(
        "status", source=WITH_AGENCY, target=S.RETURNED, label="退回补正", article="第七条",
        who=permissions.clerk_or_reviewer,
        checks=[rules.case_is_live, checks.reason_is_given, checks.not_in_the_future, rules.not_before_filing],
    )  # fmt: skip
    def return_for_completion(self, reason, on):
        """第七条第十项：材料不全的，一次告知要补什么，退回乙方补正。"""
        self.returning_reason, self.examined_by, self.opinion = reason, None, ""

    @step(
        "status", source=[S.SUBMITTED], target=S.EXAMINING, label="受理", article="办审分离",
        who=permissions.clerk_or_reviewer,
        checks=[rules.case_is_live, checks.not_in_the_future, rules.not_before_filing],
    )  # fmt: skip
    def accept(self, on):
        """办审分离：材料齐全的，受理。"""

    @step(
        "status", source=[S.EXAMINING], target=S.CHECKING, label="审核通过", article="办审分离",
        who=permissions.clerk_or_reviewer,
        checks=[rules.case_is_live, rules.still_holds, checks.not_in_the_future, rules.not_before_filing],
    )  # fmt: skip
    def examine(self, opinion, on, by):
        """办审分离：审核人核对申请和材料，转复核。"""
        self.examined_by, self.opinion = by, opinion

    @step(
        "status", source=[S.CHECKING], target=S.GRANTED, label="同意", article="办审分离",
        who=permissions.reviewer_or_leader,
        checks=[
            rules.case_is_live, rules.not_the_examiner, rules.still_holds, rules.further_checks_are_done,
            checks.not_in_the_future, rules.not_before_filing,
        ],
    )  # fmt: skip
    def grant(self, opinion, on, by):
        """办审分离：另一人复核后同意，所申请的随即生效。"""
        self.decided_by, self.closed_on, self.opinion = by, on, opinion
        self.carry_out(on, by)
        self.let_go(on)

    @step(
        "status", source=[S.RETURNED, S.EXAMINING, S.CHECKING], target=S.REFUSED, label="不同意", article="办审分离",
        who=permissions.reviewer_or_leader,
        checks=[rules.not_the_examiner, checks.reason_is_given, checks.not_in_the_future, rules.not_before_filing],
    )  # fmt: skip
    def refuse(self, reason, on, by):
        """办审分离：复核后不同意，写明原因。"""
        self.decided_by, self.closed_on, self.opinion = by, on, reason
        self.let_go(on)

    @step(
        "status", source=OPEN, target=S.WITHDRAWN, label="随协议了结", article="第七条", who=permissions.the_system,
    )  # fmt: skip
    def end_with_case(self, on):
        """第七条：协议已经结束，在它之下还没有办结的申请随之了结。"""
        self.closed_on, self.opinion = on, "协议已结束，申请随之了结"
        self.let_go(on)

    @step(
        "status", source=[S.EXAMINING, S.CHECKING], target=None, label="按现行信息核对", article="第七十六条",
        who=permissions.clerk_or_reviewer, checks=[rules.base_has_moved],
    )  # fmt: skip
    def rest_on_current(self):
        """第七十六条：申请之后机构的其他信息有变化的，甲方核对后，改以现行版本为依据。"""
        self.rebase()

    def rebase(self):
        """Take today's record as what the application rests on."""
