"""What a person fills in to renew an agreement, while it holds over, and for a too long suspension."""

from django import forms
from django.utils.timezone import localdate

from config.forms import PortalForm

from .application_forms import FilesField
from .forms import ActForm, AftercareForm, day_field


def _text(label, limit=500, **kwargs):
    return forms.CharField(label=label, max_length=limit, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)


class TodayForm(ActForm):
    """An act that is done on the day on which it is entered."""

    def details(self):
        return {**self.cleaned_data, "on": localdate()}


class SelfAssessmentForm(TodayForm):
    self_assessment = _text("履约自评", limit=5000, help_text="本期履行协议、绩效考核和整改的情况")
    files = FilesField(required=False)


class TodayReasonForm(TodayForm):
    reason = _text("原因", limit=200)


class OfferForm(TodayForm):
    sign_by = day_field("最迟签署日期", help_text="乙方到期不签的，协议期满终止")


class HoldoverCauseForm(TodayForm):
    cause = _text("延续有效的原因")


class EndContinuationForm(AftercareForm):
    reason = _text("事由")
    on = day_field("终止自")

    field_order = ["reason", "on"]

    def prepare(self):
        self.initial["on"] = localdate()


class SuspensionExceptionForm(ActForm):
    suspension = forms.ModelChoiceField(None, label="哪一个中止", empty_label=None)
    reason = _text("例外的理由")
    on = day_field("写明日期")

    def prepare(self):
        self.fields["suspension"].queryset = self.agreement.open_suspensions.filter(exception_reason="")
        self.initial["on"] = localdate()


class CampaignForm(PortalForm):
    first_end = day_field("有效期止自")
    last_end = day_field("有效期止至", help_text="在这两日之间期满的协议，乙方都算按时申请")
