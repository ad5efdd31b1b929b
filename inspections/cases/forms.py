"""What a person fills in for each act on a breach case. A form asks and tidies; the rules are at the door."""

from decimal import Decimal

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.timezone import localdate

from agreements.applications.forms import FilesField
from agreements.forms import MOST_PEOPLE, ActForm, TodayForm, TodayReasonForm, day_field
from agreements.models import Agreement, ServiceBan
from config.forms import PortalForm

from ..models import BreachCase, Defence, Handling, PointsRecord
from .plan import Ban, Plan


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
    severity = forms.ChoiceField(label="升格事由", required=False, help_text="按较重条款处理时选")
    severity_reason = words("升格的理由", required=False, rows=2)
    overlap_reason = words("选用这一项的理由", required=False, rows=2, help_text="同一行为另有条款时写")
    facts = words("查实的事实", 2000)
    amount = money("违规费用（元）", initial=0, help_text="默认为基金支付部分；违约金以此为基数")
    department = forms.ModelChoiceField(label="科室", queryset=None, required=False)
    staff = forms.ModelChoiceField(label="人员", queryset=None, required=False)

    def prepare(self):
        edition, place = self.agreement.edition, self.agreement.institution
        items = [one for one in edition.breaches.items.values() if one.against == "institution"]
        self.fields["item"].choices = [choice for one in items for choice in _with_parts(one)]
        articles = sorted({one.article for one in items})
        self.fields["weighs_as"].choices = [("", "按自己的条款"), *((one, f"第{one}条") for one in articles)]
        severities = dict.fromkeys(
            word for one in articles for word in edition.breaches.measures[one].severity
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
        self.fields[self.row_name] = forms.ModelChoiceField(label=self.row_label, queryset=self.rows())
        self.order_fields([self.row_name])


class WeighItemForm(ItemForm):
    """The same of an item that is there already, as of one that a finding brought (第六十五条至第六十七条)."""

    def prepare(self):
        super().prepare()
        self.fields["row"] = forms.ModelChoiceField(label="改哪一条", queryset=self.breach_case.items.all())
        self.order_fields(["row"])


class RemoveItemForm(RowChoice):
    row_name, row_label = "row", "违约情形"
    reason = words("原因", rows=2)

    def rows(self):
        return self.breach_case.items.all()

    def details(self):
        return dict(self.cleaned_data)


class PlanForm(OfCaseForm):
    """处理意见：只填要采取的措施（第六十三条至第六十七条）。"""

    on = day_field("处理自", help_text="中止、停止服务、暂停拨付从这一天起")
    reason = words("查实的事实和理由")
    refuse = money("不予支付（元）", required=False)
    recover = money("追回违规费用（元）", required=False)
    damages = money("违约金（元）", required=False)
    interview = forms.BooleanField(label="约谈", required=False)
    rectify_by = day_field("整改期限", required=False, help_text="限期整改的填")
    hold = forms.BooleanField(label="暂停拨付（第六十四条）", required=False)
    ban_staff = forms.ModelMultipleChoiceField(label="停止服务的人员", queryset=None, required=False)
    ban_departments = forms.ModelMultipleChoiceField(label="停止服务的科室", queryset=None, required=False)
    ban_services = forms.CharField(
        label="停止服务的项目", max_length=500, required=False, help_text="几项的，用顿号隔开"
    )
    ban_item = forms.TypedChoiceField(label="停止服务所依情形", coerce=int, required=False, empty_value=0)
    ban_until = day_field("停止服务至", required=False, help_text="依第六十七条的没有止期，不填")
    whole = forms.ChoiceField(
        label="整个协议",
        required=False,
        choices=[("", "不中止、不解除"), ("suspend", "中止协议"), ("rescind", "解除协议")],
    )
    item = forms.TypedChoiceField(label="中止、解除所依情形", coerce=int, required=False, empty_value=0)
    until = day_field("中止至", required=False)
    inpatients = forms.IntegerField(
        label="在院参保人员数", min_value=0, max_value=MOST_PEOPLE, required=False
    )
    unsettled = forms.IntegerField(label="出院未结算人数", min_value=0, max_value=MOST_PEOPLE, required=False)
    check_hold = forms.ChoiceField(
        label="核查期间暂停的费用",
        required=False,
        choices=[("", "没有"), ("paid", "补付"), ("refused", "不予支付")],
    )

    def prepare(self):
        place, case = self.agreement.institution, self.breach_case
        self.fields["ban_staff"].queryset = place.staff_members.filter(left_on=None)
        self.fields["ban_departments"].queryset = place.departments.filter(closed_on=None)
        items = [("", "没有"), *((one.order, f"{one.order}. {one.ground}") for one in case.items.all())]
        self.fields["ban_item"].choices = self.fields["item"].choices = items
        self.fields[
            "damages"
        ].help_text = f"上限 {case.cap:,.2f} 元；确要超过的，由负责人决定时写明理由并附材料"
        self.fields[
            "rectify_by"
        ].help_text = f"限期整改的填，通常 {self.agreement.terms.rectification.days} 日"
        self.initial["on"] = localdate()
        if case.intended_plan:
            self._show(case.intended_plan)

    def _show(self, plan):
        self.initial |= {name: getattr(plan, name) for name in SAME if getattr(plan, name)} | dict(
            plan.aftercare
        )
        self.initial["on"] = localdate()
        self.initial["ban_staff"] = [ban.target for ban in plan.bans if ban.scope == "person"]
        self.initial["ban_departments"] = [ban.target for ban in plan.bans if ban.scope == "department"]
        self.initial["ban_services"] = "、".join(ban.service for ban in plan.bans if ban.service)
        if plan.bans:
            until = plan.bans[0].until
            self.initial |= {
                "ban_item": plan.bans[0].item,
                "ban_until": until if until < ServiceBan.NO_END else None,
            }

    def clean(self):
        given = super().clean()
        stopped = any(given.get(name) for name in ("ban_staff", "ban_departments", "ban_services"))
        row = self.breach_case.items.filter(order=given.get("ban_item") or 0).first()
        if stopped and row and self.agreement.stops_without_end(row.weighs_as):
            given["ban_until"] = given.get("ban_until") or ServiceBan.NO_END
        elif stopped and not (row and given.get("ban_until")):
            self.add_error("ban_until", "停止服务的，选明所依情形并填止期")
        return given

    def clean_ban_services(self):
        names = [name.strip() for name in self.cleaned_data["ban_services"].split("、")]
        longest = ServiceBan._meta.get_field("service").max_length
        if any(len(name) > longest for name in names):
            raise forms.ValidationError(f"每个项目的名称不超过{longest}字")
        return [name for name in names if name]

    def plan(self):
        given = self.cleaned_data
        stopped = [("person", one.pk, "") for one in given["ban_staff"]]
        stopped += [("department", one.pk, "") for one in given["ban_departments"]]
        stopped += [("service", 0, name) for name in given["ban_services"]]
        bans = tuple(
            Ban(scope, pk, given["ban_item"], given["ban_until"], name) for scope, pk, name in stopped
        )
        same = {name: given[name] for name in SAME}
        amounts = {name: given[name] or Decimal("0.00") for name in ("refuse", "recover", "damages")}
        counts = {name: given[name] or 0 for name in ("inpatients", "unsettled")} | {"handover_number": ""}
        aftercare = tuple(counts.items()) if given["whole"] else ()
        return Plan(**same | amounts, on=given["on"], bans=bans, aftercare=aftercare)

    def details(self):
        return {"plan": self.plan()}


SAME = [
    "reason",
    "refuse",
    "recover",
    "damages",
    "interview",
    "rectify_by",
    "hold",
    "whole",
    "item",
    "until",
    "check_hold",
]


class ProposeForm(PlanForm):
    outcome = forms.ChoiceField(label="提请", choices=Handling.Outcome)
    report = forms.ModelChoiceField(
        label="自查自纠报告", queryset=None, required=False, help_text="自查免责的选"
    )
    minutes = forms.CharField(
        label="集体讨论纪要编号", max_length=100, required=False, help_text="解除协议的必填"
    )
    minutes_files = FilesField(label="集体讨论纪要", required=False)

    field_order = ["outcome"]

    def prepare(self):
        super().prepare()
        self.fields["report"].queryset = self.agreement.selfcheckreports.exclude(item_code="")

    def details(self):
        names = ("outcome", "report", "minutes", "minutes_files")
        return {"plan": self.plan(), **{name: self.cleaned_data[name] for name in names}}


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
    """逾期没有缴清的：两处可用的金额，先基金、后保证金（第六十条）。"""

    fund = money("申请拨付的医保基金，可用（元）", initial=0, help_text="本期审核应付、还没有拨付的")
    deposit = money("质量保证金，可用（元）", initial=0, help_text="本年度保证金余额")


class PaymentForm(ActForm):
    amount = money("金额（元）")
    paid_on = day_field("缴款日期", initial=localdate)
    files = FilesField(label="银行回单")
