"""What people fill in about an inspection. A form asks and tidies; the rules are at the door."""

from datetime import timedelta

from django import forms
from django.utils.timezone import localdate

from agreements.applications.forms import FilesField
from agreements.forms import ActForm, TodayForm, day_field
from agreements.uploads import validate_scan
from institutions.models import Role, User

from .models import Inspection, SheetSignature
from .strokes import BadDrawing, read_drawing

PLANNERS = [Role.CLERK, Role.REVIEWER, Role.LEADER]
GOERS = [Role.INSPECTOR, Role.CLERK, Role.REVIEWER]
SEATS = 6
PHOTO = {"accept": "image/*", "capture": "environment"}


def words(label, limit=500, rows=3, **kwargs):
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=limit, widget=widget, **kwargs)


# ── the plan ──


class PlanForm(ActForm):
    kind = forms.ChoiceField(label="种类", choices=Inspection.Kind.choices)
    title = forms.CharField(label="名称", max_length=100, help_text="例如“2026年下半年定期核查”")
    signal = words(
        "线索", rows=2, required=False, help_text="线索核查写明来源和内容；不对乙方显示，不写参保人员姓名"
    )
    period_from = day_field("核查时段起")
    period_to = day_field("核查时段止")
    planned_on = day_field("计划日期", initial=localdate)
    third_party = forms.CharField(
        label="受托第三方机构", max_length=100, required=False, help_text="委托第三方核查的填写名称"
    )
    departments = forms.ModelMultipleChoiceField(
        None, label="科室", required=False, widget=forms.CheckboxSelectMultiple, help_text="不选为全院"
    )
    staff = forms.ModelMultipleChoiceField(
        None, label="医务人员", required=False, help_text="按住 Ctrl 可以选多人；不选为不限"
    )

    def __init__(self, *args, inspection=None, **kwargs):
        self.inspection = inspection
        super().__init__(*args, **kwargs)

    def prepare(self):
        hospital = self.agreement.institution
        self.fields["departments"].queryset = hospital.departments.filter(closed_on=None)
        self.fields["staff"].queryset = hospital.staff_members.filter(left_on=None)
        if not self.fields["departments"].queryset.exists():
            del self.fields["departments"]
        if not self.fields["staff"].queryset.exists():
            del self.fields["staff"]
        people = [("", "不选"), *((one.pk, _person(one)) for one in who_may_go(self.agreement))]
        for seat in range(1, SEATS + 1):
            first = seat == 1
            self.fields[f"user{seat}"] = forms.TypedChoiceField(
                label="组长" if first else f"核查人员 {seat}", choices=people, coerce=int, required=first, empty_value=None
            )  # fmt: skip
            self.fields[f"certificate{seat}"] = forms.CharField(
                label="工作证件号", max_length=40, required=False
            )
        self._fill()

    def _fill(self):
        if self.inspection:
            del self.fields["kind"]
            for name in self.fields:
                if hasattr(self.inspection, name):
                    self.initial[name] = getattr(self.inspection, name)
            self.initial |= {
                "departments": self.inspection.departments.all(),
                "staff": self.inspection.staff.all(),
            }
            for seat, member in enumerate(self.inspection.team, start=1):
                self.initial |= {f"user{seat}": member.user_id, f"certificate{seat}": member.certificate}
        else:
            today = localdate()
            self.initial.setdefault("period_from", self.agreement.starts_on)
            self.initial.setdefault("period_to", min(today, self.agreement.ends_on))

    @property
    def seats(self):
        return [(self[f"user{seat}"], self[f"certificate{seat}"]) for seat in range(1, SEATS + 1)]

    @property
    def plain_fields(self):
        return [field for field in self if not field.name.startswith(("user", "certificate"))]

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("period_from"), cleaned.get("period_to")
        if start and end and end < start:
            self.add_error("period_to", f"核查时段止 {end} 早于时段起 {start}，核对两个日期")
        if cleaned.get("kind") == Inspection.Kind.SIGNAL and not cleaned.get("signal"):
            self.add_error("signal", "线索核查写明线索的来源和内容")
        return cleaned

    def details(self):
        given = self.cleaned_data
        people = {one.pk: one for one in who_may_go(self.agreement)}
        team = [
            {
                "user": people[given[f"user{seat}"]],
                "certificate": given[f"certificate{seat}"],
                "leads": seat == 1,
            }
            for seat in range(1, SEATS + 1)
            if given.get(f"user{seat}")
        ]
        plain = {name: value for name, value in given.items() if not name.startswith(("user", "certificate"))}
        plain.setdefault("departments", [])
        plain.setdefault("staff", [])
        return {
            **plain,
            "departments": list(plain["departments"]),
            "staff": list(plain["staff"]),
            "team": team,
        }


