from django.db import models
from django.urls import reverse

from agreements.checks import not_in_the_future, reason_is_given
from agreements.clocks import actions as clocks
from agreements.gate import step
from agreements.models.stateful import StateField
from agreements.permissions import authority, clerk_or_reviewer, institution_side

from ..records import dispute_checks as rules
from ..records.permissions import either_party
from .record import Record, person_field


class CoordinationStatus(models.TextChoices):
    NEW = "new", "填写"
    FILED = "filed", "已提请"
    ACCEPTED = "accepted", "已受理"
    CLOSED = "closed", "已答复"
    WITHDRAWN = "withdrawn", "已撤回"


C = CoordinationStatus


class CoordinationRequest(Record):
    """提请协调：乙方就拨付、审核、处理等与甲方有争议，提请同级医疗保障行政部门协调（第六条、第八十一条，D-31）。"""

    kind_name = "提请协调"
    Status = CoordinationStatus
    OPEN = (C.FILED, C.ACCEPTED)
    FACTS = ("about", "matter", "request")
    TOLD = ("accepted_on", "result")

    class About(models.TextChoices):
        PAYMENT = "payment", "费用拨付"
        AUDIT = "audit", "费用审核"
        HANDLING = "handling", "违约处理"
        OTHER = "other", "其他"

    status = StateField("状态", choices=C, default=C.NEW, db_index=True)
    about = models.CharField("事项", max_length=10, choices=About)
    matter = models.CharField("争议的事实和理由", max_length=2000)
    request = models.CharField("请求", max_length=1000)
    accepted_on = models.DateField("受理日期", null=True, editable=False)
    result = models.CharField("协调结果", max_length=2000, blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = "提请协调"

    def get_absolute_url(self):
        return reverse("coordination", args=[self.agreement.number, self.pk])

    @property
    def summary(self):
        return f"提请协调：{self.get_about_display()}"

    @step(
        "status", source=[C.NEW], target=C.FILED, label="提请协调", article="第六条、第八十一条", who=institution_side,
        checks=[rules.agreement_counts, rules.request_is_written, not_in_the_future],
    )  # fmt: skip
    def file(self, facts, files, on, by):
        """第六条、第八十一条：有争议的，乙方可以请求同级医疗保障行政部门协调处理。"""
        self.take(facts, files, by, on)

    @step(
        "status", source=[C.FILED], target=C.ACCEPTED, label="受理", article="第八十一条", who=authority,
        checks=[not_in_the_future],
    )  # fmt: skip
    def accept(self, on):
        """第八十一条：医疗保障行政部门受理。"""
        self.accepted_on = on

    @step(
        "status", source=[C.ACCEPTED], target=C.CLOSED, label="答复协调结果", article="第八十一条", who=authority,
        checks=[rules.result_is_written, not_in_the_future],
    )  # fmt: skip
    def conclude(self, text, files, on, by):
        """第八十一条：写明协调处理的结果，双方都看得到。"""
        self.result, self.closed_on = text, on
        self.keep(files, by)

    @step(
        "status", source=[C.FILED, C.ACCEPTED], target=C.WITHDRAWN, label="撤回", article="第八十一条", who=institution_side,
        checks=[reason_is_given, not_in_the_future],
    )  # fmt: skip
    def withdraw(self, reason, on):
        """第八十一条：双方已经协商解决的，乙方撤回，写明原因。"""
        self.result, self.closed_on = reason, on


class DisputeStatus(models.TextChoices):
    NEW = "new", "填写"
    PENDING = "pending", "审理中"
    DECIDED = "decided", "已有结果"


class Dispute(Record):
    """争议：行政复议、行政诉讼，在哪个机关、案号、日期、结果；结果可能要求重新处理（第八十一条）。"""

    kind_name = "争议"
    Status = DisputeStatus
    OPEN = (DisputeStatus.PENDING,)
    FACTS = ("kind", "body", "case_number", "began_on", "matter")
    TOLD = ("decided_on", "outcome", "result", "reopens")

    class Kind(models.TextChoices):
        REVIEW = "review", "行政复议"
        SUIT = "suit", "行政诉讼"

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "维持、驳回"
        REVOKED = "revoked", "撤销"
        CHANGED = "changed", "变更"
        REDONE = "redone", "责令重新处理"
        SETTLED = "settled", "调解、撤回"

    REOPENING = (Outcome.REVOKED, Outcome.CHANGED, Outcome.REDONE)

    status = StateField(
        "状态",
        choices=DisputeStatus,
        default=DisputeStatus.NEW,
        db_index=True,
    )
    kind = models.CharField("种类", max_length=8, choices=Kind)
    body = models.CharField("复议机关、法院", max_length=100)
    case_number = models.CharField("案号", max_length=100)
    began_on = models.DateField("受理、立案日期")
    matter = models.CharField("争议事项", max_length=2000)
    decided_on = models.DateField("结果作出日期", null=True, editable=False)
    outcome = models.CharField("结果", max_length=10, choices=Outcome, blank=True)
    result = models.CharField("结果内容", max_length=2000, blank=True)
    reopens = models.BooleanField("须重新处理", default=False, editable=False)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = "争议"

    def get_absolute_url(self):
        return reverse("dispute", args=[self.agreement.number, self.pk])

    @property
    def summary(self):
        return f"{self.get_kind_display()}：{self.body} {self.case_number}"

    @property
    def told(self):
        return [
            (label, "是，由甲方重新处理" if label == "须重新处理" else value)
            for label, value in super().told
            if value is not False
        ]

    @step(
        "status", source=[DisputeStatus.NEW], target=DisputeStatus.PENDING, label="登记争议", article="第八十一条", needs="dispute",
        who=either_party,
        checks=[rules.agreement_counts, rules.began_by_today, rules.dispute_is_new, not_in_the_future],
    )  # fmt: skip
    def file(self, facts, files, on, by):
        """第八十一条：就协议的签订、履行、变更和解除依法提起行政复议或行政诉讼的，登记在案。"""
        self.take(facts, files, by, on)

    @step(
        "status", source=[DisputeStatus.PENDING], target=DisputeStatus.DECIDED, label="登记结果", article="第八十一条",
        who=clerk_or_reviewer,
        checks=[rules.result_is_written, rules.result_has_a_file, rules.decided_in_order, not_in_the_future],
    )  # fmt: skip
    def conclude(self, outcome, text, decided_on, files, on, by):
        """第八十一条：登记复议决定、判决；撤销、变更、责令重新处理的，原处理须重新办理。"""
        self.outcome, self.result, self.decided_on, self.closed_on = outcome, text, decided_on, on
        self.reopens = outcome in self.REOPENING
        self.keep(files, by)


class OpinionStatus(models.TextChoices):
    NEW = "new", "填写"
    FILED = "filed", "待答复"
    ANSWERED = "answered", "已答复"


class Opinion(Record):
    """乙方的意见建议，或请甲方解释违约处理结果；甲方按时答复，以解释说明书为凭（第五条（八）（九），D-34）。"""

    kind_name = "意见和解释请求"
    Status = OpinionStatus
    OPEN = (OpinionStatus.FILED,)
    FACTS = ("kind", "subject", "text")
    TOLD = ("answer_text",)

    class Kind(models.TextChoices):
        OPINION = "opinion", "意见建议"
        EXPLANATION = "explanation", "请求解释违约处理结果"

    # What starts the agency's clock: T-24 or T-24b of the edition.
    EVENTS = {Kind.OPINION: "opinion_received", Kind.EXPLANATION: "explanation_requested"}

    status = StateField(
        "状态",
        choices=OpinionStatus,
        default=OpinionStatus.NEW,
        db_index=True,
    )
    kind = models.CharField("种类", max_length=12, choices=Kind)
    subject = models.CharField("事由", max_length=100, help_text="请求解释处理结果的，写决定的文号")
    text = models.CharField("内容", max_length=2000)
    answered_by = person_field("答复人")
    answer_text = models.CharField("甲方答复", max_length=4000, blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = "意见和解释请求"

    def get_absolute_url(self):
        return reverse("opinion", args=[self.agreement.number, self.pk])

    @property
    def summary(self):
        return f"{self.get_kind_display()}：{self.subject}"

    @step(
        "status", source=[OpinionStatus.NEW], target=OpinionStatus.FILED, label="提出意见、请求解释", article="第五条", needs="explanation",
        who=institution_side, checks=[rules.agreement_counts, rules.opinion_is_written, not_in_the_future],
    )  # fmt: skip
    def file(self, facts, files, on, by):
        """第五条：甲方建立协商机制，及时接收、解答、解释乙方的意见建议；作出的违约处理，向乙方解释。"""
        self.take(facts, files, by, on)

    @step(
        "status", source=[OpinionStatus.FILED], target=OpinionStatus.ANSWERED, label="答复", article="第五条",
        who=clerk_or_reviewer, checks=[rules.answer_is_written, rules.not_before_filing, not_in_the_future],
    )  # fmt: skip
    def answer(self, text, on, by):
        """第五条：答复意见建议，或解释违约处理的事实、依据和理由；解释说明书随即印出。"""
        self.answer_text, self.answered_by, self.closed_on = text, by, on

    def follow(self, name, details):
        """第五条：the agency's clock begins when the opinion is received and ends with its answer."""
        super().follow(name, details)
        event, about, day = self.EVENTS[self.kind], clocks.about_of(self), details["on"]
        if name == "file":
            clocks.start_clocks(self.agreement, event, day, about)
        else:
            clocks.stop_clocks(self.agreement, event, day, about=[about])
