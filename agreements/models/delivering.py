from .. import permissions
from ..deliveries import checks as delivery_checks
from ..gate import step
from ..status import ENDED, LIVE


class DeliveringActs:
    """Whether the hospital takes papers by the portal; without its consent nothing is served by it (第八十四条)."""

    @step(
        "status", source=LIVE, target=None, label="同意电子送达", article="第八十四条",
        who=permissions.institution_signatory,
        checks=[delivery_checks.electronic_not_agreed_yet, delivery_checks.from_today],
    )  # fmt: skip
    def accept_electronic_delivery(self, on):
        """第八十四条：乙方同意以门户接收文书；登录签收之时为收到，只送出不算送达。"""
        self.electronic_since = on

    @step(
        "status", source=[*LIVE, *ENDED], target=None, label="撤回电子送达的同意", article="第八十四条",
        who=permissions.institution_signatory,
        checks=[delivery_checks.electronic_was_agreed, delivery_checks.from_today],
    )  # fmt: skip
    def withdraw_electronic_delivery(self, on):
        """第八十四条：乙方撤回同意后，文书按协议载明的地址送达；已经送出的，仍可登录签收。"""
        self.electronic_since = None
