"""版本管理：一人起草，另一人发布；发布后不可改；停用不动已签的。"""

import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from agreements.desk import desk_for
from agreements.edition_desk import actions
from agreements.gate import RuleBroken, perform
from agreements.models import Edition, EditionCase, EditionEvent
from agreements.models.event import chain_fault

from ..desk import TODAY
from .edition_texts import SMALL


def reworded(case, by, old="180日", new="90日"):
    """A save that changes a few words of the text."""
    return actions.save(case, {"text": case.text.replace(old, new)}, case.revision, by=by)


def submitted(case, by):
    """Sent in, with what was copied looked at."""
    case = actions.save(case, {}, case.revision, by=by, looked=[row for _, row in case.unseen])
    return perform(case.submit, by=by)


def published(case, writer, head):
    return actions.publish(submitted(_changed(case, writer), writer), by=head).edition


def _changed(case, by):
    return case if case.differs_from_base else reworded(case, by)


# ── from a copy to a publication ──


def test_a_copy_has_the_next_number_and_is_all_right_as_it_stands(copied, edition):
    assert (copied.status, copied.based_on, copied.region_id) == ("draft", edition, "630000")
    assert copied.reading.facts["version"] == f"{edition.version}.1"
    assert copied.faults == []
    assert {column: copied.sources[column] for column in ("text", "terms_source", "breaches_source")} == {
        column: edition.sources[column] for column in ("text", "terms_source", "breaches_source")
    }


def test_a_draft_becomes_an_edition_with_its_fingerprint(copied, edition, writer, head):
    new = published(reworded(copied, writer), writer, head)
    assert (new.code, new.version, new.region, new.complete) == (
        edition.code,
        f"{edition.version}.1",
        edition.region,
        True,
    )
    assert "不得超过90日" in new.form.article(79).paragraphs[0].text and new.sha256 != edition.sha256
    assert new.case.status == "published" and new in Edition.objects.open()


def test_numbers_of_the_desk_leave_whole_numbers_to_the_releases(edition, copied, writer, head):
    first = published(copied, writer, head)
    versions = [actions.copy_edition(one, by=writer).reading.facts["version"] for one in (edition, first)]
    assert versions == [f"{edition.version}.2"] * 2


def test_the_code_of_another_region_is_not_taken(edition, clerk):
    faults = actions.copy_edition(edition, by=clerk).faults
    assert [fault.sentence for fault in faults] == ["版本代码 qinghai-2025 是青海省的，本地区的换一个"]


def test_another_agency_writes_for_its_own_region(edition, clerk):
    case = actions.copy_edition(edition, by=clerk)
    assert (case.region_id, case.reading.facts["region"], case.reading.facts["region_name"]) == (
        "630100", "630100", "西宁市",
    )  # fmt: skip


@pytest.mark.parametrize("person", ["head", "operator", "leader"])
def test_who_does_not_write_begins_nothing(person, request, edition):
    with pytest.raises(PermissionDenied):
        actions.copy_edition(edition, by=request.getfixturevalue(person))
    assert not EditionCase.objects.exists()


def test_whoever_wrote_it_does_not_publish_it(copied, writer, second):
    case = submitted(reworded(copied, second), writer)
    with pytest.raises(RuleBroken, match="由另一人核对后发布"):
        actions.publish(case, by=second)
    with pytest.raises(PermissionDenied):
        actions.publish(case, by=writer)


def test_a_reviewer_who_wrote_nothing_may_publish(copied, writer, second):
    assert actions.publish(submitted(reworded(copied, writer), writer), by=second).status == "published"


def test_people_of_another_region_neither_write_nor_publish(copied, clerk, leader, writer):
    with pytest.raises(PermissionDenied):
        reworded(copied, clerk)
    with pytest.raises(PermissionDenied):
        actions.publish(submitted(reworded(copied, writer), writer), by=leader)


def test_what_is_sent_in_is_not_changed_but_may_be_sent_back(copied, writer, head):
    case = submitted(reworded(copied, writer), writer)
    with pytest.raises(RuleBroken, match="待发布"):
        reworded(case, writer, "90日", "60日")
    case = perform(case.send_back, by=head, reason="第七十九条的日数核对一下")
    assert case.status == "draft" and case.events.last().details["reason"] == "第七十九条的日数核对一下"


