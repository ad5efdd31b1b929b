"""What the text itself suggests for a table that is still empty: the article that speaks of it, and the number there.

Only to begin with: a person reads the article beside the form and saves.
"""

import re
from dataclasses import MISSING, fields
from types import NoneType
from typing import get_args, get_type_hints

from ..edition_text import number_of
from .concordance import REFERENCE, score
from .rows import row_of
from .words import TABLES

OF_THE_REFERENCE = {table: words for _, table, words in REFERENCE.values() if table}
WORDS = OF_THE_REFERENCE | {
    "suspension": (*OF_THE_REFERENCE["suspension"], "中止期", "中止本", "中止"),
    "expiry": ("自动延长", "延续", "期满", "有效期"),
    "defence": ("陈述", "申辩", "告知"),
    "person_stop": ("停止", "暂停", "医保服务"),
    "liquidated_damages": ("违约金",),
    "refund": ("违规费用", "追回", "退回"),
    "claiming": ("申报",),
}
_NUMBER = r"(?<![\d月几数])(\d+|[一二三四五六七八九十百]+)"
# How the end of a field's name is written in a text.
WRITTEN = {
    "working_days": f"{_NUMBER}个?工作日",
    "days": f"{_NUMBER}(?:个自然|个日历)?[日天]",
    "months": f"{_NUMBER}个月",
    "years": f"{_NUMBER}年",
    "copies": f"一式{_NUMBER}份",
}


def suggested(form, row):
    """{field: value} for an empty table of the terms; {} where the text says nothing of the matter.

    Of several articles that speak of it as much, the first one with a number.
    """
    if row.part != "terms" or not form.articles:
        return {}
    table = row.key.partition(".")[0]
    words = WORDS.get(table) or (TABLES[table],)
    best = max(form.articles, key=lambda one: (score(one, words), bool(_numbers(row.kind, one)), -one.number))
    if not score(best, words):
        return {}
    return {"article": best.label} | _numbers(row.kind, best)


def perhaps_there(form, absent):
    """`absent` of `rows.absent_from` with the article that seems to speak of each table, those that have one first."""
    found = [
        (*one, suggested(form, row_of("terms", one[0])).get("article", "") if form else "") for one in absent
    ]
    return sorted(found, key=lambda one: not one[-1])


def _numbers(kind, article):
    """{field: number} where the article has just one number of a unit, and one field of the table takes it.

    Of several such fields it is the one that no table may be without.
    """
    said, hints, numbers = "".join(one.text for one in article.paragraphs), get_type_hints(kind), {}
    whole = [
        one
        for one in fields(kind)
        if {*(get_args(hints[one.name]) or [hints[one.name]])} - {NoneType} == {int}
    ]
    for end, pattern in WRITTEN.items():
        alike = [one for one in whole if _unit(one.name) == end]
        alike = alike if len(alike) == 1 else [one for one in alike if one.default is MISSING]
        found = {_whole(number) for number in re.findall(pattern, said)} - {None}
        if len(alike) == len(found) == 1:
            numbers[alike[0].name] = found.pop()
    return numbers


def _unit(name):
    """pay_days → days, working_days → working_days, apply_months_before → months; "" for what is counted otherwise."""
    return next((end for end in WRITTEN if name.removesuffix("_before").endswith(end)), "")


def _whole(number):
    """The number, None for what is none (三五日, 百日)."""
    try:
        return int(number) if number.isdecimal() else number_of(number)
    except ValueError:
        return None
