"""One draft of an edition: its page, its text, its facts, its gaps; sent in, sent back, published, discarded."""

from functools import partial
from itertools import islice, zip_longest

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse

from .. import permissions
from ..edition_desk import actions, forms
from ..edition_desk.compare import marked
from ..edition_desk.rows import COLUMNS
from ..edition_desk.sources import LABELS, NAMES, Reading
from ..edition_desk.structure import structure_of
from ..edition_desk.term_faults import unfilled
from ..edition_desk.toml_writing import with_facts
from ..edition_text import LABELS as LABELS_OF_BLANKS
from ..edition_text import LOST, OF_THE_LETTER
from ..gate import declared, perform, refusal, step_of
from .common import carried_out, must
from .editions import bundle_response, draft_or_404, form_page, preview_response

# act → (form, what follows from it, what is said when it is done)
ACTS = {
    "submit": (forms.Nothing, "送审后不能改动，由没有写过这份草稿的人核对后发布。", "已送审"),
    "publish": (forms.Nothing, "发布后文本和参数不可改动，按内容算出摘要；新的协议可以按这个版本起草。", "已发布"),
    "send-back": (forms.ReasonForm, "退回后可以再改。", "已退回修改"),
    "discard": (forms.ReasonForm, "作废的草稿不能恢复，经过留存。", "草稿已作废"),
}  # fmt: skip
# What is mended on a page of its own: part or key of a fault → page.
PAGES = {
    "manifest": "edition-facts",
    "gaps": "edition-gaps",
    "cites": "edition-cites",
    "catalogue": "edition-breaches",
}
DEEDS = {"publish": actions.publish}
MOST_LINES = 40  # of another's save that are shown beside one's own
LOOK = "look"  # the button that shows the structure and saves nothing


def draft(request, pk):
    """一份草稿：哪里要改、各部分、能办的事、经过。"""
    case = draft_or_404(request, pk)
    reading = case.reading
    faults = case.faults if case.status in ("draft", "submitted") else []
    context = {
        "case": case,
        "facts": reading.facts,
        "reading": reading,
        "faults": [(fault, place_of(case, fault)) for fault in faults],
        "unseen": [(row.label, place_of_row(case, row)) for _, row in case.unseen],
        "offers": _offers(case, request.user),
        "may_write": case.is_editable and permissions.edition_writer(case, request.user),
        "counts": _counts(reading),
        "events": case.events.order_by("-seq"),
    }
    return render(request, "agreements/edition_draft.html", context)


def _counts(reading):
    return {
        "articles": len(reading.form.articles) if reading.form else None,
        "clocks": len(reading.terms.deadlines) if reading.terms else None,
        "items": len(reading.breaches.items) if reading.breaches else None,
        "unfilled": len({key for _, _, key in unfilled(reading.sources["terms_source"])}),
        "gaps": sum(reading.sources[column].count(LOST) for column in ("text", "commitment")),
    }


def _offers(case, user):
    """(address of the act, label, why it cannot be done now) of what this person may do with the draft."""
    offers = []
    for slug in ACTS:
        name = slug.replace("-", "_")
        step = step_of(case, name)
        if step and step.has_perm(case, user):
            offers.append((slug, step.custom["label"], refusal(case, name, by=user)))
    return offers


def place_of(case, fault):
    """Where a fault is mended."""
    if page := PAGES.get(fault.key or fault.part):
        return reverse(page, args=[case.pk])
    if fault.part in COLUMNS:
        return reverse("edition-row", args=[case.pk, fault.part, fault.key])
    return reverse("edition-source", args=[case.pk, COLUMNS.get(fault.part, fault.part)])


def place_of_row(case, row):
    """Where a copied table is looked at: in the overview, with its article and the button beside it."""
    if row.key == "cites":
        return reverse(PAGES[row.key], args=[case.pk])
    overview = "edition-breaches" if row.part == "measures" else "edition-terms"
    return f"{reverse(overview, args=[case.pk])}#{row.part}-{row.key}"


def act(request, pk, name):
    """送审、退回、发布、作废：each its own page."""
    case = draft_or_404(request, pk)
    move = getattr(case, name.replace("-", "_"))
    step = declared(type(case), move.__name__)
    must(step.has_perm(case, request.user), step.custom["label"])
    kind, follows, done = ACTS[name]
    form = kind(request.POST if request.method == "POST" else None)
    deed = partial(DEEDS[name], case) if name in DEEDS else partial(perform, move)
    if form.is_valid() and (after := carried_out(form, request, deed, **form.details())):
        messages.success(request, done)
        return redirect(after.edition if name == "publish" else after)
    why = refusal(case, move.__name__, by=request.user)
    return form_page(request, form, step.custom["label"], follows, case, refusal=why)


# ── writing ──


def writable(request, pk):
    case = draft_or_404(request, pk)
    must(permissions.edition_writer(case, request.user), "修改草稿")
    return case


