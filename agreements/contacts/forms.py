"""What is filled in about the hospital's own people for the insurance."""

from django import forms
from django.utils.timezone import localdate

from institutions.codes import validate_printable
from institutions.models import Contact

from ..forms import ActForm, day_field


def _line(label, limit, **kwargs):
    return forms.CharField(label=label, max_length=limit, validators=[validate_printable], **kwargs)


class NameContactForm(ActForm):
    role = forms.ChoiceField(label="职责")
    name = _line("姓名", 50, help_text="登记部门的，填部门名称")
    title = _line("职务", 50, required=False)
    phone = _line("办公电话", 40)
    on = day_field("任职自", help_text="不知道哪一日起的，填今日")

    def prepare(self):
        terms = self.agreement.terms.contacts
        self.fields["role"].choices = [(one.code, one.label) for one in terms.roles] if terms else []
        self.initial["on"] = localdate()

    def details(self):
        facts = {**self.cleaned_data}
        return {"on": facts.pop("on"), "contact": Contact(**facts)}


class EndContactForm(ActForm):
    contact = forms.ModelChoiceField(None, label="离任的人员", empty_label=None)
    on = day_field("离任日期")

    def prepare(self):
        self.fields["contact"].queryset = self.agreement.institution.contacts.open()
        self.initial["on"] = localdate()
