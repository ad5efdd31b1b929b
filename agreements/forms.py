"""What a person fills in for each act. A form asks and tidies; the rules are at the door."""

from datetime import date, timedelta

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.timezone import localdate

from config.forms import PortalForm

from .clocks.deadlines import add_months
from .gate import NEEDS_A_CASE
from .models import PaymentHold, SignRecord
from .papers.seal.scans import code_in
from .status import NO_END
from .uploads import validate_scan

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
SLIP = f"年份应在 {FIRST_DAY.year} 至 {LAST_DAY.year} 之间，核对日期"
MOST_PEOPLE = 1_000_000  # more than any hospital has; what is larger is a slip of the keys


def day_field(label, **kwargs):
    """A day that can be meant; a slip such as 0026 or 9999 is refused here."""
    limits = [MinValueValidator(FIRST_DAY, SLIP), MaxValueValidator(LAST_DAY, SLIP)]
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"autocomplete": "off"}), validators=limits, **kwargs
    )


class ActForm(PortalForm):
    """A form for one act on one agreement. `details()` is what the door receives."""

    def __init__(self, *args, agreement=None, user=None, **kwargs):
        self.agreement, self.user = agreement, user
        super().__init__(*args, **kwargs)
        self.prepare()
        self.dress()

    def prepare(self):
        """Choices and initial values that depend on the agreement."""

    def details(self):
        return dict(self.cleaned_data)


class NothingToFill(ActForm):
    """The act needs a yes and nothing else."""


class ReasonForm(ActForm):
    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class VoidForm(ReasonForm):
    """作废文书：送达对方的、张贴的，另印一份替换；不需要的，说明后只作废。"""

    replace = forms.BooleanField(
        label="另印一份同样内容的文书替换",
        required=False,
        initial=True,
        help_text="内容有误、不再需要的，不勾选",
    )

    def __init__(self, *args, paper, **kwargs):
        super().__init__(*args, agreement=paper.agreement, **kwargs)
        if not paper.is_replaceable:
            del self.fields["replace"]


def words(label, limit=500, **kwargs):
    """A few sentences, at most `limit` characters."""
    return forms.CharField(label=label, max_length=limit, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)


class TodayForm(ActForm):
    """An act that is done on the day on which it is entered."""

    def details(self):
        return {**self.cleaned_data, "on": localdate()}


class TodayReasonForm(TodayForm):
    reason = words("原因", limit=200)


class TermsOfAgreementForm(ActForm):
    """有效期、服务范围、支付方式、委托代理人（封面、第三条、第八十三条）。"""

    starts_on = day_field("有效期起")
    ends_on = day_field("有效期止", help_text="含当日")
    services = forms.MultipleChoiceField(label="服务范围", widget=forms.CheckboxSelectMultiple)
    payment_methods = forms.MultipleChoiceField(label="支付方式", widget=forms.CheckboxSelectMultiple)
    agency_agent = forms.CharField(
        label="甲方委托代理人", max_length=50, required=False, help_text="由法定代表人本人签署的不填"
    )
    institution_agent = forms.CharField(
        label="乙方委托代理人", max_length=50, required=False, help_text="由法定代表人本人签署的不填"
    )

    def __init__(self, *args, terms, **kwargs):
        self.terms = terms
        super().__init__(*args, **kwargs)

    def prepare(self):
        self.fields["services"].choices = [(name, name) for name in self.terms.scope.services]
        if not self.terms.scope.payment_methods:
            del self.fields["payment_methods"]
        else:
            self.fields["payment_methods"].choices = [
                (name, name) for name in self.terms.scope.payment_methods
            ]

    def details(self):
        return {"payment_methods": [], **self.cleaned_data}

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", f"有效期止 {end} 早于有效期起 {start}，核对两个日期")
        elif start and end and end.year - start.year > self.terms.signing.longest_years:
            self.add_error("ends_on", f"有效期超过 {self.terms.signing.longest_years} 年，核对两个日期")
        return cleaned


