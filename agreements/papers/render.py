"""D-01 服务协议 and D-02 承诺书 as PDF. Pure functions: text and values in, bytes out."""

from dataclasses import dataclass
from itertools import chain

from django.template.loader import render_to_string

from agreements.edition_text import BLANK, LABELS, LOST

from . import boxes, layout
from .fonts import check_characters
from .press import press
from .qr import qr_data_uri
from .refusals import MissingField, PaperRefused

SPREAD = 13  # characters: as many of a letter's title stand on one line with their spaces


@dataclass(frozen=True)
class Stamp:
    """What every page of an official paper carries: its number, its verification code, where to check it."""

    number: str
    code: str
    verify_url: str

    @property
    def line(self):
        """Number and code as they stand at the head of a page."""
        return f"编号：{self.number}\u3000\u3000验真码：{self.code}"

    @property
    def blank(self):
        """The box of that line, as the templates draw it."""
        words = boxes.set_in(boxes.STAMP, self.line)
        return layout.Piece(self.line, "stamp", boxes.STAMP.name, words.setting, words.lines)

    @property
    def square(self):
        return qr_data_uri(self.verify_url)


def render_agreement(text, values, *, stamp, draft=False):
    """The agreement as PDF/A-2b: cover, chapters, signature page (Q00.1, Q00.2, Q00.5, Q83.1).

    `text`: FormText; `values`: {placeholder: str or BLANK}; `stamp`: Stamp, None only for a draft. A draft may
    have gaps and carries a watermark instead of number and code. The blanks of the signature page may always
    be empty: they are filled by pen and seal. Raises PaperRefused or one of its kinds.
    """
    _check_official(text, stamp, draft)
    if not draft:
        _check_filled(text.cover_lines, values)
        _check_filled(_clauses(text), values, place="正文", remedy="请先补全协议内容")
    _check_drawable(text, values, stamp)
    return press(agreement_html(text, values, None if draft else stamp))


def agreement_html(text, values, stamp):
    """What the press prints: `values` as for render_agreement, or Marks in the place of some; no checks."""
    parties = layout.party_blocks(text.cover_lines, values)
    context = {
        "parties": parties,
        "label_width": layout.label_width(text.cover_lines),
        "crowded": layout.is_crowded(parties),
        "issuer": layout.plain_lines(text.cover_lines, values),
        "title_size": layout.title_size(text.title),
        "preamble": [layout.pieces(line, values) for line in text.preamble],
        "chapters": [_chapter(chapter, values) for chapter in text.chapters],
        "signatures": _signatures(text, values),
    }
    return _html("papers/agreement.html", text, stamp, context)


def paper_name(text, number):
    """The title that the file carries; `number` of the paper, "" for a draft."""
    return f"{text.title} {number or '（草稿）'}"


def render_commitment(text, values, *, stamp, draft=False):
    """The letter of commitment as PDF/A-2b (Q00.6, Q07.10). Arguments and errors as for render_agreement."""
    _check_official(text, stamp, draft)
    if not draft:
        _check_filled(text.preamble, values, place=text.title, remedy="请补全后再生成")
    _check_drawable(text, values, stamp)
    paragraphs = [layout.pieces(line, values, boxes.FLOWING) for line in text.preamble]
    closing = [layout.signing_line(line, values) for line in text.signature_lines if line]
    said = ["".join(piece.text for piece in line) for line in paragraphs]
    context = {
        "paragraphs": paragraphs,
        "addressed": bool(said) and said[0].endswith("："),
        "closing": closing,
        "setting": layout.letter_setting(said, closing),
        "spread": len(text.title) <= SPREAD,
        "title_size": layout.title_size(text.title),
    }
    return press(_html("papers/commitment.html", text, None if draft else stamp, context))


def _html(template, text, stamp, context):
    name = paper_name(text, stamp and stamp.number)
    return render_to_string(template, context | {"text": text, "stamp": stamp, "name": name})


def _check_official(text, stamp, draft):
    if draft:
        return
    if not stamp:
        raise PaperRefused("正式文书须有文书编号和验真码。请先取号，或按草稿打印")
    if not text.complete:
        raise PaperRefused(f"《{text.title}》的文本中还有“{LOST}”，只能按草稿打印。请先补全协议文本")


def _check_filled(lines, values, **where):
    """A blank that is BLANK on purpose is left to the pen; one without a value was forgotten."""
    forgotten = [
        name
        for name in layout.names_in(lines)
        if values.get(name) is not BLANK and not layout.value_of(name, values)
    ]
    if forgotten:
        raise MissingField([LABELS.get(name, name) for name in forgotten], **where)


def _check_drawable(text, values, stamp):
    used = {LABELS.get(name, name): layout.value_of(name, values) for name in sorted(text.placeholders)}
    on_stamp = {"文书编号": stamp.number, "验真码": stamp.code} if stamp else {}
    check_characters(used | on_stamp | {"协议文本": text.source.replace("\n", "")})


def _clauses(text):
    return text.preamble + tuple(one.text for article in text.articles for one in article.paragraphs)


def _chapter(chapter, values):
    return {
        "heading": layout.heading(chapter.heading),
        "paragraphs": list(chain.from_iterable(_article(article, values) for article in chapter.articles)),
    }


def _article(article, values):
    """The article's paragraphs; only the first one carries its label, and a lead stays with its first item."""
    last = len(article.paragraphs) - 1
    return [
        {
            "article": "" if place else article.label,
            "label": one.label,
            "pieces": layout.pieces(one.text, values),
            "leads": one.kind == "lead" and place < last and article.paragraphs[place + 1].kind == "item",
        }
        for place, one in enumerate(article.paragraphs)
    ]


def _signatures(text, values):
    """Rows of the signature page; `kind` says how much room the row needs."""
    kinds = (("_seal", "seal"), ("_signature", "sign"))
    return [
        {
            "cells": layout.columns(line, values),
            "kind": next((kind for part, kind in kinds if part in line), "date"),
        }
        for line in text.signature_lines
        if line
    ]
