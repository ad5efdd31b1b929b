"""The record of events: complete, append-only, chained."""

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction

from agreements import append_only
from agreements.models import Edition, Event
from agreements.models.event import first_fault


@pytest.fixture
def agreement(desk):
    return desk.suspended()


def test_every_act_is_on_record_with_who_for_whom_and_on_what_ground(agreement, desk):
    event = agreement.events.get(act="suspend_on_request")
    assert (event.actor, event.actor_name, event.unit_name) == (
        desk.leader,
        "韩兆麟",
        "西宁市医疗保障经办服务中心",
    )
    assert (event.label, event.article, event.before, event.after) == (
        "依申请中止",
        "第七十九条",
        "active",
        "suspended",
    )
    assert event.details["reason"] == "停业装修"
    assert [e.seq for e in agreement.events.order_by("seq")] == list(range(1, agreement.events.count() + 1))


def test_a_name_is_copied_and_stays_when_the_person_is_renamed(agreement, desk):
    desk.leader.name = "改名"
    desk.leader.save()
    assert agreement.events.get(act="suspend_on_request").actor_name == "韩兆麟"


def test_a_whole_chain_verifies(agreement, capsys):
    call_command("verify_events")
    assert "记录完好" in capsys.readouterr().out


@pytest.mark.parametrize("model", [Event, Edition])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_database_refuses_to_change_or_delete_a_row(agreement, model, verb):
    rows = model.objects.all()
    with pytest.raises(Error, match="不能改动"), transaction.atomic():
        if verb == "update":
            rows.update(**{"actor_name" if model is Event else "title": "别人"})
        else:
            rows._raw_delete(rows.db)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "damage, sentence",
    [
        (lambda events: events.filter(seq=3).update(actor_name="别人"), "第3条.*被改动"),
        (lambda events: events.filter(seq=3).update(details={"reason": "改过"}), "第3条.*被改动"),
        (lambda events: events.filter(seq=4).delete(), "第4条缺失"),
        (lambda events: events.order_by("-seq")[:1].get().delete(), "末尾缺失"),
        (lambda events: (events.filter(seq=5).update(seq=99), events.filter(seq=6).update(seq=5),
                         events.filter(seq=99).update(seq=6)), "第5条.*对不上"),
    ],
)  # fmt: skip
def test_a_changed_missing_or_reordered_row_is_found_and_named(agreement, damage, sentence, capsys):
    append_only.unprotect(connection)
    try:
        damage(agreement.events.all())
    finally:
        append_only.protect(connection)
    with pytest.raises(CommandError, match="1份的记录不完好"):
        call_command("verify_events")
    out = capsys.readouterr().out
    assert agreement.number in out
    agreement.refresh_from_db()
    import re

    assert re.search(sentence, first_fault(agreement))
