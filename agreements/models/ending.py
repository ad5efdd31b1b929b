from .. import checks, permissions
from ..gate import step
from ..status import ENDED, LIVE
from ..status import Status as S

# What ends by itself finds nobody there to count; somebody at the agency does it afterwards.
UNCOUNTED = {"inpatients": None, "unsettled": None}


class EndingActs:
    """The three endings and holding over, never mixed (第六十七条、第七十八条、第八十条、第八十三条)."""

    @step(
        "status", source=LIVE, target=S.TERMINATED, label="终止协议", needs="termination.grounds", article="第八十条",
        who=permissions.agency_leader, proposed=True,
        checks=[
            checks.not_in_the_future, checks.not_before_the_term, checks.own_request_is_on_file,
            checks.ending_request_is_on_file, checks.requested_before, checks.reason_is_written,
        ],
    )  # fmt: skip
    def terminate(self, ground, reason, requested_on, on, aftercare, application=None, proposal=None):
        """第八十条（一）至（三）、（五）、（六）：无过错的结束。"""
        self._end("terminated", ground.article_label, reason, on, aftercare)

    @step(
        "status", source=LIVE, target=S.RESCINDED, label="解除协议", article="第六十七条",
        who=permissions.agency_leader, by_case=True,
        checks=[
            checks.not_in_the_future, checks.not_before_the_term, checks.item_allows_rescission,
            checks.decided_collectively,
        ],
    )  # fmt: skip
    def rescind(self, item, severity, reason, minutes, on, aftercare, proposal=None):
        """第六十七条：查实所列情形，解除并公布。"""
        self._end("rescinded", item.article_label, reason, on, aftercare)

    @step(
        "status", source=[S.ACTIVE, S.SUSPENDED], target=S.TERMINATED, label="期满终止", article="第八十条",
        who=permissions.the_system, checks=[checks.term_has_ended],
    )  # fmt: skip
    def expire(self, reason, on):
        """第七十八条、第八十条（四）：期满未续签，自动终止。"""
        self._end("terminated", self.terms.termination.expiry_ground, reason, on, UNCOUNTED)

    @step(
        "status", source=[S.ACTIVE], target=S.CONTINUED, label="延续有效", needs="expiry.holds_over", article="第八十三条",
        who=permissions.the_system, checks=[checks.term_has_ended, checks.cause_is_the_agencys],
    )  # fmt: skip
    def carry_on(self, cause, on, cause_due_on=None):
        """第八十三条：期满后因甲方原因未续签，原协议继续生效。原因不明的，甲方在期限内写明。"""
        holdovers = self._meta.get_field("holdover").related_model.objects
        holdovers.create(agreement=self, started_on=on, cause=cause, cause_due_on=cause_due_on)

    @step(
        "status", source=LIVE, target=S.RENEWED, label="期满已续签", article="第七十八条",
        who=permissions.the_system, checks=[checks.term_has_ended, checks.successor_is_signed],
    )  # fmt: skip
    def close_as_renewed(self, on):
        """第七十八条：新协议已签并自次日生效，原协议办结。"""
        self._end("renewed", self.terms.renewal.article, "新协议已签署", on)

    @step(
        "status", source=LIVE, target=S.RESCINDED, label="联动解除", article="第七十一条", who=permissions.the_system,
    )  # fmt: skip
    def rescind_by_cascade(self, parent, on):
        """第七十一条：所在辖区经办机构解除的，其他地区的协议同时解除。"""
        reason = f"{parent.agreement.agency}的协议{parent.agreement}解除"
        self._end("rescinded", parent.agreement.terms.cascade.article, reason, on, parent=parent)

    @step(
        "status", source=ENDED, target=None, label="善后：填人数", needs="aftercare", article="第八十二条", who=permissions.agency_clerk,
        checks=[checks.aftercare_is_uncounted],
    )  # fmt: skip
    def count_aftercare(self, aftercare):
        """第八十二条：期满、超期由门户终止的，人数当时不知道；清点后填写，交接单随即印出。"""
        plan = self.aftercare_plans.uncounted().last()
        for name, value in aftercare.items():
            setattr(plan, name, value)
        plan.save()

    def _end(self, kind, article, reason, on, aftercare=None, parent=None):
        self.ending_model.objects.create(
            agreement=self, kind=kind, article=article, reason=reason, effective_on=on, parent=parent
        )
        for suspension in self.open_suspensions:
            self._close(suspension, on, "协议结束")
        self._care(on, aftercare)

    def _care(self, on, aftercare):
        """第八十二条：what is to be done for those in hospital is planned with the act; some texts ask for no plan."""
        if aftercare and self.terms.aftercare:
            self.aftercare_plans.create(opened_on=on, **aftercare)

    @property
    def ending_model(self):
        return self._meta.get_field("ending").related_model
