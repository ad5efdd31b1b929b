"""签署页、第七十四条：双方签署、授权、生效。"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from agreements import actions, daily
from agreements.gate import RuleBroken, perform
from agreements.models import Agreement, Status
from institutions.actions import revise_agency, revise_institution
from institutions.models import Agency, Role, User

from ..desk import TERM, TODAY, signature

pytestmark = pytest.mark.each_text


@pytest.mark.own_days
@pytest.mark.rule("Q00.5")
def test_an_agreement_exists_when_both_sides_have_signed(desk):
    agreement = desk.to_sign(starts_on=TODAY + timedelta(days=1), ends_on=TODAY + timedelta(days=366))
    agreement = actions.sign(agreement, "institution", by=desk.signatory, **signature("祁雪原", TODAY))
    assert agreement.status == Status.TO_SIGN
    agreement = actions.sign(agreement, "agency", by=desk.leader, **signature("韩兆麟", TODAY))
    assert agreement.status == Status.SIGNED
    assert [str(s) for s in agreement.sign_records.all()] == [
        f"乙方：祁雪原（法定代表人）{TODAY}", f"甲方：韩兆麟（法定代表人）{TODAY}",
    ]  # fmt: skip


@pytest.mark.own_days
@pytest.mark.rule("Q83.1")
def test_it_comes_into_force_on_its_first_day_by_the_system(desk):
    tomorrow = TODAY + timedelta(days=1)
    agreement = desk.signed(starts_on=tomorrow, ends_on=tomorrow + timedelta(days=364))
    assert agreement.status == Status.SIGNED
    assert daily.activate_due(TODAY) == ([], {})
    (done,), refused = daily.activate_due(tomorrow)
    assert (done.status, refused) == (Status.ACTIVE, {})
    assert done.events.last().actor_name == "系统"
    assert daily.activate_due(tomorrow) == ([], {})


@pytest.mark.own_days
def test_a_missed_day_is_made_up(desk):
    tomorrow = TODAY + timedelta(days=1)
    agreement = desk.signed(starts_on=tomorrow, ends_on=tomorrow + timedelta(days=364))
    daily.activate_due(tomorrow + timedelta(days=5))
    agreement.refresh_from_db()
    assert agreement.status == Status.ACTIVE and agreement.events.last().effective_on == tomorrow


@pytest.mark.own_days
@pytest.mark.rule("Q78.3")
def test_the_next_agreement_takes_over_on_its_first_day(desk):
    old = desk.signed()
    following = TERM["ends_on"] + timedelta(days=1)
    new = desk.signed(starts_on=following, ends_on=following + timedelta(days=364))
    assert daily.activate_due(following)[0] == [new]
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.status, old.ending.effective_on, new.status) == (Status.RENEWED, following, Status.ACTIVE)


@pytest.mark.own_days
def test_the_next_agreement_waits_while_the_last_is_suspended(desk):
    old = desk.signed()
    following = TERM["ends_on"] + timedelta(days=1)
    new = desk.signed(starts_on=following, ends_on=following + timedelta(days=364))
    desk.suspended(old)
    done, refused = daily.activate_due(following)
    assert done == [] and "一家机构一份协议" in refused[new.number]


def test_a_signature_is_not_older_than_the_text_it_signs(desk):
    agreement = desk.to_sign()
    with pytest.raises(RuleBroken, match="早于定稿日期"):
        actions.sign(
            agreement,
            "institution",
            by=desk.signatory,
            **signature("祁雪原", agreement.fixed_on - timedelta(days=1)),
        )


@pytest.mark.own_days
def test_nobody_but_the_system_activates(desk):
    agreement = desk.signed(starts_on=TODAY + timedelta(days=1), ends_on=TODAY + timedelta(days=30))
    with pytest.raises(PermissionDenied):
        perform(agreement.activate, by=desk.leader, on=TODAY, today=TODAY)


@pytest.mark.rule("Q74.1")
def test_a_county_agency_cannot_sign(desk, county_agency):
    """E24."""
    agreement = desk.to_sign()
    Agreement.objects.filter(pk=agreement.pk).update(agency=county_agency)
    leader = User.objects.create_user("county_leader", "孙县长", Role.LEADER, agency=county_agency)
    with pytest.raises(RuleBroken, match=desk.words("县级经办机构.*第七十四条")):
        actions.sign(Agreement.objects.get(), "agency", by=leader, **signature("韩兆麟"))


@pytest.mark.own_days
@pytest.mark.rule("Q74.1")
def test_a_provincial_agency_may_sign(desk, province_agency):
    clerk, reviewer, leader = (
        User.objects.create_user(f"p-{role}", "韩兆麟", role, agency=province_agency)
        for role in (Role.CLERK, Role.REVIEWER, Role.LEADER)
    )
    desk.clerk, desk.reviewer, desk.leader = clerk, reviewer, leader
    assert desk.signed().status == Status.ACTIVE


@pytest.mark.own_days
@pytest.mark.parametrize("side, name", [("institution", "郭小满"), ("agency", "马青禾")])
def test_a_legal_representative_is_the_one_on_the_cover(desk, side, name):
    by = desk.signatory if side == "institution" else desk.leader
    with pytest.raises(RuleBroken, match="姓名应与封面一致"):
        actions.sign(desk.to_sign(), side, by=by, **signature(name))


def letter():
    return SimpleUploadedFile("授权.pdf", b"%PDF-1.4 x")


@pytest.mark.own_days
@pytest.mark.parametrize(
    "changed, allowed",
    [
        ({}, True),
        ({"authorisation": None}, False),
        ({"authorised_until": TERM["starts_on"] - timedelta(days=1)}, False),
        ({"authorised_from": None}, False),
        ({"name": "生人"}, False),
    ],
)
@pytest.mark.rule("Q00.5")
def test_an_agent_signs_with_an_authorisation_in_date(desk, changed, allowed):
    agreement = desk.to_sign(institution_agent="祁代理")
    given = {
        "name": "祁代理", "capacity": "agent", "authorisation": letter(), "authorised_from": TERM["starts_on"],
        "authorised_until": TERM["ends_on"], **changed,
    }  # fmt: skip
    if allowed:
        signed = actions.sign(
            agreement, "institution", by=desk.signatory, **signature(**{**given, "day": TERM["starts_on"]})
        )
        assert signed.sign_records.get().capacity == "agent"
        assert "祁雪原（委托代理人：祁代理）" in signed.cover["institution_signatory"]
    else:
        with pytest.raises(RuleBroken, match="委托代理人"):
            actions.sign(
                agreement,
                "institution",
                by=desk.signatory,
                **signature(**{**given, "day": TERM["starts_on"]}),
            )


@pytest.mark.own_days
def test_a_signature_needs_a_scan_or_a_statement_and_keeps_the_scans_hash(desk):
    agreement = desk.to_sign()
    with pytest.raises(RuleBroken, match="签章扫描件"):
        actions.sign(agreement, "institution", by=desk.signatory, **signature("祁雪原", statement=""))
    scan = SimpleUploadedFile("签章页.pdf", b"%PDF-1.4 sealed")
    agreement = actions.sign(
        agreement, "institution", by=desk.signatory, **signature("祁雪原", statement="", scan=scan)
    )
    assert len(agreement.sign_records.get().scan_sha256) == 64


@pytest.mark.own_days
def test_a_side_signs_once_and_not_in_advance(desk):
    agreement = desk.to_sign()
    with pytest.raises(RuleBroken, match="还没有到"):
        actions.sign(
            agreement, "institution", by=desk.signatory, **signature("祁雪原", TODAY + timedelta(days=1))
        )
    agreement = actions.sign(agreement, "institution", by=desk.signatory, **signature("祁雪原"))
    with pytest.raises(RuleBroken, match="已经签署"):
        actions.sign(agreement, "institution", by=desk.signatory, **signature("祁雪原"))


def test_only_the_signatory_signs_for_the_hospital_and_only_the_leader_for_the_agency(desk):
    agreement = desk.to_sign()
    for side, by in [
        ("institution", desk.operator),
        ("institution", desk.leader),
        ("agency", desk.clerk),
        ("agency", desk.signatory),
    ]:
        with pytest.raises(PermissionDenied):
            actions.sign(agreement, side, by=by, **signature("祁雪原"))


@pytest.mark.parametrize("changed, label", [("institution", "乙方联系电话"), ("agency", "甲方联系电话")])
def test_a_party_that_changed_since_the_text_was_fixed_stops_the_signing(desk, changed, label):
    agreement = desk.to_sign()
    if changed == "institution":
        revise_institution(desk.hospital, by=desk.clerk, reason="更正", phone="0971-1")
    else:
        revise_agency(Agency.objects.get(pk=agreement.agency_id), by=None, reason="更正", phone="0971-2")
    with pytest.raises(RuleBroken, match=f"{label}.*重新定稿"):
        actions.sign(Agreement.objects.get(), "institution", by=desk.signatory, **signature("祁雪原"))


@pytest.mark.rule("Q00.1")
def test_signing_freezes_the_cover_for_ever(desk):
    agreement = desk.signed()
    revise_institution(desk.hospital, by=desk.clerk, reason="更名", name="西宁湟滨第一医院", phone="0971-1")
    assert Agreement.objects.get(pk=agreement.pk).cover["institution_name"] == "西宁湟滨医院"
