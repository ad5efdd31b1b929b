from django.conf import settings
from django.db import models
from django.db.models import Q

from agreements.edition_text import chinese_number
from agreements.models import Agreement, Attachment, Paper
from agreements.models.querysets import OfAgreement
from agreements.models.stateful import Stateful
from institutions.models import Department, StaffMember

from ..cases.plan import Weighed


def person(name):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=name
    )  # fmt: skip


def paper_field(name):
    return models.ForeignKey(
        Paper, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=name
    )


def of_case(related_name):
    return models.ForeignKey(
        "inspections.BreachCase", models.PROTECT, related_name=related_name, verbose_name="违约案件"
    )


def files(name="附件"):
    return models.ManyToManyField(Attachment, related_name="+", verbose_name=name)


class OfCase(OfAgreement):
    """Rows of a case are seen by whoever sees the case."""

    def visible_to(self, user):
        cases = self.model._meta.get_field("breach_case").related_model.objects
        return self.filter(breach_case__in=cases.visible_to(user).values("pk"))


class AgencysOfCase(OfCase):
    def visible_to(self, user):
        """What the agency's staff propose to each other is not the hospital's to see."""
        return self.none() if user.institution_id else super().visible_to(user)


class RowOfCase(models.Model):
    """A record under a case: seen with the case, under the lock of its agreement."""

    objects = OfCase.as_manager()

    class Meta:
        abstract = True

    @property
    def agreement(self):
        return self.breach_case.agreement


class ActsOfCase(RowOfCase, Stateful):
    """A record under a case with a life of its own."""

    class Meta:
        abstract = True

    def get_absolute_url(self):
        return self.breach_case.get_absolute_url()

    @property
    def case(self):
        return self.breach_case.agreement

    def case_key(self):
        return Agreement, self.breach_case.agreement_id


class CanBeCancelled(models.Model):
    """What a decision ordered falls with the decision; the row stays, with its reason (第八十一条)."""

    cancelled_on = models.DateField("撤销日期", null=True, editable=False)
    cancelling_reason = models.CharField("撤销的原因", max_length=500, blank=True, editable=False)

    class Meta:
        abstract = True

    def fall(self, reason, on):
        self.cancelled_on, self.cancelling_reason = on, reason


class StaffWarning(RowOfCase):
    """对医师或工作人员的警告：依哪一条，哪一天决定。"""

    breach_case = of_case("warnings")
    staff = models.ForeignKey(StaffMember, models.PROTECT, related_name="warnings", verbose_name="人员")
    article = models.CharField("依据", max_length=60)
    on = models.DateField("决定日期")

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "警告"
        constraints = [
            models.UniqueConstraint(fields=["breach_case", "staff", "on"], name="warned_once_a_decision")
        ]

    def __str__(self):
        return f"{self.staff}：警告"


class CaseItem(RowOfCase):
    """本案认定的一项违约情形：哪一条哪一项，多少违规费用，按哪一条处理（第六十三条至第六十七条）。"""

    breach_case = of_case("items")
    order = models.PositiveSmallIntegerField("序号")
    finding = models.ForeignKey(
        "inspections.Finding", models.PROTECT, null=True, blank=True, related_name="case_items", verbose_name="核查发现"
    )  # fmt: skip
    item = models.CharField("违约情形", max_length=20)
    part = models.CharField("分项", max_length=1, blank=True)
    weighs_as = models.PositiveSmallIntegerField("按第几条处理")
    severity = models.CharField("升格事由", max_length=50, blank=True)
    severity_reason = models.CharField("升格的理由", max_length=500, blank=True)
    overlap_reason = models.CharField("选用这一项的理由", max_length=500, blank=True)
    facts = models.CharField("事实", max_length=2000)
    amount = models.DecimalField("违规费用（元）", max_digits=14, decimal_places=2, default=0)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="科室"
    )
    staff = models.ForeignKey(
        StaffMember, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="人员"
    )

    class Meta:
        ordering = ["breach_case_id", "order"]
        verbose_name = verbose_name_plural = "违约情形"
        constraints = [
            models.UniqueConstraint(fields=["breach_case", "order"], name="case_item_order_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="case_item_not_negative", violation_error_message="违规费用不能是负数"
            ),
            models.CheckConstraint(
                condition=Q(severity="") | ~Q(severity_reason=""),
                name="case_item_escalated_with_reason",
                violation_error_message="升格须写明理由",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.breach_case}#{self.order}"

    @property
    def breach(self):
        """The item of the edition's catalogue."""
        return self.agreement.edition.breaches.find(self.item)[0]

    @property
    def label(self):
        """The part that it points at, else the item, by its short name."""
        return next((part.label for part in self.breach.parts if part.code == self.part), self.breach.label)

    @property
    def is_escalated(self):
        return self.weighs_as != self.breach.article

    @property
    def is_fraud(self):
        """第七十五条：an act of fraud, by its item or by the purpose for which it was escalated."""
        return self.breach.fraud or "骗取" in self.severity

    @property
    def ground(self):
        """第六十六条（三）, or 第六十六条（有第六十五条（一）情形，且…）."""
        own = self.breach.article_label
        if not self.is_escalated:
            return own
        return f"第{chinese_number(self.weighs_as)}条（有{own}情形，且{self.severity}）"

    @property
    def weighed(self):
        return Weighed(self.item, self.weighs_as, self.ground[:60], self.breach.label)


class Defence(RowOfCase):
    """乙方的陈述、申辩，和甲方的审议意见（第六条）。"""

    breach_case = of_case("defences")
    text = models.CharField("内容", max_length=4000, blank=True)
    attachments = files()
    filed_by = person("提出人")
    filed_on = models.DateField("提出日期")
    opinion = models.CharField("审议意见", max_length=2000, blank=True)
    adopted = models.CharField(
        "采纳", max_length=8, choices=[("yes", "采纳"), ("part", "部分采纳"), ("no", "不采纳")], blank=True
    )
    considered_by = person("审议人")
    considered_on = models.DateField("审议日期", null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "陈述申辩"

    def __str__(self):
        return f"陈述申辩 {self.filed_on}"


class Explanation(RowOfCase):
    """乙方要求解释处理结果，甲方的答复（第五条第九项）。"""

    breach_case = of_case("explanations")
    question = models.CharField("要求解释的内容", max_length=1000)
    asked_by = person("提出人")
    asked_on = models.DateField("提出日期")
    answer = models.CharField("解释", max_length=2000, blank=True)
    answered_by = person("答复人")
    answered_on = models.DateField("答复日期", null=True, blank=True)
    paper = paper_field("解释说明书")

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "解释说明"

    def __str__(self):
        return f"解释说明 {self.asked_on}"
