"""What `make run` and `make test` prepare before Django starts."""

import re
import subprocess
from pathlib import Path

import pytest
from fontTools import subset
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

from config.setup import fonts, missing, outlines, postgres
from tests import rules_report

ROOT = Path(__file__).resolve().parent.parent
# Frequent, rare, and beyond the sixteen-bit characters: names of places and people hold all three.
SAMPLE = "医保协议〇，。A1 龘𬭎"


@pytest.fixture(scope="module")
def small_source(tmp_path_factory):
    """A CFF font with SAMPLE's characters only, so that a conversion takes no time."""
    path = tmp_path_factory.mktemp("source") / "small.otf"
    font = TTFont(fonts.SOURCES[fonts.SERIF])
    options = subset.Options(layout_features=[], notdef_outline=True)
    cut = subset.Subsetter(options)
    cut.populate(text=SAMPLE)
    cut.subset(font)
    font.save(path)
    return path


@pytest.fixture
def converted(small_source, tmp_path):
    fonts.main(tmp_path, {"small.ttf": small_source})
    return tmp_path / "small.ttf"


def test_a_converted_font_has_truetype_outlines_for_every_character(converted, small_source):
    new, old = TTFont(converted), TTFont(small_source)
    assert new.sfntVersion == "\0\1\0\0" and "glyf" in new and "CFF " not in new
    assert new.getBestCmap().keys() == old.getBestCmap().keys() == set(map(ord, SAMPLE))
    assert [new.getGlyphID(new.getBestCmap()[ord(char)]) for char in SAMPLE] == [
        old.getGlyphID(old.getBestCmap()[ord(char)]) for char in SAMPLE
    ]


def test_a_converted_character_keeps_its_place_and_size(converted, small_source):
    new, old = TTFont(converted), TTFont(small_source)
    for code in map(ord, SAMPLE.replace(" ", "")):
        assert bounds(new, code) == pytest.approx(bounds(old, code), abs=2)
        name = new.getBestCmap()[code]
        assert new["hmtx"][name] == (old["hmtx"][old.getBestCmap()[code]][0], new["glyf"][name].xMin)


def bounds(font, code):
    glyphs = font.getGlyphSet()
    pen = BoundsPen(glyphs)
    glyphs[font.getBestCmap()[code]].draw(pen)
    return pen.bounds


def test_the_outlines_are_those_of_fonttools_own_pens(small_source):
    glyphs = TTFont(small_source).getGlyphSet()
    for name in glyphs:
        quick = outlines.QuadraticPen(fonts.LARGEST_ERROR)
        glyphs[name].draw(quick)
        reference = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(reference, fonts.LARGEST_ERROR, reverse_direction=True))
        expected, found = reference.glyph(), Glyph(outlines.simple_glyph(quick.contours))
        found.expand(None)
        assert found.numberOfContours == expected.numberOfContours
        if expected.numberOfContours:
            expected.coordinates.toInt()
            assert found.coordinates == expected.coordinates
            assert found.endPtsOfContours == expected.endPtsOfContours
            assert bytes(found.flags) == bytes(expected.flags)


def test_fonts_are_converted_once_and_carry_their_licence(converted, small_source):
    first = converted.stat().st_mtime_ns
    assert fonts.main(converted.parent, {"small.ttf": small_source}) == []
    assert converted.stat().st_mtime_ns == first
    assert "SIL OPEN FONT LICENSE" in (converted.parent / fonts.LICENCE).read_text()
    assert not list(converted.parent.glob(".*")), "no unfinished file stays behind"


def test_another_source_is_converted_again(converted, small_source):
    fonts.stamp_of(converted).write_text("an older source")
    assert fonts.main(converted.parent, {"small.ttf": small_source}) == ["small.ttf"]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_to_one_version(name):
    lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    for line in filter(None, lines):
        assert line == "-r requirements.txt" or re.fullmatch(r"[\w.-]+(\[[\w,]+\])?==\d+(\.\w+)*", line), line


def test_a_machine_that_runs_this_suite_misses_no_library():
    assert missing.missing_packages(browser=False) == []


def test_a_missing_library_is_named_by_its_debian_package(monkeypatch):
    monkeypatch.setattr(missing, "can_load", lambda library: "harfbuzz" not in library)
    monkeypatch.setattr(missing.shutil, "which", lambda command: None)
    assert missing.missing_packages(browser=True) == ["libharfbuzz-subset0", "poppler-utils", "chromium"]


def test_a_silent_port_is_no_postgresql():
    assert not postgres.answers("postgres://postgres@127.0.0.1:1/portal")


def test_the_rules_report_counts_what_has_no_test():
    titles = {"Q79.1": "申请中止", "Q79.2": "最长天数"}
    lines = list(
        rules_report.report(titles, {"Q79.2": {"tests/test_a.py::test_b": 3}, "S25.2": {"t.py::t": 1}})
    )
    assert "    tests/test_a.py::test_b  x3" in lines
    assert "  Q79.1  申请中止" in lines
    assert lines[-1].strip().startswith("1 / 2 ")


def test_the_list_of_rules_to_prove_has_one_line_a_rule():
    titles = rules_report.rules_to_prove()
    assert sum(rule.startswith("Q") for rule in titles) == 100
    assert sum(rule.startswith("S") for rule in titles) == 25
    assert all(re.fullmatch(r"[QS]\d\d\.\d+", rule) and title for rule, title in titles.items())


@pytest.mark.parametrize(
    "script", sorted((ROOT / "config" / "setup").glob("*.sh")), ids=lambda path: path.name
)
def test_every_script_is_sound_shell(script):
    assert subprocess.run(["bash", "-n", script], capture_output=True, text=True).stderr == ""
