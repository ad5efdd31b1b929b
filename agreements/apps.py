from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "agreements"
    verbose_name = "服务协议"

    def ready(self):
        """Add to the page of an institution what agreements know of it."""
        from institutions import views as institution_views

        from .views import contacts

        institution_views.SECTIONS.append(contacts.of_institution)
