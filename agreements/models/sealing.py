import hashlib
import secrets

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models

from .. import permissions
from ..gate import step
from ..papers.seal import checks
from ..uploads import TYPES, kind_of, sha256_of


class SealingActs:
    """What both sides do to a paper after it is out: the second signature, and the scan of the sealed print."""

    SEALED_BY_BOTH = ("signing_copy", "signed_copy", "supplement", "signed_supplement")

    @property
    def sealed_sides(self):
        """Whose seals are on the scans that are kept: a set of "agency", "institution"."""
        return set().union(*(checks.SEALS[scan.seals] for scan in self.sealed_scans.all()))

    @step(
        "status", source=["issued"], target=None, label="乙方加签", article="签署页",
        who=permissions.institution_signatory,
        checks=[
            checks.is_sealed_by_both, checks.agency_has_sealed, checks.not_countersigned_yet,
            checks.is_our_paper_with_one_signature_more,
        ],
    )  # fmt: skip
    def countersign(self, content, at, way, by):
        """签署页：乙方在甲方签章的原件上加签；原件一个字节也不变，加签的成为第二个版本。"""
        revision = PaperRevision(
            paper=self, number=2, size=len(content), sha256=hashlib.sha256(content).hexdigest(), signed_at=at,
            way=way, by=by,
        )  # fmt: skip
        added = content[len(self.read()) :]
        revision.file.save(f"{self.code}-2.pdf", ContentFile(added))

    @step(
        "status", source=["issued"], target=None, label="上传盖章件", article="签署页",
        who=permissions.either_side,
        checks=[
            checks.is_sealed_by_both, checks.number_is_the_papers, checks.own_seal_or_both,
            checks.not_sealed_twice, checks.square_in_scan_is_the_papers,
        ],
    )  # fmt: skip
    def keep_sealed_scan(self, seals, number, scan, by):
        """签署页：在纸上签章的，上传盖章件；双方可以同时盖，也可以先后盖。"""
        from ..papers.seal.scans import code_in

        self.sealed_scans.create(
            seals=seals, kind=kind_of(scan), size=scan.size, sha256=sha256_of(scan), file=scan,
            square_read=bool(code_in(scan)), by=by,
        )  # fmt: skip


class OfPaper(models.QuerySet):
    def visible_to(self, user):
        papers = self.model._meta.get_field("paper").related_model.objects
        return self.filter(paper__in=papers.visible_to(user).values("pk"))


class PaperRevision(models.Model):
    """文书的后一个版本：原件加上对方的签名。原件不变，存摘要，存入后不变。

    The file holds what follows the original alone; size and digest are of the whole.
    """

    class Way(models.TextChoices):
        UPLOADED = "uploaded", "在门户以外签署后上传"
        PORTAL = "portal", "在门户签署"

    paper = models.ForeignKey("Paper", models.PROTECT, related_name="revisions", verbose_name="文书")
    number = models.PositiveSmallIntegerField("版本")
    file = models.FileField("文件", upload_to="revisions/", editable=False)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("文件摘要", max_length=64, db_index=True)
    way = models.CharField("方式", max_length=10, choices=Way)
    signed_at = models.DateTimeField("签署时间")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="加签人")
    at = models.DateTimeField("收存时间", auto_now_add=True)

    objects = OfPaper.as_manager()

    class Meta:
        ordering = ["paper_id", "number"]
        verbose_name = verbose_name_plural = "文书版本"
        constraints = [models.UniqueConstraint(fields=["paper", "number"], name="paper_revision_once")]

    def __str__(self):
        return f"{self.paper.number} 第{self.number}版"

    def read(self):
        """The whole file with both signatures. Raises PaperDamaged when it is not what was kept."""
        from .paper import PaperDamaged

        original = self.paper.read()
        try:
            with self.file.open("rb") as file:
                content = original + file.read()
        except FileNotFoundError as why:
            raise PaperDamaged(f"{self} 的文件不在了。请系统管理员从备份恢复") from why
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise PaperDamaged(f"{self} 的文件与收存时的摘要不符，不能使用。请系统管理员从备份恢复")
        return content


def random_name(scan, name):
    """A name of our own, so that nobody's spelling reaches the disk."""
    return f"sealed/{secrets.token_hex(16)}.{scan.kind.lower()}"


class SealedScan(models.Model):
    """盖章件：纸上签章的协议的扫描件，按文号归入文书。存摘要，存入后不变。"""

    class Seals(models.TextChoices):
        BOTH = "both", "双方"
        AGENCY = "agency", "甲方"
        INSTITUTION = "institution", "乙方"

    paper = models.ForeignKey("Paper", models.PROTECT, related_name="sealed_scans", verbose_name="文书")
    seals = models.CharField("盖了谁的章", max_length=12, choices=Seals)
    kind = models.CharField("种类", max_length=4)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("摘要", max_length=64)
    file = models.FileField("文件", upload_to=random_name)
    square_read = models.BooleanField("二维码已核对", default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    at = models.DateTimeField("上传时间", auto_now_add=True)

    objects = OfPaper.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "盖章件"
        constraints = [models.UniqueConstraint(fields=["paper", "seals"], name="sealed_scan_once_a_side")]

    def __str__(self):
        return f"{self.paper.number}盖章件（{self.get_seals_display()}）"

    @property
    def content_type(self):
        return TYPES[self.kind]
