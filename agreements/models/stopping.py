from django_fsm import RETURN_VALUE

from .. import checks, permissions
from ..gate import step
from .status import IN_FORCE, LIVE
from .status import Status as S


class StoppingActs:
    """The acts that stop an agreement for a while, and those that let it go on. Causes stack (第六十一、六十六、七十九条)."""

    @step(
        "status", source=IN_FORCE, target=S.SUSPENDED, label="依申请中止", article="第七十九条",
        who=permissions.agency_leader, proposed=True,
        checks=[
            checks.not_in_the_future, checks.not_before_the_term, checks.requested_before,
            checks.ends_after_it_starts, checks.ends_in_the_future, checks.within_longest_suspension,
        ],
    )  # fmt: skip
    def suspend_on_request(self, reason, requested_on, on, until, aftercare, proposal=None):
        """第七十九条：乙方因停业或歇业等申请，甲方同意，不超过规定日数。第八十二条：同时建立善后。"""
        self._suspend("requested", "第七十九条", reason, on, until, requested_on)
        self.aftercare_plans.create(opened_on=on, **aftercare)

    @step(
        "status", source=LIVE, target=S.SUSPENDED, label="违约中止", article="第六十六条",
        who=permissions.agency_leader, proposed=True,
        checks=[
            checks.not_in_the_future, checks.not_before_the_term, checks.item_allows_suspension,
            checks.ends_after_it_starts, checks.ends_in_the_future, checks.within_longest_suspension,
        ],
    )  # fmt: skip
    def suspend_for_breach(self, item, severity, reason, on, until, aftercare, proposal=None):
        """第六十六条：查实所列情形，公布中止。已在中止的，另加一个原因。"""
        self._suspend("breach", item.article_label, reason, on, until)
        self.aftercare_plans.create(opened_on=on, **aftercare)

    def _suspend(self, cause, article, reason, on, until, requested_on=None):
        earlier = self.open_suspensions.first()
        self.suspensions.create(
            cause=cause, article=article, reason=reason, started_on=on, planned_end=until, requested_on=requested_on,
            latest_end=self.latest_suspension_end(on), back_to=earlier.back_to if earlier else self.status,
        )  # fmt: skip

    @step(
        "status", source=[S.SUSPENDED], target=RETURN_VALUE(S.ACTIVE, S.CONTINUED, S.SUSPENDED), label="恢复履行",
        article="第七十九条", who=permissions.agency_leader, proposed=True,
        checks=[
            checks.suspension_is_open, checks.not_in_the_future, checks.resumes_after_it_began,
            checks.resumption_was_requested, checks.requested_before, checks.resumption_was_requested_in_time, checks.not_expired_meanwhile,
        ],
    )  # fmt: skip
    def resume(self, suspension, reason, requested_on, on, proposal=None):
        """第七十九条、第六十一条：结束一个中止原因；还有别的原因未结束的，协议仍为中止。"""
        suspension.closed_on, suspension.closing_reason = on, reason
        suspension.save(update_fields=["closed_on", "closing_reason"])
        return S.SUSPENDED if self.open_suspensions.exists() else suspension.back_to
