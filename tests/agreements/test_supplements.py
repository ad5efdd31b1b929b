"""第七十七条: a supplement drafted once, reviewed by another, sent by a third to many agreements, signed one by one."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from agreements.applications import actions as applications
from agreements.gate import SYSTEM, RuleBroken, perform
from agreements.models import (
    Amendment,
    Job,
    Message,
    Paper,
    PolicySupplement,
    SupplementEvent,
    SupplementItem,
)
from agreements.models.event import chain_fault, first_fault
from agreements.supplements import actions as supplements
from agreements.supplements import work
from agreements.supplements.selection import LEFT_OUT, chosen, preview

from ..desk import TODAY, signature

pytestmark = [pytest.mark.django_db, pytest.mark.each_text]
Status = PolicySupplement.Status
LEADER = {"name": "韩兆麟", "statement": "同意签署"}


@pytest.fixture
def neighbour(desk, other_hospital):
    return desk.beside(other_hospital)


# ── drafted, reviewed, sent: three people ──


@pytest.mark.rule("Q77.2")
def test_drafted_reviewed_and_sent_by_three_people(desk, edition):
    agreement = desk.signed()
    supplement = desk.supplement(edition)
    assert (supplement.status, supplement.number[:3]) == (Status.REVIEWED, "TB-")
    supplement = supplements.send(supplement, f"pick={agreement.pk}", by=desk.leader)
    assert (supplement.drafted_by, supplement.reviewed_by, supplement.sent_by) == (
        desk.clerk, desk.reviewer, desk.leader,
    )  # fmt: skip
    assert [event.act for event in supplement.events.all()] == ["write", "review", "send"]
    assert chain_fault(supplement) is None


def test_who_drafted_it_does_not_review_it_and_who_reviewed_it_does_not_send_it(desk, edition, agency):
    desk.signed()
    supplement = desk.supplement(edition)
    PolicySupplement.objects.filter(pk=supplement.pk).update(reviewed_by=desk.leader)
    with pytest.raises(RuleBroken, match="复核人不能发送"):
        supplements.send(supplement, "", by=desk.leader)
    PolicySupplement.objects.filter(pk=supplement.pk).update(drafted_by=desk.leader)
    with pytest.raises(RuleBroken, match="起草人不能复核或发送"):
        supplements.send(supplement, "", by=desk.leader)


@pytest.mark.parametrize("who", ["reviewer", "leader", "operator"])
def test_only_a_clerk_drafts(desk, edition, who):
    with pytest.raises(PermissionDenied):
        supplements.draft(
            edition, by=getattr(desk, who), title="a", document="", reason="b", clauses=["c"], articles=[],
            terms_source="", from_on=None,
        )  # fmt: skip
    assert not PolicySupplement.objects.exists()


@pytest.mark.parametrize("changed, why", [
    ({"clauses": []}, "写明条款"),
    ({"articles": ["第九十九条"]}, "没有第九十九条"),
    ({"terms": "[scope]\nlongest = 3"}, "没有 longest 这一项"),
    ({"terms": "[recovery]\npay_days = 0"}, "应大于0"),
])  # fmt: skip
def test_what_the_edition_does_not_have_is_not_drafted(desk, edition, changed, why):
    with pytest.raises(RuleBroken, match=why):
        desk.supplement(edition, **changed)
    assert not PolicySupplement.objects.exists()


def test_it_goes_back_for_a_reason_and_is_reviewed_again(desk, edition):
    supplement = perform(desk.supplement(edition).return_to_draft, by=desk.leader, reason="第一条措辞")
    assert (supplement.status, supplement.reviewed_by, supplement.closing_reason) == (
        Status.DRAFT,
        None,
        "第一条措辞",
    )
    with pytest.raises(RuleBroken, match="现为“草稿”，不能发送"):
        supplements.send(supplement, "", by=desk.leader)


def test_what_was_not_sent_can_be_withdrawn_and_is_over(desk, edition):
    supplement = perform(desk.supplement(edition).withdraw, by=desk.clerk, reason="政策另有通知")
    with pytest.raises(RuleBroken, match="已撤销"):
        perform(supplement.review, by=desk.reviewer, opinion="同意")


def test_its_record_is_only_added_to(desk, edition):
    desk.supplement(edition)
    with pytest.raises((IntegrityError, Exception), match="只能增加"), transaction.atomic():
        SupplementEvent.objects.update(label="别的")


# ── to whom ──


def test_what_cannot_get_it_is_left_out_with_the_reason(desk, neighbour, edition):
    live, ended = desk.signed(), neighbour.rescinded(neighbour.signed())
    making = neighbour.drafted()
    supplement = desk.supplement(edition)
    shown = preview(chosen("", supplement).qs, supplement)
    assert (shown.total, shown.fitting) == (3, 1)
    assert {str(one): why for one, why in shown.listed} == {
        str(ended): LEFT_OUT["ended"], str(making): LEFT_OUT["making"],
    }  # fmt: skip
    supplements.send(supplement, f"pick={live.pk}", by=desk.leader)
    assert preview(chosen("", supplement).qs, supplement).counts["already"] == 1
    other = desk.supplement(edition)
    assert preview(chosen("", other).qs, other).counts["unsigned"] == 1


def test_another_edition_gets_none(desk, edition):
    agreement = desk.signed()
    old = type(edition).objects.create(
        **{f.attname: getattr(edition, f.attname) for f in edition._meta.concrete_fields if f.name not in ("id", "version")},
        version="0",
    )  # fmt: skip
    supplement = desk.supplement(old)
    with pytest.raises(RuleBroken, match="选出的协议都不能发"):
        supplements.send(supplement, f"pick={agreement.pk}", by=desk.leader)
    assert PolicySupplement.objects.get().status == Status.REVIEWED, "nothing is half done"


# ── what sending does ──


@pytest.mark.own_days
@pytest.mark.rule("Q77.2")
def test_each_agreement_gets_its_supplement_its_paper_and_a_message(desk, neighbour):
    agreements = [desk.signed(), neighbour.signed()]
    supplement = desk.sent(*agreements)
    for agreement in agreements:
        made = agreement.amendments.get()
        assert made.clauses == supplement.clauses and made.supplement == supplement
        assert made.signing_paper.status == Paper.Status.ISSUED
        words = "".join(made.signing_paper.snapshot["paragraphs"])
        assert "根据青医保发〔2026〕41号" in words and "一、中止时间由不得超过180日改为" in words
        assert "适用以前已经开始计算的期限，按原约定计算完毕" in words
        agreement.refresh_from_db()
        assert first_fault(agreement) is None
    told = Message.objects.filter(subject="补充协议待签署").values_list("recipient__username", flat=True)
    sides = [person.username for one in (desk, neighbour) for person in (one.operator, one.signatory)]
    assert sorted(told) == sorted(sides)
    assert Job.objects.get(name=Job.Name.SUPPLEMENTS).asked_by == desk.leader


@pytest.mark.own_days
def test_an_agreement_that_came_later_can_be_sent_it_too(desk, neighbour):
    supplement = desk.sent(desk.signed())
    later = neighbour.signed()
    supplements.send(supplement, "", by=desk.leader)
    assert later.amendments.get().supplement == supplement
    assert supplement.amendments.count() == 2


@pytest.mark.own_days
def test_a_worker_that_is_killed_and_started_again_doubles_nothing(desk, neighbour, monkeypatch):
    agreements, real = [desk.signed(), neighbour.signed()], work.send_one
    dead = []

    def killed_after_one(pk):
        if dead:
            raise KeyboardInterrupt
        dead.append(pk)
        real(pk)

    supplement = desk.supplement(agreements[0].edition)
    supplement.items.bulk_create(SupplementItem(supplement=supplement, agreement=one) for one in agreements)
    supplement = perform(supplement.send, by=desk.leader, chosen="全部", count=2)
    monkeypatch.setattr(work, "send_one", killed_after_one)
    with pytest.raises(KeyboardInterrupt):
        work.carry_out(supplement, lambda done, total: None)
    monkeypatch.undo()
    work.carry_out(supplement, lambda done, total: None)
    work.carry_out(supplement, lambda done, total: None)
    assert [one.amendments.count() for one in agreements] == [1, 1]
    assert Paper.objects.filter(purpose=Paper.Purpose.SUPPLEMENT).count() == 2


def test_the_database_as_well_lets_each_agreement_have_it_once(desk):
    agreement = desk.signed()
    supplement = desk.sent(agreement)
    with pytest.raises(RuleBroken, match="已经发给这份协议"):
        perform(agreement.make_uniform_supplement, by=SYSTEM, supplement=supplement, on=TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        agreement.amendments.create(order=2, made_on=TODAY, supplement=supplement)


def test_what_fails_says_why_and_is_sent_when_tried_again(desk, neighbour, monkeypatch):
    agreement, other = desk.signed(), neighbour.signed()

    def broken(item):
        raise ValueError

    with monkeypatch.context() as patch:
        patch.setattr(work, "_made", broken)
        supplement = desk.sent(agreement, other)
    assert set(supplement.items.values_list("state", "reason")) == {("failed", work.BROKEN)}
    desk.rescinded(agreement)
    supplement = supplements.retry(supplement, by=desk.clerk)
    assert other.amendments.count() == 1
    item = supplement.items.get(state="failed")
    assert item.agreement == agreement and "现为“解除”" in item.reason


# ── signed ──


@pytest.mark.own_days
@pytest.mark.rule("Q77.2")
def test_it_is_in_force_one_agreement_at_a_time(desk, neighbour):
    first, second = desk.signed(), neighbour.signed()
    desk.sent(first, second)
    made = desk.both_sign(first.amendments.get())
    assert (made.status, made.in_force_on) == (Amendment.Status.IN_FORCE, TODAY)
    assert second.amendments.get().status == Amendment.Status.TO_SIGN


@pytest.mark.own_days
@pytest.mark.rule("Q74.1")
def test_the_leader_signs_together_what_the_hospitals_have_signed(desk, neighbour):
    first, second = desk.signed(), neighbour.signed()
    supplement = desk.sent(first, second)
    with pytest.raises(RuleBroken, match="还没有乙方签署过的"):
        supplements.sign_together(supplement, by=desk.leader, **LEADER)
    made = first.amendments.get()
    applications.sign_amendment(made, "institution", by=desk.signatory, **signature("祁雪原", TODAY))
    outcomes = supplements.sign_together(supplement, by=desk.leader, **LEADER)
    assert [one.why for one in outcomes] == [None]
    made = Amendment.objects.get(pk=made.pk)
    signed = made.signatures.get(side="agency")
    assert (signed.name, signed.signed_on, signed.statement) == ("韩兆麟", TODAY, "同意签署")
    assert made.status == Amendment.Status.IN_FORCE and made.signed_paper.status == Paper.Status.ISSUED
    assert first.events.get(act="sign_for_agency", subject=f"补充协议 {made}").actor == desk.leader
    assert second.amendments.get().status == Amendment.Status.TO_SIGN
    first.refresh_from_db()
    assert desk.number_in(first.terms) == desk.changed_number[2] and first_fault(first) is None


def test_only_the_leader_signs_together_and_in_the_right_name(desk):
    agreement = desk.signed()
    supplement = desk.sent(agreement)
    made = agreement.amendments.get()
    applications.sign_amendment(made, "institution", by=desk.signatory, **signature("祁雪原", TODAY))
    with pytest.raises(PermissionDenied):
        supplements.sign_together(supplement, by=desk.clerk, **LEADER)
    with pytest.raises(RuleBroken, match="姓名应为韩兆麟"):
        supplements.sign_together(supplement, by=desk.leader, name="别人", statement="同意")
    assert not made.signatures.filter(side="agency").exists()


@pytest.mark.own_days
def test_the_hospital_may_say_no_and_the_agency_takes_it_back(desk):
    agreement = desk.signed()
    supplement = desk.sent(agreement)
    made = perform(agreement.amendments.get().decline, by=desk.signatory, reason="期限过短", on=TODAY)
    assert made.status == Amendment.Status.DECLINED
    assert Message.objects.filter(subject="乙方不同意补充协议", recipient=desk.leader).exists()
    made = supplements.take_back(made, by=desk.leader, reason="另行协商", on=TODAY)
    made.signing_paper.refresh_from_db()
    assert (made.status, made.signing_paper.status) == (Amendment.Status.WITHDRAWN, Paper.Status.VOIDED)
    agreement.refresh_from_db()
    assert agreement.terms == agreement.edition.terms and not supplement.ready_to_sign.exists()
    assert desk.sent(agreement).amendments.count() == 1, "the way is free for another"


def test_what_the_hospital_itself_asked_for_is_not_declined_here(desk):
    agreement = desk.signed()
    desk.granted(desk.change_request(agreement))
    with pytest.raises(RuleBroken, match="另行申请变更"):
        perform(agreement.amendments.get().decline, by=desk.signatory, reason="不要了", on=TODAY)
