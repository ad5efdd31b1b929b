"""What is kept as an office file: by its content, without macros, without tricks."""

import struct
import zipfile
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from agreements.uploads import kind_of, validate_material

TYPES = '<?xml version="1.0"?><Types><Override PartName="/{part}" ContentType="{kind}"/></Types>'
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def packed(heart="xl/workbook.xml", parts=(), types=None):
    """A packed office file with these further parts."""
    into = BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types or TYPES.format(part=heart, kind=SHEET))
        archive.writestr(heart, "<x/>")
        for name, content in dict(parts).items():
            archive.writestr(name, content)
    return into.getvalue()


def upload(content):
    return SimpleUploadedFile("材料.xlsx", content)


def with_field(content, signature, offset, value):
    """The archive with one 16-bit field of its first header of this kind overwritten."""
    at = content.index(signature) + offset
    return content[:at] + struct.pack("<H", value) + content[at + 2 :]


def test_word_and_excel_files_are_known_by_what_they_hold():
    assert kind_of(upload(packed())) == "XLSX"
    assert kind_of(upload(packed("word/document.xml"))) == "DOCX"
    validate_material(upload(packed()))


CENTRAL = b"PK\x01\x02"
BAD_NAME = packed(parts={"长.xml": "<x/>"}).replace("长".encode(), b"\xff\xfe\xfd")
CRAFTED = {
    "a version that nobody reads": with_field(packed(), CENTRAL, 6, 200),
    "a name in no encoding": BAD_NAME,
    "cut off": packed()[:-30],
    "only a head": b"PK\x03\x04" + b"\0" * 40,
    "a method that nobody knows": with_field(packed(), CENTRAL, 10, 99),
    "a list of contents behind a password": with_field(packed(), CENTRAL, 8, 1),
    "a bomb": packed(parts={"xl/big.bin": b"\0" * (101 * 1024 * 1024)}),
    "thousands of parts": packed(parts={f"xl/{n}": "" for n in range(2_001)}),
    "a part outside": packed(parts={"../evil.xml": "<x/>"}),
    "a part outside, in the other way": packed(parts={"xl\\..\\..\\evil.xml": "<x/>"}),
    "a part at the root of the disk": packed(parts={"/etc/passwd": "x"}),
    "macros": packed(parts={"xl/vbaProject.bin": b"x"}),
    "macros in capitals": packed(parts={"XL/VBAPROJECT.BIN": b"x"}),
    "what belongs to macros": packed("word/document.xml", {"word/vbaData.xml": "<x/>"}),
    "a sheet of Excel 4": packed(parts={"xl/macrosheets/sheet1.xml": "<x/>"}),
    "macros under another name": packed(
        types=TYPES.format(part="xl/x.bin", kind="application/vnd.ms-office.vbaProject")
    ),
    "a file that says it has macros": packed(
        types=TYPES.format(
            part="xl/workbook.xml", kind="application/vnd.ms-excel.sheet.macroEnabled.main+xml"
        )
    ),
    "a list of contents in riddles": packed(types='<!DOCTYPE x [<!ENTITY a "vba">]><Types/>'),
    "any other archive": packed("readme.txt"),
}


@pytest.mark.parametrize("trick", CRAFTED)
def test_what_is_damaged_or_crafted_is_refused_with_a_sentence(trick):
    with pytest.raises(ValidationError, match="不是 PDF、JPEG、PNG，也不是不带宏的 docx、xlsx"):
        validate_material(upload(CRAFTED[trick]))
