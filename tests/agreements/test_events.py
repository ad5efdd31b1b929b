"""The record of events: complete, append-only, chained."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction

from agreements import actions, append_only
from agreements.gate import perform
from agreements.models import Edition, Event, Paper
from agreements.models.event import first_fault
from agreements.papers.printing import print_owed

from ..desk import FACTS, signature

pytestmark = pytest.mark.each_text


@pytest.fixture
def agreement(desk):
    return desk.suspended_for_breach(desk.signed())


def test_every_act_is_on_record_with_who_for_whom_and_on_what_ground(agreement, desk):
    event = agreement.events.get(act="suspend_for_breach")
    assert (event.actor, event.actor_name, event.unit_name) == (
        desk.leader,
        "韩兆麟",
        desk.leader.agency.name,
    )
    assert (event.label, event.article, event.before, event.after) == (
        "违约中止",
        desk.words("第六十六条"),
        "active",
        "suspended",
    )
    assert event.details["reason"] == FACTS
    assert [e.seq for e in agreement.events.order_by("seq")] == list(range(1, agreement.events.count() + 1))


def test_a_name_is_copied_and_stays_when_the_person_is_renamed(agreement, desk):
    desk.leader.name = "改名"
    desk.leader.save()
    assert agreement.events.get(act="suspend_for_breach").actor_name == "韩兆麟"


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


@pytest.mark.parametrize(
    "written, sentence",
    [
        ({"ends_on": "2099-12-31"}, "有效期与第"),
        ({"snapshot": {"cover": {"institution_name": "别家"}}}, "封面快照与第"),
        ({"status": "active"}, "现为“履行中”，与第"),
    ],
)
def test_a_row_that_says_otherwise_than_its_record_is_found(agreement, written, sentence):
    type(agreement).objects.filter(pk=agreement.pk).update(**written)
    agreement.refresh_from_db()
    assert sentence in first_fault(agreement)


def test_a_file_is_on_record_with_its_hash(desk):
    from django.core.files.uploadedfile import SimpleUploadedFile

    scan = SimpleUploadedFile("签章页.pdf", b"%PDF-1.4 sealed")
    agreement = desk.to_sign()
    given = signature("祁雪原", agreement.fixed_on, statement="", scan=scan)
    agreement = actions.sign(agreement, "institution", by=desk.signatory, **given)
    kept = agreement.events.get(act="sign_for_institution").details["scan"]
    assert kept["sha256"] == agreement.sign_records.get().scan_sha256


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
    assert re.search(sentence, first_fault(agreement))


def test_a_letter_between_agencies_is_not_in_the_hospitals_events(agreement, desk, client):
    letter = Paper.owe(agreement, Paper.Purpose.CASCADE_NOTICE, {}, 2026)
    notice = Paper.owe(agreement, Paper.Purpose.ENDING_NOTICE, {}, 2026)
    for paper in (letter, notice):
        print_owed(paper)
        perform(Paper.objects.get(pk=paper.pk).make_void, by=desk.leader, reason="内容有误")
    for person, seen in ((desk.clerk, 2), (desk.operator, 0)):
        found = Event.objects.visible_to(person).filter(agreement=agreement)
        assert found.filter(subject__endswith=letter.number).count() == seen
        assert found.filter(subject__endswith=notice.number).count() == 2
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        assert (letter.number in client.get(agreement.get_absolute_url()).content.decode()) == bool(seen)
