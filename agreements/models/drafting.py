from django_fsm import RETURN_VALUE

from .. import checks, permissions
from .. import signing_checks as rules
from ..gate import step
from ..papers.cover import cover_values
from ..papers.seal.checks import scan_is_of_the_signing_copy
from ..status import Status as S
from ..uploads import sha256_of


class DraftingActs:
    """The acts from the first draft to the second signature, and the first day."""

    @step(
        "status", source=[S.DRAFT, S.NEGOTIATING], target=S.DRAFT, label="修改草稿", article="第三条、第八十三条",
        who=permissions.agency_clerk,
    )  # fmt: skip
    def revise(self, starts_on, ends_on, services, payment_methods, agency_agent="", institution_agent=""):
        """第三条、第八十三条：服务范围和有效期。改动后须乙方重新确认。"""
        self.starts_on, self.ends_on = starts_on, ends_on
        self.services, self.payment_methods = services, payment_methods
        self.agency_agent, self.institution_agent = agency_agent, institution_agent
        self.confirmed_by = None

    @step(
        "status", source=[S.DRAFT], target=S.NEGOTIATING, label="送乙方协商", article="第二十八条",
        who=permissions.agency_clerk, checks=[
            rules.nothing_is_blank, rules.term_is_as_printed, rules.agency_is_the_printed_one, rules.licence_is_valid,
            rules.starts_after_the_live_one,
        ],
    )  # fmt: skip
    def negotiate(self):
        """第二十八条：双方就服务内容、支付方式等协商谈判。"""

    @step(
        "status", source=[S.NEGOTIATING], target=None, label="确认文本", article="序言",
        who=permissions.institution_side, checks=[rules.not_confirmed_yet, rules.nothing_is_blank],
    )  # fmt: skip
    def confirm(self, by):
        """序言：经甲乙双方协商一致。乙方确认文本和空白内容。"""
        self.confirmed_by = by

    @step(
        "status", source=[S.NEGOTIATING], target=S.TO_SIGN, label="审核定稿", article="第七十八条",
        who=permissions.agency_reviewer,
        checks=[
            rules.text_is_complete, rules.institution_has_confirmed, rules.nothing_is_blank, rules.term_is_as_printed,
            rules.checker_is_not_the_drafter, rules.starts_after_the_live_one, rules.term_has_not_ended,
        ],
    )  # fmt: skip
    def fix_text(self, today):
        """第七十八条：协商一致的，定稿待签。空白内容自此固定。"""
        self.snapshot = {
            "fixed_on": today.isoformat(),
            "cover": cover_values(self),
            "agency_version": self.agency.current.number,
            "institution_version": self.institution.current.number,
        }

    @step(
        "status", source=[S.NEGOTIATING, S.TO_SIGN], target=S.DRAFT, label="退回草拟", article="第二十八条",
        who=permissions.reviewer_or_leader, checks=[checks.reason_is_given],
    )  # fmt: skip
    def return_to_draft(self, reason):
        """第二十八条：未协商一致的退回重拟；已有的签署作废，签署稿另由文书作废。"""
        self.valid_signatures.update(void=True)
        self.confirmed_by, self.snapshot = None, {}

    @step(
        "status", source=[S.TO_SIGN], target=RETURN_VALUE(S.TO_SIGN, S.SIGNED), label="乙方签署", article="签署页",
        who=permissions.institution_signatory,
        checks=[
            rules.signing_copy_is_printed, rules.parties_are_as_printed, rules.institution_has_not_signed,
            rules.licence_is_valid, rules.starts_after_the_live_one,
            rules.signed_by_today, rules.signed_since_fixed, rules.signed_before_the_end, rules.institution_signer_is_on_the_cover,
            rules.institution_agent_is_on_the_cover, rules.agent_is_authorised, rules.signature_has_a_proof, scan_is_of_the_signing_copy,
        ],
    )  # fmt: skip
    def sign_for_institution(
        self, name, capacity, signed_on, statement="", scan=None, authorisation=None,
        authorised_from=None, authorised_until=None,
    ):  # fmt: skip
        """签署页、封面：乙方法定代表人或持授权委托书的代理人签署并盖章。"""
        return self._sign("institution", locals())

    @step(
        "status", source=[S.TO_SIGN], target=RETURN_VALUE(S.TO_SIGN, S.SIGNED), label="甲方签署", article="第七十四条",
        who=permissions.agency_leader,
        checks=[
            rules.agency_may_sign, rules.checker_is_not_the_drafter, rules.signing_copy_is_printed,
            rules.parties_are_as_printed, rules.agency_has_not_signed, rules.licence_is_valid,
            rules.starts_after_the_live_one, rules.signed_by_today, rules.signed_since_fixed, rules.signed_before_the_end,
            rules.agency_signer_is_on_the_cover, rules.agency_agent_is_on_the_cover,
            rules.agent_is_authorised, rules.signature_has_a_proof, scan_is_of_the_signing_copy,
        ],
    )  # fmt: skip
    def sign_for_agency(
        self, name, capacity, signed_on, statement="", scan=None, authorisation=None,
        authorised_from=None, authorised_until=None,
    ):  # fmt: skip
        """第七十四条：市、自治州及以上经办机构签订。"""
        return self._sign("agency", locals())

    def _sign(self, side, signature):
        """Both sides complete: the agreement exists (签署页)."""
        given = {name: value for name, value in signature.items() if name != "self" and value is not None}
        if scan := given.get("scan"):
            given["scan_sha256"] = sha256_of(scan)
        self.sign_records.create(side=side, **given)
        return S.SIGNED if self.valid_signatures.count() == 2 else S.TO_SIGN

    @step(
        "status", source=[S.DRAFT], target=S.VOID, label="作废草稿", article="第二十八条",
        who=permissions.reviewer_or_leader, checks=[rules.checker_is_not_the_drafter, checks.reason_is_given],
    )  # fmt: skip
    def discard(self, reason):
        """第二十八条：没有谈成的草稿作废，编号保留。"""

    @step(
        "status", source=[S.SIGNED], target=S.ACTIVE, label="协议生效", article="第八十三条", who=permissions.the_system,
        checks=[rules.term_has_begun, rules.term_has_not_ended, rules.no_other_live_agreement],
    )  # fmt: skip
    def activate(self, on, today):
        """第八十三条：有效期自起始日起。"""
