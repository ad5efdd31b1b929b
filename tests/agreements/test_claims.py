"""费用申报：受理、审核、同意拨付、拨付，各由不同的人办理；双方看得到拨付的时限，暂停拨付时不付（第五、六、七、三十六至三十九条）。"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse
from django.utils.timezone import get_default_timezone, localdate

from agreements.clocks import feed
from agreements.desk import desk_for
from agreements.gate import RuleBroken, perform
from agreements.models import Deadline, FeeClaim, Message
from institutions.models import Role, User

from ..conftest import PASSWORD
from ..official_calendar import nth_after

pytestmark = [pytest.mark.django_db, pytest.mark.each_text, pytest.mark.own_days]
YEAR = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
NOON = time(12)


def day(text):
    return date.fromisoformat(text)


@pytest.fixture
def at():
    """Sets the day on which everybody acts from now on."""
    travellers = []

    def travel(text):
        moment = datetime.combine(day(text), NOON, get_default_timezone())
        travellers.append(time_machine.travel(moment, tick=False))
        travellers[-1].start()

    yield travel
    for traveller in reversed(travellers):
        traveller.stop()


@pytest.fixture
def money(agency):
    return User.objects.create_user("money", "才让", Role.FINANCE, PASSWORD, agency=agency)


@pytest.fixture
def agreement(desk, at):
    call_command("load_calendar", verbosity=0)
    at("2026-02-02")
    return desk.signed(**YEAR)


def received(agreement, desk, month="2026-01-01", claimed="1000.00"):
    facts = {"month": day(month), "claimed": Decimal(claimed), "on": localdate(), "reconciled": True}
    return perform(agreement.receive_claim, by=desk.clerk, **facts).feeclaims.latest("pk")


def audited(claim, desk, allowed="1000.00", why=""):
    facts = {"allowed": Decimal(allowed), "refusal_reason": why, "on": localdate()}
    return perform(claim.finish_audit, by=desk.reviewer, **facts)


def approved(claim, desk):
    return perform(claim.approve_payment, by=desk.leader, on=localdate())


def paid(claim, money, amount="1000.00", why=""):
    return perform(claim.pay, by=money, paid=Decimal(amount), difference_reason=why, on=localdate())


def clock_of(claim, rule="T-03"):
    return Deadline.objects.get(agreement=claim.agreement, rule=rule, about=f"费用申报 {claim.pk}")


def days_to_pay(agreement, start, more=0):
    """The last day to pay what was accepted then, with so many working days given back."""
    return nth_after(day(start), agreement.terms.payment.working_days + more)


def held(agreement, desk, code=""):
    if code == "64":
        return desk.held_to_rectify(agreement, localdate())
    ground = agreement.terms.payment_hold.ground(code) if code else desk.free_ground
    return desk.decided(agreement, "hold_payment", hold_ground=ground, reason="部门通报", on=localdate())


def released(agreement, desk):
    hold = agreement.payment_holds.get(released_on=None)
    return desk.decided(
        agreement, "release_payment", hold=hold, outcome="paid", reason="整改到位", on=localdate()
    )


# ── the clock of payment ──


@pytest.mark.rule("Q05.3")
@pytest.mark.rule("Q06.1")
@pytest.mark.rule("Q39.1")
def test_both_sides_see_within_what_time_a_claim_is_paid(agreement, desk, at, client, other_operator):
    at("2026-09-18")
    clock = clock_of(received(agreement, desk, "2026-08-01"))
    assert (clock.bound, clock.title) == ("甲", "拨付医保费用（2026年8月）")
    assert clock.due_on == days_to_pay(agreement, "2026-09-18")
    assert clock in feed.clocks_for(desk.clerk)
    for person, seen in ((desk.clerk, True), (desk.operator, True), (other_operator, False)):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        assert (clock.title in client.get(reverse("deadlines")).text) == seen


@pytest.mark.rule("Q05.3")
def test_a_claim_is_paid_by_three_people_and_its_clock_is_met(agreement, desk, money, at):
    claim = received(agreement, desk)
    at("2026-02-05")
    claim = approved(audited(claim, desk), desk)
    at("2026-02-09")
    claim = paid(claim, money, "950.00", "预留质量保证金")
    clock = clock_of(claim)
    assert (claim.status, clock.status, str(clock.closed_on)) == ("paid", "met", "2026-02-09")
    assert Message.objects.filter(recipient=desk.operator, text__contains="拨付950.00元").exists()


def test_nobody_does_anothers_part_of_it(agreement, desk, money):
    claim = received(agreement, desk)
    for person in (desk.clerk, desk.leader, money, desk.operator):
        with pytest.raises(PermissionDenied):
            perform(claim.finish_audit, by=person, allowed=Decimal(1), refusal_reason="少", on=localdate())
    claim = audited(claim, desk)
    with pytest.raises(PermissionDenied):
        perform(claim.approve_payment, by=desk.reviewer, on=localdate())
    claim = approved(claim, desk)
    with pytest.raises(PermissionDenied):
        perform(claim.pay, by=desk.leader, paid=Decimal(1), difference_reason="扣", on=localdate())


def test_who_changed_office_does_not_check_his_own_work(agreement, desk):
    claim = received(agreement, desk)
    User.objects.filter(pk=desk.clerk.pk).update(role=Role.REVIEWER)
    promoted = User.objects.get(pk=desk.clerk.pk)
    with pytest.raises(RuleBroken, match="受理的人不能自己审核，由另一人办理"):
        perform(claim.finish_audit, by=promoted, allowed=claim.claimed, refusal_reason="", on=localdate())


@pytest.mark.parametrize(
    "amount, why, sentence",
    [
        ("1000.01", "", "应大于 0，且不多于审核应付 1000.00 元（第三十九条、第六十条）"),
        ("0", "扣", "应大于 0"),
        ("999.99", " ", "少于审核应付 1000.00 元，写明少付的原因"),
    ],
)
def test_what_is_paid_is_what_was_allowed_or_says_why_not(agreement, desk, money, amount, why, sentence):
    claim = approved(audited(received(agreement, desk), desk), desk)
    with pytest.raises(RuleBroken, match=desk.words(sentence)):
        paid(claim, money, amount, why)
    assert clock_of(claim).status == "open"


# ── the audit ──


@pytest.mark.rule("Q05.2", "Q09.2")
def test_an_audit_says_what_is_not_paid_and_why(agreement, desk):
    claim = audited(received(agreement, desk), desk, "880.00", "超适应症用药")
    assert (claim.status, claim.refused) == ("audited", Decimal("120.00"))
    told = Message.objects.get(recipient=desk.operator, subject="费用审核完成").text
    assert "应付880.00元，不予支付120.00元" in told


@pytest.mark.rule("Q05.2")
@pytest.mark.parametrize(
    "allowed, why, sentence",
    [
        ("880.00", " ", "有不予支付的费用，写明原因"),
        ("1000.01", "", "应在 0 至申报金额 1000.00 元之间"),
        ("-1", "扣", "应在 0 至申报金额"),
    ],
)
def test_an_audit_that_does_not_add_up_is_refused(agreement, desk, allowed, why, sentence):
    with pytest.raises(RuleBroken, match=sentence):
        audited(received(agreement, desk), desk, allowed, why)


def test_what_is_refused_wholly_is_never_paid_and_waits_for_nothing(agreement, desk):
    claim = audited(received(agreement, desk), desk, "0", "乙方未在核准的诊疗科目内服务")
    assert (claim.status, clock_of(claim).status) == ("refused", "met")
    with pytest.raises(RuleBroken, match="现为“不予支付”，不能同意拨付"):
        approved(claim, desk)


@pytest.mark.rule("Q07.3")
def test_reconciliation_is_asked_for_in_time_from_the_end_of_the_audit(agreement, desk, at):
    """E05: audited on 2026-01-30, due on 2026-03-19."""
    at("2026-01-30")
    claim = audited(received(agreement, desk), desk)
    clock = clock_of(claim, "T-01")
    assert (clock.bound, str(clock.due_on)) == ("乙", "2026-03-19")
    at("2026-03-20")
    claim = perform(claim.ask_reconciliation, by=desk.signatory, on=localdate())
    clock = clock_of(claim, "T-01")
    assert clock.status == "met" and clock.was_late
    with pytest.raises(RuleBroken, match="已于2026-03-20申请对账"):
        perform(claim.ask_reconciliation, by=desk.operator, on=localdate())


# ── what is taken in ──


@pytest.mark.rule("Q36.1")
@pytest.mark.parametrize(
    "month, claimed, sentence",
    [
        ("2026-03-01", "1", "2026-03还没有开始，不能受理这个月的费用（第三十六条）"),
        ("2026-01-15", "1", "写成当月的第一日，填的是2026-01-15"),
        ("2025-12-01", "1", "2025-12不在协议履行的月份（2026-01至今）之内"),
        ("2026-01-01", "0", "申报金额应大于 0"),
    ],
)
def test_a_claim_that_does_not_fit_is_not_taken_in(agreement, desk, month, claimed, sentence):
    with pytest.raises(RuleBroken, match=desk.words(sentence)):
        received(agreement, desk, month, claimed)


@pytest.mark.rule("Q36.2")
def test_a_month_that_was_suspended_throughout_is_not_claimed(agreement, desk, at):
    until = min(day("2026-05-31"), localdate() + timedelta(days=desk.longest_stop))
    agreement = desk.suspended_for_breach(agreement, on=localdate(), until=until)
    at("2026-05-11")
    with pytest.raises(RuleBroken, match=desk.words("2026-03整月在中止期间（2026-02-02至今）.*第三十六条")):
        received(agreement, desk, "2026-03-01")
    assert received(agreement, desk, "2026-02-01").status == "received", "served on its first day"
    agreement = desk.resumed(agreement, requested_on=localdate(), on=localdate())
    with pytest.raises(RuleBroken, match="2026-04整月在中止期间（2026-02-02至2026-05-11）"):
        received(agreement, desk, "2026-04-01")
    assert received(agreement, desk, "2026-05-01").status == "received"


@pytest.mark.rule("Q36.1")
def test_one_claim_a_month_and_a_returned_one_makes_room(agreement, desk, at):
    first = received(agreement, desk)
    with pytest.raises(RuleBroken, match="2026-01的费用已经受理过"):
        received(agreement, desk)
    first = perform(first.return_claim, by=desk.clerk, reason="缺结算清单", on=localdate())
    assert clock_of(first).status == "dropped"
    at("2026-02-05")
    again = received(agreement, desk)
    assert clock_of(again).started_on == day("2026-02-05") and FeeClaim.objects.open().get() == again


# ── payment that is held ──


@pytest.mark.rule("Q05.3")
@pytest.mark.parametrize(
    "code, article", [("61", "第六十一条"), ("64", "第六十四条"), ("69", "第六十九条"), ("", "")]
)
def test_while_payment_is_held_nothing_is_paid(agreement, desk, money, code, article):
    article = article or desk.free_ground.article_label
    claim = audited(received(agreement, desk), desk)
    agreement = held(agreement, desk, code)
    with pytest.raises(RuleBroken, match=f"协议暂停拨付（{article}，自2026-02-02起："):
        approved(claim, desk)
    released(agreement, desk)
    claim = approved(claim, desk)
    held(agreement, desk, code)
    with pytest.raises(RuleBroken, match="解除之前不能拨付"):
        paid(claim, money)


@pytest.mark.rule("Q39.2")
@pytest.mark.parametrize("code", ["61", "64", "69", ""])
def test_the_clock_stands_still_while_payment_is_held_and_goes_on_with_what_was_left(
    agreement, desk, at, code
):
    """E03: of the twenty working days, three on which payment was held are given back."""
    claim = received(agreement, desk)
    assert clock_of(claim).due_on == days_to_pay(agreement, "2026-02-02")
    at("2026-02-04")
    agreement = held(agreement, desk, code)
    assert clock_of(claim).paused_since == day("2026-02-04")
    at("2026-02-09")
    released(agreement, desk)
    clock = clock_of(claim)
    assert (clock.paused_since, clock.due_on) == (None, days_to_pay(agreement, "2026-02-02", more=3))
    assert clock.pauses == [["2026-02-04", "2026-02-08", "暂停拨付"]]


def test_two_holds_at_once_give_each_day_back_once(agreement, desk, at):
    claim = received(agreement, desk)
    at("2026-02-04")
    agreement = held(agreement, desk, "64")
    first = agreement.payment_holds.get()
    at("2026-02-05")
    agreement = held(agreement, desk)
    at("2026-02-09")
    details = {"outcome": "paid", "reason": "查清", "on": localdate()}
    agreement = desk.decided(agreement, "release_payment", hold=first, **details)
    assert clock_of(claim).is_paused, "the other hold is open"
    released(agreement, desk)
    assert clock_of(claim).due_on == days_to_pay(agreement, "2026-02-02", more=3)


def test_an_investigation_holds_and_its_end_lets_go(agreement, desk, at):
    claim = received(agreement, desk)
    at("2026-02-04")
    aftercare = desk.suspension()["aftercare"]
    agreement = desk.decided(
        agreement, "suspend_for_investigation", reason="线索", on=localdate(), aftercare=aftercare
    )
    assert clock_of(claim).is_paused
    at("2026-02-09")
    desk.resumed(agreement, reason="查否", requested_on=None, on=localdate())
    assert clock_of(claim).due_on == days_to_pay(agreement, "2026-02-02", more=3)


def test_what_is_received_while_payment_is_held_starts_standing_still(agreement, desk, at):
    agreement = held(agreement, desk)
    claim = received(agreement, desk)
    assert clock_of(claim).paused_since == day("2026-02-03"), "the day of the start is not counted anyway"
    at("2026-02-05")
    released(agreement, desk)
    assert clock_of(claim).due_on == days_to_pay(agreement, "2026-02-02", more=2)


@pytest.mark.rule("Q39.2")
def test_a_failure_that_the_leader_puts_on_record_prolongs_the_clock(agreement, desk, at):
    """E03: three working days of a logged failure; days that were held besides count once."""
    claim = received(agreement, desk)
    at("2026-02-06")
    failure = {"first_day": day("2026-02-04"), "last_day": day("2026-02-06"), "reason": "故障通知单 3 号"}
    with pytest.raises(PermissionDenied):
        perform(claim.note_failure, by=desk.clerk, on=localdate(), **failure)
    claim = perform(claim.note_failure, by=desk.leader, on=localdate(), **failure)
    assert clock_of(claim).due_on == days_to_pay(agreement, "2026-02-02", more=3)
    agreement = held(agreement, desk)
    at("2026-02-09")
    released(agreement, desk)
    assert clock_of(claim).due_on == days_to_pay(agreement, "2026-02-02", more=3)


@pytest.mark.parametrize(
    "first, last, sentence",
    [
        ("2026-02-03", "2026-02-05", "末日 2026-02-05 还没有到"),
        ("2026-02-04", "2026-02-03", "早于首日 2026-02-04"),
        ("2026-01-05", "2026-02-02", "受理日期 2026-02-02 之后"),
    ],
)
def test_days_that_cannot_be_given_back_are_refused(agreement, desk, at, first, last, sentence):
    claim = received(agreement, desk)
    at("2026-02-04")
    days = {"first_day": day(first), "last_day": day(last)}
    with pytest.raises(RuleBroken, match=sentence):
        perform(claim.note_failure, by=desk.leader, reason="故障", on=localdate(), **days)


def test_a_failure_is_not_put_on_record_before_its_day(agreement, desk):
    claim, soon = received(agreement, desk), day("2026-02-20")
    with pytest.raises(RuleBroken, match="2026-02-20 还没有到"):
        days = {"first_day": day("2026-02-04"), "last_day": soon}
        perform(claim.note_failure, by=desk.leader, reason="故障", on=soon, **days)


# ── after the agreement ──


def test_what_was_claimed_is_owed_after_the_agreement_has_ended(agreement, desk, money, at):
    claim = received(agreement, desk)
    agreement = held(agreement, desk)
    agreement = desk.ended(agreement, on=localdate())
    assert clock_of(claim).is_paused and clock_of(claim).status == "open"
    at("2026-02-05")
    with pytest.raises(RuleBroken, match="2026-03还没有开始"):
        received(agreement, desk, "2026-03-01")
    later = received(agreement, desk, "2026-02-01")
    claim = audited(claim, desk)
    with pytest.raises(RuleBroken, match="解除之前不能拨付"):
        approved(claim, desk)
    released(agreement, desk)
    assert paid(approved(claim, desk), money).status == "paid"
    assert clock_of(later).status == "open" and not clock_of(later).is_paused


# ── pages ──


def entered(client, person):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.rule("Q05.2")
@pytest.mark.rule("Q06.1")
def test_a_claim_goes_its_way_through_the_pages(agreement, desk, money, client):
    page = reverse("agreement-act", args=[agreement.number, "receive-claim"])
    facts = {"month": "2026-01-01", "claimed": "1000.00", "on": "2026-02-02", "reconciled": "on"}
    assert entered(client, desk.clerk).post(page, facts).status_code == 302
    url = FeeClaim.objects.get().get_absolute_url()
    steps = [
        (desk.reviewer, "要审核的费用申报", "finish_audit", {"allowed": "900", "refusal_reason": "重复收费", "on": "2026-02-02"}),
        (desk.leader, "要同意拨付的费用", "approve_payment", {}),
        (money, "要拨付的费用", "pay", {"paid": "900", "on": "2026-02-02"}),
    ]  # fmt: skip
    for person, group, deed, given in steps:
        assert group in dict(desk_for(person)), group
        answer = entered(client, person).post(url, {"deed": deed, **given})
        assert answer.status_code == 302, answer.content.decode()
        assert group not in dict(desk_for(person))
    shown = entered(client, desk.operator).get(url).text
    for words in ("1,000.00 元", "100.00 元：重复收费", "900.00 元", "已拨付", "拨付医保费用（2026年1月）"):
        assert words in shown
    assert "2026年1月" in client.get(f"{reverse('claims')}?tab=all").text
    assert "没有还要拨付的费用申报" in client.get(reverse("claims")).text


@pytest.mark.only_text("qinghai", reason="no other text has a time to ask for reconciliation in (第七条)")
def test_reconciliation_is_asked_for_on_the_page_of_the_claim(agreement, desk, client):
    claim, group = audited(received(agreement, desk), desk), "要申请的对账"
    assert group in dict(desk_for(desk.operator))
    asked = {"deed": "ask_reconciliation"}
    assert entered(client, desk.operator).post(claim.get_absolute_url(), asked).status_code == 302
    assert group not in dict(desk_for(desk.operator))


def test_a_held_claim_shows_why_the_button_is_dead(agreement, desk, client):
    claim = audited(received(agreement, desk), desk)
    held(agreement, desk)
    page = entered(client, desk.leader).get(claim.get_absolute_url()).text
    assert "起暂停拨付" in page and "解除之前不能拨付" in page
    answer = client.post(claim.get_absolute_url(), {"deed": "approve_payment"})
    assert answer.status_code == 200 and FeeClaim.objects.get().status == "audited"


@pytest.mark.rule("Q39.3")
def test_when_payment_is_late_the_hospital_is_led_to_the_authority(agreement, desk, at, client):
    claim = received(agreement, desk)
    clock, words = clock_of(claim), "从协议页面提请"
    at(clock.due_on.isoformat())
    assert words not in entered(client, desk.operator).get(claim.get_absolute_url()).text
    at((clock.due_on + timedelta(days=1)).isoformat())
    assert words in entered(client, desk.operator).get(claim.get_absolute_url()).text
    assert words not in entered(client, desk.clerk).get(claim.get_absolute_url()).text
    path = reverse("coordination-new", args=[agreement.number])
    page = entered(client, desk.operator).get(agreement.get_absolute_url()).text
    assert path in page and 'id="h-records"' in page
    matter = {
        "about": "payment",
        "matter": "一月费用逾期未拨付",
        "request": "协调拨付",
        "on": localdate().isoformat(),
    }
    assert client.post(path, matter).status_code == 302
    assert agreement.papers.get(purpose="coordination").snapshot["title"] == "提请协调申请书"


def test_the_list_finds_by_name_and_state_and_shows_strangers_nothing(agreement, desk, client, other_clerk):
    received(agreement, desk)
    found = entered(client, desk.clerk).get(reverse("claims"), {"q": "湟滨", "tab": "received"}).text
    assert "1,000.00" in found
    assert "没有符合条件的" in client.get(reverse("claims"), {"q": "海湖"}).text
    assert "1,000.00" not in entered(client, other_clerk).get(reverse("claims")).text
