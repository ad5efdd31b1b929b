from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from .. import permissions
from ..batches import checks
from ..batches.checks import SILENCE
from ..gate import step
from .agreement import Agreement
from .paper import Paper
from .stateful import StateField, Stateful

ARTICLE = "第八十四条"


class PrintBatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The agency whose people asked for it."""
        return self.filter(agency=user.agency_id) if user.agency_id else self.none()

    def going_on(self):
        return self.filter(status__in=PrintBatch.GOING_ON)

    def silent(self):
        """Asked for or begun, and no worker has been heard of."""
        return self.going_on().filter(heartbeat_at__lt=timezone.now() - SILENCE)

    def with_counts(self):
        """Each with `waiting_count`, `claimed_count`, `done_count`, `failed_count`, `excluded_count`."""
        counts = {
            f"{state}_count": Count("items", filter=Q(items__state=state)) for state in PrintItem.State.values
        }
        return self.annotate(**counts)


class PrintBatch(Stateful):
    """一批打印：按条件选出的协议，各印一份正式文书，汇成一份成品。

    It passes the same door as an agreement and is its own case; what the door records stays in the row. What is
    printed passes the door as well: each paper's issue is in its own agreement's record.
    """

    kind_name = "打印批次"

    class Purpose(models.TextChoices):
        SIGNED_COPY = Paper.Purpose.SIGNED_COPY.value, "已签署的协议"
        SIGNING_COPY = Paper.Purpose.SIGNING_COPY.value, "待签的签署稿"

    class Output(models.TextChoices):
        ARCHIVE = "archive", "归档包（一个 zip，含清单）"
        BUNDLE = "bundle", "印厂合订本（一个 PDF，双面）"
        FILES = "files", "逐份文件"

    class Status(models.TextChoices):
        WAITING = "waiting", "等待中"
        RUNNING = "running", "正在打印"
        PAUSED = "paused", "已暂停"
        BINDING = "binding", "正在汇总"
        DONE = "done", "已完成"
        PARTIAL = "partial", "有未印出的"
        CANCELLED = "cancelled", "已取消"

    S = Status
    GOING_ON = [S.WAITING, S.RUNNING, S.BINDING]

    number = models.CharField("批次编号", max_length=20, unique=True, editable=False)
    agency = models.ForeignKey(
        "institutions.Agency", models.PROTECT, related_name="print_batches", verbose_name="经办机构"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="谁要求的",
    )
    purpose = models.CharField("打印什么", max_length=20, choices=Purpose, default=Purpose.SIGNED_COPY)
    output = models.CharField("成品", max_length=10, choices=Output, default=Output.ARCHIVE)
    query = models.TextField("条件", blank=True)  # as an address has it: region=630105&expiring=2026-12-31
    query_text = models.CharField("条件说明", max_length=500, blank=True)
    status = StateField("状态", choices=Status, default=Status.WAITING)
    attempt = models.PositiveIntegerField("第几次运行", default=1)
    # Of the present run: its beginning, and how many were out already. Rate and time left follow.
    run_at = models.DateTimeField("本次运行开始", null=True, blank=True)
    run_from = models.PositiveIntegerField("本次运行前已印", default=0)
    bound = models.PositiveIntegerField("已汇总", default=0)
    checked = models.PositiveIntegerField("逐页比对", default=0)
    message = models.CharField("结果", max_length=500, blank=True)
    file = models.FileField("成品文件", upload_to="batches/", blank=True, editable=False)
    sha256 = models.CharField("成品摘要", max_length=64, blank=True)
    size = models.PositiveBigIntegerField("成品字节", default=0)
    file_removed_on = models.DateField("成品清除日期", null=True, blank=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    started_at = models.DateTimeField("开始", null=True, blank=True)
    finished_at = models.DateTimeField("结束", null=True, blank=True)
    heartbeat_at = models.DateTimeField("最近动静", default=timezone.now)
    log = models.JSONField("经过", default=list, editable=False)  # [{"at", "what", "by", "message"}]

    objects = PrintBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "打印批次"
        indexes = [models.Index(fields=["status", "heartbeat_at"], name="print_batch_going")]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("print-batch", args=[self.number])

    @property
    def case(self):
        return self

    def case_key(self):
        return PrintBatch, self.pk

    def record(self, name, custom, subject, by, address, before, details):
        """What the door records of an act: one more line. The caller holds the lock on this row."""
        line = {
            "at": timezone.now().isoformat(),
            "what": custom["label"],
            "by": by.name,
            "message": self.message,
        }
        self.log = [*self.log, line]
        self.save(update_fields=["log"])

    def after(self, thing, name, details):
        """A batch moves no clock."""

    @property
    def printable_count(self):
        """Of a batch `with_counts`: how many there are to print."""
        counted = [getattr(self, f"{state}_count") for state in PrintItem.State.values if state != "excluded"]
        return sum(counted)

    @property
    def lines(self):
        """The log, newest first, its moments as such."""
        return [{**line, "at": datetime.fromisoformat(line["at"])} for line in reversed(self.log)]

    @property
    def is_silent(self):
        return self.status in self.GOING_ON and self.heartbeat_at < timezone.now() - SILENCE

    def is_mine(self, attempt):
        """Whether this run is still the one that works; pausing and taking up again begin another."""
        return PrintBatch.objects.filter(pk=self.pk, attempt=attempt, status__in=self.GOING_ON).exists()

    def beat(self, attempt, **facts):
        """Say that this run is alive. False when it is over or another one has taken its place."""
        mine = PrintBatch.objects.filter(pk=self.pk, attempt=attempt)
        return bool(mine.update(heartbeat_at=timezone.now(), **facts))

    # ── the acts ──

    @step(
        "status", source=[S.WAITING], target=S.RUNNING, label="开始打印", article=ARTICLE, who=permissions.the_system,
        checks=[checks.is_the_latest_run],
    )  # fmt: skip
    def start(self, attempt):
        """第八十四条：工作进程取走；已经印出的，不会再印。"""
        self.run_at = self.heartbeat_at = timezone.now()
        self.started_at = self.started_at or self.run_at
        self.run_from = self.items.filter(state=PrintItem.State.DONE).count()
        self.finished_at, self.message = None, ""

    @step(
        "status", source=[S.WAITING, S.RUNNING], target=S.PAUSED, label="暂停", article=ARTICLE,
        who=permissions.may_run_batch,
    )  # fmt: skip
    def pause(self):
        """第八十四条：手上的几份印完就停；已印出的有效。"""

    @step(
        "status", source=[S.WAITING, S.RUNNING], target=S.PAUSED, label="比对不一致，停止", article=ARTICLE,
        who=permissions.the_system,
    )  # fmt: skip
    def halt(self, reason):
        """第八十四条：抽样比对与标准排版不一致的，整批停下，查明以前不再印。"""
        self.message = reason[:500]

    @step(
        "status", source=[S.PAUSED], target=S.WAITING, label="继续", article=ARTICLE, who=permissions.may_run_batch,
    )  # fmt: skip
    def resume(self):
        """第八十四条：从断处继续，编号不重、文书不漏。"""
        self._begin_again()

    @step(
        "status", source=[S.WAITING, S.RUNNING, S.PAUSED], target=S.CANCELLED, label="取消批次", article=ARTICLE,
        who=permissions.may_run_batch,
    )  # fmt: skip
    def cancel(self):
        """第八十四条：没有印的不再印；已印出的仍然有效。"""
        self.finished_at = timezone.now()

    @step(
        "status", source=[S.WAITING, S.RUNNING, S.BINDING], target=S.WAITING, label="中断后接手", article=ARTICLE,
        who=permissions.the_system, checks=[checks.is_silent],
    )  # fmt: skip
    def take_up(self):
        """第八十四条：工作进程中断的，由另一个接手，从断处继续。"""
        self._begin_again()

    @step(
        "status", source=[S.RUNNING], target=S.BINDING, label="汇总", article=ARTICLE, who=permissions.the_system,
        checks=[checks.is_the_latest_run, checks.everything_is_settled],
    )  # fmt: skip
    def bind(self, attempt):
        """第八十四条：逐份印完，汇成成品。"""
        self.heartbeat_at, self.bound = timezone.now(), 0

    @step(
        "status", source=[S.BINDING], target=S.DONE, label="完成", article=ARTICLE, who=permissions.the_system,
        checks=[checks.is_the_latest_run, checks.nothing_failed],
    )  # fmt: skip
    def finish(self, attempt, output=None):
        """第八十四条：全部印出。"""
        self._take(output)

    @step(
        "status", source=[S.BINDING], target=S.PARTIAL, label="完成，有未印出的", article=ARTICLE,
        who=permissions.the_system, checks=[checks.is_the_latest_run],
    )  # fmt: skip
    def finish_partly(self, attempt, message, output=None):
        """第八十四条：个别没有印出的，写明原因，处理后重试。"""
        self._take(output)
        self.message = message[:500]

    @step(
        "status", source=[S.PARTIAL], target=S.WAITING, label="重试", article=ARTICLE, who=permissions.may_run_batch,
    )  # fmt: skip
    def retry(self):
        """第八十四条：没有印出的再印一次；原来的文号继续用。"""
        self.items.filter(state=PrintItem.State.FAILED).update(state=PrintItem.State.WAITING, reason="")
        self._begin_again()

    @step(
        "status", source=[S.DONE], target=S.WAITING, label="重新汇总", article=ARTICLE, who=permissions.may_run_batch,
        checks=[checks.output_was_removed],
    )  # fmt: skip
    def bind_again(self):
        """第八十四条：成品清除以后，由原来的文书重新汇总，文书不变。"""
        self._begin_again()

    def _begin_again(self):
        self.attempt += 1
        self.heartbeat_at, self.finished_at = timezone.now(), None

    def _take(self, output):
        """`output`: (name in storage, sha256, bytes), None where there is no single file."""
        if output:
            self.file.name, self.sha256, self.size = output
            self.file_removed_on = None
        self.finished_at = timezone.now()


class PrintItemQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(batch__in=PrintBatch.objects.visible_to(user).values("pk"))

    def in_order(self):
        return self.order_by("place")


class PrintItem(models.Model):
    """一批中的一份协议：印它的哪份文书，印到哪一步，没有印出或没有列入的原因。

    Work to be shared out, written in sets; the paper's own state changes at the door.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "等待"
        CLAIMED = "claimed", "正在打印"
        DONE = "done", "已印出"
        FAILED = "failed", "没有印出"
        EXCLUDED = "excluded", "未列入"

    batch = models.ForeignKey(PrintBatch, models.CASCADE, related_name="items", verbose_name="批次")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="print_items", verbose_name="协议")
    paper = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="print_items", verbose_name="文书"
    )
    place = models.PositiveIntegerField("次序")  # by region and number; those left out come last
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField("原因", max_length=500, blank=True)
    tries = models.PositiveSmallIntegerField("打印次数", default=0)
    claim = models.CharField("由谁打印", max_length=32, blank=True)
    claimed_at = models.DateTimeField("取走时间", null=True, blank=True)
    settled_at = models.DateTimeField("了结时间", null=True, blank=True)

    objects = PrintItemQuerySet.as_manager()

    class Meta:
        ordering = ["batch", "place"]
        verbose_name = verbose_name_plural = "打印批次中的协议"
        constraints = [
            models.UniqueConstraint(fields=["batch", "agreement"], name="agreement_once_a_batch"),
        ]
        indexes = [models.Index(fields=["batch", "state", "place"], name="print_item_next")]

    def __str__(self):
        return f"{self.batch}#{self.place}"
