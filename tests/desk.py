"""The people of one agency and one hospital, and agreements at each point of their life, reached by real acts."""

from copy import copy
from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import localdate

from agreements import actions
from agreements.applications import actions as applications
from agreements.clocks.deadlines import add_months
from agreements.gate import SYSTEM, perform
from agreements.models import Agreement
from agreements.supplements import actions as supplements
from inspections.cases import actions as cases
from inspections.cases.plan import Ban, Plan
from institutions.models import Role, User

from . import texts

TODAY = localdate()
TERM = {"starts_on": date(TODAY.year, 1, 1), "ends_on": date(TODAY.year, 12, 31)}
SCOPE = {"services": ["住院", "普通门诊"], "payment_methods": ["按病组（DRG）"]}
AFTERCARE = {"inpatients": 3, "unsettled": 2, "handover_number": ""}
AFTER = tuple(AFTERCARE.items())
FACTS = "查实冒名就医12人次"


def signature(name, day=None, **changed):
    """What a legal representative fills in."""
    return {
        "name": name,
        "capacity": "legal",
        "signed_on": day or TERM["starts_on"],
        "statement": "同意签署",
        **changed,
    }


def upload(name="批准文件.pdf", content=b"%PDF-1.7 approval"):
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content)


class Desk:
    """The people of one agency and one hospital, and the acts they do one after another."""

    def __init__(self, clerk, reviewer, leader, operator, signatory, hospital):
        self.clerk, self.reviewer, self.leader = clerk, reviewer, leader
        self.operator, self.signatory, self.hospital = operator, signatory, hospital

    def beside(self, hospital):
        """The same agency with the people of another hospital."""
        them = copy(self)
        them.hospital = hospital
        them.operator, them.signatory = (
            User.objects.create_user(f"{role}-{hospital.code}", "祁雪原", role, institution=hospital)
            for role in (Role.OPERATOR, Role.SIGNATORY)
        )
        return them

    # What differs under another text. `items`: {item of the reference text, or the start of it: its own item}.
    stop_days, longest_stop, team_minimum, ending_ground = 90, 180, 2, "80-3"
    damages = 12_000  # what may be asked of 120,000 under the article of QH-65-06
    beyond_fees = "damages", 12_000  # kind and sum of what a decision asks for as well as those fees
    overcharging = "第六十五条（六）重复/超标准/分解收费"  # QH-65-06 in the words of a paper
    changed_number = ("suspension", "max_days", 90, "第七十九条")  # what the usual supplement changes
    second_item = "QH-65-01"  # of the same article as QH-65-06
    severe_damages = 24_000  # what may be asked of 120,000 under the article that suspends
    moneyless_item = "QH-63-11"  # for which nothing is refused, recovered or claimed
    rectified_item = "QH-64-05"  # which is to be put right
    department_item = "QH-65-06"  # for which a department is stopped
    person_item = "QH-65-06"  # for which a person is stopped
    renewal_clock = "T-07"  # runs until the last day to apply for a renewal
    items = None
    term, scope = TERM, SCOPE  # what `drafted` takes where a test names none

    def own_item(self, code, part=""):
        """(item, part, article) of this desk's text for an item of the reference text."""
        if self.items is not None and code.startswith("QH-"):
            code = self.items.get(code) or self.items.get(code[:6]) or texts.no_such_item(code)
            part = ""
        return code, part, self.breaches.find(code)[0].article

    def item_label(self, code):
        """What the portal calls an item of the reference text here, e.g. 第六十六条（三）."""
        return self.breaches.find(self.own_item(code)[0])[0].article_label

    def severe(self, article):
        """The word without which this article stops no whole agreement; empty where it needs none."""
        return self.breaches.measures[article].severe or ""

    @property
    def edition(self):
        return actions.text_for(self.clerk.agency, self.hospital)

    @property
    def terms(self):
        return self.edition.terms

    @property
    def breaches(self):
        return self.edition.breaches

    def words(self, words):
        """A sentence of the portal with the articles of the reference text under this text's own numbers."""
        return self.terms.cite(words)

    @property
    def changed_terms(self):
        """The usual supplement as TOML."""
        table, key, number, _ = self.changed_number
        return f"[{table}]\n{key} = {number}\n"

    def number_in(self, terms):
        """The number that the usual supplement changes, as `terms` have it."""
        table, key, *_ = self.changed_number
        return getattr(getattr(terms, table), key)

    @property
    def free_ground(self):
        """A ground on which payment is held without a breach case, in every text."""
        return self.terms.payment_hold.grounds[-1]

    def hold(self, **changed):
        """An act that waits for three people and that every text has."""
        return {"hold_ground": self.free_ground, "reason": "核实费用", "on": TODAY, **changed}

    def drafted(self, **changed):
        return actions.draft_agreement(self.hospital, by=self.clerk, **{**self.term, **self.scope, **changed})

    def negotiating(self, **changed):
        return perform(self.drafted(**changed).negotiate, by=self.clerk)

    def confirmed(self, **changed):
        return perform(self.negotiating(**changed).confirm, by=self.operator)

    def to_sign(self, **changed):
        """Fixed on the first day of the term, or today while that is to come."""
        day = min(changed.get("starts_on", self.term["starts_on"]), TODAY)
        return actions.fix_text(self.confirmed(**changed), by=self.reviewer, today=day)

    def signed(self, **changed):
        """Signed by both; in force as well when the term has begun."""
        day = min(changed.get("starts_on", self.term["starts_on"]), TODAY)
        return self.signed_of(self.to_sign(**changed), day)

    def renewable(self):
        """In force, and today is one of the days to apply for its renewal in time."""
        ends_on = add_months(TODAY, self.terms.renewal.apply_months_before) + timedelta(days=9)
        return self.signed(starts_on=ends_on - timedelta(days=345), ends_on=ends_on)

    def signed_of(self, agreement, day=None):
        """Signed by both, of an agreement that waits for it."""
        day = day or min(self.term["starts_on"], TODAY)
        agreement = actions.sign(
            agreement, "institution", by=self.signatory, today=day, **signature("祁雪原", day)
        )
        return actions.sign(agreement, "agency", by=self.leader, today=day, **signature("韩兆麟", day))

    def proposal(self, agreement, name, **details):
        """Proposed by the clerk and reviewed by the reviewer, waiting for the leader."""
        proposal = actions.propose(agreement, name, details, by=self.clerk)
        return perform(proposal.review, by=self.reviewer, remark="同意")

    def decided(self, agreement, name, **details):
        return actions.decide(self.proposal(agreement, name, **details), by=self.leader)

    def suspension(self, on=None, days=None, **changed):
        on, days = on or TODAY, days or self.stop_days
        return {"reason": "停业装修", "requested_on": on - timedelta(days=7), "on": on, "application": upload("申请.pdf"),
                "until": on + timedelta(days=days), "aftercare": AFTERCARE, **changed}  # fmt: skip

    def suspended(self, agreement=None, **changed):
        return self.decided(agreement or self.signed(), "suspend_on_request", **self.suspension(**changed))

    def reviewed_handling(
        self, agreement, code, weighs_as=None, severity="", on=TODAY, minutes="", **measures
    ):
        """The way to every measure: a clue, a case, the notice, a waived hearing; it waits for the leader."""
        code, part, article = self.own_item(code)
        severity = severity or self.severe(weighs_as or article)
        case = cases.open_case(
            agreement, by=self.clerk, source="complaint", title="违约", clue="群众反映", on=on
        )
        case = perform(case.file, by=self.leader, remark="同意立案", on=on)
        case = perform(case.investigate, by=self.clerk, investigators="马青禾、沈玉树", on=on)
        case = perform(
            case.add_item, by=self.clerk, item=code, part=part, weighs_as=weighs_as or article, severity=severity,
            severity_reason=severity and "被媒体报道", overlap_reason="这一项最切合", facts=FACTS, amount=0, department=None,
            staff=None,
        )  # fmt: skip
        plan = Plan(**{"on": on, "reason": FACTS, **measures})
        case = perform(case.plan_handling, by=self.clerk, plan=plan)
        case = perform(cases.notify(case, by=self.reviewer, on=on).begin_defence, by=SYSTEM, on=on)
        case = perform(case.waive_defence, by=self.clerk, files=[upload("放弃.pdf")], on=on)
        papers = [upload("纪要.pdf")] if minutes else []
        handling = cases.propose(
            case, by=self.clerk, outcome="handle", plan=plan, minutes=minutes, minutes_files=papers, on=on
        )
        return perform(handling.review, by=self.reviewer, remark="同意")

    def handled(self, agreement, code, weighs_as=None, on=TODAY, **words):
        handling = self.reviewed_handling(agreement, code, weighs_as, on=on, **words)
        case = cases.decide(handling, by=self.leader, on=on)
        return Agreement.objects.get(pk=case.agreement_id)

    def suspended_for_breach(self, agreement, code="QH-66-03", severity="", **changed):
        measures = {
            "until": TODAY + timedelta(days=min(60, self.longest_stop)),
            "aftercare": AFTER,
            **changed,
        }
        return self.handled(
            agreement, code, severity and 66, severity=severity, whole="suspend", item=1, **measures
        )

    def held_to_rectify(self, agreement, on=TODAY):
        return self.handled(agreement, "QH-64-05", hold=True, rectify_by=on + timedelta(days=30), on=on)

    def banned(self, agreement, scope, target, until, code="", on=TODAY):
        """A person or a department is stopped, or a service by its name."""
        code = code or (self.person_item if scope == "person" else "QH-65-06")
        named = (0, 1, until, target) if scope == "service" else (target.pk, 1, until)
        return self.handled(agreement, code, bans=(Ban(scope, *named),), on=on)

    def resumed(self, agreement, suspension=None, **changed):
        details = {"suspension": suspension or agreement.open_suspensions.first(), "reason": "装修完工",
                   "requested_on": TODAY, "on": TODAY, **changed}  # fmt: skip
        return self.decided(agreement, "resume", **details)

    def terminated(self, agreement, code="", **changed):
        details = {"ground": agreement.terms.termination.ground(code or self.ending_ground), "reason": "乙方停止执业", "requested_on": TODAY,
                   "on": TODAY, "application": upload("申请.pdf"), "aftercare": AFTERCARE, **changed}  # fmt: skip
        return self.decided(agreement, "terminate", **details)

    def ended(self, agreement, on=TODAY):
        """Ended before its term: at the hospital's own wish, or rescinded where the text does not know that."""
        if self.ending_ground:
            return self.terminated(agreement, on=on, requested_on=on)
        return self.rescinded(agreement, on=on)

    def rescinded(self, agreement, code="QH-67-04", severity="", **changed):
        measures = {"minutes": "2026年第3次会议纪要", "aftercare": AFTER, **changed}
        return self.handled(
            agreement, code, severity and 67, severity=severity, whole="rescind", item=1, **measures
        )

    def change_request(self, agreement, submit=True, kind="major", changes=None, **changed):
        """A request to change the hospital's facts, filed today on yesterday's approval."""
        facts = {"changes": changes or {"name": "西宁湟滨第一医院"}, "authority": "西宁市卫生健康委员会",
                 "approval_number": "宁卫医〔2026〕88号", "approved_on": TODAY - timedelta(days=1), "synced_on": None,
                 "files": [upload()], "on": TODAY, **changed}  # fmt: skip
        request = applications.draft_change(agreement, by=self.operator, kind=kind, **facts)
        return applications.submit(request, by=self.operator) if submit else request

    def checking(self, request):
        """Accepted and examined by the clerk, waiting for a second person."""
        request = perform(request.accept, by=self.clerk, on=TODAY)
        return perform(request.examine, by=self.clerk, opinion="情况属实", on=TODAY)

    def granted(self, request):
        return applications.grant(self.checking(request), by=self.reviewer, opinion="同意", on=TODAY)

    def supplement(self, edition, terms=None, **changed):
        """A supplement for many, drafted by the clerk and reviewed by the reviewer."""
        content = {"title": "调整中止期限", "document": "青医保发〔2026〕41号", "reason": "省级政策调整",
                   "clauses": ["中止时间由不得超过180日改为不得超过90日。"], "articles": [self.changed_number[3]],
                   "terms_source": terms or self.changed_terms, "from_on": None, **changed}  # fmt: skip
        supplement = supplements.draft(edition, by=self.clerk, **content)
        return perform(supplement.review, by=self.reviewer, opinion="同意")

    def sent(self, *agreements, **changed):
        """Such a supplement, sent to these agreements."""
        supplement = self.supplement(agreements[0].edition, **changed)
        picked = ",".join(str(one.pk) for one in agreements)
        return supplements.send(supplement, f"pick={picked}", by=self.leader)

    def both_sign(self, amendment, day=None):
        """The hospital, then the agency; in force since this day."""
        day = day or TODAY
        legal = amendment.agreement.institution.current.legal_representative
        made = applications.sign_amendment(
            amendment, "institution", by=self.signatory, **signature(legal, day)
        )
        return applications.sign_amendment(made, "agency", by=self.leader, **signature("韩兆麟", day))

    def continued(self):
        """Expired last year for the agency's reasons (第八十三条)."""
        last_year = {"starts_on": date(TODAY.year - 1, 1, 1), "ends_on": date(TODAY.year - 1, 12, 31)}
        agreement = self.signed(**last_year)
        return perform(
            agreement.carry_on, by=SYSTEM, cause="甲方统一组织续签，尚未完成", on=TERM["starts_on"]
        )
