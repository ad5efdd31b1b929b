from django.db import models
from django.db.models import Q
from django.urls import reverse

from .. import checks, permissions
from ..applications import clocks as application_clocks
from ..clocks import actions as clocks
from ..gate import step
from ..reports import checks as rules
from ..reports import self_report
from .agreement import Agreement
from .application import paper_field, person_field
from .attachment import Attachment
from .deadline import Deadline
from .querysets import OfAgreement
from .self_check_campaign import SelfCheckCampaign
from .stateful import StateField, Stateful


class ReportStatus(models.TextChoices):
    SUBMITTED = "submitted", "已提交"
    RETURNED = "returned", "退回"
    NOTED = "noted", "已收悉"


S = ReportStatus


class ReportQuerySet(OfAgreement):
    def open(self):
        return self.exclude(status=S.NOTED)


class Report(Stateful):
    """乙方报送的报告：提交即生效，收件的一方收悉，有误的退回补正。是否按时看首次提交的日期。

    Each kind lists in FACTS what the hospital fills in, and says in `receives` who notes it.
    """

    Status = ReportStatus
    FACTS = ()
    late_word = "逾期"

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="%(class)ss", verbose_name="协议")
    status = StateField("状态", choices=S, default=S.SUBMITTED, db_index=True)
    filed_by = person_field("提交人")
    filed_on = models.DateField("提交日期")
    late = models.BooleanField("逾期", default=False, editable=False)
    returning_reason = models.CharField("补正要求", max_length=500, blank=True)
    decided_by = person_field("收悉人")
    closed_on = models.DateField("收悉日期", null=True, editable=False)
    opinion = models.CharField("意见", max_length=500, blank=True)
    attachments = models.ManyToManyField(Attachment, related_name="+", verbose_name="附件")
    form_paper = paper_field("报告表")
    commitment_paper = paper_field("承诺书")

    objects = ReportQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.agreement.number}（{self.filed_on}）"

    @property
    def case(self):
        return self.agreement

    def case_key(self):
        return Agreement, self.agreement_id

    @property
    def is_open(self):
        return self.status != S.NOTED

    @property
    def standing(self):
        return f"{self.get_status_display()}{'，逾期' if self.late else ''}"

    @property
    def facts(self):
        return {name: getattr(self, name) for name in self.FACTS}

    @property
    def told(self):
        """[(label, value)] of what the hospital filled in, without what it left empty."""
        fields = [(self._meta.get_field(name), getattr(self, name)) for name in self.FACTS]
        return [(field.verbose_name, value) for field, value in fields if value not in (None, "")]

    # ── what a kind says about itself ──

    @staticmethod
    def receives(report, user):
        """Who takes note of it and may send it back."""
        return permissions.clerk_or_reviewer(report, user)

    @classmethod
    def lacking(cls, facts, has_files):
        """What is missing, as a sentence without its full stop; empty when nothing is."""
        return ""

    @classmethod
    def whole(cls, facts, has_files):
        """True when nothing is missing, else what is, for the sentence of a rule."""
        lacking = cls.lacking(facts, has_files)
        return not lacking or {"what": lacking}

    @classmethod
    def misfit(cls, agreement, facts, own=None, deadline=None):
        """Where these facts do not fit what is on record, as a sentence without its full stop. `own`: the report itself."""
        return ""

    def was_returned(self, on):
        """What follows when it is sent back."""

    def was_refiled(self, on, before):
        """What follows when it comes again. `before`: the facts as they were."""

    def was_noted(self, on):
        """What follows when it is taken note of."""

    # ── its life ──

    @step(
        "status", source=[S.RETURNED], target=S.SUBMITTED, label="补正后提交", article="第七条",
        who=permissions.institution_side,
        checks=[rules.is_whole, rules.nothing_lies_ahead, rules.still_fits, rules.filed_today],
    )  # fmt: skip
    def refile(self, facts, files, on, by):
        """第七条：补正后重新提交；是否按时仍看首次提交的日期。"""
        before = self.facts
        for name in self.FACTS:
            setattr(self, name, facts[name])
        self.returning_reason = ""
        self.attachments.add(*Attachment.keep(self.agreement, files, by))
        self.was_refiled(on, before)

    @step(
        "status", source=[S.SUBMITTED], target=S.RETURNED, label="退回补正", article="第七条",
        who=permissions.receiver, checks=[checks.reason_is_given, checks.not_in_the_future, rules.not_before_it_was_filed],
    )  # fmt: skip
    def return_report(self, reason, on):
        """第七条：内容、材料有误或不全的，写明要改什么，退回乙方。"""
        self.returning_reason = reason
        self.was_returned(on)

    @step(
        "status", source=[S.SUBMITTED], target=S.NOTED, label="收悉", article="第七条",
        who=permissions.receiver, checks=[checks.not_in_the_future, rules.not_before_it_was_filed],
    )  # fmt: skip
    def note(self, opinion, on, by):
        """第七条：收件的一方收悉。"""
        self.decided_by, self.closed_on, self.opinion = by, on, opinion
        self.was_noted(on)


