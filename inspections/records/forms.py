"""What is filled in for the records beside inspections and cases. A form asks and tidies; the rules are at the door."""

from django import forms
from django.utils.timezone import localdate

from agreements.applications.forms import FilesField
from agreements.forms import ActForm, TodayForm, day_field
from institutions.models import User

from ..cases.points import reason_from
from ..models import (
    AgencyBreachCase,
    BreachCase,
    CoordinationRequest,
    Dispute,
    ExternalNotice,
    Opinion,
    PersonStop,
    PointsRecord,
)
from .lines import LinesField, lines_in_words


def words(label, limit=2000, rows=4, **kwargs):
    return forms.CharField(
        label=label, max_length=limit, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


class RecordForm(ActForm):
    """The facts of one kind of record, and its files."""

    OTHERS = ("files",)
    files = FilesField(required=False)

    def __init__(self, *args, record=None, **kwargs):
        self.record = record
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name not in self.OTHERS])

    def details(self):
        facts = {name: value for name, value in self.cleaned_data.items() if name not in self.OTHERS}
        return {"facts": facts, "files": self.cleaned_data["files"], "on": localdate()}


class WithCaseForm(RecordForm):
    """Those that may follow from a breach case of the same agreement."""

    OTHERS = ("breach_case", "files")
    breach_case = forms.ModelChoiceField(
        None, label="违约案件", required=False, empty_label="不属某一案件", help_text="因哪一案件而办"
    )

    def prepare(self):
        cases = BreachCase.objects.visible_to(self.user).filter(agreement=self.agreement)
        self.fields["breach_case"].queryset = cases
        if case := cases.filter(pk=self.initial.get("breach_case", 0)).first():
            self.begin_with(case)

    def begin_with(self, case):
        """What is known when the form is opened from the page of a case."""

    def details(self):
        return {**super().details(), "breach_case": self.cleaned_data["breach_case"]}


# ── 第六十二条 ──


class ComplaintForm(RecordForm):
    item_code = forms.ChoiceField(label="违约情形")
    wants = forms.ChoiceField(
        label="请求", choices=AgencyBreachCase.Wants.choices, initial=AgencyBreachCase.Wants.COORDINATION,
        help_text="“要求甲方纠正”的同时送甲方负责人；另一项只送行政部门，由其决定是否转甲方。经办、复核人员都看不到",
    )  # fmt: skip
    occurred_on = day_field("发生日期", initial=localdate)
    facts = words("事实", help_text="何时、何地、什么事，对本机构的影响；不写参保人员姓名")
    accused = forms.ModelChoiceField(
        None, label="被投诉的工作人员", required=False, empty_label="不涉及或不确定",
        help_text="选了的人看不到这件事项，即使是负责人",
    )  # fmt: skip

    def prepare(self):
        items = [i for i in self.agreement.edition.breaches.items.values() if i.against == "agency"]
        self.labels = {i.code: f"{i.article_label} {i.label}"[:200] for i in items}
        self.fields["item_code"].choices = self.labels.items()
        people = User.objects.filter(agency=self.agreement.agency_id).order_by("name")
        self.fields["accused"].queryset = people
        self.fields["accused"].label_from_instance = lambda one: f"{one.name}（{one.get_role_display()}）"

    def details(self):
        details = super().details()
        details["facts"]["item_label"] = self.labels[details["facts"]["item_code"]]
        return details


class TakeUpForm(TodayForm):
    forward = forms.BooleanField(
        label="转甲方负责人答复", required=False, help_text="被投诉的人除外；不转的，由行政部门直接办理"
    )


class TextForm(TodayForm):
    """An act that is one text."""

    text = words("内容")


class TextAndFilesForm(TextForm):
    files = FilesField(required=False)


class ObjectForm(TextAndFilesForm):
    def prepare(self):
        self.fields["text"].label = "异议和理由"


class ConcludeComplaintForm(TextAndFilesForm):
    outcome = forms.ChoiceField(label="结果", choices=AgencyBreachCase.Outcome.choices[:2])
    field_order = ["outcome", "text", "files"]

    def prepare(self):
        self.fields["text"].label = "协调处理、督促整改的情况"


# ── 第六十九条、第七十条、第六十一条、第四条 ──


class NoticeForm(RecordForm):
    OTHERS = ("stop", "files")
    source = forms.ChoiceField(label="通报部门", choices=ExternalNotice.Source.choices)
    number = forms.CharField(label="通报文号", max_length=100)
    received_on = day_field("收到日期", initial=localdate)
    matter = words("通报内容", 1000, help_text="只有甲方看得到")
    stop = forms.BooleanField(
        label="同时提请暂停结算",
        required=False,
        initial=True,
        help_text="经复核、负责人决定后暂停，到有结论为止",
    )

    def details(self):
        return {**super().details(), "stop": self.cleaned_data["stop"]}


class ConcludeNoticeForm(TodayForm):
    outcome = forms.ChoiceField(label="结论", choices=ExternalNotice.Outcome.choices)
    concluded_on = day_field("结论日期", initial=localdate)
    text = words("结论内容")
    files = FilesField(label="结论文件")


