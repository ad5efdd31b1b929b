from django.db import models
from django.db.models import Q
from django.urls import reverse

from agreements.checks import not_in_the_future, reason_is_given
from agreements.gate import step
from agreements.models.stateful import StateField
from agreements.permissions import agency_clerk, agency_leader

from ..records import outside_checks as rules
from ..records.permissions import addressee_or_clerk
from .record import NoHospital, Record, person_field


class NoticeStatus(models.TextChoices):
    NEW = "new", "填写"
    OPEN = "open", "调查中"
    CONCLUDED = "concluded", "已有结论"


class ExternalNotice(Record):
    """外部通报：审计、公安等部门通报乙方涉嫌重大违法违规，待其结论期间可以暂停结算（第六十九条）。

    The hold itself is the agreement's own and decided by three people; this row keeps it until the conclusion is filed.
    """

    kind_name = "外部通报"
    Status = NoticeStatus
    OPEN = (NoticeStatus.OPEN,)
    FACTS = ("source", "number", "received_on", "matter")
    TOLD = ("outcome", "concluded_on", "conclusion")
    files_are_internal = True

    class Source(models.TextChoices):
        AUDIT = "audit", "审计机关"
        POLICE = "police", "公安机关"
        PROCURATORATE = "procuratorate", "检察院"
        COURT = "court", "法院"
        DISCIPLINE = "discipline", "纪检监察机关"
        HEALTH = "health", "卫生健康部门"
        TCM = "tcm", "中医药部门"
        MARKET = "market", "市场监管部门"
        DRUGS = "drugs", "药品监管部门"

    class Outcome(models.TextChoices):
        PROVED = "proved", "查实违反协议约定"
        NOT_PROVED = "not_proved", "没有查实"

    status = StateField("状态", choices=NoticeStatus, default=NoticeStatus.NEW, db_index=True)
    source = models.CharField("通报部门", max_length=15, choices=Source)
    number = models.CharField("通报文号", max_length=100)
    received_on = models.DateField("收到日期")
    matter = models.CharField("通报内容", max_length=1000)
    outcome = models.CharField("结论", max_length=12, choices=Outcome, blank=True)
    concluded_on = models.DateField("结论日期", null=True, editable=False)
    conclusion = models.CharField("结论内容", max_length=2000, blank=True)

    objects = NoHospital.as_manager()

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = "外部通报"
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="concluded") | (~Q(conclusion="") & ~Q(outcome="")),
                name="notice_concluded_with_words",
                violation_error_message="登记结论须写明结论和内容",
            )
        ]

    def get_absolute_url(self):
        return reverse("external-notice", args=[self.agreement.number, self.pk])

    @property
    def summary(self):
        return f"{self.get_source_display()}通报（{self.number}）"

    @property
    def hold_reason(self):
        """Why settlement is stopped, as the hospital reads it; nothing of what is being investigated."""
        return f"{self.get_source_display()}通报涉嫌重大违法违规，待其调查完结（通报{self.pk}）"

    @property
    def holds(self):
        return self.agreement.payment_holds.filter(reason=self.hold_reason)

    @property
    def proposals_to_hold(self):
        return self.agreement.proposals.filter(act="hold_payment", details__reason=self.hold_reason)

    @step(
        "status", source=[NoticeStatus.NEW], target=NoticeStatus.OPEN, label="登记外部通报", article="第六十九条", needs="outside_notice",
        who=agency_clerk, checks=[rules.agreement_is_live, rules.received_by_today, rules.notice_is_new, not_in_the_future],
    )  # fmt: skip
    def file(self, facts, files, on, by):
        """第六十九条：有关部门向甲方通报乙方涉嫌重大违法违规、影响基金安全的，登记在案。"""
        self.take(facts, files, by, on)

    @step(
        "status", source=[NoticeStatus.OPEN], target=None, label="提请暂停结算", needs="outside_notice", article="第六十九条", who=agency_clerk,
        checks=[rules.agreement_is_live, rules.not_held_yet, not_in_the_future],
    )  # fmt: skip
    def ask_to_hold(self, on):
        """第六十九条：甲方可以采取暂停医保费用结算等措施；由负责人按呈批决定。"""

    @step(
        "status", source=[NoticeStatus.OPEN], target=NoticeStatus.CONCLUDED, label="登记结论", article="第六十九条",
        who=agency_clerk,
        checks=[
            rules.conclusion_is_written, rules.conclusion_has_a_file, rules.concluded_in_order, not_in_the_future,
        ],
    )  # fmt: skip
    def conclude(self, outcome, text, concluded_on, files, on, by):
        """第六十九条：有关部门调查完结后登记结论；查实违反协议约定的，依据协议处理。"""
        self.outcome, self.conclusion, self.concluded_on, self.closed_on = outcome, text, concluded_on, on
        self.keep(files, by)


class LetterStatus(models.TextChoices):
    NEW = "new", "填写"
    DRAFT = "draft", "待签发"
    SENT = "sent", "已发出"
    RECEIVED = "received", "已签收"
    ANSWERED = "answered", "已反馈"
    CANCELLED = "cancelled", "不发"


L = LetterStatus


