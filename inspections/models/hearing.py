from agreements import checks as common
from agreements.clocks.actions import about_of, stop_clocks
from agreements.clocks.named import drop_clocks_about
from agreements.gate import step
from agreements.models import Attachment

from ..cases import checks as rules
from ..cases import permissions
from ..cases.states import HEARD
from ..cases.states import CaseStatus as S

SERVED = "intended_handling_served"


class HearingActs:
    """What is intended is told, and the hospital is heard before anything is decided (第六条第三项)."""

    @step(
        "status", source=[S.INVESTIGATING], target=S.NOTIFIED, label="发出拟处理告知书", article="第六条",
        who=permissions.reviewer_or_leader,
        checks=[rules.something_is_established, rules.handling_is_planned, rules.not_who_planned_it, common.not_in_the_future],
    )  # fmt: skip
    def notify(self, on, by):
        """第六条（三）：告知事实、依据、拟作的处理，以及陈述、申辩的权利；时限自收到起算。"""
        self.notified_on, self.notified_by, self.waived_on = on, by, None

    @step(
        "status", source=[S.NOTIFIED], target=S.DEFENCE, label="进入陈述申辩期", article="第六条", who=permissions.the_system,
    )  # fmt: skip
    def begin_defence(self, on):
        """第六条（三）、第八十四条：告知书收到之日的次日起算，不自印出、送出起算。"""

    @step(
        "status", source=HEARD, target=S.INVESTIGATING, label="退回调查", article="第六条",
        who=permissions.reviewer_or_leader, checks=[common.reason_is_given, common.not_in_the_future],
    )  # fmt: skip
    def investigate_again(self, reason, on):
        """第六条（三）：申辩有理、要加重处理或事实有变的，退回调查；处理有变的重新告知。"""
        if self.notice_paper:
            drop_clocks_about(self.agreement, SERVED, on, about_of(self.notice_paper))
        self.intended, self.notice_paper, self.waived_on = {}, None, None  # only a new notice counts

    @step(
        "status", source=HEARD, target=None, label="提出陈述申辩", article="第六条",
        who=permissions.institution_side,
        checks=[rules.not_waived_yet, rules.window_is_open, rules.defence_says_something, common.not_in_the_future],
    )  # fmt: skip
    def defend(self, text, files, on, by):
        """第六条（三）：乙方对拟处理提出陈述、申辩。"""
        defence = self.defences.create(text=text, filed_by=by, filed_on=on)
        defence.attachments.add(*Attachment.keep(self.agreement, files, by))

    @step(
        "status", source=HEARD, target=None, label="书面放弃陈述申辩", article="第六条",
        who=permissions.clerk_or_signatory,
        checks=[rules.not_waived_yet, rules.waiver_is_in_writing, common.not_in_the_future],
    )  # fmt: skip
    def waive_defence(self, files, on, by):
        """第六条（三）：乙方书面放弃陈述、申辩的，凭签章的书面材料。"""
        self.waived_on, self.waived_by = on, by
        self.waiver_files.add(*Attachment.keep(self.agreement, files, by))

    @step(
        "status", source=HEARD, target=None, label="审议陈述申辩", article="第六条",
        who=permissions.agency_clerk, checks=[rules.defence_awaits_an_answer, common.not_in_the_future],
    )  # fmt: skip
    def consider_defence(self, defence, adopted, opinion, on, by):
        """第六条（三）：逐件写明审议意见，采纳、部分采纳或不采纳及理由。"""
        defence.adopted, defence.opinion, defence.considered_by, defence.considered_on = (
            adopted,
            opinion,
            by,
            on,
        )
        defence.save(update_fields=["adopted", "opinion", "considered_by", "considered_on"])

    @property
    def intended_paper(self):
        """The notice of intended handling that counts now, or None."""
        return self.notice_paper if self.notified_on else None

    @property
    def window(self):
        """第六条：the clock of the hearing, or None while the notice has not been received."""
        if self.intended_paper is None:
            return None
        return self.agreement.deadlines.filter(event=SERVED, about=about_of(self.intended_paper)).first()

    @property
    def defence_ends_on(self):
        return self.window.due_on if self.window else None

    @property
    def window_ends(self):
        """When the hospital's time is over, in words for a refusal."""
        if self.window is None:
            return "送达后的期限"
        return f"{self.window.due_on}{'（预计，先登记当年放假安排）' if self.window.provisional else ''}"

    def window_is_over(self, on):
        """Whether the hospital's time has run out on this day; never while its last day is not certain."""
        window = self.window
        return window is not None and not window.provisional and on > window.due_on

    def end_window(self, on):
        stop_clocks(self.agreement, SERVED, on, about=[about_of(self.intended_paper)])

    def drop_window(self, on):
        """Time that ran out unused is no duty left undone: nothing of it stays on the boards."""
        if self.intended_paper:
            drop_clocks_about(self.agreement, SERVED, on, about_of(self.intended_paper))
