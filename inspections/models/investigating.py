from agreements import checks as common
from agreements.gate import step

from ..cases import checks as rules
from ..cases import permissions
from ..cases import plan_checks as planned
from ..cases.states import CaseStatus as S

ITEM = [
    rules.item_is_the_hospitals, rules.escalation_is_grounded, rules.overlap_is_explained,
    rules.people_are_the_hospitals, rules.amount_is_not_negative, rules.facts_are_written,
]  # fmt: skip


class InvestigatingActs:
    """From the clue to what is established; the hospital does not see the case yet (第六十一条至第六十七条)."""

    @step(
        "status", source=[S.CLUE], target=S.FILED, label="立案", article="第四条",
        who=permissions.agency_leader, checks=[rules.not_who_opened_it, common.not_in_the_future],
    )  # fmt: skip
    def file(self, remark, on, by):
        """第四条（五）：对违约行为进行调查、处理；由负责人批准立案。"""
        self.filed_by, self.filed_on, self.filing_remark = by, on, remark

    @step(
        "status", source=[S.CLUE], target=S.NOT_ESTABLISHED, label="不予立案", article="第四条",
        who=permissions.agency_leader,
        checks=[rules.not_who_opened_it, common.reason_is_given, common.not_in_the_future],
    )  # fmt: skip
    def dismiss(self, reason, on, by):
        """第四条（五）：线索不足的，不予立案，写明理由。"""
        self.closed_on, self.closing_reason = on, reason

    @step(
        "status", source=[S.FILED], target=S.INVESTIGATING, label="开始调查", article="第四条",
        who=permissions.agency_clerk, checks=[common.not_in_the_future],
    )  # fmt: skip
    def investigate(self, investigators, on, by):
        """第四条（五）：由经办调查，写明调查人员。"""
        self.investigators, self.handler = investigators, by

    @step(
        "status", source=[S.INVESTIGATING], target=None, label="认定违约情形", article="第六十三条至第六十七条",
        who=permissions.agency_clerk, checks=ITEM,
    )  # fmt: skip
    def add_item(
        self,
        item,
        part,
        weighs_as,
        severity,
        severity_reason,
        overlap_reason,
        facts,
        amount,
        department,
        staff,
    ):
        """第六十三条至第六十七条：写明哪一条哪一项、事实、违规费用；按较重条款的写明升格事由和理由。"""
        self.items.create(
            order=self.next_order, item=item, part=part, weighs_as=weighs_as, severity=severity,
            severity_reason=severity_reason, overlap_reason=overlap_reason, facts=facts, amount=amount,
            department=department, staff=staff,
        )  # fmt: skip

    @step(
        "status", source=[S.INVESTIGATING], target=None, label="重新认定违约情形", article="第六十三条至第六十七条",
        who=permissions.agency_clerk, checks=[rules.item_is_of_this_case, *ITEM],
    )  # fmt: skip
    def weigh_item(
        self,
        row,
        item,
        part,
        weighs_as,
        severity,
        severity_reason,
        overlap_reason,
        facts,
        amount,
        department,
        staff,
    ):
        """第六十三条至第六十七条：调查中改认定；原来写的留在事项记录里。"""
        values = {
            "item": item, "part": part, "weighs_as": weighs_as, "severity": severity, "severity_reason": severity_reason,
            "overlap_reason": overlap_reason, "facts": facts, "amount": amount, "department": department, "staff": staff,
        }  # fmt: skip
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))

    @step(
        "status", source=[S.INVESTIGATING], target=None, label="撤去违约情形", article="第六十三条至第六十七条",
        who=permissions.agency_clerk, checks=[rules.item_is_of_this_case, common.reason_is_given],
    )  # fmt: skip
    def remove_item(self, row, reason):
        """第六十三条至第六十七条：查不实的一项，写明理由后撤去，处理意见重新拟定；原来写的留在事项记录里。"""
        row.delete()
        self.intended, self.planned_by = {}, None

    @step(
        "status", source=[S.INVESTIGATING], target=None, label="拟定处理意见", article="第六十三条至第六十七条",
        who=permissions.agency_clerk,
        checks=[
            rules.something_is_established, planned.some_measure_is_taken, planned.plan_is_allowed, planned.hold_has_a_rectification,
        ],
    )  # fmt: skip
    def plan_handling(self, plan, by):
        """第六十三条至第六十七条：拟定处理意见，只取所依条款给的措施。"""
        self.intended, self.planned_by = plan.kept(), by

    @property
    def next_order(self):
        last = self.items.order_by("-order").first()
        return last.order + 1 if last else 1
