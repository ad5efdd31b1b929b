"""Institutions as files: the result of a filter, and the sample to fill in."""

import csv
import io
from tempfile import SpooledTemporaryFile

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from .codes import uscc_check_digit
from .models import InstitutionVersion
from .resources import LABELS, VALID_FROM, InstitutionResource

KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
IN_MEMORY = 5 * 1024 * 1024
SAMPLE = [
    ("H63010500901", "630105", "示例综合医院", "张三", "示例路1号", "810003", "0971-1234567", "12630105MB0000901",
     "张三", "", "二级甲等", "综合医院", "公立", "非营利性", "PDY000901", "2030-12-31", "内科、外科、妇产科", 200, 320,
     "示例银行城北支行", "6300000000000901", "2026-01-01"),
    ("H63010500902", "630105", "示例社区卫生服务中心", "李四", "示例路2号", "810003", "0971-7654321", "52630105MJ0000902",
     "李四", "王五", "未定级", "社区卫生服务中心", "社会办医", "非营利性", "PDY000902", "", "全科医疗科、中医科", 0, 28,
     "示例银行城北支行", "6300000000000902", ""),
]  # fmt: skip


def exported(institutions, viewer):
    """Header and rows of a queryset of institutions, one at a time, as far as the viewer may see them."""
    resource = InstitutionResource(viewer=viewer)
    versions = InstitutionVersion.objects.filter(pk__in=institutions.order_by().values("current"))
    versions = versions.select_related("institution__region").order_by("institution__code")
    yield resource.get_export_headers()
    for version in versions.iterator(chunk_size=1000):
        yield resource.export_resource(version)


def sample():
    """Header and two rows that can be imported where their region exists."""
    first = [LABELS[name] for name in InstitutionResource().get_export_order()]
    yield [*first, LABELS[VALID_FROM]]
    at = first.index(LABELS["uscc"])
    for row in SAMPLE:
        yield [*row[:at], row[at] + uscc_check_digit(row[at]), *row[at + 1 :]]


def as_file(rows, kind):
    """The rows as an open file of the kind, "xlsx" or "csv", at its beginning; large ones lie on disk."""
    stream = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (the response closes it)
    {"xlsx": _write_xlsx, "csv": _write_csv}[kind](rows, stream)
    stream.seek(0)
    return stream


def _write_xlsx(rows, stream):
    book = Workbook(write_only=True)
    sheet = book.create_sheet("机构")
    sheet.freeze_panes = "A2"
    for column in range(1, len(LABELS) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 20
    for row in rows:
        sheet.append(row)
    book.save(stream)


def _write_csv(rows, stream):
    # Chinese Excel takes a file without the mark for GBK.
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
    csv.writer(text).writerows(rows)
    text.detach()
