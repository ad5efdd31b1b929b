"""The breach cases of cases.csv, each brought as far as its stage by those who may (第四条、第六条、第六十条至第七十五条)."""

from datetime import datetime, time, timedelta
from decimal import Decimal

from django.utils.timezone import make_aware

from agreements.demo.duties import build_duties
from agreements.gate import perform
from agreements.reports import actions as reports
from institutions.models import Role

from ..cases import actions, days
from ..cases.plan import Plan, Share
from ..models import BreachCase
from .people import lines, scan

TOLD = ("defence", "review", "decided", "served", "overdue", "closed")
HEARD = TOLD[1:]
DECIDED = TOLD[2:]
SERVED = TOLD[3:]


def build_cases(crew, inspections):
    """{key: BreachCase} as they stand. Papers are printed on the way, since only what is printed is served."""
    stories = [Story(crew, row, inspections) for row in lines("cases")]
    for stage in (Story.open, Story.tell, Story.hear, Story.decide, Story.finish):
        for story in stories:
            stage(story)
    crew.print_owed()
    # What stopped or ended an agreement brought duties, which its parties keep like those before.
    build_duties(crew.desk, {story.row.agreement: story.agreement for story in stories if story.stopped})
    return {story.row.key: story.fresh() for story in stories}


class Story:
    """One case on its way: every stage does its part if the row goes that far."""

    def __init__(self, crew, row, inspections):
        self.crew, self.row = crew, row
        self.agreement = crew.agreement(row.agreement)
        self.inspection = inspections.get(row.inspection)
        self.clerk = crew.desk.clerk_for(self.agreement)
        self.reviewer = crew.of_agency(Role.REVIEWER, self.agreement)
        self.leader = crew.of_agency(Role.LEADER, self.agreement)

    def fresh(self):
        return BreachCase.objects.get(pk=self.case.pk)

    def day(self, days):
        return self.crew.days_ago(self.agreement, days)

    # ── stages ──

    def open(self):
        row, on = self.row, self.day(self.row.opened)
        self.case = actions.open_case(
            self.agreement, by=self.clerk, source=row.source, title=row.title, clue=row.clue,
            inspection=self.inspection, on=on,
        )  # fmt: skip
        if row.stage == "clue":
            return
        case = perform(self.case.file, by=self.leader, remark="同意立案", on=on)
        investigators = f"{self.clerk.name}、{self.crew.inspectors[0].name}"
        case = perform(case.investigate, by=self.clerk, investigators=investigators, on=on)
        if row.item:
            perform(case.add_item, by=self.clerk, **self._item())
        if row.stage == "exempt":
            self._exempt()

    def tell(self):
        if self.row.stage in TOLD:
            perform(self.fresh().plan_handling, by=self.clerk, plan=self.plan())
            case = actions.notify(self.fresh(), by=self.reviewer, on=self.day(self.row.told))
            self.crew.print_as_of([case.notice_paper], self.day(self.row.told))

    def hear(self):
        """第六条：served, answered by the hospital where it wants to be heard; then the time runs out or is waived."""
        if self.row.stage not in TOLD:
            return
        received = self.day(int(self.row.told) - 1)
        self.crew.serve(self.fresh().notice_paper, received)
        if self.row.defence:
            operator = self.crew.operator(self.agreement)
            perform(
                self.fresh().defend,
                by=operator,
                text=self.row.defence,
                files=[scan("治疗记录.pdf")],
                on=received,
            )
        if self.row.stage in HEARD:
            self._close_the_hearing(received)
            self._propose()

    def decide(self):
        if self.row.stage not in DECIDED:
            return
        on = self.day(self.row.decided)
        actions.decide(self.fresh().open_handling, by=self.leader, on=on)
        self.crew.print_as_of(self.papers, on)

    @property
    def papers(self):
        """What the decision owes to the hospital."""
        case = self.fresh()
        return [case.decision_paper, case.demand_paper, *(one.paper for one in case.rectifications.all())]

    def finish(self):
        if self.row.stage not in SERVED:
            return
        served, case = self.day(int(self.row.decided) - 2), self.fresh()
        for paper in filter(None, self.papers):
            self.crew.serve(paper, served)
        if self.row.stage == "overdue":
            days.bring_rectification(
                case.rectifications.get(), case.rectifications.get().due_on + days.ONE_DAY
            )
        if self.row.stage == "closed":
            self._close(served)

    # ── what they are made of ──

    def _item(self):
        row, breaches = self.row, self.agreement.edition.breaches
        article = breaches.find(f"{row.item}{row.part}")[0].article
        if row.severity:
            article = breaches.measure_that("suspend").article
        return {
            "item": row.item, "part": row.part, "weighs_as": article, "severity": row.severity,
            "severity_reason": row.severity and row.clue, "overlap_reason": row.overlap, "facts": row.facts, "amount": Decimal(row.amount), "department": None,
            "staff": self.crew.staff(self.agreement, row.staff),
        }  # fmt: skip

    def plan(self):
        """From the measures of the row, beginning on the day of the decision."""
        row, taken = self.row, self.row.measures.split()
        on = self.day(row.decided or int(row.told) - 10)
        given = {"interview": "interview" in taken, "hold": "hold" in taken}
        if "recover" in taken:
            claimed = row.damages if "damages" in taken else 0
            given["shares"] = (Share(1, recover=Decimal(row.amount), damages=Decimal(claimed)),)
        if "rectify" in taken:
            given["rectify_by"] = on + timedelta(days=int(row.days))
        if whole := next((name for name in ("suspend", "rescind") if name in taken), ""):
            given |= {"whole": whole, "item": 1, "aftercare": self._aftercare()}
        if whole == "suspend":
            given["until"] = on + timedelta(days=int(row.days))
        return Plan(on=on, reason=row.facts, **given)

    @property
    def stopped(self):
        return self.row.stage in DECIDED and {*self.row.measures.split()} & {"suspend", "rescind"}

    def _aftercare(self):
        counted = {"inpatients": int(self.row.inpatients), "unsettled": int(self.row.unsettled)}
        return tuple({**counted, "handover_number": ""}.items())

    def _close_the_hearing(self, on):
        case = self.fresh()
        for defence in case.defences.all():
            perform(
                case.consider_defence, by=self.clerk, defence=defence, adopted="part", opinion=self.row.opinion, on=on
            )  # fmt: skip
        if not case.window_is_over(self.day(self.row.decided)):
            by = self.crew.signatory(self.agreement)
            perform(self.fresh().waive_defence, by=by, files=[scan("放弃陈述申辩的声明.pdf")], on=on)

    def _propose(self):
        on = self.day(self.row.decided)
        collective = {}
        if "rescind" in self.row.measures:
            collective = {
                "minutes": f"{on.year}年第{on.month}次集体审议会议纪要", "minutes_files": [scan("集体审议纪要.pdf")],
            }  # fmt: skip
        handling = actions.propose(
            self.fresh(), by=self.clerk, outcome="handle", plan=self.plan(), on=on, **collective
        )
        perform(handling.review, by=self.reviewer, remark="事实清楚，同意")

    def _exempt(self):
        """第七十五条：what the hospital reported by itself, and has returned."""
        row, on = self.row, self.day(self.row.opened)
        facts = {
            "found_on": on, "what": row.facts, "item_code": row.item, "amount": Decimal(row.amount), "returned_on": on,
        }  # fmt: skip
        report = reports.file_self_check(
            self.agreement,
            by=self.crew.operator(self.agreement),
            facts=facts,
            files=[scan("退费凭证.pdf")],
            on=on,
        )
        decided = self.day(row.decided)
        nothing = Plan(on=decided, reason="自查发现，费用已经退回，符合免予处理的条件")
        handling = actions.propose(
            self.fresh(), by=self.clerk, outcome="exempt", plan=nothing, report=report, on=decided
        )
        handling = perform(handling.review, by=self.reviewer, remark="退费凭证齐全，同意")
        actions.decide(handling, by=self.leader, on=decided)

    def _close(self, served):
        case = perform(self.fresh().carry_out, by=self.clerk, on=served)
        self._interview(case, served)
        rectification = case.rectifications.get()
        on = max(served, rectification.due_on - timedelta(days=3))
        rectification = actions.submit_rectification(
            rectification, by=self.crew.operator(self.agreement), on=on, files=[scan("整改材料.pdf")],
            report="投诉渠道已在门诊大厅公布，三件投诉均已答复，指定专人五日内办理",
        )  # fmt: skip
        perform(rectification.check_once, by=self.clerk, opinion="现场核对，三件投诉已答复", on=on)
        rectification.refresh_from_db()
        actions.accept_rectification(rectification, by=self.reviewer, on=on)
        perform(self.fresh().close, by=self.reviewer, reason="约谈、整改均已办结", on=on)

    def _interview(self, case, on):
        principal = self.agreement.institution.current.legal_representative
        interview = actions.call_interview(
            case, by=self.clerk, persons=principal, place="市医保经办服务中心三楼会议室",
            at=make_aware(datetime.combine(on, time(15))), matters=self.row.title, on=on,
        )  # fmt: skip
        actions.hold_interview(
            interview, by=self.clerk, present=f"{principal}、{self.clerk.name}、{self.reviewer.name}",
            minutes="医院说明了投诉没有及时办理的原因，承诺限期整改并公布渠道", files=[scan("约谈记录.pdf")], on=on,
        )  # fmt: skip
