"""A file is what its bytes say, and is never unpacked further than memory allows."""

import io
import random
import tracemalloc
import zipfile

import pytest
from django.core.files.base import ContentFile
from openpyxl import Workbook

from institutions import intake
from institutions.intake import Refused, read_sheet
from tests.institutions.sheets import csv_file, row, saved, xlsx_file


def refusal(content, name):
    file = content if isinstance(content, ContentFile) else ContentFile(content, name=name)
    file.name = name
    with pytest.raises(Refused) as refused:
        read_sheet(file)
    return str(refused.value)


def rezipped(file, changed):
    """The same xlsx with some of its parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part not in changed:
                new.writestr(part, old.read(part))
        for part, content in changed.items():
            new.writestr(part, content)
    return out.getvalue()


def sheet_xml(rows):
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "content, name, sentence",
    [
        (b"%PDF-1.7 ...", "a.xlsx", "文件内容是 PDF"),
        (b"\x89PNG\r\n\x1a\n\0", "a.csv", "文件内容是 PNG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "a.xls", "旧版 .xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "a.xlsx", "加了密码"),
        (b"MZ\x90\0\x03\0", "a.csv", "不是 xlsx，也不是文本表格"),
        ("医保代码,名称\n".encode(), "a.xlsx", "内容却是 csv"),
        ("医保代码,名称\n".encode(), "a.html", "只能导入 .xlsx 或 .csv"),
        (b"", "a.csv", "文件是空的"),
        (b"\n\n", "a.csv", "表格是空的"),
        ("医保代码,名称\n".encode(), "a.csv", "只有列名"),
        (b"\xff" * 40, "a.csv", "看不出文件的文字编码"),
        ('名称\n"没有收尾'.encode(), "a.csv", "引号没有成对"),
        ("名称\n甲,乙\n".encode(), "a.csv", "第2行的单元格比列名多"),
        (b"PK\x03\x04 broken", "a.xlsx", "文件已损坏"),
    ],
)
def test_what_is_not_a_sound_table_is_refused_with_a_sentence(content, name, sentence):
    assert sentence in refusal(content, name)


def test_an_xlsx_with_another_name_is_refused():
    assert "文件名以 .csv 结尾，内容却是 xlsx" in refusal(xlsx_file([row()]), "a.csv")


def test_an_archive_without_a_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert "没有 Excel 工作簿" in refusal(out.getvalue(), "a.xlsx")


def test_macros_are_refused():
    assert "带有宏" in refusal(rezipped(xlsx_file([row()]), {"xl/vbaProject.bin": b"x"}), "a.xlsx")


def test_a_file_over_the_limit_is_refused(settings):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    assert "文件超过 1 MB" in refusal(b"a" * (1024 * 1024 + 1), "a.csv")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(intake, "RATIO_MATTERS_FROM", 1024)
    bomb = rezipped(xlsx_file([row()]), {SHEET: sheet_xml(" " * 500_000)})
    assert "膨胀超过 100 倍" in refusal(bomb, "a.xlsx")


def test_an_archive_that_unpacks_beyond_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(intake, "UNPACKED_MAX", 50_000)
    noise = random.Random(7).randbytes(60_000)
    assert "没有读取" in refusal(rezipped(xlsx_file([row()]), {"xl/media/a.bin": noise}), "a.xlsx")


def test_a_declared_size_that_lies_does_not_unpack_more():
    honest = rezipped(xlsx_file([row()]), {SHEET: sheet_xml(" " * 300_000)})
    size = (300_000 + len(sheet_xml(""))).to_bytes(4, "little")
    assert size in honest
    assert "文件已损坏" in refusal(honest.replace(size, (100).to_bytes(4, "little")), "a.xlsx")


def test_a_definition_of_entities_is_refused():
    laughs = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + sheet_xml("")
    assert "DTD" in refusal(rezipped(xlsx_file([row()]), {SHEET: laughs}), "a.xlsx")


def test_a_million_empty_rows_are_refused_and_memory_stays_small():
    bomb = rezipped(xlsx_file([row()]), {SHEET: sheet_xml("<row/>" * 1_000_000)})
    tracemalloc.start()
    try:
        sentence = refusal(bomb, "a.xlsx")
        assert tracemalloc.get_traced_memory()[1] < 30 * 1024 * 1024
    finally:
        tracemalloc.stop()
    assert "膨胀超过 100 倍" in sentence


def test_rows_that_shrink_little_are_counted_before_they_are_read(monkeypatch):
    monkeypatch.setattr(intake, "RATIO_MAX", 10_000)
    assert "空行也算" in refusal(
        rezipped(xlsx_file([row()]), {SHEET: sheet_xml("<row/>" * 30_000)}), "a.xlsx"
    )
    assert "过宽" in refusal(
        rezipped(xlsx_file([row()]), {SHEET: sheet_xml(f"<row>{'<c/>' * 2000}</row>")}), "a.xlsx"
    )


def test_a_row_number_far_away_is_not_filled_up_to():
    far = sheet_xml(
        '<row r="1"><c t="str"><v>名称</v></c></row><row r="900000000"><c t="str"><v>甲</v></c></row>'
    )
    assert "连续 1000 行是空行" in refusal(rezipped(xlsx_file([row()]), {SHEET: far}), "a.xlsx")


def test_empty_lines_of_a_csv_are_not_read_without_end():
    assert "连续 1000 行是空行" in refusal("名称\n甲\n".encode() + b"\n" * 2000, "a.csv")


def test_too_many_rows_and_columns_are_refused(monkeypatch):
    monkeypatch.setattr(intake, "ROWS_MAX", 3)
    assert "超过 3 行" in refusal(csv_file([row(n) for n in range(501, 506)]), "a.csv")
    assert "超过 100 列" in refusal(",".join(f"列{n}" for n in range(150)).encode() + b"\n1\n", "a.csv")
    wide = Workbook()
    wide.active.append([f"列{n}" for n in range(150)])
    assert "超过 100 列" in refusal(saved(wide), "a.xlsx")


def test_a_stated_size_of_the_sheet_is_not_believed():
    lying = rezipped(xlsx_file([row()]), {})
    with zipfile.ZipFile(io.BytesIO(lying)) as archive:
        xml = archive.read(SHEET).decode()
    start = xml.index('<dimension ref="') + 16
    small = xml[:start] + "A1:A1" + xml[xml.index('"', start) :]
    sheet = read_sheet(ContentFile(rezipped(io.BytesIO(lying), {SHEET: small}), name="a.xlsx"))
    assert len(sheet.rows) == 1 and len(sheet.headers) > 20


def test_excel_dates_errors_and_second_sheets():
    book = Workbook()
    book.active.append(["名称", "值"])
    book.active.append(["甲", "#N/A"])
    book.create_sheet("第二张").append(["不读"])
    sheet = read_sheet(saved(book))
    assert sheet.headers == ["名称", "值"] and len(sheet.rows) == 1
    assert sheet.rows[0][1][1].reason == "是错误值 #N/A"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_the_encodings_of_chinese_offices_are_read(encoding):
    sheet = read_sheet(ContentFile("名称,地址\n镇医院,喜巷\n".encode(encoding), name="a.csv"))
    assert (sheet.headers, sheet.rows) == (["名称", "地址"], [(2, ["镇医院", "喜巷"])])


def test_characters_beyond_gbk_are_read_from_gb18030():
    assert read_sheet(ContentFile("名称\n𰭚医院\n".encode("gb18030"), name="a.csv")).rows[0][1] == ["𰭚医院"]


def test_tabs_and_semicolons_part_columns_too():
    assert read_sheet(ContentFile("名称\t地址\n甲\t乙\n".encode(), name="a.csv")).rows == [(2, ["甲", "乙"])]
