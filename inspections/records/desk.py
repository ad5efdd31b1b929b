"""What these records give people to do, group by group."""

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.timezone import localdate

from agreements.desk_items import MOST, Item
from agreements.models import Agreement, Edition
from institutions.models import Role

from ..models import (
    AgencyBreachCase,
    Assessment,
    AuthorityFiling,
    CoordinationRequest,
    DeptNotification,
    DiscreditProposal,
    Dispute,
    ExternalNotice,
    Opinion,
    PersonStop,
    PointsRecord,
    Referral,
)

LETTERS = [Referral, DiscreditProposal, AuthorityFiling, DeptNotification]
TO_AUTHORITY = [Referral, DiscreditProposal, AuthorityFiling]


def groups_for(user):
    """[(title, [Item])] about these records for one person."""
    return {
        Role.CLERK: _clerk,
        Role.REVIEWER: _reviewer,
        Role.LEADER: _leader,
        Role.AUTHORITY: _authority,
        Role.OPERATOR: _hospital,
        Role.SIGNATORY: _hospital,
    }.get(user.role, lambda user: [])(user)


def _clerk(user):
    return [
        ("要提请的支付资格停止", _over_the_threshold(user)),
        ("等结论的外部通报", _items(user, ExternalNotice, "登记结论", "第六十九条", status="open")),
        ("要答复的意见", _items(user, Opinion, "答复", "第五条", status="filed")),
        ("要核实的考核异议", _items(user, Assessment, "核实", "第五十八条", status="objected")),
    ]


def _reviewer(user):
    return [
        ("要反馈的考核结果", _items(user, Assessment, "反馈", "第五十八条", status="draft")),
        ("要答复的意见", _items(user, Opinion, "答复", "第五条", status="filed")),
    ]


def _leader(user):
    ended = Q(status="objected") | Q(status="fed_back", objection_due_on__lt=localdate())
    letters = [item for kind in LETTERS for item in _items(user, kind, "签发", "办审分离", status="draft")]
    return [
        (
            "要决定的记分",
            _items(user, PointsRecord, "决定", "第六十八条", status__in=["proposed", "objected"]),
        ),
        ("要决定的支付资格停止", _items(user, PersonStop, "决定", "第六十八条", status="proposed")),
        ("要定稿的考核结果", _items(user, Assessment, "定稿", "第五十八条", ended)),
        ("要重新办理的决定", _to_handle_anew(user)),
        ("要签发的函", letters),
        ("要答复的监督事项", _complaints(user, "答复", status__in=["received", "handling"])),
    ]


def _authority(user):
    letters = [
        item
        for kind in TO_AUTHORITY
        for item in _items(user, kind, "办理", "第七十条", status__in=["sent", "received"])
    ]
    return [
        ("要办理的监督事项", _complaints(user, "办理")),
        (
            "要协调的争议",
            _items(user, CoordinationRequest, "办理", "第八十一条", status__in=["filed", "accepted"]),
        ),
        ("移送和提请", letters),
    ]


def _hospital(user):
    may_object = {"status": "fed_back", "objection_due_on__gte": localdate()}
    return [("可以提出异议的考核结果", _items(user, Assessment, "核对", "第五十八条", **may_object))]


def _items(user, model, verb, article, *conditions, **filters):
    worked_on = Agreement.objects.worked_on_by(user)
    found = model.objects.visible_to(user).filter(*conditions, agreement__in=worked_on, **filters)
    parties = ["agreement__institution__current", *model.LISTED_WITH]
    found = found.prefetch_related(*model.PREFETCHED)
    return [
        Item(
            one.summary[:100], one.agreement, f"{one.get_status_display()}（{article}）", one.get_absolute_url(), verb,
            getattr(one, "objection_due_on", None) if user.institution_id else None,
        )
        for one in found.select_related(*parties).order_by("pk")[:MOST]
    ]  # fmt: skip


def _complaints(user, verb, **filters):
    found = AgencyBreachCase.objects.visible_to(user).open().filter(**filters)
    return [
        Item(
            one.summary[:100],
            one.agreement,
            f"{one.get_status_display()}（第六十二条）",
            one.get_absolute_url(),
            verb,
        )
        for one in found.select_related("agreement__institution__current").order_by("pk")[:MOST]
    ]


def _to_handle_anew(user):
    """第八十一条：a decision that review or court did not let stand, until its case is reopened."""
    found = Dispute.objects.visible_to(user).filter(
        reopens=True, quashed=None, breach_case__decision__outcome="handle"
    )
    found = found.filter(agreement__in=Agreement.objects.worked_on_by(user))
    return [
        Item(
            f"{one.get_outcome_display()}：案件{one.breach_case.number}的处理", one.agreement, f"{one.summary[:100]}（第八十一条）",
            one.breach_case.get_absolute_url(), "重新办理",
        )
        for one in found.select_related("breach_case", "agreement__institution__current").order_by("pk")[:MOST]
    ]  # fmt: skip


def _over_the_threshold(user):
    """第六十八条：whose points of this year reach a threshold, and no stop of that weight is proposed or decided."""
    edition = Edition.objects.only("terms_source").of_region(user.agency.region_id).newest()
    terms = edition and edition.terms.points
    if terms is None:
        return []
    year = localdate().year
    own = Agreement.objects.worked_on_by(user).live()
    counted = PointsRecord.objects.counted(year).order_by("staff__code", "pk")
    rows = counted.filter(agreement__in=own)
    # One person, one file: points of every workplace count, by the code of the person.
    sums = counted.filter(staff__code__in=rows.order_by().values("staff__code")).order_by("staff__code")
    sums = sums.values("staff__code").annotate(total=Sum("points")).filter(total__gte=terms.suspend_at)
    totals = {row["staff__code"]: row["total"] for row in sums[:MOST]}
    stops = PersonStop.objects.filter(staff__code__in=totals, year=year, status__in=["proposed", "in_force"])
    stopped = set(stops.values_list("staff__code", "kind"))
    latest = {
        one.staff.code: one
        for one in rows.filter(staff__code__in=totals).select_related(
            "staff", "agreement__institution__current"
        )
    }
    items = [_task(latest[code], total, terms, year, stopped) for code, total in totals.items()]
    return [item for item in items if item]


def _task(record, total, terms, year, stopped):
    kind = PersonStop.Kind.ENDED if total >= terms.end_at else PersonStop.Kind.SUSPENDED
    done = {(record.staff.code, PersonStop.Kind.ENDED), (record.staff.code, kind)}
    if done & stopped:
        return None
    url = reverse("person-stop-new", args=[record.agreement.number])
    return Item(
        f"{record.staff}{year}年累计{total}分，提请{kind.label}", record.agreement, f"达到{kind.label}支付资格的分值（第六十八条）",
        f"{url}?staff={record.staff_id}&year={year}&kind={kind.value}", "提请",
    )  # fmt: skip