class ReviseForm(TermsOfAgreementForm):
    def __init__(self, *args, agreement, **kwargs):
        super().__init__(*args, agreement=agreement, terms=agreement.terms, **kwargs)

    def prepare(self):
        super().prepare()
        for name in self.fields:
            self.initial.setdefault(name, getattr(self.agreement, name))


def next_term(predecessor=None, today=None, signing=None):
    """The usual term of a new agreement: the day after the last one, else today, to the end of that year.

    Where the text lets it live for several years: for so long. Where it prints its days (`signing.begins`,
    `signing.ends`): the term of its own that holds that day.
    """
    start = predecessor.ends_on + timedelta(days=1) if predecessor else (today or localdate())
    if signing and signing.begins:
        return dict(zip(("starts_on", "ends_on"), signing.term_with(start), strict=True))
    if signing and signing.longest_years > 1 and "longest_years" not in signing.defaults:
        return {
            "starts_on": start,
            "ends_on": add_months(start, 12 * signing.longest_years) - timedelta(days=1),
        }
    return {"starts_on": start, "ends_on": start.replace(month=12, day=31)}


class SignForm(ActForm):
    """一方的签署（签署页）：电子签署声明或签章扫描件，至少一样；代理人另附授权委托书。"""

    name = forms.CharField(label="签署人", max_length=50)
    capacity = forms.ChoiceField(label="身份", choices=SignRecord.Capacity.choices)
    signed_on = day_field("签署日期")
    agree = forms.BooleanField(label="本人已阅读协议全文，同意签署，并对签署的真实性负责", required=False)
    scan = forms.FileField(
        label="签章扫描件", required=False, validators=[validate_scan], help_text="PDF、JPEG 或 PNG"
    )
    authorisation = forms.FileField(
        label="授权委托书", required=False, validators=[validate_scan], help_text="委托代理人签署时上传"
    )
    authorised_from = day_field("授权起", required=False)
    authorised_until = day_field("授权止", required=False)

    side = None

    def prepare(self):
        agent = getattr(self.agreement, f"{self.side}_agent")
        legal = getattr(self.agreement, self.side).current.legal_representative
        self.initial |= {
            "name": agent or legal,
            "capacity": "agent" if agent else "legal",
            "signed_on": localdate(),
        }
        if not agent:
            # The cover names no agent: only the legal representative can sign, and needs no authorisation.
            self.fields["capacity"].choices = SignRecord.Capacity.choices[:1]
            for name in ("authorisation", "authorised_from", "authorised_until"):
                del self.fields[name]

    def clean_scan(self):
        if scan := self.cleaned_data["scan"]:
            code_in(scan)  # read before the door locks anything; the door asks again
        return scan

    def details(self):
        details = {**self.cleaned_data}
        details["statement"] = self.fields["agree"].label if details.pop("agree") else ""
        return details


class SignForAgencyForm(SignForm):
    side = "agency"


class SignForInstitutionForm(SignForm):
    side = "institution"


COUNTS = ("inpatients", "unsettled", "handover_number")


