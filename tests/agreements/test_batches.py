"""打印批次：按条件选出，各印一份，一份一次；停得下、接得上，没有印出的写明原因（第八十四条）。"""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agreements import actions as acts
from agreements import tasks
from agreements.batches import actions, printers, work
from agreements.batches.figures import figures_of
from agreements.batches.selection import chosen, preview
from agreements.gate import SYSTEM, RuleBroken, acts_of, declared, perform
from agreements.jobs import queue
from agreements.models import Agreement, Event, Paper, PrintBatch, PrintItem, Sequence
from agreements.models.event import first_fault
from agreements.papers import lanes, printing
from agreements.papers.fill.golden import NoSecondRenderer
from agreements.papers.refusals import MissingGlyph

from ..desk import TODAY
from .batch_world import another, many, owed_again, without_copies
from .seal_world import seal_in_use

pytestmark = [pytest.mark.django_db, pytest.mark.each_text, pytest.mark.own_days]
Status, State = PrintBatch.Status, PrintItem.State
EVERYBODY = "category=general"


@pytest.fixture(autouse=True)
def no_golden_check(monkeypatch):
    monkeypatch.setattr(lanes, "check_sample", lambda papers, signer: [])


@pytest.fixture
def held(monkeypatch):
    """What goes to the worker stays here until it is asked for."""
    held = []
    monkeypatch.setattr(queue, "at_once", lambda task, *args: held.append((task.rpartition(".")[2], args)))
    return held


def worked_off(held, most=99):
    """The worker takes what waits, and what comes of it."""
    for _ in range(most):
        if not held:
            return
        name, args = held.pop(0)
        getattr(tasks, name)(*args)


def asked(by, query=EVERYBODY, **changed):
    return actions.ask(query, by=by, **changed)


def now(batch):
    return PrintBatch.objects.get(pk=batch.pk)


def states(batch):
    return list(batch.items.in_order().values_list("state", flat=True))


# ── a whole life ──


def test_a_batch_from_the_asking_to_the_archive(desk, regions):
    agreements = without_copies(many(desk, regions, 3))
    batch = now(asked(desk.clerk))
    assert batch.status == Status.DONE and states(batch) == [State.DONE] * 3
    papers = [agreement.papers.get(purpose="signed_copy") for agreement in agreements]
    assert [paper.status for paper in papers] == ["issued"] * 3
    with zipfile.ZipFile(batch.file.open("rb")) as archive:
        names = archive.namelist()
        assert names[0] == f"0001 {agreements[0].number} 西宁第10医院.pdf" and names[-1] == "清单.csv"
        assert [archive.read(name) for name in names[:-1]] == [paper.read() for paper in papers]
        assert papers[1].sha256 in archive.read("清单.csv").decode("utf-8-sig")
    assert batch.size == batch.file.size and len(batch.sha256) == 64
    assert [line["what"] for line in batch.log] == ["开始打印", "汇总", "完成"]


def test_each_paper_is_in_the_record_of_its_agreement(desk, regions):
    agreement = without_copies(many(desk, regions, 1))[0]
    asked(desk.clerk)
    event = Event.objects.filter(agreement=agreement).latest("seq")
    assert (event.act, event.actor_role, event.article) == ("issue", "system", desk.words("第八十四条"))
    assert first_fault(Agreement.objects.get(pk=agreement.pk)) is None


def test_what_is_printed_already_comes_into_the_output_and_keeps_its_number(desk, regions):
    agreement = many(desk, regions, 1)[0]
    before = agreement.papers.get(purpose="signed_copy")
    batch = now(asked(desk.clerk))
    item = batch.items.get()
    assert (
        item.paper == before and Paper.objects.filter(agreement=agreement, purpose="signed_copy").count() == 1
    )
    assert item.paper.issued_at == before.issued_at


def test_new_numbers_follow_each_other_in_the_order_of_the_batch(desk, regions):
    agreements = without_copies(many(desk, regions, 4))
    series = Paper.series(agreements[0].agency, "signed_copy", TODAY.year)
    last = Sequence.objects.get(name=f"文号 {series}").last
    asked(desk.clerk)
    numbers = [one.papers.get(purpose="signed_copy").number for one in agreements]
    assert numbers == [f"{series}{last + step}号" for step in range(1, 5)]


