from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from .. import checks, permissions
from ..applications import checks as rules
from ..gate import step
from ..permits import checks as own_rules
from .application import Application, ApplicationStatus, paper_field, person_field

S = ApplicationStatus


class PermitRequest(Application):
    """约定服务项目申请：甲方准予的，其费用才予支付；准予之后可以收回，原来的记录留存。"""

    kind_name = "约定服务项目申请"
    FACTS = ("item", "department", "equipment", "staff")
    rests_on = "第十一条"

    item = models.CharField("项目名称", max_length=100)
    department = models.CharField("开展科室", max_length=50, blank=True)
    equipment = models.CharField("设备", max_length=1000, blank=True)
    staff = models.CharField("人员", max_length=1000, blank=True)
    revoked_on = models.DateField("收回日期", null=True, editable=False)
    revoked_by = person_field("收回人")
    revoking_reason = models.CharField("收回原因", max_length=200, blank=True)
    answer_paper = paper_field("准予通知")

    class Meta(Application.Meta):
        verbose_name = verbose_name_plural = "约定服务项目申请"
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_on=None, revoking_reason="")
                | (Q(status=S.GRANTED, revoked_on__gte=F("closed_on")) & ~Q(revoking_reason="")),
                name="permit_revoked_with_reason",
                violation_error_message="只有已准予的可以收回；收回须写明日期和原因，且不早于准予日期",
            )
        ]

    def get_absolute_url(self):
        return reverse("permit", args=[self.agreement.number, self.pk])

    def get_status_display(self):
        if self.status == S.GRANTED:
            return "准予已收回" if self.revoked_on else "已准予"
        return "不予准予" if self.status == S.REFUSED else S(self.status).label

    @property
    def summary(self):
        return f"约定服务项目：{self.item}"

    @property
    def told(self):
        """What it says, as label and value."""
        named = ((self._meta.get_field(name).verbose_name, getattr(self, name)) for name in self.FACTS)
        return [(label, value) for label, value in named if value]

    # ── acts of this kind ──

    @step(
        "status", source=[S.DRAFT, S.RETURNED], target=None, label="修改申请", article="第十一条",
        who=permissions.institution_side,
        checks=[
            rules.case_is_live, own_rules.names_the_item, own_rules.says_with_what, own_rules.not_permitted_yet,
            own_rules.no_other_request_for_it,
        ],
    )  # fmt: skip
    def reword(self, item, department, equipment, staff, files, by):
        """第十一条：提交前或补正时修改。"""
        self.item, self.department, self.equipment, self.staff = item, department, equipment, staff
        self.attachments.add(*self.attachments.model.keep(self.agreement, files, by, held=True))

    @step(
        "status", source=[S.GRANTED], target=None, label="收回准予", article="第十一条", who=permissions.reviewer_or_leader,
        checks=[
            own_rules.not_revoked_yet, checks.reason_is_given, checks.not_in_the_future,
            own_rules.not_before_it_was_granted,
        ],
    )  # fmt: skip
    def revoke(self, reason, on, by):
        """第十一条：不再具备条件或违反有关规定的，收回准予；自收回之日起发生的费用不予支付。"""
        self.revoked_on, self.revoked_by, self.revoking_reason = on, by, reason