def who_may_go(agreement):
    """Inspectors and staff of the agency, and the people of entrusted firms whose accounts still run."""
    people = User.objects.filter(is_active=True)
    own = people.filter(role__in=GOERS, agency=agreement.agency_id)
    entrusted = people.filter(role=Role.THIRD_PARTY, expires_on__gte=localdate())
    return (own | entrusted).order_by("role", "pk")


def _person(user):
    until = f"，到 {user.expires_on}" if user.expires_on else ""
    return f"{user.name}（{user.get_role_display()}{until}）"


class ArchiveForm(TodayForm):
    remark = words("说明", rows=2, required=False, help_text="没有发现问题的，可以不写")


class FinishForm(TodayForm):
    sure = forms.BooleanField(
        label="问题、金额和证据已经核对，固定为核查结果",
        error_messages={"required": "核对之后勾选；固定后要改，须由复核退回补查（第五十七条）"},
    )

    def details(self):
        return {"on": localdate()}


# ── papers asked for ──


class AskForm(TodayForm):
    what = words(
        "要提供的资料", 1000, rows=4, help_text="逐项写明，例如“2026年1—6月出院病历（抽样名单所列）”"
    )
    due_on = day_field("最迟提供日期")

    def prepare(self):
        self.initial.setdefault("due_on", localdate() + timedelta(days=1))


class HandOverForm(ActForm):
    answer = words("说明", 1000, required=False, help_text="缺什么、为什么；没有的写明没有")
    files = FilesField(label="资料", required=False)
    promise = forms.BooleanField(
        label="所提供的资料真实、准确、完整，随之出具承诺书",
        error_messages={"required": "勾选承诺后才能提交（第七条）"},
    )

    def details(self):
        return {"answer": self.cleaned_data["answer"], "files": self.cleaned_data["files"], "on": localdate()}


class AskAgainForm(TodayForm):
    reason = words("要补充的")
    due_on = day_field("最迟补充日期")


# ── signing ──


class DrawnForm(ActForm):
    strokes = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_strokes(self):
        try:
            return read_drawing(self.cleaned_data["strokes"])
        except BadDrawing as why:
            raise forms.ValidationError(str(why)) from why


class InspectorForm(DrawnForm):
    done = "核查人员已签名"
    member = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, inspection=None, **kwargs):
        self.inspection = inspection
        super().__init__(*args, **kwargs)

    def clean_member(self):
        found = next((one for one in self.inspection.team if one.pk == self.cleaned_data["member"]), None)
        if found is None:
            raise forms.ValidationError("不在这次核查的核查组里，刷新页面")
        return found


class SpotForm(DrawnForm):
    done = "乙方已签认"
    name = forms.CharField(label="签认人", max_length=50)
    capacity = forms.ChoiceField(
        label="身份",
        choices=[
            one for one in SheetSignature.Capacity.choices if one[0] != SheetSignature.Capacity.INSPECTOR
        ],
    )
    seal = forms.FileField(
        label="公章",
        validators=[validate_scan],
        help_text="在打印件上盖章后拍照，或选择已有照片",
        error_messages={
            "required": "没有公章照片。在打印件上盖章后拍照上传；拒绝盖章的，注明拒签（第五十七条）"
        },
    )

    def prepare(self):
        self.fields["seal"].widget.attrs |= PHOTO

    def details(self):
        return {**self.cleaned_data, "name": self.cleaned_data["name"].strip()}


class OnlineForm(ActForm):
    capacity = forms.ChoiceField(label="身份", choices=SpotForm.base_fields["capacity"].choices)
    password = forms.CharField(
        label="再次输入密码", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    agree = forms.BooleanField(
        label="已阅读核查结果，在保留申诉权利的前提下签认",
        error_messages={"required": "阅读并勾选后才能签认（第五十七条）"},
    )

    def details(self):
        return {"capacity": self.cleaned_data["capacity"]}


class RefusalForm(ActForm):
    done = "已注明拒签"
    reason = words("拒绝的原因（由核查人员注明）")
