"""What a person fills in to renew an agreement, while it holds over, and for a too long suspension."""

from django import forms
from django.utils.timezone import localdate

from config.forms import PortalForm

from ..applications.forms import FilesField
from ..forms import ActForm, AftercareForm, TodayForm, day_field, words


class SelfAssessmentForm(TodayForm):
    self_assessment = words("履约自评", limit=5000, help_text="本期履行协议、绩效考核和整改的情况")
    files = FilesField(required=False)


class OfferForm(TodayForm):
    sign_by = day_field("最迟签署日期", help_text="乙方到期不签的，协议期满终止")


class HoldoverCauseForm(TodayForm):
    cause = words("延续有效的原因")


class EndContinuationForm(AftercareForm):
    reason = words("事由")
    on = day_field("终止自")

    field_order = ["reason", "on"]

    def prepare(self):
        self.initial["on"] = localdate()


class SuspensionExceptionForm(ActForm):
    suspension = forms.ModelChoiceField(None, label="哪一个中止", empty_label=None)
    reason = words("例外的理由")
    on = day_field("写明日期")

    def prepare(self):
        self.fields["suspension"].queryset = self.agreement.open_suspensions.filter(exception_reason="")
        self.initial["on"] = localdate()


class CampaignForm(PortalForm):
    first_end = day_field("有效期止自")
    last_end = day_field("有效期止至", help_text="在这两日之间期满的协议，乙方都算按时申请")
