"""What acts owe in writing: notices with their article, the text to put up, the hand-over, the letter elsewhere."""

import pytest

from agreements.deliveries import notice_papers
from agreements.deliveries.notice_sheets import SHEET_OF
from agreements.gate import SYSTEM, perform
from agreements.models import Paper
from agreements.papers import printing
from agreements.papers.sheet import day_in_words

from ..desk import AFTERCARE, TODAY
from .test_cascade import elsewhere  # noqa: F401

pytestmark = pytest.mark.each_text

P = Paper.Purpose
# Two papers that only the reference text asks for.
NO_ANNOUNCEMENT = pytest.mark.only_text("qinghai", reason="no announcement in the other texts (第七十三条)")
NO_HAND_OVER = pytest.mark.only_text("qinghai", reason="no hand-over in the other texts (第八十二条)")
NO_CASCADE = pytest.mark.only_text("qinghai", reason="the other texts stop nothing elsewhere (第七十一条)")
UNASKED = {"display_notice": "announcement", "handover": "aftercare"}


def owed(desk, *purposes):
    """Those of these papers that the text asks for."""
    return [one for one in purposes if one not in UNASKED or getattr(desk.terms, UNASKED[one])]


def kinds(agreement):
    """The notices of an agreement, oldest first."""
    wanted = {*SHEET_OF}
    return [p for p in agreement.papers.order_by("pk").values_list("purpose", flat=True) if p in wanted]


def sheet(agreement, purpose):
    return agreement.papers.filter(purpose=purpose).first().snapshot


def words(agreement, purpose):
    kept = sheet(agreement, purpose)
    return "".join([kept["title"], *kept["paragraphs"], kept["basis"]])


def test_every_notice_in_the_table_is_a_paper_with_a_sheet():
    owed = {purpose for papers in notice_papers.OWED.values() for purpose in papers}
    owed |= set(notice_papers.OWED_BY_RECORD.values())
    assert owed == set(SHEET_OF) and owed | set(notice_papers.ADDRESSED) <= set(P.values)


@pytest.mark.rule("Q79.2", "Q73.1", "Q82.1")
def test_a_suspension_on_request_owes_notice_announcement_and_hand_over(desk):
    agreement, terms = desk.suspended(), desk.terms
    assert kinds(agreement) == owed(desk, "suspension_notice", "display_notice", "handover")
    stop, notice = agreement.suspensions.get(), words(agreement, P.SUSPENSION_NOTICE)
    articles = [one.article for one in (terms.announcement, terms.aftercare, terms.dispute) if one]
    for said in ("中止协议通知书", "申请中止", "停业装修", desk.words("第七十九条"), *articles,
                 day_in_words(stop.started_on), day_in_words(stop.planned_end), f"中止超过{desk.longest_stop}日"):  # fmt: skip
        assert said in notice, said
    kept = sheet(agreement, P.SUSPENSION_NOTICE)
    assert (kept["addressee"], kept["issuer"]) == (agreement.institution.name, agreement.agency.name)


@pytest.mark.rule("Q66.3")
def test_a_breach_owes_the_same_when_it_suspends_and_when_it_ends(desk):
    agreement = desk.suspended_for_breach(desk.signed())
    assert kinds(agreement) == owed(desk, "suspension_notice", "display_notice", "handover")
    agreement = desk.rescinded(agreement)
    assert kinds(agreement)[-1] == owed(desk, "ending_notice", "display_notice", "handover")[-1]
    assert words(agreement, P.ENDING_NOTICE).startswith("解除协议通知书")


def test_the_articles_are_quoted_to_the_letter(desk):
    agreement = desk.rescinded(desk.suspended_for_breach(desk.signed()))
    text = agreement.edition.form.plain()
    for purpose in (P.SUSPENSION_NOTICE, P.ENDING_NOTICE):
        assert sheet(agreement, purpose)["quotes"]
    for paper in agreement.papers.filter(purpose__in=SHEET_OF):
        for quote in paper.snapshot["quotes"]:
            for line in quote["lines"]:
                assert line in text, quote["label"]


@NO_HAND_OVER
def test_an_end_quotes_its_ground_and_what_it_entails(desk):
    agreement = desk.terminated(desk.signed())
    quoted = [
        (one["label"], *(line[:3] for line in one["lines"]))
        for one in sheet(agreement, P.ENDING_NOTICE)["quotes"]
    ]
    assert quoted == [("第八十条", "有下列", "（三）"), ("第七十三条", "乙方在"), ("第八十二条", "甲乙双")]


