"""What a person fills in for each act on a breach case. A form asks and tidies; the rules are at the door."""

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.timezone import localdate

from agreements.applications.forms import FilesField
from agreements.edition_text import chinese_number
from agreements.forms import ActForm, TodayForm, TodayReasonForm, day_field
from agreements.models import Agreement
from config.forms import PortalForm

from ..models import BreachCase, Defence, PointsRecord
from .funds import fund_sum


def words(label, limit=500, rows=3, **kwargs):
    return forms.CharField(
        label=label, max_length=limit, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


def money(label, **kwargs):
    return forms.DecimalField(label=label, min_value=0, max_digits=14, decimal_places=2, **kwargs)


class ClueForm(PortalForm):
    source = forms.ChoiceField(label="来源", choices=BreachCase.Source)
    title = forms.CharField(label="案由", max_length=100)
    clue = words("线索", 2000, rows=4, help_text="谁、何时、反映什么；不写参保人员姓名")
    inspection = forms.ModelChoiceField(
        label="核查", queryset=None, required=False, help_text="由核查转来的选，查出的问题随之带入"
    )

    def __init__(self, *args, agreement: Agreement, **kwargs):
        super().__init__(*args, **kwargs)
        found = agreement.inspections.filter(status__in=["signed", "refused"])
        self.fields["inspection"].queryset = found


class OfCaseForm(TodayForm):
    """A form of an act on a case. `breach_case`: the case."""

    def __init__(self, *args, breach_case=None, **kwargs):
        self.breach_case = breach_case
        super().__init__(*args, **kwargs)


class FileCaseForm(TodayForm):
    remark = words("意见")

    def prepare(self):
        self.initial["remark"] = "同意立案"


class InvestigateForm(TodayForm):
    investigators = forms.CharField(label="调查人员", max_length=200)


class ItemForm(OfCaseForm):
    """一项违约情形：哪一条哪一项，按哪一条处理，多少钱（第六十三条至第六十七条）。"""

    item = forms.ChoiceField(label="违约情形")
    weighs_as = forms.TypedChoiceField(
        label="按第几条处理",
        coerce=int,
        required=False,
        empty_value=0,
        help_text="不选的，按所选情形自己的条款",
    )
    severity = forms.ChoiceField(
        label="升格事由", required=False, help_text="按较重条款处理，或条款要求情节时选"
    )
    severity_reason = words("升格的理由", required=False, rows=2)
    overlap_reason = words("选用这一项的理由", required=False, rows=2, help_text="同一行为另有条款时写")
    facts = words("查实的事实", 2000)
    amount = money("违规费用（元）", initial=0, help_text="默认为基金支付部分；违约金以此为基数")
    department = forms.ModelChoiceField(label="科室", queryset=None, required=False, empty_label="不限科室")
    staff = forms.ModelChoiceField(label="人员", queryset=None, required=False, empty_label="不涉及个人")

    def prepare(self):
        edition, place = self.agreement.edition, self.agreement.institution
        items = [
            one for one in edition.breaches.items.values() if one.against == "institution" and not one.lost
        ]
        self.fields["item"].choices = [choice for one in items for choice in _with_parts(one)]
        articles = sorted({one.article for one in items})
        self.fields["weighs_as"].choices = [
            ("", "按自己的条款"),
            *((one, f"第{chinese_number(one)}条") for one in articles),
        ]
        severities = dict.fromkeys(
            word
            for one in articles
            for word in (*edition.breaches.measures[one].severity, edition.breaches.measures[one].severe)
            if word
        )
        self.fields["severity"].choices = [("", "不属升格"), *((word, word) for word in severities)]
        self.fields["department"].queryset = place.departments.filter(closed_on=None)
        self.fields["staff"].queryset = place.staff_members.filter(left_on=None)

    def details(self):
        given = dict(self.cleaned_data)
        item, part = self.agreement.edition.breaches.find(given["item"])
        given |= {
            "item": item.code,
            "part": part.code if part else "",
            "weighs_as": given["weighs_as"] or item.article,
        }
        return given


def _with_parts(item):
    yield item.code, f"{item.article_label} {item.label}"
    for part in item.parts:
        yield f"{item.code}{part.code}", f"　{item.article_label}{part.code} {part.label}"


class RowChoice(OfCaseForm):
    """An act on one of several rows of the case. `rows` says which."""

    row_name, row_label = "", ""

    def rows(self):
        raise NotImplementedError

    def prepare(self):
        rows = self.rows()
        only = rows.count() == 1  # nothing to choose between
        self.fields[self.row_name] = forms.ModelChoiceField(
            rows, label=self.row_label, empty_label=None if only else "选择"
        )
        self.order_fields([self.row_name])


class WeighItemForm(ItemForm):
    """The same of an item that is there already, as of one that a finding brought (第六十五条至第六十七条)."""

    def prepare(self):
        super().prepare()
        self.fields["row"] = forms.ModelChoiceField(
            label="改哪一条", queryset=self.breach_case.items.all(), empty_label="选择"
        )
        self.order_fields(["row"])


class RemoveItemForm(RowChoice):
    row_name, row_label = "row", "违约情形"
    reason = words("原因", rows=2)

    def rows(self):
        return self.breach_case.items.all()

    def details(self):
        return dict(self.cleaned_data)


class NotifyForm(TodayForm):
    """The notice goes out as it was planned."""


class DefenceForm(TodayForm):
    text = words("陈述、申辩", 4000, rows=6)
    files = FilesField(required=False)


class WaiverForm(TodayForm):
    files = FilesField(label="签章的书面材料")


class ConsiderForm(RowChoice):
    row_name, row_label = "defence", "陈述申辩"
    adopted = forms.ChoiceField(label="采纳", choices=Defence._meta.get_field("adopted").choices)
    opinion = words("审议意见", 2000)

    def rows(self):
        return self.breach_case.defences.filter(considered_on=None)


class InterviewForm(TodayForm):
    persons = forms.CharField(
        label="被约谈人", max_length=200, help_text="法定代表人、主要负责人或实际控制人"
    )
    place = forms.CharField(label="地点", max_length=200)
    at = forms.DateTimeField(label="时间", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    matters = words("事项", 1000)


class PointsOfOneForm(PortalForm):
    """What is proposed for one responsible person; nothing when the person is not chosen."""

    chosen = forms.BooleanField(label="提请记分", required=False, initial=True)
    points = forms.IntegerField(label="分值")
    responsibility = forms.ChoiceField(label="责任程度", choices=PointsRecord.Responsibility.choices)
    reason = words("事由", 500, rows=2)

    def __init__(self, *args, staff, band, **kwargs):
        super().__init__(*args, prefix=f"staff-{staff.pk}", auto_id=f"id_{staff.pk}_%s", **kwargs)
        self.staff, points = staff, self.fields["points"]
        points.min_value, points.max_value = band.least, band.most
        points.validators += [MinValueValidator(band.least), MaxValueValidator(band.most)]
        points.widget.attrs |= {"min": band.least, "max": band.most}
        points.help_text = f"{band.least} 至 {band.most} 分"

    def row(self):
        given = self.cleaned_data
        facts = {name: given[name] for name in ("points", "responsibility", "reason")}
        return {"staff": self.staff, **facts} if given["chosen"] else None


class ReopenForm(RowChoice):
    """第八十一条：复议、诉讼的结果不维持原处理。"""

    row_name, row_label = "dispute", "依据的结果"
    again = forms.TypedChoiceField(
        label="怎样办", coerce=lambda value: value == "yes",
        choices=[("yes", "退回调查，重新处理"), ("no", "不再处理，按不成立了结")],
    )  # fmt: skip
    reason = words("理由", help_text="原决定留存并注明；没有办完的应缴款项、整改、约谈随之撤销，已缴的退还")

    def rows(self):
        return self.breach_case.results_to_act_on

    def prepare(self):
        super().prepare()
        self.fields["dispute"].label_from_instance = lambda one: f"{one.summary}：{one.get_outcome_display()}"


class GiveBackForm(TodayForm):
    files = FilesField(label="退还的银行回单")


class AskForm(TodayForm):
    question = words("要求解释的内容", 1000)


class ExplainForm(RowChoice):
    row_name, row_label = "explanation", "哪一件"
    answer = words("解释", 2000)

    def rows(self):
        return self.breach_case.explanations.filter(answered_on=None)


class ReviewForm(ActForm):
    remark = words("复核意见")

    def prepare(self):
        self.initial["remark"] = "同意"


class DecideForm(ActForm):
    override_reason = words("超过上限的理由", required=False, help_text="违约金没有超过上限的不填")
    override_files = FilesField(label="超过上限的材料", required=False)


class TurnDownForm(ActForm):
    reason = words("原因")


class HoldInterviewForm(TodayForm):
    present = forms.CharField(label="到场人员", max_length=300)
    minutes = words("约谈记录", 4000, rows=6)
    files = FilesField(label="签名的记录")


class SubmitRectificationForm(TodayForm):
    report = words("整改情况", 4000, rows=6)
    files = FilesField(label="整改材料")
    promise = forms.BooleanField(
        label="所报材料真实、完整，随报告出具承诺书",
        error_messages={"required": "勾选承诺后才能提交（第七条）"},
    )

    def details(self):
        return {name: value for name, value in super().details().items() if name != "promise"}


class CheckForm(TodayForm):
    opinion = words("验收意见", 1000)


class AcceptForm(TodayForm):
    held_note = words("暂停期间费用", required=False, help_text="有暂停拨付的：所属期、金额、怎样补付")


class SendBackForm(TodayReasonForm):
    due_on = day_field("重新提交的期限")


class OffsetForm(TodayForm):
    """逾期没有缴清的：先从审核应付、还没有拨付的费用中抵扣，不足的再从质量保证金（第六十条）。"""

    # No ledger of the deposit is kept here, so that its balance is typed, with the paper that shows it.
    deposit = money("质量保证金，可用（元）", initial=0, help_text="本年度保证金余额；费用够抵的不填")
    files = FilesField(label="保证金余额凭证", required=False)

    def prepare(self):
        if not self.agreement.terms.recovery.takes_deposit:
            del self.fields["deposit"], self.fields["files"]
            return
        available = fund_sum(self.agreement)
        self.fields[
            "deposit"
        ].help_text += f"。审核应付、还没有拨付的费用可抵 {available:,.2f} 元，先从中抵扣"

    def details(self):
        return {"deposit": 0, "files": [], **super().details()}


class PaymentForm(ActForm):
    amount = money("金额（元）")
    paid_on = day_field("缴款日期", initial=localdate)
    files = FilesField(label="银行回单")
