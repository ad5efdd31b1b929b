"""What the hospital fills in to ask for a suspension, for going on, for an ending (第七十九条、第八十条)."""

from django import forms
from django.utils.timezone import localdate

from ..applications.forms import FilesField
from ..forms import MOST_PEOPLE, ActForm, day_field
from .request_checks import ON_REQUEST


class StopForm(ActForm):
    """The fields of all three kinds; each kind leaves out what it does not ask. `request`: the draft that is changed."""

    from_label = "拟自何日起"

    planned_from = day_field("拟自何日起")
    reason = forms.CharField(label="原因", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    inpatients = forms.IntegerField(
        label="在院参保人员数", min_value=0, max_value=MOST_PEOPLE, help_text="现在住院的；只填人数，不填姓名"
    )
    unsettled = forms.IntegerField(label="出院未结算人数", min_value=0, max_value=MOST_PEOPLE)
    files = FilesField(label="附件", required=False)

    def __init__(self, *args, request=None, **kwargs):
        self.request = request
        super().__init__(*args, **kwargs)

    def prepare(self):
        self.fields["planned_from"].label = self.from_label
        names = [name for name in self.fields if name != "files"]
        if self.request:
            self.initial |= {name: getattr(self.request, name) for name in names}
        else:
            self.initial |= {"planned_from": localdate()}

    def details(self):
        """What opens a request."""
        return {**self.cleaned_data, "on": localdate()}

    def rewording(self):
        """What changes a draft: the door wants every fact, those that this kind does not ask as they are."""
        blank = {"planned_until": None, "inpatients": 0, "unsettled": 0}
        return {name: value for name, value in (blank | self.cleaned_data).items() if name != "suspension"}


class AskSuspensionForm(StopForm):
    from_label = "拟中止自"
    planned_until = day_field("拟中止至")
    field_order = ["planned_from", "planned_until", "reason"]

    def prepare(self):
        super().prepare()
        terms, limit = self.agreement.terms.suspension, self.agreement.latest_suspension_end(localdate())
        if ahead := terms.request_lead_months:
            self.fields["planned_from"].help_text = f"提前 {ahead} 个月申请；晚于此的也收，注明逾期"
        self.fields["planned_until"].help_text = f"不超过 {terms.max_days} 日；自今日起的，最迟到 {limit}"


class AskResumptionForm(StopForm):
    from_label = "拟恢复日期"
    inpatients = unsettled = None
    suspension = forms.ModelChoiceField(None, label="结束哪一个中止", empty_label=None)
    field_order = ["suspension", "planned_from", "reason"]

    def prepare(self):
        if self.request:
            del self.fields["suspension"]
        else:
            field = self.fields["suspension"]
            field.queryset = self.agreement.open_suspensions.filter(cause__in=ON_REQUEST)
            field.label_from_instance = lambda stop: (
                f"{stop}，{stop.started_on} 起，计划至 {stop.planned_end}"
            )
        super().prepare()


class AskEndingForm(StopForm):
    from_label = "拟终止自"


FORMS = {"suspend": AskSuspensionForm, "resume": AskResumptionForm, "end": AskEndingForm}