def test_signing_copies_are_printed_too(desk, regions):
    agreements = many(desk, regions, 2, reach="to_sign")
    owed_again(agreements, "signing_copy")
    batch = now(asked(desk.clerk, purpose="signing_copy", output="files"))
    assert batch.status == Status.DONE and not batch.file
    assert [item.paper.status for item in batch.items.all()] == ["issued"] * 2


# ── what goes wrong ──


@pytest.fixture
def one_bad(monkeypatch):
    """The copy of one hospital cannot be printed while this holds a number."""
    bad = set()
    printed = printing.printed

    def picky(paper, *_):
        if paper.agreement.institution.code in bad:
            raise MissingGlyph("𬭚", "法定代表人")
        return printed(paper)

    monkeypatch.setattr(printing, "printed", picky)
    return bad


def test_one_that_fails_is_a_row_with_its_reason_and_the_retry_prints_it(desk, regions, one_bad):
    agreements = without_copies(many(desk, regions, 3))
    one_bad.add(agreements[1].institution.code)
    batch = now(asked(desk.clerk))
    assert batch.status == Status.PARTIAL and states(batch) == [State.DONE, State.FAILED, State.DONE]
    item = batch.items.get(state=State.FAILED)
    assert "“𬭚”（U+2CB5A）字体中没有" in item.reason and item.tries == 1
    assert "1份没有印出" in batch.message
    paper = agreements[1].papers.get(purpose="signed_copy")
    assert paper.status == "owed" and paper.failure == item.reason
    with zipfile.ZipFile(batch.file.open("rb")) as archive:
        assert len(archive.namelist()) == 3
    one_bad.clear()
    actions.carry_on(batch, "retry", by=desk.clerk)
    batch = now(batch)
    assert batch.status == Status.DONE and states(batch) == [State.DONE] * 3
    assert batch.items.get(pk=item.pk).tries == 2
    again = agreements[1].papers.get(purpose="signed_copy")
    assert (again.number, again.status, again.failure) == (paper.number, "issued", "")


def test_an_error_of_the_press_is_logged_and_the_others_are_printed(desk, regions, monkeypatch):
    many_owed = owed_again(many(desk, regions, 2))
    printed = printing.printed
    monkeypatch.setattr(
        printing, "printed", lambda paper, *_: 1 / 0 if paper == many_owed[0] else printed(paper)
    )
    batch = now(asked(desk.clerk))
    assert states(batch) == [State.FAILED, State.DONE]
    assert "已记入运行日志" in batch.items.get(state=State.FAILED).reason


def test_what_went_back_to_draft_after_the_asking_is_not_printed(desk, regions, held):
    agreements = many(desk, regions, 2, reach="to_sign")
    owed_again(agreements, "signing_copy")
    batch = asked(desk.clerk, purpose="signing_copy", output="files")
    acts.return_to_draft(Agreement.objects.get(pk=agreements[0].pk), by=desk.reviewer, reason="床位有误")
    worked_off(held)
    assert states(batch) == [State.FAILED, State.DONE]
    assert "还没有定稿" in batch.items.get(state=State.FAILED).reason


def test_a_difference_in_the_sample_stops_the_batch_before_anything_is_issued(desk, regions, monkeypatch):
    owed_again(many(desk, regions, 2))
    monkeypatch.setattr(lanes, "check_sample", lambda papers, signer: [f"{papers[0].number}：第3页文字不同"])
    batch = now(asked(desk.clerk))
    assert batch.status == Status.PAUSED and "第3页文字不同" in batch.message
    assert states(batch) == [State.WAITING] * 2
    assert not Paper.objects.filter(purpose="signed_copy", status="issued").exists()
    monkeypatch.setattr(lanes, "check_sample", lambda papers, signer: [])
    actions.carry_on(batch, "resume", by=desk.clerk)
    assert now(batch).status == Status.DONE and now(batch).checked == 2


@pytest.mark.parametrize(
    "trouble, status, said",
    [
        (NoSecondRenderer(), Status.PAUSED, "没有找到 pdftoppm"),
        (ZeroDivisionError(), Status.PAUSED, "比对程序出错，已记入运行日志"),
        (MissingGlyph("𬭚", "法定代表人"), Status.DONE, ""),
    ],
)
def test_what_cannot_be_compared_stops_the_batch_and_what_cannot_be_printed_does_not(
    trouble, status, said, desk, regions, monkeypatch
):
    def check(papers, signer):
        raise trouble

    owed_again(many(desk, regions, 1))
    monkeypatch.setattr(lanes, "check_sample", check)
    batch = now(asked(desk.clerk))
    assert batch.status == status and said in batch.message


