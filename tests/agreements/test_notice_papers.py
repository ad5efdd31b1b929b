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


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q79.2", "Q73.1", "Q82.1")
def test_a_suspension_on_request_owes_notice_announcement_and_hand_over(desk):
    agreement = desk.suspended()
    assert kinds(agreement) == ["suspension_notice", "display_notice", "handover"]
    stop, notice = agreement.suspensions.get(), words(agreement, P.SUSPENSION_NOTICE)
    for said in ("中止协议通知书", "申请中止", "停业装修", "第七十九条", "第七十三条", "第八十二条", "第八十一条",
                 day_in_words(stop.started_on), day_in_words(stop.planned_end), "中止超过180日"):  # fmt: skip
        assert said in notice, said
    kept = sheet(agreement, P.SUSPENSION_NOTICE)
    assert (kept["addressee"], kept["issuer"]) == (agreement.institution.name, agreement.agency.name)


@pytest.mark.only_text("qinghai", "shanghai")
def test_the_articles_are_quoted_to_the_letter(desk):
    agreement = desk.suspended()
    desk.terminated(agreement)
    text = agreement.edition.form.plain()
    for paper in agreement.papers.filter(purpose__in=SHEET_OF):
        for quote in paper.snapshot["quotes"]:
            for line in quote["lines"]:
                assert line in text, quote["label"]
    quoted = [
        (one["label"], *(line[:3] for line in one["lines"]))
        for one in sheet(agreement, P.ENDING_NOTICE)["quotes"]
    ]
    assert quoted == [("第八十条", "有下列", "（三）"), ("第七十三条", "乙方在"), ("第八十二条", "甲乙双")]


@pytest.mark.only_text("qinghai")
@pytest.mark.rule("Q66.3")
def test_a_breach_is_named_by_its_item_and_by_what_makes_it_heavier(desk):
    agreement = desk.suspended_for_breach(desk.signed())
    assert "服务协议第六十六条（三）" in words(agreement, P.SUSPENSION_NOTICE)
    item = agreement.edition.form.article(66).item(3).text
    assert any(item in line for line in sheet(agreement, P.SUSPENSION_NOTICE)["quotes"][0]["lines"])
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
    agreement = desk.suspended_for_breach(desk.suspended())
    requested = agreement.suspensions.get(cause="requested")
    agreement = desk.resumed(agreement, requested)
    assert agreement.status == "suspended" and "resumption_notice" not in kinds(agreement)
    perform(agreement.resume_by_cascade, by=SYSTEM, suspension=agreement.open_suspensions.get(), on=TODAY)
    assert kinds(agreement)[-1] == "resumption_notice"
    assert "恢复履行协议" in words(agreement, P.RESUMPTION_NOTICE)


@pytest.mark.only_text("qinghai")
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


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q82.1")
def test_the_hand_over_counts_and_numbers_the_plan(desk):
    agreement = desk.suspended()
    paper, plan = agreement.papers.get(purpose=P.HANDOVER), agreement.aftercare_plans.get()
    assert [row[:2] for row in paper.snapshot["table"]["rows"]] == [
        ["在院参保人员", 3],
        ["出院未结算参保人员", 2],
    ]
    assert plan.handover_number == paper.number


@pytest.mark.only_text("qinghai", "shanghai")
def test_a_number_that_the_clerk_gave_the_hand_over_stays(desk):
    agreement = desk.suspended(aftercare={**AFTERCARE, "handover_number": "善后-7"})
    assert agreement.aftercare_plans.get().handover_number == "善后-7"


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q80.1")
def test_what_ends_by_itself_owes_its_notice_and_the_hand_over_when_it_is_counted(desk):
    agreement = desk.signed(
        starts_on=TODAY.replace(year=TODAY.year - 2), ends_on=TODAY.replace(year=TODAY.year - 1)
    )
    agreement = perform(agreement.expire, by=SYSTEM, reason="乙方没有申请续签", on=TODAY)
    assert kinds(agreement) == ["ending_notice", "display_notice"]
    assert words(agreement, P.ENDING_NOTICE).startswith("终止协议通知书")
    assert "第八十条（四）" in words(agreement, P.ENDING_NOTICE)
    agreement = perform(agreement.count_aftercare, by=desk.clerk, aftercare=AFTERCARE)
    assert [row[1] for row in sheet(agreement, P.HANDOVER)["table"]["rows"]] == [3, 2]


@pytest.mark.only_text("qinghai", "shanghai")
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


@pytest.mark.only_text("qinghai", "shanghai")
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


@pytest.mark.only_text("qinghai", "shanghai")
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
    with django_capture_on_commit_callbacks(execute=True):
        agreement = desk.suspended()
        assert set(agreement.papers.filter(purpose__in=SHEET_OF).values_list("status", flat=True)) == {"owed"}
    assert set(agreement.papers.filter(purpose__in=SHEET_OF).values_list("status", flat=True)) == {"issued"}
    with django_capture_on_commit_callbacks(execute=True):
        stop = agreement.suspensions.get()
        perform(agreement.resume_by_cascade, by=SYSTEM, suspension=stop, on=TODAY)
    assert agreement.papers.get(purpose=P.RESUMPTION_NOTICE).status == "owed"


def test_a_notice_that_cannot_be_printed_leaves_the_act_standing(
    desk, django_capture_on_commit_callbacks, monkeypatch
):
    def broken(paper):
        raise OSError("no room")

    agreement = desk.signed()
    monkeypatch.setattr(printing, "printed", broken)
    with django_capture_on_commit_callbacks(execute=True):
        agreement = desk.suspended(agreement)
    notice = agreement.papers.get(purpose=P.SUSPENSION_NOTICE)
    assert (agreement.status, notice.status) == ("suspended", "owed") and notice.failure
