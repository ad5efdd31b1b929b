"""The agreements of the demo, each brought to where it stands by the acts of the right people, never by its state."""

from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.utils.timezone import localdate

from agreements import actions
from agreements.gate import SYSTEM, perform
from agreements.models import Agreement, Paper, SignRecord
from agreements.papers import printing
from agreements.papers.press import press
from agreements.papers.refusals import PaperRefused
from institutions.models import Agency, Role, User

from . import MORE
from .duties import build_duties
from .files import rows, text
from .filings import build_changes
from .parties import institution_of
from .policies import build_policies

STAGES = ["drafted", "negotiating", "confirmed", "fixed", "half-signed", "signed"]
STATEMENT = "本人确认签署本协议"


class Desk:
    """Everybody's hands: each act is done by whoever may do it for this agreement."""

    def __init__(self, today):
        self.today = today
        self.people = {(user.role, user.agency_id, user.institution_id): user for user in User.objects.all()}

    def of_agency(self, role, agreement):
        return self.people[role, agreement.agency_id, None]

    def of_institution(self, role, agreement):
        return self.people[role, None, agreement.institution_id]

    def clerk(self, agency, institution):
        """第七十四条：县级有经办机构的，由县级准备，上一级签订。"""
        county = Agency.objects.filter(region=institution.region_id, region__parent=agency.region_id).first()
        return self.people[Role.CLERK, (county or agency).pk, None]

    def clerk_for(self, agreement):
        return self.clerk(agreement.agency, agreement.institution)

    # ── up to the fixed text ──

    def prepare(self, row, predecessor=None):
        """A new agreement, as far as its stage goes without anybody's signature; its signing copy is owed."""
        agreement = self._drafted(row, predecessor)
        reviewer = self.of_agency(Role.REVIEWER, agreement)
        if row.stage == "void":
            return perform(agreement.discard, by=reviewer, reason=row.reason)
        far = STAGES.index("fixed" if row.stage == "returned" else row.stage)
        if far >= 1:
            agreement = perform(agreement.negotiate, by=self.clerk_for(agreement))
        if far >= 2:
            agreement = perform(agreement.confirm, by=self.of_institution(Role.OPERATOR, agreement))
        if far >= 3:
            agreement = actions.fix_text(
                agreement, by=reviewer, today=self._signing_day(agreement), print_now=False
            )
        return agreement

    def _drafted(self, row, predecessor):
        institution = institution_of(row.institution)
        agency = Agency.objects.get(region=_agency_regions()[row.institution])
        starts_on, ends_on = term(row.term, self.today)
        return actions.draft_agreement(
            institution, by=self.clerk(agency, institution), agency=agency, predecessor=predecessor,
            starts_on=starts_on, ends_on=ends_on, services=row.services.split("、"),
            payment_methods=row.payment_methods.split("、"), institution_agent=row.agent,
        )  # fmt: skip

    # ── from the signing copy on ──

    def finish(self, row, agreement):
        """Signatures, or the way back, as the stage says. The signed copy is owed."""
        agreement.refresh_from_db()
        if row.stage == "returned":
            reviewer = self.of_agency(Role.REVIEWER, agreement)
            return actions.return_to_draft(agreement, by=reviewer, reason=row.reason)
        if row.stage in ("half-signed", "signed"):
            agreement = self._sign_for_institution(agreement)
        if row.stage == "signed":
            agreement = self._sign_for_agency(agreement)
        if agreement.status == "signed" and agreement.predecessor_id:
            agreement = self._take_over(agreement)
        return agreement

    def _sign_for_institution(self, agreement):
        by, day = self.of_institution(Role.SIGNATORY, agreement), self._signing_day(agreement)
        facts = {
            "name": by.name,
            "capacity": SignRecord.Capacity.LEGAL,
            "signed_on": day,
            "statement": STATEMENT,
        }
        if agreement.institution_agent:
            facts |= self._authorisation(agreement, by, day) | {"capacity": SignRecord.Capacity.AGENT}
        return actions.sign(
            agreement, "institution", by=by, today=self._first_day(agreement), print_now=False, **facts
        )

    def _authorisation(self, agreement, agent, day):
        until = day + timedelta(days=60)
        paper = press(text("authorisation.html").format(
            legal_representative=agreement.institution.current.legal_representative, agent=agent.name,
            institution=agreement.institution, authorised_from=day, authorised_until=until,
        ))  # fmt: skip
        file = ContentFile(paper, name="授权委托书.pdf")
        return {"authorisation": file, "authorised_from": day, "authorised_until": until}

    def _sign_for_agency(self, agreement):
        return actions.sign(
            agreement, "agency", by=self.of_agency(Role.LEADER, agreement), today=self._first_day(agreement),
            print_now=False, capacity="legal",
            name=agreement.agency.current.legal_representative, signed_on=self._signing_day(agreement),
            statement=STATEMENT,
        )  # fmt: skip

    def _signing_day(self, agreement):
        """Some days before the term, but never in the future; not everybody signs on the same day."""
        return min(
            agreement.starts_on - timedelta(days=4 + agreement.pk % 18), self.today - timedelta(days=1)
        )

    def _first_day(self, agreement):
        """The day on which the portal would have looked at it: the first of its term, or today while that is to come."""
        return min(agreement.starts_on, self.today)

    def _take_over(self, agreement):
        """第七十八条：新协议自前一份期满次日生效。"""
        perform(agreement.predecessor.close_as_renewed, by=SYSTEM, on=agreement.starts_on)
        return perform(agreement.activate, by=SYSTEM, on=agreement.starts_on, today=agreement.starts_on)

    # ── in force ──

    def act(self, row, agreement):
        """One line of acts.csv: an act of the portal, of the hospital, or one proposed, reviewed and decided."""
        agreement.refresh_from_db()
        after = agreement.ends_on + timedelta(days=1)
        if row.act == "commit_material":
            operator = self.of_institution(Role.OPERATOR, agreement)
            return actions.commit_material(agreement, row.reason, by=operator)
        if row.act == "expire":
            return perform(agreement.expire, by=SYSTEM, reason=row.reason, on=after)
        if row.act == "carry_on":
            return perform(agreement.carry_on, by=SYSTEM, cause=row.reason, on=after)
        return self._propose(row, agreement)

    def _propose(self, row, agreement):
        on = max(agreement.starts_on, self.today - timedelta(days=int(row.began)))
        clerk, reviewer = self.clerk_for(agreement), self.of_agency(Role.REVIEWER, agreement)
        proposal = actions.propose(agreement, row.act, details_of(row, agreement, on), by=clerk)
        if row.outcome == "withdrawn":
            return perform(proposal.withdraw, by=clerk)
        if row.outcome == "returned":
            return perform(proposal.turn_down, by=reviewer, reason="申请材料缺少停业公告，补齐后重新提请")
        if row.outcome in ("reviewed", "decided"):
            proposal = perform(proposal.review, by=reviewer, remark="材料齐全，同意")
        if row.outcome == "decided":
            actions.decide(proposal, by=self.of_agency(Role.LEADER, agreement))
        return proposal


