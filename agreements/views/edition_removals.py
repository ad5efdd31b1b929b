"""Taking tables out of a draft: one with all that leans on it, or a whole file; each after a page that says what goes."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ..edition_desk import actions
from ..edition_desk.along import removal
from ..edition_desk.blank import blank, going, is_blank
from ..edition_desk.forms import RemovalForm
from ..edition_desk.sources import LABELS, NAMES
from ..gate import refusal
from .common import carried_out
from .edition_drafts import saved, writable
from .edition_rows import OVERVIEW, kept, mark, overview_of, row_or_404

PART_OF = {"terms_source": "terms", "breaches_source": "items"}


def remove_row(request, pk, part, key):
    """删去一张表、一个时限、一项情形：先列出一并删去的，确认后办。"""
    case = writable(request, pk)
    found, table = row_or_404(case, part, key)
    if table is None or found.required:
        raise Http404
    away = removal(found, getattr(case, found.column), NAMES[found.column])
    was = f"{mark(table)} {' '.join(row.key for row in away.gone)}"
    form = RemovalForm(request.POST or None, initial={"revision": case.revision, "was": was})
    if form.is_bound and form.data.get("was") == was:
        form.catch_up(case.revision)  # what goes is what was shown, whatever others have saved around it
    if form.is_valid() and kept(request, case, form, found, away.source):
        return redirect(overview_of(case, part))
    groups = [("一并删去", [row.label for row in away.gone]), ("不再写着它", away.cleared)]
    return _confirmation(
        request, case, form, f"删去{found.label}", found.label, groups, overview_of(case, part, key)
    )


def begin_blank(request, pk, column):
    """从空白开始：参数只留每份文本都要有的空表，违约情形全部删去。"""
    case = writable(request, pk)
    source = getattr(case, column)
    form = RemovalForm(request.POST or None, initial={"revision": case.revision, "was": str(case.revision)})
    if form.is_valid() and saved(request, case, form, {column: blank(column)}):
        return redirect(OVERVIEW[PART_OF[column]], case.pk)
    label = "从空白参数开始" if column == "terms_source" else "全部删去违约情形"
    already = "已经是空白的" if is_blank(column, source) else ""
    return _confirmation(
        request, case, form, label, LABELS[column], going(column, source),
        overview_of(case, PART_OF[column]), refused=already,
    )  # fmt: skip


def _confirmation(request, case, form, label, what, groups, back, refused=""):
    context = {
        "case": case,
        "form": form,
        "label": label,
        "what": what,
        "groups": [(heading, names) for heading, names in groups if names],
        "back": back,
        "refusal": refused or refusal(case, "write", by=request.user),
    }
    return render(request, "agreements/edition_removal.html", context)


@require_POST
def looked_at(request, pk, part, key):
    """核对无误：这张照抄来的表逐项看过，就是这样。"""
    case = writable(request, pk)
    found, table = row_or_404(case, part, key)
    if table is None:
        raise Http404
    form = RemovalForm({"revision": case.revision, "was": ""})
    deed = partial(actions.save, case, {}, case.revision, looked=[found])
    if form.is_valid() and carried_out(form, request, deed):
        messages.success(request, f"{found.label}：已核对")
    for sentence in form.non_field_errors():
        messages.error(request, sentence)
    return redirect(overview_of(case, part, key))
