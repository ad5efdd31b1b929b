from django.urls import path, re_path

from .views import acts, deadlines, papers, public, record, renewals

urlpatterns = [
    path("", record.todo, name="todo"),
    path("agreements/", record.agreements, name="agreements"),
    path("agreements/export.xlsx", record.export, name="agreement-export"),
    path("institutions/<str:code>/agreements/new/", acts.draft, name="agreement-draft"),
    path("agreements/<str:number>/", record.agreement, name="agreement"),
    path("agreements/<str:number>/print/", papers.print_current, name="agreement-print"),
    path("agreements/<str:number>/commitment/", papers.commitment, name="commitment"),
    path("agreements/<str:number>/proposals/<int:pk>/", acts.proposal, name="proposal"),
    path("agreements/<str:number>/renewals/<int:pk>/", renewals.renewal, name="renewal"),
    path("renewals/", renewals.renewals, name="renewals"),
    path("renewals/campaigns/<int:pk>/close/", renewals.close, name="campaign-close"),
    re_path(
        r"^agreements/(?P<number>[^/]+)/signatures/(?P<pk>\d+)/(?P<kind>scan|authorisation)/$",
        papers.signature_file,
        name="signature-file",
    ),
    path("agreements/<str:number>/<str:name>/", acts.act, name="agreement-act"),
    path("deadlines/", deadlines.deadlines, name="deadlines"),
    path("deadlines/export.xlsx", deadlines.export, name="deadline-export"),
    path("deadlines/subscribe/", deadlines.subscribe, name="deadline-subscribe"),
    path("deadlines/<int:pk>/meet/", deadlines.meet, name="deadline-meet"),
    path("deadlines/<str:token>.ics", deadlines.calendar, name="deadline-feed"),
    path("papers/<str:code>/", papers.paper, name="paper"),
    path("papers/<str:code>/again/", papers.print_again, name="paper-again"),
    path("papers/<str:code>/void/", papers.void, name="paper-void"),
    path("editions/<str:code>/<str:version>/", record.edition, name="edition"),
    path("public/", public.public, name="public"),
    path("verify/", public.verify, name="verify"),
]
