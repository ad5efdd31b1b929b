from django.urls import path, re_path

from . import views

urlpatterns = [
    path("institutions/", views.institutions, name="institutions"),
    re_path(r"^institutions/export\.(?P<kind>xlsx|csv)$", views.export, name="institution-export"),
    re_path(r"^institutions/sample\.(?P<kind>xlsx|csv)$", views.sample_file, name="institution-sample"),
    path("institutions/new/", views.register, name="institution-new"),
    path("institutions/import/", views.import_upload, name="institution-import"),
    path("institutions/import/preview/", views.import_preview, name="institution-import-preview"),
    path("institutions/<str:code>/", views.institution, name="institution"),
    path("institutions/<str:code>/revise/", views.revise, name="institution-revise"),
]
