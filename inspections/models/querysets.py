from django.db import models
from django.db.models import Q

from agreements.models.querysets import OfAgreement

from ..states import FIXED


def _is_third_party(user):
    return getattr(user, "is_third_party", False)


class InspectionQuerySet(OfAgreement):
    def visible_to(self, user):
        """The agency's region sees all; a hospital its own once it has been told; a third party those of its team."""
        if _is_third_party(user):
            return self.none() if user.has_expired else self.filter(members__user=user)
        seen = super().visible_to(user)
        return seen.told() if user.institution_id else seen

    def told(self):
        """第五十七条：those of which the hospital knows: notified, or begun on the spot."""
        return self.filter(Q(notified_on__isnull=False) | Q(began_on__isnull=False))

    def of_person(self, user):
        return self.filter(members__user=user)

    def with_parties(self):
        return self.select_related(
            "agreement__agency__current",
            "agreement__agency__region",
            "agreement__institution__current",
            "agreement__institution__region",
            "agreement__edition",
        )


class OfInspection(models.QuerySet):
    """Rows that belong to an inspection are seen by whoever sees the inspection."""

    def visible_to(self, user):
        inspections = self.model._meta.get_field("inspection").related_model.objects
        return self.filter(inspection__in=inspections.visible_to(user).values("pk"))


class WorkOfInspection(OfInspection):
    """What the team works with is not the hospital's to see (第五十七条)."""

    def visible_to(self, user):
        return self.none() if user.institution_id else super().visible_to(user)


class ResultOfInspection(OfInspection):
    def visible_to(self, user):
        """The hospital sees results only as they were fixed for it to sign."""
        seen = super().visible_to(user)
        return seen.filter(inspection__status__in=FIXED) if user.institution_id else seen
