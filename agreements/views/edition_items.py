"""Many rows at once into a draft: the items of an article of the text, the clocks of the base."""

from django.http import Http404
from django.shortcuts import redirect, render

from ..edition_desk.clock_entry import ClocksForm, usual_clocks
from ..edition_desk.item_entry import ItemsForm, open_articles, prefix_of, with_items
from ..edition_desk.rows import Draft
from ..gate import refusal
from .edition_drafts import saved, writable


def items(request, pk, number):
    """从文本录入：一条里还没有录的各项，原文照文本，勾选、写简称，一次录入。"""
    case = writable(request, pk)
    reading = case.reading
    catalogue = Draft.of(case.sources, reading.form).catalogue
    found = (
        {one.article.number: one for one in open_articles(reading.form, catalogue)} if reading.form else {}
    )
    if number not in found:
        raise Http404
    article = found[number].article
    form = ItemsForm(request.POST or None, items=found[number].items, initial={"revision": case.revision})
    first = "" if found[number].measured else f"先新增{article.label}的处理措施，再录入情形"
    if not first and form.is_valid():
        rows = form.rows(article, prefix_of(reading.facts))
        if saved(request, case, form, {"breaches_source": with_items(case.breaches_source, rows)}):
            return redirect("edition-breaches", case.pk)
    context = {
        "case": case,
        "article": article,
        "form": form,
        "lines": form.lines(),
        "refusal": first or refusal(case, "write", by=request.user),
    }
    return render(request, "agreements/edition_items.html", context)


def clocks(request, pk):
    """从底本加时限：底本有、草稿没有的，勾选一次加上。"""
    case = writable(request, pk)
    draft = Draft.of(case.sources, case.reading.form)
    found = list(usual_clocks(case.based_on, draft))
    form = ClocksForm(
        request.POST or None, clocks=found, articles=draft.articles, initial={"revision": case.revision}
    )
    if form.is_valid():
        changed = {"terms_source": form.written_into(case.terms_source)}
        if saved(request, case, form, changed):
            return redirect("edition-terms", case.pk)
    context = {
        "case": case,
        "form": form,
        "lines": list(form.lines()),
        "refusal": refusal(case, "write", by=request.user),
    }
    return render(request, "agreements/edition_clocks.html", context)
