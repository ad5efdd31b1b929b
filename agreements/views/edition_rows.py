"""The terms and the breach catalogue of a draft: all at a glance, and each table as a typed form."""

import hashlib
import tomllib
from dataclasses import fields

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from .. import permissions
from ..edition_desk import rows
from ..edition_desk.about import about
from ..edition_desk.blank import is_blank
from ..edition_desk.choosing import SeveralField
from ..edition_desk.concordance import read_out
from ..edition_desk.entries import EntriesField
from ..edition_desk.item_entry import open_articles
from ..edition_desk.like import clocks_of_the_base, like_the_base
from ..edition_desk.looking import key_of
from ..edition_desk.sources import NAMES, Reading
from ..edition_desk.suggesting import perhaps_there, suggested
from ..edition_desk.term_faults import unfilled
from ..edition_desk.toml_writing import as_written, find, opened, written
from ..edition_desk.typed import TableForm
from ..edition_desk.words import CODES, key_label, length_of, value_label
from ..edition_text import LOST, NoSuchArticle
from ..gate import refusal
from ..tables import BadTerms
from .edition_drafts import saved, writable
from .editions import draft_or_404

MORE = "more"  # the button that asks for more empty lines, and saves nothing
NEXT = "next"  # the button that goes on to the next table
LIKE = "like"  # asks for the values of the base
FETCH, MISSING = "fetch", "missing"  # buttons: take the wording from the text; mark the item as lost
OVERVIEW = {
    "terms": "edition-terms",
    "deadlines": "edition-terms",
    "items": "edition-breaches",
    "measures": "edition-breaches",
}


def terms(request, pk):
    """参数：每张表的值、条款的原文，文本里没有的可以加上。"""
    case = draft_or_404(request, pk)
    raw = _parsed_or_none(case, "terms_source")
    if raw is None:
        return _to_source(request, case, "terms_source")
    reading, faults = case.reading, _faults_by_row(case)
    clocks = [one for one in raw.get("deadline", []) if isinstance(one, dict)]
    context = {
        "tables": [
            (row, _values(row, _at(raw, row.path)), *_article(reading, _at(raw, row.path)), faults.get((row.part, row.key), ()), key_of(row))
            for row in rows.rows_in(raw)
        ],
        "clocks": [
            (one, length_of(one, raw), faults.get(("deadlines", str(one.get("id"))), ()), f"deadlines/{one.get('id')}")
            for one in clocks
        ],
        "cites": read_out(raw),
        "usual": clocks_of_the_base(case.based_on, raw),
        "absent": perhaps_there(reading.form, rows.absent_from(raw)),
    }  # fmt: skip
    return _overview(request, case, "edition_terms", "terms_source", context)


def breaches(request, pk):
    """违约情形目录：各项和各条的处理措施。"""
    case = draft_or_404(request, pk)
    raw = _parsed_or_none(case, "breaches_source")
    if raw is None:
        return _to_source(request, case, "breaches_source")
    faults = _faults_by_row(case)
    items = [one for one in raw.get("item", []) if isinstance(one, dict)]
    measures = [one for one in raw.get("measure", []) if isinstance(one, dict)]
    context = {
        "items": [(one, faults.get(("items", str(one.get("code"))), ())) for one in items],
        "measures": [
            (
                one,
                faults.get(("measures", str(one.get("article"))), ()),
                f"measures/{one.get('article')}",
                *_limits(case, one),
            )
            for one in measures
        ],
        "lost": LOST,
        "open": list(open_articles(case.reading.form, raw)) if case.reading.form else [],
    }
    return _overview(request, case, "edition_breaches", "breaches_source", context)


def _limits(case, measure):
    """(the cap, the range of months) of the article of a measure, as the terms have them."""
    raw, number = rows.Draft.of(case.sources, None).raw, str(measure.get("article"))
    cap, stop = (raw.get(name, {}).get(number, {}) for name in ("liquidated_damages", "person_stop"))
    months = (
        f"{stop['min_months']} 至 {stop['max_months']} 个月"
        if {"min_months", "max_months"} <= set(stop)
        else ""
    )
    return cap.get("cap", ""), months


