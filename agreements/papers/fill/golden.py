"""The golden check: the filled form against the same paper laid out on its own, in two independent renderers.

PDFium and Poppler share no code. Whatever they both draw alike, and read alike, is the same paper.
"""

import subprocess
import tempfile
from itertools import zip_longest
from pathlib import Path

import pypdfium2

PICTURES = PDFIUM, POPPLER = "在 PDFium 中的版面", "在 Poppler 中的版面"
DOTS = 96  # an inch: a shift of a third of a point is seen


class NoSecondRenderer(Exception):
    """pdftoppm is not on this machine."""

    def __init__(self):
        super().__init__("没有找到 pdftoppm，无法核对套印。请安装 poppler-utils 后重试")


def differences(first, second, dots=DOTS):
    """What is not the same in two PDFs, as sentences; [] when they look and read alike. Raises NoSecondRenderer."""
    with tempfile.TemporaryDirectory() as folder:
        papers = [(first, Path(folder) / "a"), (second, Path(folder) / "b")]
        # Side by side: the other renderer is a process of its own for each paper.
        with _poppler(*papers[0], dots) as one, _poppler(*papers[1], dots) as other:
            pages = [_pages(pdf, dots) for pdf, _ in papers]
            if one.wait() or other.wait():
                raise RuntimeError("pdftoppm could not read the paper")
        if len(pages[0]) != len(pages[1]):
            return [f"页数不同：{len(pages[0])}页与{len(pages[1])}页"]
        for these, (_, pictures) in zip(pages, papers, strict=True):
            for page, picture in zip_longest(these, sorted(pictures.glob("*.pgm"))):
                page[POPPLER] = picture.read_bytes()
        return [
            f"第{number}页{what}不同"
            for number, (one, other) in enumerate(zip(*pages, strict=True), start=1)
            for what in one
            if one[what] != other[what]
        ]


def _pages(pdf, dots):
    """One dict a page: what it looks like in one renderer, and what it says."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [_page(page, dots) for page in document]


def _page(page, dots):
    picture = page.render(scale=dots / 72, grayscale=True)
    text = page.get_textpage()
    return {PDFIUM: bytes(picture.buffer), "文字": "".join(text.get_text_range().split())}


def _poppler(pdf, folder, dots):
    folder.mkdir()
    paper = folder / "paper.pdf"
    paper.write_bytes(pdf)
    try:
        return subprocess.Popen(["pdftoppm", "-gray", "-r", str(dots), paper, folder / "page"])
    except FileNotFoundError:
        raise NoSecondRenderer from None
