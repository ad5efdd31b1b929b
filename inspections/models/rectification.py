from django.db import models
from django.urls import reverse

from agreements import checks as common
from agreements.clocks.actions import about_of, stop_clocks
from agreements.clocks.named import drop_clocks_about, start_clock_until
from agreements.gate import step
from agreements.models import Attachment
from agreements.models.stateful import StateField

from ..cases import permissions
from ..cases import rectification_checks as rules
from ..cases import undoing_checks as undoing
from .case_rows import ActsOfCase, CanBeCancelled, files, of_case, paper_field, person


class InterviewStatus(models.TextChoices):
    CALLED = "called", "已通知"
    HELD = "held", "已约谈"
    CANCELLED = "cancelled", "已撤销"


class Interview(CanBeCancelled, ActsOfCase):
    """约谈：乙方法定代表人、主要负责人或实际控制人；通知、记录、签名（第六十三条）。"""

    kind_name = "约谈"

    breach_case = of_case("interviews")
    persons = models.CharField("被约谈人", max_length=200)
    place = models.CharField("地点", max_length=200)
    at = models.DateTimeField("时间")
    matters = models.CharField("事项", max_length=1000)
    status = StateField("状态", choices=InterviewStatus, default=InterviewStatus.CALLED)
    called_by = person("通知人")
    called_on = models.DateField("通知日期")
    paper = paper_field("约谈通知书")
    record_paper = paper_field("约谈记录")
    held_on = models.DateField("约谈日期", null=True, editable=False)
    present = models.CharField("到场人员", max_length=300, blank=True)
    minutes = models.CharField("约谈记录", max_length=4000, blank=True)
    attachments = files("签名的记录")

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "约谈"

    def __str__(self):
        return f"{self.breach_case}-约{self.pk}"

    def get_absolute_url(self):
        return reverse("interview", args=[self.breach_case.number, self.pk])

    @step(
        "status", source=[InterviewStatus.CALLED], target=InterviewStatus.HELD, label="登记约谈记录", article="第六十三条",
        who=permissions.agency_clerk, checks=[rules.minutes_are_signed, rules.held_after_it_was_called, common.not_in_the_future],
    )  # fmt: skip
    def hold(self, present, minutes, files, on, by):
        """第六十三条：约谈法定代表人、主要负责人或实际控制人，记录由到场人员签名。"""
        self.present, self.minutes, self.held_on = present, minutes, on
        self.attachments.add(*Attachment.keep(self.agreement, files, by))

    @step(
        "status", source=[InterviewStatus.CALLED], target=InterviewStatus.CANCELLED, label="撤销约谈", article="第八十一条",
        who=permissions.agency_leader, checks=[undoing.decision_was_quashed, common.reason_is_given],
    )  # fmt: skip
    def cancel(self, reason, on):
        """第八十一条：所依的处理被撤销、变更的，没有办的约谈不再办。"""
        self.fall(reason, on)


class RectificationStatus(models.TextChoices):
    PENDING = "pending", "待整改"
    SUBMITTED = "submitted", "已提交"
    ACCEPTED = "accepted", "验收通过"
    RETURNED = "returned", "退回"
    OVERDUE = "overdue", "逾期"
    CANCELLED = "cancelled", "已撤销"


R = RectificationStatus
SERVED = "rectification_served"


