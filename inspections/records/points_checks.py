"""The rules of points and of the stops that follow from them, each a sentence with its article (第五十九条、第六十八条)."""

from agreements.gate import rule

from .checks import not_before_filing, not_the_drafter  # noqa: F401


@rule("第六十八条", "协议文本{thing.agreement.edition}没有支付资格记分的参数，不能记分")
def edition_counts_points(record):
    return record.agreement.terms.points is not None


@rule("第六十八条", "{name}不是{thing.agreement.institution}的在册人员")
def staff_is_of_the_hospital(record, facts):
    staff = facts["staff"]
    return staff.institution_id == record.agreement.institution_id or {"name": staff.name}


@rule("第六十八条", "分值在 {least} 至 {most} 分之间，填的是 {points}")
def points_fit_the_scale(record, facts):
    bands = record.agreement.terms.points.bands
    least, most, points = min(b.least for b in bands), max(b.most for b in bands), facts["points"]
    return least <= points <= most or {"least": least, "most": most, "points": points}


@rule("第六十八条", "记分日期 {day} 还没有到，核对日期")
def given_by_today(record, facts, on):
    return facts["given_on"] <= on or {"day": facts["given_on"]}


@rule("第六十八条", "写明事由：哪一次协议处理，什么行为，负什么责任")
def reason_is_written(record, facts):
    return bool(facts["reason"].strip())


@rule("第六十八条", "案件{number}还没有作出处理决定，不能据以记分。决定后再提请")
def case_is_decided(record, facts):
    case = record.breach_case
    return (
        case is None
        or (case.agreement_id == record.agreement_id and case.is_handled)
        or {"number": case.number}
    )


@rule("第六十八条", "{name}已因案件{number}记分或提请记分，同一案件不重复记")
def once_a_case(record, facts):
    staff, case = facts["staff"], record.breach_case
    if case is None:
        return True
    same = case.pointsrecords.filter(staff__code=staff.code).exclude(status__in=type(record).UNCOUNTED)
    return not same.exclude(pk=record.pk).exists() or {"name": staff.name, "number": case.number}


@rule("第六十八条", "写明对哪一点有异议、理由")
def objection_is_written(record, text):
    return bool(text.strip())


@rule("第六十八条", "写明维持的理由")
def reply_is_written(record, text):
    return bool(text.strip())


@rule("第六十八条", "{name}{year}年累计 {total} 分，没有达到{what}的 {limit} 分")
def threshold_is_reached(stop, facts):
    return _threshold(stop, facts["staff"], facts["kind"], facts["year"])


@rule(
    "第六十八条", "{name}{year}年累计 {total} 分，没有达到{what}的 {limit} 分。提请之后记分已有变化，不停止"
)
def threshold_still_holds(stop):
    return _threshold(stop, stop.staff, stop.kind, stop.year)


def _threshold(stop, staff, kind, year):
    from ..models.points import total_of

    terms, total = stop.agreement.terms.points, total_of(staff, year)
    limit = terms.end_at if kind == "ended" else terms.suspend_at
    what = type(stop).Kind(kind).label
    return total >= limit or {
        "name": staff.name, "year": year, "total": total, "limit": limit, "what": what,
    }  # fmt: skip


@rule("第六十八条", "{name}{year}年的{what}已经提请或决定过（{number}）")
def stop_is_new(stop, facts):
    # One person, one file: the points of all workplaces are one sum, and so is the stop they call for.
    same = type(stop).objects.filter(
        staff__code=facts["staff"].code,
        kind=facts["kind"],
        year=facts["year"],
        status__in=["proposed", "in_force"],
    )
    other = same.exclude(pk=stop.pk).first()
    words = {"name": facts["staff"].name, "year": facts["year"], "what": type(stop).Kind(facts["kind"]).label}
    return other is None or {**words, "number": str(other)}


@rule("第六十八条", "自{start}起，止期应在 {first} 至 {last} 之间，填的是 {until}")
def stop_within_its_range(stop, facts):
    from ..models.points import range_of

    start, until = facts["started_on"], facts["until"]
    first, last = range_of(stop.agreement, facts["staff"], facts["kind"], facts["year"], start)
    return first <= until <= last or {"start": start, "first": first, "last": last, "until": until}


@rule("第六十八条", "起日 {start} 早于提请日 {on}。停止不能溯及提请以前，改为提请当日或以后")
def stop_begins_from_now_on(stop, facts, on):
    return facts["started_on"] >= on or {"start": facts["started_on"]}


@rule("第六十八条", "解除日期 {on} 早于起日 {thing.started_on}，核对日期")
def lifted_after_it_began(stop, on):
    return on >= stop.started_on


@rule("第五十九条", "写明公示全名的法律依据；没有依据的，只公示姓氏")
def legal_basis_is_written(stop, basis):
    return bool(basis.strip())


@rule("第五十九条", "已经同意公示姓名")
def name_is_not_out(stop):
    return stop.named_by_id is None
