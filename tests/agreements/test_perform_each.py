"""第六节：many records through the door at once leave the same rows and the same chain as one after the other."""

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.storage import FileSystemStorage
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agreements.gate import SYSTEM, RuleBroken, perform, perform_each
from agreements.models import Agreement, Deadline, Event, Job, Message, Paper
from agreements.models.event import first_fault

from ..desk import TODAY
from .batch_world import many, owed_again

pytestmark = [pytest.mark.django_db, pytest.mark.each_text, pytest.mark.own_days]

NOW = timezone.now()


class Undone(Exception):
    pass


def rows_after(deed):
    """Every row that an act may write, as `deed` leaves it; then it is undone. Keys are not compared: they go on."""
    try:
        with transaction.atomic(), time_machine.travel(NOW, tick=False):
            deed()
            rows = {
                model.__name__: [
                    {k: v for k, v in row.items() if k not in ("id", "file")}
                    for row in model.objects.order_by("pk").values()
                ]
                for model in (Agreement, Event, Deadline, Message, Paper)
            }
            raise Undone
    except Undone:
        return rows


def one_by_one(name, wanted, by):
    outcomes = []
    for thing, details in wanted:
        try:
            with transaction.atomic():
                outcomes.append(perform(getattr(thing, name), by=by, **details))
        except (RuleBroken, PermissionDenied) as why:
            outcomes.append(why)
    return outcomes


def compare(name, wanted, by):
    """Both ways; the rows of the bulk way and what came of each record."""
    came = {}
    one = rows_after(lambda: came.update(one=one_by_one(name, wanted, by)))
    each = rows_after(lambda: came.update(each=perform_each(name, wanted, by=by)))
    assert one == each
    assert [str(outcome.why or outcome.thing) for outcome in came["each"]] == [
        str(outcome) for outcome in came["one"]
    ]
    return each, came["each"]


def test_papers_issued_at_once_are_the_papers_issued_one_by_one(desk, regions):
    papers = owed_again(many(desk, regions, 4))
    wanted = [(paper, {"content": f"%PDF {paper.number}".encode(), "at": NOW}) for paper in papers]
    rows, _ = compare("issue", wanted, SYSTEM)
    assert [row["status"] for row in rows["Paper"] if row["purpose"] == "signed_copy"] == ["issued"] * 4
    assert len(rows["Event"]) > Event.objects.count()


def test_acts_on_agreements_with_their_clocks_and_messages(desk, regions):
    agreements = many(desk, regions, 3, reach="drafted")
    rows, _ = compare("negotiate", [(one, {}) for one in agreements], desk.clerk)
    assert [row["status"] for row in rows["Agreement"]] == ["negotiating"] * 3
    assert len(rows["Message"]) == Message.objects.count() + 6


def test_acts_that_write_rows_of_their_own(desk, regions, monkeypatch):
    agreements = many(desk, regions, 2)
    scans = [(one, {"on": TODAY}) for one in agreements]
    rows, _ = compare("accept_electronic_delivery", scans, desk.signatory)
    assert len(rows["Agreement"]) == 2


def test_a_refusal_of_one_leaves_the_others(desk, regions):
    agreements = many(desk, regions, 3, reach="drafted")
    perform(agreements[1].negotiate, by=desk.clerk)
    rows, outcomes = compare("negotiate", [(one, {}) for one in agreements], desk.clerk)
    assert [row["status"] for row in rows["Agreement"]] == ["negotiating"] * 3
    refusal = desk.words("不能送乙方协商（第二十八条）")
    assert isinstance(outcomes[1].why, RuleBroken) and refusal in str(outcomes[1].why)
    assert [outcome.why for outcome in outcomes[::2]] == [None, None]


def test_whoever_may_not_may_not_for_any_of_them(desk, regions):
    agreements = many(desk, regions, 2, reach="drafted")
    _, outcomes = compare("negotiate", [(one, {}) for one in agreements], desk.leader)
    assert all(isinstance(outcome.why, PermissionDenied) for outcome in outcomes)
    assert not Agreement.objects.filter(status="negotiating").exists()


def test_two_papers_of_one_agreement_stand_in_its_chain_one_after_the_other(desk):
    agreement = desk.signed()
    papers = [Paper.owe(agreement, "ending_notice", {}, TODAY.year) for _ in range(3)]
    outcomes = perform_each("issue", [(one, {"content": b"%PDF", "at": NOW}) for one in papers], by=SYSTEM)
    assert [outcome.why for outcome in outcomes] == [None] * 3
    last = list(Event.objects.filter(agreement=agreement, act="issue").order_by("seq"))[-3:]
    assert [event.subject for event in last] == [f"文书 {paper.number}" for paper in papers]
    assert first_fault(Agreement.objects.get(pk=agreement.pk)) is None


def test_what_an_act_itself_refuses_is_told_from_the_others(desk, regions, monkeypatch):
    papers = owed_again(many(desk, regions, 3))
    save = FileSystemStorage.save

    def full(storage, name, content, max_length=None):
        if papers[1].code in name:
            raise RuleBroken("这一份放不下（第八十四条）")
        return save(storage, name, content, max_length)

    monkeypatch.setattr(FileSystemStorage, "save", full)
    outcomes = perform_each("issue", [(one, {"content": b"%PDF", "at": NOW}) for one in papers], by=SYSTEM)
    assert [str(outcome.why or "") for outcome in outcomes] == ["", "这一份放不下（第八十四条）", ""]
    found = Paper.objects.filter(pk__in=[paper.pk for paper in papers]).order_by("pk")
    assert [paper.status for paper in found] == ["issued", "owed", "issued"]
    assert all(first_fault(paper.agreement) is None for paper in found)


def test_a_model_whose_record_is_its_own_row_goes_one_by_one(db):
    batch = [Job.objects.create(name=Job.Name.DAILY, day=TODAY, subject=str(number)) for number in range(2)]
    outcomes = perform_each("start", [(job, {}) for job in batch], by=SYSTEM)
    assert [outcome.thing.status for outcome in outcomes] == ["running"] * 2
    assert all(job.log for job in Job.objects.all())


def test_a_record_that_is_gone_is_an_error_and_nothing_is_done(desk, regions):
    papers = owed_again(many(desk, regions, 2))
    Paper.objects.filter(pk=papers[0].pk).delete()
    with pytest.raises(Paper.DoesNotExist):
        perform_each("issue", [(one, {"content": b"%PDF", "at": NOW}) for one in papers], by=SYSTEM)
    assert Paper.objects.get(pk=papers[1].pk).status == "owed"


def test_ten_need_as_many_statements_as_two(desk, regions):
    papers = owed_again(many(desk, regions, 12))

    def statements(some):
        with CaptureQueriesContext(connection) as queries:
            perform_each("issue", [(one, {"content": b"%PDF", "at": NOW}) for one in some], by=SYSTEM)
        return len(queries)

    assert statements(papers[:2]) == statements(papers[2:])
