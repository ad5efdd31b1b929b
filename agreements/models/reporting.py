from .. import checks, clocks, permissions
from .. import report_checks as rules
from ..gate import step
from ..status import ENDED, LIVE


class ReportingActs:
    """What the hospital reports, as it is filed: each opens a record of its own (第七、七十三、七十五、八十二条)."""

    @step(
        "status", source=LIVE, target=None, label="报送行政处罚", article="第七条", who=permissions.institution_side,
        checks=[rules.penalty_report_is_whole, rules.nothing_lies_ahead, rules.not_reported_yet, checks.not_in_the_future],
    )  # fmt: skip
    def file_penalty_report(self, facts, files, on, by):
        """第七条（六）：决定书送达之日起规定的日数内报送；逾期的也收下并注明。"""
        reports = self.penaltyreports
        late = reports.model.is_late_for(self, facts["served_on"], on)
        self._file(reports, facts, files, on, by, late=late)

    @step(
        "status", source=LIVE, target=None, label="提交自查自纠报告", article="第七条、第七十五条",
        who=permissions.institution_side,
        checks=[rules.self_check_is_whole, rules.nothing_lies_ahead, checks.not_in_the_future],
    )  # fmt: skip
    def file_self_check(self, facts, files, on, by):
        """第七条（七）、第七十五条：定期自查；自查发现的违约，主动清退费用并提交整改资料。"""
        reports = self.selfcheckreports
        label = reports.model.label_of(self, facts["item_code"])
        self._file(reports, facts, files, on, by, item_label=label)

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
        self._file(self.displayproofs, facts, files, on, by, deadline=deadline, late=on > deadline.due_on)
        clocks.wait_from(deadline, on)

    def _file(self, reports, facts, files, on, by, **more):
        report = reports.create(filed_by=by, filed_on=on, **facts, **more)
        report.attachments.add(*self.attachments.model.keep(self, files, by))