class Rectification(CanBeCancelled, ActsOfCase):
    """限期整改：乙方在期限内提交整改报告和材料，甲方两人验收；到位的恢复拨付（第六十三条、第六十四条）。

    `suspension`: bound to the suspension during which it runs (第六十七条（一）). `hold`: payment that waits for it.
    """

    kind_name = "限期整改"
    Status = R
    OPEN = [R.PENDING, R.SUBMITTED, R.RETURNED, R.OVERDUE]
    WITH_HOSPITAL = [R.PENDING, R.RETURNED, R.OVERDUE]

    breach_case = of_case("rectifications")
    problems = models.CharField("问题", max_length=2000)
    requirement = models.CharField("整改要求", max_length=2000)
    due_on = models.DateField("整改期限")
    ordered_on = models.DateField("要求日期")
    suspension = models.ForeignKey(
        "agreements.Suspension", models.PROTECT, null=True, blank=True, related_name="rectifications", verbose_name="中止"
    )  # fmt: skip
    hold = models.ForeignKey(
        "agreements.PaymentHold", models.PROTECT, null=True, blank=True, related_name="rectifications", verbose_name="暂停拨付"
    )  # fmt: skip
    paper = paper_field("限期整改通知书")
    status = StateField("状态", choices=R, default=R.PENDING, db_index=True)
    report = models.CharField("整改情况", max_length=4000, blank=True)
    attachments = files("整改材料")
    submitted_by = person("提交人")
    submitted_on = models.DateField("提交日期", null=True, editable=False)
    late = models.BooleanField("逾期", default=False, editable=False)
    commitment_paper = paper_field("承诺书")
    checked_by = person("第一验收人")
    check_opinion = models.CharField("验收意见", max_length=1000, blank=True)
    accepted_by = person("复验人")
    accepted_on = models.DateField("验收日期", null=True, editable=False)
    returning_reason = models.CharField("退回原因", max_length=1000, blank=True)
    rounds = models.PositiveSmallIntegerField("次数", default=1, editable=False)
    held_note = models.CharField("暂停期间费用", max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "限期整改"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("ordered_on")),
                name="rectification_due_in_order",
                violation_error_message="整改期限不能早于要求日期",
            )
        ]

    def __str__(self):
        return f"{self.breach_case}-改{self.pk}"

    def get_absolute_url(self):
        return reverse("rectification", args=[self.breach_case.number, self.pk])

    @property
    def is_open(self):
        return self.status in self.OPEN

    @property
    def material(self):
        """What the letter of commitment names."""
        return f"违约案件{self.breach_case}的整改报告"

    @property
    def about(self):
        """What its clock is about: the notice, and which time it was asked for."""
        return f"{about_of(self.paper or self)}{f'（第{self.rounds}次）' if self.rounds > 1 else ''}"

    def follow(self, name, details):
        """What an act on it starts and stops by the clock; a return runs to the day that it names."""
        if name == "submit":
            stop_clocks(self.agreement, SERVED, details["on"], about=[self.about])
        elif name == "send_back":
            start_clock_until(self.agreement, SERVED, details["on"], self.due_on, self.about)
        elif name == "cancel":
            drop_clocks_about(self.agreement, SERVED, details["on"], self.about)

    def stands_against(self, name, by, details):
        """Why accepting it does not carry the release of its hold; None when it does. Asked by the door for `proposal=`."""
        if self.status != R.SUBMITTED or self.checked_by_id is None:
            return "整改还没有经第一人验收"
        if by.pk == self.checked_by_id:
            return "第一验收人不能自己复验，由负责人办理"
        carried = name == "release_payment" and details["hold"] == self.hold and details["outcome"] == "paid"
        return None if carried else "整改验收只恢复本件的暂停拨付"

    @step(
        "status", source=WITH_HOSPITAL, target=R.SUBMITTED, label="提交整改报告", article="第六十三条",
        who=permissions.institution_side,
        checks=[rules.report_is_written, rules.report_has_files, common.not_in_the_future],
    )  # fmt: skip
    def submit(self, report, files, on, by):
        """第六十三条、第六十四条：在期限内整改并提交报告；逾期的也收下并注明。"""
        self.report, self.submitted_by, self.submitted_on = report, by, on
        self.late = self.late or on > self.due_on
        self.checked_by, self.check_opinion, self.returning_reason = None, "", ""
        self.attachments.add(*Attachment.keep(self.agreement, files, by))

    @step(
        "status", source=[R.SUBMITTED], target=None, label="初验", article="第六十三条",
        who=permissions.agency_clerk, checks=[rules.not_checked_yet, common.not_in_the_future],
    )  # fmt: skip
    def check_once(self, opinion, on, by):
        """第六十三条：第一人验收，写明意见，转另一人复验。"""
        self.checked_by, self.check_opinion = by, opinion

    @step(
        "status", source=[R.SUBMITTED], target=R.ACCEPTED, label="验收通过", article="第六十四条",
        who=permissions.accepter,
        checks=[rules.was_checked_once, rules.not_the_first_checker, common.not_in_the_future],
    )  # fmt: skip
    def accept(self, held_note, on, by):
        """第六十三条、第六十四条：两人验收，整改到位；暂停拨付的，暂停期间符合规定的费用予以支付。"""
        self.accepted_by, self.accepted_on, self.held_note = by, on, held_note

    @step(
        "status", source=[R.SUBMITTED], target=R.RETURNED, label="退回整改", article="第六十三条",
        who=permissions.clerk_or_reviewer,
        checks=[common.reason_is_given, rules.due_day_is_ahead, common.not_in_the_future],
    )  # fmt: skip
    def send_back(self, reason, due_on, on):
        """第六十三条、第六十四条：整改不到位的，写明原因，重新限期；暂停拨付继续。"""
        self.returning_reason, self.due_on = reason, due_on
        self.rounds += 1

    @step(
        "status", source=[R.PENDING, R.RETURNED], target=R.OVERDUE, label="整改逾期", article="第六十三条",
        who=permissions.the_system, checks=[rules.is_past_due],
    )  # fmt: skip
    def fall_overdue(self, on):
        """第六十三条、第六十四条：期限已过没有提交；暂停拨付继续，不自动转为不予支付。"""
        self.late = True

    @step(
        "status", source=OPEN, target=R.CANCELLED, label="撤销限期整改", article="第八十一条",
        who=permissions.agency_leader, checks=[undoing.decision_was_quashed, common.reason_is_given],
    )  # fmt: skip
    def cancel(self, reason, on):
        """第八十一条：所依的处理被撤销、变更的，没有办结的整改不再办；因此暂停的拨付另行恢复。"""
        self.fall(reason, on)
