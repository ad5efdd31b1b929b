"""manage.py print_batch：同样的批次，从命令行印到文件夹（第八十四条）。"""

from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.base import CommandError

from agreements.batches import printers, work
from agreements.management.commands import print_batch
from agreements.models import Paper, PrintBatch

from .batch_world import many, owed_again

pytestmark = [pytest.mark.django_db, pytest.mark.each_text]


class Here:
    """A lane in this process in the place of one of its own: it has worked when it is begun."""

    def __init__(self, program):
        assert program[-3] == "print_lane"
        call_command("print_lane", *program[-2:])

    def poll(self):
        return 0

    wait = poll


@pytest.fixture(autouse=True)
def here(monkeypatch):
    monkeypatch.setattr(print_batch, "Popen", Here)
    monkeypatch.setattr(printers, "differences", lambda papers: "")


def run(tmp_path, **options):
    out = StringIO()
    call_command("print_batch", out=tmp_path / "out", stdout=out, stderr=out, **options)
    return out.getvalue()


def test_it_prints_into_the_folder_and_says_how_many(desk, regions, tmp_path):
    papers = owed_again(many(desk, regions, 3))
    said = run(tmp_path, query=f"region={desk.hospital.region.code}")
    assert "印出3份，没有印出0份" in said and "3/3" in said
    files = sorted((tmp_path / "out").glob("*.pdf"))
    assert [file.name[:4] for file in files] == ["0001", "0002", "0003"]
    papers[0].refresh_from_db()
    assert files[0].read_bytes() == papers[0].read() and (tmp_path / "out" / "清单.csv").exists()
    assert PrintBatch.objects.get().status == "done"


@pytest.mark.parametrize("output, ending", [("archive", ".zip")])
def test_it_writes_one_file_when_asked(output, ending, desk, regions, tmp_path):
    many(desk, regions, 1)
    run(tmp_path, query=f"region={desk.hospital.region.code}", output=output)
    assert [file.suffix for file in (tmp_path / "out").iterdir()] == [ending]


def test_failures_are_the_exit_code_and_a_resume_retries_them(desk, regions, tmp_path, monkeypatch):
    papers = owed_again(many(desk, regions, 2))
    print_on = printers.print_on
    monkeypatch.setattr(
        printers, "print_on", lambda paper, seals: "缺字" if paper == papers[0] else print_on(paper, seals)
    )
    with pytest.raises(CommandError, match="--resume PB-"):
        run(tmp_path, query=f"region={desk.hospital.region.code}")
    assert len(list((tmp_path / "out").glob("*.pdf"))) == 1
    monkeypatch.setattr(printers, "print_on", print_on)
    assert "印出2份" in run(tmp_path, resume=PrintBatch.objects.get().number)
    assert len(list((tmp_path / "out").glob("*.pdf"))) == 2


def test_a_file_that_is_gone_is_named_and_the_run_goes_on_when_it_is_back(desk, regions, tmp_path):
    many(desk, regions, 2)
    paper = Paper.objects.filter(purpose="signed_copy").first()
    content = paper.read()
    paper.file.storage.delete(paper.file.name)
    with pytest.raises(CommandError, match="文件不在了.*--resume"):
        run(tmp_path, query=f"region={desk.hospital.region.code}")
    batch = PrintBatch.objects.get()
    assert batch.status == "partial" and paper.number in batch.message
    paper.file.storage.save(paper.file.name, ContentFile(content))
    assert "印出2份" in run(tmp_path, resume=batch.number)


def test_a_stopped_run_is_taken_up_from_where_it_was(desk, regions, tmp_path, monkeypatch):
    owed_again(many(desk, regions, 3))

    class Killed(Here):
        def __init__(self, program):
            work.chunk(PrintBatch.objects.get(pk=int(program[-2])), 1)

    monkeypatch.setattr(print_batch, "Popen", Killed)
    with pytest.raises(CommandError, match="没有印完；继续：--resume"):
        run(tmp_path, query=f"region={desk.hospital.region.code}", workers=1)
    monkeypatch.setattr(print_batch, "Popen", Here)
    batch = PrintBatch.objects.get()
    with pytest.raises(CommandError, match="5分钟没有动静才算中断"):
        run(tmp_path, resume=batch.number)
    PrintBatch.objects.update(heartbeat_at="2026-01-01T00:00:00Z")
    assert "印出3份" in run(tmp_path, resume=batch.number)
    assert [item.tries for item in batch.items.all()] == [1] * 3


@pytest.mark.parametrize(
    "options, said",
    [
        ({"query": "colour=red"}, "不认识的项：colour"),
        ({"query": "expiring=soon"}, "条件有误"),
        ({"query": "region=630200"}, "没有可以打印的协议"),
        ({"agency": "X"}, "没有经办机构 X"),
        ({"by": "nobody"}, "没有经办机构的用户 nobody"),
        ({"by": "operator"}, "没有经办机构的用户 operator"),
        ({"resume": "PB-1"}, "没有批次 PB-1"),
        ({"workers": 0}, "--workers 至少为 1"),
    ],
)
def test_what_is_wrong_is_said(options, said, desk, regions, tmp_path):
    many(desk, regions, 1)
    with pytest.raises(CommandError, match=said):
        run(tmp_path, **options)
    assert not PrintBatch.objects.exists()


@pytest.mark.only_text("qinghai", reason="who prints for which region is no matter of the text")
def test_in_a_persons_name_it_prints_what_that_person_may(desk, regions, tmp_path, county_clerk):
    many(desk, regions, 1)
    run(tmp_path, by="county_clerk")
    assert PrintBatch.objects.get().asked_by == county_clerk
