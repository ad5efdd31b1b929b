from dataclasses import replace

from django.db import models
from django.db.models import Q
from django.urls import reverse

from institutions.workdays import calendar_for

from .. import permissions
from ..clocks.deadlines import due
from ..numbers import decision_of
from .agreement import Agreement
from .application import person_field
from .querysets import OfAgreement
from .report import Report


class PenaltyReport(Report):
    """行政处罚报送：医药费用有关的处罚，决定书送达起规定日数内报医疗保障行政部门，甲方抄收（第七条（六））。"""

    kind_name = "行政处罚报送"
    FACTS = ("authority", "decision_number", "served_on", "content", "amount")
    EVENT = "penalty_served"

    authority = models.CharField("作出处罚的部门", max_length=100)
    decision_number = models.CharField("决定书文号", max_length=100)
    served_on = models.DateField("决定书送达日期")
    content = models.CharField("处罚内容", max_length=1000)
    amount = models.DecimalField("罚没金额（元）", max_digits=14, decimal_places=2, default=0)

    class Meta(Report.Meta):
        verbose_name = verbose_name_plural = "行政处罚报送"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="penalty_not_negative",
                violation_error_message="金额不能是负数",
            )
        ]

    def get_absolute_url(self):
        return reverse("penalty-report", args=[self.agreement.number, self.pk])

    @property
    def summary(self):
        return f"{self.authority}，{self.decision_number}"

    @property
    def told(self):
        """第七条（六）：日 are calendar days; the department may read them as working days, so both last days are shown."""
        term, calendar = (
            self.term_of(self.agreement, self.served_on),
            calendar_for(self.agreement.agency.region),
        )
        if term is None:
            return super().told
        last = due(term, self.served_on, calendar).day
        working = due(replace(term, unit="working_day"), self.served_on, calendar).day
        return [*super().told, ("最迟报送", f"{last}（{term.length} 日）；如按工作日计，{working}")]

    @staticmethod
    def receives(report, user):
        """第七条（六）：收件的是医疗保障行政部门；甲方看得到，不代收。"""
        return permissions.authority(report, user)

    @classmethod
    def lacking(cls, facts, has_files):
        return "" if has_files else "没有附上行政处罚决定书"

    @classmethod
    def misfit(cls, agreement, facts, own=None, deadline=None):
        """第七条（六）：one decision is reported once, however its number was typed."""
        others = agreement.penaltyreports.exclude(pk=own and own.pk)
        same = decision_of(others, facts["decision_number"])
        number = facts["decision_number"]
        return (
            f"决定书{number}已经报送过（{same.pk}）。内容有变化的，由收件部门退回后在那一件里补正"
            if same
            else ""
        )

    @classmethod
    def term_of(cls, agreement, day):
        """The clock for such a report by the terms of this day, or None."""
        return next(
            (t for t in agreement.terms_on(day).deadlines.values() if t.start_event == cls.EVENT), None
        )

    @classmethod
    def is_late_for(cls, agreement, served_on, on):
        """Whether a report on this day came after its time."""
        term = cls.term_of(agreement, served_on)
        return term is not None and on > due(term, served_on, calendar_for(agreement.agency.region)).day

    def was_refiled(self, on, before):
        self.late = self.agreement.penalty_is_late(self.facts, self.filed_on)
        self.agreement.join_known_penalty(self)


class PenaltyRecord(models.Model):
    """获知的行政处罚：甲方或行政部门从乙方以外的途径得知（第四条（七））；乙方还没有报送的，时限照样计算（第七条（六））。"""

    kind_name = "获知的行政处罚"

    class Source(models.TextChoices):
        AUTHORITY = "authority", "行政部门告知"
        DEPARTMENT = "department", "作出处罚的部门告知、数据交换"
        PRESS = "press", "公示、媒体"
        OTHER = "other", "核查、举报等其他途径"

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="penaltyrecords", verbose_name="协议"
    )
    source = models.CharField("获知途径", max_length=12, choices=Source)
    authority = models.CharField("作出处罚的部门", max_length=100)
    decision_number = models.CharField("决定书文号", max_length=100)
    served_on = models.DateField("决定书送达日期")
    noted_on = models.DateField("登记日期")
    noted_by = person_field("登记人")
    report = models.ForeignKey(
        PenaltyReport, models.PROTECT, null=True, related_name="records", verbose_name="乙方的报送"
    )

    objects = OfAgreement.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "获知的行政处罚"

    def __str__(self):
        return f"{self.authority}，{self.decision_number}"

    @property
    def is_reported(self):
        return self.report_id is not None
