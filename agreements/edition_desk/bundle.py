"""An edition as one archive: the same five files as a folder under `editions/`."""

import zipfile
import zlib
from io import BytesIO

from .sources import FILES, files_of, sources_of

LARGEST = 2 * 1024 * 1024  # of the archive
LARGEST_FILE = 1024 * 1024  # of each file, unpacked
_SAME_DAY = (2000, 1, 1, 0, 0, 0)  # so that the same edition is the same archive


class BadBundle(ValueError):
    """The archive is not an edition; the sentence names the file and the place."""


def packed(folder, sources):
    """The bytes of a zip with one folder that holds the five files."""
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files_of(sources).items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", _SAME_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode())
    return whole.getvalue()


def unpacked(upload):
    """{column: text} of an archive, a file opened for reading. Raises BadBundle, or BadSources for a missing file."""
    if upload.size > LARGEST:
        raise BadBundle(f"文件有 {upload.size // 1024} KB，最多 {LARGEST // 1024} KB，不是一个协议文本版本")
    try:
        with zipfile.ZipFile(upload) as archive:
            return sources_of(dict(_read(archive, entry) for entry in _entries(archive)))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as wrong:
        raise BadBundle("文件不是压缩包，或者已经损坏。用导出的 zip，或把版本的文件夹压缩成 zip") from wrong


def _entries(archive):
    """The five files, all in one folder or all in none; a folder's own entry is passed over."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    names = "、".join(FILES)
    if len(entries) > len(FILES):
        raise BadBundle(f"压缩包里有{len(entries)}个文件，应只有{names}")
    folders, seen = set(), set()
    for entry in entries:
        folder, _, name = entry.filename.rpartition("/")
        if name not in FILES or "/" in folder or folder in (".", "..") or "\\" in folder:
            raise BadBundle(f"压缩包里有“{entry.filename[:60]}”，应只有{names}，放在一个文件夹里")
        if name in seen:
            raise BadBundle(f"压缩包里有两个 {name}")
        seen.add(name)
        folders.add(folder)
    if len(folders) > 1:
        raise BadBundle("压缩包里的文件不在同一个文件夹里")
    return entries


def _read(archive, entry):
    """(name, text). What the archive says of its sizes is not believed: no more than the limit is ever unpacked."""
    name = entry.filename.rpartition("/")[2]
    if entry.flag_bits & 1:
        raise BadBundle(f"{name} 加了密码，不加密码再压缩")
    with archive.open(entry) as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise BadBundle(f"{name} 解开后超过 {LARGEST_FILE // 1024} KB，不是协议文本的文件")
    if b"\0" in content:
        raise BadBundle(f"{name} 里有不是文字的内容")
    try:
        return name, content.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        raise BadBundle(f"{name} 第{line}行不是 UTF-8 文字。用 UTF-8 编码另存后再压缩") from wrong
