"""Spreadsheets that people hand in, read without trusting them: what they really are, how large they unpack to."""

import csv
import io
import warnings
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePath
from xml.parsers import expat

from django.conf import settings
from openpyxl import load_workbook

UNPACKED_MAX = 50 * 1024 * 1024
RATIO_MAX = 100
RATIO_MATTERS_FROM = 1024 * 1024  # a small file may shrink a hundredfold without harm
PARTS_MAX = 500
STYLES_MAX = 5 * 1024 * 1024  # these parts are read into memory whole
ROWS_MAX = 20_000
COLUMNS_MAX = 100
EMPTY_ROWS_MAX = 1_000
ELEMENTS_MAX = 2_000_000
ELEMENTS_IN_A_ROW_MAX = 1_000

XLSX, CSV = "xlsx", "csv"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OTHER_KINDS = {
    b"%PDF-": "PDF",
    b"\x89PNG": "PNG 图片",
    b"\xff\xd8\xff": "JPEG 图片",
    b"Rar!": "RAR 压缩包",
    b"7z\xbc\xaf": "7z 压缩包",
}


class Refused(Exception):
    """The whole file cannot be taken; the message is the sentence for the person."""


@dataclass(frozen=True)
class BadCell:
    """What a cell holds when it holds no value: a formula, an error. The reason is a sentence."""

    reason: str


@dataclass
class Sheet:
    """One table as it stands in the file: headers, and rows as (line number in the file, cells)."""

    headers: list[str]
    header_line: int = 1
    rows: list[tuple[int, list]] = field(default_factory=list)


def read_sheet(upload):
    """The first table of an uploaded .xlsx or .csv. Refused with a sentence if it is anything else or too large.

    `upload` is a Django File with a name and a size. Cells of a csv are text; of an xlsx what Excel stored.
    """
    kind = sniff(upload)
    lines = _xlsx_lines(upload) if kind == XLSX else _csv_lines(upload)
    return _table(lines)


def sniff(upload):
    """xlsx or csv by the first bytes; Refused when the content is something else or contradicts the name."""
    if upload.size > settings.UPLOAD_MAX_BYTES:
        raise Refused(f"文件超过 {settings.UPLOAD_MAX_BYTES // 1024 // 1024} MB，分成几个文件导入")
    if not upload.size:
        raise Refused("文件是空的，没有内容可以导入")
    kind = _kind_of(_head(upload))
    suffix = PurePath(upload.name).suffix.lower()
    if suffix not in {".xlsx", ".csv"}:
        raise Refused(f"只能导入 .xlsx 或 .csv 文件，这个文件的扩展名是“{suffix or '空'}”")
    if suffix != f".{kind}":
        raise Refused(
            f"文件名以 {suffix} 结尾，内容却是 {kind}；改名不能改变内容，用表格软件另存为 {suffix} 后再导入"
        )
    return kind


def _head(upload):
    upload.seek(0)
    head = upload.read(4096)
    upload.seek(0)
    return head


def _kind_of(head):
    if head.startswith(b"PK\x03\x04"):
        return XLSX
    if head.startswith(OLD_OFFICE):
        raise Refused("这是旧版 .xls 或加了密码的文件，用 Excel 或 WPS 另存为不加密的 .xlsx 后再导入")
    for signature, name in OTHER_KINDS.items():
        if head.startswith(signature):
            raise Refused(f"文件内容是 {name}，不是表格；改名不能改变内容")
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused("文件内容不是 xlsx，也不是文本表格；改名不能改变内容")
    return CSV


# ── xlsx ──


def _xlsx_lines(upload):
    upload.seek(0)
    try:
        with zipfile.ZipFile(upload) as archive:
            _check_parts(archive.infolist())
            for part in archive.infolist():
                _check_xml(archive, part)
        upload.seek(0)
        yield from _workbook_lines(upload)
    except Refused:
        raise
    except Exception as broken:  # the parsers raise whatever they stumble over in a broken or hostile file
        raise Refused("文件已损坏，读不出表格；用 Excel 或 WPS 打开并另存为 .xlsx 后再导入") from broken


def _check_parts(parts):
    names = {part.filename for part in parts}
    if "xl/workbook.bin" in names:
        raise Refused("这是 .xlsb 文件，另存为 .xlsx 后再导入")
    if "xl/workbook.xml" not in names:
        raise Refused("文件是压缩包，里面没有 Excel 工作簿；改名不能改变内容")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused("文件带有宏，另存为不带宏的 .xlsx 后再导入")
    if len(parts) > PARTS_MAX or len(names) < len(parts):
        raise Refused("文件内部结构异常，用 Excel 或 WPS 另存为新的 .xlsx 后再导入")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("文件加了密码，去掉密码后再导入")
    _check_unpacked_size(parts)


