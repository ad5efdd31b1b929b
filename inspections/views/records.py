"""监督、记分、考核、外部往来：a list by kind, and for each kind a page to file it and a page to act on it."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render

from agreements.gate import refusal
from agreements.views.common import agreement_or_404, carried_out, must
from agreements.views.deeds import Deeds

from ..models import AgencyBreachCase, ComplaintFile, PersonStop, PointsRecord
from ..models.points import state_of, total_of
from ..records.kinds import KINDS

PER_PAGE = 50
BEGINS_WITH = ("staff", "year", "kind", "breach_case")  # what a link to a new record may fill in


def records(request):
    """The records this person may see, a kind a tab; open ones first of all."""
    kinds = [kind for kind in KINDS.values() if kind.is_read_by(request.user)]
    kind = next((one for one in kinds if one.slug == request.GET.get("kind")), kinds[0])
    every = request.GET.get("tab") == "all"
    found = kind.model.objects.visible_to(request.user)
    if not every:
        found = found.filter(status__in=kind.model.OPEN)
    parties = ["agreement__institution__current", *kind.model.LISTED_WITH]
    rows = found.select_related(*parties).prefetch_related(*kind.model.PREFETCHED).order_by("-pk")
    context = {
        "kinds": kinds, "kind": kind, "tab": "all" if every else "open",
        "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
    return render(request, "inspections/records.html", context)


def new_record(request, number, slug):
    """File a record of a kind under an agreement."""
    agreement, kind = agreement_or_404(request, number), KINDS[slug]
    must(kind.may_file(agreement, request.user), kind.step.custom["label"])
    initial = {name: request.GET[name] for name in BEGINS_WITH if request.GET.get(name, "").isalnum()}
    form = kind.form(
        request.POST or None, request.FILES or None, agreement=agreement, user=request.user, initial=initial
    )
    if form.is_valid():
        deed = partial(kind.deed, kind.model, agreement)
        if made := carried_out(form, request, deed, **form.details()):
            messages.success(request, f"{kind.step.custom['label']}：已办理")
            return redirect(made)
    why = refusal(kind.model(agreement=agreement), "file", by=request.user)
    context = {"agreement": agreement, "kind": kind, "form": form, "refusal": why}
    return render(request, "inspections/record_new.html", context)


def record(request, number, pk, slug):
    """One record: what is on it, what may be done about it, what happened. 404 for a stranger."""
    agreement, kind = agreement_or_404(request, number), KINDS[slug]
    found = kind.model.objects.visible_to(request.user).select_related("agreement__edition", "paper")
    thing = get_object_or_404(found, agreement=agreement, pk=pk)
    return _page(request, agreement, kind, thing, more={"person": _person(thing)})


def complaint(request, pk):
    """What the hospital raised against the agency: 404 for everybody to whom it is not routed."""
    found = AgencyBreachCase.objects.visible_to(request.user).select_related("agreement__edition", "accused")
    thing = get_object_or_404(found, pk=pk)
    return _page(request, thing.agreement, KINDS["complaint"], thing, more={"files": thing.files.all()})


def _page(request, agreement, kind, thing, more):
    forms = {name: _form_for(form, thing) for name, form in kind.deeds.items()}
    deeds = Deeds(request, thing, forms, kind.how)
    if answer := deeds.answered():
        return answer
    context = {
        "agreement": agreement, "kind": kind, "record": thing, "deeds": deeds, "form": deeds.form,
        "events": thing.events_for(request.user), **more,
    }  # fmt: skip
    if "files" not in context:
        context["files"] = thing.attachments.visible_to(request.user)
    return render(request, "inspections/record_page.html", context)


def _form_for(form, thing):
    """A form that begins with what stands on the record is told which one."""
    return partial(form, record=thing) if getattr(form, "wants_record", False) else form


def _person(thing):
    """Where a person stands this year, beside points and stops."""
    if not isinstance(thing, PointsRecord | PersonStop):
        return None
    year = thing.year if isinstance(thing, PersonStop) else thing.given_on.year
    return {
        "name": str(thing.staff), "code": thing.staff.code, "year": year,
        "total": total_of(thing.staff, year), "state": state_of(thing.staff),
    }  # fmt: skip


def complaint_file(request, pk, file):
    """A file of a complaint, for whoever may see the complaint."""
    thing = get_object_or_404(ComplaintFile.objects.visible_to(request.user), complaint=pk, pk=file)
    if not thing.is_whole:
        raise Http404
    return FileResponse(
        thing.file.open("rb"), as_attachment=True, filename=thing.name, content_type=thing.content_type
    )
