"""一个版本打成一个压缩包，到别处解开还是它；不是它说的那样的不收。"""

import zipfile
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from agreements.edition_desk.bundle import BadBundle, packed, unpacked
from agreements.edition_desk.sources import FILES, BadSources, digest_of, files_of

from .edition_texts import official


def archive(entries, method=zipfile.ZIP_DEFLATED):
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", method) as file:
        for name, content in entries:
            file.writestr(name, content)
    return as_upload(whole.getvalue())


def as_upload(content):
    return SimpleUploadedFile("edition.zip", content)


def files(**changed):
    return [(name, changed.get(name, text)) for name, text in files_of(official()).items()]


def test_there_and_back_is_the_same_edition():
    sources = official()
    content = packed("qinghai-2025-2", sources)
    assert unpacked(as_upload(content)) == sources
    assert content == packed("qinghai-2025-2", sources)
    with zipfile.ZipFile(BytesIO(content)) as file:
        assert file.namelist() == [f"qinghai-2025-2/{name}" for name in FILES]


def test_files_without_a_folder_and_line_ends_of_windows_are_the_same_edition():
    entries = [(name, "\ufeff" + text.replace("\n", "\r\n")) for name, text in files()]
    assert digest_of(unpacked(archive(entries))) == digest_of(official())


@pytest.mark.parametrize(
    "entries, said",
    [
        ([*files(), ("readme.txt", "x")], "有6个文件"),
        ([*files()[:4], ("notes.txt", "x")], "有“notes.txt”，应只有"),
        ([*files()[:4], ("../breaches.toml", "x")], "有“../breaches.toml”"),
        ([*files()[:4], ("/etc/breaches.toml", "x")], "有“/etc/breaches.toml”"),
        ([*files()[:4], ("a/b/breaches.toml", "x")], "有“a/b/breaches.toml”"),
        ([*files()[:4], ("other/breaches.toml", "x")], "不在同一个文件夹里"),
        ([*files()[:4], files()[0]], "有两个 edition.toml"),
        (files(**{"text.txt": "\n\n甲".encode("gbk")}), "text.txt 第3行不是 UTF-8 文字"),
        (files(**{"text.txt": b"a\0b"}), "text.txt 里有不是文字的内容"),
        (files(**{"terms.toml": "甲" * 400_000}), "terms.toml 解开后超过 1024 KB"),
    ],
)
def test_what_is_not_an_edition_is_refused_with_its_place(entries, said):
    with pytest.warns(UserWarning) if "两个" in said else _quietly():
        upload = archive(entries)
    with pytest.raises(BadBundle, match=said):
        unpacked(upload)


def _quietly():
    from contextlib import nullcontext

    return nullcontext()


def test_a_missing_file_is_named():
    with pytest.raises(BadSources, match=r"缺少文件 breaches\.toml"):
        unpacked(archive(files()[:4]))


def test_a_bomb_is_not_unpacked():
    upload = archive(files(**{"text.txt": b"a" * 80_000_000}))
    assert upload.size < 200_000
    with pytest.raises(BadBundle, match="解开后超过"):
        unpacked(upload)


def test_too_large_an_archive_is_not_opened():
    with pytest.raises(BadBundle, match="最多 2048 KB"):
        unpacked(as_upload(b"PK" + b"x" * 2_100_000))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"%PDF-1.7", b"x" * 4000])
def test_what_is_no_archive_is_refused(content):
    with pytest.raises(BadBundle, match="不是压缩包"):
        unpacked(as_upload(content))


@given(place=st.integers(0, 20_000), byte=st.integers(0, 255))
def test_a_damaged_archive_is_the_edition_or_a_refusal(place, byte):
    content = bytearray(packed("e", official()))
    content[place % len(content)] = byte
    try:
        unpacked(as_upload(bytes(content)))
    except (BadBundle, BadSources) as why:
        assert str(why)
