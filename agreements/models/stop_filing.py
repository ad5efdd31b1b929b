from .. import checks, permissions
from ..gate import step
from ..status import IN_FORCE, LIVE
from ..status import Status as S
from ..stops import request_checks as rules


class StopFilingActs:
    """The hospital asks to stop for a while, to go on, or to end: each opens a StopRequest (第七十九条、第八十条)."""

    @step(
        "status", source=IN_FORCE, target=None, label="起草中止申请", needs="suspension.on_request", article="第七十九条", who=permissions.institution_side,
        checks=[
            rules.no_open_suspension_request, checks.not_in_the_future, rules.asks_for_an_end_after_the_start,
            rules.asks_for_days_to_come, rules.asks_no_longer_than_allowed, rules.says_why,
        ],
    )  # fmt: skip
    def draft_suspension(self, planned_from, planned_until, reason, inpatients, unsettled, files, on, by):
        """第七十九条：因停业、歇业等提前申请中止，不超过规定日数。"""
        self._ask("suspend", on, by, files, planned_from=planned_from, planned_until=planned_until, reason=reason,
                  inpatients=inpatients, unsettled=unsettled)  # fmt: skip

    @step(
        "status", source=[S.SUSPENDED], target=None, label="起草继续履行申请", article="第七十九条",
        who=permissions.institution_side,
        checks=[
            rules.something_may_end_on_request, rules.no_open_resumption_request, checks.not_in_the_future,
            rules.suspension_ends_on_request, rules.goes_on_after_it_stopped, rules.says_why,
        ],
    )  # fmt: skip
    def draft_resumption(self, suspension, planned_from, reason, files, on, by):
        """第七十九条：中止期间申请继续履行；超过规定日数没有申请的，协议自动终止。"""
        self._ask("resume", on, by, files, suspension=suspension, planned_from=planned_from, reason=reason)

    @step(
        "status", source=LIVE, target=None, label="起草终止申请", needs="termination.grounds", article="第八十条", who=permissions.institution_side,
        checks=[rules.no_open_ending_request, checks.not_in_the_future, rules.says_why],
    )  # fmt: skip
    def draft_ending(self, planned_from, reason, inpatients, unsettled, files, on, by):
        """第八十条（三）：乙方主动提出终止，甲方同意的，终止。"""
        self._ask("end", on, by, files, planned_from=planned_from, reason=reason, inpatients=inpatients,
                  unsettled=unsettled)  # fmt: skip

    def _ask(self, kind, on, by, files, **facts):
        request = self.stoprequests.create(kind=kind, drafted_by=by, drafted_on=on, **facts)
        request.attachments.add(*self.attachments.model.keep(self, files, by, held=True))

    # ── what is true of it ──

    def has_filed(self, kind, on):
        """A request of this kind was submitted on this day, and neither taken back nor refused."""
        filed = self.stoprequests.filter(kind=kind, filed_on=on)
        return filed.exclude(status__in=["draft", "refused", "withdrawn"]).exists()

    def no_open_stop_request(self, kind):
        """True when none of this kind is open, else its number for the sentence."""
        open_one = self.stoprequests.open().filter(kind=kind).first()
        return open_one is None or {"number": open_one.pk}