class SelfCheckReport(Report):
    """自查自纠报告：定期自查的结果；自查发现的违约，清退费用并交整改资料（第七条（七）、第七十五条）。"""

    kind_name = "自查自纠报告"
    FACTS = ("found_on", "what", "item_code", "amount", "returned_on")

    found_on = models.DateField("自查（发现）日期")
    what = models.CharField("自查情况", max_length=2000)
    item_code = models.CharField("违约情形", max_length=20, blank=True)
    item_label = models.CharField("违约情形名称", max_length=200, blank=True, editable=False)
    # 第七十五条 asks when the matter was reported, and not when the paper was that names it by now.
    named_on = models.DateField("首次写明该违约情形的日期", null=True, editable=False)
    amount = models.DecimalField("违规费用（元）", max_digits=14, decimal_places=2, default=0)
    returned_on = models.DateField("违规费用退回日期", null=True, blank=True)
    exempted_on = models.DateField("免予其他协议处理日期", null=True, editable=False)
    exempted_by = person_field("免予处理决定人")
    exemption_reason = models.CharField("免予处理的理由", max_length=500, blank=True)

    class Meta(Report.Meta):
        verbose_name = verbose_name_plural = "自查自纠报告"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="self_check_not_negative",
                violation_error_message="金额不能是负数",
            ),
            models.CheckConstraint(
                condition=Q(item_code="") | Q(named_on__isnull=False),
                name="self_check_item_named_on",
                violation_error_message="写明违约情形的，须记明首次写明的日期",
            ),
            models.CheckConstraint(
                condition=Q(exempted_on=None, exemption_reason="", exempted_by=None)
                | (Q(exempted_on__isnull=False, exempted_by__isnull=False) & ~Q(exemption_reason="")),
                name="exempted_with_reason",
                violation_error_message="免予处理须同时写明日期、决定人和理由",
            ),
        ]

    def get_absolute_url(self):
        return reverse("self-check-report", args=[self.agreement.number, self.pk])

    @property
    def summary(self):
        return self.item_label or "自查未发现违约行为"

    @property
    def told(self):
        """As of every report, the item in words and not by its code."""
        said = dict(super().told)
        label = self._meta.get_field("item_code").verbose_name
        return [*(said | ({label: self.item_label} if self.item_label else {})).items()]

    @property
    def item(self):
        """The item of the edition's catalogue, or None when the self-check found nothing."""
        return self.item_of(self.agreement, self.item_code)

    @staticmethod
    def item_of(agreement, code):
        return agreement.edition.breaches.find(code)[0] if code else None

    @classmethod
    def label_of(cls, agreement, code):
        """The item in words, kept with the report so that a list need not read the catalogue."""
        item = cls.item_of(agreement, code)
        return f"{item.article_label} {item.label}" if item else ""

    def was_refiled(self, on, before):
        """第七十五条：a matter that was not named before counts from today, though the report is older."""
        self.item_label = self.label_of(self.agreement, self.item_code)
        if self.item_code != before["item_code"]:
            self.named_on = on if self.item_code else None

    @classmethod
    def misfit(cls, agreement, facts, own=None, deadline=None):
        """第七十五条：found within the agreement, and one matter of one day in one report."""
        if facts["found_on"] < agreement.starts_on:
            return f"自查（发现）日期 {facts['found_on']} 早于本协议起始日 {agreement.starts_on}，核对日期"
        same = agreement.selfcheckreports.exclude(pk=own and own.pk).filter(
            found_on=facts["found_on"], item_code=facts["item_code"]
        )
        if first := same.first():
            return f"{facts['found_on']}的这一自查情况已经报告过（{first.pk}）。有变化的，由甲方退回后在那一件里补正"
        return ""

    @classmethod
    def lacking(cls, facts, has_files):
        if facts["amount"] and not facts["item_code"]:
            return "有违规费用的，选明属于哪一种违约情形"
        if facts["returned_on"] and facts["returned_on"] < facts["found_on"]:
            return f"退回日期 {facts['returned_on']} 早于发现日期 {facts['found_on']}"
        return ""

    # ── what `self_report.exemption` asks ──

    @property
    def exempts(self):
        return self.agreement.terms.self_report.exempts

    @property
    def has_files(self):
        return self.attachments.exists()

    @property
    def in_a_campaign(self):
        """第七十五条：whether the matter was named in a stage of self-checks that the agency announced."""
        return SelfCheckCampaign.objects.open_on(self.agreement.agency_id, self.named_on).exists()

    def exemption(self):
        """The Exemption that it may have."""
        first = self_report.first_notice_on(self.agreement, self.item) if self.item else None
        return self_report.exemption(self, first, self.in_a_campaign)

    @step(
        "status", source=[S.SUBMITTED, S.NOTED], target=S.NOTED, label="免予其他协议处理", article="第七十五条",
        who=permissions.agency_leader,
        checks=[
            rules.not_exempted_yet, rules.exemption_is_offered, checks.reason_is_given, checks.not_in_the_future,
            rules.not_before_it_was_filed,
        ],
    )  # fmt: skip
    def exempt(self, reason, on, by):
        """第七十五条：检查介入之前或自查自纠阶段自查发现，费用已清退、整改资料已交的，不再给予其他协议处理。"""
        self.exempted_on, self.exempted_by, self.exemption_reason = on, by, reason
        if self.closed_on is None:
            self.decided_by, self.closed_on = by, on


