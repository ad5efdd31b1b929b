"""第六十七条（一）：协议期内再次被中止的，由人决定是否解除；没有决定，不能直接恢复。"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from agreements import actions
from agreements.desk import desk_for
from agreements.gate import RuleBroken, perform
from agreements.models import Status

from ..desk import AFTERCARE, TODAY
from .test_cascade import elsewhere  # noqa: F401  the same hospital's agreements in other regions

pytestmark = pytest.mark.each_text
COUNTED = pytest.mark.only_text("qinghai", reason="no other text counts suspensions (第六十七条（一）)")


def groups(user):
    return {title: [item.agreement for item in items] for title, items in desk_for(user)}


def breached(desk, agreement=None, times=1):
    agreement = agreement or desk.signed()
    for _ in range(times):
        agreement = desk.suspended_for_breach(agreement)
        if times > 1 and _ < times - 1:
            agreement = desk.resumed(agreement)
    return agreement


def kept(desk, agreement, **changed):
    details = {"reason": "情节较轻，已整改", "times": agreement.times_suspended, "on": TODAY, **changed}
    return desk.decided(agreement, "keep_despite_repeat", **details)


@pytest.mark.rule("Q67.5")
def test_a_first_suspension_for_breach_resumes_as_any_other(desk):
    agreement = breached(desk)
    assert agreement.times_suspended == 1
    assert "考虑解除" not in groups(desk.leader)
    assert desk.resumed(agreement).status == Status.ACTIVE


@COUNTED
@pytest.mark.rule("Q67.5")
def test_the_second_one_waits_for_the_leaders_decision(desk):
    agreement = breached(desk, times=2)
    assert agreement.times_suspended == 2
    with pytest.raises(RuleBroken, match=desk.words("已2次被中止，不能直接恢复履行.*第六十七条（一）")):
        desk.resumed(agreement)
    for person in (desk.leader, desk.clerk):
        assert groups(person)["考虑解除"] == [agreement]
    for person in (desk.reviewer, desk.operator):
        assert "考虑解除" not in groups(person)


@pytest.mark.rule("Q67.5")
def test_the_decision_to_keep_it_lets_it_resume_and_stands_for_that_count_only(desk):
    agreement = kept(desk, breached(desk, times=2))
    assert agreement.status == Status.SUSPENDED and agreement.kept_at_times == 2
    assert "考虑解除" not in groups(desk.leader)
    agreement = desk.suspended_for_breach(desk.resumed(agreement))
    with pytest.raises(RuleBroken, match="已3次被中止"):
        desk.resumed(agreement)
    assert groups(desk.leader)["考虑解除"] == [agreement]


@COUNTED
@pytest.mark.rule("Q67.5")
def test_the_other_decision_is_to_rescind(desk):
    agreement = desk.rescinded(breached(desk, times=2), "QH-67-01")
    assert agreement.status == Status.RESCINDED and agreement.ending.article == "第六十七条（一）"
    assert "考虑解除" not in groups(desk.leader)


CHECK = {"reason": "涉嫌冒名就医", "on": TODAY, "aftercare": AFTERCARE}


def checked(desk):
    return desk.decided(desk.signed(), "suspend_for_investigation", **CHECK)


def stopped(desk):
    department = desk.hospital.departments.create(code="05", name="康复科")
    return desk.banned(
        desk.signed(), "department", department, TODAY + timedelta(days=100), desk.department_item
    )


# What was done → how often the agreement counts as suspended (AMB-03).
WAYS = {
    "违约": (breached, 1),
    "违约两次": (lambda desk: breached(desk, times=2), 2),
    "依申请": (lambda desk: desk.suspended(), 0),
    "检查期间": (checked, 0),
    "检查没有属实": (lambda desk: desk.resumed(checked(desk), requested_on=None), 0),
    "检查属实": (lambda desk: desk.suspended_for_breach(checked(desk), check_hold="refused"), 1),
    "停止科室": (stopped, 0),
    "违约恢复后又依申请": (lambda desk: desk.suspended(desk.resumed(breached(desk))), 1),
}


@pytest.mark.rule("Q67.5")
@pytest.mark.parametrize("way", WAYS)
def test_what_counts_is_what_was_imposed_on_the_whole_agreement(desk, way):
    reached, times = WAYS[way]
    assert reached(desk).times_suspended == times


@COUNTED
@pytest.mark.rule("Q67.5")
def test_what_was_cascaded_does_not_count(desk, elsewhere):  # noqa: F811
    other = elsewhere[0].signed()
    home = breached(desk)
    other.refresh_from_db()
    assert (other.status, other.times_suspended, home.times_suspended) == ("suspended", 0, 1)
    assert desk.resumed(home).status == Status.ACTIVE


@pytest.mark.rule("Q67.5")
def test_a_renewal_starts_at_none_and_the_old_count_is_shown(desk, client):
    old = desk.terminated(kept(desk, breached(desk, times=2)))
    new = desk.signed(predecessor=old)
    assert new.times_suspended == 0 and "前一份协议2次" in new.repeat_sentence
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(old.get_absolute_url()).content.decode()
    assert "因违约被中止2次" in page and "第2次已记明不予解除" in page
    new = breached(desk, new)
    assert "前一份协议2次" in client.get(new.get_absolute_url()).content.decode()


@COUNTED
@pytest.mark.rule("Q67.5")
def test_keeping_it_takes_a_reason_a_repeat_and_three_people(desk):
    agreement = breached(desk)
    with pytest.raises(RuleBroken, match="被中止1次，没有达到2次"):
        kept(desk, agreement)
    agreement = desk.suspended_for_breach(desk.resumed(agreement))
    with pytest.raises(RuleBroken, match="写明原因"):
        kept(desk, agreement, reason=" ")
    with pytest.raises(RuleBroken, match="须由经办提请"):
        perform(agreement.keep_despite_repeat, by=desk.leader, reason="从轻", times=2, on=TODAY)
    with pytest.raises(PermissionDenied):
        perform(agreement.keep_despite_repeat, by=desk.reviewer, reason="从轻", times=2, on=TODAY)
    agreement = kept(desk, agreement)
    with pytest.raises(RuleBroken, match="第2次被中止，已记明不予解除"):
        kept(desk, agreement)


def test_a_decision_asked_for_before_another_suspension_does_not_cover_it(desk):
    agreement = breached(desk, times=2)
    details = {"reason": "情节较轻", "times": 2, "on": TODAY}
    proposal = desk.proposal(agreement, "keep_despite_repeat", **details)
    desk.suspended_for_breach(agreement)
    with pytest.raises(RuleBroken, match="其后又被中止"):
        actions.decide(proposal, by=desk.leader)


@COUNTED
def test_it_is_proposed_and_decided_in_the_browser(desk, client):
    agreement = breached(desk, times=2)

    def login(user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    url = f"{agreement.get_absolute_url()}keep-despite-repeat/"
    login(desk.clerk)
    assert "提请记明不予解除" in client.get(agreement.get_absolute_url()).content.decode()
    client.post(url, {"reason": "情节较轻，已整改"})
    proposal = agreement.proposals.get(act="keep_despite_repeat")
    perform(proposal.review, by=desk.reviewer, remark="同意")
    login(desk.leader)
    page = f"{agreement.get_absolute_url()}proposals/{proposal.pk}/"
    assert "情节较轻，已整改" in client.get(page).content.decode()
    client.post(page, {"deed": "decide"})
    agreement.refresh_from_db()
    assert agreement.kept_at_times == 2


def test_it_is_not_offered_where_nothing_is_to_be_decided(desk, client):
    agreement = breached(desk)
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    assert "记明不予解除" not in client.get(agreement.get_absolute_url()).content.decode()
