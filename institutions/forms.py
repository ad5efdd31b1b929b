"""What a person fills in about an institution. A form asks and tidies; writing goes through `actions`."""

import copy

from django import forms
from django.utils.timezone import localdate

from config.forms import PortalForm, PortalModelForm

from .codes import validate_institution_code
from .differences import FACTS
from .intake import Refused, read_sheet
from .models import Institution, InstitutionVersion, Region
from .permissions import covers

PAGE_ROWS_MAX = 2_000


class FactsForm(PortalModelForm):
    """The facts of one version, and the day from which they hold."""

    class Meta:
        model = InstitutionVersion
        fields = [*FACTS, "valid_from"]
        widgets = {"subjects": forms.Textarea(attrs={"rows": 2})}
        help_texts = {"valid_from": "不能晚于今天"}

    def facts(self):
        return {name: self.cleaned_data[name] for name in [*FACTS, "valid_from"]}


class RegisterForm(FactsForm):
    code = forms.CharField(
        label="医保代码",
        max_length=12,
        validators=[validate_institution_code],
        help_text="H 加11位数字，登记后不能改",
    )
    region = forms.ModelChoiceField(
        label="统筹区", queryset=Region.objects.all(), help_text="登记后不能改", empty_label="选择统筹区"
    )

    field_order = ["code", "region", *FACTS, "valid_from"]

    def __init__(self, data=None, *, user):
        self.user = user
        super().__init__(data, initial={"valid_from": localdate()})
        self.fields["region"].queryset = Region.objects.filter(code__startswith=user.agency.region.prefix)

    def clean_code(self):
        code = self.cleaned_data["code"]
        if Institution.objects.filter(code=code).exists():
            raise forms.ValidationError(f"医保代码 {code} 已经登记，在机构列表里找到它，登记变更")
        return code

    def clean_region(self):
        region = self.cleaned_data["region"]
        if not covers(self.user, region):
            raise forms.ValidationError(f"{region.name}不在本机构负责的{self.user.agency.region.name}范围内")
        return region


class ReviseForm(FactsForm):
    """第七十六条：有关部门批准之后登记变更。`base` is the version that the person had before them."""

    reason = forms.CharField(label="变更原因", max_length=200, help_text="例如批准部门和文号")
    base = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, institution):
        current = institution.current
        initial = {"base": current.number, "valid_from": localdate(), "reason": ""}
        super().__init__(data, instance=copy.copy(current), initial=initial)


class UploadForm(PortalForm):
    file = forms.FileField(
        label="文件",
        help_text=f".xlsx 或 .csv，最多 {PAGE_ROWS_MAX} 行；一行一家机构，列名见样表",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": "选择要导入的文件", "empty": "文件是空的，没有内容可以导入"},
    )

    def clean_file(self):
        upload = self.cleaned_data["file"]
        try:
            rows = len(read_sheet(upload).rows)
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from refused
        if rows > PAGE_ROWS_MAX:
            raise forms.ValidationError(
                f"共 {rows} 行，网页上一次最多 {PAGE_ROWS_MAX} 行；分成几个文件，或由管理员用命令导入"
            )
        return upload