def saved(request, case, form, changed, looked=()):
    """Whether it is kept; else the form says why, and is ready to be saved over what came in between."""
    deed = partial(actions.save, case, changed, form.cleaned_data["revision"], looked=looked)
    if carried_out(form, request, deed):
        messages.success(request, "已保存")
        return True
    case.refresh_from_db()
    form.catch_up(case.revision)
    return False


def source(request, pk, column):
    """一个文件的全文，旁边是门户认出来的结构。"""
    case = draft_or_404(request, pk) if request.method == "GET" else writable(request, pk)
    may_write = permissions.edition_writer(case, request.user)
    given = {"source": getattr(case, column), "revision": case.revision}
    form = forms.SourceForm(request.POST or None, initial=given, column=column)
    saves = form.is_bound and LOOK not in request.POST
    if form.is_valid() and saves and saved(request, case, form, {column: form.cleaned_data["source"]}):
        return redirect("edition-source", case.pk, column)
    shown = form.cleaned_data.get("source", "") if form.is_bound else given["source"]
    reading = Reading(case.sources | {column: shown})
    theirs = getattr(case, column)
    context = {
        "case": case,
        "form": form,
        "column": column,
        "label": LABELS[column],
        "name": NAMES[column],
        "why": reading.why.get(column),
        "structure": _structure(reading, column),
        "looked": form.is_bound and not saves,
        "other": _other(theirs, shown) if form.errors and theirs != shown else None,
        "names": _names(column),
        "refusal": refusal(case, "write", by=request.user) if may_write else "您可以看，不能修改",
    }
    return render(request, "agreements/edition_source.html", context)


def _names(column):
    """[(blank as it is written, what goes there)] for a text; the letter of commitment has some of its own."""
    own = OF_THE_LETTER if column == "text" else {}
    known = LABELS_OF_BLANKS if column in ("text", "commitment") else {}
    return [(f"{{{name}}}", label) for name, label in known.items() if name not in own]


def _structure(reading, column):
    form = {"text": reading.form, "commitment": reading.commitment}.get(column)
    return structure_of(form) if form else None


def _other(theirs, shown):
    """Lines of what is kept that are not in what was written, as runs."""
    before, after = theirs.split("\n"), shown.split("\n")
    kept, given = set(before), set(after)
    lost, come = [one for one in before if one not in given], [one for one in after if one not in kept]
    return [marked(*pair) for pair in islice(zip_longest(lost, come, fillvalue=""), MOST_LINES)]


def facts(request, pk):
    """版本说明：代码、修订号、名称、制定机关。"""
    case = writable(request, pk)
    reading = case.reading
    if reading.facts is None:
        messages.error(request, f"版本说明读不出来：{reading.why['manifest']}")
        return redirect("edition-source", case.pk, "manifest")
    given = {name: reading.facts[name] for name in ("code", "version", "title", "subtitle", "issuer")}
    given["grades"] = reading.facts.get("grades", [])
    form = forms.FactsForm(request.POST or None, initial=given | {"revision": case.revision})
    if form.is_valid():
        changed = {"manifest": with_facts(case.manifest, form.facts())}
        if saved(request, case, form, changed):
            return redirect(case)
    return _form_page(
        request, case, form, "版本说明", f"适用地区是{case.region}。名称、修订号印在每一份协议的案卷里。"
    )


def gaps(request, pk):
    """补缺：文本里缺失的每一处，照原文补上。"""
    case = writable(request, pk)
    texts = {column: getattr(case, column) for column in ("text", "commitment")}
    form = forms.GapsForm(request.POST or None, texts=texts, initial={"revision": case.revision})
    if form.is_valid():
        changed = {
            column: actions.filled(text, form.wordings(column))
            for column, text in texts.items()
            if LOST in text
        }
        if saved(request, case, form, changed):
            return redirect(case)
    return _form_page(request, case, form, "补缺", f"照官方原文补上，不能自拟。空着的仍是“{LOST}”。")


def _form_page(request, case, form, label, follows):
    why = refusal(case, "write", by=request.user)
    return form_page(request, form, label, follows, case, refusal=why, button="保存")


def export(request, pk):
    """The draft as a folder, to be worked on elsewhere."""
    case = draft_or_404(request, pk)
    facts = case.reading.facts
    name = f"{facts['code']}-{facts['version']}" if facts else f"draft-{case.pk}"
    return bundle_response("".join(sign for sign in name if sign.isalnum() or sign in "-."), case.sources)


def preview(request, pk):
    """The printed form of the draft, every blank empty; `?letter`: its letter of commitment."""
    case, letter = draft_or_404(request, pk), "letter" in request.GET
    form = case.reading.commitment if letter else case.reading.form
    if form is None:
        column = "commitment" if letter else "text"
        messages.error(request, f"{LABELS[column]}读不出来：{case.reading.why.get(column, '没有承诺书')}")
        return redirect(case)
    return preview_response(request, form, case, letter)
