"""Reports about breaches: statistics by article and item, overrides of a cap, suspensions with their days; each also as a file."""

from django.core.paginator import Paginator
from django.http import FileResponse
from django.shortcuts import render
from django.utils.timezone import localdate

from institutions.exports import KINDS, as_file

from ..cases import reports

PER_PAGE = 50


def _file(rows, name):
    return FileResponse(
        as_file(rows, "xlsx"), as_attachment=True, filename=f"{name}-{localdate():%Y%m%d}.xlsx", content_type=KINDS["xlsx"]
    )  # fmt: skip


def _year(request):
    given = request.GET.get("year", "")
    return int(given) if given.isdecimal() and len(given) == 4 else None


def statistics(request):
    """违约统计：按条、按项，次数、案件数、违规费用。"""
    year = _year(request)
    lines = reports.breaches(request.user, year)
    drawn = reports.bars(reports.by_article(lines))
    years = range(localdate().year, localdate().year - 5, -1)
    context = {
        "lines": lines, "bars": drawn, "year": year, "years": years,
        "times": sum(line.times for line in lines), "amount": sum(line.amount for line in lines),
    }  # fmt: skip
    return render(request, "inspections/case_statistics.html", context)


def statistics_export(request):
    return _file(reports.breach_rows(reports.breaches(request.user, _year(request))), "违约统计")


def overrides(request):
    """超过上限的违约金：每月一表，理由、材料、决定人（第六十五条至第六十七条“原则上”）。"""
    return render(request, "inspections/case_overrides.html", {"months": reports.overrides(request.user)})


def overrides_export(request):
    return _file(reports.override_rows(reports.overrides(request.user)), "超过上限的违约金")


def suspensions(request):
    """中止统计：原因、起止、已中止的日数。"""
    page = Paginator(reports.suspensions(request.user), PER_PAGE).get_page(request.GET.get("page"))
    for one in page:
        one.days = reports.days_of(one)
    return render(request, "inspections/suspensions.html", {"page_obj": page})


def suspensions_export(request):
    return _file(reports.suspension_rows(reports.suspensions(request.user)), "中止统计")
