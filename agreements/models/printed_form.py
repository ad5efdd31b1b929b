import hashlib

from django.core.files.base import ContentFile
from django.db import models

from ..papers.fill.template import Template
from .edition import Edition


class PaperDamaged(ValueError):
    """A file in the storage is not the one that was issued. The message is for a person."""


# Forms in use at one time: an edition's form of today, and those of older papers that are read.
_KEPT = 8
_templates = {}


class PrintedFormQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The agencies, who print with it; what it says is the edition's text, which everybody may read."""
        return self if user.agency_id else self.none()

    def live(self, edition, fingerprint):
        """The form that papers of this edition are filled into today; None when it is not published."""
        return self.filter(edition=edition, fingerprint=fingerprint, refusal="").first()


class PrintedForm(models.Model):
    """一份排好版的协议书：固定内容只存一份，各协议只存自己的部分。版式变了另起一行，旧行永不改动（触发器把守）。

    A paper that was filled into a form points at its row for ever: the constant part of its file is here. `refusal`
    says why a layout may not be used; then its papers are laid out one by one.
    """

    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="printed_forms", verbose_name="协议文本版本"
    )
    fingerprint = models.CharField("版式指纹", max_length=64)
    # What the fingerprint is made of.
    text_sha256 = models.CharField("文本摘要", max_length=64)
    style_sha256 = models.CharField("样式摘要", max_length=64)
    fonts_sha256 = models.CharField("字体摘要", max_length=64)
    renderer = models.CharField("排版程序", max_length=100)
    file = models.FileField("固定内容", upload_to="forms/", blank=True, editable=False)
    sha256 = models.CharField("固定内容摘要", max_length=64, blank=True)
    plan = models.JSONField("空白位置", default=dict)
    refusal = models.CharField("不能套印的原因", max_length=500, blank=True)
    published_at = models.DateTimeField("发布时间", auto_now_add=True)

    objects = PrintedFormQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "印制版式"
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "fingerprint"],
                condition=models.Q(refusal=""),
                name="printed_form_live_once",
            )
        ]

    def __str__(self):
        return f"{self.edition} {self.fingerprint[:8]}"

    @classmethod
    def of(cls, edition, marks, template, refusal=""):
        """A new row. `marks`: {field: digest} of what the layout depends on; `template` None when refused."""
        form = cls(edition=edition, refusal=refusal, **marks)
        if template:
            form.sha256, form.plan = template.digest.hexdigest(), template.plan()
            name = f"{edition.code}-{edition.version}-{form.fingerprint[:16]}.part"
            form.file.save(name, ContentFile(template.constant), save=False)
        form.save(force_insert=True)
        return form

    @property
    def template(self):
        """The Template, kept for the life of the process by its digest. Raises FormDamaged."""
        key = self.pk, self.sha256
        if key not in _templates:
            with self.file.open("rb") as file:
                content = file.read()
            if hashlib.sha256(content).hexdigest() != self.sha256:
                raise FormDamaged(self)
            while len(_templates) >= _KEPT:
                _templates.pop(next(iter(_templates)))
            _templates[key] = Template.of(content, self.plan)
        return _templates[key]


class FormDamaged(PaperDamaged):
    """The constant part in the storage is not what was published: no paper may be put together from it."""

    def __init__(self, form):
        super().__init__(f"印制版式 {form} 的文件与发布时的摘要不符。请系统管理员从备份恢复后重试")
