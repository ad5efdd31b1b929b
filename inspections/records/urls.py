from django.urls import path

from ..views import assessments, public, records
from .kinds import KINDS

# Every kind but the complaint has its page under its agreement; a complaint stands alone.
PAGES = [
    path(f"agreements/<str:number>/{slug}/<int:pk>/", records.record, {"slug": slug}, name=slug)
    for slug in KINDS
    if slug != "complaint"
]
NEW = [
    path(f"agreements/<str:number>/{slug}/new/", records.new_record, {"slug": slug}, name=f"{slug}-new")
    for slug in KINDS
]

urlpatterns = [
    path("records/", records.records, name="records"),
    path("records/assessments/import/", assessments.import_scores, name="assessment-import"),
    path("complaints/<int:pk>/", records.complaint, name="complaint"),
    path("complaints/<int:pk>/files/<int:file>/", records.complaint_file, name="complaint-file"),
    path("public/assessments/", public.assessments, name="public-assessments"),
    path("public/points/", public.points, name="public-points"),
    *PAGES,
    *NEW,
]
