"""The conditions of a batch: those of the list of agreements, and what only printing asks."""

import django_filters as filters
from django import forms

from ..filters import AgreementFilter
from ..models import LIVE, Agreement, Edition, RenewalCampaign, Status
from ..numbers import whole_number

MOST_TICKED = 1000


class PrintFilter(AgreementFilter):
    """Conditions as a query, of which every key may be left out.

    `expiring`: live, and ended by this day; `campaign`: what a renewal campaign covers, and what follows it;
    `state`: several states; `pick`: agreement numbers or keys, ticked in the list.
    """

    expiring = filters.DateFilter(method="expiring_by", label="现行有效，期满不晚于")
    campaign = filters.ModelChoiceFilter(
        queryset=RenewalCampaign.objects.all(), method="in_campaign", label="统一组织续签", empty_label="不限"
    )
    edition = filters.ModelChoiceFilter(
        queryset=Edition.objects.all(), label="协议文本", empty_label="全部版本"
    )
    state = filters.MultipleChoiceFilter(field_name="status", choices=Status, label="协议状态")
    pick = filters.CharFilter(method="ticked", label="选中的协议")

    def __init__(self, *args, agency=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.agency = agency
        fields = self.form.fields
        fields["campaign"].queryset = RenewalCampaign.objects.filter(agency=agency)
        fields["expiring"].widget.input_type = "date"
        fields["state"].widget.attrs["size"] = 4
        fields["pick"].widget = forms.HiddenInput()

    def expiring_by(self, found, name, value):
        return found.filter(status__in=LIVE, ends_on__lte=value)

    def in_campaign(self, found, name, value):
        """第七十八条：the new agreements that follow those whose term ends within the campaign's range."""
        followed = Agreement.objects.filter(
            agency=value.agency_id,
            ends_on__range=(value.first_end, value.last_end),
            institution__isnull=False,
        )
        return found.filter(
            agency=value.agency_id,
            institution__in=followed.values("institution"),
            starts_on__gt=value.first_end,
        )

    def ticked(self, found, name, value):
        return found.filter(pk__in=ticked_keys(self.data))

    @property
    def is_narrowed(self):
        """Whether any condition was given: a batch of everything is asked for on purpose or not at all."""
        return any(self.data.get(name) for name in self.form.fields)

    @property
    def unknown(self):
        """Keys of the query that mean nothing."""
        return sorted(set(self.data) - set(self.form.fields))

    @property
    def in_words(self):
        """The conditions as people say them; "" while they are wrong."""
        if not self.form.is_valid():
            return ""
        said = [
            f"{field.label}：{_said(field, self.form.cleaned_data.get(name), self.data)}"
            for name, field in self.form.fields.items()
            if self.form.cleaned_data.get(name) and name != "sort"
        ]
        return "；".join(said) or "全部"


def ticked_keys(data):
    """The keys of ticked agreements: `pick=1&pick=2`, or `pick=1,2`."""
    texts = [part for value in data.getlist("pick") for part in value.split(",")]
    return [key for key in map(whole_number, texts) if key is not None][:MOST_TICKED]


def _said(field, value, data):
    if field.label == "选中的协议":
        return f"{len(ticked_keys(data))}份"
    choices = dict(getattr(field, "choices", ())) if not hasattr(field, "queryset") else {}
    if isinstance(value, list):
        return "、".join(str(choices.get(one, one)) for one in value)
    return str(choices.get(value, value))
