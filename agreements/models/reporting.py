from .. import checks, permissions
from ..applications import clocks as application_clocks
from ..clocks import actions as clocks
from ..gate import step
from ..numbers import decision_of
from ..reports import checks as rules
from ..status import ENDED, LIVE


class ReportingActs:
    """What the hospital reports, as it is filed: each opens a record of its own (第七、七十三、七十五、八十二条)."""

    @step(
        "status", source=LIVE, target=None, label="报送行政处罚", needs="penalty_report", article="第七条", who=permissions.institution_side,
        checks=[rules.penalty_report_is_whole, rules.nothing_lies_ahead, rules.not_reported_yet, checks.not_in_the_future],
    )  # fmt: skip
    def file_penalty_report(self, facts, files, on, by):
        """第七条（六）：决定书送达之日起规定的日数内报送；逾期的也收下并注明。"""
        report = self._file(self.penaltyreports, facts, files, on, by, late=self.penalty_is_late(facts, on))
        self.join_known_penalty(report)

    @step(
        "status", source=LIVE, target=None, label="登记获知的行政处罚", needs="penalty_report", article="第四条、第七条",
        who=permissions.clerk_or_authority, checks=[rules.was_served, rules.penalty_is_new, checks.not_in_the_future],
    )  # fmt: skip
    def note_penalty(self, source, authority, decision_number, served_on, on, by):
        """第四条（七）、第七条（六）：从其他途径获知的处罚，乙方没有报送的，报送时限自决定书送达之日起照样计算。"""
        record = self.penaltyrecords.create(
            source=source, authority=authority, decision_number=decision_number, served_on=served_on, noted_on=on,
            noted_by=by,
        )  # fmt: skip
        clocks.start_clocks(self, self.penaltyreports.model.EVENT, served_on, clocks.about_of(record))

    @step(
        "status", source=LIVE, target=None, label="提交自查自纠报告", needs="self_report", article="第七条、第七十五条",
        who=permissions.institution_side,
        checks=[
            rules.self_check_is_whole, rules.nothing_lies_ahead, rules.self_check_is_new, checks.not_in_the_future,
        ],
    )  # fmt: skip
    def file_self_check(self, facts, files, on, by):
        """第七条（七）、第七十五条：定期自查；自查发现的违约，主动清退费用并提交整改资料。"""
        reports = self.selfcheckreports
        label = reports.model.label_of(self, facts["item_code"])
        named_on = on if facts["item_code"] else None
        self._file(reports, facts, files, on, by, item_label=label, named_on=named_on)

    @step(
        "status", source=[*LIVE, *ENDED], target=None, label="提交公告证明", article="第七十三条、第八十二条",
        who=permissions.institution_side,
        checks=[
            rules.proof_is_asked_for, rules.proof_is_still_asked_for, rules.no_proof_is_waiting, rules.proof_is_whole,
            rules.nothing_lies_ahead, rules.shown_after_it_began, checks.not_in_the_future,
        ],
    )  # fmt: skip
    def file_display_proof(self, deadline, facts, files, on, by):
        """第七十三条、第八十二条：公告、摘牌后，以照片为证；甲方核对期间时限暂停。"""
        late = self.displayproofs.model.is_late_for(deadline, facts["shown_on"], on)
        self._file(self.displayproofs, facts, files, on, by, deadline=deadline, late=late)
        application_clocks.wait_from(deadline, on)

    def _file(self, reports, facts, files, on, by, **more):
        report = reports.create(filed_by=by, filed_on=on, **facts, **more)
        report.attachments.add(*self.attachments.model.keep(self, files, by))
        return report

    # ── penalties that became known otherwise ──

    def known_penalties(self, decision_number):
        """(the hospital's report, the record made here) of this decision, each None where there is none."""
        rows = (self.penaltyreports, self.penaltyrecords)
        return tuple(decision_of(found.all(), decision_number) for found in rows)

    def penalty_is_late(self, facts, on):
        """From the day of service on record here, where there is one, and else from the one that the hospital names."""
        _, record = self.known_penalties(facts["decision_number"])
        served_on = record.served_on if record else facts["served_on"]
        return self.penaltyreports.model.is_late_for(self, served_on, on)

    def join_known_penalty(self, report):
        """第四条（七）：what is on record of the reported decision counts as reported, and its clock is met."""
        _, record = self.known_penalties(report.decision_number)
        report.records.update(report=None)  # a report that was refiled may name another decision now
        if record:
            self.penaltyrecords.filter(pk=record.pk).update(report=report)
            clocks.stop_clocks(self, report.EVENT, report.filed_on, about=[clocks.about_of(record)])
