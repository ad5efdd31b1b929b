"""Spreadsheets for the tests: the header that the portal expects, a good row, and files made of them."""

import csv
import io

from django.core.files.base import ContentFile
from openpyxl import Workbook

from institutions.differences import FACT_FIELDS
from tests.conftest import facts

HEADER = ["医保代码", "统筹区代码", *(field.verbose_name for field in FACT_FIELDS), "生效日期"]


def row(number=501, name="西宁门源路医院", region="630105", **changed):
    """A good row by column name; `changed` replaces facts by their field name."""
    values = {**facts(name, number), **changed}
    labels = {"grade": "二级甲等", "category": "综合医院", "nature": "公立", "business": "非营利性"}
    cells = {
        field.verbose_name: changed.get(field.name, labels.get(field.name, values[field.name]))
        for field in FACT_FIELDS
    }
    return {"医保代码": f"H63010500{number:03d}", "统筹区代码": region, **cells, "生效日期": ""}


def csv_file(rows, encoding="utf-8", name="机构.csv", header=None):
    text = io.StringIO()
    writer = csv.DictWriter(text, header or HEADER, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return ContentFile(text.getvalue().encode(encoding), name=name)


def xlsx_file(rows, name="机构.xlsx", header=None):
    book = Workbook()
    book.active.append(header or HEADER)
    for one in rows:
        book.active.append([one.get(column) for column in header or HEADER])
    return saved(book, name)


def saved(book, name="机构.xlsx"):
    stream = io.BytesIO()
    book.save(stream)
    return ContentFile(stream.getvalue(), name=name)
