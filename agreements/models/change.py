from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from institutions.actions import revise_institution
from institutions.differences import FACT_FIELDS, Difference, in_words
from institutions.models import InstitutionVersion
from institutions.workdays import calendar_for

from .. import permissions
from ..applications import account_holds
from ..applications import checks as rules
from ..clocks.beginnings import about_approval
from ..clocks.deadlines import due
from ..gate import RuleBroken, step
from ..status import LIVE
from ..status import Status as AgreementStatus
from .application import Application, ApplicationStatus, person_field

S = ApplicationStatus
FIELDS = {field.name: field for field in FACT_FIELDS}


class ChangeRequest(Application):
    """变更申请：乙方的重大信息经甲方同意后变更，一般信息告知即变更（第七十六条）。

    Keeps the new values, and the version of the institution that the hospital had before it: so it can always
    be told whether it still holds. The institution's record is untouched until it is granted.
    """

    kind_name = "变更申请"

    class Kind(models.TextChoices):
        MAJOR = "major", "重大信息变更"
        GENERAL = "general", "一般信息变更"

    class Freshness(models.TextChoices):
        VALID = "valid", "依据现行信息"
        STALE = "stale", "其他信息已有变化"
        SUPERSEDED = "superseded", "所申请的信息已有变化"

    kind = models.CharField("种类", max_length=8, choices=Kind)
    base = models.ForeignKey(InstitutionVersion, models.PROTECT, related_name="+", verbose_name="依据的版本")
    changes = models.JSONField("变更内容", default=dict)
    authority = models.CharField("批准部门", max_length=100, blank=True)
    approval_number = models.CharField("批准文号", max_length=100, blank=True)
    approved_on = models.DateField("批准（变更）日期")
    synced_on = models.DateField("国家编码库同步日期", null=True, blank=True)
    account_checked_by = person_field("账户核对人")
    version = models.ForeignKey(
        InstitutionVersion,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="变更后的版本",
    )

    class Meta(Application.Meta):
        verbose_name = verbose_name_plural = "变更申请"

    rests_on = "第七十六条"
    # What is true of the hospital outlives one agreement: the next one carries the change on.
    goes_on_in = [*LIVE, AgreementStatus.RENEWED]

    def get_absolute_url(self):
        return reverse("change", args=[self.agreement.number, self.pk])

    # ── what it says ──

    @property
    def summary(self):
        return f"{self.get_kind_display()}：{'、'.join(self.labels.values())}"

    @property
    def is_major(self):
        return self.kind == self.Kind.MAJOR

    @property
    def duty_event(self):
        return "change_approved" if self.is_major else "general_change"

    @property
    def also_meets(self):
        """The clocks that the agency started when it learned of the approval by itself."""
        return [about_approval(group.label) for group in self.groups]

    @property
    def granted_on_receipt(self):
        """第七十六条：其他信息变更，书面告知即可；银行账户不论文本怎样归类，都要核对。"""
        return not self.is_major and not self.moves_the_account

    @property
    def moves_the_account(self):
        return bool({"bank_name", "bank_account"} & set(self.changes))

    @property
    def groups(self):
        """The groups of 第七十六条 that it touches."""
        return self.agreement.terms.change.groups_of(self.changes)

    @property
    def labels(self):
        return {name: FIELDS[name].verbose_name for name in self.changes}

    @property
    def new_values(self):
        """The new facts by field, days as dates."""
        return {
            name: date.fromisoformat(value) if value and isinstance(FIELDS[name], models.DateField) else value
            for name, value in self.changes.items()
        }

    @property
    def differences(self):
        """Field, old, new, in words: as of the version it rests on. An account shows its last digits."""
        return self.compare()

    def compare(self, whole_account=False):
        """The differences; with the whole account for those who have to hold it against its proof."""
        asked, base = InstitutionVersion(**self.new_values), self.base
        found = [
            Difference(FIELDS[name].verbose_name, in_words(base, FIELDS[name]), in_words(asked, FIELDS[name]))
            for name in self.changes
        ]
        if not whole_account:
            return found
        account = FIELDS["bank_account"].verbose_name
        return [
            Difference(account, base.bank_account, asked.bank_account) if one.label == account else one
            for one in found
        ]

    @property
    def freshness(self):
        """Whether what it rests on is still so: VALID, STALE or SUPERSEDED."""
        current = self.agreement.institution.current
        if not self.is_open or current.pk == self.base_id:
            return self.Freshness.VALID
        moved = any(getattr(self.base, name) != getattr(current, name) for name in self.changes)
        return self.Freshness.SUPERSEDED if moved else self.Freshness.STALE

    @property
    def needs_second_check(self):
        """Where the money goes is checked by a person of its own, whatever the text says of accounts."""
        return self.moves_the_account

    @property
    def _terms_then(self):
        """Those of the day of approval, from which its clock runs."""
        return self.agreement.terms_on(self.approved_on)

    # ── what the rules ask of it ──

    def is_late(self, on):
        """第七十六条：批准之日起规定的工作日内申请；逾期的注明，不拒收。"""
        term = next(
            (t for t in self._terms_then.deadlines.values() if t.start_event == self.duty_event), None
        )
        return (
            term is not None
            and on > due(term, self.approved_on, calendar_for(self.agreement.agency.region)).day
        )

    def lacking(self):
        """What is missing before it can be submitted, as a sentence without its full stop."""
        if not self.is_major:
            if self.moves_the_account and not self.attachments.exists():
                return "没有附上开户证明"
            licensed = set(self.changes) & {"uscc", "licence_number", "licence_expires_on"}
            return "没有附上新的证照" if licensed and not self.attachments.exists() else ""
        if not (self.authority and self.approval_number) and any(g.needs_approval for g in self.groups):
            return "没有写明批准部门和批准文号"
        return "" if self.attachments.exists() else "没有附上有关部门的批准文件或变更证明"

    def base_moved(self):
        return self.freshness != self.Freshness.VALID

    @property
    def is_stale(self):
        return self.freshness == self.Freshness.STALE

    def why_not_valid(self):
        now = self.agreement.institution.current.number
        if self.is_stale:
            return f"申请依据第{self.base.number}版，机构信息现为第{now}版，其他信息有变化。先按现行信息核对"
        if self.freshness == self.Freshness.SUPERSEDED:
            return f"所申请的信息在第{now}版已有变化。退回补正，由乙方核对后重新提交，或不同意"
        return ""

    def why_not_checked(self, by):
        if not self.needs_second_check:
            return ""
        if self.account_checked_by_id is None:
            return "银行账户变更，须另一人先核对账户"
        return "核对账户的人不能自己同意，由另一人办理" if self.account_checked_by_id == by.pk else ""

    # ── acts of this kind ──

    @step(
        "status", source=[S.DRAFT, S.RETURNED], target=None, label="修改变更内容", article="第七十六条",
        who=permissions.institution_side,
        checks=[
            rules.case_is_live, rules.something_changes, rules.approved_by_today, rules.rewritten_kind_fits,
            rules.no_other_request_on_these,
        ],
    )  # fmt: skip
    def rewrite(self, changes, authority, approval_number, approved_on, synced_on, files, on, by):
        """第七十六条：提交前或补正时修改；以机构现行信息为依据。"""
        self.changes, self.authority, self.approval_number = changes, authority, approval_number
        self.approved_on, self.synced_on = approved_on, synced_on
        self.attachments.add(*self.attachments.model.keep(self.agreement, files, by, held=True))
        self.account_checked_by = None
        self.rebase()

    @step(
        "status", source=[S.CHECKING], target=None, label="核对账户", article="第七十六条",
        who=permissions.account_checker,
        checks=[rules.account_needs_a_check, rules.account_not_checked_yet, rules.not_the_examiner],
    )  # fmt: skip
    def check_account(self, by):
        """第七十六条：银行账户变更，由审核、决定以外的另一人核对开户证明。"""
        self.account_checked_by = by

    @step(
        "status", source=[S.SUBMITTED], target=S.GRANTED, label="收到告知", article="第七十六条",
        who=permissions.the_system, checks=[rules.is_a_notice],
    )  # fmt: skip
    def take_note(self, on):
        """第七十六条：一般信息变更，书面告知收到即变更。"""
        self.closed_on, self.opinion = on, "告知收到即变更"
        self.carry_out(on, self.filed_by)

    # ── what follows ──

    @property
    def needs_supplement(self):
        return any(group.on_the_cover for group in self.groups)

    def rebase(self):
        self.base = self.agreement.institution.current

    def follow(self, name, details):
        """As of every application; and payment under the hospital's other agreements waits with it."""
        super().follow(name, details)
        if "on" in details:
            account_holds.spread(self, details["on"])

    @property
    def own_holds(self):
        """Those still open on the agreement under which it was filed."""
        return self.holds.filter(agreement=self.agreement_id, released_on=None)

    def hold(self, on):
        """第七十六条：银行账户变更未决前，暂停拨付，免得付到旧账户；补正后不再变更账户的，随即恢复。"""
        if not any(group.is_account for group in self.groups):
            self.let_go(on)
        elif not self.own_holds.exists():
            self.agreement.payment_holds.create(
                article=self.agreement.terms.change.article, reason="银行账户变更待核对", started_on=on,
                change_request=self,
            )  # fmt: skip

    def let_go(self, on):
        for hold in self.own_holds:
            reason = f"变更申请已了结：{self.opinion}" if self.closed_on else "变更申请不再涉及银行账户"
            self.agreement.release_hold(hold, "paid", reason[:500], on)

    def carry_out(self, on, by):
        """第七十六条：机构信息的新版本。"""
        institution = self.agreement.institution
        reason = f"{self.get_kind_display()}（申请 {self.pk}）{self.authority}{self.approval_number}"[:200]
        try:
            self.version = revise_institution(
                institution, by=by, valid_from=on, reason=reason, **self.new_values
            ).current
        except ValidationError as wrong:
            raise RuleBroken(f"{'；'.join(wrong.messages)}（第七十六条）") from wrong
