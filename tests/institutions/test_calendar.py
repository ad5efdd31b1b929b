"""The working-day calendar: seeded, imported with its notice, corrected by hand, and counted on."""

from datetime import date, timedelta

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from institutions.holidays import Day, known_years, publish_notice
from institutions.models import CalendarDay, HolidayNotice, Role, User
from institutions.workdays import Calendar, calendar_for
from tests.conftest import PASSWORD
from tests.official_calendar import WORKING_DAYS, nth_after

PLAIN = Calendar()
OFFICIAL = Calendar(
    frozenset({2025, 2026}), {day.date: day.is_working for days in known_years().values() for day in days}
)
YEARS = st.dates(date(2025, 1, 1), date(2026, 6, 30))
GOOD = """日期,类型,名称
2027-01-01,放假,元旦
2027年1月2日,放假,元旦
2027/1/3,放假,元旦
2027-02-05,放假,春节
2027-02-20,上班,春节
2027-05-01,放假,劳动节
2027-05-03,放假,劳动节
2027-10-01,放假,国庆节
"""


@pytest.fixture
def sheet(tmp_path):
    def write(text, name="2027.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return str(path)

    return write


@pytest.fixture
def seeded(db):
    call_command("load_calendar", verbosity=0)


def load(path, *flags, notice="国办发明电〔2026〕9号", year="2027"):
    call_command("import_calendar", path, "--notice", notice, "--year", year, *flags)


# ── counting ──


def test_every_day_of_two_years_is_as_announced():
    days = [date(2025, 1, 1) + timedelta(n) for n in range(730)]
    assert [day for day in days if OFFICIAL.is_working(day)] == WORKING_DAYS
    assert [sum(day.year == year for day in WORKING_DAYS) for year in (2025, 2026)] == [248, 248]


@given(YEARS, st.integers(1, 100))
def test_working_days_are_counted_as_on_the_official_list(start, n):
    assert OFFICIAL.add_working_days(start, n) == nth_after(start, n)


@given(YEARS, st.integers(0, 60), st.integers(0, 60))
def test_counting_on_is_the_same_as_counting_at_once(start, a, b):
    at_once = OFFICIAL.add_working_days(start, a + b)
    assert OFFICIAL.add_working_days(OFFICIAL.add_working_days(start, a), b) == at_once


@given(YEARS, st.integers(1, 60))
def test_counting_back_undoes_counting_on(start, n):
    first = OFFICIAL.next_working(start)
    assert OFFICIAL.add_working_days(OFFICIAL.add_working_days(first, n), -n) == first


@given(YEARS, st.integers(0, 60))
def test_what_was_added_lies_between(start, n):
    assert OFFICIAL.working_days_between(start, OFFICIAL.add_working_days(start, n)) == n


def test_a_year_without_notice_falls_back_on_monday_to_friday():
    assert not PLAIN.is_known(date(2027, 2, 8))
    assert PLAIN.is_working(date(2027, 2, 8)) and not PLAIN.is_working(date(2027, 2, 7))
    assert OFFICIAL.unknown_years(date(2026, 12, 31), date(2028, 1, 1)) == (2027, 2028)
    assert OFFICIAL.unknown_years(date(2025, 12, 31), date(2026, 1, 1)) == ()


# ── seeding ──


def test_the_table_is_seeded_once_with_the_papers(seeded):
    call_command("load_calendar", verbosity=0)
    notices = HolidayNotice.objects.order_by("year")
    assert [(one.year, one.number) for one in notices] == [
        (2024, "国办发明电〔2023〕7号"), (2025, "国办发明电〔2024〕12号"), (2026, "国办发明电〔2025〕7号"),
    ]  # fmt: skip
    calendar = calendar_for()
    assert calendar.years == {2024, 2025, 2026}
    assert all(calendar.is_working(day) for day in WORKING_DAYS)


def test_only_what_differs_from_monday_to_friday_is_a_row(seeded):
    assert all(day.is_working == (day.date.isoweekday() > 5) for day in CalendarDay.objects.all())


def test_seeding_leaves_a_corrected_year_alone(seeded):
    CalendarDay.objects.filter(date=date(2026, 10, 10)).delete()
    call_command("load_calendar", verbosity=0)
    assert not calendar_for().is_working(date(2026, 10, 10))


# ── importing ──


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-8-sig"])
def test_a_notice_is_imported_and_makes_its_year_known(seeded, sheet, capsys, encoding):
    load(sheet(GOOD, encoding=encoding))
    assert "周一至周五放假4天，周末上班1天，已写入" in capsys.readouterr().out
    calendar = calendar_for()
    assert calendar.is_known(date(2027, 1, 1))
    assert calendar.is_working(date(2027, 2, 20)) and not calendar.is_working(date(2027, 2, 5))
    notice = HolidayNotice.objects.get(year=2027)
    assert (notice.number, notice.source) == ("国办发明电〔2026〕9号", "2027.csv")


def test_a_dry_run_says_what_it_would_do_and_does_nothing(db, sheet, capsys):
    load(sheet(GOOD), "--dry-run")
    assert "只核对，没有写入" in capsys.readouterr().out
    assert not HolidayNotice.objects.exists()


def test_every_bad_line_is_named_and_nothing_is_written(db, sheet, capsys):
    bad = sheet(
        "日期,类型,名称\n"
        "2027-01-01,放假,元旦\n"
        "2027-02-30,放假,春节\n"
        "2027-02-08,休息,春节\n"
        "2027-02-09,上班,春节\n"
        "2027-01-01,放假,元旦\n"
        "2026-03-01,放假,春节\n"
        "2027-05-03,放假,\n"
    )
    with pytest.raises(CommandError, match="6处有错误，没有写入任何一行"):
        load(bad)
    said = capsys.readouterr().err
    for sentence in [
        "第3行 日期：没有“2027-02-30”这一天", "第4行 类型：“休息”不在可填的内容里：放假、上班",
        "第5行 日期：2027-02-09 是星期二，本来就上班，核对是否抄错日期", "第6行 日期：2027-01-01 与第2行重复，删去一行",
        "第7行 日期：2026-03-01 不在2027年的安排里", "第8行 名称：没有填写",
    ]:  # fmt: skip
        assert sentence in said
    assert not HolidayNotice.objects.exists()


def test_a_file_that_lost_lines_is_taken_with_a_warning(db, sheet, capsys):
    load(sheet("日期,类型,名称\n2027-01-01,放假,元旦\n"))
    assert "没有列出法定节日10月1日，核对是否漏行" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text, flags, sentence",
    [
        ("日期,名称\n2027-01-01,元旦\n", {}, "缺少“类型”列；第1行要有这三列：日期、类型、名称"),
        (GOOD, {"year": "27"}, "年份“27”不对，写成四位数"),
        (GOOD, {"year": "明年"}, "年份“明年”不对"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_words(db, sheet, text, flags, sentence):
    with pytest.raises(CommandError, match=sentence):
        load(sheet(text), **flags)


def test_a_missing_file_and_an_unknown_region_are_refused_in_words(db, sheet):
    with pytest.raises(CommandError, match="读不了文件 nowhere.csv"):
        load("nowhere.csv")
    with pytest.raises(CommandError, match="没有区划代码“639999”"):
        load(sheet(GOOD), "--region", "639999")
    with pytest.raises(CommandError, match="发文日期“十一月”不是日期"):
        load(sheet(GOOD), "--announced", "十一月")


def test_a_year_with_a_notice_is_replaced_only_when_told_and_stays_on_record(seeded, sheet):
    load(sheet(GOOD))
    changed = sheet("日期,类型,名称\n2027-01-01,放假,元旦\n2027-10-01,放假,国庆节\n", name="新.csv")
    with pytest.raises(
        CommandError,
        match="2027年全国放假安排（国办发明电〔2026〕9号）已经登记，请在基础数据里修改；要整份替换，导入时加 --replace。",
    ):
        load(changed, notice="国办发明电〔2026〕11号")
    assert not calendar_for().is_working(date(2027, 2, 5))
    load(changed, "--replace", notice="国办发明电〔2026〕11号")
    assert calendar_for().is_working(date(2027, 2, 5))
    old = HolidayNotice.objects.get(number="国办发明电〔2026〕9号")
    assert old.replaced_at and old.days.filter(date=date(2027, 2, 5)).exists()


def test_the_database_itself_refuses_a_second_live_notice_of_a_year(seeded):
    with pytest.raises(IntegrityError), transaction.atomic():
        HolidayNotice.objects.create(year=2026)


def test_new_years_break_may_begin_in_december(seeded):
    eve = date(2026, 12, 31)
    publish_notice(2027, [Day(eve, False, "元旦")], number="国办发明电〔2026〕9号")
    assert not calendar_for().is_working(eve)


# ── regional days ──


def test_a_regional_day_counts_there_and_below_and_nowhere_else(seeded, regions, sheet):
    snow = sheet("日期,类型,名称\n2026-03-02,放假,雪灾停工\n2026-03-07,上班,雪灾停工\n")
    load(snow, "--region", "630100", notice="宁政办〔2026〕3号", year="2026")
    for code, off in [
        (None, False),
        ("630000", False),
        ("630200", False),
        ("630100", True),
        ("630105", True),
    ]:
        calendar = calendar_for(regions.get(code))
        assert calendar.is_working(date(2026, 3, 2)) is not off, code
        assert calendar.is_working(date(2026, 3, 7)) is off, code
        assert calendar.is_working(date(2026, 2, 28)), code


def test_a_regional_paper_may_differ_from_the_national_notice_and_the_nearer_one_wins(seeded, regions):
    worked = date(2026, 10, 10)
    publish_notice(2026, [Day(worked, True, "补班")], number="县〔2026〕1号", region=regions["630105"])
    publish_notice(2026, [Day(worked, False, "民族节日")], number="省〔2026〕1号", region=regions["630000"])
    assert not calendar_for(regions["630100"]).is_working(worked)
    assert calendar_for(regions["630105"]).is_working(worked)


def test_a_regional_paper_alone_does_not_make_a_year_known(db, regions):
    publish_notice(
        2027, [Day(date(2027, 3, 1), False, "节日")], number="省〔2027〕1号", region=regions["630000"]
    )
    assert not calendar_for(regions["630000"]).is_known(date(2027, 3, 1))
    with pytest.raises(ValidationError, match="写明依据的文件字号"):
        publish_notice(2027, [], number="", region=regions["630000"])


# ── by hand ──


@pytest.fixture
def system_admin(client, db):
    user = User.objects.create_user("sys", "钱系统", Role.SYSTEM_ADMIN, PASSWORD)
    client.force_login(user)
    return user


def notice_form(*days, year=2027, number="国办发明电〔2026〕9号", initial=0):
    form = {"year": year, "number": number, "days-TOTAL_FORMS": len(days), "days-INITIAL_FORMS": initial}
    for place, day in enumerate(days):
        form |= {f"days-{place}-{name}": value for name, value in day.items()}
    return form


ADD = "admin:institutions_holidaynotice_add"


def test_the_system_administrator_enters_a_notice_and_its_history_is_kept(client, system_admin):
    assert client.get(reverse(ADD)).status_code == 200
    response = client.post(reverse(ADD), notice_form({"date": "2027-02-08", "name": "春节"}))
    assert response.status_code == 302, response.context["errors"]
    assert not calendar_for().is_working(date(2027, 2, 8))
    entry = LogEntry.objects.get_for_model(CalendarDay).get()
    assert entry.actor == system_admin


def test_a_day_taken_out_by_hand_counts_at_once_and_is_on_record(client, system_admin, seeded):
    notice = HolidayNotice.objects.get(year=2026)
    days = [{"id": day.pk, "notice": notice.pk, "date": day.date, "name": day.name,
             **({"is_working": "on"} if day.is_working else {}),
             **({"DELETE": "on"} if day.date == date(2026, 10, 10) else {})} for day in notice.days.all()]  # fmt: skip
    form = notice_form(*days, year=2026, number=notice.number, initial=len(days))
    url = reverse("admin:institutions_holidaynotice_change", args=[notice.pk])
    assert client.post(url, form).status_code == 302
    assert not calendar_for().is_working(date(2026, 10, 10))
    assert LogEntry.objects.get_for_model(CalendarDay).filter(action=LogEntry.Action.DELETE).count() == 1


@pytest.mark.parametrize(
    "form, sentence",
    [
        (notice_form({"date": "2027-02-06", "name": "春节"}), "星期六本来就休息，不用登记"),
        (
            notice_form({"date": "2027-02-08", "name": "春节", "is_working": "on"}),
            "星期一本来就上班，不用登记",
        ),
        (notice_form({"date": "2026-02-09", "name": "春节"}), "2026-02-09 不在2027年的安排里"),
        (notice_form(year=2026), "2026年全国放假安排（国办发明电〔2025〕7号）已经登记"),
        (notice_form(year=20270), "年份“20270”不对，写成四位数"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(client, system_admin, seeded, form, sentence):
    response = client.post(reverse(ADD), form)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert not HolidayNotice.objects.filter(year=2027).exists()


def test_the_calendar_belongs_to_the_system_administrator_and_history_is_read_only(
    client, seeded, sheet, clerk, system_admin
):
    load(sheet(GOOD))
    load(sheet(GOOD), "--replace", notice="国办发明电〔2026〕11号")
    old = HolidayNotice.objects.get(number="国办发明电〔2026〕9号")
    url = reverse("admin:institutions_holidaynotice_change", args=[old.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, notice_form()).status_code == 403
    assert client.post(reverse("admin:institutions_holidaynotice_delete", args=[old.pk])).status_code == 403
    client.force_login(clerk)
    assert client.get(reverse("admin:institutions_holidaynotice_changelist")).status_code == 302
