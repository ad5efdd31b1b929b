"""时限：双方的时限一览、导出、办结和日历订阅。"""

from functools import partial

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from institutions.exports import KINDS, as_file

from ..clocks import feed
from ..clocks.board import DeadlineFilter, clocks_of, exported, tabs_of
from ..clocks.forms import MeetForm
from ..gate import declared, perform, refusal
from ..models import Deadline
from .common import carried_out, must

PER_PAGE = 50


def _found(request):
    return DeadlineFilter(request.GET, queryset=Deadline.objects.visible_to(request.user).with_parties())


def deadlines(request):
    """双方的时限：逾期的在前，其余按到期日。"""
    found = _found(request)
    page = Paginator(found.shown, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "page_obj": page,
        "clocks": clocks_of(page),
        "tabs": tabs_of(found.qs),
    }
    return render(request, "agreements/deadlines.html", context)


def export(request):
    """The same filters as a file."""
    name = f"时限-{localdate():%Y%m%d}.xlsx"
    rows = exported(_found(request).shown)
    return FileResponse(as_file(rows, "xlsx"), as_attachment=True, filename=name, content_type=KINDS["xlsx"])


def meet(request, pk):
    """办结时限：被约束的一方登记，写明怎样办结的。"""
    deadline = get_object_or_404(Deadline.objects.visible_to(request.user).with_parties(), pk=pk)
    step = declared(Deadline, "meet")
    must(step.has_perm(deadline, request.user), step.custom["label"])
    if deadline.needs_proof:
        return redirect("proof-new", deadline.pk)
    form = MeetForm(request.POST or None, agreement=deadline.agreement, user=request.user)
    if form.is_valid() and carried_out(form, request, partial(perform, deadline.meet), **form.details()):
        messages.success(request, f"{deadline.title}：已办结")
        return redirect(deadline.agreement)
    context = {
        "deadline": deadline,
        "agreement": deadline.agreement,
        "form": form,
        "refusal": refusal(deadline, "meet", by=request.user),
    }
    return render(request, "agreements/meet_deadline.html", context)


def subscribe(request):
    """时限日历订阅：这个人自己的地址。"""
    address = reverse("deadline-feed", args=[feed.token_of(request.user)])
    return render(request, "agreements/subscribe.html", {"address": f"{settings.PUBLIC_URL}{address}"})


@login_not_required
@require_safe
def calendar(request, token):
    """The calendar itself: the token is the login. 404 for a token that does not count (any more)."""
    person = feed.person_of(token)
    if person is None:
        raise Http404
    text = feed.calendar_text(feed.clocks_for(person))
    return HttpResponse(
        text,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": 'inline; filename="deadlines.ics"',
            "Cache-Control": "private, no-store",
        },
    )
