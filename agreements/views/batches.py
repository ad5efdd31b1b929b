"""打印: batches of papers, a new one with its preview, one with its progress, and its output."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from config.middleware import client_address

from .. import permissions
from ..batches import actions
from ..batches.figures import figures_of
from ..batches.forms import BatchForm
from ..batches.outputs import EXTENSIONS
from ..batches.selection import chosen, preview
from ..gate import RuleBroken, declared, perform, refusal
from ..models import PrintBatch, PrintItem
from .common import carried_out, must

PER_PAGE = 50
REFRESH = "3"  # seconds
# What a person may do with a batch, in the order of the buttons; those of the second row set it going again.
ACTS = ["pause", "resume", "retry", "bind_again", "cancel"]
GOING_AGAIN = ["resume", "retry", "bind_again"]
CONTENT_TYPES = {"zip": "application/zip", "pdf": "application/pdf"}


def batches(request):
    """打印：各批次，新的在前。"""
    must(request.user.agency_id, "打印")
    seen = PrintBatch.objects.visible_to(request.user)
    page = Paginator(seen.select_related("asked_by"), PER_PAGE).get_page(request.GET.get("page"))
    counted = {
        one.pk: one for one in PrintBatch.objects.with_counts().filter(pk__in=[one.pk for one in page])
    }
    rows = [(one, counted[one.pk]) for one in page]
    context = {"page_obj": page, "rows": rows, "may_print": permissions.may_print_batches(request.user)}
    response = render(request, "agreements/batches.html", context)
    if seen.going_on().exists():
        response["Refresh"] = REFRESH
    return response


def new_batch(request):
    """新批次：条件、打印什么、成品；先看有多少、缺什么、为什么，再开始。"""
    must(permissions.may_print_batches(request.user), "批量打印")
    found = chosen(_conditions(request), request.user)
    form = BatchForm(request.POST or (request.GET if "purpose" in request.GET else None))
    valid = found.form.is_valid() and (form.is_valid() or not form.is_bound)
    purpose = form.cleaned_data["purpose"] if form.is_bound and valid else PrintBatch.Purpose.SIGNED_COPY
    if request.method == "POST" and valid and found.is_narrowed:
        asked = carried_out(form, request, _asked, query=found.data, **form.cleaned_data)
        if asked:
            messages.success(request, f"{asked} 已排队，可以离开本页")
            return redirect(asked)
    shown = preview(found.qs, purpose) if valid and found.is_narrowed else None
    context = {"filter": found, "form": form, "preview": shown, "query": found.data.urlencode()}
    return render(request, "agreements/batch_new.html", context)


def _conditions(request):
    """The query without what is no condition."""
    query = request.GET.copy()
    for name in ("purpose", "output", "page", "csrfmiddlewaretoken"):
        query.pop(name, None)
    return query


def _asked(by, address, query, purpose, output):
    return actions.ask(query, by=by, purpose=purpose, output=output)


def batch(request, number):
    """一批：进度、失败及原因、未列入的、成品、经过。"""
    thing = _batch(request, number)
    figures = figures_of(thing)
    items = thing.items.select_related("agreement__institution__current", "paper").in_order()
    tab = request.GET.get("tab") or (
        "failed" if figures.failed else "excluded" if figures.excluded else "done"
    )
    tab = tab if tab in PrintItem.State else "done"
    page = Paginator(items.filter(state=tab), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "batch": thing,
        "figures": figures,
        "page_obj": page,
        "tab": tab,
        "tabs": [(State.value, State.label, _count(figures, State.value)) for State in SHOWN],
        "acts": _acts(thing, request.user),
    }
    response = render(request, "agreements/batch.html", context)
    if thing.status in thing.GOING_ON:
        response["Refresh"] = REFRESH
    return response


SHOWN = [PrintItem.State.FAILED, PrintItem.State.EXCLUDED, PrintItem.State.DONE]


def _count(figures, state):
    return getattr(figures, state)


def _batch(request, number):
    seen = PrintBatch.objects.visible_to(request.user).select_related("asked_by", "agency__current")
    return get_object_or_404(seen, number=number)


def _acts(thing, user):
    """[(address, label)] of what this person may do now."""
    return [
        (
            reverse("print-batch-act", args=[thing.number, name.replace("_", "-")]),
            declared(PrintBatch, name).custom["label"],
        )
        for name in ACTS
        if declared(PrintBatch, name).has_perm(thing, user) and refusal(thing, name, by=user) is None
    ]


@require_POST
def batch_act(request, number, name):
    """暂停、继续、重试、重新汇总、取消。"""
    thing, name = _batch(request, number), name.replace("-", "_")
    label = declared(PrintBatch, name).custom["label"]
    must(declared(PrintBatch, name).has_perm(thing, request.user), label)
    address = client_address(request)
    try:
        if name in GOING_AGAIN:
            actions.carry_on(thing, name, by=request.user, address=address)
        else:
            perform(getattr(thing, name), by=request.user, address=address)
        messages.success(request, f"{thing}：已{label}")
    except RuleBroken as why:
        messages.error(request, str(why))
    return redirect(thing)


def batch_output(request, number):
    """The archive or the PDF for the print shop, to whoever may see the batch."""
    thing = _batch(request, number)
    if not thing.file:
        if thing.output not in EXTENSIONS:
            raise Http404
        messages.error(
            request, f"{thing} 的成品{'已按期清除，可以重新汇总' if thing.file_removed_on else '还没有做好'}"
        )
        return redirect(thing)
    extension = EXTENSIONS[thing.output]
    try:
        content = thing.file.open("rb")
    except FileNotFoundError:
        messages.error(
            request, f"{thing} 的成品文件不在了。文书都在，可以逐份下载；请系统管理员从备份恢复成品"
        )
        return redirect(thing)
    return FileResponse(
        content, as_attachment=True, filename=f"{thing.number}.{extension}",
        content_type=CONTENT_TYPES[extension],
    )  # fmt: skip
