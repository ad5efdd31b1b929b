from .. import checks, permissions
from ..clocks.deadlines import add_months
from ..gate import step
from ..renewals import checks as renewal_checks
from ..status import LIVE
from ..status import Status as S
from .ending import UNCOUNTED


class RenewingActs:
    """Renewal, what happens while an agreement holds over, and the end of a too long suspension (第七十八至八十三条)."""

    @step(
        "status", source=LIVE, target=None, label="申请续签", article="第七十八条", who=permissions.institution_side,
        checks=[
            renewal_checks.no_open_request, renewal_checks.talks_have_not_failed, checks.not_in_the_future,
            renewal_checks.expiry_is_settled, renewal_checks.window_is_open, renewal_checks.self_assessment_is_written,
        ],
    )  # fmt: skip
    def apply_for_renewal(self, self_assessment, on, by, files=()):
        """第七十八条：乙方在期满前规定的时间申请续签。逾期的也收下并注明，由甲方决定是否受理。"""
        request = self.renewal_requests.create(
            filed_on=on, filed_by=by, self_assessment=self_assessment,
            on_time=on <= self.renewal_due_on,
        )  # fmt: skip
        request.attachments.add(*self.attachments.model.keep(self, files, by))

    @step(
        "status", source=[S.CONTINUED, S.SUSPENDED], target=None, label="写明延续原因", needs="expiry.holds_over", article="第八十三条",
        who=permissions.agency_leader,
        checks=[renewal_checks.cause_is_awaited, checks.cause_is_the_agencys, checks.not_in_the_future],
    )  # fmt: skip
    def set_holdover_cause(self, cause, on, by):
        """第八十三条：期满时原因不明的，甲方写明延续有效的原因。"""
        self._held(cause=cause, cause_set_on=on, cause_set_by=by)

    @step(
        "status", source=[S.CONTINUED], target=None, label="表明不再续签", needs="expiry.holds_over", article="第八十条",
        who=permissions.institution_signatory,
        checks=[
            renewal_checks.not_declined_yet, checks.not_in_the_future, checks.term_has_ended, checks.reason_is_given,
        ],
    )  # fmt: skip
    def decline_renewal(self, reason, on):
        """第八十条（四）：延续有效期间，乙方表明不续签；甲方据此结束延续。"""
        self._held(refused_on=on, refusal_reason=reason)

    @step(
        "status", source=[S.CONTINUED], target=S.TERMINATED, label="结束延续", needs="expiry.holds_over", article="第八十条",
        who=permissions.agency_leader, proposed=True,
        checks=[
            checks.not_in_the_future, checks.term_has_ended, renewal_checks.renewal_has_failed,
            checks.reason_is_written,
        ],
    )  # fmt: skip
    def end_continuation(self, reason, on, aftercare, proposal=None):
        """第七十八条、第八十条（四）：延续有效期间协商不一致，或乙方不续签的，终止。"""
        self._end("terminated", self.terms.termination.expiry_ground, reason, on, aftercare)

    @step(
        "status", source=[S.SUSPENDED], target=None, label="中止超期例外", needs="suspension.max_days", article="第七十九条",
        who=permissions.agency_leader, proposed=True,
        checks=[
            checks.suspension_is_open, renewal_checks.no_exception_yet, checks.not_in_the_future,
            checks.resumes_after_it_began, renewal_checks.before_the_longest_day, checks.reason_is_written,
        ],
    )  # fmt: skip
    def grant_suspension_exception(self, suspension, reason, on, proposal=None):
        """第七十九条：原则上超过规定日数自动终止；负责人在届满前写明例外的，不终止。"""
        suspension.exception_on, suspension.exception_reason = on, reason
        suspension.save(update_fields=["exception_on", "exception_reason"])

    @step(
        "status", source=[S.SUSPENDED], target=S.TERMINATED, label="超期终止", article="第七十九条",
        who=permissions.the_system, checks=[checks.suspension_is_open, renewal_checks.lapses_on],
    )  # fmt: skip
    def lapse(self, suspension, on):
        """第七十九条：依申请的中止超过规定日数，没有继续履行申请的，协议自动终止。"""
        terms = self.terms_on(suspension.started_on).suspension
        reason = f"中止超过{terms.ends_automatically_after_days}日，没有继续履行申请"
        self._end("terminated", terms.article, reason, on, UNCOUNTED)

    def _held(self, **facts):
        for name, value in facts.items():
            setattr(self.holdover, name, value)
        self.holdover.save(update_fields=list(facts))

    # ── what is true of it ──

    @property
    def renewal_due_on(self):
        """第七十八条：期满前规定月数的那一天，最迟当日申请；倒算，不因节假日移动。与时限一样，按起始日的参数。"""
        return add_months(self.ends_on, -self.terms_on(self.starts_on).renewal.apply_months_before)

    @property
    def renewal_opens_on(self):
        months = self.terms_on(self.starts_on).renewal.window_opens_months_before
        return self.starts_on if months is None else add_months(self.ends_on, -months)

    @property
    def was_held_over(self):
        """Its expiry has been settled by letting it go on (第八十三条)."""
        return hasattr(self, "holdover")

    @property
    def next_agreements(self):
        """Agreements of the same parties for the time after this one's last day."""
        return self.siblings.filter(starts_on__gt=self.ends_on)

    @property
    def renewal_campaigns(self):
        """The agency's campaigns that cover this agreement, announced before its term was over."""
        return self.agency.renewal_campaigns.filter(
            first_end__lte=self.ends_on, last_end__gte=self.ends_on, announced_on__lte=self.ends_on
        )
