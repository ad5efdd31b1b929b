import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields
from decimal import Decimal
from pathlib import Path

import pytest

from agreements.breaches import read_breaches
from agreements.edition_text import read_text
from agreements.terms import BadTerms, read_terms

EDITION = Path(__file__).resolve().parents[2] / "agreements/editions/qinghai-2025"

DATA = Path(__file__).parents[1] / "data"


def source(name):
    return (EDITION / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def text():
    return read_text(source("text.txt"))


@pytest.fixture(scope="module")
def terms():
    return read_terms(source("terms.toml"))


@pytest.fixture(scope="module")
def breaches():
    return read_breaches(source("breaches.toml"))


@pytest.mark.rule("Q79.2")
@pytest.mark.rule("Q79.3")
def test_a_suspension_lasts_180_days_at_most(terms):
    suspension = terms.suspension
    assert (suspension.max_days, suspension.ends_automatically_after_days) == (180, 180)
    assert suspension.reminder_days_before == (30, 15, 7, 1)
    assert suspension.article == "第七十九条"


def test_the_numbers_of_the_text(terms):
    assert terms.signing.lowest_level == "prefecture"
    assert terms.renewal.apply_months_before == 3
    assert terms.change.major_working_days == 30
    assert terms.recovery.pay_days == 15
    assert terms.payment.working_days == 20
    assert terms.penalty_report.days == 5
    assert terms.reconciliation.working_days == 30
    assert terms.data_upload.hours == 24
    assert terms.repeat_suspension.count == 2
    assert (terms.audit.levels, terms.audit.first_review_rate) == (2, 1)
    assert terms.audit.inpatient_sample_rate == Decimal("0.05")


@pytest.mark.rule("Q33.1")
def test_money_is_never_a_float(terms):
    assert terms.deposit.rate == Decimal("0.05")
    assert {number: cap.cap for number, cap in terms.liquidated_damages.items()} == (
        {65: Decimal("0.10"), 66: Decimal("0.20"), 67: Decimal("0.30")}
    )
    assert [(band.up_to, band.rate) for band in terms.price_markup.bands] == (
        [(50, Decimal("0.15")), (100, Decimal("0.12")), (None, Decimal("0.10"))]
    )
    assert terms.price_markup.max_amount == 75


@pytest.mark.rule("Q76.2")
def test_the_nine_major_changes_are_the_words_of_the_article(terms, text):
    labels = "、".join(group.label for group in terms.change.groups)
    assert len(terms.change.groups) == 9
    assert labels in text.article(terms.change.article).paragraphs[1].text


def tables(terms):
    for table in fields(terms):
        value = getattr(terms, table.name)
        if table.name not in ("deadlines", "cites") and value is not None:
            yield from value.values() if isinstance(value, Mapping) else [value]


def test_every_table_and_clock_names_articles_of_the_text(terms, text):
    named = [term.article for term in tables(terms)]
    named += [article for clock in terms.deadlines.values() for article in clock.articles]
    assert all(text.article(article).label == article for article in named)


def test_every_line_with_a_number_says_which_article_or_that_it_is_a_default():
    numbers = re.compile(r'^\w+ = (\[?"?\d|true|false)|\{ .*rate|\[\d')
    head = source("terms.toml").split("[[deadline]]")[0]
    lines = [line for line in head.splitlines() if numbers.search(line) and not line.startswith("    ")]
    assert len(lines) > 40
    assert [line for line in lines if not re.search("#.*(第.+条|默认，文本未规定)", line)] == []


def test_what_is_a_default_in_the_comment_is_one_for_the_program():
    for table in re.split(r"\n(?=\[)", source("terms.toml").split("\n[[deadline]]")[0])[1:]:
        said = re.findall(r"^(\w+) = .*# 默认，文本未规定", table, re.M)
        listed = re.search(r"^defaults = \[(.*)\]", table, re.M)
        assert said == (re.findall(r'"(\w+)"', listed[1]) if listed else []), table


def test_there_is_a_clock_for_every_deadline_of_the_text(terms):
    expected = {f"T-{number:02}" for number in (*range(1, 15), *range(20, 40))}
    extra = {"T-24b", "T-27b", "T-29b", "T-33b", "T-34b", "T-34c"}
    assert set(terms.deadlines) == expected | extra
    assert all(clock.default == (clock.id >= "T-20") for clock in terms.deadlines.values())


@pytest.mark.parametrize(
    "clock, unit, length",
    [
        ("T-01", "working_day", 30),
        ("T-02", "day", 5),
        ("T-03", "working_day", 20),
        ("T-04", "hour", 24),
        ("T-05", "day", 15),
        ("T-06", "working_day", 30),
        ("T-07", "month", 3),
        ("T-09", "day", 180),
        ("T-10", "month", 6),
        ("T-11", "month", 12),
        ("T-22", "working_day", 5),
        ("T-39", "day", None),
    ],
)
def test_a_clock_takes_its_length_from_the_table_of_its_article(terms, clock, unit, length):
    assert (terms.deadlines[clock].unit, terms.deadlines[clock].length) == (unit, length)


def test_only_clocks_before_an_end_run_backwards(terms):
    assert [clock.id for clock in terms.deadlines.values() if clock.backward] == ["T-07", "T-23"]
    assert terms.deadlines["T-11"].shortest == 6


@pytest.mark.parametrize(
    "old, new, sentence",
    [
        ("copies = 2", "", r"\[signing\] 缺少 copies"),
        ("max_days = 180", "", r"T-08.*length 指向“suspension.max_days”"),
        ("max_days = 180", 'max_days = "180"', r"\[suspension\] 的 max_days 应为整数，现为“180”"),
        ("max_days = 180", "max_days = true", r"\[suspension\] 的 max_days 应为整数"),
        ("max_days = 180", "max_days = 180\nmax_dais = 1", r"\[suspension\] 有不认识的项：max_dais"),
        ('rate = "0.05"', "rate = 0.05", r"\[deposit\] 的 rate 应为写成文字的小数"),
        ('rate = "0.05"', 'rate = "5%"', r"\[deposit\] 的 rate 应为写成文字的小数"),
        ('lowest_level = "prefecture"', 'lowest_level = "city"', r"\[signing\] 的 lowest_level 应为.*之一"),
        ("[suspension]", "[suspensions]", "文件 有不认识的项：suspensions"),
        ('article = "第七十九条"', 'article = "79"', r"\[suspension\] 的 article 应为“第…条”"),
        ("[30, 15, 7, 1]", "30", r"\[suspension\] 的 reminder_days_before 应为列表"),
        ("[liquidated_damages.65]", "[liquidated_damages.x]", r"\[liquidated_damages\]|以条号为名的表"),
        ('"payment.working_days"', '"payment.days"', "T-03.*length 指向“payment.days”"),
        ('id = "T-02"', 'id = "T-01"', "id 重复：T-01"),
        (
            'defaults = ["review_days"]',
            'defaults = ["reviews"]',
            r"\[investigation\] 的 defaults：没有reviews",
        ),
        ("[signing]", "[signing", "terms.toml 不是合格的 TOML"),
    ],
)
def test_wrong_terms_are_refused_by_table_and_key(old, new, sentence):
    assert old in source("terms.toml")
    with pytest.raises(BadTerms, match=sentence):
        read_terms(source("terms.toml").replace(old, new, 1))


def test_terms_cannot_be_changed(terms):
    with pytest.raises(FrozenInstanceError):
        terms.suspension.max_days = 365
    with pytest.raises(TypeError):
        terms.deadlines["T-01"] = None


def test_the_63_items_are_the_official_words(breaches, text):
    assert Counter(item.article for item in breaches.items.values()) == {
        62: 8,
        63: 12,
        64: 8,
        65: 12,
        66: 11,
        67: 12,
    }
    for item in breaches.items.values():
        assert item.text == text.article(item.article).item(item.number).text
        assert item.code == f"QH-{item.article}-{item.number:02}"
        assert item.against == ("agency" if item.article == 62 else "institution")


def test_parts_are_lettered_and_found_by_code(breaches):
    for item in breaches.items.values():
        assert [part.code for part in item.parts] == list("abcd")[: len(item.parts)]
    item, part = breaches.find("QH-65-06b")
    assert (item.number, part.label) == (6, "过度诊疗检查、分解处方、超量重复开药")
    assert breaches.find("QH-62-01")[1] is None
    for wrong in ("QH-65-13", "QH-65-06h", ""):
        with pytest.raises(LookupError, match="违约情形目录里没有"):
            breaches.find(wrong)


def test_overlapping_items_point_at_each_other(breaches):
    for item in breaches.items.values():
        assert all(item.code in breaches.items[other].overlaps for other in item.overlaps)
    assert breaches.items["QH-65-10"].overlaps == ("QH-66-07", "QH-67-04")


@pytest.mark.rule("Q65.2")
@pytest.mark.rule("Q66.4")
@pytest.mark.rule("Q67.4")
def test_measures_and_terms_agree_on_caps_and_ranges(breaches, terms):
    caps = {number: one.damages_cap for number, one in breaches.measures.items() if one.damages_cap}
    ranges = {
        number: (one.stop_min_months, one.stop_max_months)
        for number, one in breaches.measures.items()
        if one.stop_min_months
    }
    assert caps == {number: one.cap for number, one in terms.liquidated_damages.items()}
    assert ranges == {number: (one.min_months, one.max_months) for number, one in terms.person_stop.items()}
    assert ranges == {65: (3, 6), 66: (6, 12)}


def test_severity_words_are_those_of_the_article(breaches, text):
    for measure in breaches.measures.values():
        lead = text.article(measure.article).paragraphs[0].text
        assert all(word in lead for word in measure.severity)
        assert all(text.article(number).label in lead for number in measure.escalated_from)


@pytest.mark.parametrize(
    "old, new, sentence",
    [
        (
            'against = "agency"',
            'against = "nobody"',
            r"items.QH-62-01\] 的 against 应为agency、institution之一",
        ),
        ("number = 1\n", "", r"items.QH-62-01\] 缺少 number"),
        ("article = 62\nlabel", "article = 60\nlabel", "没有第62条的"),
        ('overlaps = ["QH-63-04"]', 'overlaps = ["QH-99-01"]', "没有QH-99-01"),
        ('code = "QH-62-02"', 'code = "QH-62-01"', "code 重复"),
    ],
)
def test_a_wrong_catalogue_is_refused(old, new, sentence):
    assert old in source("breaches.toml")
    with pytest.raises(BadTerms, match=sentence):
        read_breaches(source("breaches.toml").replace(old, new, 1))


def test_an_edition_that_was_loaded_long_ago_still_reads():
    """Loaded editions never change: whatever the program learns later must have an answer for them."""
    first = read_terms((DATA / "qinghai-2025-1-terms.toml").read_text())
    assert first.suspension.max_days == 180 and first.points is None
    assert [group.name for group in first.change.groups if group.is_account] == ["bank_account"]
    assert [group.name for group in first.change.groups if group.on_the_cover] == [
        "name",
        "legal_representative",
    ]
