from django.conf import settings
from django.db import models

from agreements.models import Attachment

from .inspection import Inspection, InspectionMember
from .querysets import WorkOfInspection


class Visit(models.Model):
    """一次现场核查：哪一天、到哪里、谁去、见了谁、看了什么问了什么，附照片和笔录（第五十七条）。只增不改。"""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="visits", verbose_name="核查")
    order = models.PositiveSmallIntegerField("序号")
    on = models.DateField("日期")
    place = models.CharField("地点", max_length=200)
    members = models.ManyToManyField(InspectionMember, related_name="+", verbose_name="到场的核查人员")
    met = models.CharField("乙方在场人员", max_length=200)
    note = models.CharField("经过", max_length=2000)
    attachments = models.ManyToManyField(
        Attachment, blank=True, related_name="visits", verbose_name="照片、笔录"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = WorkOfInspection.as_manager()

    class Meta:
        ordering = ["inspection_id", "order"]
        verbose_name = verbose_name_plural = "现场核查"
        constraints = [models.UniqueConstraint(fields=["inspection", "order"], name="visit_order_once")]

    def __str__(self):
        return f"{self.inspection} 现场{self.order}"
