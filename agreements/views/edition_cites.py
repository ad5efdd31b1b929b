"""条号对照 of a draft: for each article that the portal's sentences name, the draft's own."""

from django.contrib import messages
from django.shortcuts import redirect, render

from ..edition_desk.concordance import PATH, lines_of, with_table
from ..edition_desk.forms import CitesForm
from ..edition_desk.looking import CITES
from ..edition_desk.rows import Draft, Row, rows_in
from ..edition_desk.sources import Reading
from ..edition_desk.toml_writing import opened
from ..gate import refusal
from ..tables import BadTerms
from .edition_drafts import saved, writable


def cites(request, pk):
    """条号对照：门户的提示语说到的每一条，在本文本里是第几条；建议按条文比对得出，核对后保存。"""
    case = writable(request, pk)
    reading = case.reading
    if why := reading.why.get("text") or _unparsed(case):
        messages.error(request, f"先改正：{why}")
        return redirect(case)
    base = Reading(case.based_on.sources) if case.based_on else None
    fresh = CITES in {key for key, _ in case.unseen}
    lines = lines_of(reading, base, fresh, _own_tables(case))
    form = CitesForm(
        request.POST or None, lines=lines, articles=reading.form.articles, initial={"revision": case.revision}
    )
    if form.is_valid():
        changed = {"terms_source": with_table(case.terms_source, form.chosen())}
        if saved(request, case, form, changed, looked=[Row("terms", "cites", dict, PATH)]):
            return redirect("edition-terms", case.pk)
    context = {
        "case": case,
        "form": form,
        "rows": list(form.rows()),
        "proposed": sum(line.proposed for line in lines),
        "refusal": refusal(case, "write", by=request.user),
    }
    return render(request, "agreements/edition_cites.html", context)


def _own_tables(case):
    """{table: its article} of the terms that somebody has filled in or looked at."""
    copied = {row.key for _, row in case.unseen}
    raw = Draft.of(case.sources, None).raw
    found = {row.key: row.table(raw) for row in rows_in(raw)}
    there = {article.label for article in case.reading.form.articles}
    return {
        key: one["article"] for key, one in found.items() if key not in copied and one.get("article") in there
    }


def _unparsed(case):
    """Why the terms are no TOML at all; that tables are still to be filled in does not matter here."""
    try:
        opened(case.terms_source, "terms.toml")
    except BadTerms as why:
        return str(why)
    return ""