def test_a_draft_with_a_fault_is_neither_sent_in_nor_published(copied, writer, head):
    case = reworded(copied, writer, "第七十九条   ", "第八十条   ")
    with pytest.raises(RuleBroken, match="第八十条出现了2次"):
        submitted(case, writer)
    EditionCase.objects.filter(pk=case.pk).update(status="submitted")
    with pytest.raises(RuleBroken, match="处要改"):
        actions.publish(EditionCase.objects.get(pk=case.pk), by=head)


def test_two_drafts_of_one_number_become_one_edition(copied, edition, writer, head):
    twin = reworded(actions.copy_edition(edition, by=writer), writer)
    published(copied, writer, head)
    with pytest.raises(RuleBroken, match="已经发布"):
        submitted(twin, writer)


def test_a_discarded_draft_is_over(copied, head, writer):
    case = perform(copied.discard, by=head, reason="不再修订")
    with pytest.raises(RuleBroken, match="已作废"):
        reworded(case, writer)


# ── what was copied is looked at ──


def test_a_copy_of_which_nothing_was_changed_is_not_sent_in(copied, writer):
    with pytest.raises(RuleBroken, match="与底本完全一样"):
        perform(copied.submit, by=writer)
    assert copied.unseen == []  # the words are those of the base: there is nothing to look at


def test_only_what_rests_on_other_words_than_before_is_looked_at_again(copied, writer):
    case = reworded(copied, writer)
    left = [key for key, _ in case.unseen]
    assert "terms/suspension" in left and "deadlines/T-08" in left
    assert "terms/renewal" not in left and "terms/cites" not in left
    with pytest.raises(RuleBroken, match=r"照抄来的还有\d+张表没有核对：中止、.*按“核对无误”"):
        perform(case.submit, by=writer)


def test_who_changes_a_table_has_looked_at_it(copied, writer):
    case = reworded(copied, writer)
    terms = case.terms_source.replace("max_days = 180", "max_days = 90")
    case = actions.save(case, {"terms_source": terms}, case.revision, by=writer)
    assert "terms/suspension" not in [key for key, _ in case.unseen]


def test_a_text_with_other_numbers_makes_everything_copied_unseen(copied, writer):
    """An article number that happens to exist in the new text must not slip through."""
    case = actions.save(copied, {"text": SMALL}, copied.revision, by=writer)
    left = [key for key, _ in case.unseen]
    assert left[0] == "terms/cites" and {"terms/payment", "deadlines/T-03", "measures/65"} <= set(left)
    assert len(left) == len(case.to_check)


def test_an_imported_draft_was_written_elsewhere_and_asks_for_nothing(edition, writer):
    case = actions.import_edition(edition.sources, by=writer)
    assert case.to_check == [] and case.differs_from_base


# ── whose turn it is ──


def on_the_desk(user):
    return {title: [item.url for item in items] for title, items in desk_for(user) if "协议文本" in title}


def test_a_text_that_waits_for_publication_stands_on_the_desk_of_those_who_may_publish_it(
    copied, writer, second, head, leader, clerk
):
    case = submitted(reworded(copied, second), writer)
    place = {"要发布的协议文本": [case.get_absolute_url()]}
    assert on_the_desk(head) == place
    assert on_the_desk(second) == on_the_desk(writer) == {}  # who wrote it does not publish it
    assert on_the_desk(leader) == on_the_desk(clerk) == {}  # of another region
    perform(case.send_back, by=head, reason="再核对")
    assert on_the_desk(writer) == {"退回修改的协议文本": [case.get_absolute_url()]}
    assert on_the_desk(head) == {}


# ── two who write at once ──


def test_the_second_is_told_who_saved_what_and_loses_nothing(copied, writer, second):
    reworded(copied, second)
    with pytest.raises(RuleBroken, match=r"王存义在\d\d-\d\d \d\d:\d\d保存了协议文本（第七十九条）"):
        actions.save(
            copied, {"text": copied.text.replace("期满前3个月", "期满前6个月")}, copied.revision, by=writer
        )
    copied.refresh_from_db()
    assert "90日" in copied.text and "期满前3个月" in copied.text


def test_two_files_may_be_written_at_once(copied, writer, second):
    reworded(copied, second)
    later = actions.save(copied, {"commitment": copied.commitment + "\n附"}, copied.revision, by=writer)
    assert later.revision == 3 and "90日" in later.text


