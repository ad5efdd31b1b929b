from django.db import models
from django.urls import reverse
from django.utils.timezone import localdate

from agreements.clocks.actions import about_of, start_clocks, stop_clocks
from agreements.models import Agreement
from agreements.models.querysets import OfAgreement
from agreements.models.stateful import StateField, Stateful

from ..cases.plan import Plan, damages_cap
from ..cases.states import AFTER_DECISION, BEFORE_NOTICE, FINAL, CaseStatus
from .case_rows import files, paper_field, person
from .deciding import DecidingActs
from .hearing import HearingActs
from .investigating import InvestigatingActs

ASKED = "explanation_requested"
SENT = ["sent", "received", "answered"]  # a letter that has gone out (outside.LetterStatus)


class CaseQuerySet(OfAgreement):
    def visible_to(self, user):
        """第六条：a hospital sees its case from the notice of intended handling on."""
        if getattr(user, "is_third_party", False):
            return self.none()
        seen = super().visible_to(user)
        return seen.filter(notified_on__isnull=False) if user.institution_id else seen

    def open(self):
        return self.exclude(status__in=FINAL)

    def with_parties(self):
        return self.select_related(
            "agreement__agency__current", "agreement__agency__region", "agreement__institution__current",
            "agreement__institution__region", "agreement__edition",
        )  # fmt: skip


class BreachCase(InvestigatingActs, HearingActs, DecidingActs, Stateful):
    """违约案件：从线索到结案。查实、告知、听取陈述申辩、三人决定、送达、执行（第四条、第六条、第六十条至第七十条）。"""

    kind_name = "违约案件"
    Status = CaseStatus

    class Source(models.TextChoices):
        INSPECTION = "inspection", "核查"
        COMPLAINT = "complaint", "投诉举报"
        TRANSFER = "transfer", "部门移交"
        SELF_CHECK = "self_check", "自查"
        DATA = "data", "数据监测"

    number = models.CharField("案件编号", max_length=40, unique=True, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="breach_cases", verbose_name="协议")
    inspection = models.ForeignKey(
        "inspections.Inspection", models.PROTECT, null=True, blank=True, related_name="breach_cases", verbose_name="核查"
    )  # fmt: skip
    source = models.CharField("来源", max_length=12, choices=Source)
    title = models.CharField("案由", max_length=100)
    clue = models.CharField("线索", max_length=2000)
    status = StateField("状态", choices=CaseStatus, default=CaseStatus.CLUE, db_index=True)
    since = models.DateField("进入现状态日期")
    opened_by = person("登记人")
    opened_on = models.DateField("登记日期")
    filed_by = person("批准立案人")
    filed_on = models.DateField("立案日期", null=True, editable=False)
    filing_remark = models.CharField("立案意见", max_length=500, blank=True)
    investigators = models.CharField("调查人员", max_length=200, blank=True)
    handler = person("经办人")
    intended = models.JSONField("拟处理意见", default=dict, blank=True)
    planned_by = person("拟定人")
    notified_by = person("告知人")
    notified_on = models.DateField("告知日期", null=True, editable=False)
    notice_paper = paper_field("拟处理告知书")
    waived_on = models.DateField("放弃陈述申辩日期", null=True, editable=False)
    waived_by = person("登记放弃人")
    waiver_files = files("放弃陈述申辩的书面材料")
    back_to = models.CharField("提请前状态", max_length=20, blank=True, editable=False)
    decision = models.OneToOneField(
        "inspections.Handling",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="决定",
    )
    decided_by = person("决定人")
    decided_on = models.DateField("决定日期", null=True, editable=False)
    after_check = models.BooleanField("检查期间曾暂停拨付或中止", default=False, editable=False)
    decision_paper = paper_field("违约处理决定书")
    demand_paper = paper_field("缴款通知书")
    served_on = models.DateField("送达日期", null=True, editable=False)
    closed_on = models.DateField("结案日期", null=True, editable=False)
    closing_reason = models.CharField("结案说明", max_length=500, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "违约案件"
        indexes = [models.Index(fields=["agreement", "status"]), models.Index(fields=["status", "since"])]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("case", args=[self.number])

    @property
    def case(self):
        return self.agreement

    def case_key(self):
        return Agreement, self.agreement_id

    # ── what is true of it ──

    @property
    def is_told(self):
        """Whether the hospital knows of it (第六条)."""
        return self.notified_on is not None

    @property
    def is_open(self):
        return self.status not in FINAL

    @property
    def is_handled(self):
        """Whether it was decided to be a breach (第六十三条至第六十七条)."""
        return self.status in [*AFTER_DECISION, CaseStatus.CLOSED]

    @property
    def is_before_notice(self):
        return self.status in BEFORE_NOTICE

    @property
    def is_referred(self):
        """第七十条：移送了的，案件照办。"""
        return self.referrals.filter(status__in=SENT).exists()

    @property
    def is_fraud(self):
        """第七十条、第六十一条：what defrauds the fund deserves a penalty by the authority as well."""
        return any(item.is_fraud for item in self.items.all())

    @property
    def is_filed(self):
        """第六十一条：the authority has been told how a proved check was handled."""
        return self.authorityfilings.filter(status__in=SENT).exists()

    @property
    def tone(self):
        """The colour of its badge, by the classes of the agreement's states."""
        closed = {"closed": "terminated", "not_established": "void", "exempt": "void"}
        return closed.get(self.status) or ("draft" if self.is_before_notice else "suspended")

    def days_in_state(self, today=None):
        return ((today or localdate()) - self.since).days

    @property
    def intended_plan(self):
        return Plan.read(self.intended) if self.intended else None

    @property
    def open_handling(self):
        return self.handlings.filter(status__in=["proposed", "reviewed"]).first()

    @property
    def cap(self):
        return damages_cap(self)

    @property
    def facts_in_words(self):
        return "；".join(
            f"{item.breach.article_label}{item.label}：{item.facts}" for item in self.items.all()
        )

    @property
    def grounds_in_words(self):
        return "、".join(dict.fromkeys(item.ground for item in self.items.all()))

    def follow(self, name, details):
        """What an act on it starts and stops by the clock, and since when it is in its state."""
        day = details.get("on") or localdate()
        if name in MOVES and self.since != day:
            self.since = day
            self.save(update_fields=["since"])
        if name in ("defend", "waive_defence") and self.window:
            self.end_window(day)
        elif name == "ask_explanation":
            start_clocks(self.agreement, ASKED, day, about_of(self.explanations.last()))
        elif name == "explain":
            stop_clocks(self.agreement, ASKED, day, about=[about_of(details["explanation"])])


# The acts that bring it into another state: from their day its days in the state are counted.
MOVES = {
    "file", "dismiss", "investigate", "notify", "begin_defence", "investigate_again", "propose_handling", "take_back",
    "decide", "find_nothing", "exempt", "mark_served", "carry_out", "close", "reopen",
}  # fmt: skip
