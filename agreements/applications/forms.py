"""What the hospital fills in to apply, and the agency to answer."""

import copy

from django import forms
from django.utils.timezone import localdate

from config.forms import PortalModelForm
from institutions.differences import FACTS
from institutions.models import InstitutionVersion

from ..forms import SignForm, TodayForm, day_field, words
from ..uploads import validate_material

MOST_FILES = 10


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once, each checked by its content. Gives a list, empty when none was chosen."""

    def __init__(self, *, label="附件", help_text="PDF、JPEG、PNG、docx 或 xlsx，可以选多个", **kwargs):
        super().__init__(
            label=label, help_text=help_text, widget=FilesInput(), allow_empty_file=True, **kwargs
        )

    def clean(self, data, initial=None):
        uploads = data if isinstance(data, list | tuple) else [data] if data else []
        if len(uploads) > MOST_FILES:
            raise forms.ValidationError(f"一次最多 {MOST_FILES} 个文件；合并成一个 PDF，或分次上传")
        if not uploads:
            super().clean(None, initial)
        for upload in uploads:
            super().clean(upload, initial)
            validate_material(upload)
        return list(uploads)


class ReturnForm(TodayForm):
    reason = words("要补正的内容", help_text="一次写全缺什么、怎样改")


class OpinionForm(TodayForm):
    opinion = words("意见")

    def prepare(self):
        self.initial["opinion"] = "情况属实，同意"


class SubmitForm(TodayForm):
    promise = forms.BooleanField(
        label="所报材料真实、完整，随申请出具承诺书",
        error_messages={"required": "勾选承诺后才能提交（第七条）"},
    )

    def details(self):
        return {}


class ChangeForm(PortalModelForm):
    """机构信息的新内容（第七十六条）：改动的才算变更，不改的原样留下。"""

    approved_on = day_field("批准（变更）日期", help_text="有关部门批准之日；没有批准部门的，填变更之日")
    authority = forms.CharField(label="批准部门", max_length=100, required=False)
    approval_number = forms.CharField(label="批准文号", max_length=100, required=False)
    synced_on = day_field("国家编码数据库同步变更日期", required=False, help_text="还没有同步的，先不填")
    files = FilesField(label="批准文件、变更证明", required=False)

    class Meta:
        model = InstitutionVersion
        fields = FACTS
        widgets = {"subjects": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, data=None, files=None, *, agreement, kind, initial=None, changes=None):
        self.current = agreement.institution.current
        shown = copy.copy(self.current)
        for name, value in (changes or {}).items():
            setattr(shown, name, value)
        super().__init__(data, files, instance=shown, initial={"approved_on": localdate()} | (initial or {}))
        major = agreement.terms.change.major_fields
        self.asked = [name for name in FACTS if (name in major) == (kind == "major")]
        for name in set(FACTS) - set(self.asked):
            del self.fields[name]
        if kind == "general":
            del self.fields["authority"], self.fields["approval_number"]

    @property
    def fact_fields(self):
        return [self[name] for name in self.asked]

    @property
    def other_fields(self):
        return [field for field in self if field.name not in self.asked]

    def details(self):
        given = self.cleaned_data
        changes = {
            name: given[name] if not hasattr(given[name], "isoformat") else given[name].isoformat()
            for name in self.asked
            if given[name] != getattr(self.current, name)
        }
        rest = {name: given.get(name, "") for name in ("authority", "approval_number")}
        return {
            "changes": changes, **rest, "approved_on": given["approved_on"], "synced_on": given["synced_on"],
            "files": given["files"], "on": localdate(),
        }  # fmt: skip


class NoteApprovalForm(TodayForm):
    group = forms.ChoiceField(label="批准变更的信息")
    approved_on = day_field("批准日期", help_text="乙方申请的时限自这一日起算")

    def prepare(self):
        groups = self.agreement.terms.change.groups
        self.fields["group"].choices = [(one.label, one.label) for one in groups]


class SignAmendmentForm(SignForm):
    """补充协议的签署（第七十七条）：法定代表人，或持授权委托书的代理人。"""

    def prepare(self):
        legal = getattr(self.agreement, self.side).current.legal_representative
        self.initial |= {"name": legal, "capacity": "legal", "signed_on": localdate()}


class SignAmendmentForAgencyForm(SignAmendmentForm):
    side = "agency"


class SignAmendmentForInstitutionForm(SignAmendmentForm):
    side = "institution"
