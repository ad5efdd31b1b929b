from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate

from agreements.checks import not_in_the_future, reason_is_given
from agreements.gate import step
from agreements.models.querysets import OfAgreement
from agreements.models.stateful import StateField
from agreements.permissions import agency_clerk, agency_leader, agency_reviewer, institution_side
from institutions.workdays import calendar_for

from ..records import assessment_checks as rules
from .record import Record, person_field


class AssessmentStatus(models.TextChoices):
    NEW = "new", "填写"
    DRAFT = "draft", "草拟"
    FED_BACK = "fed_back", "反馈"
    OBJECTED = "objected", "异议"
    FINAL = "final", "定稿"


S = AssessmentStatus


class AssessmentQuerySet(OfAgreement):
    def visible_to(self, user):
        """A draft is the agency's own affair until it is fed back."""
        seen = super().visible_to(user)
        return seen.exclude(status__in=[S.NEW, S.DRAFT]) if user.institution_id else seen

    def final(self):
        """第五十八条：what renewal, deposit and settlement may use; never a draft."""
        return self.filter(status=S.FINAL)

    def published(self):
        return self.final().filter(published_on__isnull=False)


class Assessment(Record):
    """年度绩效考核：指标、权重、得分，反馈、异议、定稿（第五十八条）。

    `lines`: {about, indicator, weight, score, note} each; amounts are strings, so that no float touches a score.
    """

    kind_name = "绩效考核"
    Status = AssessmentStatus
    OPEN = (S.DRAFT, S.FED_BACK, S.OBJECTED)
    FACTS = ("year", "method", "lines")
    PREFETCHED = ("agreement__edition",)

    status = StateField("状态", choices=S, default=S.NEW, db_index=True)
    year = models.PositiveSmallIntegerField("考核年度")
    method = models.CharField("考核办法", max_length=200)
    lines = models.JSONField("指标", default=list)
    fed_back_on = models.DateField("反馈日期", null=True, editable=False)
    objection_due_on = models.DateField("提出异议的最后一日", null=True, editable=False)
    objection = models.CharField("异议", max_length=2000, blank=True)
    objected_on = models.DateField("异议日期", null=True, editable=False)
    reply = models.CharField("异议答复", max_length=2000, blank=True)
    finished_by = person_field("定稿人")
    publication_basis = models.CharField("公示的法律依据", max_length=300, blank=True)
    published_on = models.DateField("公示日期", null=True, editable=False)

    objects = AssessmentQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = "绩效考核"
        ordering = ["-year", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "year"],
                name="one_assessment_a_year",
                violation_error_message="这一年度已有考核，在那一份里修改",
            ),
            models.CheckConstraint(
                condition=Q(published_on__isnull=True) | (Q(status="final") & ~Q(publication_basis="")),
                name="only_final_is_published",
                violation_error_message="只有定稿的考核结果、有法律依据的才能公示",
            ),
        ]

    def get_absolute_url(self):
        return reverse("assessment", args=[self.agreement.number, self.pk])

    @property
    def summary(self):
        return f"{self.year}年度绩效考核，{self.total}分{self.band}"

    @property
    def told(self):
        shown = [
            ("考核年度", self.year), ("考核办法", self.method), ("总分", f"{self.total}分"), ("等次", self.band),
            ("反馈日期", self.fed_back_on), ("异议期至", self.objection_due_on), ("异议", self.objection),
            ("异议答复", self.reply), ("公示日期", self.published_on), ("公示的法律依据", self.publication_basis),
        ]  # fmt: skip
        return [(label, value) for label, value in shown if value not in (None, "")]

    @property
    def total(self):
        return sum((Decimal(line["score"]) for line in self.lines), Decimal(0))

    @property
    def band(self):
        """The band of the total by the edition's table; "" where the edition has none."""
        terms = self.agreement.terms.assessment
        bands = sorted(terms.bands, key=lambda one: one.at_least, reverse=True) if terms else []
        return next((one.label for one in bands if self.total >= one.at_least), "")

    @property
    def window_is_over(self):
        return self.objection_due_on is not None and localdate() > self.objection_due_on

    @step(
        "status", source=[S.NEW], target=S.DRAFT, label="草拟考核结果", article="第五十八条", needs="assessment", who=agency_clerk,
        checks=[rules.agreement_counted, rules.year_has_begun, rules.first_of_the_year, rules.lines_are_whole, not_in_the_future],
    )  # fmt: skip
    def file(self, facts, files, on, by):
        """第五十八条：甲方或受托的第三方机构按照绩效考核办法，对乙方开展绩效考核。"""
        self.take(facts, files, by, on)

    @step(
        "status", source=[S.DRAFT, S.OBJECTED], target=None, label="修改考核结果", article="第五十八条", who=agency_clerk,
        checks=[rules.same_year, rules.lines_are_whole, not_in_the_future],
    )  # fmt: skip
    def rewrite(self, facts, files, on, by):
        """第五十八条：反馈之前，或异议核实之后修改；反馈过的内容在事项记录里。"""
        self.change(facts)
        self.keep(files, by)

    @step(
        "status", source=[S.DRAFT], target=S.FED_BACK, label="反馈", article="第五十八条", who=agency_reviewer,
        checks=[rules.edition_has_a_window, rules.not_the_drafter, not_in_the_future, rules.not_before_filing],
    )  # fmt: skip
    def feed_back(self, on):
        """第五十八条：另一人核对后，将考核结果反馈乙方。"""
        self.fed_back_on, self.objection_due_on = on, self.window_from(on)

    @step(
        "status", source=[S.FED_BACK], target=S.OBJECTED, label="提出异议", article="第五十八条", who=institution_side,
        checks=[rules.objection_is_written, rules.objected_in_time, not_in_the_future],
    )  # fmt: skip
    def object(self, text, files, on, by):
        """第五十八条：乙方对考核结果有异议的，在异议期内提出，写明是哪一项、理由。"""
        self.objection, self.objected_on = text, on
        self.keep(files, by)

    @step(
        "status", source=[S.FED_BACK, S.OBJECTED], target=S.FINAL, label="定稿", article="第五十八条", who=agency_leader,
        checks=[rules.not_the_drafter, rules.window_is_past, rules.objection_is_answered, not_in_the_future],
    )  # fmt: skip
    def finish(self, reply, on, by):
        """第五十八条：异议期满没有异议，或异议已经答复的，定稿；定稿才与清算、质量保证金、续签挂钩。"""
        self.reply, self.finished_by, self.closed_on = reply, by, on

    @step(
        "status", source=[S.FINAL], target=None, label="同意公示", article="第五十九条", who=agency_leader,
        checks=[rules.legal_basis_is_written, rules.not_published_yet, not_in_the_future],
    )  # fmt: skip
    def publish(self, basis, on):
        """第五十九条：甲方可视情况公示绩效考核结果，写明法律依据。"""
        self.publication_basis, self.published_on = basis, on

    @step(
        "status", source=[S.FINAL], target=None, label="撤下公示", article="第五十九条", who=agency_leader,
        checks=[rules.is_published, reason_is_given, not_in_the_future],
    )  # fmt: skip
    def unpublish(self, reason, on):
        """第五十九条：不宜继续公示的，撤下，写明原因。"""
        self.published_on = None

    def window_from(self, on):
        """The last day on which the hospital may object (第五十八条)."""
        terms = self.agreement.terms.assessment
        calendar = calendar_for(self.agreement.agency.region)
        return calendar.add_working_days(on, terms.objection_working_days)


def final_of(agreement):
    """第五十八条、第七十八条：the final results of one agreement's parties, the newest first; what renewal may read."""
    found = Assessment.objects.final().filter(
        agreement__agency=agreement.agency_id, agreement__institution=agreement.institution_id
    )
    return found.prefetch_related("agreement__edition")
