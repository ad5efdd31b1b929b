from .. import checks, permissions
from ..claims import checks as rules
from ..gate import step
from ..status import ENDED, LIVE


class ClaimingActs:
    """What the hospital declares each month, as the agency takes it in (第三十六、三十九条)."""

    @step(
        "status", source=[*LIVE, *ENDED], target=None, label="受理费用申报", article="第三十六条、第三十九条",
        who=permissions.agency_clerk,
        checks=[
            checks.not_in_the_future, rules.month_is_a_month, rules.month_has_begun, rules.month_is_within_the_term, rules.month_was_not_suspended,
            rules.month_is_new, rules.something_is_claimed, rules.every_day_was_reconciled,
        ],
    )  # fmt: skip
    def receive_claim(self, month, claimed, on, by, reconciled=False):
        """第三十六条、第三十九条：材料齐全的，受理一个月的费用申报；拨付的时限自受理次日起算。日对账是否通过，记在事项里。"""
        self.feeclaims.create(month=month, claimed=claimed, received_on=on, received_by=by)