def _overview(request, case, template, column, context):
    given = {
        "case": case,
        "unseen": {key for key, _ in case.unseen},
        "blank": is_blank(column, getattr(case, column)),
        "why": ""
        if column == "terms_source" and any(unfilled(case.terms_source))
        else case.reading.why.get(column),
        "may_write": case.is_editable and permissions.edition_writer(case, request.user),
    }
    return render(request, f"agreements/{template}.html", given | context)


def _parsed_or_none(case, column):
    try:
        return tomllib.loads(getattr(case, column))
    except tomllib.TOMLDecodeError:
        return None


def _to_source(request, case, column):
    """What is no TOML is mended as a whole; who may not write is told on the draft's page."""
    if not permissions.edition_writer(case, request.user):
        return redirect(case)
    messages.error(request, "写法有误，先在全文里改正，再逐项修改")
    return redirect("edition-source", case.pk, column)


def _faults_by_row(case):
    found = {}
    for fault in case.faults:
        found.setdefault((fault.part, fault.key), []).append(fault.sentence)
    return found


def _at(raw, path):
    for step in path:
        raw = raw[step]
    return raw if isinstance(raw, dict) else {}


def _values(row, table):
    """[(label, value in words, whether practice fills it)] of a table as it stands in the file."""
    shown = [field.name for field in fields(row.kind) if field.name not in ("article", "defaults")]
    open_keys = table.get("defaults", [])
    return [
        (key_label(name), value_label(name, _flat(table[name])), name in open_keys)
        for name in shown
        if name in table
    ]


def _flat(value):
    """Small tables within a list, by their values; what only the program reads is left out."""
    if isinstance(value, list):
        return [_entry(item) if isinstance(item, dict) else item for item in value]
    return value


def _entry(table):
    return "，".join(value_label(key, value) for key, value in table.items() if key not in CODES)


def _article(reading, table):
    """(what the table names, the article of this draft's text or None)."""
    named = str(table.get("article", ""))
    try:
        return named, reading.form.article(named) if reading.form and named else None
    except NoSuchArticle:
        return named, None


# ── one table ──


def row(request, pk, part, key):
    """一张表：逐项填写，旁边是条款的原文。"""
    case = writable(request, pk)
    found, table = row_or_404(case, part, key)
    if found is None:
        return _to_source(request, case, rows.COLUMNS[part])
    form = _form(request, case, found, table)
    asked = form.is_bound and not {FETCH, MORE} & set(request.POST) and form.is_valid()
    if asked and kept(request, case, form, found, _written(case, form, found)):
        case.refresh_from_db()
        following = _following(case, found) if NEXT in request.POST else None
        return (
            redirect("edition-row", case.pk, *following)
            if following
            else redirect(overview_of(case, part, key))
        )
    return _row_page(request, case, form, found, table)


def row_or_404(case, part, key):
    """(Row, its table or None); (None, None) where the file is no TOML."""
    try:
        found = rows.row_of(part, key)
        table = found.table(opened(getattr(case, found.column), NAMES[found.column]))
    except rows.NoSuchRow as why:
        raise Http404 from why
    except BadTerms:
        return None, None
    if table is None and found.path and part != "terms":
        raise Http404
    return found, table


def _form(request, case, found, table):
    was = mark(table)
    data = _asked(request, case, found) if request.method == "POST" else None
    draft = rows.Draft.of(case.sources, case.reading.form)
    given = _given(request, case, found, table, draft) | {"revision": case.revision, "was": was}
    form = TableForm(data, kind=found.kind, table=table, draft=draft, initial=given)
    if form.is_bound and form.data.get("was") == was:
        form.catch_up(
            case.revision
        )  # a table that is as it was is changed whatever others have saved around it
    return form


