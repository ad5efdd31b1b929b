"""Applications, notices and supplements: one shape for every paper that is not the agreement itself."""

from dataclasses import asdict, dataclass, field
from itertools import zip_longest

from django.template.loader import render_to_string

from .fonts import check_characters
from .press import press


@dataclass(frozen=True)
class Sheet:
    """What one paper says, as it is kept in its snapshot: plain words only, nothing looked up later.

    `addressee`: to whom; `rows`: (label, value); `table`: header and rows of a list; `paragraphs` come after
    them; `boxes`: (label, lines to sign) left for pen and seal; `day`: the closing date in words.
    `quotes`: articles to the letter, each {label, lines}; `issuer`: who seals it, above the date.
    `drawn`: signatures by hand, each {label, lines, path, box}: an SVG path and its view box, or "" and lines only;
    `image` may hold a photograph beside it, as a data: address.
    """

    title: str
    basis: str = ""
    addressee: str = ""
    rows: list = field(default_factory=list)
    table: dict = field(default_factory=dict)
    paragraphs: list = field(default_factory=list)
    boxes: list = field(default_factory=list)
    day: str = ""
    quotes: list = field(default_factory=list)
    issuer: str = ""
    drawn: list = field(default_factory=list)

    def kept(self):
        """As JSON for the paper's snapshot."""
        return asdict(self)


def render_sheet(sheet, *, stamp):
    """The PDF/A-2b of a Sheet. Raises PaperRefused with the character that the print font lacks."""
    words = {label: "".join(str(value).splitlines()) for label, value in sheet.rows}
    listed = [str(cell) for row in sheet.table.get("rows", []) for cell in row]
    quoted = [text for quote in sheet.quotes for text in (quote["label"], *quote["lines"])]
    rest = [sheet.title, sheet.basis, sheet.addressee, sheet.issuer, *sheet.paragraphs, *listed, *quoted]
    rest += map(str, sheet.boxes)
    rest += [text for one in sheet.drawn for text in (one["label"], *one["lines"])]
    check_characters(words | {"正文": "".join("".join(rest).splitlines()), "文号": stamp.number})
    name = f"{sheet.title} {stamp.number}"
    # Line by line across the boxes, so that what both sides fill in stands level.
    lines = zip_longest(*sheet.boxes, fillvalue="")
    context = {"sheet": sheet, "stamp": stamp, "name": name, "lines": list(lines)}
    return press(render_to_string("papers/sheet.html", context))


def day_in_words(day):
    return f"{day:%Y年%-m月%-d日}"
