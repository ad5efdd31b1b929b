from datetime import timedelta

from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils.timezone import localdate

from agreements.checks import not_in_the_future, reason_is_given
from agreements.clocks.deadlines import add_months
from agreements.gate import step
from agreements.models.querysets import OfAgreement
from agreements.models.stateful import StateField
from agreements.permissions import agency_clerk, agency_leader, institution_side
from institutions.models import StaffMember

from ..records import points_checks as rules
from ..records import points_news as news
from .record import Record, person_field

MONTHS_A_YEAR = 12


class PointsStatus(models.TextChoices):
    NEW = "new", "填写"
    PROPOSED = "proposed", "拟记"
    RECORDED = "recorded", "已记"
    OBJECTED = "objected", "异议"
    UPHELD = "upheld", "维持"
    REVOKED = "revoked", "撤销"
    DECLINED = "declined", "不记"


S = PointsStatus
COUNTED = [S.RECORDED, S.OBJECTED, S.UPHELD]


class PointsQuerySet(OfAgreement):
    def visible_to(self, user):
        """第六十八条：the hospital sees what was decided, not what is still proposed."""
        seen = super().visible_to(user)
        return seen.exclude(status__in=[S.NEW, S.PROPOSED, S.DECLINED]) if user.institution_id else seen

    def counted(self, year):
        """What counts in a calendar year; on 1 January it begins anew, since nothing is stored but the records."""
        return self.filter(status__in=COUNTED, given_on__year=year)

    def sums(self, year):
        """[(staff pk, sum)] of a year, the highest first."""
        rows = self.counted(year).order_by().values_list("staff").annotate(total=Sum("points"))
        return list(rows.order_by("-total", "staff"))


class PointsRecord(Record):
    """一次记分：谁，几分，责任程度，凭什么（第六十八条）。合计按年查询，从不存储。"""

    kind_name = "记分"
    Status = PointsStatus
    OPEN = (S.PROPOSED, S.OBJECTED)
    FACTS = ("staff", "points", "responsibility", "given_on", "reason")
    TOLD = ("objection", "reply", "closing_reason")
    LISTED_WITH = ("staff",)
    UNCOUNTED = (S.DECLINED, S.REVOKED)

    class Responsibility(models.TextChoices):
        ORDINARY = "ordinary", "一般责任"
        IMPORTANT = "important", "重要责任"
        MAIN = "main", "主要责任"

    status = StateField("状态", choices=S, default=S.NEW, db_index=True)
    staff = models.ForeignKey(StaffMember, models.PROTECT, related_name="points", verbose_name="人员")
    points = models.PositiveSmallIntegerField("分值")
    responsibility = models.CharField("责任程度", max_length=10, choices=Responsibility)
    given_on = models.DateField("记分日期")
    reason = models.CharField("事由", max_length=500)
    decided_by = person_field("决定人")
    objection = models.CharField("异议", max_length=1000, blank=True)
    objected_on = models.DateField("异议日期", null=True, editable=False)
    reply = models.CharField("异议答复", max_length=1000, blank=True)
    closing_reason = models.CharField("不记、撤销的原因", max_length=500, blank=True)

    objects = PointsQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = "记分"
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gte=1),
                name="points_are_some",
                violation_error_message="分值至少 1 分",
            ),
            models.UniqueConstraint(
                fields=["staff", "breach_case"],
                condition=~Q(status__in=[S.DECLINED, S.REVOKED]),
                name="points_once_a_case",
                violation_error_message="同一案件对同一人只记一次分",
            ),
        ]
        indexes = [models.Index(fields=["given_on", "status"]), models.Index(fields=["staff", "given_on"])]

    def get_absolute_url(self):
        return reverse("points", args=[self.agreement.number, self.pk])

    @property
    def summary(self):
        return f"{self.staff}记{self.points}分"

    @property
    def counts(self):
        return self.status in COUNTED

    @property
    def band(self):
        """The band that its points fall into, in words."""
        bands = self.agreement.terms.points.bands if self.agreement.terms.points else ()
        found = next((one for one in bands if one.least <= self.points <= one.most), None)
        return f"{found.least}至{found.most}分档" if found else ""

    @property
    def sum_of_year(self):
        return total_of(self.staff, self.given_on.year)

    @step(
        "status", source=[S.NEW], target=S.PROPOSED, label="拟记分", article="第六十八条", needs="points", who=agency_clerk,
        checks=[
            rules.edition_counts_points, rules.staff_is_of_the_hospital, rules.points_fit_the_scale, rules.given_by_today,
            rules.reason_is_written, rules.case_is_decided, rules.once_a_case, not_in_the_future,
        ],
    )  # fmt: skip
    def file(self, facts, files, on, by):
        """第六十八条：根据行为性质和负有责任程度，拟对责任人员记分。"""
        self.take(facts, files, by, on)

    @step(
        "status", source=[S.PROPOSED], target=S.RECORDED, label="决定记分", article="第六十八条", who=agency_leader,
        checks=[rules.not_the_drafter, not_in_the_future, rules.not_before_filing],
    )  # fmt: skip
    def confirm(self, on, by):
        """第六十八条：负责人决定记分，记分通知书送每一个执业机构。"""
        self.decided_by = by

    @step(
        "status", source=[S.PROPOSED], target=S.DECLINED, label="不记分", article="第六十八条", who=agency_leader,
        checks=[reason_is_given, not_in_the_future],
    )  # fmt: skip
    def decline(self, reason, on, by):
        """第六十八条：负责人决定不记，写明原因。"""
        self.decided_by, self.closing_reason, self.closed_on = by, reason, on

    @step(
        "status", source=[S.RECORDED], target=S.OBJECTED, label="提出异议", article="第六十八条", who=institution_side,
        checks=[rules.objection_is_written, not_in_the_future, rules.not_before_filing],
    )  # fmt: skip
    def object(self, text, files, on, by):
        """第六十八条：乙方对记分有异议的，写明理由；答复之前记分照算。"""
        self.objection, self.objected_on = text, on
        self.keep(files, by)

    @step(
        "status", source=[S.OBJECTED], target=S.UPHELD, label="维持", article="第六十八条", who=agency_leader,
        checks=[rules.reply_is_written, not_in_the_future],
    )  # fmt: skip
    def uphold(self, text, on):
        """第六十八条：异议不成立，维持记分，答复乙方。"""
        self.reply, self.closed_on = text, on

    @step(
        "status", source=[S.RECORDED, S.OBJECTED, S.UPHELD], target=S.REVOKED, label="撤销记分", article="第六十八条",
        who=agency_leader, checks=[reason_is_given, not_in_the_future],
    )  # fmt: skip
    def revoke(self, reason, on):
        """第六十八条：异议成立，或所依据的处理被撤销，撤销记分。"""
        self.closing_reason, self.closed_on = reason, on

    def follow(self, name, details):
        super().follow(name, details)
        news.follow(self, name)


