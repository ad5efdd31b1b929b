"""When each clock of the agreement runs out: the day-counting rules, worked examples, and the command that prints it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from agreements.clocks.deadlines import Due, NoDueDate, add_months, days_left, due, paused_units
from agreements.terms import DeadlineTerm, read_terms
from institutions.holidays import Day, known_years, publish_notice
from institutions.workdays import Calendar, calendar_for
from tests.official_calendar import WORKING_DAYS, nth_after, on_or_after

pytestmark = pytest.mark.each_text

BEIJING = ZoneInfo("Asia/Shanghai")
TERMS = read_terms(
    (settings.EDITIONS_DIR / "qinghai-2025" / "terms.toml").read_text(encoding="utf-8")
).deadlines
OFFICIAL = Calendar(
    frozenset({2025, 2026}), {day.date: day.is_working for days in known_years().values() for day in days}
)
DAYS = st.dates(date(2025, 1, 1), date(2026, 6, 30))
# Another province's clock of plain days, to show that nothing here is bound to one edition.
DEFENCE = DeadlineTerm(
    id="T-50", title="陈述申辩", rules=(), articles=("第十七条",), bound=("乙",), start_event="feedback_served",
    start_label="核查结果送达", unit="day", missed="", length=10,
)  # fmt: skip


def day(text):
    return date.fromisoformat(text)


def example(number, rule, term, start, expected, *pauses):
    marks = pytest.mark.rule(rule)
    return pytest.param(term, start, expected, pauses, marks=marks, id=f"{number} {term} {start}")


EXAMPLES = [
    example("E01", "Q39.1", "T-03", "2026-09-18", "2026-10-22"),
    example("E02", "Q39.1", "T-03", "2026-02-02", "2026-03-06"),
    example("E03", "Q39.2", "T-03", "2026-02-02", "2026-03-11", 3),
    example("E04", "Q76.2", "T-06", "2026-04-20", "2026-06-03"),
    example("E05", "Q07.3", "T-01", "2025-09-10", "2025-10-28"),
    example("E05", "Q07.3", "T-01", "2026-01-30", "2026-03-19"),
    example("E06", "Q60.1", "T-05", "2026-09-16", "2026-10-08"),
    example("E07", "Q60.1", "T-05", "2026-09-25", "2026-10-10"),
    example("E08", "Q60.1", "T-05", "2026-04-17", "2026-05-06"),
    example("E09", "Q07.6", "T-02", "2026-04-29", "2026-05-06"),
    example("E10", "Q79.3", "T-09", "2026-04-06", "2026-10-08"),
    example("E11", "Q79.3", "T-09", "2026-03-01", "2026-08-28"),
    example("E12", "Q78.1", "T-07", "2026-12-31", "2026-09-30"),
    example("E12", "Q78.1", "T-07", "2026-05-31", "2026-02-28"),
    # More of the same kind, counted by hand on the notices.
    example("-", "Q39.1", "T-03", "2025-01-10", "2025-02-13"),  # 01-26 and 02-08 worked, 01-28..02-04 off
    example("-", "Q39.1", "T-03", "2025-09-19", "2025-10-23"),  # 09-28 and 10-11 worked, 10-01..08 off
    example("-", "Q39.1", "T-03", "2026-09-19", "2026-10-22"),  # a Saturday: Sunday 09-20 is day 1
    example("-", "Q76.3", "T-25", "2026-04-28", "2026-05-14"),  # 05-01..05 off, 05-09 worked
    example("-", "Q60.3", "T-37", "2026-02-01", "2026-02-24"),  # 02-16 is inside the Spring Festival
    example("-", "Q07.6", "T-02", "2025-09-26", "2025-10-09"),  # 10-01 to 10-08 off
    example("-", "Q60.1", "T-05", "2026-02-13", "2026-02-28"),  # a worked Saturday is not passed over
    example("-", "Q78.1", "T-07", "2026-02-28", "2025-11-28"),
    example("-", "Q78.1", "T-07", "2028-05-31", "2028-02-29"),  # leap year, and 2028 has no notice
    example("-", "Q78.1", "T-07", "2026-03-31", "2025-12-31"),
    example("-", "Q79.1", "T-23", "2026-08-01", "2026-05-01"),  # backwards onto a holiday: not moved
    example("-", "Q83.1", "T-14", "2026-05-31", "2026-05-31"),  # a Sunday: a term ends on its day
    example("-", "Q41.2", "T-38", "2025-12-31", "2026-03-31"),
    example("-", "Q07.7", "T-27", "2025-08-31", "2026-02-28"),  # the month's last day, a worked Saturday
    example("-", "Q35.1", "T-27b", "2025-11-30", "2026-02-28"),
    example("-", "Q65.3", "T-10", "2026-03-07", "2026-09-07"),
    example(
        "-", "Q65.3", "T-10", "2026-04-03", "2026-10-03"
    ),  # how long a stop may last does not grow by a holiday
]


@pytest.mark.parametrize("term, start, expected, pauses", EXAMPLES)
def test_worked_examples(term, start, expected, pauses):
    found = due(TERMS[term], day(start), OFFICIAL, pauses)
    assert str(found.day) == expected
    assert found.moment == datetime.combine(day(expected) + timedelta(1), datetime.min.time(), BEIJING)
    assert not found.provisional


def test_another_province_s_days_are_counted_alike():
    """E13: 申辩期自送达次日起算十日，末日遇国庆，顺延到节后。"""
    found = due(DEFENCE, day("2026-09-22"), OFFICIAL)
    assert (found.day, found.rolled) == (day("2026-10-08"), True)


@pytest.mark.rule("Q79.3")
def test_the_automatic_end_is_at_midnight_after_the_last_day():
    found = due(TERMS["T-09"], day("2026-04-06"), OFFICIAL)
    assert found.moment == datetime(2026, 10, 9, tzinfo=BEIJING) and found.rolled
    assert due(TERMS["T-09"], day("2026-03-01"), OFFICIAL).moment == datetime(2026, 8, 29, tzinfo=BEIJING)


@pytest.mark.rule("Q54.1")
@pytest.mark.parametrize(
    "start, expected",
    [
        (datetime(2026, 4, 20, 10, 30), datetime(2026, 4, 21, 10, 30)),
        (datetime(2026, 9, 30, 23, 59), datetime(2026, 10, 1, 23, 59)),  # a holiday stops no hours
        (datetime(2026, 12, 31, 8, 0), datetime(2027, 1, 1, 8, 0)),
        (datetime(2028, 2, 28, 12, 0), datetime(2028, 2, 29, 12, 0)),
        (datetime(2026, 3, 28, 12, 0), datetime(2026, 3, 29, 12, 0)),  # the night Europe loses an hour
        (datetime(2026, 4, 20, 2, 30, tzinfo=UTC), datetime(2026, 4, 21, 10, 30)),
    ],
)
def test_hours_run_through_to_the_minute(start, expected):
    found = due(TERMS["T-04"], start, OFFICIAL)
    assert found.moment == expected.replace(tzinfo=BEIJING)
    assert found.day == expected.date() and not found.provisional


def test_minutes_and_at_once():
    start = datetime(2026, 4, 20, 23, 58)
    assert due(TERMS["T-35"], start, OFFICIAL).moment == datetime(2026, 4, 21, 0, 3, tzinfo=BEIJING)
    assert due(TERMS["T-32"], start, OFFICIAL).moment == start.replace(tzinfo=BEIJING)


def test_the_day_of_a_moment_is_the_day_in_beijing():
    evening = datetime(2026, 4, 19, 16, 30, tzinfo=UTC)  # 00:30 on the 20th
    assert due(TERMS["T-06"], evening, OFFICIAL) == due(TERMS["T-06"], day("2026-04-20"), OFFICIAL)


@pytest.mark.parametrize(
    "term, start, pauses, sentence",
    [
        ("T-04", day("2026-04-20"), (), "按小时计，开始时间要写到分"),
        ("T-13", day("2026-01-01"), (), "计的是次数（2次），不是期限，没有到期日"),
        ("T-39", day("2026-01-01"), (), "的期限由每次要求写明（第五十七条），文本没有固定长度"),
        ("T-07", day("2026-12-31"), (2,), "是倒算的期限，不能暂停"),
    ],
)
def test_what_has_no_due_day_is_said_in_words(term, start, pauses, sentence):
    with pytest.raises(NoDueDate, match=sentence):
        due(TERMS[term], start, OFFICIAL, pauses)


def test_a_request_names_its_own_length():
    assert due(TERMS["T-39"], day("2026-04-20"), OFFICIAL, length=12).day == day("2026-05-06")


# ── properties, against the official list ──


@given(DAYS, st.integers(1, 60), st.integers(0, 20))
def test_a_clock_of_working_days_ends_on_the_nth_of_the_official_list(start, length, pause):
    found = due(TERMS["T-03"], start, OFFICIAL, (pause,), length)
    assert found.day == nth_after(start, length + pause)


@given(DAYS, st.integers(1, 120))
def test_a_clock_of_days_ends_on_a_working_day_and_not_early(start, length):
    found = due(TERMS["T-05"], start, OFFICIAL, length=length)
    assert found.day == on_or_after(start + timedelta(length))
    assert found.rolled == (found.day != start + timedelta(length))


@given(DAYS, st.integers(1, 5))
def test_a_clock_of_months_ends_on_a_working_day_in_or_after_its_month(start, length):
    found = due(TERMS["T-26"], start, OFFICIAL, length=length)
    last = add_months(start, length)
    assert found.day == on_or_after(last)
    assert last.day == start.day or (last + timedelta(1)).day == 1


@given(st.sampled_from(["T-03", "T-05", "T-26", "T-09", "T-07"]), DAYS, st.integers(0, 60))
def test_who_starts_later_is_never_due_earlier(term, start, later):
    assert (
        due(TERMS[term], start, OFFICIAL).moment
        <= due(TERMS[term], start + timedelta(later), OFFICIAL).moment
    )


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(-40, 40))
def test_a_month_is_a_month_in_leap_years_too(start, months):
    moved = add_months(start, months)
    assert (moved.year * 12 + moved.month) - (start.year * 12 + start.month) == months
    assert moved.day == start.day or (moved + timedelta(1)).day == 1


# ── pauses and what is left ──


@pytest.mark.rule("Q39.2")
def test_days_on_which_the_clock_stood_still_are_given_back_once():
    spans = [(day("2026-02-11"), day("2026-02-14")), (day("2026-02-13"), day("2026-02-20"))]
    assert paused_units("working_day", spans, OFFICIAL) == 4  # 02-11, 12, 13 and the worked Saturday 02-14
    assert paused_units("day", spans, OFFICIAL) == 10
    assert paused_units("working_day", [], OFFICIAL) == 0
    with pytest.raises(NoDueDate, match="暂停须直接写明小时数"):
        paused_units("hour", spans, OFFICIAL)


@pytest.mark.parametrize(
    "today, left",
    [
        ("2026-05-29", 3), ("2026-05-30", 3), ("2026-06-02", 1), ("2026-06-03", 0), ("2026-06-04", -1),
        ("2026-06-05", -2), ("2026-06-06", -2), ("2026-06-08", -3),
    ],
)  # fmt: skip
def test_working_days_left(today, left):
    found = due(TERMS["T-06"], day("2026-04-20"), OFFICIAL)
    assert days_left(found, day(today), OFFICIAL) == left


def test_a_clock_of_working_days_is_late_on_the_weekend_after():
    friday = Due(day("2026-06-05"), datetime(2026, 6, 6, tzinfo=BEIJING), "working_day")
    assert [days_left(friday, friday.day + timedelta(n), OFFICIAL) for n in range(5)] == [0, -1, -1, -1, -2]


def test_days_left_of_a_clock_of_days():
    found = due(TERMS["T-05"], day("2026-09-16"), OFFICIAL)
    assert [days_left(found, day(d), OFFICIAL) for d in ("2026-09-28", "2026-10-08", "2026-10-11")] == [
        10,
        0,
        -3,
    ]


# ── a year without a notice ──


@pytest.mark.parametrize(
    "term, start, unknown",
    [
        ("T-03", "2026-12-01", ()), ("T-03", "2026-12-20", (2027,)), ("T-03", "2026-12-31", (2027,)),
        ("T-02", "2026-12-26", ()), ("T-02", "2026-12-27", (2027,)), ("T-12", "2026-12-04", (2027,)),
        ("T-09", "2026-09-01", (2027,)), ("T-07", "2028-12-31", ()), ("T-14", "2027-12-31", ()),
        ("T-10", "2026-09-01", ()), ("T-03", "2024-12-20", (2024,)),
    ],
)  # fmt: skip
def test_what_passes_through_a_year_without_notice_is_provisional(term, start, unknown):
    assert due(TERMS[term], day(start), OFFICIAL).unknown_years == unknown


def test_a_provisional_day_is_computed_anew_when_the_notice_arrives(db):
    call_command("load_calendar", verbosity=0)
    before = due(TERMS["T-06"], day("2026-12-21"), calendar_for())
    assert before.provisional and before.day == day("2027-02-01")
    off = [Day(day(f"2027-{text}"), False, "元旦") for text in ("01-01", "01-04")]
    publish_notice(2027, [*off, Day(day("2027-01-10"), True, "元旦")], number="国办发明电〔2026〕9号")
    after = due(TERMS["T-06"], day("2026-12-21"), calendar_for())
    assert not after.provisional and after.day == day("2027-02-02")


# ── manage.py due ──


@pytest.fixture
def ask(edition, capsys):
    call_command("load_calendar", verbosity=0)

    def lines(*words):
        call_command("due", *words)
        return capsys.readouterr().out.splitlines()

    return lines


@pytest.mark.only_text("qinghai", reason="worked examples of the reference, E02 to E12")
@pytest.mark.parametrize(
    "words, answer",
    [
        (["T-06", "2026-04-20"], ["2026-06-03"]),
        (["T-04", "2026-04-20 10:30"], ["2026-04-21 10:30"]),
        (["T-04", "2026-04-20T10:30"], ["2026-04-21 10:30"]),
        (["T-06", "2026-04-20 17:30"], ["2026-06-03"]),
        (["T-06", "2026年4月20日"], ["2026-06-03"]),
        (["T-07", "2026-12-31"], ["2026-09-30"]),
        (["T-03", "2026-02-02", "--pause", "3"], ["2026-03-11"]),
        (["T-06", "2026-04-20", "--edition", "qinghai-2025", "--region", "630105"], ["2026-06-03"]),
        (["T-39", "2026-04-20", "--length", "12"], ["2026-05-06"]),
        (["T-10", "2026-03-07"], ["2026-09-07", "最短：2026-06-07"]),
        (["T-06", "2026-04-20", "--until-now", "2026-05-29"], ["2026-06-03", "还有3个工作日"]),
        (["T-05", "2026-09-16", "--until-now", "2026-10-11"], ["2026-10-08", "已逾期3日"]),
        (["T-03", "2026-12-20"], ["2027-01-15", "预计：2027年放假安排未公布"]),
    ],
)
def test_the_command_prints_the_due_date(ask, words, answer):
    assert ask(*words) == answer


@pytest.mark.parametrize("pause", [0, 3])
def test_the_command_counts_the_days_of_the_edition(ask, edition, pause):
    last = nth_after(day("2026-02-02"), edition.terms.payment.working_days + pause)
    assert ask("T-03", "2026-02-02", "--pause", str(pause)) == [last.isoformat()]


@pytest.mark.parametrize(
    "words, sentence",
    [
        (["T-99", "2026-04-20"], "没有编号为“T-99”的时限，现有：T-0.*、T-.*。"),
        (["T-03", "2026-02-30"], "没有“2026-02-30”这一天"),
        (["T-03", "明天"], "“明天”不是日期，写成"),
        (["T-03", "2026-04-20 25:30"], "没有“2026-04-20 25:30”这个时刻"),
        (["T-03", "2026-04-20", "--pause", "一"], "“一”不是0或正整数"),
        (["T-03", "2026-04-20", "--edition", "x"], "没有代码为“x”的协议文本版本，现有：{code}"),
        (["T-03", "2026-04-20", "--region", "1"], "没有区划代码“1”"),
        (["T-05", "9999-12-30"], "超出了能计算的年份"),
    ],
)
def test_the_command_refuses_in_words(ask, edition, words, sentence):
    with pytest.raises(CommandError, match=sentence.format(code=edition.code)):
        ask(*words)


@pytest.mark.only_text(
    "qinghai", reason="no other text has a clock of hours and a counter of times (T-04, T-13)"
)
@pytest.mark.parametrize("rule, sentence", [("T-04", "开始时间要写到分"), ("T-13", "计的是次数")])
def test_the_command_refuses_what_has_no_day(ask, rule, sentence):
    with pytest.raises(CommandError, match=sentence):
        ask(rule, "2026-04-20")


@pytest.mark.only_text("qinghai", "shanghai", reason="the made-up text has no clock without a length (T-39)")
def test_the_command_asks_for_a_length_that_each_request_names(ask, edition):
    said = edition.terms.cite("由每次要求写明（第五十七条），文本没有固定长度；请用 --length 写明")
    with pytest.raises(CommandError, match=said):
        ask("T-39", "2026-04-20")


def test_without_an_edition_the_command_says_what_to_do(db):
    with pytest.raises(CommandError, match="先运行 manage.py load_editions"):
        call_command("due", "T-06", "2026-04-20")


def test_every_clock_of_the_edition_answers(ask, edition):
    clocks = edition.terms.deadlines
    silent = {"T-13", "T-39", "T-56"}  # two counters, and a length that each request names
    for rule in clocks.keys() - silent:
        answer = ask(rule, "2026-04-20 09:15")[0]
        assert len(answer) == (16 if clocks[rule].unit in ("hour", "minute") else 10), rule


def test_regional_days_move_the_due_date_there(ask, edition, agency, hospital):
    length = edition.terms.payment.working_days
    last, next_one = (nth_after(day("2026-04-20"), number) for number in (length, length + 1))
    off = [Day(last, False, "民族节日")]
    publish_notice(2026, off, number="宁政办〔2026〕3号", region=agency.region)
    assert ask("T-03", "2026-04-20", "--region", hospital.region_id) == [next_one.isoformat()]
    assert ask("T-03", "2026-04-20", "--region", "630200") == [last.isoformat()]


def test_the_oracle_itself_counts_as_announced():
    assert len(WORKING_DAYS) == 2 * 248
