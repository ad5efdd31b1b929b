"""Checks of the terms: each has an article of the text, makes sense as a number, points to things that exist."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal

from institutions.models import InstitutionVersion

from ..edition_text import NoSuchArticle, chinese_number
from ..gate import acts_of, declared
from ..models.agreement import Agreement
from ..tables import BadTerms, parsed
from ..term_tables import DeadlineTerm, Ground
from .rows import KINDS, rows_in
from .toml_writing import find
from .words import KEYS, TABLES, VALUES, key_label, table_label

# Pairs of keys of which the first may not exceed the second.
PAIRS = [
    ("min_months", "max_months"),
    ("suspend_months_min", "suspend_months_max"),
    ("suspend_at", "end_at"),
    ("least", "most"),
    ("apply_months_before", "window_opens_months_before"),
    ("shortest", "length"),
]
AT_LEAST_ONE = {"copies", "longest_years", "count", "levels", "team_minimum", "every_months", "max_days"}  # fmt: skip
MAY_BE_NEGATIVE = {"reminders", "reminder_days_before"}  # days after the due day
_ARTICLE = re.compile("第[零〇一二三四五六七八九十百]+条")
_ITEM = re.compile(r"(第[零〇一二三四五六七八九十百]+条)(?:（([零〇一二三四五六七八九十百]+)）)?$")


def rows_of(terms):
    """(part, key, what it is called, the table) of every table of the terms, clocks included."""
    for field in fields(terms):
        value = getattr(terms, field.name)
        if field.name == "deadlines":
            yield from (("deadlines", name, f"时限 {name} {one.title}", one) for name, one in value.items())
        elif isinstance(value, Mapping) and field.name != "cites":
            for number, one in value.items():
                yield "terms", f"{field.name}.{number}", table_label(f"{field.name}.{number}"), one
        elif is_dataclass(value):
            yield "terms", field.name, table_label(field.name), value


def unfilled(source):
    """What the tables of a file lack that is still being filled in, each a sentence; a number is looked at when all are there."""
    try:
        raw = parsed(source, "terms.toml")
    except BadTerms:
        return
    found = {row.key: (row, find(raw, row.path)) for row in rows_in(raw)}
    for name, (*_, required) in KINDS.items():
        if required and name not in raw:
            yield f"{TABLES[name]}：每份文本都要有，还没有填写", "terms", name
    for key, (row, table) in found.items():
        lacking = [
            field.name for field in fields(row.kind) if field.default is MISSING and field.name not in table
        ]
        if lacking and table:
            yield f"{row.label}：还没有填{'、'.join(map(key_label, lacking))}", "terms", key
        elif lacking:
            yield f"{row.label}：还没有填写", "terms", key


def articles_exist(reading):
    if reading.terms is None or reading.form is None:
        return
    for part, key, label, table in rows_of(reading.terms):
        found = (missing_place(reading.form, named) for named in _articles_of(table))
        for why in dict.fromkeys(filter(None, found)):
            yield f"{label}：{why}", part, key


def _articles_of(table):
    """Every place of the text that a table names, each once."""
    named = list(table.articles) if isinstance(table, DeadlineTerm) else [table.article]
    named += [ground.article_label for ground in getattr(table, "grounds", ()) if isinstance(ground, Ground)]
    named += [table.expiry_ground] if hasattr(table, "expiry_ground") else []
    return list(dict.fromkeys(named))


def missing_place(form, named):
    """Why 第六十五条（六） is not in the text, as a sentence; "" when it is."""
    found = _ITEM.match(named)
    if not found:
        return f"“{named}”不是条号，应写成“第…条”或“第…条（…）”"
    try:
        article = form.article(found[1])
    except NoSuchArticle:
        return f"文本里没有{found[1]}"
    if found[2] and all(chinese_number(item.number) != found[2] for item in article.items):
        return f"{found[1]}没有第（{found[2]}）项"
    return ""


def numbered_tables_are_of_their_article(reading):
    if reading.terms is None:
        return
    for part, key, label, table in rows_of(reading.terms):
        number = key.partition(".")[2]
        if part == "terms" and number and table.article != f"第{chinese_number(int(number))}条":
            yield f"{label}：表名是第{number}条，条款写的是{table.article}", part, key


def numbers_make_sense(reading):
    if reading.terms is None:
        return
    for part, key, label, table in rows_of(reading.terms):
        for sentence in senseless(table):
            yield f"{label}：{sentence}", part, key


def senseless(table):
    """Sentences for each number of a table, and of the tables within it, that cannot be meant."""
    values = {field.name: getattr(table, field.name) for field in fields(table)}
    for name, value in values.items():
        for one in value if isinstance(value, tuple) else (value,):
            if is_dataclass(one):
                yield from senseless(one)
            elif why := _outside_sense(name, one):
                yield f"{key_label(name)}现为{one}，{why}"
    if (kept := values.get("copy_holders")) and len(kept) != values["copies"]:
        yield f"份数是{values['copies']}，留存方写了{len(kept)}份（每份一行）"
    for low, high in PAIRS:
        least, most = values.get(low), values.get(high)
        if least is not None and most is not None and least > most:
            yield f"{key_label(low)}是{least}，大于{key_label(high)}的{most}"


def _outside_sense(name, value):
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return ""
    if value < 0 and name not in MAY_BE_NEGATIVE:
        return "不能是负数"
    if value == 0 and name in AT_LEAST_ONE:
        return "至少是1"
    if value > 1 and (name == "cap" or name.endswith("rate")):
        return "比例不能大于1（100%）"
    return ""


def what_they_point_to_exists(reading):
    terms = reading.terms
    if terms is None:
        return
    known = {field.name for field in InstitutionVersion._meta.concrete_fields}
    for group in terms.change.groups:
        for name in sorted(set(group.fields) - known):
            yield f"变更：重大信息“{group.label}”里的 {name} 不是机构档案的信息项", "terms", "change"
    for table, key in (("recovery", "offset_order"), ("cascade", "causes")):
        for name in getattr(getattr(terms, table), key, ()):
            if name not in VALUES[key]:
                yield (
                    f"{table_label(table)}：{KEYS[key]}里的 {name} 不认识，应为{'、'.join(VALUES[key])}",
                    "terms",
                    table,
                )
    for name in ("begins", "ends"):
        day = getattr(terms.signing, name)
        if day and not re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", day):
            yield f"签订：{key_label(name)}“{day}”应写成月-日，例如 08-01", "terms", "signing"
    if bool(terms.signing.begins) != bool(terms.signing.ends):
        yield "签订：文本印明的起始日和截止日，两个都写或都不写", "terms", "signing"


def own_numbers_are_in_the_text(reading):
    """Where the edition is numbered otherwise than the reference form, its own numbers exist."""
    if reading.terms is None or reading.form is None:
        return
    for reference, own in (reading.terms.cites or {}).items():
        for named in filter(None, own.split("、")):
            if why := missing_place(reading.form, named):
                yield f"条号对照：{reference}对应的{named}，{why}", "terms", "cites"


def sentences_are_numbered(reading):
    """Without `cites` the portal's sentences name the articles of the reference form: they must all be in this text."""
    if reading.terms is None or reading.form is None or reading.terms.cites is not None:
        return
    said = "".join(declared(Agreement, name).custom["article"] for name in acts_of(Agreement))
    there = {article.label for article in reading.form.articles}
    if strange := [one for one in dict.fromkeys(_ARTICLE.findall(said)) if one not in there]:
        named = "、".join(strange[:3])
        yield (
            f"条号对照：门户的提示语按参照文本的条号写成，本文本没有{named}等{len(strange)}条。到“条号对照”里选本文本的条号",
            "terms",
            "cites",
        )


