"""第三条、第二十八条、第八十三条：起草、协商、确认、定稿、退回、作废。"""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from agreements import actions
from agreements.gate import RuleBroken, perform
from agreements.models import Agreement, Status
from institutions.actions import revise_institution

pytestmark = pytest.mark.each_text


@pytest.mark.rule("Q03.1")
@pytest.mark.rule("Q83.1")
def test_a_draft_has_parties_edition_term_scope_and_a_number_of_its_own(desk, agency, edition):
    agreement = desk.drafted()
    assert agreement.number == f"{agency.region_id}-{desk.term['starts_on'].year}-0001"
    assert (agreement.agency, agreement.institution, agreement.edition) == (agency, desk.hospital, edition)
    assert (agreement.status, agreement.services, agreement.starts_on) == (
        Status.DRAFT,
        desk.scope["services"],
        desk.term["starts_on"],
    )


@pytest.mark.rule("Q83.1")
def test_a_term_cannot_end_before_it_starts(desk):
    with pytest.raises(RuleBroken, match="有效期止不能早于有效期起"):
        desk.drafted(starts_on=date(2026, 12, 31), ends_on=date(2026, 1, 1))


def test_a_pair_has_one_agreement_in_the_making(desk):
    desk.drafted()
    with pytest.raises(RuleBroken, match="正在办理签订"):
        desk.drafted()


def test_a_number_is_never_used_again(desk, other_hospital):
    first = desk.drafted()
    perform(first.discard, by=desk.reviewer, reason="重复起草")
    assert desk.drafted().number.endswith("-0002")


@pytest.mark.rule("Q74.1")
def test_a_county_prepares_for_the_prefecture_above_it(desk, county_clerk, agency):
    agreement = actions.draft_agreement(desk.hospital, by=county_clerk, **desk.term, **desk.scope)
    assert agreement.agency == agency
    assert perform(agreement.negotiate, by=county_clerk).status == Status.NEGOTIATING


def test_only_clerks_of_the_region_draft(desk, other_clerk):
    facts = {"agency": desk.clerk.agency, **desk.term, **desk.scope}
    for person in (desk.leader, other_clerk):
        with pytest.raises(PermissionDenied):
            actions.draft_agreement(desk.hospital, by=person, **facts)


@pytest.mark.only_text("qinghai", "made-up", reason="in Shanghai the one agency of the city signs (序言)")
def test_another_region_may_sign_with_the_same_hospital(desk, other_clerk):
    desk.drafted()
    elsewhere = actions.draft_agreement(desk.hospital, by=other_clerk, **desk.term, **desk.scope)
    assert elsewhere.agency == other_clerk.agency


@pytest.mark.rule("Q00.2")
def test_a_blank_cover_field_is_named_and_stops_the_draft(desk):
    agreement = desk.drafted()
    version = desk.hospital.current
    type(version).objects.filter(pk=version.pk).update(name="", postcode="")
    names = "乙方名称、乙方邮政编码" if "{institution_postcode" in agreement.edition.text else "乙方名称"
    with pytest.raises(RuleBroken, match=f"还有空白没有填：{names}。"):
        perform(agreement.negotiate, by=desk.clerk)


@pytest.mark.only_text(
    "qinghai", reason="no other text has a blank for more of the agency than its name (封面)"
)
@pytest.mark.rule("Q00.1")
def test_a_blank_of_the_agency_is_named_too(desk, agency):
    agreement = desk.drafted()
    type(agency.current).objects.filter(pk=agency.current_id).update(phone="")
    with pytest.raises(RuleBroken, match="甲方联系电话"):
        perform(agreement.negotiate, by=desk.clerk)


@pytest.mark.rule("Q78.2")
def test_the_text_is_fixed_after_the_hospital_confirmed_it_by_someone_who_did_not_draft_it(desk):
    with pytest.raises(RuleBroken, match="乙方还没有确认"):
        actions.fix_text(desk.negotiating(), by=desk.reviewer)
    agreement = perform(Agreement.objects.get().confirm, by=desk.operator)
    agreement = actions.fix_text(agreement, by=desk.reviewer)
    assert agreement.status == Status.TO_SIGN
    assert agreement.snapshot["cover"]["institution_name"] == "西宁湟滨医院"


def test_a_drafter_does_not_check_own_draft(desk):
    agreement = desk.confirmed()
    Agreement.objects.filter(pk=agreement.pk).update(drafted_by=desk.reviewer)
    agreement.refresh_from_db()
    with pytest.raises(RuleBroken, match="不能自己审核"):
        actions.fix_text(agreement, by=desk.reviewer)


def test_whoever_changed_the_draft_does_not_check_it_either(desk, reviewer):
    agreement = desk.drafted()
    reviewer.role = "clerk"
    perform(agreement.revise, by=reviewer, **desk.term, **desk.scope)
    reviewer.role = "reviewer"
    agreement = perform(perform(agreement.negotiate, by=desk.clerk).confirm, by=desk.operator)
    with pytest.raises(RuleBroken, match="起草或修改过草稿"):
        actions.fix_text(agreement, by=reviewer)


@pytest.mark.rule("Q03.2")
def test_an_expired_licence_stops_the_negotiation(desk):
    revise_institution(desk.hospital, by=None, reason="x", licence_expires_on=date(2020, 1, 1))
    with pytest.raises(RuleBroken, match="执业许可证已于2020-01-01到期"):
        perform(desk.drafted().negotiate, by=desk.clerk)


@pytest.mark.own_days
def test_a_new_term_starts_after_the_live_one(desk):
    live = desk.signed()
    second = desk.drafted(starts_on=live.ends_on, ends_on=live.ends_on)
    with pytest.raises(RuleBroken, match=f"现行协议{live}到{live.ends_on}才期满"):
        perform(second.negotiate, by=desk.clerk)


@pytest.mark.own_days
def test_a_term_that_is_over_cannot_be_fixed(desk):
    agreement = desk.confirmed(starts_on=date(2020, 1, 1), ends_on=date(2020, 12, 31))
    with pytest.raises(RuleBroken, match="有效期到2020-12-31为止，已经过去"):
        actions.fix_text(agreement, by=desk.reviewer)


def test_a_revision_asks_for_a_new_confirmation(desk):
    agreement = perform(
        desk.confirmed().revise, by=desk.clerk, **desk.term, **{**desk.scope, "services": ["住院"]}
    )
    assert (agreement.status, agreement.confirmed_by, agreement.services) == (Status.DRAFT, None, ["住院"])


def test_a_fixed_text_keeps_its_cover_when_the_hospital_changes(desk):
    agreement = desk.to_sign()
    revise_institution(desk.hospital, by=desk.clerk, reason="更名", name="西宁湟滨第一医院")
    agreement = Agreement.objects.get(pk=agreement.pk)
    assert agreement.cover["institution_name"] == "西宁湟滨医院"
    assert agreement.changed_fields == "乙方名称"


def test_returning_to_draft_voids_signatures_and_prints_and_keeps_their_numbers(desk):
    agreement = desk.to_sign()
    paper = agreement.papers.get()
    agreement = actions.return_to_draft(agreement, by=desk.reviewer, reason="床位数有误")
    paper.refresh_from_db()
    assert (agreement.status, agreement.snapshot, paper.status) == (Status.DRAFT, {}, "voided")
    assert "床位数有误" in paper.void_reason


def test_the_database_keeps_one_live_agreement_for_a_pair(desk):
    live = desk.signed()
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.create(
            number="x", agency=live.agency, institution=live.institution, edition=live.edition, drafted_by=desk.clerk,
            status=Status.ACTIVE, **desk.term,
        )  # fmt: skip