def test_an_output_that_cannot_be_made_leaves_the_papers_and_a_retry(desk, regions, monkeypatch):
    many(desk, regions, 1)
    monkeypatch.setattr(Paper, "read", lambda paper: 1 / 0)
    batch = now(asked(desk.clerk))
    assert batch.status == Status.PARTIAL and "成品没有做成" in batch.message and not batch.file
    monkeypatch.undo()
    monkeypatch.setattr(lanes, "check_sample", lambda papers, signer: [])
    actions.carry_on(batch, "retry", by=desk.clerk)
    assert now(batch).status == Status.DONE and now(batch).file


def test_an_output_names_the_paper_whose_file_is_gone(desk, regions):
    (agreement,) = many(desk, regions, 1)
    paper = agreement.papers.get(purpose="signed_copy")
    paper.file.storage.delete(paper.file.name)
    batch = now(asked(desk.clerk))
    assert batch.status == Status.PARTIAL and f"{paper.number} 的文件不在了" in batch.message


def test_the_sample_is_of_what_the_batch_prints_and_not_of_what_is_out(desk, regions, monkeypatch):
    many(desk, regions, 3)
    owed = owed_again(many(desk, regions, 1, first=90))
    seen = []
    monkeypatch.setattr(lanes, "check_sample", lambda papers, signer: seen.extend(papers) or [])
    batch = now(asked(desk.clerk))
    assert seen == owed and (batch.checked, batch.status) == (1, Status.DONE)


def test_a_paper_that_was_voided_since_is_not_in_the_output(desk, regions, held):
    agreements = many(desk, regions, 2)
    batch = asked(desk.clerk)
    while held[0][0] != "bind_batch":
        worked_off(held, 1)
    first, second = (one.papers.get(purpose="signed_copy") for one in agreements)
    acts.void_paper(first, by=desk.reviewer, reason="内容有误")
    worked_off(held)
    assert now(batch).status == Status.DONE
    with zipfile.ZipFile(now(batch).file.open("rb")) as archive:
        names, listed = archive.namelist(), archive.read("清单.csv").decode("utf-8-sig")
    assert len(names) == 2 and agreements[1].number in names[0]
    copies = desk.terms.signing.copies
    assert f"{first.number},{first.code},{copies},已作废，未收入," in listed and second.sha256 in listed


def test_a_retry_leaves_one_output_in_the_storage(desk, regions, one_bad):
    many(desk, regions, 1)
    (owed,) = owed_again(many(desk, regions, 1, first=20))
    one_bad.add(owed.agreement.institution.code)
    batch = now(asked(desk.clerk))
    before = Path(batch.file.path)
    assert batch.status == Status.PARTIAL and before.exists()
    one_bad.clear()
    actions.carry_on(batch, "retry", by=desk.clerk)
    assert now(batch).status == Status.DONE and Path(now(batch).file.path).exists() and not before.exists()


# ── pause, resume, cancel ──


def test_a_paused_batch_stops_after_what_is_in_hand_and_goes_on_from_there(desk, regions, held, monkeypatch):
    owed_again(many(desk, regions, 5))
    monkeypatch.setattr(work, "CHUNK", 2)
    batch = asked(desk.clerk)
    worked_off(held, most=1)
    chunks = []
    chunk = work.chunk
    monkeypatch.setattr(
        work, "chunk", lambda one: chunks.append(chunk(one, 2)) or perform(one.pause, by=desk.clerk)
    )
    worked_off(held)
    assert now(batch).status == Status.PAUSED and states(batch) == [State.DONE] * 2 + [State.WAITING] * 3
    monkeypatch.setattr(work, "chunk", chunk)
    actions.carry_on(batch, "resume", by=desk.clerk)
    worked_off(held)
    assert now(batch).status == Status.DONE and chunks == [2]
    assert [item.tries for item in batch.items.all()] == [1] * 5
    assert (
        Event.objects.filter(act="issue", subject__contains="协〔").values("subject").distinct().count() == 10
    )


def test_a_cancelled_batch_prints_no_more_and_what_is_out_stays(desk, regions, held):
    papers = owed_again(many(desk, regions, 3))
    batch = asked(desk.clerk)
    worked_off(held, most=1)
    work.chunk(batch, 1)
    perform(batch.cancel, by=desk.clerk)
    worked_off(held)
    assert now(batch).status == Status.CANCELLED and now(batch).finished_at
    assert [Paper.objects.get(pk=paper.pk).status for paper in papers] == ["issued", "owed", "owed"]
    with pytest.raises(RuleBroken, match="现为“已取消”，不能继续（第八十四条）"):
        actions.carry_on(batch, "resume", by=desk.clerk)