class AftercareForm(ActForm):
    """善后随中止、终止、解除同时建立（第八十二条）：只填人数。"""

    inpatients = forms.IntegerField(label="在院参保人员数", min_value=0, max_value=MOST_PEOPLE)
    unsettled = forms.IntegerField(label="出院未结算人数", min_value=0, max_value=MOST_PEOPLE)
    handover_number = forms.CharField(label="交接单编号", max_length=50, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.agreement.terms.aftercare:
            for name in COUNTS:
                self.fields.pop(name, None)

    def details(self):
        details = {**self.cleaned_data}
        details["aftercare"] = {name: details.pop(name) for name in COUNTS if name in details}
        return details


def _reason(label="事由"):
    return forms.CharField(label=label, max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


def _paper_application():
    return forms.FileField(
        label="乙方的纸质申请（扫描件）", required=False, validators=[validate_scan],
        help_text="乙方没有在门户提交申请的，上传盖章的申请表；PDF、JPEG 或 PNG",
    )  # fmt: skip


class SuspendOnRequestForm(AftercareForm):
    requested_on = day_field("乙方申请日期")
    application = _paper_application()
    on = day_field("中止自")
    until = day_field("中止至")
    reason = _reason()

    field_order = ["requested_on", "application", "on", "until", "reason"]

    def prepare(self):
        today = localdate()
        limit = self.agreement.latest_suspension_end(today)
        self.initial |= {"on": today}
        if limit < NO_END:
            self.initial["until"] = limit
            self.fields[
                "until"
            ].help_text = f"自今日起最迟到 {limit}（{self.agreement.terms.suspension.article}）"


class InvestigationForm(AftercareForm):
    reason = _reason("线索和可能的风险")
    on = day_field("中止自")

    field_order = ["reason", "on"]

    def prepare(self):
        self.initial["on"] = localdate()


class HoldForm(ActForm):
    hold_ground = forms.ChoiceField(label="依据")
    reason = _reason()
    on = day_field("暂停自")

    def prepare(self):
        self.grounds = self.agreement.terms.payment_hold
        by_case = self.grounds.article if self.agreement.edition.breaches.hold_payment else ""
        self.fields["hold_ground"].choices = [
            (g.code, f"{g.article_label} {g.label}")
            for g in self.grounds.grounds
            if g.article_label != by_case
        ]
        if by_case:
            self.fields["hold_ground"].help_text = f"依{by_case}限期整改、暂停拨付的，{NEEDS_A_CASE}"
        self.initial["on"] = localdate()

    def clean_hold_ground(self):
        return self.grounds.ground(self.cleaned_data["hold_ground"])


class ReleaseForm(ActForm):
    hold = forms.ModelChoiceField(None, label="哪一笔暂停拨付", empty_label=None)
    outcome = forms.ChoiceField(label="处理结果", choices=PaymentHold.Outcome.choices)
    reason = _reason()
    on = day_field("恢复自")

    def prepare(self):
        self.fields["hold"].queryset = self.agreement.payment_holds.filter(released_on=None)
        self.initial["on"] = localdate()


class LiftBanForm(ActForm):
    ban = forms.ModelChoiceField(None, label="恢复哪一项", empty_label=None)
    reason = _reason("撤销、变更原处理的文书和理由")
    on = day_field("恢复自")

    def prepare(self):
        self.initial["on"] = localdate()
        self.fields["ban"].queryset = self.agreement.running_bans(localdate())


class ResumeForm(ActForm):
    suspension = forms.ModelChoiceField(None, label="结束哪一个中止", empty_label=None)
    requested_on = day_field("乙方申请继续履行日期", required=False)
    on = day_field("恢复自")
    reason = _reason()

    def prepare(self):
        self.fields["suspension"].queryset = self.agreement.open_suspensions
        self.initial["on"] = localdate()


class TerminateForm(AftercareForm):
    ground = forms.ChoiceField(label="终止情形")
    requested_on = day_field("乙方申请日期", required=False)
    application = _paper_application()
    reason = _reason()
    on = day_field("终止自")

    field_order = ["ground", "requested_on", "application", "reason", "on"]

    def prepare(self):
        self.termination = self.agreement.terms.termination
        self.fields["ground"].choices = [
            (g.code, f"{g.article_label} {g.label}") for g in self.termination.grounds
        ]
        self.initial["on"] = localdate()

    def clean_ground(self):
        return self.termination.ground(self.cleaned_data["ground"])


class CommitmentForm(ActForm):
    material = forms.CharField(
        label="材料名称", max_length=60, help_text="例如“2026年第一季度药品采购价格和数量”"
    )

    def prepare(self):
        if not self.agreement.edition.letter_names_material:
            del self.fields["material"]

    def details(self):
        return {"material": "", **self.cleaned_data}
