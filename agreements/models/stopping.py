from django.utils.timezone import localdate
from django_fsm import RETURN_VALUE

from .. import checks, permissions
from ..gate import step
from ..status import ENDED, IN_FORCE, LIVE
from ..status import Status as S
from ..stops import repeat, repeat_checks


class StoppingActs:
    """The acts that stop an agreement for a while, and those that let it go on. Causes stack (第六十一、六十六、七十九条)."""

    @step(
        "status", source=IN_FORCE, target=S.SUSPENDED, label="依申请中止", needs="suspension.on_request", article="第七十九条",
        who=permissions.agency_leader, proposed=True,
        checks=[
            checks.not_in_the_future, checks.not_before_the_term, checks.requested_before,
            checks.suspension_request_is_on_file, checks.ends_after_it_starts, checks.ends_in_the_future, checks.within_longest_suspension,
        ],
    )  # fmt: skip
    def suspend_on_request(self, reason, requested_on, on, until, aftercare, application=None, proposal=None):
        """第七十九条：乙方因停业或歇业等申请，甲方同意，不超过规定日数。第八十二条：同时建立善后。"""
        self._suspend("requested", self.terms.suspension.article, reason, on, until, requested_on)
        self._care(on, aftercare)

    @step(
        "status", source=LIVE, target=S.SUSPENDED, label="违约中止", article="第六十六条",
        who=permissions.agency_leader, by_case=True,
        checks=[
            checks.not_in_the_future, checks.not_before_the_term, checks.item_allows_suspension,
            checks.ends_after_it_starts, checks.ends_in_the_future, checks.within_longest_suspension,
        ],
    )  # fmt: skip
    def suspend_for_breach(self, item, severity, reason, on, until, aftercare, proposal=None):
        """第六十六条：查实所列情形，公布中止。已在中止的，另加一个原因。"""
        self._suspend("breach", item.article_label, reason, on, until)
        self._care(on, aftercare)

    @step(
        "status", source=IN_FORCE, target=S.SUSPENDED, label="核查中止", needs="investigation", article="第六十一条",
        who=permissions.agency_leader, proposed=True,
        checks=[checks.not_in_the_future, checks.not_before_the_term, checks.reason_is_written],
    )  # fmt: skip
    def suspend_for_investigation(self, reason, on, aftercare, proposal=None):
        """第六十一条：涉嫌违约且可能造成重大风险，核查期间中止协议、暂停拨付，至核查处理结束。"""
        until = self.latest_suspension_end(on)
        self._suspend("investigation", self.terms.investigation.article, reason, on, until)
        self.payment_holds.create(article=self.terms.investigation.article, reason=reason, started_on=on)
        self._care(on, aftercare)

    @step(
        "status", source=[S.SUSPENDED], target=S.SUSPENDED, label="查实转违约中止", needs="investigation", article="第六十六条",
        who=permissions.agency_leader, by_case=True,
        checks=[
            checks.an_investigation_is_open, checks.not_in_the_future, checks.item_allows_suspension,
            checks.ends_in_the_future, checks.within_longest_suspension,
        ],
    )  # fmt: skip
    def prove_breach(self, item, severity, reason, on, until, proposal=None):
        """第六十一条、第六十六条：核查属实，核查中止转为违约中止，起日不变。"""
        investigation = self.open_suspensions.get(cause="investigation")
        start = investigation.started_on
        self._suspend("breach", item.article_label, reason, start, until)
        self._close(investigation, on, "查实，转为违约中止")

    @step(
        "status", source=LIVE, target=S.SUSPENDED, label="联动中止", article="第七十一条", who=permissions.the_system,
    )  # fmt: skip
    def suspend_by_cascade(self, parent, on):
        """第七十一条：所在辖区经办机构中止的，其他地区的协议同时中止。"""
        reason = f"{parent.agreement.agency}的协议{parent.agreement}中止"
        self._suspend(
            "cascade", parent.agreement.terms.cascade.article, reason, on, parent.planned_end, parent=parent
        )

    @step(
        "status", source=[S.SUSPENDED], target=RETURN_VALUE(S.ACTIVE, S.CONTINUED, S.SUSPENDED), label="联动恢复",
        article="第七十一条", who=permissions.the_system, checks=[checks.suspension_is_open],
    )  # fmt: skip
    def resume_by_cascade(self, suspension, on):
        """第七十一条：辖区的中止结束，联动的中止随之结束；还有别的原因的，协议仍为中止。"""
        return self._close(suspension, on, "辖区的中止已经结束")

    @step(
        "status", source=[*LIVE, S.RESCINDED], target=None, label="知悉联动", article="第七十一条",
        who=permissions.agency_clerk, checks=[checks.a_cascade_is_new],
    )  # fmt: skip
    def acknowledge_cascade(self, aftercare, by):
        """第七十一条、第八十二条：知悉辖区经办机构的决定，安排善后；不能拒绝。"""
        self.new_cascades.update(acknowledged_by=by)
        self.ending_model.objects.filter(agreement=self, parent__isnull=False).update(acknowledged_by=by)
        self._care(localdate(), aftercare)

    def _suspend(self, cause, article, reason, on, until, requested_on=None, parent=None):
        earlier = self.open_suspensions.first()
        latest = parent.latest_end if parent else self.latest_suspension_end(on)
        self.suspensions.create(
            cause=cause, article=article, reason=reason, started_on=on, planned_end=until, requested_on=requested_on,
            latest_end=latest, parent=parent, back_to=earlier.back_to if earlier else self.status,
        )  # fmt: skip

    def _close(self, suspension, on, reason):
        """Close one cause. Returns the state that is left: another open cause keeps the agreement suspended."""
        suspension.closed_on, suspension.closing_reason = max(on, suspension.started_on), reason
        suspension.save(update_fields=["closed_on", "closing_reason"])
        return S.SUSPENDED if self.open_suspensions.exists() else suspension.back_to

    @step(
        "status", source=[S.SUSPENDED], target=RETURN_VALUE(S.ACTIVE, S.CONTINUED, S.SUSPENDED), label="恢复履行",
        article="第七十九条", who=permissions.agency_leader, proposed=True,
        checks=[
            checks.suspension_is_open, checks.not_in_the_future, checks.resumes_after_it_began,
            checks.resumption_was_requested, checks.requested_before, checks.resumption_was_requested_in_time, checks.not_expired_meanwhile,
            checks.nothing_keeps_the_suspension, repeat_checks.repeat_is_decided,
        ],
    )  # fmt: skip
    def resume(self, suspension, reason, requested_on, on, proposal=None):
        """第七十九条、第六十一条：结束一个中止原因；还有别的原因未结束的，协议仍为中止。"""
        if suspension.cause == "investigation":
            self.release_holds(self.terms.investigation.article, "paid", reason, on)
        return self._close(suspension, on, reason)

    @step(
        "status", source=LIVE, target=None, label="记明不予解除", needs="repeat_suspension", article="第六十七条",
        who=permissions.agency_leader, proposed=True,
        checks=[
            repeat_checks.suspended_repeatedly, repeat_checks.not_kept_yet, repeat_checks.counts_the_last, checks.not_in_the_future,
            checks.reason_is_given,
        ],
    )  # fmt: skip
    def keep_despite_repeat(self, reason, times, on, proposal=None):
        """第六十七条（一）：协议期内多次被中止，负责人决定不予解除的，写明理由；只管到第`times`次。"""
        self.kept_at_times = times

    @step(
        "status", source=[*LIVE, *ENDED], target=None, label="记明中止所依的处理不成立", article="第八十一条",
        who=permissions.agency_leader, by_case=True, checks=[checks.suspension_is_its_own, checks.not_in_the_future],
    )  # fmt: skip
    def disown_suspension(self, suspension, on, proposal=None):
        """第八十一条、第六十七条（一）：所依的处理被撤销、变更的，这次中止不计入被中止的次数；恢复履行另行办理。"""
        suspension.quashed_on = on
        suspension.save(update_fields=["quashed_on"])
        self.kept_at_times = min(self.kept_at_times, self.times_suspended)

    @property
    def times_suspended(self):
        """第六十七条（一）：协议期内因违约被中止的次数。"""
        return repeat.times_suspended(self)

    @property
    def repeat_sentence(self):
        """第六十七条（一）：the count of this term, what was decided at it, and that of the term before."""
        if not (terms := self.terms.repeat_suspension):
            return ""
        times = self.times_suspended
        parts = [f"协议期内因违约被中止{times}次，满{terms.count}次决定是否解除（{terms.article}）"]
        if self.kept_at_times:
            parts.append(f"第{self.kept_at_times}次已记明不予解除")
        if before := self.predecessor and self.predecessor.times_suspended:
            parts.append(f"前一份协议{before}次")
        return "；".join(parts)