# Event from which a clock runs → the number of a table that says how long, where the text has that table.
SAID_IN = {
    "claim_accepted": "payment.working_days",
    "demand_received": "recovery.pay_days",
    "change_approved": "change.major_working_days",
    "planned_suspension": "suspension.request_lead_months",
    "agreement_end": "renewal.apply_months_before",
}


def a_number_is_said_once(reading):
    """A clock with a length of its own beside the number of its table: the paper would say one, the reminder another."""
    if reading.terms is None:
        return
    raw = parsed(reading.sources["terms_source"], "terms.toml")
    for clock in raw.get("deadline", []):
        table, key = _said_in(clock)
        number = raw.get(table, {}).get(key)
        if number is not None and isinstance(clock.get("length"), int):
            unit = VALUES["unit"].get(clock.get("unit"), "")
            yield (
                f"时限 {clock['id']} {clock['title']}：自己写了{clock['length']}{unit}，“{table_label(table)}”的"
                f"{key_label(key)}是{number}，纸上和提醒会不一样。长度改为取自那张表",
                "deadlines",
                clock["id"],
            )


def _said_in(clock):
    """(table, key) of the number that a clock should take. After the end of an agreement other clocks run, forward."""
    event = clock.get("start_event")
    ahead = event == "agreement_end" and not clock.get("backward")
    return SAID_IN.get("" if ahead else event, ".").split(".")


CHECKS = [
    articles_exist, numbered_tables_are_of_their_article, numbers_make_sense, what_they_point_to_exists,
    own_numbers_are_in_the_text, sentences_are_numbered, a_number_is_said_once,
]  # fmt: skip
