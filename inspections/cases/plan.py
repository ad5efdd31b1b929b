"""What is to be done about a case: the intended handling and the decided one have the same shape (第六十三条至第六十七条).

A Plan is plain and frozen: it is written by the clerk, printed in the notice, compared with what was notified, and
turned into acts of the agreement when the leader decides.
"""

from dataclasses import asdict, dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal

from django.utils.timezone import localdate

from agreements.models import ServiceBan

from .money import FEN, NOTHING, cap_total, in_yuan

# Measure → whether an article's row of the edition's table gives it.
GIVES = {
    "interview": lambda measure, terms: measure.interview,
    "rectification": lambda measure, terms: measure.rectification,
    "hold": lambda measure, terms: measure.money == "hold" and _holds_by_breach(terms),
    "refuse": lambda measure, terms: measure.money == "refuse_or_recover",
    "recover": lambda measure, terms: measure.money == "refuse_or_recover",
    "damages": lambda measure, terms: measure.article in terms.liquidated_damages,
    "doubled": lambda measure, terms: (
        measure.money == "refuse_or_recover" and terms.refund is not None and terms.refund.factor > 1
    ),
    "criticism": lambda measure, terms: measure.criticism,
    "warning": lambda measure, terms: measure.warning,
    "ban": lambda measure, terms: bool(measure.stoppable),
    "suspend": lambda measure, terms: measure.touches("suspend"),
    "rescind": lambda measure, terms: measure.touches("rescind"),
}
LABELS = {
    "interview": "约谈", "rectification": "限期整改", "hold": "暂停拨付", "refuse": "不予支付", "recover": "追回费用",
    "damages": "违约金", "doubled": "加倍追回", "criticism": "通报批评", "warning": "警告", "ban": "停止人员、科室或项目服务", "suspend": "中止协议", "rescind": "解除协议",
}  # fmt: skip


def _holds_by_breach(terms):
    """Whether the text lets payment be held until what was found is put right."""
    return any(one.article_label == terms.hold_article for one in terms.hold_grounds)


def allowed(agreement, measure, article, on=None):
    """Whether the article gives this measure: by the edition's table, and the numbers of this day (第七十七条)."""
    row = agreement.edition.breaches.measures.get(article)
    return row is not None and GIVES[measure](row, agreement.terms_on(on or localdate()))


@dataclass(frozen=True)
class Ban:
    """One person, department or service that is stopped, on which item of the case, until when."""

    scope: str  # person、department、service
    target: int  # 0 for a service, which is told by its name
    item: int  # order of the item in its case
    until: date
    service: str = ""

    @property
    def object(self):
        return self.scope, self.target, self.service


# What an amount of a plan is for, in the order of the articles.
AMOUNTS = ("refuse", "recover", "damages")
WHOLE_CASE = 0


@dataclass(frozen=True)
class Share:
    """第六十五条：what is refused, recovered and claimed for one item of the case.

    `item`: its order; WHOLE_CASE where the amounts were told for the case in one sum, as they once were.
    """

    item: int
    refuse: Decimal = NOTHING
    recover: Decimal = NOTHING
    damages: Decimal = NOTHING

    @property
    def amounts(self):
        return {name: getattr(self, name) for name in AMOUNTS}


