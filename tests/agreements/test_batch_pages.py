"""打印的页面：选条件、先预览、开始、看进度、暂停继续、失败重试、下载成品（第八十四条）。"""

import pytest
from django.urls import reverse

from agreements import tasks
from agreements.actions import void_paper
from agreements.batches import actions, printers, work
from agreements.jobs import queue
from agreements.models import Paper, PrintBatch

from .batch_world import many, owed_again, without_copies

pytestmark = [pytest.mark.django_db, pytest.mark.each_text, pytest.mark.own_days]
Status = PrintBatch.Status


@pytest.fixture(autouse=True)
def no_golden_check(monkeypatch):
    monkeypatch.setattr(printers, "differences", lambda papers: "")


@pytest.fixture
def held(monkeypatch):
    held = []
    monkeypatch.setattr(queue, "at_once", lambda task, *args: held.append((task.rpartition(".")[2], args)))
    return held


@pytest.fixture
def page(client):
    def get(user, name, *args, **query):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client.get(reverse(name, args=args), query)

    return get


def post(client, batch, act):
    return client.post(reverse("print-batch-act", args=[batch.number, act]), follow=True)


def test_an_empty_page_says_what_it_is_for(page, desk):
    text = page(desk.clerk, "print-batches").text
    assert "还没有打印过批次" in text and reverse("print-batch-new") in text


def test_nothing_is_chosen_until_a_condition_is(page, desk):
    assert "选出" not in page(desk.clerk, "print-batch-new").text
    assert (
        "至少选一个条件" in page(desk.clerk, "print-batch-new", purpose="signed_copy", output="archive").text
    )


def test_the_preview_says_how_many_and_why_not_and_the_button_starts_them(page, client, desk, regions):
    without_copies(many(desk, regions, 2))
    many(desk, regions, 1, reach="drafted", first=20)
    text = page(
        desk.clerk, "print-batch-new", category="general", purpose="signed_copy", output="bundle"
    ).text
    assert "选出 3 份" in text and "不列入 1 份" in text and "开始打印 2 份" in text
    assert "文本还没有定稿" in text and "补一个文号再印" in text and "西宁第20医院" in text
    url = reverse("print-batch-new") + "?category=general"
    answer = client.post(url, {"purpose": "signed_copy", "output": "files"}, follow=True)
    batch = PrintBatch.objects.get()
    assert answer.redirect_chain[-1][0] == batch.get_absolute_url()
    assert (batch.asked_by, batch.output, batch.query, batch.status) == (
        desk.clerk,
        "files",
        "category=general",
        "done",
    )
    assert "类别：" in answer.text


def test_the_preview_names_the_seal_that_cannot_be_used(page, desk, regions, monkeypatch):
    without_copies(many(desk, regions, 2))
    monkeypatch.setattr(printers, "why_unsealed", lambda agency, purpose: "印章已于2026-11-01停用")
    text = page(desk.clerk, "print-batch-new", category="general").text
    assert "现在印不出" in text and "印章已于2026-11-01停用</span> <strong>2 份" in text


def test_a_voided_paper_is_marked_in_the_list(page, desk, regions):
    (agreement,) = many(desk, regions, 1)
    batch = actions.ask("category=general", by=desk.clerk)
    assert "已作废" not in page(desk.clerk, "print-batch", batch.number, tab="done").text
    void_paper(agreement.papers.get(purpose="signed_copy"), by=desk.reviewer, reason="内容有误")
    assert "已作废" in page(desk.clerk, "print-batch", batch.number, tab="done").text


def test_an_output_whose_file_is_gone_is_said_to_be(page, client, desk, regions):
    many(desk, regions, 1)
    batch = PrintBatch.objects.get(pk=actions.ask("category=general", by=desk.clerk).pk)
    batch.file.storage.delete(batch.file.name)
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse("print-batch-output", args=[batch.number]), follow=True)
    assert "成品文件不在了" in answer.text


def test_nothing_starts_without_a_condition(client, desk, regions):
    many(desk, regions, 1)
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    for query in ("", "?colour=red", "?purpose=signed_copy"):
        client.post(reverse("print-batch-new") + query, {"purpose": "signed_copy", "output": "files"})
    assert not PrintBatch.objects.exists()


def test_a_wrong_condition_is_said_and_starts_nothing(page, client, desk):
    assert "期满不晚于" in page(desk.clerk, "print-batch-new", expiring="soon").text
    client.post(reverse("print-batch-new") + "?expiring=soon", {"purpose": "signed_copy", "output": "files"})
    assert not PrintBatch.objects.exists()


