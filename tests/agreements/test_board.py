"""The board of clocks for both sides, closing one in the browser, the file, and the calendar feed of each person."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from agreements.clocks import actions as clocks
from agreements.clocks import feed
from agreements.clocks.board import clocks_of
from institutions.holidays import seed

from ..desk import TODAY

pytestmark = pytest.mark.each_text

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def calendar(db):
    seed()


@pytest.fixture
def provisional(desk, calendar):
    """A clock in a year whose holidays are not announced: 2031-05-01 is a Thursday."""
    agreement = desk.drafted()
    clocks.start_clocks(agreement, "claim_accepted", date(2031, 4, 29), "费用申报 1")
    return agreement


def running(agreement):
    return {row.rule: row for row in agreement.deadlines.open()}


def test_the_record_says_what_follows_from_an_overdue_clock_and_only_then(desk, calendar, client):
    agreement = desk.signed()
    said = agreement.terms.deadlines["T-05"].missed
    client.force_login(desk.clerk, backend=BACKEND)
    clocks.start_clocks(agreement, "demand_received", TODAY, "缴款 1")
    assert said not in client.get(agreement.get_absolute_url()).content.decode()
    clocks.start_clocks(agreement, "demand_received", TODAY - timedelta(days=60), "缴款 2")
    assert f"逾期的后果：{said}。" in client.get(agreement.get_absolute_url()).content.decode()


# ── the board ──


def moment(text):
    return timezone.make_aware(timezone.datetime.fromisoformat(text))


@pytest.mark.parametrize(
    "now, left, unit, look",
    [
        ("2026-04-29 09:00", 3, "个工作日", "left-soon"),  # 05-01..05 off, 05-09 worked
        ("2026-05-07 23:59", 0, "个工作日", "left-today"),
        ("2026-05-08 00:00", -1, "个工作日", "left-over"),
    ],
)
def test_days_left_in_the_right_unit(desk, calendar, now, left, unit, look):
    agreement = desk.drafted()
    clocks.start_clocks(agreement, "status_changed", date(2026, 4, 29), "中止 1")
    clock = clocks_of(agreement.deadlines.filter(rule="T-29").with_parties(), moment(now))[0]
    assert (clock.deadline.due_on, clock.left, clock.unit, clock.look) == (date(2026, 5, 7), left, unit, look)


@pytest.fixture
def board(desk, calendar, other_operator):
    """A payment long overdue, and the clocks of a suspension and a demand that have just begun."""
    agreement = desk.suspended_for_breach(desk.signed())
    clocks.start_clocks(agreement, "claim_accepted", date(2026, 1, 5), "费用申报 1")
    clocks.start_clocks(agreement, "demand_received", TODAY, "缴款 1")
    return agreement


def rules_of(agreement, **which):
    return set(agreement.deadlines.filter(**which).values_list("rule", flat=True))


def seen(client, user, query=""):
    client.force_login(user, backend=BACKEND)
    response = client.get(f"/deadlines/{query}")
    assert response.status_code == 200
    return [clock.deadline.rule for clock in response.context["clocks"]], response.content.decode()


def test_the_board_shows_both_sides_the_overdue_first(board, desk, client, other_operator, other_clerk):
    for person in (desk.clerk, desk.operator):
        rules, page = seen(client, person)
        assert rules[0] == "T-03" and set(rules) == rules_of(board, status="open")
        assert {"T-05", "T-07", "T-14", "T-29", "T-30", "T-54"} & desk.terms.deadlines.keys() <= set(rules)
        assert "逾期" in page and "西宁湟滨医院" in page
    for stranger in (other_operator, other_clerk):
        assert seen(client, stranger)[0] == []


def test_the_board_filters(board, desk, client):
    of_the_hospital = rules_of(board, status="open", bound="乙")
    assert "T-05" in of_the_hospital and "T-03" not in of_the_hospital
    assert set(seen(client, desk.clerk, "?bound=乙")[0]) == of_the_hospital
    assert "T-03" in seen(client, desk.clerk, "?tab=overdue")[0]
    assert set(seen(client, desk.clerk, "?tab=met")[0]) == rules_of(board, status="met")
    assert seen(client, desk.clerk, "?q=T-05")[0] == ["T-05"]
    assert seen(client, desk.clerk, "?q=没有这家")[0] == []
    assert set(seen(client, desk.clerk, "?tab=nonsense&bound=丙")[0]) == rules_of(board, status="open")


def test_a_provisional_day_is_shown_as_such(provisional, desk, client):
    page = seen(client, desk.clerk)[1]
    assert 'class="provisional" title="放假安排未公布，到期日可能变动"' in page


def test_the_board_as_a_file(board, desk, client):
    client.force_login(desk.clerk, backend=BACKEND)
    content = b"".join(client.get("/deadlines/export.xlsx?tab=overdue").streaming_content)
    rows = list(load_workbook(BytesIO(content)).active.values)
    assert rows[0][:6] == ("协议编号", "乙方", "甲方", "约束", "时限", "依据")
    assert rows[1][:6] == (
        board.number,
        "西宁湟滨医院",
        str(board.agency),
        "甲方",
        "拨付医保费用",
        desk.words("第三十九条"),
    )
    assert rows[1][10] < 0 and rows[1][11] == "个工作日"


def test_the_record_shows_its_clocks_and_the_way_to_close_ones_own(board, desk, client):
    notice = running(board)["T-29"]
    link = reverse("deadline-meet", args=[notice.pk])
    for person, offered in ((desk.operator, True), (desk.clerk, False)):
        client.force_login(person, backend=BACKEND)
        page = client.get(board.get_absolute_url()).content.decode()
        assert "公告并交证明" in page and (link in page) == offered


@pytest.mark.only_text(
    "qinghai", reason="no other text has a clock that its party closes by hand (第八十二条)"
)
def test_closing_a_clock_in_the_browser(board, desk, client, other_operator):
    aftercare = board.deadlines.open().filter(rule="T-30", bound="乙").first()
    link = reverse("deadline-meet", args=[aftercare.pk])
    for person, status in ((other_operator, 404), (desk.clerk, 403), (desk.operator, 200)):
        client.force_login(person, backend=BACKEND)
        assert client.get(link).status_code == status
    refused = client.post(link, {"on": TODAY - timedelta(days=400), "remark": "门诊大厅已张贴"})
    assert "早于起算日" in refused.content.decode()
    assert client.post(link, {"on": TODAY, "remark": "门诊大厅已张贴"}).status_code == 302
    aftercare.refresh_from_db()
    assert aftercare.status == "met"
    assert "已办结" in client.get(link).content.decode()


# ── the calendar feed ──


def unfolded(text):
    return text.replace("\r\n ", "").split("\r\n")


def events_in(text):
    """[{name: value}] of the VEVENTs."""
    found = []
    for line in unfolded(text):
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and ":" in line:
            name, _, value = line.partition(":")
            found[-1].setdefault(name, value)
    return found


def test_the_feed_needs_no_login_and_is_a_whole_calendar(board, desk, client):
    response = client.get(reverse("deadline-feed", args=[feed.token_of(desk.operator)]))
    text = response.content.decode()
    assert response.status_code == 200 and response["Content-Type"] == "text/calendar; charset=utf-8"
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") and text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    found, demand = events_in(text), running(board)["T-05"]
    one = next(event for event in found if event["UID"].startswith(f"deadline-{demand.pk}@"))
    assert one["DTSTART;VALUE=DATE"] == f"{demand.due_on:%Y%m%d}"
    assert one["DTEND;VALUE=DATE"] == f"{demand.due_on + timedelta(days=1):%Y%m%d}"
    assert one["SUMMARY"] == f"{demand.title}：西宁湟滨医院" and board.number in one["DESCRIPTION"]
    assert len({event["UID"] for event in found}) == len(found)


def test_the_feed_holds_what_binds_the_persons_own_side(board, desk, other_operator):
    own = {row.bound for row in feed.clocks_for(desk.operator)}
    agencys = {row.bound for row in feed.clocks_for(desk.clerk)}
    assert (own, agencys) == ({"乙", "系统"}, {"甲", "系统"})
    assert not feed.clocks_for(other_operator)


def test_the_feed_marks_what_may_still_move_and_escapes(provisional):
    row = running(provisional)["T-03"]
    row.title = "公告; 证明, 一\\二\n" + "长" * 60
    text = feed.calendar_text([row])
    event = events_in(text)[0]
    assert (
        event["SUMMARY"].startswith("（预计）公告\\; 证明\\, 一\\\\二\\n长")
        and event["STATUS"] == "TENTATIVE"
    )
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_the_address_stays_until_the_password_changes_or_the_person_leaves(desk, client):
    token = feed.token_of(desk.operator)
    assert token == feed.token_of(desk.operator)
    url = reverse("deadline-feed", args=[token])
    assert client.get(url).status_code == 200
    desk.operator.is_active = False
    desk.operator.save()
    assert client.get(url).status_code == 404
    desk.operator.is_active = True
    desk.operator.set_password("xin-mima-2026")
    desk.operator.save()
    assert client.get(url).status_code == 404
    assert client.get(reverse("deadline-feed", args=[feed.token_of(desk.operator)])).status_code == 200


@pytest.mark.parametrize("token", ["x", "WzEsImFiYyJd:forged", "a:b:c", "0" * 500])
def test_a_forged_address_shows_nothing(desk, client, token):
    assert client.get(reverse("deadline-feed", args=[token])).status_code == 404


def test_the_address_is_found_on_a_page_of_ones_own(desk, client):
    client.force_login(desk.operator, backend=BACKEND)
    assert (
        reverse("deadline-feed", args=[feed.token_of(desk.operator)])
        in client.get("/deadlines/subscribe/").content.decode()
    )
