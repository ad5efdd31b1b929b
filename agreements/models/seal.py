from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from institutions.models import Agency

from .. import permissions
from ..checks import reason_is_given
from ..gate import step
from ..papers.seal import checks
from ..papers.seal.signer import SealRefused
from .case_file import OwnCaseFile
from .event import ChainedRow
from .stateful import StateField


class SealQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An agency's seals are seen by its own people, and by nobody else."""
        return self.filter(agency=user.agency_id) if user.agency_id else self.none()

    def in_turn(self, agency):
        """The agency's seals that are or were in use, the latest first."""
        return self.filter(agency=agency, active_from__isnull=False).order_by("-active_from", "-pk")


class AgencySeal(OwnCaseFile):
    """电子印章：一家经办机构的签章证书和它的印模。私钥不在数据库里，只记来源的名称。

    It is its own case file, with its own chain of events. What can be drawn or read from the certificate is kept when the
    seal is registered, so that every paper carries the very same seal.
    """

    kind_name = "印章"

    class Status(models.TextChoices):
        NEW = "new", "登记中"
        REGISTERED = "registered", "待启用"
        RELEASED = "released", "使用中"
        WITHDRAWN = "withdrawn", "已停用"

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="seals", verbose_name="经办机构")
    status = StateField("状态", choices=Status, default=Status.NEW)
    name = models.CharField("印章名称", max_length=100)
    purpose = models.CharField("印章用途", max_length=20)
    certificate = models.TextField("证书")
    fingerprint = models.CharField("证书指纹", max_length=64, db_index=True)
    subject = models.CharField("证书持有人", max_length=300)
    not_before = models.DateTimeField("证书有效期起")
    not_after = models.DateTimeField("证书有效期止")
    source = models.CharField("密钥来源", max_length=100)
    appearance = models.BinaryField("印模", editable=False)
    is_test = models.BooleanField("测试章", default=False, editable=False)
    electronic = models.BooleanField("电子签章", default=True, editable=False)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="登记人",
    )
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="启用人",
    )
    active_from = models.DateTimeField("启用时间", null=True, editable=False)
    active_until = models.DateTimeField("停用时间", null=True, editable=False)
    withdrawn_for = models.CharField("停用原因", max_length=200, blank=True, editable=False)

    objects = SealQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "电子印章"
        constraints = [
            models.UniqueConstraint(
                fields=["agency"],
                condition=Q(status="released"),
                name="one_seal_in_use",
                violation_error_message="这家经办机构已有使用中的印章，先停用那一枚",
            )
        ]

    def __str__(self):
        return f"{self.name}（{self.fingerprint[:8]}）"

    def get_absolute_url(self):
        return reverse("seals")

    def recorded(self, details):
        return details | {"fingerprint": self.fingerprint}

    # ── what is true of it ──

    @property
    def siblings(self):
        return AgencySeal.objects.filter(agency=self.agency_id).exclude(pk=self.pk)

    @property
    def expires_in(self):
        """Days until the certificate ends; negative when it has ended."""
        return (self.not_after - timezone.now()).days

    def key_problem(self):
        """Why the key cannot sign for this certificate, as a sentence; None when it can. Opens the key."""
        from ..papers.seal.keys import certified

        try:
            certified(self.certificate, self.source)
        except SealRefused as why:
            return str(why)
        return None

    @cached_property
    def svg(self):
        """The seal as a data: address, for a page."""
        from base64 import b64encode

        from ..papers.seal.drawing import seal_svg

        drawn = seal_svg(self.name, self.purpose, self.is_test)
        return f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}"

    # ── the acts ──

    @step(
        status, source=[Status.NEW], target=Status.REGISTERED, label="登记印章", article="印章管理",
        who=permissions.agency_reviewer, checks=[checks.certificate_is_valid],
    )  # fmt: skip
    def register(self, by):
        """印章管理：复核人登记证书和密钥来源，另一人启用前不能签章。"""
        self.registered_by = by

    @step(
        status, source=[Status.REGISTERED], target=Status.RELEASED, label="启用印章", article="印章管理",
        who=permissions.agency_leader,
        checks=[
            checks.another_person_releases, checks.no_other_seal_in_use, checks.certificate_is_valid, checks.key_fits,
        ],
    )  # fmt: skip
    def release(self, by):
        """印章管理：负责人核对证书、印模后启用；自此已签署的协议由门户加盖电子签章。"""
        self.released_by, self.active_from = by, timezone.now()

    @step(
        status, source=[Status.REGISTERED, Status.RELEASED], target=Status.WITHDRAWN, label="停用印章",
        article="印章管理", who=permissions.reviewer_or_leader, checks=[reason_is_given],
    )  # fmt: skip
    def withdraw(self, reason):
        """印章管理：停用即时生效，不能再启用；已经签章的文书不受影响。"""
        self.active_until, self.withdrawn_for = timezone.now(), reason

    @step(
        status, source=[Status.RELEASED, Status.WITHDRAWN], target=None, label="改为纸质签章", article="印章管理",
        who=permissions.agency_leader, checks=[checks.is_electronic],
    )  # fmt: skip
    def seal_on_paper(self):
        """印章管理：自此印出的协议不加电子签章，在纸上盖章后上传扫描件。"""
        self.electronic = False

    @step(
        status, source=[Status.RELEASED, Status.WITHDRAWN], target=None, label="恢复电子签章", article="印章管理",
        who=permissions.agency_leader, checks=[checks.is_on_paper],
    )  # fmt: skip
    def seal_electronically(self):
        """印章管理：自此印出的协议由门户加盖电子签章。"""
        self.electronic = True


class OfSeal(models.QuerySet):
    def visible_to(self, user):
        return self.filter(seal__in=AgencySeal.objects.visible_to(user).values("pk"))


class SealEvent(ChainedRow):
    """One thing that happened to one seal."""

    seal = models.ForeignKey(AgencySeal, models.PROTECT, related_name="events", verbose_name="印章")

    objects = OfSeal.as_manager()

    class Meta:
        ordering = ["seal_id", "seq"]
        verbose_name = verbose_name_plural = "印章记录"
        constraints = [models.UniqueConstraint(fields=["seal", "seq"], name="seal_event_once")]

    def __str__(self):
        return f"{self.seal_id}#{self.seq} {self.label}"
