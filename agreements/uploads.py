"""Files that people hand in: what they really are, how large, their hash. Nothing trusts a name."""

import hashlib

from django.conf import settings
from django.core.exceptions import ValidationError

SIGNATURES = {"PDF": b"%PDF-", "JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n"}


def validate_scan(upload):
    """A PDF, JPEG or PNG by its content, within the size limit; ValidationError with a sentence otherwise."""
    if upload.size > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // 1024 // 1024
        raise ValidationError(f"文件“{upload.name}”超过 {limit} MB，压缩或降低扫描精度后再传")
    upload.seek(0)
    head = upload.read(8)
    upload.seek(0)
    if not any(head.startswith(signature) for signature in SIGNATURES.values()):
        raise ValidationError(
            f"文件“{upload.name}”不是 PDF、JPEG 或 PNG，改名不能改变内容；另存为 PDF 后再传"
        )


def sha256_of(upload):
    """The SHA-256 of a file, read in pieces; the file is left at its beginning."""
    digest = hashlib.sha256()
    upload.seek(0)
    for piece in upload.chunks():
        digest.update(piece)
    upload.seek(0)
    return digest.hexdigest()
