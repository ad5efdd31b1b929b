"""印厂合订本：每份从正面起印，共用的内容只存一次，页面和原件一样（第八十四条）。"""

import io

import pikepdf
import pypdfium2
import pytest

from agreements.batches import actions, printers
from agreements.batches.bundle import Bundle
from agreements.models import PrintBatch
from agreements.papers import printing
from agreements.papers.lanes import Printed
from agreements.papers.press import press

from .batch_world import many

LONG = "<p>第一条 双方约定如下。</p>" * 60


@pytest.fixture(scope="module")
def papers():
    """Of one page, and of more."""
    return [press(f"<h1>第{number}份</h1>{LONG * (number % 2)}") for number in range(4)]


def bound(papers):
    file = io.BytesIO()
    with Bundle(file, "批次") as book:
        for number, paper in enumerate(papers):
            book.add(paper, f"协〔2026〕{number}号")
    return file.getvalue()


def pictures(content):
    return [bytes(page.render(scale=0.5).buffer) for page in pypdfium2.PdfDocument(content)]


def texts(content):
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)]


def test_every_page_looks_and_reads_as_in_its_own_file(papers):
    book = bound(papers)
    found = iter(zip(pictures(book), texts(book), strict=True))
    for paper in papers:
        own = list(zip(pictures(paper), texts(paper), strict=True))
        assert [next(found) for _ in own] == own
        if len(own) % 2:
            assert next(found)[1] == ""
    assert next(found, None) is None


def test_each_paper_begins_on_the_front_of_a_sheet(papers):
    with pikepdf.open(io.BytesIO(bound(papers))) as book, book.open_outline() as outline:
        starts = [book.pages.index(pikepdf.Page(item.destination[0])) for item in outline.root]
        assert [item.title for item in outline.root] == [f"协〔2026〕{number}号" for number in range(4)]
    assert len(starts) == 4 and all(start % 2 == 0 for start in starts)


def test_the_file_is_sound_and_the_same_papers_give_the_same_bytes(papers):
    book = bound(papers)
    with pikepdf.open(io.BytesIO(book)) as found:
        assert found.check_pdf_syntax() == []
    assert book == bound(papers)


def test_what_papers_share_is_there_once(papers):
    one, eleven = len(bound(papers[:1])), len(bound(papers[:1] * 11))
    assert (eleven - one) / 10 < len(papers[0]) / 10


def test_a_visible_field_is_drawn_into_the_page():
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(200, 200))
        seal = pdf.make_stream(b"1 0 0 rg 0 0 100 100 re f")
        seal.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Form, "/BBox": [0, 0, 100, 100]})
        widget = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig, T="seal", F=4,
            Rect=[50, 50, 150, 150], AP=pikepdf.Dictionary(N=seal),
        )  # fmt: skip
        page.obj.Annots = pdf.make_indirect([pdf.make_indirect(widget)])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[page.obj.Annots[0]], SigFlags=3)
        file = io.BytesIO()
        pdf.save(file)
    with pikepdf.open(io.BytesIO(bound([file.getvalue()]))) as book:
        assert "/Annots" not in book.pages[0].obj and "/AcroForm" not in book.Root
    picture = pypdfium2.PdfDocument(bound([file.getvalue()]))[0].render(rev_byteorder=True)
    place = 100 * picture.stride + 100 * picture.n_channels
    assert list(picture.buffer[place : place + 3]) == [255, 0, 0]


@pytest.mark.django_db
def test_a_batch_gives_the_bundle(desk, regions, papers, monkeypatch):
    monkeypatch.setattr(printing, "printed", lambda paper, *_: Printed.alone(papers[0]))
    monkeypatch.setattr(printers, "differences", lambda papers: "")
    many(desk, regions, 3)
    batch = PrintBatch.objects.get(pk=actions.ask("category=general", by=desk.clerk, output="bundle").pk)
    assert batch.status == "done" and batch.file.name.endswith(".pdf")
    assert len(pypdfium2.PdfDocument(batch.file.read())) == 6
