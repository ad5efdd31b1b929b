"""What the hospital fills in before it offers something new, and the agency to answer."""

from django import forms
from django.utils.timezone import localdate

from ..applications.forms import FilesField
from ..forms import ActForm, TodayForm, day_field, words


class AskForm(ActForm):
    """The facts of one request and its files. `request`: the draft that is changed."""

    def __init__(self, *args, request=None, **kwargs):
        self.request = request
        super().__init__(*args, **kwargs)
        if request:
            self.initial |= {name: getattr(request, name) for name in request.FACTS}

    def details(self):
        """What opens a request."""
        return {**self.cleaned_data, "on": localdate()}

    def rewording(self):
        """What changes a draft."""
        return dict(self.cleaned_data)


class PermitForm(AskForm):
    item = forms.CharField(label="项目名称", max_length=100)
    department = forms.CharField(label="开展科室", max_length=50, required=False)
    equipment = words("设备", limit=1000, required=False, help_text="名称、型号、台数")
    staff = words("人员", limit=1000, required=False, help_text="资质和人数")
    files = FilesField(required=False)

    def prepare(self):
        if (permits := self.agreement.terms.permits) and permits.items:
            self.fields["item"].help_text = f"例如{'、'.join(permits.items)}"


class ConsultationForm(AskForm):
    kind = forms.ChoiceField(label="事项")
    description = words("计划内容", limit=1000)
    planned_on = day_field("计划开展日期", help_text="当日或其后才提出的也收，注明事后")
    files = FilesField(required=False)

    def prepare(self):
        kinds = self.agreement.terms.consultation.kinds if self.agreement.terms.consultation else ()
        self.fields["kind"].choices = [(kind, kind) for kind in kinds]


class AnswerForm(TodayForm):
    opinion = words("附带的意见", required=False, help_text="没有的不填")