class Letter(Record):
    """甲方致其他部门的函：经办起草，负责人签发，对方签收、反馈结果。"""

    Status = LetterStatus
    OPEN = (L.DRAFT, L.SENT, L.RECEIVED)
    FACTS = ("addressee", "matter", "basis")
    TOLD = ("sent_on", "received_on", "result", "closing_reason")
    files_are_internal = True
    to_authority = True

    status = StateField("状态", choices=L, default=L.NEW, db_index=True)
    addressee = models.CharField("致", max_length=100)
    matter = models.CharField("事实", max_length=2000)
    basis = models.CharField("依据", max_length=500, blank=True)
    sent_by = person_field("签发人")
    sent_on = models.DateField("发出日期", null=True, editable=False)
    received_on = models.DateField("签收日期", null=True, editable=False)
    result = models.CharField("反馈结果", max_length=2000, blank=True)
    closing_reason = models.CharField("不发的原因", max_length=500, blank=True)

    objects = NoHospital.as_manager()

    class Meta(Record.Meta):
        abstract = True

    @property
    def summary(self):
        return f"{self.kind_name}：致{self.addressee}"

    @step(
        "status", source=[L.NEW], target=L.DRAFT, label="起草", article="第七十条", who=agency_clerk,
        checks=[rules.matter_is_written, not_in_the_future],
    )  # fmt: skip
    def file(self, facts, files, on, by):
        """第七十条、第六十一条、第四条：写明事实和依据，附有关材料，送负责人签发。"""
        self.take(facts, files, by, on)

    @step(
        "status", source=[L.DRAFT], target=L.SENT, label="签发", article="办审分离", who=agency_leader,
        checks=[rules.not_the_drafter, not_in_the_future, rules.not_before_filing],
    )  # fmt: skip
    def send(self, on, by):
        """办审分离：起草之外的负责人签发，函件编号、印出。"""
        self.sent_on, self.sent_by = on, by

    @step(
        "status", source=[L.DRAFT], target=L.CANCELLED, label="不发", article="办审分离", who=agency_leader,
        checks=[reason_is_given, not_in_the_future],
    )  # fmt: skip
    def refuse(self, reason, on):
        """办审分离：负责人决定不发，写明原因。"""
        self.closing_reason, self.closed_on = reason, on

    @step(
        "status", source=[L.SENT], target=L.RECEIVED, label="签收", article="第七十条", who=addressee_or_clerk,
        checks=[rules.not_before_sending, not_in_the_future],
    )  # fmt: skip
    def receive(self, on):
        """第七十条：收件部门签收。"""
        self.received_on = on

    @step(
        "status", source=[L.RECEIVED], target=L.ANSWERED, label="登记反馈结果", article="第七十条", who=addressee_or_clerk,
        checks=[rules.result_is_written, rules.not_before_receiving, not_in_the_future],
    )  # fmt: skip
    def answer(self, text, files, on, by):
        """第七十条：收件部门的处理结果；不影响乙方按协议承担违约责任。"""
        self.result, self.closed_on = text, on
        self.keep(files, by)


class Referral(Letter):
    """移送函：依法应当给予行政处罚的，移交同级医疗保障行政部门（第七十条，D-25）。"""

    kind_name = "移送函"

    class Meta(Letter.Meta):
        verbose_name = verbose_name_plural = "移送函"

    def get_absolute_url(self):
        return reverse("referral", args=[self.agreement.number, self.pk])


class DiscreditProposal(Letter):
    """失信名单提请函：骗取医保基金查实的，提请纳入失信名单；名单由行政部门管理（第六十一条，D-25）。"""

    kind_name = "失信名单提请函"
    FACTS = ("addressee", "persons", "matter", "basis")

    persons = models.CharField("提请纳入的单位和人员", max_length=500)

    class Meta(Letter.Meta):
        verbose_name = verbose_name_plural = "失信名单提请函"

    def get_absolute_url(self):
        return reverse("discredit", args=[self.agreement.number, self.pk])


class AuthorityFiling(Letter):
    """违约处理备案表：检查属实、依约处理的，报同级医疗保障行政部门备案（第六十一条，D-25）。"""

    kind_name = "违约处理备案表"

    class Meta(Letter.Meta):
        verbose_name = verbose_name_plural = "违约处理备案表"

    def get_absolute_url(self):
        return reverse("filing", args=[self.agreement.number, self.pk])

    @step(
        "status", source=[L.NEW], target=L.DRAFT, label="起草", article="第六十一条", who=agency_clerk,
        checks=[rules.case_is_decided, rules.matter_is_written, not_in_the_future],
    )  # fmt: skip
    def file(self, facts, files, on, by):
        """第六十一条：经检查属实、已经决定的案件，写明怎样处理，送负责人签发备案。"""
        self.take(facts, files, by, on)


class DeptNotification(Letter):
    """部门通报函：向卫生健康、中医药、市场监管、药品监管等部门通报（第四条（六），D-26）。"""

    kind_name = "部门通报函"
    to_authority = False

    class Meta(Letter.Meta):
        verbose_name = verbose_name_plural = "部门通报函"

    def get_absolute_url(self):
        return reverse("dept-notification", args=[self.agreement.number, self.pk])