class LetterForm(WithCaseForm):
    addressee = forms.CharField(label="致", max_length=100)
    matter = words("事实")
    basis = words("依据", 500, rows=2, required=False, help_text="法律法规的条款；不填的，写协议的条款")

    def prepare(self):
        super().prepare()
        self.initial.setdefault("addressee", f"{self.agreement.agency.region}医疗保障局")

    def begin_with(self, case):
        self.initial |= {"matter": case.facts_in_words, "basis": case.grounds_in_words}


class DiscreditForm(LetterForm):
    persons = forms.CharField(label="提请纳入的单位和人员", max_length=500)
    field_order = ["addressee", "persons", "matter", "basis"]


class FilingForm(LetterForm):
    def prepare(self):
        super().prepare()
        self.fields["breach_case"].required = True


class DeptForm(LetterForm):
    def prepare(self):
        super().prepare()
        self.initial["addressee"] = ""
        self.fields["addressee"].help_text = "卫生健康、中医药、市场监管、药品监管部门"


# ── 第六十八条 ──


class _StaffForm(WithCaseForm):
    staff = forms.ModelChoiceField(None, label="人员", empty_label=None)

    def prepare(self):
        super().prepare()
        self.fields["staff"].queryset = self.agreement.institution.staff_members.filter(left_on=None)
        self.fields["staff"].label_from_instance = lambda one: f"{one.name}（{one.code}）"


class PointsForm(_StaffForm):
    points = forms.IntegerField(label="分值", min_value=1)
    responsibility = forms.ChoiceField(label="责任程度", choices=PointsRecord.Responsibility.choices)
    given_on = day_field("记分日期", initial=localdate, help_text="算在这一天所在的年度")
    reason = words("事由", 500)

    field_order = ["staff", "points", "responsibility", "given_on", "reason"]

    def begin_with(self, case):
        self.initial["reason"] = reason_from(case, case.items.all())

    def prepare(self):
        super().prepare()
        if terms := self.agreement.terms.points:
            bands = "、".join(f"{one.least}至{one.most}分" for one in terms.bands)
            self.fields[
                "points"
            ].help_text = f"{bands}；一年满{terms.suspend_at}分暂停，满{terms.end_at}分终止"


class PersonStopForm(_StaffForm):
    kind = forms.ChoiceField(label="种类", choices=PersonStop.Kind.choices)
    year = forms.IntegerField(label="记分年度", min_value=2000, max_value=2099)
    started_on = day_field("起", initial=localdate)
    until = day_field("止")
    reason = words("事由", 500)

    field_order = ["staff", "kind", "year", "started_on", "until", "reason"]

    def prepare(self):
        super().prepare()
        self.initial.setdefault("year", localdate().year)
        if terms := self.agreement.terms.points:
            self.fields["until"].help_text = (
                f"暂停{terms.suspend_months_min}至{terms.suspend_months_max}个月；终止的，累计满分{terms.end_years_added}年，"
                f"一次记满{terms.end_years_once}年"
            )


class ReleaseForm(TodayForm):
    basis = words("法律依据", 300, rows=2)


# ── 第五十八条 ──


class AssessmentForm(RecordForm):
    year = forms.IntegerField(label="考核年度", min_value=2000, max_value=2099)
    method = forms.CharField(label="考核办法", max_length=200)
    lines = LinesField(label="指标、权重、得分")

    def prepare(self):
        self.initial.setdefault("year", localdate().year)
        if self.record:
            self.initial |= {"year": self.record.year, "method": self.record.method}
            self.initial["lines"] = lines_in_words(self.record.lines)


class RewriteAssessmentForm(AssessmentForm):
    wants_record = True


class FinishForm(TodayForm):
    reply = words("异议答复", required=False, help_text="没有异议的不填")


# ── 第六条、第八十一条、第五条 ──


class CoordinationForm(RecordForm):
    about = forms.ChoiceField(label="事项", choices=CoordinationRequest.About.choices)
    matter = words("争议的事实和理由")
    request = words("请求", 1000, rows=3)


class DisputeForm(WithCaseForm):
    kind = forms.ChoiceField(label="种类", choices=Dispute.Kind.choices)
    body = forms.CharField(label="复议机关、法院", max_length=100)
    case_number = forms.CharField(label="案号", max_length=100)
    began_on = day_field("受理、立案日期", initial=localdate)
    matter = words("争议事项", help_text="对哪一处理不服，写明文号")
    field_order = ["kind", "body", "case_number", "began_on", "matter"]


class ConcludeDisputeForm(TodayForm):
    outcome = forms.ChoiceField(label="结果", choices=Dispute.Outcome.choices)
    decided_on = day_field("结果作出日期", initial=localdate)
    text = words("结果内容")
    files = FilesField(label="决定书、判决书、调解书")


class OpinionForm(RecordForm):
    kind = forms.ChoiceField(label="种类", choices=Opinion.Kind.choices)
    subject = forms.CharField(label="事由", max_length=100, help_text="请求解释的，写处理或审核结果的文号")
    text = words("内容")
