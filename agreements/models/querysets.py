from django.db import models


class OfAgreement(models.QuerySet):
    """Rows that belong to an agreement are seen by whoever sees the agreement."""

    def visible_to(self, user):
        agreements = self.model._meta.get_field("agreement").related_model.objects
        return self.filter(agreement__in=agreements.visible_to(user).values("pk"))
