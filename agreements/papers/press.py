"""The press: HTML in, PDF out. It reads nothing but its own style sheet and fonts."""

import logging
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit
from urllib.request import url2pathname

from django.conf import settings
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from .fonts import FILES, font_faces
from .refusals import MissingGlyph, PaperRefused

ASSETS = Path(__file__).parent / "assets"
SLOT = "slot:"

# Pango's font map is not made for several threads.
_one_at_a_time = Lock()


def press(html):
    """The PDF/A-2b of `html`; the same html gives the same bytes. Raises PaperRefused.

    FontMissing: no print font; MissingGlyph: a character was drawn as a box; PaperRefused: a character
    was taken from a font of the machine that is not ours.
    """
    return press_with_places(html)[0]


def press_with_places(html):
    """The PDF as from `press`, and where its blanks are: one dict a page, name → (left, top, right, bottom) in px.

    A blank is an element with the address `slot:NAME`. Raises as `press` does.
    """
    with _one_at_a_time, _warnings() as warnings:
        fonts, style = _type_case()
        document = HTML(string=html, url_fetcher=OwnFilesOnly()).render(
            stylesheets=[style], font_config=fonts
        )
        pdf = document.write_pdf(pdf_variant="pdf/a-2b")
    _refuse_boxes(warnings)
    _refuse_strangers(document)
    return pdf, [_places(page) for page in document.pages]


def _places(page):
    places = {}
    for _, target, box, *_ in page.links:
        if str(target).startswith(SLOT):
            # The box itself and each line in it are places of their own.
            name = target.removeprefix(SLOT)
            left, top, right, bottom = zip(box, places.get(name, box), strict=True)
            places[name] = min(left), min(top), max(right), max(bottom)
    return places


@lru_cache(maxsize=1)
def _type_case():
    """Fonts and parsed style, kept for the life of the process: loading them takes as long as a paper."""
    fonts = FontConfiguration()
    sheet = font_faces() + (ASSETS / "paper.css").read_text()
    return fonts, CSS(string=sheet, font_config=fonts, url_fetcher=OwnFilesOnly())


class OwnFilesOnly(URLFetcher):
    """Fetches data: addresses, our assets and our fonts; everything else is refused before it is opened."""

    def __init__(self):
        super().__init__(allowed_protocols=("data", "file"), allow_redirects=False)

    def fetch(self, url, headers=None):
        if urlsplit(url).scheme != "data" and not self._is_ours(url):
            raise ValueError(f"not part of the paper: {url}")
        return super().fetch(url, headers)

    def _is_ours(self, url):
        parts = urlsplit(url)
        if parts.scheme != "file" or parts.netloc:
            return False
        path = Path(url2pathname(parts.path)).resolve()
        folders = (ASSETS, settings.PAPER_FONTS)
        return any(path.is_relative_to(Path(folder).resolve()) for folder in folders)


class _Collector(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.records = []

    def emit(self, record):
        self.records.append(record)


@contextmanager
def _warnings():
    """What the engine logs meanwhile: to it a box instead of a character is a warning, not an error."""
    collector, logger = _Collector(), logging.getLogger("weasyprint")
    logger.addHandler(collector)
    try:
        yield collector.records
    finally:
        logger.removeHandler(collector)


def _refuse_boxes(warnings):
    for record in warnings:
        if ".notdef" in record.msg:
            raise MissingGlyph(str(record.args[0])[0], "正文")


def _refuse_strangers(document):
    strangers = {font.family for font in document.fonts.values()} - FILES.keys()
    if strangers:
        raise PaperRefused(f"排版用到了打印字体以外的字体：{'、'.join(sorted(strangers))}。请联系系统管理员")
