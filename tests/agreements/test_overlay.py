"""第七十七条: a supplement's changed numbers, laid over those of the edition and read by the same reader."""

from pathlib import Path

import pytest

from agreements.overlay import Change, changes_of, overlaid
from agreements.tables import BadTerms
from agreements.terms import read_terms

SOURCE = (Path(__file__).parents[2] / "agreements/editions/qinghai-2025/terms.toml").read_text("utf-8")
SHORTER = "[suspension]\nmax_days = 90\nends_automatically_after_days = 90\n"


@pytest.mark.rule("Q77.2")
def test_the_changed_number_counts_and_all_others_stay():
    terms, own = overlaid(SOURCE, (SHORTER,)), read_terms(SOURCE)
    assert (own.suspension.max_days, terms.suspension.max_days) == (180, 90)
    assert terms.suspension.reminder_days_before == own.suspension.reminder_days_before
    assert terms.payment == own.payment and terms.deadlines["T-03"] == own.deadlines["T-03"]


def test_clocks_that_name_the_number_follow_it():
    terms = overlaid(SOURCE, (SHORTER,))
    assert (terms.deadlines["T-08"].length, terms.deadlines["T-09"].length) == (90, 90)


def test_the_later_of_two_counts():
    assert overlaid(SOURCE, (SHORTER, "[suspension]\nmax_days = 120")).suspension.max_days == 120


def test_without_an_overlay_it_is_the_edition():
    assert overlaid(SOURCE, ()) == read_terms(SOURCE)


def test_a_table_within_a_table_can_be_changed():
    assert (
        str(overlaid(SOURCE, ('[liquidated_damages.66]\ncap = "0.15"',)).liquidated_damages[66].cap) == "0.15"
    )


def test_a_clock_is_changed_by_its_number():
    overlay = '[[deadline]]\nid = "T-06"\nlength = 15\nreminders = [5, 0]'
    term = overlaid(SOURCE, (overlay,)).deadlines["T-06"]
    assert (term.length, term.reminders) == (15, (5, 0))


def test_what_changes_is_told_with_its_article():
    assert changes_of(SOURCE, (), "[suspension]\nmax_days = 90") == [
        Change("suspension", "max_days", "第七十九条", 180, 90)
    ]
    assert changes_of(SOURCE, (SHORTER,), "[suspension]\nmax_days = 60")[0].old == 90


@pytest.mark.parametrize("overlay, why", [
    ("[holidays]\ndays = 3", r"没有 \[holidays\] 这张表"),
    ("[suspension]\nlongest = 3", r"\[suspension\] 没有 longest 这一项"),
    ("[suspension]\nmax_days = '90'", "种类不同"),
    ("[suspension]\nmax_days = 0", "应大于0"),
    ("[suspension]\nmax_days = -1", "应大于0"),
    ("[suspension]\narticle = '第一条'", "不能用补充协议改动"),
    ("[deposit]\nrate = 'viel'", "写成文字的小数"),
    ("[termination]\ngrounds = []", "成组的情形"),
    ("[[deadline]]\nid = 'T-99'\nlength = 3", "没有编号为“T-99”的时限"),
    ("[[deadline]]\nid = 'T-06'\nunit = 'day'", "没有可以改动的 unit"),
    ("[[deadline]]\nlength = 3", "缺少 id"),
    ("max_days = 90", r"没有 \[max_days\] 这张表"),
    ("[suspension", "不是合格的 TOML"),
])  # fmt: skip
def test_what_the_edition_does_not_have_is_refused_by_name(overlay, why):
    with pytest.raises(BadTerms, match=why):
        changes_of(SOURCE, (), overlay)