def _check_unpacked_size(parts):
    if sum(part.file_size for part in parts) > UNPACKED_MAX:
        raise Refused(
            f"文件解开后超过 {UNPACKED_MAX // 1024 // 1024} MB，没有读取；删去多余的行和工作表后再导入"
        )
    for part in parts:
        if part.file_size > RATIO_MATTERS_FROM and part.file_size > RATIO_MAX * max(part.compress_size, 1):
            raise Refused(f"文件解开后膨胀超过 {RATIO_MAX} 倍，没有读取；删去空行和多余的格式后再导入")
        read_whole = part.filename in {"xl/styles.xml", "xl/workbook.xml", "[Content_Types].xml"}
        if read_whole and part.file_size > STYLES_MAX:
            raise Refused("文件里的格式过多，把内容复制到新的工作簿（只粘贴值）后再导入")


class _Counter:
    """Counts the elements of one XML part, so that the reader behind it is never handed more than it can hold."""

    def __init__(self):
        self.elements = self.rows = self.in_row = 0

    def start(self, name, attributes):
        self.elements += 1
        self.in_row += 1
        if name.rpartition(":")[2] == "row":
            self.rows += 1
            self.in_row = 0
        if self.rows > ROWS_MAX + EMPTY_ROWS_MAX:
            raise Refused(f"表格超过 {ROWS_MAX} 行（空行也算），删去空行或分成几个文件后再导入")
        if self.elements > ELEMENTS_MAX or (self.rows and self.in_row > ELEMENTS_IN_A_ROW_MAX):
            raise Refused(f"表格过宽或单元格过多，最多 {COLUMNS_MAX} 列、{ROWS_MAX} 行")

    def doctype(self, *declaration):
        raise Refused("文件含有不该有的定义（DTD），没有读取；用 Excel 或 WPS 另存为新的 .xlsx 后再导入")


def _check_xml(archive, part):
    counter, parser = _Counter(), expat.ParserCreate()
    parser.StartElementHandler = counter.start
    parser.StartDoctypeDeclHandler = counter.doctype
    with archive.open(part) as stream:
        try:
            parser.ParseFile(stream)
        except expat.ExpatError:
            return  # a picture, or broken: the reader stops at the same place


def _workbook_lines(upload):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions that do not matter here
        book = load_workbook(upload, read_only=True, keep_links=False)
    try:
        if not book.worksheets:
            raise Refused("文件里没有工作表")
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # the stated size may be anything
        for row in sheet.iter_rows(max_col=COLUMNS_MAX + 1):
            yield [_cell_value(cell) for cell in row]
    finally:
        book.close()


def _cell_value(cell):
    if cell.data_type == "f":
        return BadCell("是公式，改为数值（复制后选择性粘贴为“值”）")
    if cell.data_type == "e":
        return BadCell(f"是错误值 {cell.value}")
    return cell.value


# ── csv ──


def _csv_lines(upload):
    text = _decoded(upload.read())
    first = text.partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            yield [_text_value(cell) for cell in row]
    except csv.Error as broken:
        raise Refused(
            "文件里的引号没有成对，或有过长的单元格；用 Excel 或 WPS 打开并重新保存后再导入"
        ) from broken


def _decoded(raw):
    encodings = ["utf-16"] if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise Refused("看不出文件的文字编码，不是 UTF-8 也不是 GBK；用 Excel 或 WPS 另存为 .xlsx 后再导入")


def _text_value(cell):
    return BadCell("以等号开头，像是公式，改为数值") if cell.startswith("=") else cell


# ── both ──


def _table(lines):
    """Header and filled rows with their line numbers; Refused at too many rows, columns or empty lines."""
    sheet, empty = None, 0
    for number, line in enumerate(lines, 1):
        if not any(_is_filled(cell) for cell in line):
            empty += 1
            if empty > EMPTY_ROWS_MAX:
                raise Refused(f"到第{number}行已连续 {EMPTY_ROWS_MAX} 行是空行，删去空行后再导入")
            continue
        empty = 0
        if sheet is None:
            sheet = Sheet(_headers(line), number)
            continue
        if len(sheet.rows) >= ROWS_MAX:
            raise Refused(f"表格超过 {ROWS_MAX} 行，分成几个文件导入")
        sheet.rows.append((number, _fitted(line, len(sheet.headers), number)))
    if sheet is None:
        raise Refused("表格是空的，第1行应是列名")
    if not sheet.rows:
        raise Refused("表格只有列名，没有一行内容")
    return sheet


def _is_filled(cell):
    return isinstance(cell, BadCell) or (cell is not None and bool(str(cell).strip()))


def _headers(line):
    names = ["" if cell is None or isinstance(cell, BadCell) else str(cell).strip() for cell in line]
    while names and not names[-1]:
        names.pop()
    if len(names) > COLUMNS_MAX:
        raise Refused(f"表格超过 {COLUMNS_MAX} 列，删去多余的列后再导入")
    return names


def _fitted(line, width, number):
    if any(_is_filled(cell) for cell in line[width:]):
        raise Refused(f"第{number}行的单元格比列名多，核对是否错列（csv 里有逗号的内容要加引号）")
    return [*line[:width], *[None] * (width - len(line))]
