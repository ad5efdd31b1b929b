from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A person's own, as long as they stand for the party to which it was written."""
        if user.institution_id:
            return self.filter(recipient_id=user.pk, agreement__institution=user.institution_id)
        if user.agency_id:
            return self.filter(recipient_id=user.pk, agreement__agency=user.agency_id)
        return self.none()

    def unread(self):
        return self.filter(read_at=None)

    def to_mail(self):
        """What is to go out by mail and has not: nobody is mailed what they have read, or no longer want."""
        wanting = Q(recipient__is_active=True, recipient__mail_wanted=True) & ~Q(recipient__email="")
        return self.filter(wanting, by_mail=True, sent_at=None, read_at=None)


class Message(models.Model):
    """给一个人的一条消息：一件事，或一个时限的提醒（`deadline` 和到期前的天数）。"""

    agreement = models.ForeignKey("Agreement", models.PROTECT, related_name="messages", verbose_name="协议")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="messages", verbose_name="收件人"
    )
    subject = models.CharField("事由", max_length=100)
    text = models.CharField("内容", max_length=500)
    url = models.CharField("去处", max_length=200)
    deadline = models.ForeignKey(
        "Deadline", models.PROTECT, null=True, blank=True, related_name="reminders", verbose_name="时限"
    )
    days = models.SmallIntegerField("到期前天数", null=True, blank=True)
    # The due day that was reminded of: once it moves (第七条：补正期间不计), the reminders begin anew.
    due_on = models.DateField("所提醒的到期日", null=True, blank=True)
    created_at = models.DateTimeField("时间", default=timezone.now)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)
    by_mail = models.BooleanField("也发邮件", default=False)
    sent_at = models.DateTimeField("发出邮件时间", null=True, blank=True)
    mail_failures = models.PositiveIntegerField("没有发出的次数", default=0, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "消息"
        constraints = [
            models.UniqueConstraint(
                fields=["deadline", "recipient", "days", "due_on"],
                name="one_reminder_a_person_and_day",
                violation_error_message="这一天的提醒已经有了",
            ),
            models.CheckConstraint(
                condition=Q(deadline__isnull=True, days__isnull=True)
                | Q(deadline__isnull=False, days__isnull=False),
                name="reminder_says_which_day",
                violation_error_message="提醒须写明是哪一个时限、到期前几日",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(by_mail=True),
                name="mailed_if_wanted",
                violation_error_message="只有要发邮件的消息才有发出时间",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"]),
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="unread_message"),
            models.Index(
                fields=["recipient"],
                condition=Q(by_mail=True, sent_at=None, read_at=None),
                name="message_to_mail",
            ),
        ]

    def __str__(self):
        return self.subject