@pytest.mark.rule("Q66.3")
def test_a_breach_is_named_by_its_item(desk):
    agreement = desk.suspended_for_breach(desk.signed())
    assert f"服务协议{desk.item_label('QH-66-03')}" in words(agreement, P.SUSPENSION_NOTICE)
    code, _, article = desk.own_item("QH-66-03")
    item = agreement.edition.form.article(article).item(desk.breaches.find(code)[0].number).text
    assert any(item in line for line in sheet(agreement, P.SUSPENSION_NOTICE)["quotes"][0]["lines"])


@pytest.mark.only_text("qinghai", reason="only there an article takes up the items of another (第六十七条)")
@pytest.mark.rule("Q66.3")
def test_a_breach_is_named_by_what_makes_it_heavier(desk):
    agreement = desk.signed()
    agreement = desk.rescinded(agreement, code="QH-65-06", severity="性质恶劣")
    notice = words(agreement, P.ENDING_NOTICE)
    assert "第六十七条（有第六十五条（六）情形，且性质恶劣）" in notice and "经查实" in notice
    own, heavier = (
        sheet(agreement, P.ENDING_NOTICE)["quotes"][0],
        sheet(agreement, P.ENDING_NOTICE)["quotes"][-1],
    )
    assert own["label"] == "第六十五条" and own["lines"][1].startswith("（六）")
    assert (
        heavier["label"] == "第六十七条"
        and "解除医保协议" in heavier["lines"][0]
        and len(heavier["lines"]) == 1
    )
    assert notice.startswith("解除协议通知书")


@pytest.mark.rule("Q61.2")
def test_an_investigation_lasts_until_it_is_settled_and_its_proof_keeps_the_first_day(desk):
    on = {"reason": "疑似串通虚开", "on": TODAY, "aftercare": AFTERCARE}
    agreement = desk.decided(desk.signed(), "suspend_for_investigation", **on)
    assert "直至检查处理结束" in words(agreement, P.SUSPENSION_NOTICE)
    until = agreement.latest_suspension_end(TODAY)
    agreement = desk.suspended_for_breach(agreement, until=until, check_hold="refused")
    assert "起日不变" in words(agreement, P.SUSPENSION_NOTICE)
    assert kinds(agreement).count("display_notice") == 1


@pytest.mark.rule("Q79.3")
def test_a_resumption_is_noticed_only_when_nothing_else_keeps_it_suspended(desk):
    agreement = desk.suspended_for_breach(desk.suspended_for_breach(desk.signed()))
    for stop in agreement.open_suspensions:
        assert "resumption_notice" not in kinds(agreement)
        agreement = perform(agreement.resume_by_cascade, by=SYSTEM, suspension=stop, on=TODAY)
    assert kinds(agreement)[-1] == "resumption_notice"
    assert "恢复履行协议" in words(agreement, P.RESUMPTION_NOTICE)


@NO_ANNOUNCEMENT
@pytest.mark.rule("Q73.1")
def test_the_text_to_put_up_says_who_what_from_when_and_what_it_means(desk):
    agreement = desk.suspended_for_breach(desk.signed())
    text, kept = words(agreement, P.DISPLAY_NOTICE), sheet(agreement, P.DISPLAY_NOTICE)
    facts = [
        agreement.institution.name,
        agreement.institution.code,
        agreement.agency.name,
        day_in_words(TODAY),
    ]
    for said in [*facts, "医保基金不予结算", "其他定点医疗机构", "第六十六条", "第七十三条", "0971-5501234"]:
        assert said in text, said
    assert "冒名就医" not in text  # what was found is not for the wall
    assert (kept["addressee"], kept["issuer"]) == ("各位参保人员", agreement.institution.name)


@NO_HAND_OVER
@pytest.mark.rule("Q82.1")
def test_the_hand_over_counts_and_numbers_the_plan(desk):
    agreement = desk.suspended()
    paper, plan = agreement.papers.get(purpose=P.HANDOVER), agreement.aftercare_plans.get()
    assert [row[:2] for row in paper.snapshot["table"]["rows"]] == [
        ["在院参保人员", 3],
        ["出院未结算参保人员", 2],
    ]
    assert plan.handover_number == paper.number


@NO_HAND_OVER
def test_a_number_that_the_clerk_gave_the_hand_over_stays(desk):
    agreement = desk.suspended(aftercare={**AFTERCARE, "handover_number": "善后-7"})
    assert agreement.aftercare_plans.get().handover_number == "善后-7"


def expired(desk):
    agreement = desk.signed(
        starts_on=TODAY.replace(year=TODAY.year - 2), ends_on=TODAY.replace(year=TODAY.year - 1)
    )
    return perform(agreement.expire, by=SYSTEM, reason="乙方没有申请续签", on=TODAY)