def total_of(staff, year):
    """The points of a person in a calendar year, wherever they were given: one person, one file."""
    found = PointsRecord.objects.counted(year).filter(staff__code=staff.code)
    return found.aggregate(total=Sum("points"))["total"] or 0


def most_at_once(staff, year):
    """The most points that one single decision of the year gave."""
    found = PointsRecord.objects.counted(year).filter(staff__code=staff.code)
    return max(found.values_list("points", flat=True), default=0)


class StopStatus(models.TextChoices):
    NEW = "new", "填写"
    PROPOSED = "proposed", "待决定"
    IN_FORCE = "in_force", "已决定"
    TURNED_DOWN = "turned_down", "不停"
    LIFTED = "lifted", "提前解除"


class StopQuerySet(OfAgreement):
    def visible_to(self, user):
        seen = super().visible_to(user)
        return seen.filter(status__in=["in_force", "lifted"]) if user.institution_id else seen

    def running_on(self, day):
        """In force on a day, whether or not somebody lifted it later."""
        running = Q(started_on__lte=day, until__gte=day) & (Q(closed_on=None) | Q(closed_on__gt=day))
        return self.filter(running, status__in=["in_force", "lifted"])


class PersonStop(Record):
    """支付资格的暂停或终止：积分到了一定分值，停一名人员，有起有止（第六十八条）。

    Beside the stops of a breach (第六十五条、第六十六条), never one of them: it rests on points, not on an item.
    """

    kind_name = "支付资格停止"
    Status = StopStatus
    OPEN = (StopStatus.PROPOSED,)
    FACTS = ("staff", "kind", "year", "started_on", "until", "reason")
    TOLD = ("closing_reason", "name_basis")
    LISTED_WITH = ("staff",)

    class Kind(models.TextChoices):
        SUSPENDED = "suspended", "暂停"
        ENDED = "ended", "终止"

    status = StateField("状态", choices=StopStatus, default=StopStatus.NEW, db_index=True)
    staff = models.ForeignKey(StaffMember, models.PROTECT, related_name="person_stops", verbose_name="人员")
    kind = models.CharField("种类", max_length=10, choices=Kind)
    year = models.PositiveSmallIntegerField("记分年度")
    started_on = models.DateField("起")
    until = models.DateField("止")
    reason = models.CharField("事由", max_length=500)
    decided_by = person_field("决定人")
    closing_reason = models.CharField("不停、解除的原因", max_length=500, blank=True)
    name_basis = models.CharField("公示姓名的法律依据", max_length=300, blank=True)
    named_by = person_field("同意公示姓名的负责人")

    objects = StopQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = "支付资格停止"
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("started_on")),
                name="person_stop_in_order",
                violation_error_message="支付资格停止的止期不能早于起期",
            )
        ]
        indexes = [models.Index(fields=["staff", "status"]), models.Index(fields=["status", "until"])]

    def get_absolute_url(self):
        return reverse("person-stop", args=[self.agreement.number, self.pk])

    @property
    def summary(self):
        return f"{self.staff}支付资格{self.get_kind_display()}，{self.started_on}至{self.until}"

    @property
    def article(self):
        return self.agreement.terms.points.article if self.agreement.terms.points else "第六十八条"

    @property
    def public_name(self):
        """第五十九条、第四条（六）：by the family name only, unless a leader released the name on a legal basis."""
        return self.staff.name if self.named_by_id else f"{self.staff.name[:1]}**"

    def is_running_on(self, day):
        decided = self.status in (StopStatus.IN_FORCE, StopStatus.LIFTED)
        return (
            decided and self.started_on <= day <= self.until and (not self.closed_on or day < self.closed_on)
        )

    @step(
        "status", source=[StopStatus.NEW], target=StopStatus.PROPOSED, label="提请停止支付资格", article="第六十八条", needs="points",
        who=agency_clerk,
        checks=[
            rules.edition_counts_points, rules.staff_is_of_the_hospital, rules.threshold_is_reached, rules.stop_is_new,
            rules.stop_begins_from_now_on, rules.stop_within_its_range, rules.reason_is_written, not_in_the_future,
        ],
    )  # fmt: skip
    def file(self, facts, files, on, by):
        """第六十八条：记分达到一定分值，提请暂停或终止责任人员的支付资格和费用结算。"""
        self.take(facts, files, by, on)

    @step(
        "status", source=[StopStatus.PROPOSED], target=StopStatus.IN_FORCE, label="决定停止", article="第六十八条",
        who=agency_leader, checks=[rules.not_the_drafter, rules.threshold_still_holds, not_in_the_future],
    )  # fmt: skip
    def decide(self, on, by):
        """第六十八条：负责人决定，自起日至止日停止其支付资格和费用结算；不改变协议的状态。"""
        self.decided_by = by

    @step(
        "status", source=[StopStatus.PROPOSED], target=StopStatus.TURNED_DOWN, label="不停止", article="第六十八条",
        who=agency_leader, checks=[reason_is_given, not_in_the_future],
    )  # fmt: skip
    def turn_down(self, reason, on):
        """第六十八条：负责人决定不停止，写明原因。"""
        self.closing_reason, self.closed_on = reason, on

    @step(
        "status", source=[StopStatus.IN_FORCE], target=StopStatus.LIFTED, label="提前解除", article="第六十八条",
        who=agency_leader, checks=[reason_is_given, not_in_the_future, rules.lifted_after_it_began],
    )  # fmt: skip
    def lift(self, reason, on):
        """第六十八条：记分被撤销或修复的，提前解除，写明原因。"""
        self.closing_reason, self.closed_on = reason, on

    @step(
        "status", source=[StopStatus.IN_FORCE], target=None, label="同意公示姓名", article="第五十九条", who=agency_leader,
        checks=[rules.legal_basis_is_written, rules.name_is_not_out, not_in_the_future],
    )  # fmt: skip
    def release_name(self, basis, on, by):
        """第五十九条：公示一般只列姓氏；有法律依据、负责人同意的，公示全名，到止日自动撤下。"""
        self.name_basis, self.named_by = basis, by

    def follow(self, name, details):
        super().follow(name, details)
        news.follow(self, name)