def test_an_old_lane_of_a_resumed_batch_finds_that_it_is_over(desk, regions, held):
    owed_again(many(desk, regions, 2))
    batch = asked(desk.clerk)
    worked_off(held, most=1)
    old = [args for name, args in held]
    perform(batch.pause, by=desk.clerk)
    actions.carry_on(batch, "resume", by=desk.clerk)
    held.clear()
    for args in old:
        tasks.print_lane(*args)
    tasks.begin_batch(batch.pk, 1)
    assert states(batch) == [State.WAITING] * 2 and held == []


# ── killed workers ──


def test_what_a_killed_worker_had_in_hand_is_printed_by_another_under_its_number(desk, regions, held):
    agreements = without_copies(many(desk, regions, 3))
    batch = asked(desk.clerk)
    worked_off(held, most=1)
    _, papers = work.take(batch, 2)  # and killed here
    assert states(batch) == [State.CLAIMED] * 2 + [State.WAITING]
    PrintItem.objects.filter(state=State.CLAIMED).update(claimed_at=timezone.now() - work.CLAIM_LASTS * 2)
    worked_off(held)
    assert now(batch).status == Status.DONE
    assert [one.papers.get(purpose="signed_copy").number for one in agreements[:2]] == [
        paper.number for paper in papers
    ]


def test_a_worker_taken_for_dead_writes_nothing_down_twice(desk, regions, held):
    owed_again(many(desk, regions, 2))
    batch = asked(desk.clerk)
    worked_off(held, most=1)
    items, papers = work.take(batch, 2)
    slow = [
        (item, paper, printers.print_on(paper, printers.Seals()))
        for item, paper in zip(items, papers, strict=True)
    ]
    PrintItem.objects.update(claimed_at=timezone.now() - work.CLAIM_LASTS * 2)
    work.release_lost(batch)
    worked_off(held)
    issued = Event.objects.filter(act="issue").count()
    work.settle(slow)
    assert Event.objects.filter(act="issue").count() == issued
    assert [item.tries for item in batch.items.all()] == [1, 1]


def test_a_paper_that_somebody_else_printed_meanwhile_counts_as_printed(desk, regions, held):
    owed_again(many(desk, regions, 1))
    batch = asked(desk.clerk)
    worked_off(held, most=1)
    items, papers = work.take(batch, 1)
    mine = [(items[0], papers[0], printers.print_on(papers[0], printers.Seals()))]
    assert printing.print_owed(papers[0])
    work.settle(mine)
    assert (
        states(batch) == [State.DONE]
        and Event.objects.filter(act="issue", subject=f"文书 {papers[0]}").count() == 2
    )


def test_a_batch_of_which_nobody_is_heard_is_taken_up_by_the_clock(desk, regions, held):
    owed_again(many(desk, regions, 2))
    batch = asked(desk.clerk)
    worked_off(held, most=1)
    held.clear()  # the workers are gone
    assert actions.revive() == 0
    PrintBatch.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=6))
    tasks.every_few_minutes()
    worked_off(held)
    assert now(batch).status == Status.DONE and now(batch).attempt == 2
    assert [line["what"] for line in now(batch).log][:2] == ["开始打印", "中断后接手"]


def test_a_batch_that_goes_on_is_not_taken_up(desk, regions, held):
    owed_again(many(desk, regions, 1))
    batch = asked(desk.clerk)
    with pytest.raises(RuleBroken, match="正在运行，不必接手；5分钟没有动静才算中断"):
        perform(batch.take_up, by=SYSTEM)


def test_a_slow_lane_gives_back_what_it_has_not_come_to(desk, regions, held, monkeypatch):
    owed_again(many(desk, regions, 3))
    batch = asked(desk.clerk)
    worked_off(held, most=1)
    moments = iter([0, 1, 99, 99])
    monkeypatch.setattr(work, "monotonic", lambda: next(moments))
    assert work.chunk(batch) == 3
    assert states(batch) == [State.DONE, State.WAITING, State.WAITING]


# ── what is chosen ──


def judged(by, query, purpose="signed_copy"):
    return preview(chosen(query, by).qs, purpose)


