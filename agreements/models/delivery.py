from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from .. import checks, permissions
from ..deliveries import checks as rules
from ..gate import step
from .agreement import Agreement
from .attachment import Attachment
from .paper import Paper
from .querysets import OfAgreement
from .signing import Side
from .stateful import StateField, Stateful


class DeliveryStatus(models.TextChoices):
    PENDING = "pending", "待送达"
    SENT = "sent", "已送出"
    RECEIVED = "received", "已送达"
    FAILED = "failed", "退回"


S = DeliveryStatus


class DeliveryQuerySet(OfAgreement):
    def open_for(self, paper, side, on):
        """A delivery of this paper to a side, to where the side is reached on this day."""
        return self.create(
            agreement=paper.agreement, paper=paper, side=side, **contact_of(paper.agreement, side, on)
        )

    def to_acknowledge(self):
        """What waits for the other side to press 签收."""
        return self.filter(status=S.SENT, way=Delivery.Way.ELECTRONIC, paper__status=Paper.Status.ISSUED)


def contact_of(agreement, side, on):
    """第八十四条：the address and phone that the agreement states; once the party has changed them since, the changed ones."""
    party = getattr(agreement, side)
    facts = party.version_on(on) or party.current
    kept, names = agreement.snapshot.get("cover"), ("name", "address", "postcode", "phone")
    changed = not kept or agreement.fixed_on < facts.valid_from <= on
    name, address, postcode, phone = (
        getattr(facts, one) if changed else kept[f"{side}_{one}"] for one in names
    )
    source = f"{facts.valid_from}起的信息（第{facts.number}版）" if changed else "协议封面所载"
    return {
        "addressee": name,
        "address": f"{address}（{postcode}）",
        "phone": phone,
        "address_source": source,
    }


class Delivery(Stateful):
    """一份文书的送达：送到哪里、用什么方式、哪一日收到、凭什么。只送出不算送达（第八十四条）。"""

    kind_name = "送达"
    Status = DeliveryStatus

    class Way(models.TextChoices):
        DIRECT = "direct", "直接送达"
        LEFT = "left", "留置送达"
        POST = "post", "邮寄送达"
        ELECTRONIC = "electronic", "电子送达"
        PUBLIC = "public", "公告送达"

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="deliveries", verbose_name="协议")
    paper = models.OneToOneField(Paper, models.PROTECT, related_name="delivery", verbose_name="文书")
    side = models.CharField("受送达方", max_length=12, choices=Side)
    addressee = models.CharField("受送达人", max_length=100)
    address = models.CharField("送达地址", max_length=300)
    phone = models.CharField("联系电话", max_length=50, blank=True)
    address_source = models.CharField("地址依据", max_length=100)
    status = StateField("状态", choices=S, default=S.PENDING, db_index=True)
    way = models.CharField("方式", max_length=10, choices=Way, blank=True)
    sent_on = models.DateField("送出日期", null=True, blank=True)
    tracking = models.CharField("快递单号", max_length=50, blank=True)
    received_on = models.DateField("收到日期", null=True, blank=True)
    receiver = models.CharField("签收人", max_length=100, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="登录签收人"
    )  # fmt: skip
    acknowledged_at = models.DateTimeField("登录签收时间", null=True, editable=False)
    failed_on = models.DateField("退回日期", null=True, blank=True)
    failure = models.CharField("退回原因", max_length=500, blank=True)
    proofs = models.ManyToManyField(Attachment, related_name="+", verbose_name="送达证明")
    receipt = models.ForeignKey(
        Paper, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="送达回证"
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "送达"
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=S.RECEIVED) | (Q(received_on__gte=F("sent_on")) & ~Q(receiver="")),
                name="delivery_received_by_somebody",
                violation_error_message="已送达的，须有签收人和不早于送出日期的收到日期",
            ),
        ]

    def __str__(self):
        return self.paper.number

    def get_absolute_url(self):
        return reverse("delivery", args=[self.pk])

    @property
    def case(self):
        return self.agreement

    def case_key(self):
        return Agreement, self.agreement_id

    @step(
        "status", source=[S.PENDING, S.FAILED], target=S.SENT, label="送出", article="第八十四条",
        who=permissions.agency_clerk,
        checks=[
            rules.paper_stands, rules.electronic_is_agreed, rules.post_is_tracked, checks.not_in_the_future,
            rules.sent_since_issued,
        ],
    )  # fmt: skip
    def send(self, way, on, tracking=""):
        """第八十四条：按载明的地址送出；退回后再送的，按送出之日的地址。"""
        for name, value in contact_of(self.agreement, self.side, on).items():
            setattr(self, name, value)
        self.way, self.sent_on, self.tracking = way, on, tracking.strip()
        self.failed_on, self.failure = None, ""

    @step(
        "status", source=[S.SENT], target=S.RECEIVED, label="登记收到", article="第八十四条",
        who=permissions.agency_clerk,
        checks=[
            rules.paper_stands, rules.is_not_electronic, checks.not_in_the_future, rules.received_since_sent, rules.receiver_is_named,
            rules.receipt_is_proved,
        ],
    )  # fmt: skip
    def confirm_receipt(self, receiver, files, on, by):
        """第八十四条：凭送达证明登记收到之日；时限自收到起算，不自送出起算。"""
        self.received_on, self.receiver = on, receiver
        self.proofs.add(*Attachment.keep(self.agreement, files, by))

    @step(
        "status", source=[S.SENT], target=S.RECEIVED, label="签收", article="第八十四条",
        who=permissions.institution_side, checks=[rules.is_electronic, rules.paper_stands],
    )  # fmt: skip
    def acknowledge(self, by):
        """第八十四条：同意电子送达的乙方登录签收，按下之时为收到。"""
        self.acknowledged_by, self.acknowledged_at = by, timezone.now()
        self.received_on, self.receiver = localdate(self.acknowledged_at), by.name

    @step(
        "status", source=[S.SENT], target=S.FAILED, label="登记退回", article="第八十四条",
        who=permissions.agency_clerk,
        checks=[checks.not_in_the_future, rules.failed_since_sent, checks.reason_is_given],
    )  # fmt: skip
    def fail(self, reason, on):
        """第八十四条：没有送到的，写明原因，另行送达。"""
        self.failed_on, self.failure = on, reason
