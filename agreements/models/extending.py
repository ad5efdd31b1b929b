from django.utils.timezone import localdate

from .. import checks, permissions
from ..gate import step
from ..renewals import extension_checks as rules
from ..renewals.extending import next_end
from ..status import ENDED, LIVE
from ..status import Status as S
from .ending import UNCOUNTED

OVER = {"source": LIVE, "target": S.TERMINATED, "article": "第八十条（三）", "needs": "end_by_notice"}


class ExtendingActs:
    """The automatic extension of a term, what stands against it, and the end by notice while it lasts."""

    @step(
        "status", source=[S.ACTIVE, S.SUSPENDED], target=None, label="自动延长", article="第八十三条",
        who=permissions.the_system, needs="expiry.extension_months",
        checks=[checks.term_has_ended, rules.nothing_stands_against_it, rules.is_the_next_end],
    )  # fmt: skip
    def extend(self, until, on):
        """第八十三条：有效期内没有受到所列处理的，期满自动延长；连同延长期不超过总期限。"""
        self.extensions.create(order=self.extensions.count() + 1, started_on=on, ends_on=until)
        self.ends_on = until

    @step(
        "status", source=LIVE, target=None, label="登记行政处罚", article="第七十条", who=permissions.agency_leader,
        proposed=True, needs="fine",
        checks=[
            checks.not_in_the_future, rules.fine_is_within_its_limit, rules.served_after_it_was_decided,
            rules.decision_is_on_file, rules.not_recorded_yet, checks.reason_is_written,
        ],
    )  # fmt: skip
    def record_fine(
        self, authority, number, amount, decided_on, served_on, reason, on, application=None, proposal=None
    ):
        """第七十条：罚款由行政部门决定；门户登记决定书的文号、金额和送达日期。"""
        self.sanctions.create(
            kind="fine", article=self.terms.fine.article, reason=reason, authority=authority, number=number,
            amount=amount, decided_on=decided_on, served_on=served_on,
        )  # fmt: skip

    @step(
        "status", source=LIVE, target=None, label="通报批评", article="第六十三条", who=permissions.agency_leader,
        by_case=True, checks=[checks.not_in_the_future, rules.item_allows_criticism, checks.reason_is_written],
    )  # fmt: skip
    def criticise(self, item, reason, on, proposal=None):
        """第六十三条：查实所列情形，根据情节轻重给予通报批评；送达之日起，本期期满不再自动延长。"""
        self.sanctions.create(
            kind="criticism",
            article=item.article_label,
            reason=reason,
            authority=str(self.agency),
            decided_on=on,
        )

    @step(
        "status", source=[*LIVE, *ENDED], target=None, label="通报批评送达", article="第六十三条", who=permissions.the_system,
        checks=[rules.criticism_is_on_its_way],
    )  # fmt: skip
    def take_criticism_as_served(self, sanction, on):
        """第六十三条、第八十四条：通报批评收到之日；自此本期期满不再自动延长。"""
        sanction.served_on = on
        sanction.save(update_fields=["served_on"])

    @step(
        "status", source=LIVE, target=None, label="撤销登记的处理", article="第八十一条", who=permissions.agency_leader,
        proposed=True, needs="expiry.blocked_by",
        checks=[rules.some_sanction_stands, rules.sanction_stands, checks.not_in_the_future, checks.reason_is_written],
    )  # fmt: skip
    def lift_sanction(self, sanction, reason, on, proposal=None):
        """第八十一条：通报批评、行政处罚被复议、判决撤销的，不再妨碍自动延长；原来的登记留存。"""
        sanction.lifted_on, sanction.lifting_reason = on, reason
        sanction.save(update_fields=["lifted_on", "lifting_reason"])

    @step(
        "status", source=LIVE, target=None, label="通知终止", article="第八十条（三）", who=permissions.agency_leader,
        proposed=True, needs="end_by_notice",
        checks=[rules.is_being_extended, rules.no_notice_on_its_way, checks.not_in_the_future, checks.reason_is_written],
    )  # fmt: skip
    def announce_end(self, reason, on, by, proposal=None):
        """第八十条（三）：延长期内不能就修改的内容达成一致，甲方提出终止；书面通知到达乙方之日终止。"""
        self.end_notices.create(side="agency", reason=reason, given_on=on, given_by=by)

    @step(
        "status", **OVER, label="书面通知到达", who=permissions.the_system, checks=[rules.notice_is_on_its_way],
    )  # fmt: skip
    def end_on_arrival(self, notice, on):
        """第八十条（三）：终止的书面通知到达对方之日，协议终止。"""
        self._end_by(notice, on)

    @step(
        "status", **OVER, label="提出终止", who=permissions.institution_signatory,
        checks=[rules.is_being_extended, checks.reason_is_given],
    )  # fmt: skip
    def end_by_own_notice(self, reason, by):
        """第八十条（三）：延长期内乙方提出终止；经门户送交，当日到达甲方，协议当日终止。"""
        day = localdate()
        notice = self.end_notices.create(side="institution", reason=reason, given_on=day, given_by=by)
        self._end_by(notice, day)

    @step(
        "status", **OVER, label="登记乙方的终止通知", who=permissions.agency_leader, proposed=True,
        checks=[
            rules.is_being_extended, checks.not_in_the_future, rules.paper_notice_is_on_file, checks.reason_is_written,
        ],
    )  # fmt: skip
    def receive_end_notice(self, reason, on, by, application=None, proposal=None):
        """第八十条（三）：乙方的纸质通知，自收到之日终止。"""
        notice = self.end_notices.create(side="institution", reason=reason, given_on=on, given_by=by)
        self._end_by(notice, on)

    def _end_by(self, notice, on):
        notice.arrived_on = on
        notice.save(update_fields=["arrived_on"])
        reason = f"延长期内{notice.get_side_display()}书面通知终止：{notice.reason}"[:500]
        self._end("terminated", self.terms.end_by_notice.article, reason, on, UNCOUNTED)

    # ── what is true of it ──

    @property
    def running_since(self):
        """First day of the term, or of the extension, that runs now."""
        last = self.extensions.last()
        return last.started_on if last else self.starts_on

    @property
    def next_end(self):
        """The last day that an automatic extension would give it; None when the text gives none any more."""
        return next_end(self)
