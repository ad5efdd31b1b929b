"""The same life under each text: whatever the edition, the acts that it knows are done, its pages open, its articles are named."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from agreements.deliveries import actions as deliveries
from agreements.desk import desk_for
from agreements.edition_text import chinese_number
from agreements.gate import RuleBroken, acts_of, declared, is_known, perform, refusal
from agreements.models import Agreement, Message, Paper, Status
from agreements.models.event import first_fault
from agreements.offers import offers_for
from agreements.papers.printing import draft_print, print_owed
from agreements.renewals.actions import apply_for_renewal
from inspections.cases.plan import Plan, Share
from inspections.records.kinds import KINDS, to_file

from ..desk import TODAY, upload
from ..inspections.case_desk import CaseDesk
from ..inspections.office import Office
from ..texts import REFERENCE, SHANGHAI

pytestmark = pytest.mark.each_text("lean")
ARTICLE = re.compile("第[零一二三四五六七八九十百]+条")


@pytest.fixture
def item(desk):
    code, part, article = desk.own_item("QH-65-06", "c")
    return {"item": code, "part": part, "weighs_as": article, "facts": "多收费用", "amount": Decimal(900)}


def fresh(agreement):
    return Agreement.objects.get(pk=agreement.pk)


def own_articles(agreement):
    return {article.label for article in agreement.edition.form.articles}


def strange(agreement, *said):
    """Articles that are named and are not of the agreement's own text."""
    return set(ARTICLE.findall("".join(said))) - own_articles(agreement)


def people(desk):
    return [desk.clerk, desk.reviewer, desk.leader, desk.operator, desk.signatory]


@pytest.mark.rule("Q83.1")
@pytest.mark.rule("S28.2")
def test_it_is_drafted_agreed_signed_and_in_force(desk):
    agreement = desk.signed()
    assert agreement.status == Status.ACTIVE and first_fault(fresh(agreement)) is None
    assert not strange(agreement, *(event.article for event in agreement.events.all()))
    assert agreement.papers.filter(purpose=Paper.Purpose.SIGNED_COPY).exists()


@pytest.mark.parametrize("stage", ["drafted", "negotiating", "confirmed", "to_sign", "signed"])
def test_whatever_is_offered_or_refused_names_its_own_articles(desk, stage):
    agreement = getattr(desk, stage)()
    offers = [one for user in people(desk) for one in offers_for(agreement, user)]
    notes = [item.note for user in people(desk) for _, items in desk_for(user) for item in items]
    assert offers and not strange(agreement, *(one.refusal or "" for one in offers), *notes)


def test_every_act_is_either_known_or_refused_by_name(desk):
    agreement = desk.signed()
    for name in acts_of(Agreement):
        step = declared(Agreement, name)
        if not is_known(agreement, step.custom):
            assert all(offer.name != name for user in people(desk) for offer in offers_for(agreement, user))


def test_its_draft_prints_with_all_that_its_text_says(desk):
    assert draft_print(desk.drafted()).startswith(b"%PDF")


def test_its_pages_open_for_everybody_of_both_sides(desk, client, item):
    agreement = desk.signed()
    case = CaseDesk(desk).hearing(agreement=agreement, items=[item], intended=_recover())
    seen = 0
    for user in people(desk):
        client.force_login(user)
        paths = [
            agreement.get_absolute_url(),
            case.get_absolute_url(),
            agreement.institution.get_absolute_url(),
            "/",
        ]
        paths += [agreement.edition.get_absolute_url(), reverse("deadlines"), reverse("agreements")]
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200, (user.role, path)
            seen += 1
        for offer in offers_for(agreement, user):
            if not offer.refusal:
                assert client.get(offer.url).status_code == 200, (user.role, offer.name)
    assert seen == 35


def _recover():
    return Plan(on=TODAY, reason="查实多收", shares=(Share(1, recover=Decimal(900)),))


@pytest.mark.rule("S17.1")
@pytest.mark.rule("Q57.1")
def test_it_is_inspected_and_the_result_is_signed(desk, item):
    office = Office(desk, desk.clerk.agency)
    inspection = office.underway(agreement=desk.signed())
    office.finding(inspection, item=item["item"], part=item["part"])
    assert office.fresh(inspection).findings.get().breach.code == item["item"]


def test_a_case_is_heard_decided_and_paid_by_its_own_rules(desk, item):
    case_desk = CaseDesk(desk)
    case = case_desk.decided(items=[item], intended=_recover())
    said = "".join(case.notice_paper.snapshot["paragraphs"] + case.decision_paper.snapshot["paragraphs"])
    assert not strange(case.agreement, said)
    case_desk.received(case.decision_paper)
    case_desk.received(case.demand_paper)
    owed = case.recoveries.get()
    assert owed.status == "notified"
    assert (owed.due_on - TODAY).days >= case.agreement.terms.recovery.pay_days


def test_a_case_that_may_not_be_is_refused_with_its_own_article(desk, item):
    case = CaseDesk(desk).investigating(items=[item])
    more = Plan(on=TODAY, reason="查实", shares=(Share(1, recover=Decimal(901)),))
    with pytest.raises(RuleBroken) as why:
        perform(case.plan_handling, by=desk.clerk, plan=more)
    assert not strange(case.agreement, str(why.value))


def test_payment_is_held_and_released_on_each_of_its_own_grounds(desk, under):
    agreement = desk.signed()
    for ground in agreement.terms.hold_grounds:
        if under == REFERENCE and ground.code == "64":
            continue  # by a decided case only
        details = {"hold_ground": ground, "reason": "核对资料", "on": TODAY}
        agreement = desk.decided(fresh(agreement), "hold_payment", **details)
        hold = agreement.payment_holds.get(released_on=None)
        assert hold.article == ground.article_label and hold.article in own_articles(agreement)
        release = {"hold": hold, "outcome": "paid", "reason": "已经核对", "on": TODAY}
        agreement = desk.decided(agreement, "release_payment", **release)
    assert not agreement.payment_holds.filter(released_on=None).exists()


