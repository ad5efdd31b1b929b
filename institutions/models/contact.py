from django.conf import settings
from django.db import models
from django.db.models import F, Q

from ..codes import validate_printable
from .institution import Institution, OfInstitution


class ContactQuerySet(OfInstitution):
    def open(self):
        return self.filter(ended_on=None)


class Contact(models.Model):
    """医保管理人员：机构里管医疗保险的人。只增一行、只记离任日期，已记的不改写。

    `role` is the code of the edition that asked for it, `label` what that edition calls it.
    """

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="contacts", verbose_name="医疗机构"
    )
    role = models.CharField("职责代号", max_length=20)
    label = models.CharField("职责", max_length=50)
    name = models.CharField("姓名（部门名称）", max_length=50, validators=[validate_printable])
    title = models.CharField("职务", max_length=50, blank=True, validators=[validate_printable])
    phone = models.CharField("办公电话", max_length=40, validators=[validate_printable])
    started_on = models.DateField("起")
    ended_on = models.DateField("离任日期", null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["institution_id", "role", "started_on", "pk"]
        verbose_name = verbose_name_plural = "医保管理人员"
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="contact_in_order",
                violation_error_message="离任日期不能早于任职日期",
            )
        ]
        indexes = [models.Index(fields=["institution", "role", "ended_on"])]

    def __str__(self):
        return f"{self.name}（{self.label}）"

    @property
    def masked_phone(self):
        return f"{self.phone[:3]}****{self.phone[-4:]}" if len(self.phone) > 7 else "****"
