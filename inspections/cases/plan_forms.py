"""What is to be done about a case, as the clerk fills it in; the rules are at the door (第六十三条至第六十七条)."""

from django import forms
from django.utils.timezone import localdate

from agreements.applications.forms import FilesField
from agreements.forms import MOST_PEOPLE, day_field
from agreements.models import ServiceBan

from ..models import Handling
from .forms import OfCaseForm, money, words
from .money import NOTHING
from .plan import AMOUNTS, LABELS, Ban, Plan, Share, allowed


class PlanForm(OfCaseForm):
    """处理意见：只填要采取的措施（第六十三条至第六十七条）。"""

    on = day_field("处理自", help_text="中止、停止服务、暂停拨付从这一天起")
    reason = words("查实的事实和理由")
    interview = forms.BooleanField(label="约谈", required=False)
    rectify_by = day_field("整改期限", required=False, help_text="限期整改的填")
    hold = forms.BooleanField(label="暂停拨付", required=False)
    doubled = forms.BooleanField(label="加倍追回", required=False)
    criticism = forms.BooleanField(label="通报批评", required=False)
    warn_staff = forms.ModelMultipleChoiceField(label="警告的人员", queryset=None, required=False)
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
        self.fields["warn_staff"].queryset = place.staff_members.filter(left_on=None)
        self.fields["ban_departments"].queryset = place.departments.filter(closed_on=None)
        self.items = list(case.items.all())
        items = [("", "没有"), *((one.order, f"{one.order}. {one.ground}") for one in self.items)]
        self.fields["ban_item"].choices = self.fields["item"].choices = items
        self._ask_amounts()
        self.fields[
            "rectify_by"
        ].help_text = f"限期整改的填，通常 {self.agreement.terms.rectification.days} 日"
        self.initial["on"] = localdate()
        if case.intended_plan:
            self._show(case.intended_plan)
        self._leave_out_what_no_text_gives()

    def _leave_out_what_no_text_gives(self):
        """What the edition knows nowhere is not asked; what this case's items do not give is refused by name."""
        rows = self.agreement.edition.breaches.measures
        for name, measure in ASKED_IF_KNOWN.items():
            if not any(allowed(self.agreement, measure, article) for article in rows):
                del self.fields[name]

    def _ask_amounts(self):
        """第六十五条：for each item what its own article gives; the sum of 违约金 is what is capped."""
        cap = self.breach_case.cap
        for one in self.items:
            for name in AMOUNTS:
                if allowed(self.agreement, name, one.weighs_as):
                    most = f"各项合计上限 {cap:,.2f} 元，确要超过的，由负责人决定时写明理由并附材料"
                    self.fields[f"{name}_{one.order}"] = money(
                        f"第{one.order}项 {LABELS[name]}（元）", required=False,
                        help_text=most if name == "damages" else f"{one.ground}，违规费用 {one.amount:,.2f} 元",
                    )  # fmt: skip
        asked = [name for name in self.fields if name.partition("_")[0] in AMOUNTS]
        self.order_fields(["outcome", "on", "reason", *asked])

    def _shares(self):
        given = self.cleaned_data
        found = [
            Share(one.order, *(given.get(f"{name}_{one.order}") or NOTHING for name in AMOUNTS))
            for one in self.items
        ]
        return tuple(share for share in found if any(share.amounts.values()))

    def _show(self, plan):
        for share in plan.shares:
            self.initial |= {
                f"{name}_{share.item}": amount for name, amount in share.amounts.items() if amount
            }
        self.initial |= {name: getattr(plan, name) for name in SAME if getattr(plan, name)} | dict(
            plan.aftercare
        )
        self.initial["on"] = localdate()
        self.initial["warn_staff"] = list(plan.warned)
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
        same = {name: given[name] for name in SAME if name in given}
        warned = tuple(one.pk for one in given.get("warn_staff") or ())
        counts = {name: given[name] or 0 for name in ("inpatients", "unsettled")} | {"handover_number": ""}
        aftercare = tuple(counts.items()) if given["whole"] else ()
        return Plan(
            **same, shares=self._shares(), on=given["on"], bans=bans, aftercare=aftercare, warned=warned
        )

    def details(self):
        return {"plan": self.plan()}


SAME = [
    "reason",
    "interview",
    "rectify_by",
    "hold",
    "whole",
    "item",
    "until",
    "check_hold",
    "doubled",
    "criticism",
]
# Field → the measure without which it is not asked.
ASKED_IF_KNOWN = {
    "interview": "interview", "hold": "hold", "doubled": "doubled", "criticism": "criticism", "warn_staff": "warning",
}  # fmt: skip


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
