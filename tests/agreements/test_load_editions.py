"""An edition is a folder that becomes an immutable row."""

import re
import shutil

import pytest
from django.core.management import CommandError, call_command

from agreements.models import Edition


@pytest.fixture
def folder(settings, tmp_path, regions):
    shutil.copytree(settings.EDITIONS_DIR / "qinghai-2025", tmp_path / "editions" / "qinghai-2025")
    settings.EDITIONS_DIR = tmp_path / "editions"
    return tmp_path / "editions" / "qinghai-2025"


def load():
    call_command("load_editions", verbosity=0)


@pytest.mark.rule("Q00.3")
def test_loading_twice_changes_nothing(folder):
    load()
    load()
    edition = Edition.objects.get()
    assert (edition.code, edition.issuer, len(edition.form.articles)) == (
        "qinghai-2025",
        "青海省医疗保障局",
        85,
    )
    assert edition.terms.suspension.max_days == 180 and len(edition.breaches.items) == 63


@pytest.mark.rule("Q00.3")
@pytest.mark.parametrize("name", ["text.txt", "commitment.txt", "terms.toml", "breaches.toml"])
def test_a_changed_file_of_a_published_edition_is_refused(folder, name):
    load()
    changed = folder / name
    changed.write_text(changed.read_text() + ("\n# 改动" if name.endswith("toml") else "改动"))
    with pytest.raises(CommandError, match="发布后的文本不能改动"):
        load()
    assert Edition.objects.count() == 1


def test_a_changed_file_with_a_new_version_is_a_new_edition_beside_the_old(folder):
    load()
    first = Edition.objects.get()
    terms, manifest = folder / "terms.toml", folder / "edition.toml"
    terms.write_text(terms.read_text().replace("max_days = 180", "max_days = 90"))
    manifest.write_text(re.sub('version = ".+"', 'version = "99"', manifest.read_text()))
    load()
    second = Edition.objects.newest()
    assert (first.terms.suspension.max_days, second.terms.suspension.max_days) == (180, 90)


def test_a_wrong_number_is_refused_by_name_and_nothing_is_loaded(folder):
    terms = folder / "terms.toml"
    terms.write_text(terms.read_text().replace("max_days = 180", 'max_days = "很多"'))
    with pytest.raises(CommandError, match="max_days"):
        load()
    assert not Edition.objects.exists()


def test_a_missing_file_is_named(folder):
    (folder / "breaches.toml").unlink()
    with pytest.raises(CommandError, match="缺少文件 breaches.toml"):
        load()


def test_an_agreement_keeps_the_edition_it_was_drafted_on(folder, desk):
    agreement = desk.drafted()
    manifest = folder / "edition.toml"
    manifest.write_text(re.sub('version = ".+"', 'version = "99"', manifest.read_text()))
    load()
    agreement.refresh_from_db()
    assert agreement.edition.version != "99" == Edition.objects.newest().version
