"""What people fill in about an inspection. A form asks and tidies; the rules are at the door."""

from datetime import timedelta

from django import forms
from django.utils.timezone import localdate

from agreements.applications.forms import FilesField
from agreements.forms import ActForm, TodayForm, day_field
from agreements.gate import RuleBroken
from agreements.uploads import validate_scan
from institutions.cells import TextCell
from institutions.intake import Refused, read_sheet
from institutions.models import Role, User

from .models import ChecklistLine, Inspection, SheetSignature
from .strokes import BadDrawing, read_drawing

PLANNERS = [Role.CLERK, Role.REVIEWER, Role.LEADER]
GOERS = [Role.INSPECTOR, Role.CLERK, Role.REVIEWER]
SEATS = 6
MOST_NUMBERED = 100_000
PHOTO = {"accept": "image/*", "capture": "environment"}


def _words(label, limit=500, rows=3, **kwargs):
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=limit, widget=widget, **kwargs)


# ── the plan ──


class PlanForm(ActForm):
    kind = forms.ChoiceField(label="种类", choices=Inspection.Kind.choices)
    title = forms.CharField(label="名称", max_length=100, help_text="例如“2026年下半年定期核查”")
    signal = _words(
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
        Styled.dress(
            self, [f"{name}{seat}" for seat in range(1, SEATS + 1) for name in ("user", "certificate")]
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


class Styled:
    """Fields that a form made while it was prepared get the portal's classes like the rest."""

    @staticmethod
    def dress(form, names):
        for name in names:
            widget = form.fields[name].widget
            widget.attrs["class"] = "form-select" if isinstance(widget, forms.Select) else "form-control"


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
    remark = _words("说明", rows=2, required=False, help_text="没有发现问题的，可以不写")


class FinishForm(TodayForm):
    sure = forms.BooleanField(
        label="问题、金额和证据已经核对，固定为核查结果",
        error_messages={"required": "核对之后勾选；固定后要改，须由复核退回补查（第五十七条）"},
    )

    def details(self):
        return {"on": localdate()}


# ── fieldwork ──


def checks_of(lines, posted):
    """{item: [result, note]} of the lines that were posted otherwise than they are. RuleBroken for what is no result."""
    changed = {}
    for line in lines:
        result = posted.get(f"r-{line.item}")
        if result is None:
            continue
        note = posted.get(f"n-{line.item}", "").strip()
        if result not in ChecklistLine.Result or len(note) > ChecklistLine._meta.get_field("note").max_length:
            raise RuleBroken("清单的结果或说明不对，说明最多 200 字（第五十七条）")
        if (result, note) != (line.result, line.note):
            changed[line.item] = [result, note]
    return changed


class SampleForm(ActForm):
    about = forms.CharField(label="总体", max_length=100, help_text="例如“2026年1—6月出院病例”")
    population = forms.IntegerField(
        label="数量", min_value=1, max_value=MOST_NUMBERED, required=False, help_text="没有名单的，按 1 到这个数编号抽取"
    )  # fmt: skip
    listed = forms.FileField(
        label="名单", required=False, help_text="xlsx 或 csv，第一列是病案号或住院号，第一行是列名；不要姓名"
    )

    def clean_listed(self):
        upload = self.cleaned_data["listed"]
        if not upload:
            return []
        try:
            rows, cell = read_sheet(upload).rows, TextCell(required=False)
            cases = [cell.clean(cells[0]) for _, cells in rows if cells]
        except (Refused, ValueError) as why:
            raise forms.ValidationError(f"名单读不出来：{why}") from why
        if not any(cases):
            raise forms.ValidationError("名单第一列是空的，没有可以抽取的")
        return [case for case in cases if case]

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not (cleaned.get("listed") or cleaned.get("population")):
            self.add_error("population", "填写数量，或上传名单")
        return cleaned

    def details(self):
        given = self.cleaned_data
        return {"about": given["about"], "population": given["population"] or 0, "cases": given["listed"]}


class FindingForm(ActForm):
    code = forms.ChoiceField(label="违约情形")
    choice_reason = _words(
        "选用这一项的理由", rows=2, required=False, help_text="有几项说的是同一类行为时必须写明"
    )
    facts = _words("事实", 2000, rows=4, help_text="查到什么、凭什么；不写参保人员姓名")
    department = forms.ModelChoiceField(None, label="科室", required=False, empty_label="不限科室")
    staff = forms.ModelChoiceField(None, label="医务人员", required=False, empty_label="不涉及个人")
    period_from = day_field("发生时段起", required=False)
    period_to = day_field("发生时段止", required=False)
    cases = forms.IntegerField(label="例数", min_value=0, max_value=10_000_000, required=False)
    amount = forms.DecimalField(
        label="涉及金额（元）", min_value=0, max_digits=14, decimal_places=2, required=False
    )
    photos = FilesField(label="拍照", required=False, help_text="用手机直接拍")
    files = FilesField(
        label="照片、文件", required=False, help_text="JPEG、PNG、PDF 等，可以选多个；只有甲方看得到"
    )

    def __init__(self, *args, finding=None, **kwargs):
        self.finding = finding
        super().__init__(*args, **kwargs)

    def prepare(self):
        hospital = self.agreement.institution
        self.fields["department"].queryset = hospital.departments.filter(closed_on=None)
        self.fields["staff"].queryset = hospital.staff_members.filter(left_on=None)
        self.fields["code"].choices = [("", "选择"), *_catalogue(self.agreement.edition.breaches)]
        self.fields["photos"].widget.attrs |= PHOTO
        self.fields["files"].widget.attrs["accept"] = "image/*,application/pdf"
        if self.finding:
            own = (
                "department",
                "staff",
                "period_from",
                "period_to",
                "cases",
                "amount",
                "facts",
                "choice_reason",
            )
            self.initial |= {name: getattr(self.finding, name) for name in own} | {"code": self.finding.code}

    def compared(self):
        """The items that name the same act as the chosen one, side by side with it; [] when none does."""
        code = (self.data.get("code") if self.is_bound else self.initial.get("code")) or ""
        items = self.agreement.edition.breaches.items
        chosen = items.get(code.rstrip("abcdefgh"))
        return [chosen, *(items[one] for one in chosen.overlaps)] if chosen and chosen.overlaps else []

    def details(self):
        given = dict(self.cleaned_data)
        item, part = self.agreement.edition.breaches.find(given.pop("code"))
        files = [*given.pop("photos"), *given.pop("files")]
        given |= {"cases": given["cases"] or 0, "amount": given["amount"] or 0}
        return {**given, "item": item.code, "part": part.code if part else "", "files": files}


def _catalogue(breaches):
    """Choices by article: an item with parts is chosen by its part, so that a finding points at one act."""
    groups = {}
    for item in breaches.items.values():
        if item.against == "institution":
            options = groups.setdefault(item.article_label.partition("（")[0], [])
            options.append((item.code, f"{item.article_label} {item.label}"))
            options += [
                (f"{item.code}{part.code}", f"　{item.article_label} {part.label}") for part in item.parts
            ]
    return list(groups.items())


class DropForm(ActForm):
    reason = _words("删去的原因", rows=2)


# ── papers asked for ──


class AskForm(TodayForm):
    what = _words(
        "要提供的资料", 1000, rows=4, help_text="逐项写明，例如“2026年1—6月出院病历（抽样名单所列）”"
    )
    due_on = day_field("最迟提供日期")

    def prepare(self):
        self.initial.setdefault("due_on", localdate() + timedelta(days=1))


class HandOverForm(ActForm):
    answer = _words("说明", 1000, required=False, help_text="缺什么、为什么；没有的写明没有")
    files = FilesField(label="资料", required=False)
    promise = forms.BooleanField(
        label="所提供的资料真实、准确、完整，随之出具承诺书",
        error_messages={"required": "勾选承诺后才能提交（第七条）"},
    )

    def details(self):
        return {"answer": self.cleaned_data["answer"], "files": self.cleaned_data["files"], "on": localdate()}


class AskAgainForm(TodayForm):
    reason = _words("要补充的")
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
        required=False,
        validators=[validate_scan],
        help_text="在打印件上盖章后拍照，或选择已有照片",
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
    reason = _words("拒绝的原因（由核查人员注明）")
