"""后台任务和每日办理: what runs, how far it is, and what the daily run could not do."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from ..daily import carry_out_again
from ..gate import SYSTEM, RuleBroken
from ..jobs import actions as jobs_
from ..models import DailyFailure, Event, Job
from ..permissions import may_carry_out_again, may_run_jobs
from .common import must

PER_PAGE = 50
LATEST = 20
REFRESH = "10"  # seconds
DAILY_ACTS = ["lapse", "expire", "carry_on", "close_as_renewed", "activate"]


def jobs(request):
    """后台任务：进度、结果、经过。While one is going on the page loads itself again."""
    seen = Job.objects.visible_to(request.user)
    page = Paginator(seen.select_related("asked_by"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "again": {job.pk for job in page if _worth_running(job, request.user)}}
    response = render(request, "agreements/jobs.html", context)
    if seen.alive().exists():
        response["Refresh"] = REFRESH
    return response


def _worth_running(job, user):
    stuck = job.is_interrupted or job.status == Job.Status.FAILED
    return stuck and may_run_jobs(job, user)


@require_POST
def job_again(request, pk):
    """重新运行：没有完成的、中断的。"""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    must(may_run_jobs(job, request.user), "重新运行")
    try:
        jobs_.ask_again(job, by=request.user)
        messages.success(request, f"{job}：已重新排队")
    except RuleBroken as why:
        messages.error(request, str(why))
    return redirect("jobs")


def daily(request):
    """每日办理：最近一次的情况，没有办成的，近来办了的。"""
    seen = DailyFailure.objects.visible_to(request.user).open()
    found = seen.select_related("agreement__institution__current", "agreement__agency", "agreement__edition")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    done = Event.objects.visible_to(request.user).filter(actor_role=SYSTEM.role, act__in=DAILY_ACTS)
    context = {
        "page_obj": page,
        "again": {row.pk for row in page if may_carry_out_again(row, request.user)},
        "job": Job.objects.filter(name=Job.Name.DAILY).first(),
        "done": done.select_related("agreement__institution__current").order_by("-pk")[:LATEST],
    }
    return render(request, "agreements/daily.html", context)


@require_POST
def daily_again(request, pk):
    """重新办理：一份没有办成的，经同一个步骤。"""
    failure = get_object_or_404(
        DailyFailure.objects.visible_to(request.user).open().select_related("agreement__agency"), pk=pk
    )
    must(may_carry_out_again(failure, request.user), "重新办理")
    if why := carry_out_again(failure, by=request.user):
        messages.error(request, f"{failure} 仍未办成：{why}")
    else:
        messages.success(request, f"{failure}：已办结")
    return redirect("daily")
