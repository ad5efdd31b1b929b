"""Files that people hand in: what they really are, how large, their hash. Nothing trusts a name."""

import hashlib
import zipfile

from django.conf import settings
from django.core.exceptions import ValidationError

SIGNATURES = {"PDF": b"%PDF-", "JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n"}
# What a packed office file holds at its heart, and what that makes it.
OFFICE = {"word/document.xml": "DOCX", "xl/workbook.xml": "XLSX"}
TYPES = {
    "PDF": "application/pdf",
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "DOCX": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "XLSX": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CONTENTS, MOST_CONTENTS = "[Content_Types].xml", 1024 * 1024
MACROS = ("vba", "macrosheet")
MOST_PARTS, MOST_UNPACKED = 2_000, 100 * 1024 * 1024  # of an office file: more is a bomb, not a letter


def kind_of(upload):
    """PDF, JPEG, PNG, DOCX or XLSX by content; None for anything else. The file is left at its beginning."""
    upload.seek(0)
    head = upload.read(8)
    kind = next((kind for kind, signature in SIGNATURES.items() if head.startswith(signature)), None)
    kind = kind or (head.startswith(b"PK\x03\x04") and _office_kind(upload)) or None
    upload.seek(0)
    return kind


def _office_kind(upload):
    """Which office file this is; None for one with macros, one that is a bomb or damaged, and any other archive."""
    try:
        with zipfile.ZipFile(upload) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                return None
            names = [part.filename for part in parts]
            said = archive.open(CONTENTS).read(MOST_CONTENTS + 1) if CONTENTS in names else b""
    except Exception:
        # zipfile answers a damaged or crafted archive with a dozen kinds of errors; all say: not an office file.
        return None
    if len(set(names)) < len(names) or any(_is_unfit(name) for name in names) or _tells_of_macros(said):
        return None
    return next((kind for heart, kind in OFFICE.items() if heart in names), None)


def _is_unfit(name):
    """A part that holds macros (VBA, or sheets of Excel 4), or that leads out of the archive."""
    steps = name.lower().replace("\\", "/").split("/")
    return ".." in steps or name.startswith(("/", "\\")) or any(step.startswith(MACROS) for step in steps)


def _tells_of_macros(said):
    """Whether the list of contents calls a part a macro, whatever the part's name; or is no plain list."""
    plain = said.replace(b"\0", b"").lower()
    crafted = len(said) > MOST_CONTENTS or b"<!" in plain or b"&#" in plain
    return crafted or any(word in plain for word in (b"vbaproject", b"macroenabled", b"macrosheet"))


def validate_scan(upload):
    """A PDF, JPEG or PNG by its content, within the size limit; ValidationError with a sentence otherwise."""
    _validate(upload, SIGNATURES, "PDF、JPEG 或 PNG", "另存为 PDF 后再传")


def validate_material(upload):
    """As a scan, or a Word or Excel file without macros."""
    _validate(upload, TYPES, "PDF、JPEG、PNG，也不是不带宏的 docx、xlsx", "另存为 PDF 后再传")


def _validate(upload, kinds, names, remedy):
    if upload.size > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // 1024 // 1024
        raise ValidationError(f"文件“{upload.name}”超过 {limit} MB，压缩或降低扫描精度后再传")
    if not upload.size:
        raise ValidationError(f"文件“{upload.name}”是空的，没有内容。重新选择文件")
    if kind_of(upload) not in kinds:
        raise ValidationError(f"文件“{upload.name}”不是 {names}，改名不能改变内容；{remedy}")


def sha256_of(upload):
    """The SHA-256 of a file, read in pieces; the file is left at its beginning."""
    digest = hashlib.sha256()
    upload.seek(0)
    for piece in upload.chunks():
        digest.update(piece)
    upload.seek(0)
    return digest.hexdigest()