def test_the_preview_counts_what_is_printed_and_what_is_left_out_with_the_reason(desk, regions):
    drafts = many(desk, regions, 2, reach="drafted", first=10)
    many(desk, regions, 1, reach="to_sign", first=20)
    many(desk, regions, 2, first=30)
    owed_again(many(desk, regions, 1, first=40))
    without_copies(many(desk, regions, 1, first=50))
    failed = owed_again(many(desk, regions, 1, first=60))
    Paper.objects.filter(pk=failed[0].pk).update(failure="字体中没有“𬭚”")
    shown = judged(desk.clerk, EVERYBODY)
    assert shown.counts == {
        "not_fixed": 2, "not_signed": 1, "printed": 2, "owed": 1, "missing": 1, "failed_before": 1,
    }  # fmt: skip
    assert (shown.total, shown.included_count, shown.to_print, shown.excluded_count) == (8, 5, 3, 3)
    reasons = dict(shown.listed)
    assert reasons[drafts[0]] == "文本还没有定稿（签订前准备），定稿后再印"
    assert reasons[failed[0].agreement] == "上次没有印出，再印一次：字体中没有“𬭚”"
    batch = asked(desk.clerk)
    left_out = batch.items.filter(state=State.EXCLUDED)
    assert left_out.count() == 3 and all(item.reason for item in left_out)
    assert batch.items.filter(state=State.DONE).count() == 5


def test_the_preview_counts_what_cannot_be_printed_for_want_of_a_seal(
    desk, regions, agency, tmp_path, settings
):
    settings.SEAL_TEST_KEYS = tmp_path / "keys"
    many(desk, regions, 1)
    owed_again(many(desk, regions, 2, first=20))
    many(desk, regions, 1, reach="to_sign", first=30)
    assert judged(desk.clerk, EVERYBODY).unsealed == ()  # sealed on paper
    seal = seal_in_use(agency, desk.reviewer, desk.leader)
    assert judged(desk.clerk, EVERYBODY).unsealed == ()
    perform(seal.withdraw, by=desk.leader, reason="换章")
    ((why, count),) = judged(desk.clerk, EVERYBODY).unsealed
    assert count == 2 and "停用（换章）" in why and "启用新的印章" in why
    assert judged(desk.clerk, EVERYBODY, "signing_copy").unsealed == ()


@pytest.mark.parametrize(
    "query, count",
    [
        ("expiring={ends_on}", 2),
        ("expiring={starts_on}", 0),
        ("region={home}", 3),
        ("region=630200", 0),
        ("category=general", 3),
        ("category=tcm", 0),
        ("state=active", 2),
        ("state=active&state=draft", 3),
        ("q=第11", 1),
    ],
)
def test_the_conditions(query, count, desk, regions):
    many(desk, regions, 2)
    many(desk, regions, 1, reach="drafted", first=20)
    query = query.format(home=desk.clerk.agency.region_id, **desk.term)
    assert judged(desk.clerk, query).total == count


def test_ticked_agreements_are_what_is_chosen_and_a_strangers_key_is_nobody(desk, regions, other_clerk):
    agreements = many(desk, regions, 3)
    keys = f"pick={agreements[0].pk}&pick={agreements[2].pk},x,{10**18}"
    assert judged(desk.clerk, keys).total == 2
    assert judged(other_clerk, keys).total == 0
    assert chosen(keys, desk.clerk).in_words == "选中的协议：2份"


def test_a_condition_that_is_none_is_refused_and_nothing_to_print_is_said(desk, regions):
    many(desk, regions, 1, reach="drafted")
    with pytest.raises(RuleBroken, match="没有可以打印的协议"):
        asked(desk.clerk)
    with pytest.raises(RuleBroken, match="条件有误"):
        asked(desk.clerk, "expiring=soon")
    assert not PrintBatch.objects.exists()


# ── who may ──


def test_who_may_print_and_what_of(desk, regions, county_clerk, other_clerk):
    many(desk, regions, 1)
    for person in (desk.operator, desk.signatory):
        with pytest.raises(PermissionDenied):
            asked(person)
    with pytest.raises(RuleBroken, match="没有可以打印的协议"):
        asked(other_clerk)
    for person in (desk.clerk, desk.reviewer, desk.leader, county_clerk):
        assert asked(person).agency == person.agency


