from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from institutions.models import Role

from .. import permissions
from ..gate import step
from ..jobs import checks
from ..jobs.checks import SILENCE
from .querysets import OfAgreement
from .stateful import StateField, Stateful


class JobQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The system administrator sees every job; an agency those that its people asked for."""
        if getattr(user, "role", "") == Role.SYSTEM_ADMIN:
            return self
        return self.filter(asked_by__agency=user.agency_id) if user.agency_id else self.none()

    def interrupted(self):
        return self.filter(status=Job.Status.RUNNING, heartbeat_at__lt=timezone.now() - SILENCE)

    def forgotten(self):
        """Asked for, and no worker has begun it."""
        return self.filter(status=Job.Status.WAITING, heartbeat_at__lt=timezone.now() - SILENCE)

    def alive(self):
        """What a page may wait for."""
        going = [Job.Status.WAITING, Job.Status.RUNNING]
        return self.filter(status__in=going, heartbeat_at__gte=timezone.now() - SILENCE)


class Job(Stateful):
    """一件后台任务：做什么、为哪一天、对什么，只有一件。每次运行在 `log` 里各记几笔，从不改写。

    It passes the same door as an agreement and is its own case; what the door records stays in the row.
    """

    kind_name = "后台任务"

    class Name(models.TextChoices):
        """A function of `agreements.tasks`, and what people call it."""

        DAILY = "daily", "每日办理"
        PAPERS = "print_owed_papers", "补印文书"
        SUPPLEMENTS = "send_supplements", "发送统一补充协议"

    class Status(models.TextChoices):
        WAITING = "waiting", "等待中"
        RUNNING = "running", "运行中"
        DONE = "done", "已完成"
        FAILED = "failed", "没有完成"

    name = models.CharField("任务", max_length=40, choices=Name)
    day = models.DateField("日期")
    subject = models.CharField("对象", max_length=100, blank=True)
    status = StateField("状态", choices=Status, default=Status.WAITING)
    attempt = models.PositiveIntegerField("第几次运行", default=0)
    total = models.PositiveIntegerField("共", default=0)
    done = models.PositiveIntegerField("已办", default=0)
    message = models.CharField("结果", max_length=500, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="谁要求的",
    )
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    started_at = models.DateTimeField("开始", null=True, blank=True)
    heartbeat_at = models.DateTimeField("最近动静", default=timezone.now)
    finished_at = models.DateTimeField("结束", null=True, blank=True)
    log = models.JSONField("经过", default=list, editable=False)  # [{"at", "what", "by", "message"}]

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-pk"]
        verbose_name = verbose_name_plural = "后台任务"
        constraints = [
            models.UniqueConstraint(
                fields=["name", "day", "subject"],
                name="one_job_a_day",
                violation_error_message="这一天的这项任务已经有了",
            ),
            models.CheckConstraint(
                condition=Q(done__lte=F("total")),
                name="job_done_within_total",
                violation_error_message="已办的不能多于总数",
            ),
        ]
        indexes = [models.Index(fields=["status", "heartbeat_at"])]

    def __str__(self):
        return f"{self.get_name_display()} {self.day}"

    @property
    def case(self):
        return self

    def case_key(self):
        return Job, self.pk

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
        """A job moves no clock."""

    @property
    def is_silent(self):
        return self.heartbeat_at < timezone.now() - SILENCE

    @property
    def is_interrupted(self):
        """中断: it says that it runs, and has not been heard of."""
        return self.status == self.Status.RUNNING and self.is_silent

    @property
    def is_forgotten(self):
        return self.status == self.Status.WAITING and self.is_silent

    @property
    def label(self):
        return "中断" if self.is_interrupted else self.get_status_display()

    @property
    def lines(self):
        """The log, newest first, its moments as such."""
        return [{**line, "at": datetime.fromisoformat(line["at"])} for line in reversed(self.log)]

    def beat(self, done, total):
        """Report progress. False when this run is over or another one has taken its place."""
        running = Job.objects.filter(pk=self.pk, status=self.Status.RUNNING, attempt=self.attempt)
        return bool(running.update(done=done, total=max(done, total), heartbeat_at=timezone.now()))

    # ── the acts ──

    @step(
        status, source=[Status.WAITING], target=Status.RUNNING, label="开始运行", article="后台任务",
        who=permissions.the_system,
    )  # fmt: skip
    def start(self):
        """后台任务：工作进程取走，从头运行；已经办了的，运行时不会再办。"""
        self.attempt += 1
        self.done = self.total = 0
        self.started_at = self.heartbeat_at = timezone.now()
        self.finished_at, self.message = None, ""

    @step(
        status, source=[Status.RUNNING], target=Status.DONE, label="完成", article="后台任务",
        who=permissions.the_system, checks=[checks.is_the_latest_run],
    )  # fmt: skip
    def finish(self, attempt, message):
        """后台任务：运行到底。个别记录没有办成的，写在结果里，不算任务没有完成。"""
        self.finished_at, self.message = timezone.now(), message[:500]

    @step(
        status, source=[Status.RUNNING], target=Status.FAILED, label="没有完成", article="后台任务",
        who=permissions.the_system, checks=[checks.is_the_latest_run],
    )  # fmt: skip
    def fail(self, attempt, message):
        """后台任务：运行出错或被停止；可以重新运行。"""
        self.finished_at, self.message = timezone.now(), message[:500]

    @step(
        status, source=[Status.RUNNING, Status.DONE, Status.FAILED], target=Status.WAITING, label="重新运行",
        article="后台任务", who=permissions.may_run_jobs, checks=[checks.nothing_runs],
    )  # fmt: skip
    def ask_again(self):
        """后台任务：没有完成、中断的，或要再办一遍的，重新排队。"""
        self.heartbeat_at = timezone.now()


class DailyFailureQuerySet(OfAgreement):
    def visible_to(self, user):
        """Whoever sees the agreement; and the system administrator, who mends what is broken."""
        return self if getattr(user, "role", "") == Role.SYSTEM_ADMIN else super().visible_to(user)

    def open(self):
        return self.filter(resolved_on=None)


class DailyFailure(models.Model):
    """每日办理没有办成的一件：哪份协议、哪一步、为什么。以后办成了，或不再需要办，自行了结。"""

    class Step(models.TextChoices):
        LAPSE = "lapse", "超期终止"
        SETTLE = "settle", "期满处理"
        BEGIN = "begin", "生效"
        CALENDAR = "calendar", "时限重算"
        ROUND = "round", "时限转入下一期"
        REMIND = "remind", "时限提醒"
        CHANGES = "changes", "变更申请随协议了结"
        REQUESTS = "requests", "中止等申请随协议了结"
        PERMITS = "permits", "项目申请随协议了结"
        CONSULTED = "consulted", "事先协商随协议了结"
        RECOVER = "recover", "缴款到期"
        RECTIFY = "rectify", "整改逾期"

    agreement = models.ForeignKey(
        "Agreement", models.PROTECT, related_name="daily_failures", verbose_name="协议"
    )
    step = models.CharField("事项", max_length=10, choices=Step)
    due_on = models.DateField("应办日期")
    first_failed_on = models.DateField("首次未办成")
    last_failed_at = models.DateTimeField("最近未办成")
    times = models.PositiveIntegerField("次数", default=1)
    reason = models.CharField("原因", max_length=500)
    resolved_on = models.DateField("了结日期", null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="重新办理的人",
    )

    objects = DailyFailureQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = verbose_name_plural = "每日办理没有办成的"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "step"],
                condition=Q(resolved_on=None),
                name="one_open_failure_a_step",
                violation_error_message="这份协议的这一步已经列在没有办成的里面",
            ),
        ]

    def __str__(self):
        return f"{self.agreement.number} {self.get_step_display()}"

    @property
    def case(self):
        return self.agreement
