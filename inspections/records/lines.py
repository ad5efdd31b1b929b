"""Indicators of an assessment: typed as lines of text, or read from a spreadsheet. Both give the same rows."""

from decimal import Decimal, InvalidOperation

from django import forms

from institutions.intake import BadCell, Refused, read_sheet

COLUMNS = ("indicator", "weight", "score", "about", "note")
LABELS = {
    "indicator": "指标",
    "weight": "权重",
    "score": "得分",
    "about": "对象",
    "note": "说明",
    "code": "医保代码",
}
INSTITUTION = "机构"
MOST_LINES = 200
HELP = "一行一项：指标，权重，得分，对象（机构或人员，可不填），说明（可不填）；用逗号分开，权重合计 100"


class LinesField(forms.CharField):
    """Text with one indicator a line; gives rows of {indicator, weight, score, about, note}."""

    def __init__(self, **kwargs):
        super().__init__(
            widget=forms.Textarea(attrs={"rows": 8}), help_text=HELP, max_length=20_000, **kwargs
        )

    def to_python(self, value):
        lines = [line for line in super().to_python(value).splitlines() if line.strip()]
        return [_row(line, place) for place, line in enumerate(lines, start=1)]


def _row(line, place):
    cells = [cell.strip() for cell in line.replace("，", ",").replace("\t", ",").split(",")]
    if len(cells) < 3 or len(cells) > len(COLUMNS):
        raise forms.ValidationError(f"第{place}行应有指标、权重、得分，用逗号分开")
    try:
        return row_of(dict(zip(COLUMNS, cells, strict=False)))
    except ValueError as wrong:
        raise forms.ValidationError(f"第{place}行{wrong}") from wrong


def row_of(cells):
    """One indicator from its cells. ValueError with the reason."""
    return {
        "indicator": _text(cells.get("indicator"), "指标", 100, required=True),
        "weight": _number(cells.get("weight"), "权重"),
        "score": _number(cells.get("score"), "得分"),
        "about": _text(cells.get("about"), "对象", 20) or INSTITUTION,
        "note": _text(cells.get("note"), "说明", 200),
    }


def _text(cell, label, limit, required=False):
    if isinstance(cell, BadCell):
        raise ValueError(f"“{label}”{cell.reason}")
    text = "" if cell is None else str(cell).strip()
    if required and not text:
        raise ValueError(f"“{label}”没有填写")
    if len(text) > limit:
        raise ValueError(f"“{label}”超过 {limit} 字")
    return text


def _number(cell, label):
    text = _text(cell, label, 20, required=True)
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0 or number.as_tuple().exponent < -2:
        raise ValueError(f"“{label}”应为不小于 0 的数，至多两位小数，现为“{text}”")
    return f"{number.normalize():f}"


def lines_in_words(lines):
    """Rows as they are typed."""
    return "\n".join("，".join(line[name] for name in COLUMNS).rstrip("，") for line in lines)


def read_scores(upload):
    """{医保代码: rows} of a spreadsheet, and [(line number, what is wrong)].

    Raises Refused for a file that cannot be taken as a whole.
    """
    sheet = read_sheet(upload)
    places = {name: sheet.headers.index(label) for name, label in LABELS.items() if label in sheet.headers}
    if missing := [LABELS[name] for name in ("code", "indicator", "weight", "score") if name not in places]:
        raise Refused(f"没有“{'、'.join(missing)}”列；第一行应是列名：{'、'.join(LABELS.values())}")
    found, wrong = {}, []
    for number, cells in sheet.rows:
        named = {name: cells[place] for name, place in places.items()}
        try:
            code = _text(named.pop("code"), "医保代码", 12, required=True)
            found.setdefault(code, []).append(row_of(named))
        except ValueError as reason:
            wrong.append((number, str(reason)))
    wrong += [
        (0, f"{code}超过 {MOST_LINES} 项指标") for code, rows in found.items() if len(rows) > MOST_LINES
    ]
    return found, wrong
