from django.urls import path

from .views import evidence, fieldwork, inspections, planning, sheets

urlpatterns = [
    path("inspections/", inspections.inspections, name="inspections"),
    path("inspections/day/", inspections.day, name="inspection-day"),
    path("inspections/new/", planning.choose, name="inspection-choose"),
    path("inspections/new/<str:number>/", planning.new, name="inspection-new"),
    path("inspections/<str:number>/", inspections.inspection, name="inspection"),
    path("inspections/<str:number>/edit/", planning.edit, name="inspection-edit"),
    path("inspections/<str:number>/checklist/", fieldwork.checklist, name="inspection-checklist"),
    path("inspections/<str:number>/samples/", fieldwork.samples, name="inspection-samples"),
    path("inspections/<str:number>/visits/new/", fieldwork.new_visit, name="visit-new"),
    path("inspections/<str:number>/findings/new/", fieldwork.new_finding, name="finding-new"),
    path("inspections/<str:number>/findings/<int:order>/", fieldwork.edit_finding, name="finding-edit"),
    path("inspections/<str:number>/findings/<int:order>/drop/", fieldwork.drop_finding, name="finding-drop"),
    path("inspections/<str:number>/evidence/new/", evidence.ask, name="evidence-new"),
    path("inspections/<str:number>/evidence/<int:order>/", evidence.request_page, name="evidence-request"),
    path("inspections/<str:number>/files/<int:pk>/", evidence.file, name="inspection-file"),
    path("inspections/<str:number>/sheet/", sheets.sheet, name="inspection-sheet"),
    path("inspections/<str:number>/sheet.pdf", sheets.paper, name="inspection-paper"),
]