@pytest.mark.own_days
@pytest.mark.rule("Q80.1")
def test_what_ends_by_itself_owes_its_notice(desk):
    agreement = expired(desk)
    assert kinds(agreement) == owed(desk, "ending_notice", "display_notice")
    assert words(agreement, P.ENDING_NOTICE).startswith("终止协议通知书")
    assert desk.terms.termination.expiry_ground in words(agreement, P.ENDING_NOTICE)


@NO_HAND_OVER
@pytest.mark.rule("Q80.1")
def test_what_ended_by_itself_owes_the_hand_over_when_it_is_counted(desk):
    agreement = perform(expired(desk).count_aftercare, by=desk.clerk, aftercare=AFTERCARE)
    assert [row[1] for row in sheet(agreement, P.HANDOVER)["table"]["rows"]] == [3, 2]


@NO_CASCADE
@pytest.mark.rule("Q71.1")
def test_the_agency_elsewhere_is_written_to_and_the_hospital_does_not_see_the_letter(desk, elsewhere):  # noqa: F811
    home, other = desk.signed(), elsewhere[0].signed()
    home = desk.suspended(home)
    assert kinds(other) == ["suspension_notice", "display_notice", "cascade_notice"]
    letter = other.papers.get(purpose=P.CASCADE_NOTICE)
    assert letter.number.startswith(home.agency.document_word)
    assert (letter.snapshot["addressee"], letter.snapshot["issuer"]) == (other.agency.name, home.agency.name)
    assert home.number in words(other, P.CASCADE_NOTICE) and other.number in words(other, P.CASCADE_NOTICE)
    for person, sees in ((elsewhere[0].clerk, True), (desk.clerk, True), (desk.operator, False)):
        assert Paper.objects.visible_to(person).filter(pk=letter.pk).exists() == sees, person
    assert (
        Paper.objects.visible_to(desk.operator).filter(agreement=other, purpose=P.SUSPENSION_NOTICE).exists()
    )
    assert kinds(home) == ["suspension_notice", "display_notice", "handover"]


@NO_CASCADE
def test_the_letter_is_not_on_the_hospitals_page(desk, elsewhere, client):  # noqa: F811
    home, other = desk.signed(), elsewhere[0].signed()
    desk.suspended(home)
    printing.print_owed(other.papers.get(purpose=P.CASCADE_NOTICE))
    letter = other.papers.get(purpose=P.CASCADE_NOTICE)
    for person, sees in ((elsewhere[0].clerk, True), (desk.operator, False)):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        page = client.get(other.get_absolute_url()).content.decode()
        assert (letter.code in page) == sees, person
        assert client.get(letter.get_absolute_url()).status_code == (200 if sees else 404)


@NO_CASCADE
@pytest.mark.rule("Q71.1")
def test_elsewhere_the_hand_over_comes_when_the_counts_are_known(desk, elsewhere):  # noqa: F811
    home, other = desk.signed(), elsewhere[0].signed()
    desk.rescinded(home)
    other.refresh_from_db()
    assert kinds(other) == ["ending_notice", "display_notice", "cascade_notice"]
    perform(other.acknowledge_cascade, by=elsewhere[0].clerk, aftercare=AFTERCARE)
    assert sheet(other, P.HANDOVER)["table"]["rows"][0][1] == 3


def test_a_persons_act_is_printed_after_the_commit_and_the_portals_is_only_owed(
    desk, django_capture_on_commit_callbacks
):
    agreement = desk.suspended_for_breach(desk.signed())
    with django_capture_on_commit_callbacks(execute=True):
        agreement = desk.resumed(agreement)
        assert resumption(agreement).status == "owed"
    assert resumption(agreement).status == "issued"
    agreement = desk.suspended_for_breach(agreement)
    with django_capture_on_commit_callbacks(execute=True):
        stop = agreement.open_suspensions.get()
        perform(agreement.resume_by_cascade, by=SYSTEM, suspension=stop, on=TODAY)
    assert resumption(agreement).status == "owed"


def resumption(agreement):
    return agreement.papers.filter(purpose=P.RESUMPTION_NOTICE).latest("pk")


def test_a_notice_that_cannot_be_printed_leaves_the_act_standing(
    desk, django_capture_on_commit_callbacks, monkeypatch
):
    def broken(paper):
        raise OSError("no room")

    agreement = desk.suspended_for_breach(desk.signed())
    monkeypatch.setattr(printing, "printed", broken)
    with django_capture_on_commit_callbacks(execute=True):
        agreement = desk.resumed(agreement)
    notice = resumption(agreement)
    assert (agreement.status, notice.status) == ("active", "owed") and notice.failure
