"""One widget a kind of column: a cell becomes a value, or a ValueError with the reason in Chinese."""

import re
from datetime import date, datetime

from import_export.widgets import Widget

from .intake import BadCell

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?|(\d{4})(\d{2})(\d{2})")
EXACT_DIGITS = 15  # beyond these Excel has already replaced the digits of a number by zeros
FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
GUARD = "'"


def guarded(text):
    """Text that no spreadsheet takes for a formula: a leading sign is preceded by an apostrophe."""
    text = "".join(char for char in text if char.isprintable() or char in "\t\r\n")
    live = text.lstrip().startswith(FORMULA_SIGNS) or text.startswith(("\t", "\r", "\n"))
    return GUARD + text if live else text


def unguarded(text):
    """The inverse of `guarded`, so that an exported file can be imported again."""
    return text[1:] if text.startswith(GUARD) and guarded(text[1:]) == text else text


def short(value):
    """A value as it may be repeated in a sentence."""
    text = str(value)
    return text if len(text) <= 20 else f"{text[:20]}…"


class TextCell(Widget):
    def __init__(self, required=True):
        super().__init__()
        self.required = required

    def clean(self, value, row=None, **kwargs):
        """The stripped text; "" only where the column may be empty."""
        text = self.text_of(value)
        if not text and self.required:
            raise ValueError("没有填写")
        return text

    def text_of(self, value):
        if isinstance(value, BadCell):
            raise ValueError(value.reason)
        if value is None:
            return ""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return self._digits(value)
        if not isinstance(value, str):
            raise ValueError(f"应为文字，单元格里是“{short(value)}”，改为文本格式后重填")
        text = unguarded(value.strip(" \t\u3000\u00a0\ufeff"))
        if CONTROL.search(text):
            raise ValueError("含有换行或看不见的控制字符，删去后再导入")
        return text

    def _digits(self, number):
        if number != int(number):
            raise ValueError(f"应为文字，单元格里是小数 {number}")
        if abs(number) >= 10**EXACT_DIGITS:
            raise ValueError(f"单元格是数字格式，超过{EXACT_DIGITS}位的已经失真，改为文本格式后重填")
        return str(int(number))

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else guarded(str(value))


class NumberCell(TextCell):
    def clean(self, value, row=None, **kwargs):
        text = super().clean(value, row, **kwargs)
        if not re.fullmatch(r"\d{1,9}(\.0+)?", text, re.ASCII):
            raise ValueError(f"“{short(text)}”不是0或正整数")
        return int(text.partition(".")[0])

    def render(self, value, obj=None, **kwargs):
        return value


class DateCell(TextCell):
    def clean(self, value, row=None, **kwargs):
        """A date, or None where the column may be empty."""
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        text = super().clean(value, row, **kwargs)
        return self._date(text) if text else None

    def _date(self, text):
        if not (match := DATE.fullmatch(text)):
            raise ValueError(f"“{short(text)}”不是日期，写成 2030-12-31 的样子")
        try:
            return date(*(int(part) for part in match.groups() if part))
        except ValueError:
            raise ValueError(f"没有“{short(text)}”这一天") from None

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else value.isoformat()


class ChoiceCell(TextCell):
    """A choice by its Chinese label."""

    def __init__(self, choices):
        super().__init__()
        self.labels = {value: label for value, label in choices}
        self.values = {label: value for value, label in choices}

    def clean(self, value, row=None, **kwargs):
        text = super().clean(value, row, **kwargs)
        if text not in self.values:
            raise ValueError(f"“{short(text)}”不在可填的内容里：{'、'.join(self.values)}")
        return self.values[text]

    def render(self, value, obj=None, **kwargs):
        return self.labels.get(value, "")


class RegionCell(TextCell):
    """A region by its code; `known` and `within` are set for each import."""

    def __init__(self):
        super().__init__()
        self.known, self.within = {}, None

    def clean(self, value, row=None, **kwargs):
        code = super().clean(value, row, **kwargs)
        region = self.known.get(code)
        if region is None:
            raise ValueError(f"没有区划代码“{short(code)}”，核对是否抄错，新的统筹区先在基础数据里登记")
        if self.within and not code.startswith(self.within.prefix):
            raise ValueError(f"{region.name}（{code}）不在本机构负责的{self.within.name}范围内")
        return region

    def render(self, value, obj=None, **kwargs):
        return value.code
