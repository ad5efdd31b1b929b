from django_fsm import RETURN_VALUE

from agreements import checks as common
from agreements.gate import step
from agreements.models import Attachment

from ..cases import checks as rules
from ..cases import permissions
from ..cases import plan_checks as planned
from ..cases import undoing_checks as undoing
from ..cases.plan import damages_cap, extra_by_item, item_that_gives
from ..cases.states import AFTER_DECISION
from ..cases.states import CaseStatus as S
from ..cases.words import measures_in_words


class DecidingActs:
    """Proposed, reviewed, decided by three people; served; carried out; closed (第六十三条至第七十条、第七十五条)."""

    @step(
        "status", source=[S.INVESTIGATING, S.DEFENCE], target=S.REVIEW, label="提请处理", article="第六条",
        who=permissions.agency_clerk,
        checks=[
            common.not_in_the_future, rules.handling_was_heard, rules.hearing_is_done, rules.every_defence_is_considered,
            rules.takes_no_effect_before_it_is_proposed,
            planned.proposed_plan_is_allowed, planned.held_payment_is_settled_if_any, rules.no_heavier_than_notified,
            rules.rescission_is_collective, rules.exemption_stands,
        ],
    )  # fmt: skip
    def propose_handling(self, outcome, plan, report, minutes, minutes_files, on, by):
        """第六条、第六十三条至第六十七条、第七十五条：陈述、申辩期满，提请处理、不成立或自查免责；解除的附集体讨论纪要。"""
        self.back_to = self.status
        self.drop_window(on)
        handling = self.handlings.create(
            outcome=outcome, plan=plan.kept(), report=report, minutes=minutes.strip(), proposed_by=by, proposed_on=on,
            damages=plan.damages, cap=damages_cap(self, plan.on),
        )  # fmt: skip
        handling.minutes_files.add(*Attachment.keep(self.agreement, minutes_files or [], by, internal=True))

    @step(
        "status", source=[S.REVIEW], target=RETURN_VALUE(S.INVESTIGATING, S.DEFENCE), label="收回处理呈批", article="办审分离",
        who=permissions.handling_people, checks=[rules.no_handling_is_open],
    )  # fmt: skip
    def take_back(self, on):
        """办审分离：呈批退回或撤回后，案件回到提请之前。"""
        return self.back_to

    @step(
        "status", source=[S.REVIEW], target=S.DECIDED, label="作出处理决定", article="第六十三条至第六十七条",
        who=permissions.agency_leader, checks=[rules.handling_is_decided],
    )  # fmt: skip
    def decide(self, handling, after_check, on, by):
        """第六十三条至第六十七条：负责人决定；应缴的违规费用和违约金逐项分列，限期整改、约谈随之建立。"""
        plan, self.after_check = handling.typed_plan, after_check
        self.decided_on, self.decided_by, self.decision = on, by, handling
        named = {item.order: f"{item.ground}{item.label}"[:200] for item in self.items.all()}
        for kind, name in (("fees", "recover"), ("damages", "damages")):
            for order, amount in plan.by_item(name):
                self.recoveries.create(kind=kind, amount=amount, order=order, about=named.get(order, ""))
        for order, amount in extra_by_item(plan, self):
            self.recoveries.create(kind="extra", amount=amount, order=order, about=named.get(order, ""))
        for person in plan.warned:
            self.warnings.create(
                staff_id=person, article=item_that_gives(self, "warning", plan.on).ground, on=on
            )
        if plan.rectify_by:
            self._order_rectification(plan, on)

    def _order_rectification(self, plan, on):
        own = self.agreement.payment_holds.filter(released_on=None, article=self.agreement.terms.hold_article)
        hold = own.order_by("pk").last() if plan.hold else None
        stop = (
            self.agreement.open_suspensions.filter(cause="breach").last() if plan.whole == "suspend" else None
        )
        self.rectifications.create(
            problems=self.facts_in_words[:2000], requirement=plan.reason, due_on=plan.rectify_by, ordered_on=on,
            hold=hold, suspension=stop,
        )  # fmt: skip

    @step(
        "status", source=[S.REVIEW], target=S.NOT_ESTABLISHED, label="认定不成立", article="第六十一条",
        who=permissions.agency_leader, checks=[rules.handling_is_decided],
    )  # fmt: skip
    def find_nothing(self, handling, on, by):
        """第六十一条：没有查实的，暂停拨付和核查中止随之结束，告知乙方。"""
        self._close(handling, on, by)

    @step(
        "status", source=[S.REVIEW], target=S.EXEMPT, label="自查免责", article="第七十五条",
        who=permissions.agency_leader, checks=[rules.handling_is_decided],
    )  # fmt: skip
    def exempt(self, handling, on, by):
        """第七十五条：乙方自查发现并已改正、退回费用的，不再给予其他协议处理；骗取基金的除外。"""
        self._close(handling, on, by)

    def _close(self, handling, on, by):
        self.decided_on, self.decided_by, self.decision = on, by, handling
        self.closed_on, self.closing_reason = on, handling.typed_plan.reason

    @step(
        "status", source=[S.DECIDED], target=S.SERVED, label="决定书送达", article="第八十四条", who=permissions.the_system,
    )  # fmt: skip
    def mark_served(self, on):
        """第八十四条：处理决定书收到之日。"""
        self.served_on = on

    @step(
        "status", source=[S.SERVED], target=S.CARRYING_OUT, label="转执行", article="第六十条",
        who=permissions.agency_clerk, checks=[common.not_in_the_future],
    )  # fmt: skip
    def carry_out(self, on):
        """第六十条、第六十三条：缴款、整改等由乙方履行，甲方跟踪。"""

    @step(
        "status", source=[S.SERVED, S.CARRYING_OUT], target=S.CLOSED, label="结案", article="第六十条",
        who=permissions.reviewer_or_leader, checks=[rules.nothing_is_left, common.reason_is_given, common.not_in_the_future],
    )  # fmt: skip
    def close(self, reason, on, by):
        """第六十条至第六十七条：缴清、整改验收、约谈办完，结案归档。"""
        self.closed_on, self.closing_reason = on, reason

    @step(
        "status", source=[*AFTER_DECISION, S.CLOSED], target=RETURN_VALUE(S.INVESTIGATING, S.NOT_ESTABLISHED), label="重新办理",
        article="第八十一条", who=permissions.agency_leader,
        checks=[
            undoing.result_asks_for_it, undoing.result_is_of_this_decision, undoing.result_leaves_the_choice, undoing.no_payment_waits,
            common.reason_is_given, common.not_in_the_future,
        ],
    )  # fmt: skip
    def reopen(self, dispute, again, reason, on):
        """第八十一条：复议、诉讼撤销、变更处理或责令重新处理的，原决定留存并注明，案件退回调查；不再处理的，按不成立了结。"""
        handling = self.decision
        handling.quashed_by, handling.quashed_on, handling.paper = dispute, on, self.decision_paper
        handling.quashed_words = measures_in_words(handling.typed_plan, self)  # its items may be weighed anew
        handling.save(update_fields=["quashed_by", "quashed_on", "quashed_words", "paper"])
        self.decision = self.decided_by = self.decided_on = self.served_on = None
        self.notice_paper = self.decision_paper = self.demand_paper = None
        self.intended, self.planned_by, self.waived_on = {}, None, None  # only a new notice counts
        self.closed_on, self.closing_reason = (None, "") if again else (on, reason)
        return S.INVESTIGATING if again else S.NOT_ESTABLISHED

    @property
    def results_to_act_on(self):
        """第八十一条：results of review or court that did not let a decision of this case stand, and wait to be acted on."""
        return self.disputes.filter(reopens=True, quashed=None)

    # ── beside the course ──

    @step(
        "status", source=AFTER_DECISION, target=None, label="通知约谈", article="第六十三条",
        who=permissions.agency_clerk, checks=[planned.interview_is_allowed],
    )  # fmt: skip
    def call_interview(self, persons, place, at, matters, on, by):
        """第六十三条：约谈乙方法定代表人、主要负责人或实际控制人。"""
        self.interviews.create(
            persons=persons, place=place, at=at, matters=matters, called_by=by, called_on=on
        )

    @step(
        "status", source=[*AFTER_DECISION, S.CLOSED, S.NOT_ESTABLISHED, S.EXEMPT], target=None, label="要求解释处理结果",
        article="第五条", who=permissions.institution_side,
        checks=[rules.is_decided, rules.question_is_written, common.not_in_the_future],
    )  # fmt: skip
    def ask_explanation(self, question, on, by):
        """第五条（九）、第六条（三）：乙方要求解释违约处理结果；不停止缴款的时限。"""
        self.explanations.create(question=question, asked_by=by, asked_on=on)

    @step(
        "status", source=[*AFTER_DECISION, S.CLOSED, S.NOT_ESTABLISHED, S.EXEMPT], target=None, label="解释处理结果",
        article="第五条", who=permissions.clerk_or_reviewer,
        checks=[rules.question_is_open, common.not_in_the_future],
    )  # fmt: skip
    def explain(self, explanation, answer, on, by):
        """第五条（九）：甲方解释违约处理结果。"""
        explanation.answer, explanation.answered_by, explanation.answered_on = answer, by, on
        explanation.save(update_fields=["answer", "answered_by", "answered_on"])

    @property
    def left_to_do(self):
        """What the decision left to be done, in words."""
        left = []
        if self.recoveries.exclude(status__in=["paid", "returning", "cancelled"]).exists():
            left.append("应缴款项没有缴清")
        if self.recoveries.filter(status="returning").exists():
            left.append("撤销的款项没有退还")
        if self.rectifications.exclude(status__in=["accepted", "cancelled"]).exists():
            left.append("限期整改没有验收")
        if self.interviews.filter(status="called").exists():
            left.append("约谈没有办")
        if (
            self.decision
            and "interview" in self.decision.typed_plan.measures
            and not self.interviews.exclude(status="cancelled").exists()
        ):
            left.append("决定的约谈没有通知")
        if self.explanations.filter(answered_on=None).exists():
            left.append("乙方要求解释没有答复")
        if self.after_check and not self.is_filed:
            left.append("检查属实的处理没有报行政部门备案（第六十一条）")
        return left
