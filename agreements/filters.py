import django_filters as filters
from django import forms
from django.db.models import Q

from institutions.filters import LONGEST_SEARCH
from institutions.models import InstitutionVersion, Region

from .models import IN_THE_MAKING, Agreement, Status

TABS = [
    ("making", "办理中", IN_THE_MAKING),
    ("active", "履行中", [Status.ACTIVE]),
    ("continued", "延续有效", [Status.CONTINUED]),
    ("suspended", "中止", [Status.SUSPENDED]),
    ("terminated", "终止", [Status.TERMINATED]),
    ("rescinded", "解除", [Status.RESCINDED]),
    ("renewed", "期满已续签", [Status.RENEWED]),
    ("void", "作废", [Status.VOID]),
]
SORTS = ["number", "institution__current__name", "status", "ends_on"]


class AgreementFilter(filters.FilterSet):
    """The filters above the list of agreements. `tab` groups states the way people speak of them."""

    q = filters.CharFilter(method="search", label="机构名称、协议编号或医保代码")
    region = filters.ModelChoiceFilter(
        queryset=Region.objects.all(), method="in_region", label="地区", empty_label="全部地区"
    )
    category = filters.ChoiceFilter(
        field_name="institution__current__category",
        choices=InstitutionVersion.Category,
        label="类别",
        empty_label="全部类别",
    )
    ends_from = filters.DateFilter(field_name="ends_on", lookup_expr="gte", label="到期自")
    ends_to = filters.DateFilter(field_name="ends_on", lookup_expr="lte", label="到期至")
    edition = filters.CharFilter(method="under_edition", label="协议文本")
    tab = filters.CharFilter(method="in_tab", label="状态")
    sort = filters.CharFilter(method="sorted_by", label="排序")

    class Meta:
        model = Agreement
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.form.fields.items():
            field.widget.attrs |= {
                "class": "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            }
            field.widget.attrs |= {"aria-label": field.label, "id": f"filter-{name}"}
            if name.startswith("ends"):
                field.widget.input_type = "date"
        self.form.fields["q"].widget.attrs |= {
            "class": "form-control find",
            "placeholder": self.form.fields["q"].label,
            "type": "search",
        }

    def search(self, found, name, value):
        text = value.strip()[:LONGEST_SEARCH]
        by_name, by_code = (
            Q(institution__current__name__icontains=text),
            Q(institution__code__istartswith=text),
        )
        return found.filter(by_name | by_code | Q(number__istartswith=text))

    def in_region(self, found, name, value):
        return found.filter(institution__region__code__startswith=value.prefix)

    def under_edition(self, found, name, value):
        """qinghai-2025/2: those that are pinned to this version of the text."""
        code, _, version = value.partition("/")
        return found.filter(edition__code=code, edition__version=version)

    def in_tab(self, found, name, value):
        states = {key: states for key, _, states in TABS}.get(value)
        return found.filter(status__in=states) if states else found

    def sorted_by(self, found, name, value):
        return found.order_by(value, "pk") if value.lstrip("-") in SORTS else found

    def without_tab(self):
        """The same filters over all states, for the counts on the tabs."""
        data = self.data.copy()
        data.pop("tab", None)
        data.pop("sort", None)
        return type(self)(data, queryset=self.queryset).qs
