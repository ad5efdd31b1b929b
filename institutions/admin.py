"""Master data and people. Nothing that history needs can be deleted; versions are added, never edited."""

from auditlog.registry import auditlog
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html

from .actions import check_valid_from, revise_agency
from .differences import SHARED_FACTS
from .models import (
    Agency,
    AgencyVersion,
    CalendarDay,
    Department,
    HolidayNotice,
    Institution,
    Region,
    StaffMember,
    User,
)

for model in (Region, Agency, Department, StaffMember, HolidayNotice, CalendarDay):
    auditlog.register(model)
auditlog.register(User, exclude_fields=["password", "last_login"])


class Kept:
    """What others refer to stays: closed, left or put out of use, never deleted."""

    identity = ()  # fields that cannot change once others refer to them

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        fixed = self.identity if obj and obj.pk else ()
        return [*super().get_readonly_fields(request, obj), *fixed]


class RegionForm(forms.ModelForm):
    def clean_code(self):
        code = self.cleaned_data["code"]
        if not (code.isascii() and code.isdigit() and len(code) == 6):
            raise ValidationError("区划代码应为6位数字，例如 630105")
        return code

    def clean(self):
        cleaned = super().clean()
        code, parent = cleaned.get("code", self.instance.pk), cleaned.get("parent")
        if code and parent and (code == parent.code or not code.startswith(parent.prefix)):
            raise ValidationError(
                {"parent": f"{parent}（{parent.code}）不是 {code} 的上级：下级的代码以上级的开头"}
            )
        return cleaned


@admin.register(Region)
class RegionAdmin(Kept, admin.ModelAdmin):
    form = RegionForm
    list_display = ["code", "name", "parent"]
    list_select_related = ["parent"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["parent"]
    identity = ["code"]


class VersionForm(forms.ModelForm):
    class Meta:
        model = AgencyVersion
        fields = [*SHARED_FACTS, "valid_from", "reason"]

    def clean_valid_from(self):
        agency = self.instance.agency if self.instance.agency_id else None
        try:
            check_valid_from(agency and agency.current, self.cleaned_data["valid_from"])
        except ValidationError as refused:
            raise ValidationError(refused.messages) from refused
        return self.cleaned_data["valid_from"]


class VersionInline(admin.StackedInline):
    model = AgencyVersion
    form = VersionForm
    extra = 0
    readonly_fields = ["number", "recorded_by", "recorded_at"]
    verbose_name = "信息版本"
    verbose_name_plural = "信息版本：新版本加在最后，旧版本不能改"

    def get_min_num(self, request, obj=None, **kwargs):
        return 0 if obj else 1

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, validate_min=obj is None, **kwargs)

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Agency)
class AgencyAdmin(Kept, admin.ModelAdmin):
    list_display = ["code", "name", "region", "level", "document_word"]
    list_select_related = ["current", "region"]
    list_filter = ["level"]
    search_fields = ["code", "current__name"]
    autocomplete_fields = ["region"]
    inlines = [VersionInline]
    identity = ["code", "region"]

    @admin.display(description="名称", ordering="current__name")
    def name(self, agency):
        return agency.name

    def save_formset(self, request, form, formset, change):
        """A new version goes in as everywhere else, through `revise_agency`; one that says nothing new does not."""
        agency = form.instance
        for version in formset.save(commit=False):
            facts = {name: getattr(version, name) for name in SHARED_FACTS}
            if agency.current and all(
                getattr(agency.current, name) == value for name, value in facts.items()
            ):
                messages.info(request, "与现行版本相同，没有生成新版本")
                continue
            reason = version.reason or ("信息变更" if change else "首次登记")
            agency = revise_agency(
                agency, by=request.user, valid_from=version.valid_from, reason=reason, **facts
            )


@admin.register(Institution)
class InstitutionAdmin(admin.ModelAdmin):
    """Only to be found from other forms: institutions are kept on the portal's own pages, version by version."""

    search_fields = ["code", "current__name"]

    def has_module_permission(self, request):
        return False

    def has_view_permission(self, request, obj=None):
        return request.user.is_active and request.user.is_staff

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("current")


@admin.register(Department)
class DepartmentAdmin(Kept, admin.ModelAdmin):
    list_display = ["code", "name", "institution", "closed_on"]
    list_select_related = ["institution__current"]
    search_fields = ["code", "name", "institution__code", "institution__current__name"]
    autocomplete_fields = ["institution"]
    identity = ["institution", "code"]


@admin.register(StaffMember)
class StaffMemberAdmin(Kept, admin.ModelAdmin):
    list_display = ["code", "name", "kind", "institution", "left_on"]
    list_select_related = ["institution__current"]
    list_filter = ["kind"]
    search_fields = ["code", "name", "institution__code", "institution__current__name"]
    autocomplete_fields = ["institution", "department"]
    identity = ["institution", "code"]


class CalendarDayInline(admin.TabularInline):
    model = CalendarDay
    extra = 0


@admin.register(HolidayNotice)
class HolidayNoticeAdmin(Kept, admin.ModelAdmin):
    """The working-day calendar: a notice with its days. One that was replaced is history and only shown."""

    list_display = ["year", "region", "number", "announced_on", "replaced_at"]
    list_select_related = ["region"]
    list_filter = ["year", ("replaced_at", admin.EmptyFieldListFilter)]
    search_fields = ["number", "region__name"]
    autocomplete_fields = ["region"]
    readonly_fields = ["recorded_at", "replaced_at"]
    inlines = [CalendarDayInline]
    identity = ["year", "region"]

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not (obj and obj.replaced_at)


class NewPersonForm(BaseUserCreationForm):
    class Meta:
        model = User
        fields = ["username", "name", "role", "agency", "institution", "expires_on"]
        field_classes = {}


@admin.register(User)
class PersonAdmin(Kept, UserAdmin):
    """People and their one role. A password can be set anew, never seen; who leaves is put out of use."""

    form, add_form = forms.ModelForm, NewPersonForm
    add_form_template = None  # the usual page: that of Django's users begins with a sentence in English
    list_display = ["username", "name", "role", "unit_name", "is_active"]
    list_select_related = ["agency__current", "institution__current"]
    list_filter = ["role", "is_active"]
    search_fields = ["username", "name"]
    ordering = ["username"]
    filter_horizontal = []
    autocomplete_fields = ["institution"]
    identity = ["username", "password_link", "last_login"]
    readonly_fields = []
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "username",
                    "name",
                    "role",
                    "agency",
                    "institution",
                    "is_active",
                    "expires_on",
                    "email",
                    "mail_wanted",
                    "password_link",
                    "last_login",
                ]
            },
        )
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": [
                    "username",
                    "name",
                    "role",
                    "agency",
                    "institution",
                    "expires_on",
                    "password1",
                    "password2",
                ]
            },
        )
    ]

    def get_readonly_fields(self, request, obj=None):
        # Nobody takes away or trades the role that lets them sit here: another administrator must do it.
        own = ["role", "agency", "institution", "is_active", "expires_on"] if obj == request.user else []
        return [*super().get_readonly_fields(request, obj), *own]

    @admin.display(description="单位")
    def unit_name(self, person):
        return person.unit_name

    @admin.display(description="密码")
    def password_link(self, person):
        url = reverse("admin:auth_user_password_change", args=[person.pk])
        return format_html('<a href="{}">重设密码</a>', url)
