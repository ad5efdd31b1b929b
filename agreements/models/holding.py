from datetime import timedelta

from .. import checks, permissions
from ..clocks.deadlines import add_months
from ..gate import step
from ..status import ENDED, LIVE


class HoldingActs:
    """The two stops that never move the agreement: payment held, a person, department or item stopped."""

    @step(
        "status", source=LIVE, target=None, label="暂停拨付", article="第六十四条", needs="hold_grounds",
        who=permissions.agency_leader, proposed=True,
        checks=[
            checks.a_case_holds_for_rectification, checks.not_in_the_future, checks.not_before_the_term, checks.reason_is_written,
        ],
    )  # fmt: skip
    def hold_payment(self, hold_ground, reason, on, proposal=None):
        """第六十一条、第六十九条：核查期间、有关部门通报，暂停拨付；第六十四条：违约案件的处理，同时限期整改。"""
        self.payment_holds.create(article=hold_ground.article_label, reason=reason, started_on=on)

    @step(
        "status", source=[*LIVE, *ENDED], target=None, label="恢复拨付", article="第六十四条",
        who=permissions.agency_leader, proposed=True,
        checks=[
            checks.some_hold_is_open, checks.hold_is_open, checks.not_in_the_future, checks.released_after_it_began,
            checks.no_change_waits, checks.nothing_keeps_the_hold, checks.reason_is_written,
        ],
    )  # fmt: skip
    def release_payment(self, hold, outcome, reason, on, proposal=None):
        """第六十四条：整改到位后，暂停期间符合规定的费用予以支付；查实违规的转为不予支付。协议结束后也照此了结。"""
        _release(hold, outcome, reason, on)

    @step(
        "status", source=LIVE, target=None, label="账户变更，暂停拨付", article="第七十六条", who=permissions.the_system,
    )  # fmt: skip
    def hold_for_account(self, change, on):
        """第七十六条：乙方的银行账户变更未决前，它的其他协议同样暂停拨付，免得付到旧账户。"""
        self.payment_holds.create(
            article=self.terms.change.article,
            reason="银行账户变更待核对",
            started_on=on,
            change_request=change,
        )

    @step(
        "status", source=[*LIVE, *ENDED], target=None, label="账户变更了结，恢复拨付", article="第七十六条",
        who=permissions.the_system, checks=[checks.hold_is_open],
    )  # fmt: skip
    def release_for_account(self, hold, on):
        """第七十六条：银行账户变更了结，拨付随之恢复。"""
        self.release_hold(hold, "paid", "银行账户变更已了结", on)

    @step(
        "status", source=LIVE, target=None, label="停止服务", article="第六十五条",
        who=permissions.agency_leader, by_case=True,
        checks=[
            checks.not_in_the_future, checks.not_before_the_term, checks.item_allows_a_ban, checks.ban_names_one_object,
            checks.ban_within_its_range,
        ],
    )  # fmt: skip
    def ban_service(self, scope, staff, department, service, item, reason, on, until, proposal=None):
        """第六十五条、第六十六条：视情况停止责任人员或科室的医保服务，期间费用不予结算；第六十七条：没有止期。"""
        self.service_bans.create(
            scope=scope, staff=staff, department=department, service=service, article=item.article_label, reason=reason,
            started_on=on, until=until,
        )  # fmt: skip

    @step(
        "status", source=LIVE, target=None, label="提前恢复服务", article="第八十一条",
        who=permissions.agency_leader, proposed=True,
        checks=[
            checks.some_ban_runs, checks.ban_runs, checks.not_in_the_future, checks.lifted_after_it_began, checks.reason_is_written,
        ],
    )  # fmt: skip
    def lift_ban(self, ban, reason, on, proposal=None):
        """第八十一条、第五条：所依的处理被复议、判决撤销或变更，或有误的，停止的服务提前恢复，写明原因；留存原来的停止。"""
        ban.lifted_on, ban.lifting_reason = on, reason
        ban.save(update_fields=["lifted_on", "lifting_reason"])

    def running_bans(self, on):
        """Of its stopped persons, departments and items: those that nobody lifted and whose last day is not over."""
        return self.service_bans.filter(lifted_on=None, until__gte=on)

    def ban_limits(self, article, on):
        """First and last day on which a ban from `on` may end: both ways of counting a month's last day pass (第六十五条)."""
        if self.stops_without_end(article):
            return self.service_bans.model.NO_END, self.service_bans.model.NO_END
        term = self.terms_on(on).person_stop[article]
        first = add_months(on, term.min_months) - timedelta(days=term.slack_days)
        return first, add_months(on, term.max_months)

    def stops_without_end(self, article):
        """第六十七条：the rescission, where it is carried out on persons or departments and not on the whole agreement."""
        row = self.edition.breaches.measures.get(article)
        given = row is not None and row.stops_persons and row.whole_agreement == "rescind"
        return given and article not in self.terms.person_stop

    def release_holds(self, article, outcome, reason, on):
        """Release every open hold on this article: what it waited for is over (第六十一条)."""
        for hold in self.payment_holds.filter(released_on=None, article=article):
            self.release_hold(hold, outcome, reason, on)

    def release_hold(self, hold, outcome, reason, on):
        """Release one hold as part of the act that settles what it waited for."""
        _release(hold, outcome, reason, max(on, hold.started_on))


def _release(hold, outcome, reason, on):
    hold.released_on, hold.outcome, hold.releasing_reason = on, outcome, reason
    hold.save(update_fields=["released_on", "outcome", "releasing_reason"])
