from django.db import models
from django.db.models import Q

from institutions.models import Level

from ..status import LIVE, Status


class OfAgreement(models.QuerySet):
    """Rows that belong to an agreement are seen by whoever sees the agreement."""

    def visible_to(self, user):
        agreements = self.model._meta.get_field("agreement").related_model.objects
        return self.filter(agreement__in=agreements.visible_to(user).values("pk"))


class AgreementQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A hospital sees its own; an agency what its region signs or hosts; strangers nothing."""
        if user.institution_id:
            return self.filter(institution_id=user.institution_id).exclude(status=Status.DRAFT)
        if not user.agency_id:
            return self.none()
        prefix = user.agency.region.prefix
        return self.filter(
            Q(agency__region__code__startswith=prefix) | Q(institution__region__code__startswith=prefix)
        )

    def worked_on_by(self, user):
        """What is on this person's own desk: a hospital's own, an agency's own, and what a county prepares (第七十四条)."""
        seen = self.visible_to(user)
        if not user.agency_id:
            return seen
        if user.agency.level != Level.COUNTY:
            return seen.filter(agency=user.agency_id)
        prepared = Q(agency__region=user.agency.region.parent_id) & Q(
            institution__region__code=user.agency.region_id
        )
        return seen.filter(Q(agency=user.agency_id) | prepared)

    def live(self):
        return self.filter(status__in=LIVE)

    def published(self):
        """第五条第一项：签订、中止、终止、解除的向社会公布。"""
        return self.filter(status__in=[*LIVE, Status.TERMINATED, Status.RESCINDED])

    def with_parties(self):
        return self.select_related(
            "agency__current", "agency__region", "institution__current", "institution__region"
        )
