"""A breach case at each point of its course, reached by the acts of the people who may do them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from agreements.clocks.deadlines import add_months
from agreements.deliveries import actions as deliveries
from agreements.gate import perform
from agreements.models import Agreement
from agreements.papers.printing import print_owed
from inspections.cases import actions as cases
from inspections.cases.plan import AMOUNTS, Plan, Share
from inspections.models import BreachCase
from inspections.records.actions import file_record

from ..desk import AFTER, TODAY, Desk, upload

NOTHING = {"recover": Decimal(0), "damages": Decimal(0)}
ITEM = {
    "item": "QH-65-06", "part": "c", "weighs_as": 65, "severity": "", "severity_reason": "", "overlap_reason": "",
    "facts": "重复收费120例", "amount": Decimal(120_000), "department": None, "staff": None,
}  # fmt: skip
REASON = "2026年1月至6月重复收取床位费120例"


def plan(**changed):
    """By default the fees are recovered, with 违约金 at the cap of 第六十五条; amounts are of the first item."""
    amounts = {"recover": Decimal(120_000), "damages": Decimal(Desk.damages)}
    amounts |= {name: changed.pop(name) for name in AMOUNTS if name in changed}
    shares = (Share(1, **amounts),) if any(amounts.values()) else ()
    return Plan(**{"on": TODAY, "reason": REASON, "shares": shares, **changed})


def suspending(order=1, days=90, **changed):
    return plan(whole="suspend", item=order, until=TODAY + timedelta(days), aftercare=AFTER, **changed)


def rescinding(order=1, **changed):
    return plan(whole="rescind", item=order, aftercare=AFTER, **changed)


# What a decision asks for beyond the fees, as the portal calls it.
BEYOND = {"damages": "违约金", "extra": "加倍追回"}


class CaseDesk:
    """`desk`: the people. Every method returns the case (or what is named) as it is after the last act."""

    def __init__(self, desk):
        self.desk = desk

    def fresh(self, case):
        return BreachCase.objects.get(pk=case.pk)

    def clue(self, agreement=None, **changed):
        agreement = agreement or self.desk.signed()
        said = {"source": "complaint", "title": "重复收费", "clue": "群众反映重复收取床位费", **changed}
        return cases.open_case(agreement, by=self.desk.clerk, **said)

    def investigating(self, agreement=None, items=({},), **changed):
        case = perform(self.clue(agreement, **changed).file, by=self.desk.leader, remark="同意立案", on=TODAY)
        case = perform(case.investigate, by=self.desk.clerk, investigators="马青禾、沈玉树", on=TODAY)
        for item in items:
            case = perform(case.add_item, by=self.desk.clerk, **self.own({**ITEM, **item}))
        return case

    def stopping(self, scope="person", **changed):
        """An item for which a person or a department is stopped."""
        named = {"person": self.desk.person_item, "department": self.desk.department_item}
        code, _, article = self.desk.own_item(named[scope])
        return {"item": code, "part": "", "weighs_as": article, "amount": Decimal(0), **changed}

    @property
    def person_stop(self):
        """For how long."""
        return self.desk.terms.person_stop[self.stopping()["weighs_as"]]

    def own(self, item):
        """An item told in the reference text's codes, in those of the desk's own text."""
        if self.desk.items is None or not item["item"].startswith("QH-"):
            return item
        code, part, article = self.desk.own_item(item["item"], item["part"])
        word = self.desk.severe(article)
        told = {"severity": word, "severity_reason": "造成重大影响"} if word else {}
        return {**item, "item": code, "part": part, "weighs_as": article, **told}

    def fit(self, plan):
        """A plan with the usual 违约金, asking what the desk's own article gives instead, and no longer a stop than its own."""
        usual, own = Decimal(Desk.damages), Decimal(self.desk.damages)
        doubled = plan.doubled or (plan.damages == usual and self.desk.beyond_fees[0] == "extra")
        shares = (replace(one, damages=own) if one.damages == usual else one for one in plan.shares)
        until = plan.until and min(plan.until, plan.on + timedelta(self.desk.longest_stop))
        return replace(plan, shares=tuple(shares), doubled=doubled, until=until)

    def beyond_fees(self, case):
        """What the decision asked for as well as the fees."""
        kind, amount = self.desk.beyond_fees
        return case.recoveries.get(kind=kind, amount=amount)

    def notified(self, intended=None, **changed):
        case = self.investigating(**changed)
        case = perform(case.plan_handling, by=self.desk.clerk, plan=self.fit(intended or plan()))
        return cases.notify(case, by=self.desk.reviewer, on=TODAY)

    def received(self, paper, on=TODAY, sent_on=None):
        """Served on the hospital by hand, with its proof."""
        paper.refresh_from_db()
        if paper.status == "owed":  # in a test nothing is committed, so nothing was printed
            print_owed(paper)
        delivery = deliveries.send(paper, by=self.desk.clerk, on=sent_on or on, way="direct")
        return perform(
            delivery.confirm_receipt, by=self.desk.clerk, receiver="郭小满", files=[upload("回证.pdf")], on=on
        )

    def hearing(self, **changed):
        case = self.notified(**changed)
        self.received(case.notice_paper)
        return self.fresh(case)

    def heard(self, **changed):
        """The hearing is over, since the hospital waived it in writing."""
        case = self.hearing(**changed)
        return perform(case.waive_defence, by=self.desk.signatory, files=[upload("放弃.pdf")], on=TODAY)

    def proposed(self, outcome="handle", decided=None, intended=None, case=None, **changed):
        more = {name: changed.pop(name) for name in ("report", "minutes", "minutes_files") if name in changed}
        wanted = self.fit(decided or intended or plan())
        case = case or self.heard(intended=intended or wanted, **changed)
        return cases.propose(case, by=self.desk.clerk, outcome=outcome, plan=wanted, on=TODAY, **more)

    def reviewed(self, **changed):
        return perform(self.proposed(**changed).review, by=self.desk.reviewer, remark="同意")

    def decided(self, **changed):
        words = {name: changed.pop(name) for name in ("override_reason", "override_files") if name in changed}
        return cases.decide(self.reviewed(**changed), by=self.desk.leader, on=TODAY, **words)

    def claim_received(self, agreement, claimed, back=0):
        """The fees of a month that the hospital asks for. `back`: how many months before this one."""
        month = add_months(TODAY.replace(day=1), -back)
        facts = {"month": month, "claimed": Decimal(claimed), "on": TODAY}
        if agreement.terms.claiming:  # daily reconciliation comes first
            facts["reconciled"] = True
        agreement = perform(agreement.receive_claim, by=self.desk.clerk, **facts)
        return agreement.feeclaims.get(month=month)

    def claimed(self, agreement, allowed, back=0):
        """The fees of a month, audited as payable and not paid yet."""
        claim = self.claim_received(agreement, allowed, back)
        audit = {"allowed": Decimal(allowed), "refusal_reason": "", "on": TODAY}
        return perform(claim.finish_audit, by=self.desk.reviewer, **audit)

    def also_available(self, agreement, amount, back=1):
        """(source, deposit): what to take from beside the fund; an older month of it where the text knows no deposit."""
        if self.desk.terms.deposit:
            return "deposit", amount
        self.claimed(agreement, amount, back=back)
        return "fund", 0

    def agreement(self, case):
        return Agreement.objects.get(pk=case.agreement_id)


def collective():
    return {"minutes": "2026年第3次局务会纪要", "minutes_files": [upload("纪要.pdf")]}


def drafted(people, model, case, **changed):
    facts = {"addressee": "西宁市医疗保障局", "matter": case.facts_in_words, "basis": ""}
    return file_record(
        model, case.agreement, by=people.desk.clerk, facts=facts, **{"breach_case": case, **changed}
    )


def sent(people, model, case):
    return perform(drafted(people, model, case).send, by=people.desk.leader, on=TODAY)
