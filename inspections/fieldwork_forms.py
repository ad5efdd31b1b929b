"""What the team fills in on the spot: visits, the checklist, samples, findings. The rules are at the door."""

from django import forms
from django.utils.timezone import localdate

from agreements.applications.forms import FilesField
from agreements.edition_text import reference_of
from agreements.forms import ActForm, day_field
from agreements.gate import RuleBroken
from institutions.cells import TextCell
from institutions.intake import Refused, read_sheet

from .forms import PHOTO, words
from .models import ChecklistLine, InspectionMember

MOST_NUMBERED = 100_000
FILES = "image/*,application/pdf"


class VisitForm(ActForm):
    """`inspection`: whose team may have gone."""

    on = day_field("日期")
    place = forms.CharField(label="地点", max_length=200, help_text="例如“康复医学科治疗室、病案室”")
    members = forms.ModelMultipleChoiceField(
        None, label="到场的核查人员", widget=forms.CheckboxSelectMultiple
    )
    met = forms.CharField(label="乙方在场人员", max_length=200, help_text="姓名、职务")
    note = words("经过", 2000, rows=5, help_text="看了什么、问了什么、怎样回答；不写参保人员姓名")
    photos = FilesField(label="拍照", required=False, help_text="用手机直接拍")
    files = FilesField(
        label="笔录、文件", required=False, help_text="签名的笔录等，可以选多个；只有甲方看得到"
    )

    def __init__(self, *args, inspection, **kwargs):
        self.inspection = inspection
        super().__init__(*args, **kwargs)

    def prepare(self):
        self.fields["members"].queryset = InspectionMember.objects.filter(inspection=self.inspection)
        self.initial |= {"on": localdate(), "members": [one.pk for one in self.inspection.team]}
        self.fields["photos"].widget.attrs |= PHOTO
        self.fields["files"].widget.attrs["accept"] = FILES

    def details(self):
        given = dict(self.cleaned_data)
        files = [*given.pop("photos"), *given.pop("files")]
        return {**given, "members": list(given["members"]), "files": files}


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
    choice_reason = words(
        "选用这一项的理由", rows=2, required=False, help_text="有几项说的是同一类行为时必须写明"
    )
    facts = words("事实", 2000, rows=4, help_text="查到什么、凭什么；不写参保人员姓名")
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
        self.fields["files"].widget.attrs["accept"] = FILES
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
            options = groups.setdefault(reference_of(item.article_label)[0], [])
            options.append((item.code, f"{item.article_label} {item.label}"))
            options += [
                (f"{item.code}{part.code}", f"　{item.article_label} {part.label}") for part in item.parts
            ]
    return list(groups.items())


class DropForm(ActForm):
    reason = words("删去的原因", rows=2)
