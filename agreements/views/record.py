"""Lists and records: the desk, the agreements, one agreement."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate

from institutions.exports import KINDS, as_file

from ..clocks.board import clocks_of, meetable
from ..desk import desk_for
from ..diagram import nodes_of
from ..exports import exported
from ..filters import TABS, AgreementFilter
from ..models import ENDED, IN_THE_MAKING, LIVE, Agreement, Deadline, Event, Message, Paper, Status
from ..offers import offers_for
from ..permissions import may_print_batches
from ..standing import standing
from ..supplements.changes import section as changed_terms
from .applications import applications_of
from .common import agreement_or_404
from .contacts import section as contacts
from .permits import section as permits
from .seals import section as sealing

# What apps above this one show of an agreement: callables (agreement, user) → (template, context) or None.
SECTIONS = [permits, contacts, sealing, changed_terms]
PER_PAGE = 50
LATEST = 8  # papers on a hospital's home


def todo(request):
    """待办：这个人现在该办的，各有一个去处；医疗机构另有自己的协议，一份一句话。"""
    if request.user.is_third_party:
        return redirect("inspections")  # all that an entrusted firm has here (第五十七条)
    groups = desk_for(request.user)
    context = {"groups": groups, "total": sum(len(items) for _, items in groups)}
    if request.user.institution_id:
        return render(request, "agreements/home.html", context | _home(request.user))
    counts = status_counts(Agreement.objects.visible_to(request.user))
    return render(
        request, "agreements/todo.html", context | {"counts": counts, "expiring": _expiring(request.user)}
    )


def _home(user):
    """A hospital's own agreements that still go on, each with its sentence and offers, and its latest papers."""
    own = Agreement.objects.visible_to(user).with_parties().select_related("edition", "confirmed_by")
    going_on = own.filter(status__in=[*LIVE, *IN_THE_MAKING]).order_by("-starts_on")
    papers = (
        Paper.objects.visible_to(user).filter(status=Paper.Status.ISSUED).select_related("agreement")[:LATEST]
    )
    clocks = Deadline.objects.visible_to(user).open().with_parties().filter(agreement__in=going_on)
    return {
        "own": [(one, standing(one), offers_for(one, user)) for one in going_on],
        "clocks": clocks_of(clocks.order_by("due_at")[:LATEST]),
        "latest_messages": Message.objects.visible_to(user).unread()[:LATEST],
        "ended": own.filter(status__in=ENDED).order_by("-ends_on"),
        "papers": papers,
    }


def _expiring(user):
    today, live = localdate(), Agreement.objects.visible_to(user).filter(status=Status.ACTIVE)
    steps = [(0, 30, "30 日内"), (31, 60, "31–60 日"), (61, 90, "61–90 日")]
    return [
        (label, today + timedelta(days=start), today + timedelta(days=end),
         live.filter(ends_on__range=(today + timedelta(days=start), today + timedelta(days=end))).count())
        for start, end, label in steps
    ]  # fmt: skip


def status_counts(agreements):
    """[(status, count)] of the states that occur, in the order of the life."""
    found = dict(agreements.order_by().values_list("status").annotate(Count("pk")))
    return [(status, found[status.value]) for status in Status if found.get(status.value)]


def agreements(request):
    """协议列表：状态作标签页，筛选、排序、分页。"""
    visible = Agreement.objects.visible_to(request.user)
    found = AgreementFilter(request.GET, queryset=visible.with_parties())
    counts = dict(status_counts(found.without_tab().order_by()))
    tabs = [(key, label, sum(counts.get(status, 0) for status in states)) for key, label, states in TABS]
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "page_obj": page,
        "tabs": tabs,
        "total": sum(counts.values()),
        "may_print": may_print_batches(request.user),
    }
    return render(request, "agreements/list.html", context)


def export(request):
    """The same filters as a file."""
    visible = Agreement.objects.visible_to(request.user).with_parties()
    found = AgreementFilter(request.GET, queryset=visible).qs
    name = f"协议-{localdate():%Y%m%d}.xlsx"
    return FileResponse(
        as_file(exported(found), "xlsx"), as_attachment=True, filename=name, content_type=KINDS["xlsx"]
    )


def agreement(request, number):
    """一份协议的全部：一句话、能办的事、事实、停止、呈批、文书、经过、状态图。"""
    record = agreement_or_404(request, number)
    offers = offers_for(record, request.user)
    events = list(Event.objects.visible_to(request.user).filter(agreement=record).order_by("-seq"))
    clocks = clocks_of(
        Deadline.objects.visible_to(request.user).filter(agreement=record).open().with_parties()
    )
    context = {
        "agreement": record,
        "clocks": clocks,
        "closed_clocks": record.deadlines.exclude(status=Deadline.Status.OPEN).count(),
        "may_meet": meetable(clocks, request.user),
        "standing": standing(record),
        "offers": [offer for offer in offers if not offer.refusal],
        "dead_offers": [offer for offer in offers if offer.refusal],
        "suspensions": record.suspensions.all(),
        "renewal_requests": record.renewal_requests.all(),
        "applications": applications_of(record, request.user),
        "amendments": record.amendments.all(),
        "holds": record.payment_holds.all(),
        "bans": record.service_bans.select_related("staff", "department"),
        "extending": _extending(record),
        "aftercare": record.aftercare_plans.last(),
        "signatures": record.valid_signatures,
        "papers": record.papers.visible_to(request.user).select_related("delivery"),
        "proposals": record.proposals.select_related("proposed_by")[:5] if request.user.agency_id else [],
        "events": events,
        "nodes": nodes_of(record, events),
        "claims": record.feeclaims.all()[:LATEST],
        "known_penalties": record.penaltyrecords.all(),
        "sections": [shown for section in SECTIONS if (shown := section(record, request.user))],
    }
    return render(request, "agreements/record.html", context)


def _extending(agreement):
    """第八十三条：the automatic extensions and what stands against one, where the text knows them; else None."""
    if not agreement.terms.expiry.extension_months:
        return None
    return {"extensions": agreement.extensions.all(), "sanctions": agreement.sanctions.all(),
            "notices": agreement.end_notices.all()}  # fmt: skip
