from django.urls import path

from ..views import case_reports, cases

urlpatterns = [
    path("cases/", cases.board, name="cases"),
    path("cases/statistics/", case_reports.statistics, name="case-statistics"),
    path("cases/statistics/export.xlsx", case_reports.statistics_export, name="case-statistics-export"),
    path("cases/overrides/", case_reports.overrides, name="case-overrides"),
    path("cases/overrides/export.xlsx", case_reports.overrides_export, name="case-overrides-export"),
    path("cases/suspensions/", case_reports.suspensions, name="suspension-report"),
    path("cases/suspensions/export.xlsx", case_reports.suspensions_export, name="suspension-report-export"),
    path("cases/new/<str:number>/", cases.new, name="case-new"),
    path("cases/<str:number>/", cases.case, name="case"),
    path("cases/<str:number>/points/", cases.points, name="case-points"),
    path("cases/<str:number>/handlings/<int:pk>/", cases.handling, name="handling"),
    path("cases/<str:number>/interviews/<int:pk>/", cases.interview, name="interview"),
    path("cases/<str:number>/rectifications/<int:pk>/", cases.rectification, name="rectification"),
    path("cases/<str:number>/recoveries/<int:pk>/", cases.recovery, name="recovery"),
]