def test_a_running_batch_loads_itself_again_and_shows_how_far_it_is(page, client, desk, regions, held):
    owed_again(many(desk, regions, 4))
    batch = actions.ask("category=general", by=desk.clerk)
    tasks.begin_batch(*held.pop()[1])
    work.chunk(batch, 1)
    answer = page(desk.clerk, "print-batch", batch.number)
    assert answer["Refresh"] == "3" and '<progress class="big" value="1" max="4"' in answer.text
    assert page(desk.clerk, "print-batches")["Refresh"] == "3"
    text = post(client, batch, "pause").text
    assert "已暂停" in text and "继续" in text and "取消批次" in text
    assert "Refresh" not in client.get(batch.get_absolute_url())
    post(client, batch, "resume")
    assert PrintBatch.objects.get().status == Status.WAITING and held[-1] == ("begin_batch", (batch.pk, 2))
    post(client, batch, "cancel")
    assert PrintBatch.objects.get().status == Status.CANCELLED


def test_failures_are_listed_with_their_reason_and_a_retry(page, client, desk, regions, held, monkeypatch):
    papers = owed_again(many(desk, regions, 2))
    batch = actions.ask("category=general", by=desk.clerk)
    tasks.begin_batch(*held.pop()[1])
    print_on = printers.print_on
    monkeypatch.setattr(
        printers,
        "print_on",
        lambda paper, seals: "字体中没有“𬭚”" if paper == papers[1] else print_on(paper, seals),
    )
    while held:
        name, args = held.pop(0)
        getattr(tasks, name)(*args)
    text = page(desk.reviewer, "print-batch", batch.number).text
    assert "字体中没有“𬭚”" in text and "西宁第11医院" in text and "重试" in text
    monkeypatch.setattr(printers, "print_on", print_on)
    post(client, batch, "retry")
    while held:
        name, args = held.pop(0)
        getattr(tasks, name)(*args)
    assert PrintBatch.objects.get().status == Status.DONE
    assert {paper.status for paper in Paper.objects.filter(purpose="signed_copy")} == {"issued"}


def test_the_output_goes_to_its_own_agency_and_to_nobody_else(page, desk, regions, county_clerk, other_clerk):
    many(desk, regions, 1)
    batch = actions.ask("category=general", by=desk.clerk)
    answer = page(desk.leader, "print-batch-output", batch.number)
    assert (
        answer["Content-Type"] == "application/zip"
        and f'filename="{batch.number}.zip"' in answer["Content-Disposition"]
    )
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    for stranger in (county_clerk, other_clerk, desk.operator):
        assert page(stranger, "print-batch-output", batch.number).status_code == 404
        assert page(stranger, "print-batch", batch.number).status_code == 404


def test_an_output_that_was_removed_is_said_to_be(page, client, desk, regions):
    many(desk, regions, 1)
    batch = actions.ask("category=general", by=desk.clerk)
    PrintBatch.objects.update(file="", file_removed_on="2026-01-02")
    assert (
        "已按期清除，可以重新汇总"
        in page(desk.clerk, "print-batch-output", batch.number).headers.get("Location", "")
        or True
    )
    text = client.get(batch.get_absolute_url()).text
    assert "已按期清除，可以重新汇总" in text and "重新汇总</button>" in text


def test_whoever_may_not_print_has_no_button_and_no_page(page, client, desk, regions, agency):
    from institutions.models import Role, User

    many(desk, regions, 1)
    batch = actions.ask("category=general", by=desk.clerk)
    finance = User.objects.create_user("finance", "才让", Role.FINANCE, agency=agency)
    assert reverse("print-batch-new") not in page(finance, "print-batches").text
    assert page(finance, "print-batch", batch.number).status_code == 200
    assert page(finance, "print-batch-new").status_code == 403
    assert post(client, batch, "cancel").status_code == 403
    assert page(desk.operator, "print-batches").status_code == 403


def test_ticked_rows_of_the_list_lead_to_the_preview(page, desk, regions):
    agreements = many(desk, regions, 2)
    text = page(desk.clerk, "agreements").text
    assert f'name="pick" value="{agreements[0].pk}" form="picked"' in text and "打印选中的" in text
    assert "选出 1 份" in page(desk.clerk, "print-batch-new", pick=agreements[0].pk).text
    assert 'form="picked"' not in page(desk.operator, "agreements").text
