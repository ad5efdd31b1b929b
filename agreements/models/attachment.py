import secrets

from django.conf import settings
from django.db import models
from django.urls import reverse

from ..uploads import TYPES, kind_of, sha256_of
from .querysets import OfAgreement


class AttachmentQuerySet(OfAgreement):
    def visible_to(self, user):
        """A hospital does not see what the agency keeps for itself, nor an agency what is not handed in yet."""
        seen = super().visible_to(user)
        return seen.filter(internal=False) if user.institution_id else seen.filter(held=False)


def random_name(attachment, name):
    """Where a file is kept: a name of our own, so that nobody's spelling reaches the disk."""
    return f"attachments/{secrets.token_hex(16)}.{attachment.kind.lower()}"


class Attachment(models.Model):
    """附件：随申请、报告提交的材料。按内容认定种类，存摘要，存入后不变。"""

    agreement = models.ForeignKey(
        "Agreement", models.PROTECT, related_name="attachments", verbose_name="协议"
    )
    name = models.CharField("文件名", max_length=200)
    kind = models.CharField("种类", max_length=4)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("摘要", max_length=64)
    file = models.FileField("文件", upload_to=random_name)
    held = models.BooleanField("还没有提交", default=False)
    internal = models.BooleanField("仅甲方可见", default=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "附件"

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("attachment", args=[self.pk])

    @property
    def content_type(self):
        return TYPES[self.kind]

    @property
    def is_whole(self):
        """Whether the file is still the one that was handed in."""
        try:
            with self.file.open("rb") as file:
                return sha256_of(file) == self.sha256
        except FileNotFoundError:
            return False

    @classmethod
    def keep(cls, agreement, uploads, by, internal=False, held=False):
        """Keep the uploads of one record. Their content has been checked by the form (`uploads.validate_material`)."""
        return [
            cls.objects.create(
                agreement=agreement,
                name=upload.name[-200:],
                kind=kind_of(upload),
                size=upload.size,
                sha256=sha256_of(upload),
                file=upload,
                internal=internal,
                held=held,
                uploaded_by=by,
            )
            for upload in uploads
        ]
