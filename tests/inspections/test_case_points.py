"""记分：决定的案件列出责任人员，一人提请一次，负责人决定（第六十八条）。"""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.urls import reverse

from agreements.clocks.deadlines import add_months
from agreements.desk import desk_for
from agreements.gate import RuleBroken, perform
from inspections.cases.plan import Ban
from inspections.cases.points import propose, reason_from, responsible_in
from inspections.models import PointsRecord
from inspections.models.points import total_of
from institutions.models import StaffMember

from ..desk import TODAY
from .case_desk import plan

pytestmark = pytest.mark.each_text

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def staff(hospital):
    return [
        StaffMember.objects.create(institution=hospital, code=f"D63010500000{n}", name=name, kind="physician")
        for n, name in enumerate(["马晓东", "李春华", "韩玉珍"], start=1)
    ]


def row(staff, points=2, **changed):
    return {"staff": staff, "points": points, "responsibility": "main", "reason": "重复收费", **changed}


def proposed(people, case, *rows):
    return propose(case, by=people.desk.clerk, rows=rows, on=TODAY)


@pytest.fixture
def case(people, staff):
    return people.decided(items=[{"staff": staff[0]}])


@pytest.mark.rule("Q68.1")
def test_who_is_responsible_stands_in_the_items_and_the_stops_of_the_decision(people, staff):
    stop = Ban("person", staff[1].pk, 4, add_months(TODAY, people.person_stop.max_months))
    items = [
        {"staff": staff[0]},
        {"staff": staff[0], "item": "QH-65-01", "part": ""},
        {"item": "QH-65-03", "part": ""},
        people.stopping(),
    ]
    case = people.decided(decided=plan(bans=(stop,)), items=items)
    assert [(one.staff, [item.order for item in one.items]) for one in responsible_in(case)] == [
        (staff[0], [1, 2]),
        (staff[1], [4]),
    ]


@pytest.mark.rule("Q68.1")
def test_the_clerk_proposes_and_the_leader_decides_and_then_it_counts(people, case, staff):
    [record] = proposed(people, case, row(staff[0], 3))
    assert (record.breach_case, record.status, total_of(staff[0], TODAY.year)) == (case, "proposed", 0)
    with pytest.raises(PermissionDenied):
        perform(record.confirm, by=people.desk.clerk, on=TODAY)
    perform(record.confirm, by=people.desk.leader, on=TODAY)
    assert total_of(staff[0], TODAY.year) == 3
    assert case.agreement.papers.filter(purpose="points_notice").exists()


@pytest.mark.rule("Q68.1")
def test_nobody_is_given_points_twice_for_one_case(people, case, staff):
    proposed(people, case, row(staff[0]))
    with pytest.raises(RuleBroken, match=people.desk.words(f"马晓东已因案件{case.number}记分.*第六十八条")):
        proposed(people, case, row(staff[1]), row(staff[0]))
    assert PointsRecord.objects.count() == 1  # all or none
    with pytest.raises(IntegrityError):
        PointsRecord.objects.create(
            agreement=case.agreement,
            staff=staff[0],
            breach_case=case,
            points=1,
            given_on=TODAY,
            reason="又一次",
        )


@pytest.mark.rule("Q68.1")
def test_what_was_declined_may_be_proposed_again(people, case, staff):
    [record] = proposed(people, case, row(staff[0], 3))
    perform(record.decline, by=people.desk.leader, reason="责任程度写轻一档", on=TODAY)
    assert proposed(people, case, row(staff[0], 1))


@pytest.mark.rule("Q68.1")
def test_a_case_that_is_not_decided_gives_no_points(people, staff):
    case = people.hearing(items=[{"staff": staff[0]}])
    with pytest.raises(RuleBroken, match=people.desk.words("还没有作出处理决定.*第六十八条")):
        proposed(people, case, row(staff[0]))


@pytest.mark.only_text("qinghai", reason="no points in the other texts (第六十八条)")
@pytest.mark.rule("Q68.1")
def test_the_page_of_the_case_proposes_for_whom_is_chosen(people, staff, client):
    case = people.decided(items=[{"staff": staff[0]}, {"staff": staff[1], "item": "QH-65-01", "part": ""}])
    client.force_login(people.desk.clerk, backend=BACKEND)
    path = reverse("case-points", args=[case.number])
    assert path in client.get(case.get_absolute_url()).content.decode()
    page = client.get(path).content.decode()
    assert reason_from(case, case.items.filter(order=1)) in page and "1 至 3 分" in page
    one, two = (f"staff-{person.pk}-" for person in staff[:2])
    said = {f"{one}chosen": "on", f"{one}points": 2, f"{one}responsibility": "main", f"{one}reason": "重复收费",
            f"{two}points": 1, f"{two}responsibility": "ordinary", f"{two}reason": "核验不严"}  # fmt: skip
    assert "1 至 3" in client.post(path, {**said, f"{one}points": 4}).content.decode()
    assert not PointsRecord.objects.exists()
    assert client.post(path, said).url == case.get_absolute_url()
    assert [(each.staff, each.points) for each in PointsRecord.objects.all()] == [(staff[0], 2)]
    assert "拟记" in client.get(path).content.decode()
    assert (
        "没有选人"
        in client.post(path, {name: said[name] for name in said if name.startswith(two)}).content.decode()
    )


def test_the_clerks_desk_asks_for_points_where_damages_were_decided(people, staff):
    title = "要提请的记分"
    people.decided(decided=plan(damages=Decimal(0)), items=[{"staff": staff[0]}])
    assert title not in dict(desk_for(people.desk.clerk))


@pytest.mark.only_text("qinghai", reason="no points in the other texts (第六十八条)")
def test_the_desk_is_quiet_once_they_are_proposed(people, case, staff):
    title = "要提请的记分"
    [item] = dict(desk_for(people.desk.clerk))[title]
    assert item.url == reverse("case-points", args=[case.number])
    proposed(people, case, row(staff[0]))
    assert title not in dict(desk_for(people.desk.clerk))


@pytest.mark.parametrize(
    "person, answer", [("clerk", 200), ("reviewer", 403), ("operator", 403), ("other_operator", 404)]
)
def test_who_may_open_the_page(people, case, client, request, person, answer):
    client.force_login(request.getfixturevalue(person), backend=BACKEND)
    assert client.get(reverse("case-points", args=[case.number])).status_code == answer
