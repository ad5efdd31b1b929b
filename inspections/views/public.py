"""What anyone may look up of assessments (P-05) and of persons who are stopped (P-07), as long as it is released."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.timezone import localdate

from agreements.status import LIVE

from ..models import Assessment, PersonStop

PER_PAGE = 50


@login_not_required
def assessments(request):
    """绩效考核结果：定稿、负责人写明法律依据同意公示的（第五十九条）。"""
    parties = ["agreement__institution__current", "agreement__agency__current"]
    found = Assessment.objects.published().select_related(*parties).prefetch_related("agreement__edition")
    page = Paginator(found.order_by("-year", "agreement__institution__code"), PER_PAGE)
    return render(
        request, "inspections/public_assessments.html", {"page_obj": page.get_page(request.GET.get("page"))}
    )


@login_not_required
def points(request):
    """支付资格记分公示：只列现在停止的，只列姓氏；有法律依据、负责人同意的列全名，到止日自动撤下（第五十九条）。"""
    running = PersonStop.objects.running_on(localdate()).filter(agreement__status__in=LIVE)
    found = running.select_related("agreement__institution__current", "staff")
    page = Paginator(found.order_by("agreement__institution__code", "pk"), PER_PAGE)
    return render(
        request, "inspections/public_points.html", {"page_obj": page.get_page(request.GET.get("page"))}
    )
