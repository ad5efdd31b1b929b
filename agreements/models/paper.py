import hashlib
import secrets

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models
from django.urls import reverse
from django_fsm import FSMField

from .. import checks, permissions
from ..gate import step
from .agreement import Agreement
from .querysets import OfAgreement
from .sequence import Sequence
from .stateful import Stateful

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that a reader confuses: no 0 O 1 I


class PaperQuerySet(OfAgreement):
    def by_code(self, code):
        """The paper with this verification code, however a person typed it; None when there is none."""
        bare = "".join(c for c in code.upper() if c.isalnum())
        return self.filter(code=f"{bare[:4]}-{bare[4:]}").first()


class Paper(Stateful):
    """一份文书：编号不重用，内容取自当时的快照，只印一次，凭摘要和验证码可查真伪。

    The row comes first and owes the print; a rendering that fails loses nothing and can be tried again.
    """

    kind_name = "文书"

    class Purpose(models.TextChoices):
        SIGNING_COPY = "signing_copy", "服务协议（签署稿）"
        SIGNED_COPY = "signed_copy", "服务协议（已签署）"
        COMMITMENT = "commitment", "承诺书"

    class Status(models.TextChoices):
        OWED = "owed", "待印"
        ISSUED = "issued", "有效"
        VOIDED = "voided", "已作废"

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="papers", verbose_name="协议")
    purpose = models.CharField("文书", max_length=20, choices=Purpose)
    number = models.CharField("文号", max_length=40, unique=True)
    code = models.CharField("验证码", max_length=9, unique=True)
    status = FSMField("状态", choices=Status, default=Status.OWED, protected=True, editable=False)
    snapshot = models.JSONField("内容快照", default=dict)
    file = models.FileField("文件", upload_to="papers/", blank=True, editable=False)
    sha256 = models.CharField("文件摘要", max_length=64, blank=True, db_index=True)
    failure = models.CharField("未能印出的原因", max_length=500, blank=True)
    void_reason = models.CharField("作废原因", max_length=200, blank=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    issued_at = models.DateTimeField("印出时间", null=True, blank=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "文书"

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("paper", args=[self.code])

    @property
    def case(self):
        return self.agreement

    def case_key(self):
        return Agreement, self.agreement_id

    @property
    def is_copy(self):
        """Whether this is the agreement itself and not a paper beside it."""
        return self.purpose in (self.Purpose.SIGNING_COPY, self.Purpose.SIGNED_COPY)

    @property
    def verify_url(self):
        return f"{settings.PUBLIC_URL}{reverse('verify')}?code={self.code}"

    @classmethod
    def owe(cls, agreement, purpose, snapshot, year):
        """A new paper with its number, not printed yet. Must run inside the transaction of the act that owes it."""
        word = {"commitment": "诺"}.get(purpose, "协")
        series = f"{agreement.agency.document_word}{word}〔{year}〕"
        number = f"{series}{Sequence.take(f'文号 {series}')}号"
        return cls.objects.create(
            agreement=agreement, purpose=purpose, number=number, code=new_code(), snapshot=snapshot
        )

    @step(
        status, source=[Status.OWED], target=Status.ISSUED, label="印出文书", article="第八十四条",
        who=permissions.the_system,
    )  # fmt: skip
    def issue(self, content, at):
        """第八十四条：双方往来文书以印出的为准；印出后内容不再变动。"""
        self.sha256, self.issued_at, self.failure = hashlib.sha256(content).hexdigest(), at, ""
        self.file.save(f"{self.agreement.number}-{self.code}.pdf", ContentFile(content), save=False)

    @step(
        status, source=[Status.OWED, Status.ISSUED], target=Status.VOIDED, label="作废文书", article="第八十四条",
        who=permissions.reviewer_or_leader, checks=[checks.reason_is_given, checks.another_copy_stands],
    )  # fmt: skip
    def make_void(self, reason):
        """第八十四条：作废须有原因，文号保留，验证页显示作废。"""
        self.void_reason = reason


def new_code():
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
