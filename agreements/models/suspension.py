from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from institutions.workdays import calendar_for

from ..clocks.deadlines import ONE_DAY, due
from ..gate import RuleBroken
from .agreement import Agreement
from .querysets import OfAgreement


class Suspension(models.Model):
    """中止是一条记录：原因、起止、依据。协议在至少一条未结束时处于中止。"""

    class Cause(models.TextChoices):
        REQUESTED = "requested", "依申请"
        INVESTIGATION = "investigation", "核查期间"
        BREACH = "breach", "违约"
        CASCADE = "cascade", "联动"

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="suspensions", verbose_name="协议")
    cause = models.CharField("原因", max_length=15, choices=Cause)
    article = models.CharField("依据", max_length=60)
    reason = models.CharField("事由", max_length=500)
    requested_on = models.DateField("乙方申请日期", null=True, blank=True)
    started_on = models.DateField("起")
    planned_end = models.DateField("计划止")
    latest_end = models.DateField("最迟止")
    closed_on = models.DateField("结束日期", null=True, blank=True)
    closing_reason = models.CharField("结束事由", max_length=500, blank=True)
    back_to = models.CharField("恢复后状态", max_length=20)
    quashed_on = models.DateField("所依处理被撤销日期", null=True, blank=True, editable=False)
    exception_on = models.DateField("写明例外日期", null=True, blank=True)
    exception_reason = models.CharField("超期例外的事由", max_length=500, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="知悉人",
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="cascaded", verbose_name="上级中止"
    )

    objects = OfAgreement.as_manager()

    class Meta:
        ordering = ["started_on", "pk"]
        verbose_name = verbose_name_plural = "中止"
        constraints = [
            models.CheckConstraint(
                condition=Q(planned_end__gte=F("started_on"), planned_end__lte=F("latest_end")),
                name="suspension_within_cap",
                violation_error_message="中止的止期不能早于起期，也不能超过文本规定的最长期限",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, closing_reason="")
                | (Q(closed_on__gte=F("started_on")) & ~Q(closing_reason="")),
                name="suspension_closed_with_reason",
                violation_error_message="结束中止须同时写明日期和事由，且不早于起期",
            ),
        ]

    def __str__(self):
        return f"{self.get_cause_display()}中止"

    @property
    def case(self):
        return self.agreement

    @property
    def is_open(self):
        return self.closed_on is None

    def longest(self):
        """第七十九条：the Due of the longest time that it may last; None where the edition sets none.

        Counted from the first of the suspensions that follow one another, as `latest_end` and the clocks are.
        """
        if self.agreement.terms_on(self.started_on).suspension.max_days is None:
            return None
        first = self._first_day()
        term = self.agreement.terms_on(first).deadlines.get("T-09")
        return term and due(term, first, calendar_for(self.agreement.agency.region))

    def _first_day(self):
        """The first day of the suspensions that follow one another; its terms have set `latest_end`."""
        agreement, earlier = self.agreement, Q(started_on__lte=self.started_on)
        for day in (
            agreement.suspensions.filter(earlier).order_by("started_on").values_list("started_on", flat=True)
        ):
            if self.latest_end - day == timedelta(days=agreement.terms_on(day).suspension.max_days):
                return day
        days = agreement.terms_on(self.started_on).suspension.max_days
        return self.latest_end - timedelta(days=days)

    def lapse_day(self):
        """第七十九条：the day on which it ends the agreement, were it not ended before; None while something stops it.

        An application to go on that came in time, or a proposal that names one, stops it until it is decided; a
        refusal or withdrawal after the last day ends it on that day. One that was returned and has not come back
        stops it for so many working days as the edition gives, and then no more. Raises RuleBroken while the last day cannot be
        told for want of the year's calendar.
        """
        longest = self.longest()
        if longest is None or self.exception_reason:
            return None
        asked = self.agreement.proposals.filter(
            act="resume", details__suspension=self.pk, details__requested_on__lte=longest.day.isoformat()
        )
        requests = self.requests.filter(filed_on__lte=longest.day)
        waiting = list(requests.open())
        limits = [one.refile_by for one in waiting]
        if asked.filter(status__in=["proposed", "reviewed"]).exists() or None in limits:
            return None
        unknown = set(longest.unknown_years) if longest.provisional else set()
        if limits:
            calendar = calendar_for(self.agreement.agency.region)
            unknown |= set(calendar.unknown_years(longest.day, max(limits)))
        if unknown:
            years = "、".join(map(str, sorted(unknown)))
            raise RuleBroken(f"{years}年放假安排未公布，不能确定中止的最后一日。先登记工作日历（第七十九条）")
        given_up = [self._turned_down_on(asked), *requests.values_list("closed_on", flat=True)]
        given_up += [last + ONE_DAY for last in limits]
        return max([longest.day + ONE_DAY, *filter(None, given_up)])

    def _turned_down_on(self, asked):
        turned_down = self.agreement.events.filter(
            act__in=["turn_down", "withdraw"], subject__in={f"呈批 {p}" for p in asked}
        )
        return turned_down.order_by("seq").values_list("effective_on", flat=True).last()


class Ending(models.Model):
    """协议因何结束：终止、解除、续签，各有条、项和事由，从不混写。"""

    class Kind(models.TextChoices):
        TERMINATED = "terminated", "终止"
        RESCINDED = "rescinded", "解除"
        RENEWED = "renewed", "期满已续签"

    agreement = models.OneToOneField(Agreement, models.PROTECT, related_name="ending", verbose_name="协议")
    kind = models.CharField("种类", max_length=12, choices=Kind)
    article = models.CharField("依据", max_length=60)
    reason = models.CharField("事由", max_length=500)
    effective_on = models.DateField("生效日期")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="cascaded", verbose_name="上级解除"
    )
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="知悉人",
    )

    objects = OfAgreement.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结束"

    def __str__(self):
        return self.get_kind_display()


class AftercarePlanQuerySet(OfAgreement):
    def uncounted(self):
        return self.filter(inpatients=None)


class AftercarePlan(models.Model):
    """善后：在院、出院未结算的参保人员各多少，交接单在哪。只记人数，不记姓名（第八十二条）。"""

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="aftercare_plans", verbose_name="协议"
    )
    opened_on = models.DateField("建立日期")
    # Unknown where the portal itself ended the agreement, until somebody has counted.
    inpatients = models.PositiveIntegerField("在院参保人员数", null=True)
    unsettled = models.PositiveIntegerField("出院未结算人数", null=True)
    handover_number = models.CharField("交接单编号", max_length=50, blank=True)

    objects = AftercarePlanQuerySet.as_manager()

    class Meta:
        ordering = ["opened_on", "pk"]
        verbose_name = verbose_name_plural = "善后方案"

    def __str__(self):
        return f"善后 {self.opened_on}"
