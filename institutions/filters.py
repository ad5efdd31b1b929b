import django_filters as filters
from django.db.models import Prefetch, Q
from django.forms import Select

from .models import Institution, InstitutionVersion, Region

LONGEST_SEARCH = 100  # characters; SQLite refuses to compare with very long patterns
# The relation that the agreements app hangs on an institution; importing that app from here would turn the house over.
AGREEMENTS = Institution._meta.get_field("agreements").related_model


def agreements_seen_by(user):
    """For `prefetch_related`: what the user may see of an institution's agreements, newest first."""
    return Prefetch(
        "agreements",
        AGREEMENTS.objects.visible_to(user).select_related("agency__current"),
        to_attr="seen_agreements",
    )


def regions_of(request):
    """The regions that an agency's person may narrow a list to."""
    agency = request.user.agency
    return Region.objects.filter(code__startswith=agency.region.prefix) if agency else Region.objects.none()


class Sorting(filters.OrderingFilter):
    def filter(self, qs, value):
        """By the chosen column, and within it by code, so that pages neither repeat nor lose a row."""
        return (
            super().filter(qs, value).order_by(*(self.get_ordering_value(one) for one in value or []), "code")
        )


class InstitutionFilter(filters.FilterSet):
    q = filters.CharFilter(label="机构名称、医保代码或信用代码", method="find")
    region = filters.ModelChoiceFilter(
        label="统筹区", queryset=regions_of, method="in_region", empty_label="全部统筹区"
    )
    grade = filters.ChoiceFilter(
        "current__grade", label="等级", choices=InstitutionVersion.Grade, empty_label="全部等级"
    )
    category = filters.ChoiceFilter(
        "current__category", label="类别", choices=InstitutionVersion.Category, empty_label="全部类别"
    )
    nature = filters.ChoiceFilter(
        "current__nature", label="机构性质", choices=InstitutionVersion.Nature, empty_label="全部性质"
    )
    status = filters.ChoiceFilter(
        label="协议状态",
        choices=AGREEMENTS._meta.get_field("status").choices,
        method="with_agreement",
        empty_label="协议状态不限",
    )
    sort = Sorting(
        fields={
            "code": "code",
            "current__name": "name",
            "region_id": "region",
            "current__grade": "grade",
            "current__licence_expires_on": "licence",
        }
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.form.fields.items():
            css = "form-select" if isinstance(field.widget, Select) else "form-control find"
            field.widget.attrs |= {"class": css, "aria-label": field.label, "id": f"filter-{name}"}
        self.form.fields["q"].widget.attrs |= {"placeholder": self.form.fields["q"].label, "type": "search"}

    def find(self, queryset, name, value):
        value = value.strip()[:LONGEST_SEARCH]
        return queryset.filter(
            Q(current__name__icontains=value)
            | Q(code__startswith=value.upper())
            | Q(current__uscc=value.upper())
        )

    def in_region(self, queryset, name, value):
        return queryset.filter(region__code__startswith=value.prefix)

    def with_agreement(self, queryset, name, value):
        seen = AGREEMENTS.objects.visible_to(self.request.user).filter(status=value)
        return queryset.filter(pk__in=seen.values("institution_id"))