@dataclass(frozen=True)
class Plan:
    """`item`: the order of the case's item on which suspension or rescission rests; 0 for none."""

    on: date
    reason: str
    interview: bool = False
    rectify_by: date | None = None
    hold: bool = False
    shares: tuple[Share, ...] = ()
    bans: tuple[Ban, ...] = ()
    whole: str = ""  # "suspend"、"rescind"
    item: int = 0
    until: date | None = None
    aftercare: tuple[tuple[str, object], ...] = ()
    check_hold: str = ""  # what becomes of payment held for the check: "paid"、"refused"
    doubled: bool = False  # what is recovered is multiplied as the terms say (`refund.factor`)
    criticism: bool = False
    warned: tuple[int, ...] = ()  # staff

    @property
    def refuse(self):
        return self._sum("refuse")

    @property
    def recover(self):
        return self._sum("recover")

    @property
    def damages(self):
        return self._sum("damages")

    def _sum(self, name):
        return sum((getattr(share, name) for share in self.shares), NOTHING)

    def by_item(self, name):
        """[(order of the item, amount)] of one kind, without what is nothing."""
        return [(share.item, amount) for share in self.shares if (amount := getattr(share, name))]

    @property
    def measures(self):
        """The measures that it takes, by name, in the order of the articles."""
        taken = {
            "interview": self.interview, "rectification": self.rectify_by, "hold": self.hold, "refuse": self.refuse,
            "recover": self.recover, "damages": self.damages, "doubled": self.doubled, "criticism": self.criticism,
            "warning": self.warned, "ban": self.bans, "suspend": self.whole == "suspend",
            "rescind": self.whole == "rescind",
        }  # fmt: skip
        return [name for name, value in taken.items() if value]

    def kept(self):
        """As JSON."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    @property
    def code(self):
        """As the record of events keeps it (`event.plain`)."""
        return self.kept()

    @classmethod
    def read(cls, kept):
        """The Plan from its JSON."""
        values = {**kept}
        for name in ("on", "rectify_by", "until"):
            values[name] = date.fromisoformat(kept[name]) if kept[name] else None
        values["shares"] = _shares(kept)
        values["bans"] = tuple(
            Ban(**{**ban, "until": date.fromisoformat(ban["until"])}) for ban in kept["bans"]
        )
        values["aftercare"] = tuple((name, value) for name, value in kept["aftercare"])
        values["warned"] = tuple(kept.get("warned", ()))
        return cls(**{one.name: values[one.name] for one in fields(cls) if one.name in values})


def _shares(kept):
    if "shares" in kept:
        return tuple(Share(one["item"], *(Decimal(one[name]) for name in AMOUNTS)) for one in kept["shares"])
    whole = Share(WHOLE_CASE, *(Decimal(kept[name]) for name in AMOUNTS))
    return (whole,) if any(whole.amounts.values()) else ()


def _plain(value):
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True)
class Weighed:
    """A catalogue item as it weighs in its case: its own code under the article that it was escalated to."""

    code: str
    article: int
    article_label: str
    label: str


def item_that_gives(case, measure, on):
    """The first item of the case whose article gives this measure on this day; None without one."""
    items = case.items.all()
    return next((one for one in items if allowed(case.agreement, measure, one.weighs_as, on)), None)


def extra_by_item(plan, case):
    """[(order of the item, amount)] beyond what is recovered, where it is multiplied: the base is a line of its own."""
    if not plan.doubled:
        return []
    more = case.agreement.terms_on(plan.on).refund.factor - 1
    return [(order, (amount * more).quantize(FEN)) for order, amount in plan.by_item("recover")]


def damages_cap(case, on=None):
    """第六十五条至第六十七条：the cap of each item by its own article and the rates of this day, summed."""
    terms = case.agreement.terms_on(on or localdate())
    rates = {article: term.cap for article, term in terms.liquidated_damages.items()}
    return cap_total([(item.weighs_as, item.amount) for item in case.items.all()], rates)


def refundable(case):
    """The 违规费用 of the items whose article lets the agency refuse or recover."""
    taken = [item.amount for item in case.items.all() if allowed(case.agreement, "recover", item.weighs_as)]
    return sum(taken, NOTHING)


def heavier_than(intended, plan):
    """What the plan does that was not notified, in words; [] when it goes no further than the notice."""
    more = [LABELS[name] for name in plan.measures if name not in intended.measures]
    for name in ("recover", "refuse", "damages"):
        if LABELS[name] not in more and getattr(plan, name) > getattr(intended, name):
            more.append(f"{LABELS[name]}{in_yuan(getattr(plan, name))}")
    known = {ban.object: ban.until - intended.on for ban in intended.bans}
    for ban in plan.bans:
        if LABELS["ban"] not in more and known.get(ban.object, timedelta.min) < ban.until - plan.on:
            more.append(LABELS["ban"])
    if "suspend" in intended.measures and plan.whole == "suspend" and _longer(intended, plan):
        more.append("更长的中止")
    return more


def _longer(intended, plan):
    return plan.until - plan.on > intended.until - intended.on


def made_on(plan, day, case):
    """The plan as a decision of this day makes it: never in effect before it is made, and everything keeps its length.

    What would end outside of what its article gives from the new first day ends on the nearest day within.
    """
    if day <= plan.on:
        return plan
    later = day - plan.on
    return replace(
        plan, on=day, rectify_by=plan.rectify_by and plan.rectify_by + later, until=_end_of_stop(plan, later, day, case),
        bans=tuple(replace(ban, until=_end_of_ban(ban, later, day, case)) for ban in plan.bans),
    )  # fmt: skip


def _end_of_ban(ban, later, day, case):
    if ban.until == ServiceBan.NO_END:
        return ban.until
    first, last = case.agreement.ban_limits(case.items.get(order=ban.item).weighs_as, day)
    return min(max(ban.until + later, first), last)


def _end_of_stop(plan, later, day, case):
    """第六十一条：a check that is proved is suspended from its own first day on, so its end does not move either."""
    if plan.until is None or _open_check(case.agreement):
        return plan.until
    return min(plan.until + later, case.agreement.latest_suspension_end(day))


# ── as acts of the agreement ──


def acts_of(plan, case, minutes=""):
    """[(act, details)] that carry out the plan, in their order; the last one may end the agreement."""
    agreement = case.agreement
    acts = [
        (
            "release_payment",
            {"hold": hold, "outcome": plan.check_hold, "reason": _settled(plan), "on": plan.on},
        )
        for hold in check_holds(agreement)
        if plan.check_hold
    ]
    acts += [("ban_service", _ban(plan, ban, case)) for ban in plan.bans]
    if plan.hold:
        ground = next(
            one for one in agreement.terms.hold_grounds if one.article_label == agreement.terms.hold_article
        )  # fmt: skip
        acts.append(("hold_payment", {"hold_ground": ground, "reason": plan.reason, "on": plan.on}))
    if plan.criticism:
        item = item_that_gives(case, "criticism", plan.on).weighed
        acts.append(("criticise", {"item": item, "reason": plan.reason, "on": plan.on}))
    return acts + _whole(plan, case, minutes)


def check_holds(agreement):
    """第六十一条：payment that is held because of a check."""
    terms = agreement.terms.investigation
    held = agreement.payment_holds.filter(released_on=None)
    return held.filter(article=terms.article) if terms else held.none()


def is_under_check(agreement):
    """第六十一条：payment is held, or the agreement suspended, until a check has ended."""
    return check_holds(agreement).exists() or _open_check(agreement) is not None


def _open_check(agreement):
    return agreement.open_suspensions.filter(cause="investigation").first()


def _settled(plan):
    return f"检查处理结束：{plan.reason}"[:500]


def _ban(plan, ban, case):
    people = case.agreement.institution
    staff = people.staff_members.get(pk=ban.target) if ban.scope == "person" else None
    department = people.departments.get(pk=ban.target) if ban.scope == "department" else None
    return {
        "scope": ban.scope, "staff": staff, "department": department, "service": ban.service,
        "item": case.items.get(order=ban.item).weighed, "reason": plan.reason, "on": plan.on, "until": ban.until,
    }  # fmt: skip


def _whole(plan, case, minutes):
    agreement = case.agreement
    investigation = _open_check(agreement)
    if not plan.whole:
        if investigation is None:
            return []
        return [
            (
                "resume",
                {"suspension": investigation, "reason": _settled(plan), "requested_on": None, "on": plan.on},
            )
        ]
    item = case.items.get(order=plan.item)
    details = {"item": item.breach, "severity": item.severity, "reason": plan.reason, "on": plan.on}
    if plan.whole == "rescind":
        return [("rescind", {**details, "minutes": minutes, "aftercare": dict(plan.aftercare)})]
    if investigation:
        return [("prove_breach", {**details, "until": plan.until})]
    return [("suspend_for_breach", {**details, "until": plan.until, "aftercare": dict(plan.aftercare)})]
