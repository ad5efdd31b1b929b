from django.db import models
from django.urls import reverse

from .. import permissions
from ..applications import checks as rules
from ..gate import step
from ..permits import checks as own_rules
from .application import Application, ApplicationStatus, paper_field

S = ApplicationStatus


class PriorConsultation(Application):
    """事先协商：新建扩建、大型设备、新项目等，乙方事先告知计划，甲方答复；未经事先协商的，费用不予支付。"""

    kind_name = "事先协商"
    FACTS = ("kind", "description", "planned_on")
    rests_on = "第三十四条"
    late_word = "事后"

    kind = models.CharField("事项", max_length=100)
    description = models.CharField("计划内容", max_length=1000)
    planned_on = models.DateField("计划开展日期")
    answer_paper = paper_field("协商记录")

    class Meta(Application.Meta):
        verbose_name = verbose_name_plural = "事先协商"

    def get_absolute_url(self):
        return reverse("consultation", args=[self.agreement.number, self.pk])

    @property
    def summary(self):
        return f"{self.kind}，计划{self.planned_on}开展"

    @property
    def told(self):
        """What it says, as label and value."""
        return [(self._meta.get_field(name).verbose_name, getattr(self, name)) for name in self.FACTS]

    @property
    def answer(self):
        """What the agency answered, in words; empty while it has not."""
        if self.status == S.GRANTED:
            return "同意，附意见" if self.opinion else "同意"
        return "不同意" if self.status == S.REFUSED else ""

    def is_late(self, on):
        """事先：before the day of the plan; on that day or after it is taken all the same, and marked."""
        return on >= self.planned_on

    # ── acts of this kind ──

    @step(
        "status", source=[S.DRAFT, S.RETURNED], target=None, label="修改申请", article="第三十四条",
        who=permissions.institution_side,
        checks=[rules.case_is_live, own_rules.kind_is_of_the_text, own_rules.says_the_plan],
    )  # fmt: skip
    def reword(self, kind, description, planned_on, files, by):
        """第三十四条：提交前或补正时修改。"""
        self.kind, self.description, self.planned_on = kind, description, planned_on
        self.attachments.add(*self.attachments.model.keep(self.agreement, files, by, held=True))
