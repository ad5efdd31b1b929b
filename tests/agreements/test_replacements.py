"""第八十四条：a notice that is voided is replaced by another of the same words, which is what is served from then on."""

import pytest
from django.urls import reverse

from agreements import actions
from agreements.deliveries import actions as deliveries
from agreements.gate import RuleBroken, perform
from agreements.models import Paper

from ..desk import TODAY
from .test_deliveries import agreed, notice, proof, sent  # noqa: F401

pytestmark = pytest.mark.each_text

BACKEND = "django.contrib.auth.backends.ModelBackend"
P = Paper.Purpose
ANNOUNCED = pytest.mark.only_text(
    "qinghai", reason="no announcement and no hand-over in the other texts (第七十三条、第八十二条)"
)


def standing_papers(paper):
    return paper.agreement.papers.filter(purpose=paper.purpose).exclude(status="voided")


def check_replacement(desk, paper):
    actions.void_paper(paper, by=desk.reviewer, reason="印章不清")
    new = standing_papers(paper).get()
    assert (new.snapshot, new.status) == (paper.snapshot, "issued")
    assert new.number != paper.number


@pytest.mark.rule("Q84.1")
def test_a_voided_notice_is_replaced_by_the_same_words(desk, notice):  # noqa: F811
    check_replacement(desk, notice)


@ANNOUNCED
@pytest.mark.rule("Q84.1")
@pytest.mark.parametrize("purpose", [P.DISPLAY_NOTICE, P.HANDOVER])
def test_so_are_the_announcement_and_the_hand_over(desk, notice, purpose):  # noqa: F811
    check_replacement(desk, notice.agreement.papers.get(purpose=purpose))


def test_it_is_not_replaced_where_it_is_not_needed(desk, notice):  # noqa: F811
    actions.void_paper(notice, by=desk.reviewer, reason="内容有误", replace=False)
    assert not standing_papers(notice).exists()


def test_the_form_asks_and_a_tick_replaces(desk, notice, client):  # noqa: F811
    client.force_login(desk.reviewer, BACKEND)
    url = reverse("paper-void", args=[notice.code])
    assert "另印一份" in client.get(url).content.decode()
    assert client.post(url, {"reason": "印章不清", "replace": "on"}).status_code == 302
    new = standing_papers(notice).get()
    assert client.post(reverse("paper-void", args=[new.code]), {"reason": "不需要了"}).status_code == 302
    assert not standing_papers(notice).exists()


@ANNOUNCED
def test_what_named_the_voided_paper_names_the_new_one(desk, sent):  # noqa: F811
    plan = sent.agreement.aftercare_plans.get()
    paper = sent.agreement.papers.get(purpose=P.HANDOVER)
    assert plan.handover_number == paper.number
    actions.void_paper(paper, by=desk.reviewer, reason="缺页")
    plan.refresh_from_db()
    assert plan.handover_number == standing_papers(paper).get().number


def test_the_sending_of_the_new_one_begins_anew(desk, sent):  # noqa: F811
    actions.void_paper(sent.paper, by=desk.reviewer, reason="缺页")
    new = standing_papers(sent.paper).get()
    assert sent.paper.delivery == sent and not hasattr(new, "delivery")
    again = deliveries.send(new, by=desk.clerk, way="direct", on=TODAY)
    again = perform(again.confirm_receipt, by=desk.clerk, receiver="郭小满", files=proof(), on=TODAY)
    assert again.received_on == TODAY


@pytest.mark.rule("Q84.1")
def test_a_voided_paper_is_not_received(desk, sent):  # noqa: F811
    actions.void_paper(sent.paper, by=desk.reviewer, reason="缺页")
    with pytest.raises(RuleBroken, match="已经作废.*送达替换的文书"):
        perform(sent.confirm_receipt, by=desk.clerk, receiver="郭小满", files=proof(), on=TODAY)


@pytest.mark.rule("Q84.1")
def test_a_voided_paper_is_not_acknowledged(desk, agreed):  # noqa: F811
    delivery = deliveries.send(agreed, by=desk.clerk, way="electronic", on=TODAY)
    actions.void_paper(agreed, by=desk.reviewer, reason="缺页")
    with pytest.raises(RuleBroken, match="已经作废"):
        perform(delivery.acknowledge, by=desk.operator)
