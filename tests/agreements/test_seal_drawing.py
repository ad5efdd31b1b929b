"""印模：按名称绘制，长名称压窄而不出圈，测试章写明“测试章”，不往文书里加可以复制的字。"""

import pymupdf
import pytest

from agreements.papers.refusals import MissingGlyph
from agreements.papers.seal import drawing

LONG = "海西蒙古族藏族自治州医疗保障服务中心"
LONGEST = "黄南藏族自治州河南蒙古族自治县医疗保障经办服务管理中心"


def drawn(name, **how):
    """The seal as pixels: (rows of (r, g, b), side)."""
    page = pymupdf.open(stream=drawing.seal_pdf(name, **how))[0]
    return page.get_pixmap(dpi=150)


@pytest.mark.parametrize("name", ["西宁市医保局", LONG, LONGEST])
def test_it_is_a_page_of_42_millimetres_without_text(name):
    page = pymupdf.open(stream=drawing.seal_pdf(name))[0]
    assert (
        page.rect.width == pytest.approx(42 / 25.4 * 72, abs=0.5) == pytest.approx(page.rect.height, abs=0.5)
    )
    assert page.get_text().strip() == "" and not page.get_fonts()


@pytest.mark.parametrize("name", ["西宁市医保局", LONG, LONGEST])
def test_a_long_name_is_condensed_and_stays_clear_of_the_ring(name):
    picture = drawn(name)
    middle, scale = (picture.width - 1) / 2, picture.width / 200
    inner, outer = (
        (drawing.NAME_RADIUS + drawing.NAME_HEIGHT) * scale,
        (drawing.RADIUS - drawing.RING) * scale,
    )
    between = [
        picture.pixel(x, y)
        for x in range(picture.width)
        for y in range(picture.height)
        if inner + 2 < ((x - middle) ** 2 + (y - middle) ** 2) ** 0.5 < outer - 2
    ]
    assert between and set(between) == {(255, 255, 255)}


def test_a_test_seal_differs_and_says_so():
    real, test = drawing.seal_svg("西宁市医保局"), drawing.seal_svg("西宁市医保局", test=True)
    assert "测试章" in test and "测试章" not in real
    assert drawn("西宁市医保局", test=True).samples != drawn("西宁市医保局").samples
    picture = drawn("西宁市医保局", test=True)
    colours = (picture.pixel(x, y) for x in range(picture.width) for y in range(picture.height))
    grey = sum(max(colour) - min(colour) < 20 and max(colour) < 160 for colour in colours)
    assert grey > 1000  # it covers a good part of the face


def test_the_same_name_is_the_same_drawing():
    assert drawing.seal_svg(LONG) == drawing.seal_svg(LONG)


def test_a_character_that_no_font_has_is_named():
    with pytest.raises(MissingGlyph, match="U\\+"):
        drawing.seal_svg("西宁\U000e0041医院")


def test_a_name_is_never_read_as_markup():
    svg = drawing.seal_svg("甲<乙>&丙")
    assert "<乙>" not in svg and "&lt;乙&gt;&amp;丙" in svg