@pytest.mark.rule("S23.1")
def test_a_change_of_its_major_facts_is_granted_and_the_supplement_signed(desk):
    agreement = desk.signed()
    request = desk.granted(desk.change_request(agreement, changes={"name": "更名后的医院"}))
    assert request.status == "granted"
    assert fresh(agreement).institution.current.name == "更名后的医院"
    assert fresh(agreement).amendments.count() == 1


def test_a_renewal_is_asked_for_in_its_own_window(desk):
    agreement = desk.signed()
    opens = agreement.renewal_opens_on
    if opens <= localdate():
        request = apply_for_renewal(agreement, by=desk.operator, self_assessment="良好", files=[upload()])
        assert request is not None and fresh(agreement).renewal_requests.exists()
    else:
        with pytest.raises(RuleBroken) as why:
            apply_for_renewal(agreement, by=desk.operator, self_assessment="良好")
        assert not strange(agreement, str(why.value)) and str(opens) in str(why.value)


def test_papers_are_served_and_their_receipt_is_on_record(desk, item):
    case = CaseDesk(desk).notified(items=[item], intended=_recover())
    paper = case.notice_paper
    print_owed(paper)
    delivery = deliveries.send(paper, by=desk.clerk, on=TODAY, way="direct")
    delivery = perform(delivery.confirm_receipt, by=desk.clerk, receiver="收件人", files=[upload()], on=TODAY)
    assert delivery.receipt and not strange(case.agreement, delivery.receipt.snapshot.get("basis", ""))


def test_what_each_side_is_told_names_its_own_articles(desk):
    agreement = desk.signed()
    texts = list(Message.objects.filter(agreement=agreement).values_list("text", flat=True))
    assert texts and not strange(agreement, *texts)


def test_its_clocks_are_those_of_its_own_terms(desk):
    agreement = desk.signed()
    for clock in agreement.deadlines.all():
        assert clock.rule in agreement.terms.deadlines
        assert not strange(agreement, clock.article)


def test_an_item_is_named_as_its_text_counts(desk, item):
    breach = desk.signed().edition.breaches.find(item["item"])[0]
    assert breach.article_label.startswith(f"第{chinese_number(breach.article)}条")


@pytest.mark.rule("S16.2")
@pytest.mark.rule("S16.3")
def test_a_claim_is_received_and_its_clock_runs(desk, under):
    agreement = desk.signed()
    month = max(agreement.starts_on, TODAY - timedelta(days=60)).replace(day=1)
    month = month if month >= agreement.starts_on else (month + timedelta(days=32)).replace(day=1)
    facts = {"month": month, "claimed": Decimal("1000.00"), "on": TODAY}
    if under in SHANGHAI:
        with pytest.raises(RuleBroken, match=f"日对账没有通过.*（{agreement.terms.claiming.article}）"):
            perform(agreement.receive_claim, by=desk.clerk, **facts)
        facts["reconciled"] = True
    agreement = perform(agreement.receive_claim, by=desk.clerk, **facts)
    clock = agreement.deadlines.get(event="claim_accepted")
    assert clock.rule == "T-03" and not strange(agreement, clock.article)


def test_no_measure_is_shown_that_its_catalogue_does_not_give(desk, under):
    agreement = desk.signed()
    shown = {one.name for one in offers_for(agreement, desk.clerk)}
    assert ("criticise" in shown) == (under in SHANGHAI)
    assert {"suspend_for_breach", "rescind"} <= shown


def test_a_text_that_knows_no_hold_and_no_sample_offers_none(desk, under, client):
    office = Office(desk, desk.clerk.agency)
    agreement = desk.signed()
    knows = under != "lean"
    offered = {offer.name for offer in offers_for(agreement, desk.clerk)}
    assert ("hold_payment" in offered) == knows
    inspection = office.underway(agreement=agreement)
    client.force_login(office.inspector, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(inspection.get_absolute_url()).content.decode()
    assert ("随机抽样" in page) == knows
    answer = client.get(reverse("inspection-samples", args=[inspection.number]))
    assert answer.status_code == (200 if knows else 404)


# What rests on a part of the text that only some have → which texts have it.
ONLY_SOME = {
    "points": [REFERENCE],
    "person-stop": [REFERENCE],
    "assessment": [REFERENCE, *SHANGHAI],
    "external-notice": [REFERENCE],
    "complaint": [REFERENCE],
    "opinion": [REFERENCE],
    "dispute": [REFERENCE, *SHANGHAI, "made-up"],
}


def test_records_of_which_the_text_says_nothing_are_neither_offered_nor_filed(desk, under, client):
    agreement = desk.signed()
    offered = {one.slug for user in people(desk) for one in to_file(agreement, user)}
    assert {slug for slug, known in ONLY_SOME.items() if under in known} == offered & set(ONLY_SOME)
    for slug in set(ONLY_SOME) - offered:
        why = refusal(KINDS[slug].model(agreement=agreement), "file", by=desk.clerk)
        assert (
            slug == "complaint" or "文本没有" in why
        )  # an item of the agency's must be named, and there is none


def test_the_diagram_shows_going_on_only_where_the_text_knows_it(desk, under, client):
    agreement = desk.signed()
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    drawing = client.get(agreement.get_absolute_url()).content.decode().partition('id="d-title"')[2]
    assert ("延续有效" in drawing.partition("</svg>")[0]) == (under == REFERENCE)