class DisplayProof(Report):
    """公告证明：场所公告、摘除标牌的照片、位置和日期（第七十三条、第八十二条）。

    While the agency looks at it the clock stands still; noted, the clock is met on the day on which the accepted
    proof came; returned, the clock goes on with the days given back. Late is what was shown after the due day that
    no proof had moved yet, and a proof that came after the clock had run out.
    """

    kind_name = "公告证明"
    FACTS = ("place", "shown_on")
    LISTED_WITH = ("deadline",)

    deadline = models.ForeignKey(Deadline, models.PROTECT, related_name="proofs", verbose_name="所办的时限")
    place = models.CharField("位置", max_length=200)
    shown_on = models.DateField("公告（摘除）日期")
    refiled_on = models.DateField("补正后提交日期", null=True, editable=False)

    class Meta(Report.Meta):
        verbose_name = verbose_name_plural = "公告证明"
        constraints = [
            models.UniqueConstraint(
                fields=["deadline"],
                name="one_proof_a_clock",
                violation_error_message="这一时限已经提交过证明",
            )
        ]

    def get_absolute_url(self):
        return reverse("display-proof", args=[self.agreement.number, self.pk])

    @property
    def summary(self):
        return f"{self.deadline.title}，{self.place}"

    @classmethod
    def lacking(cls, facts, has_files):
        return "" if has_files else "没有附上照片"

    @classmethod
    def misfit(cls, agreement, facts, own=None, deadline=None):
        began = (deadline or own.deadline).started_on
        early = facts["shown_on"] < began
        return f"公告日期 {facts['shown_on']} 早于起算日 {began}，核对日期" if early else ""

    @staticmethod
    def is_late_for(deadline, shown_on, on):
        return on > deadline.due_on or shown_on > clocks.due_without_pauses(deadline).day

    def was_returned(self, on):
        application_clocks.go_on_from(self.deadline, on)

    def was_refiled(self, on, before):
        self.refiled_on, self.late = on, self.is_late_for(self.deadline, self.shown_on, on)
        application_clocks.wait_from(self.deadline, on)

    def was_noted(self, on):
        application_clocks.met_on(self.deadline, self.refiled_on or self.filed_on)
