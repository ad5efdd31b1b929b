from django.conf import settings
from django.db import models

from ..codes import validate_postcode, validate_printable


class PartyVersion(models.Model):
    """What a party was called and where it sat from a day on. Rows are added, never changed.

    Holds the cover fields that both parties of an agreement share (cover of the form).
    """

    number = models.PositiveIntegerField("版本", editable=False)
    valid_from = models.DateField("生效日期")
    name = models.CharField("名称", max_length=100, validators=[validate_printable])
    legal_representative = models.CharField("法定代表人", max_length=50, validators=[validate_printable])
    address = models.CharField("地址", max_length=200, validators=[validate_printable])
    postcode = models.CharField("邮政编码", max_length=6, validators=[validate_postcode])
    phone = models.CharField("联系电话", max_length=40, validators=[validate_printable])
    reason = models.CharField("变更原因", max_length=200, blank=True, validators=[validate_printable])
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="登记人",
    )

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.name} 第{self.number}版"
