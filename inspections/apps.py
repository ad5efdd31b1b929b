from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    """How agreements are kept. Stands on the other two apps; neither of them imports it."""

    name = "inspections"
    verbose_name = "核查与违约"

    def ready(self):
        """Add to the lists that the lower apps keep for whoever stands above them."""
        from agreements import desk, notice_papers, notices
        from agreements.models import Paper, event

        from . import case_events, inspection_desk, record_hooks, secrecy
        from .told import NOTICES

        event.HIDDEN_FROM_INSTITUTIONS.append(secrecy.hidden_events)
        notices.NOTICES.update(NOTICES)
        notice_papers.register(Paper.Purpose.EVIDENCE_REQUEST)
        desk.MORE.append(inspection_desk.groups_for)
        case_events.register()
        record_hooks.connect()
