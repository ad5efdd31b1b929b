from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from .region import Region

YEARS = range(2000, 2101)


class HolidayNoticeQuerySet(models.QuerySet):
    def live(self):
        """The notices that count today: those that no later one has replaced."""
        return self.filter(replaced_at=None)


class HolidayNotice(models.Model):
    """一年的放假安排通知；选了统筹区的，是那里另发的文件，只在全国安排之上增减日子。

    A year is known when it has a live notice without a region. A replaced notice keeps its days for ever.
    """

    year = models.PositiveSmallIntegerField("年份")
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="holiday_notices",
        verbose_name="统筹区",
        help_text="全国的通知不选；地方另行放假、上班的，选适用的统筹区，其下级也适用",
    )
    number = models.CharField("发文字号", max_length=60, blank=True, help_text="例如“国办发明电〔2025〕7号”")
    announced_on = models.DateField("发文日期", null=True, blank=True)
    source = models.CharField("来源", max_length=200, blank=True, help_text="文件登在哪里、由谁录入")
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    replaced_at = models.DateTimeField("被替换的时间", null=True, editable=False)

    objects = HolidayNoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "region_id", "pk"]
        verbose_name = verbose_name_plural = "放假安排"
        constraints = [
            models.UniqueConstraint(
                fields=["year"],
                condition=Q(region=None, replaced_at=None),
                name="one_national_notice_a_year",
            ),
            models.UniqueConstraint(
                fields=["year", "region", "number"],
                condition=Q(region__isnull=False, replaced_at=None),
                name="regional_notice_once",
            ),
        ]

    def __str__(self):
        return f"{self.year}年{self.region.name if self.region_id else '全国'}放假安排"

    def clean(self):
        if self.year is not None and self.year not in YEARS:
            raise ValidationError({"year": f"年份“{self.year}”不对，写成四位数，例如 2027"})
        if self.region_id and not self.number:
            raise ValidationError({"number": "地方另行放假、上班的，要写明依据的文件字号"})
        if not self.replaced_at and (known := self.same().exclude(pk=self.pk).first()):
            raise ValidationError(
                f"{known}（{known.number or '文号未登记'}）已经登记，请在基础数据里修改；要整份替换，导入时加 --replace"
            )

    def same(self):
        """The live notices that this one cannot stand beside: of the country, or of this region's same paper."""
        live = HolidayNotice.objects.live().filter(year=self.year, region=self.region_id)
        return live.filter(number=self.number) if self.region_id else live


class CalendarDay(models.Model):
    """与星期不符的一天：放假的星期一至五，上班的星期六、日。地方文件里也可以是与全国安排不同的一天。"""

    notice = models.ForeignKey(HolidayNotice, models.CASCADE, related_name="days", verbose_name="放假安排")
    date = models.DateField("日期", db_index=True)
    is_working = models.BooleanField("上班", help_text="不勾选就是放假")
    name = models.CharField("名称", max_length=50, help_text="例如“春节”")

    class Meta:
        ordering = ["date"]
        verbose_name = verbose_name_plural = "与星期不符的日子"
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "date"],
                name="calendar_day_once",
                violation_error_message="这一天在本通知里已经登记",
            )
        ]

    def __str__(self):
        return f"{self.date} {self.name}{'上班' if self.is_working else '放假'}"

    def clean(self):
        if not self.date or self.notice.year not in YEARS:
            return
        if why := out_of_year(self.date, self.notice.year):
            raise ValidationError({"date": why})
        if not self.notice.region_id and self.is_working == usually_working(self.date):
            usual = "上班" if self.is_working else "休息"
            raise ValidationError({"date": f"{weekday(self.date)}本来就{usual}，不用登记；请核对日期"})


def usually_working(day):
    return day.weekday() < 5


def weekday(day):
    return f"星期{'一二三四五六日'[day.weekday()]}"


def out_of_year(day, year):
    """Why a day cannot be in the notice of a year, or "". New Year's break may begin in December before."""
    if date(year - 1, 12, 1) <= day <= date(year, 12, 31):
        return ""
    return f"{day} 不在{year}年的安排里（元旦调休可以到上年12月）"
