from agreements import checks as common
from agreements.gate import step

from .. import checks, permissions
from ..states import ANSWERED, COMING
from ..states import InspectionStatus as S


class PlanningActs:
    """The acts of the agency about an inspection: plan, notify, call off, close."""

    @step(
        "status", source=[S.PLANNED], target=None, label="安排核查", article="第五十七条", who=permissions.planner,
        checks=[
            checks.case_still_counts, checks.is_new, checks.team_is_large_enough, checks.third_party_is_named,
            checks.accounts_last, checks.scope_is_of_the_hospital,
        ],
    )  # fmt: skip
    def plan(
        self, kind, title, signal, period_from, period_to, planned_on, third_party, departments, staff, team
    ):
        """第五十七条：甲方或委托的第三方机构定期、不定期核查，范围可及科室和医务人员；清单取自违约情形目录和文本要求配备的人员。"""
        self.set_scope(departments, staff, team)
        lines, wanted = self.checklist.model, self.what_to_check()
        lines.objects.bulk_create(
            lines(inspection=self, order=order, item=code) for order, code in enumerate(wanted, start=1)
        )

    def what_to_check(self):
        """The codes of the checklist: the people to be named, where the text asks for them, then the breach items."""
        grade, items = (
            self.agreement.institution.current.grade,
            self.agreement.edition.breaches.items.values(),
        )
        contacts = [self.checklist.model.CONTACTS] if self.agreement.terms.contacts else []
        return contacts + [one.code for one in items if one.against == "institution" and one.concerns(grade)]

    @step(
        "status", source=[S.PLANNED], target=None, label="修改计划", article="第五十七条", who=permissions.planner,
        checks=[
            checks.team_is_large_enough, checks.third_party_is_named, checks.accounts_last, checks.scope_is_of_the_hospital,
        ],
    )  # fmt: skip
    def revise_plan(
        self, title, signal, period_from, period_to, planned_on, third_party, departments, staff, team
    ):
        """第五十七条：通知之前修改时段、范围、核查组。"""
        self.title, self.signal, self.third_party = title, signal, third_party
        self.period_from, self.period_to, self.planned_on = period_from, period_to, planned_on
        self.set_scope(departments, staff, team)

    def set_scope(self, departments, staff, team):
        """Whom it reaches and who goes: `team` is [{user, certificate, leads}]."""
        self.departments.set(departments)
        self.staff.set(staff)
        self.members.all().delete()
        for seat in team:
            self.members.create(name=seat["user"].name, **seat)
        self.__dict__.pop("team", None)

    @step(
        "status", source=[S.PLANNED], target=S.NOTIFIED, label="通知乙方", article="第五十七条",
        who=permissions.planner, checks=[checks.case_still_counts, checks.has_a_team, common.not_in_the_future],
    )  # fmt: skip
    def notify(self, on):
        """第五十七条：通知乙方核查的时间、范围和要准备的资料，不妨碍其正常工作秩序。"""
        self.notified_on = on

    @step(
        "status", source=COMING, target=S.CANCELLED, label="取消核查", article="第五十七条", who=permissions.planner,
        checks=[common.reason_is_given, common.not_in_the_future],
    )  # fmt: skip
    def cancel(self, reason, on):
        """第五十七条：开始之前取消，写明原因。"""
        self.closing_reason = reason

    @step(
        "status", source=ANSWERED, target=S.ARCHIVED, label="归档", article="第五十七条", who=permissions.planner,
        checks=[checks.sheet_is_whole, common.not_in_the_future],
    )  # fmt: skip
    def archive(self, remark, on):
        """第五十七条：不需要按违约处理的，归档。"""
        self.closing_reason = remark

    @step(
        "status", source=ANSWERED, target=S.TRANSFERRED, label="转违约案件", article="第五十七条",
        who=permissions.planner, checks=[checks.sheet_is_whole, checks.something_was_found, common.not_in_the_future],
    )  # fmt: skip
    def transfer(self, on):
        """第五十七条、第六十二条至第六十七条：查出的问题转违约案件处理；拒签不影响处理。"""