def _following(case, found):
    """(part, key) of the next table that is to be filled in, or to be looked at; None when there is none."""
    lacking = [("terms", key) for _, part, key in unfilled(case.terms_source) if part == "terms"]
    copied = [(row.part, row.key) for _, row in case.unseen if row.key != "cites"]
    return next((one for one in lacking + copied if one != (found.part, found.key)), None)


def _given(request, case, found, table, draft):
    """What an empty form begins with: the base's table where that was asked for, else what the text suggests."""
    if LIKE in request.GET:
        return like_the_base(case.based_on, found, request.GET[LIKE], draft)
    if "article" in request.GET:
        return {"article": request.GET["article"]}
    if found.part == "deadlines" and found.key == rows.NEW:
        return {
            "id": draft.free_number(beside=[one for one, _ in clocks_of_the_base(case.based_on, draft.raw)])
        }
    if found.part == "terms" and not table and case.reading.form:
        return suggested(case.reading.form, found)
    return {}


def _asked(request, case, found):
    """What was sent, with the wording that a button asks for."""
    data = request.POST.copy()
    if found.part != "items":
        return data
    if MISSING in data:
        data["label"] = data["text"] = LOST
        data["lost"] = "on"
    if FETCH in data and (words := _wording(case.reading.form, data)):
        data["text"] = words
        data.pop("lost", None)
    return data


def _wording(form, data):
    """What the text says at this article and number, "" where it has no such item."""
    try:
        return form.article(data["article"]).item(int(data["number"])).text if form else ""
    except (NoSuchArticle, ValueError, KeyError):
        return ""


def _written(case, form, found):
    """The source with this table as the form has it; None, and an error, where another has its name already."""
    source, name = getattr(case, found.column), NAMES[found.column]
    path = found.path_for(form.values())
    if found.path is None and find(opened(source, name), path) is not None:
        form.add_error(
            None,
            f"已经有{rows.row_of(found.part, '.'.join(path) if found.part == 'terms' else path[-1]).label}，到那一张里改",
        )
        return None
    return written(source, name, path, form.values())


def kept(request, case, form, found, source):
    """Whether it is saved: a file that could be read is not made unreadable by one table."""
    if source is None:
        return False
    why = Reading(case.sources | {found.column: source}).why.get(found.column)
    if why and found.column not in case.reading.why:
        form.add_error(None, why)
        return False
    return saved(request, case, form, {found.column: source}, looked=[found])


def mark(table):
    """A digest of a table as it stands in its file."""
    return hashlib.sha256(as_written(table).encode()).hexdigest()[:16] if table is not None else ""


def overview_of(case, part, key=""):
    return reverse(OVERVIEW[part], args=[case.pk]) + (f"#{part}-{key}" if key else "")


def _row_page(request, case, form, found, table):
    named = form["article"].value() if "article" in form.fields else None
    named = named or next(iter(form["articles"].value() or []), "") if "articles" in form.fields else named
    reading = case.reading
    try:
        article = reading.form.article(named) if reading.form and named else None
    except NoSuchArticle:
        article = None
    context = {
        "case": case,
        "form": form,
        "row": found,
        "about": about(found.key) if found.part == "terms" else "",
        "article": article,
        # Of an empty table the whole text stands beside it: nobody need hold the paper in hand.
        "articles": reading.form.articles if reading.form and not table and found.part != "items" else (),
        "suggested": found.part == "terms"
        and not table
        and not form.is_bound
        and LIKE not in request.GET
        and article,
        "back": overview_of(case, found.part, found.key),
        "removable": table is not None and not found.required,
        "following": _following(case, found),
        "has_lines": any(isinstance(one, EntriesField | SeveralField) for one in form.fields.values()),
        "like": not table
        and found.key != rows.NEW
        and like_the_base(case.based_on, found, found.key, form.draft),
        "faults": _faults_by_row(case).get((found.part, found.key), ()),
        "refusal": refusal(case, "write", by=request.user),
    }
    return render(request, "agreements/edition_row.html", context)
