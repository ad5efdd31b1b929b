"""What a person fills in about a fine, about what stands against an extension, and to end an agreement by notice."""

from django import forms
from django.utils.timezone import localdate

from ..forms import ActForm, TodayForm, day_field, words
from ..uploads import validate_scan


def _scan(label):
    return forms.FileField(label=label, validators=[validate_scan], help_text="PDF、JPEG 或 PNG")


class FineForm(TodayForm):
    """行政部门的处罚决定：只登记，不由门户作出。"""

    authority = forms.CharField(label="作出处罚的部门", max_length=100)
    number = forms.CharField(label="决定书文号", max_length=100)
    amount = forms.DecimalField(label="罚款金额（元）", min_value=0, max_digits=14, decimal_places=2)
    decided_on = day_field("决定日期")
    served_on = day_field("送达乙方日期")
    reason = words("处罚的事由")
    application = _scan("处罚决定书（扫描件）")

    def prepare(self):
        fine = self.agreement.terms.fine
        if fine:
            self.fields["amount"].help_text = f"不超过 {fine.max_amount:,} 元（含本数，{fine.article}）"


class LiftSanctionForm(TodayForm):
    sanction = forms.ModelChoiceField(None, label="撤销哪一条", empty_label=None)
    reason = words("撤销的文书和理由")

    def prepare(self):
        self.fields["sanction"].queryset = self.agreement.sanctions.filter(lifted_on=None)


class AnnounceEndForm(TodayForm):
    reason = words("不能达成一致的内容")


class OwnNoticeForm(ActForm):
    reason = words("不能达成一致的内容")
    agree = forms.BooleanField(
        label="确认提出终止：通知即时到达甲方，协议今日终止，不能撤回",
        error_messages={"required": "勾选确认后才能提交"},
    )

    def details(self):
        return {"reason": self.cleaned_data["reason"]}


class ReceivedNoticeForm(ActForm):
    on = day_field("收到日期")
    reason = words("通知所述的内容")
    application = _scan("乙方的书面通知（扫描件）")

    def prepare(self):
        self.initial["on"] = localdate()