def test_saving_what_was_not_changed_writes_no_row(copied, writer):
    before = copied.events.count()
    actions.save(copied, {"text": copied.text}, copied.revision, by=writer)
    assert copied.events.count() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time by nature")
def test_of_two_saves_at_one_moment_exactly_one_is_kept(copied, writer):
    start, outcomes = threading.Barrier(2), []

    def save(days):
        try:
            case = EditionCase.objects.get(pk=copied.pk)
            start.wait()
            outcomes.append(reworded(case, writer, new=f"{days}日").revision)
        except RuleBroken as why:
            outcomes.append(str(why))
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=[days]) for days in (60, 90)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(isinstance(outcome, int) for outcome in outcomes) == [False, True]
    assert any("李若溪在" in str(outcome) for outcome in outcomes)


# ── the record ──


def test_the_record_says_who_wrote_what_and_is_only_added_to(copied, writer, head):
    published(reworded(copied, writer), writer, head)
    case = EditionCase.objects.get(pk=copied.pk)
    assert [event.act for event in case.events.all()] == ["begin", "write", "write", "submit", "publish"]
    assert case.events.all()[2].details["what"].startswith("核对中止、")
    assert case.events.all()[1].details["what"] == "协议文本（第七十九条）"
    assert chain_fault(case) is None
    call_command("verify_events")
    with pytest.raises(DatabaseError), transaction.atomic():
        EditionEvent.objects.update(actor_name="某人")


def test_a_published_edition_cannot_be_changed_or_deleted(copied, writer, head):
    edition = published(copied, writer, head)
    for change in (
        lambda: Edition.objects.filter(pk=edition.pk).update(text="改动"),
        lambda: Edition.objects.filter(pk=edition.pk).update(terms_source=""),
        lambda: Edition.objects.filter(pk=edition.pk)._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="已发布的协议文本不能改动或删除"), transaction.atomic():
            change()


# ── what agreements make of it ──


def test_an_agreement_keeps_its_edition_after_a_new_one_is_published(desk, edition, copied, writer, head):
    signed = desk.signed()
    new = published(reworded(copied, writer), writer, head)
    signed.refresh_from_db()
    assert signed.edition == edition != new and Edition.objects.newest() == new


@pytest.mark.rule("Q00.3")
def test_withdrawal_stops_new_drafts_and_touches_nothing_signed(desk, edition, copied, writer, head):
    being_signed = desk.to_sign()
    new = published(copied, writer, head)
    assert set(Edition.objects.open()) == {edition, new}
    actions.withdraw_edition(edition, by=head, reason="已有新修订")
    assert set(Edition.objects.open()) == {new} and edition.is_withdrawn
    with pytest.raises(RuleBroken, match="已停用，不能再用于起草"):
        desk.drafted(edition=edition)
    signed = desk.signed_of(being_signed)
    assert signed.status in ("signed", "active") and signed.papers.filter(purpose="signed_copy").exists()
    change = desk.change_request(signed)
    assert change.pk


def test_an_edition_is_withdrawn_once_and_by_its_own_region(edition, head, leader, writer):
    for person in (leader, writer):
        with pytest.raises(PermissionDenied):
            actions.withdraw_edition(edition, by=person, reason="已有新修订")
    assert not EditionCase.objects.exists()
    case = actions.withdraw_edition(edition, by=head, reason="已有新修订")
    assert case.status == "withdrawn" and chain_fault(case) is None
    with pytest.raises(RuleBroken, match="已停用"):
        actions.withdraw_edition(edition, by=head, reason="再停用")


def test_use_is_counted_in_one_query(desk, edition, django_assert_num_queries):
    desk.signed()
    with django_assert_num_queries(1):
        found = Edition.objects.with_use().get(code=edition.code)
    assert (found.signed_count, found.live_count) == (1, 1 if TODAY else 0)


def test_who_sees_which(desk, edition, copied, clerk, operator, other_operator, writer):
    desk.signed()
    seen = {
        person.name: Edition.objects.visible_to(person).exists()
        for person in (clerk, operator, other_operator)
    }
    assert seen == {clerk.name: True, operator.name: True, other_operator.name: False}
    assert copied in EditionCase.objects.visible_to(writer)
    for person in (clerk, operator):
        assert not EditionCase.objects.visible_to(person).exists()
        assert not EditionEvent.objects.visible_to(person).exists()