def details_of(row, agreement, on):
    """What a clerk fills in for this act, as the act wants it."""
    asked = on - timedelta(days=7)
    facts = {"reason": row.reason, "on": on}
    if row.act == "resume":
        return facts | {"suspension": agreement.open_suspensions.first(), "requested_on": asked}
    facts["aftercare"] = {
        "inpatients": int(row.inpatients),
        "unsettled": int(row.unsettled),
        "handover_number": "",
    }
    if row.act == "suspend_on_request":
        paper = ContentFile(b"%PDF-1.7 demo", name="中止协议申请.pdf")
        until = on + timedelta(days=int(row.days))
        return facts | {"requested_on": asked, "application": paper, "until": until}
    ground = agreement.terms.termination.ground(row.code)
    paper = ContentFile(b"%PDF-1.7 demo", name="终止协议申请.pdf") if ground.needs_request else None
    return facts | {"ground": ground, "requested_on": paper and asked, "application": paper}


def term(name, today):
    """First and last day of a term told from today, so that the demo is believable on any day of the year."""
    if name == "ending":  # within the month
        last = today + timedelta(days=20)
        return last - timedelta(days=364), last
    if name == "recent":
        first = today.replace(day=1)
        return first, first.replace(year=first.year + 1) - timedelta(days=1)
    if name == "coming" and today.month < 10:
        return date(today.year, today.month + 1, 1), date(today.year, 12, 31)
    year = today.year + {"last": -1, "this": 0, "coming": 1}[name]
    return date(year, 1, 1), date(year, 12, 31)


def build_agreements(today=None, pool=None):
    """Everything in agreements.csv and acts.csv, as a queryset; PaperRefused when a paper cannot be printed.

    Renewals wait until what they follow is in force.
    """
    desk, known = Desk(today or localdate()), {}
    plans = rows("agreements")
    for batch in ([row for row in plans if not row.after], [row for row in plans if row.after]):
        for row in batch:
            known[row.key] = desk.prepare(row, known.get(row.after))
        print_owed(pool)
        for row in batch:
            known[row.key] = desk.finish(row, known[row.key])
        for row in rows("acts"):
            if row.key in {plan.key for plan in batch}:
                desk.act(row, known[row.key])
    build_changes(desk, known)
    build_duties(desk, known)
    build_policies()
    print_owed(pool)
    for build in MORE:
        build(desk, known, pool)
    return Agreement.objects.filter(pk__in=[one.pk for one in known.values()])


def print_owed(pool):
    """Print all papers that are owed; PaperRefused when one cannot be."""
    owed = Paper.objects.filter(status=Paper.Status.OWED).order_by("pk")
    printing.print_all(owed.all(), pool)
    if stuck := owed.first():
        raise PaperRefused(stuck.failure)


def _agency_regions():
    return {row.login: row.agency for row in rows("institutions")}
