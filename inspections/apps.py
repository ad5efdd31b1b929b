from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    """How agreements are kept. Stands on the other two apps; neither of them imports it."""

    name = "inspections"
    verbose_name = "核查与违约"
