import json
from decimal import Decimal

from django.utils import timezone

from agreements import checks as common
from agreements.gate import step
from agreements.models import Attachment

from .. import checks, permissions
from ..sampling import draw, numbered_cases
from ..states import COMING
from ..states import InspectionStatus as S


class FieldworkActs:
    """What the team does on the spot; nothing of it reaches the hospital before the result is fixed."""

    @step(
        "status", source=COMING, target=S.UNDERWAY, label="开始核查", article="第五十七条", who=permissions.team_member,
        checks=[checks.case_still_counts, checks.has_a_team, checks.hospital_is_notified, common.not_in_the_future],
    )  # fmt: skip
    def start(self, on):
        """第五十七条：两名以上核查人员出示证件后开始；不定期核查可以不事先通知。"""
        self.began_on = on

    @step(
        "status", source=[S.UNDERWAY], target=None, label="登记现场核查", article="第五十七条", who=permissions.team_member,
        checks=[
            common.not_in_the_future, checks.not_before_the_beginning, checks.visitors_are_of_the_team,
            checks.enough_went_together,
        ],
    )  # fmt: skip
    def record_visit(self, on, place, members, met, note, files, by):
        """第五十七条：两名以上核查人员到现场，记下到了哪里、见了谁、看了什么，附照片和笔录。"""
        order = self.visits.count() + 1
        visit = self.visits.create(order=order, on=on, place=place, met=met, note=note, recorded_by=by)
        visit.members.set(members)
        visit.attachments.add(*Attachment.keep(self.agreement, files, by, internal=True))

    @step(
        "status", source=[S.NOTIFIED, S.UNDERWAY], target=None, label="调取资料", article="第五十七条",
        who=permissions.planner_or_team, checks=[common.not_in_the_future, checks.due_day_is_ahead],
    )  # fmt: skip
    def ask_for_evidence(self, what, due_on, on, by):
        """第五十七条、第四条：书面写明要提供的资料和最迟的日期。"""
        order = self.evidence_requests.count() + 1
        self.evidence_requests.create(what=what, due_on=due_on, asked_on=on, asked_by=by, order=order)

    @step(
        "status", source=[S.UNDERWAY], target=None, label="登记清单", article="第五十七条",
        who=permissions.team_member, checks=[checks.lines_are_of_the_list],
    )  # fmt: skip
    def record_checks(self, results, by):
        """第五十七条：逐项核查履行协议的情况。`results`：{item: [result, note]}。"""
        for line in self.checklist.filter(item__in=results):
            line.result, line.note = results[line.item]
            line.checked_by, line.checked_at = by, timezone.now()
            line.save(update_fields=["result", "note", "checked_by", "checked_at"])

    @step(
        "status", source=[S.UNDERWAY], target=None, label="随机抽样", article="第三十七条", needs="audit",
        who=permissions.team_member, checks=[checks.there_is_something_to_draw],
    )  # fmt: skip
    def draw_sample(self, about, population, cases, seed, by):
        """第三十七条：随机抽取，比例按协议，结果可以照种子重算。`cases`：名单的 JSON，没有名单的按编号。"""
        terms, named = self.agreement.terms.audit, json.loads(cases) if cases else []
        found = draw(
            named or numbered_cases(population), terms.inpatient_sample_rate, terms.sample_minimum, seed
        )
        self.samples.create(
            order=self.samples.count() + 1, about=about, population=population, cases=named, seed=seed,
            population_sha256=found.population_sha256, rate=terms.inpatient_sample_rate,
            minimum=terms.sample_minimum, size=found.size, chosen=list(found.chosen), drawn_by=by,
        )  # fmt: skip

    @step(
        "status", source=[S.UNDERWAY], target=None, label="登记问题", article="第五十七条", who=permissions.team_member,
        checks=[
            checks.item_is_in_the_catalogue, checks.choice_is_reasoned, checks.where_is_of_the_hospital,
            checks.span_is_in_order,
        ],
    )  # fmt: skip
    def add_finding(self, item, part, facts, files, by, department=None, staff=None, period_from=None, period_to=None,
                    cases=0, amount=Decimal(0), choice_reason=""):  # fmt: skip
        """第五十七条：登记查出的问题，对应违约情形的一项，附照片和材料。"""
        last = self.findings.order_by("order").last()
        finding = self.findings.create(
            order=last.order + 1 if last else 1, item=item, part=part, facts=facts, department=department, staff=staff,
            period_from=period_from, period_to=period_to, cases=cases, amount=amount, choice_reason=choice_reason,
        )  # fmt: skip
        finding.evidence.add(*Attachment.keep(self.agreement, files, by, internal=True))

    @step(
        "status", source=[S.UNDERWAY], target=None, label="修改问题", article="第五十七条", who=permissions.team_member,
        checks=[
            checks.finding_is_of_this, checks.item_is_in_the_catalogue, checks.choice_is_reasoned,
            checks.where_is_of_the_hospital, checks.span_is_in_order,
        ],
    )  # fmt: skip
    def change_finding(self, finding, item, part, facts, files, by, department=None, staff=None, period_from=None,
                       period_to=None, cases=0, amount=Decimal(0), choice_reason=""):  # fmt: skip
        """第五十七条：结果固定之前可以改，改动记入事项记录。"""
        kept = {"item": item, "part": part, "facts": facts, "department": department, "staff": staff,
                "period_from": period_from, "period_to": period_to, "cases": cases, "amount": amount,
                "choice_reason": choice_reason}  # fmt: skip
        for name, value in kept.items():
            setattr(finding, name, value)
        finding.save(update_fields=list(kept))
        finding.evidence.add(*Attachment.keep(self.agreement, files, by, internal=True))

    @step(
        "status", source=[S.UNDERWAY], target=None, label="删去问题", article="第五十七条", who=permissions.team_member,
        checks=[checks.finding_is_of_this, common.reason_is_given],
    )  # fmt: skip
    def drop_finding(self, finding, reason):
        """第五十七条：核实后不成立的问题删去，写明原因；附件保留。"""
        finding.evidence.clear()
        finding.delete()
