"""第8、13节：上海两份文本的数，逐项对照；每一个条号都在文本里，推定的除外。"""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from agreements.breaches import read_breaches
from agreements.edition_text import chinese_number, read_text
from agreements.terms import read_terms

EDITIONS = Path(__file__).resolve().parents[2] / "agreements/editions"
CODES = ["qinghai-2025", "shanghai-secondary", "shanghai-primary"]
INFERRED = range(23, 31)  # 一级：第二十三条至文末原文缺失，条号按二级及以上加二推定


def source(code, name):
    return (EDITIONS / code / name).read_text(encoding="utf-8")


@pytest.fixture
def terms():
    return read_terms(source("shanghai-secondary", "terms.toml"))


@pytest.mark.rule("S25.1")
@pytest.mark.rule("S28.1")
def test_the_numbers_are_those_of_the_text(terms):
    assert (terms.signing.copies, terms.signing.copy_holders) == (3, ("甲方", "乙方", "区县医保办"))
    assert (terms.signing.begins, terms.signing.ends) == ("08-01", "07-31")
    assert (terms.expiry.extension_months, terms.expiry.longest_months) == ((12, 12), 36)
    assert terms.expiry.blocked_by == ("criticism", "fine") and not terms.expiry.holds_over
    assert (terms.renewal.window_opens_months_before, terms.renewal.apply_months_before) == (1, 0)
    assert (terms.defence.days, terms.defence.working_days) == (10, None)
    assert (terms.refund.factor, terms.fine.max_amount) == (Decimal(2), Decimal(30_000))
    assert {n: (one.min_months, one.max_months) for n, one in terms.person_stop.items()} == {
        21: (3, 12), 22: (3, 12),
    }  # fmt: skip


@pytest.mark.rule("S02.1")
@pytest.mark.rule("S1-02.1")
def test_each_text_asks_for_its_own_contacts():
    asked = {code: read_terms(source(code, "terms.toml")).contacts for code in CODES}
    assert asked["qinghai-2025"] is None
    assert [len(asked[code].roles) for code in CODES[1:]] == [4, 2]


@pytest.mark.parametrize(
    "absent",
    ["deposit", "cascade", "investigation", "outside_notice", "repeat_suspension", "self_report", "penalty_report",
     "announcement", "aftercare"],
)  # fmt: skip
def test_what_the_text_does_not_have_its_terms_do_not_have(terms, absent):
    assert getattr(terms, absent) is None
    assert terms.suspension.max_days is None and not terms.suspension.on_request
    assert not terms.liquidated_damages


def _tables(terms):
    for one in fields(terms):
        value = getattr(terms, one.name)
        for table in value.values() if isinstance(value, Mapping) else [value]:
            if is_dataclass(table) and hasattr(table, "article"):
                yield table


@pytest.mark.parametrize("code", CODES)
def test_every_article_that_is_named_stands_in_the_text(code):
    terms, text = read_terms(source(code, "terms.toml")), read_text(source(code, "text.txt"))
    named = {table.article for table in _tables(terms)}
    named |= {article for clock in terms.deadlines.values() for article in clock.articles}
    named |= {one for own in (terms.cites or {}).values() for one in own.split("、")}
    stands = {article.label for article in text.articles}
    inferred = {f"第{chinese_number(n)}条" for n in INFERRED} if code == "shanghai-primary" else set()
    assert named - stands - inferred == set()


@pytest.mark.parametrize("code", CODES)
def test_every_number_says_its_article_or_that_it_is_a_default(code):
    head = source(code, "terms.toml").split("[[deadline]]")[0]
    lines = [line for line in head.splitlines() if re.match(r'^\w+ = (\[?"?\d|true|false)', line)]
    assert [line for line in lines if not re.search("#.*(第.+条|默认，文本未规定)", line)] == []


@pytest.mark.parametrize("code", CODES)
def test_what_is_a_default_in_the_comment_is_one_for_the_program(code):
    for table in re.split(r"\n(?=\[)", source(code, "terms.toml").split("\n[[deadline]]")[0])[1:]:
        said = re.findall(r"^(\w+) = .*# 默认，文本未规定", table, re.M)
        listed = re.search(r"^defaults = \[(.*)\]", table, re.M)
        assert said == (re.findall(r'"(\w+)"', listed[1]) if listed else []), table


@pytest.mark.rule("S20.1")
@pytest.mark.rule("S21.1")
@pytest.mark.rule("S22.1")
def test_the_surviving_items_say_what_the_text_says(terms):
    breaches = read_breaches(source("shanghai-secondary", "breaches.toml"))
    text = read_text(source("shanghai-secondary", "text.txt"))
    surviving = [one for one in breaches.items.values() if not one.lost]
    assert (len(surviving), len(breaches.items)) == (13, 16)
    assert all(text.article(one.article).item(one.number).text == one.text for one in breaches.items.values())
    assert breaches.items["SH-21-06"].article_label == "第二十一条第6项"


@pytest.mark.rule("S14.1")
def test_the_prepayment_may_be_deferred(terms):
    assert terms.payment_hold.ground("14").label == "暂缓支付预付费用"


@pytest.mark.rule("S23.1")
def test_what_has_to_be_registered_is_the_list_of_the_article(terms):
    text = read_text(source("shanghai-secondary", "text.txt")).article("第二十三条").paragraphs[0].text
    labels = {group.label for group in terms.change.groups}
    assert labels >= {"机构性质", "执业地址", "执业范围", "核定床位", "单位名称", "法定代表人"}
    assert all(label.removeprefix("机构") in text for label in labels)
    assert terms.change.major_working_days is None
