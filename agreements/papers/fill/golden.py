"""The golden check: the filled form against the same paper laid out on its own, in two independent renderers.

PDFium and Poppler share no code. Whatever they both draw alike, and read alike, is the same paper.
"""

import subprocess
import tempfile
from itertools import zip_longest
from pathlib import Path

import pypdfium2

DOTS = 96  # an inch: a shift of a third of a point is seen


class NoSecondRenderer(Exception):
    """pdftoppm is not on this machine."""

    def __init__(self):
        super().__init__("没有找到 pdftoppm，无法核对套印。请安装 poppler-utils 后重试")


def differences(first, second, dots=DOTS):
    """What is not the same in two PDFs, as sentences; [] when they look and read alike. Raises NoSecondRenderer."""
    with tempfile.TemporaryDirectory() as folder:
        pages = [_pages(pdf, Path(folder) / name, dots) for name, pdf in (("a", first), ("b", second))]
        if len(pages[0]) != len(pages[1]):
            return [f"页数不同：{len(pages[0])}页与{len(pages[1])}页"]
        return [
            f"第{number}页{what}不同"
            for number, (one, other) in enumerate(zip_longest(*pages), start=1)
            for what in one
            if one[what] != other[what]
        ]


def _pages(pdf, folder, dots):
    """One dict a page: what it looks like in each renderer, and what it says."""
    folder.mkdir()
    # Side by side: the other renderer is a process of its own.
    with _poppler(pdf, folder, dots) as poppler, pypdfium2.PdfDocument(pdf) as document:
        pages = [_page(page, dots) for page in document]
        if poppler.wait():
            raise RuntimeError("pdftoppm could not read the paper")
    for page, picture in zip_longest(pages, sorted(folder.glob("*.pgm"))):
        page["在 Poppler 中的版面"] = picture.read_bytes()
    return pages


def _page(page, dots):
    picture = page.render(scale=dots / 72, grayscale=True)
    text = page.get_textpage()
    return {"在 PDFium 中的版面": bytes(picture.buffer), "文字": "".join(text.get_text_range().split())}


def _poppler(pdf, folder, dots):
    paper = folder / "paper.pdf"
    paper.write_bytes(pdf)
    try:
        return subprocess.Popen(["pdftoppm", "-gray", "-r", str(dots), paper, folder / "page"])
    except FileNotFoundError:
        raise NoSecondRenderer from None
