from datetime import timedelta

from .. import checks, permissions
from ..applications import checks as rules
from ..clocks import actions as clocks
from ..clocks.beginnings import about_approval
from ..gate import step
from ..status import LIVE
from ..supplements import checks as supplement_checks


class FilingActs:
    """What the hospital files under its agreement: each opens a record of its own (第七、七十六、七十九、八十条)."""

    @step(
        "status", source=LIVE, target=None, label="起草变更申请", article="第七十六条", who=permissions.institution_side,
        checks=[
            rules.filed_at_home, checks.not_in_the_future, rules.approved_by_today, rules.something_changes, rules.kind_fits,
            rules.no_open_request_on_these,
        ],
    )  # fmt: skip
    def draft_change(
        self, kind, changes, authority, approval_number, approved_on, synced_on, files, on, by,
    ):  # fmt: skip
        """第七十六条：重大信息变更自有关部门批准之日起规定的工作日内申请，其他变更及时书面告知。"""
        request = self.changerequests.create(
            kind=kind, changes=changes, authority=authority, approval_number=approval_number, approved_on=approved_on,
            synced_on=synced_on, drafted_by=by, drafted_on=on, base=self.institution.current,
        )  # fmt: skip
        request.attachments.add(*self.attachments.model.keep(self, files, by, held=True))

    @step(
        "status", source=LIVE, target=None, label="登记获知的变更批准", needs="change.major_working_days", article="第七十六条", who=permissions.agency_clerk,
        checks=[checks.not_in_the_future, rules.approved_by_today, rules.approval_is_new],
    )  # fmt: skip
    def note_approval(self, group, approved_on, on):
        """第七十六条：从其他途径获知有关部门已批准变更的，乙方申请的时限自批准之日起照样计算。"""
        clocks.start_clocks(self, "change_approved", approved_on, about_approval(group))

    @step(
        "status", source=supplement_checks.TAKES_IT, target=None, label="订立补充协议", article="第七十七条", who=permissions.the_system,
    )  # fmt: skip
    def make_supplement(self, change, on):
        """第七十七条：乙方名称、法定代表人变更的，以补充协议写明；双方签署后具有同等效力。"""
        self.amendments.create(
            order=self.amendments.count() + 1, made_on=on, change_request=change,
            clauses=[f"乙方{one.label}由“{one.old}”变更为“{one.new}”。" for one in change.differences],
        )  # fmt: skip

    @step(
        "status", source=supplement_checks.TAKES_IT, target=None, label="订立统一补充协议", article="第七十七条",
        who=permissions.the_system,
        checks=[
            supplement_checks.supplement_is_sent, supplement_checks.edition_fits, supplement_checks.not_made_yet,
            supplement_checks.nothing_unsigned,
        ],
    )  # fmt: skip
    def make_uniform_supplement(self, supplement, on):
        """第七十七条：政策变化的，按统一起草的条款订立补充协议；双方签署后具有同等效力。"""
        self.amendments.create(
            order=self.amendments.count() + 1, made_on=on, supplement=supplement, clauses=supplement.clauses
        )

    @step(
        "status", source=supplement_checks.TAKES_IT, target=None, label="适用改动的参数", article="第七十七条",
        who=permissions.the_system, checks=[supplement_checks.terms_not_taken_yet],
    )  # fmt: skip
    def take_terms(self, order, toml, on):
        """第七十七条：双方签署的补充协议改动的参数，自这一日起适用；后适用的在后。"""
        # What was started with the numbers of before keeps them, also when it was started on this very day.
        self.deadlines.filter(terms_of__gte=on).update(terms_of=on - timedelta(days=1))
        taken = [*self.changed_terms, {"order": order, "from": on.isoformat(), "toml": toml}]
        self.changed_terms = sorted(taken, key=lambda one: (one["from"], one["order"]))

    # ── what is true of it ──

    @property
    def home_agreement(self):
        """第七十一条：the live agreement with the agency of the institution's own region, or None."""
        live = type(self).objects.live().filter(institution=self.institution_id).with_parties()
        return next((one for one in live if one.is_at_home), None)
