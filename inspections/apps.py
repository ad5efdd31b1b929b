from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    """How agreements are kept. Stands on the other two apps; neither of them imports it."""

    name = "inspections"
    verbose_name = "核查与违约"

    def ready(self):
        """Add to the lists that the lower apps keep for whoever stands above them."""
        from agreements import demo, desk
        from agreements.deliveries import notice_papers
        from agreements.messages import notices
        from agreements.models import Paper, event
        from agreements.reports import self_report

        from . import desk as inspection_desk
        from . import secrecy
        from .cases import events as case_events
        from .records import hooks as record_hooks
        from .told import NOTICES, first_told_of

        event.HIDDEN_FROM_INSTITUTIONS.append(secrecy.hidden_events)
        notices.NOTICES.update(NOTICES)
        notice_papers.register(Paper.Purpose.EVIDENCE_REQUEST)
        desk.MORE.append(inspection_desk.groups_for)
        case_events.register()
        record_hooks.connect()
        self_report.NOTICE_SOURCES.append(first_told_of)
        demo.MORE.append(build_demo)


def build_demo(desk, known, pool):
    """Inspections, cases and records of the demo; nobody else needs them in memory."""
    from .demo import build

    build(desk, known, pool)
