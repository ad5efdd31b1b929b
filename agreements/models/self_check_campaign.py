from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .agreement import Agreement


class SelfCheckCampaignQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The agency's own staff, and the hospitals that have an agreement with it."""
        if user.institution_id:
            return self.filter(agency__in=Agreement.objects.visible_to(user).values("agency"))
        return self.filter(agency=user.agency_id) if user.agency_id else self.none()

    def open_on(self, agency, day):
        return self.overlapping(agency, day, day) if day else self.none()

    def overlapping(self, agency, first_day, last_day):
        return self.filter(agency=agency, first_day__lte=last_day, last_day__gte=first_day)


class SelfCheckCampaign(models.Model):
    """自查自纠阶段：甲方公告的起止，其间自查发现并报告的可以免予处理（第七十五条）。"""

    agency = models.ForeignKey(
        "institutions.Agency", models.PROTECT, related_name="self_check_campaigns", verbose_name="甲方"
    )
    first_day = models.DateField("自")
    last_day = models.DateField("至")
    subject = models.CharField("自查的内容", max_length=200)
    announced_on = models.DateField("公告日期")
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="公告人"
    )

    objects = SelfCheckCampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-first_day", "-pk"]
        verbose_name = verbose_name_plural = "自查自纠阶段"
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="self_check_campaign_in_order",
                violation_error_message="自查自纠阶段：止不能早于起",
            )
        ]

    def __str__(self):
        return f"{self.agency}自查自纠（{self.first_day}至{self.last_day}）"