# ── computed, never stored ──


def reached(agreement, staff, year):
    """Which stop the year's points call for: "ended", "suspended" or "" (第六十八条)."""
    terms, total = agreement.terms.points, total_of(staff, year)
    if terms is None or total < terms.suspend_at:
        return ""
    return PersonStop.Kind.ENDED if total >= terms.end_at else PersonStop.Kind.SUSPENDED


def range_of(agreement, staff, kind, year, start):
    """First and last day on which a stop from `start` may end (第六十八条)."""
    terms = agreement.terms.points
    slack = timedelta(days=terms.slack_days)
    if kind == PersonStop.Kind.SUSPENDED:
        return add_months(start, terms.suspend_months_min) - slack, add_months(
            start, terms.suspend_months_max
        )
    at_once = most_at_once(staff, year) >= terms.end_at
    years = terms.end_years_once if at_once else terms.end_years_added
    last = add_months(start, MONTHS_A_YEAR * years)
    return last - slack, last


def state_of(staff, on=None):
    """正常、暂停、终止: the person's qualification on a day, in words; the heavier stop counts."""
    on = on or localdate()
    kinds = set(
        PersonStop.objects.running_on(on).filter(staff__code=staff.code).values_list("kind", flat=True)
    )
    found = next((one for one in (PersonStop.Kind.ENDED, PersonStop.Kind.SUSPENDED) if one in kinds), None)
    return found.label if found else "正常"


def workplaces(staff):
    """The live agreements of every institution where the person is registered (第六十八条)."""
    from agreements.models import Agreement

    places = StaffMember.objects.filter(code=staff.code, left_on=None).values("institution")
    return Agreement.objects.live().filter(institution__in=places).with_parties()
