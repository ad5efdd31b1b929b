from django.conf import settings
from django.db import models

from .inspection import Inspection
from .querysets import WorkOfInspection


class ChecklistLine(models.Model):
    """核查清单的一行：违约情形目录的一项，查没查，符合不符合（第五十七条）。

    `item`: its code in the catalogue; CONTACTS for the people whom some texts ask the hospital to name.
    """

    CONTACTS = "contacts"

    class Result(models.TextChoices):
        NOT_CHECKED = "unchecked", "未查"
        MET = "met", "符合"
        NOT_MET = "not_met", "不符合"
        NOT_APPLICABLE = "not_applicable", "不适用"

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="checklist", verbose_name="核查")
    order = models.PositiveSmallIntegerField("序号")
    item = models.CharField("违约情形", max_length=20)
    result = models.CharField("结果", max_length=14, choices=Result, default=Result.NOT_CHECKED)
    note = models.CharField("说明", max_length=200, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="查的人"
    )  # fmt: skip
    checked_at = models.DateTimeField("查的时间", null=True, editable=False)

    objects = WorkOfInspection.as_manager()

    class Meta:
        ordering = ["inspection_id", "order"]
        verbose_name = verbose_name_plural = "核查清单"
        constraints = [models.UniqueConstraint(fields=["inspection", "item"], name="checklist_item_once")]

    def __str__(self):
        return f"{self.inspection} {self.item}"