def test_only_its_own_agency_sees_a_batch_or_touches_it(desk, regions, county_clerk, held):
    many(desk, regions, 1)
    batch = asked(desk.clerk)
    assert list(PrintBatch.objects.visible_to(desk.leader)) == [batch]
    for stranger in (county_clerk, desk.operator):
        assert not PrintBatch.objects.visible_to(stranger).exists()
        assert not PrintItem.objects.visible_to(stranger).exists()
        with pytest.raises(PermissionDenied):
            perform(batch.pause, by=stranger)


def test_every_act_of_a_batch_has_a_label_an_article_and_a_permission():
    for name in acts_of(PrintBatch):
        step = declared(PrintBatch, name)
        assert step.custom["label"] and step.custom["article"] == "第八十四条" and step.permission
        assert getattr(PrintBatch, name).__doc__.startswith("第八十四条：")


# ── speed, and what is kept ──


def test_a_chunk_of_ten_needs_as_many_statements_as_one_of_two(desk, regions, held):
    without_copies(many(desk, regions, 14))
    batch = asked(desk.clerk)
    worked_off(held, most=1)

    def statements(size):
        with CaptureQueriesContext(connection) as queries:
            work.chunk(batch, size)
        return len(queries)

    statements(2)
    assert statements(2) == statements(10)


def test_asking_for_many_needs_as_many_statements_as_for_few(desk, regions, held):
    many(desk, regions, 1)

    def statements():
        with CaptureQueriesContext(connection) as queries:
            asked(desk.clerk)
        return len(queries)

    statements()
    few = statements()
    many(desk, regions, 8, first=30)
    assert statements() == few


def test_the_figures_of_a_run(desk, regions, held):
    owed_again(many(desk, regions, 4))
    batch = asked(desk.clerk)
    worked_off(held, most=1)
    batch = now(batch)
    assert figures_of(batch).rate is None and figures_of(batch).left_in_words == ""
    work.chunk(batch, 1)
    how = figures_of(batch, batch.run_at + timedelta(seconds=20))
    assert (how.total, how.settled, how.percent) == (4, 1, 25)
    assert (how.rate_in_words, how.left_in_words) == ("3 份/分钟", "1 分钟")


def test_old_outputs_are_removed_and_made_again_from_the_same_papers(desk, regions, settings):
    many(desk, regions, 1)
    batch = now(asked(desk.clerk))
    before, path = batch.sha256, batch.file.path
    PrintBatch.objects.update(finished_at=timezone.now() - timedelta(days=settings.BATCH_OUTPUT_DAYS + 1))
    with pytest.raises(RuleBroken, match="成品还在，直接下载"):
        perform(batch.bind_again, by=desk.clerk)
    assert actions.clear_outputs() == 1 and actions.clear_outputs() == 0
    assert not Path(path).exists()
    batch = now(batch)
    assert not batch.file and batch.file_removed_on == TODAY
    assert Paper.objects.filter(purpose="signed_copy", status="issued").count() == 1
    actions.carry_on(batch, "bind_again", by=desk.clerk)
    assert now(batch).file and zipfile.ZipFile(now(batch).file.open("rb")).testzip() is None and before


def test_names_of_files_are_safe_on_every_system(desk, regions):
    from agreements.batches.outputs import file_name

    agreement = many(desk, regions, 1)[0]
    version = agreement.institution.current
    type(version).objects.filter(pk=version.pk).update(name='西宁/“甲”:*?\u202e..\\医院" <一>|\n ')
    item = now(asked(desk.clerk)).items.get()
    name = file_name(
        PrintItem.objects.select_related("paper__agreement__institution__current").get(pk=item.pk)
    )
    assert not set('/\\:*?"<>|\n\u202e') & set(name) and name.endswith("医院 一.pdf")


def test_the_archive_is_read_back_by_anybody(desk, regions):
    many(desk, regions, 2)
    batch = now(asked(desk.clerk))
    with batch.file.open("rb") as file:
        archive = zipfile.ZipFile(io.BytesIO(file.read()))
    assert archive.testzip() is None and {info.compress_type for info in archive.infolist()} == {
        zipfile.ZIP_STORED
    }


def test_a_batch_of_a_hospital_that_stands_twice_prints_each_agreement_once(desk, regions, held):
    last_year = {"starts_on": TODAY.replace(year=TODAY.year - 1, month=1, day=1), "ends_on": TODAY.replace(year=TODAY.year - 1, month=12, day=31)}  # fmt: skip
    one = another(desk, regions, 10)
    one.signed(**last_year)
    batch = asked(desk.clerk)
    worked_off(held)
    assert states(batch) == [State.DONE]
