import re
from pathlib import Path

import pytest

from agreements.edition_desk.structure import structure_of
from agreements.edition_text import (
    BLANK,
    LABELS,
    BadText,
    MissingValues,
    chinese_number,
    number_of,
    read_text,
    reference_of,
)

ROOT = Path(__file__).resolve().parents[2]
EDITION = ROOT / "agreements/editions/qinghai-2025"
OFFICIAL = ROOT / "tests/data"

SMALL = "某某协议\n（试行）\n\n甲方：{agency_name}\n\n双方约定：\n第一条　范围。\n第二条　下列之一：\n1. 甲；\n2. 〔原文缺失〕\n"


def text_of(path):
    return path.read_text(encoding="utf-8")


def bare(text):
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("label, parts", [
    ("第七十九条", ("第七十九条", None)), ("第六十六条（三）", ("第六十六条", 3)), ("第二十条第12项", ("第二十条", 12)),
    ("序言", ("序言", None)),
])  # fmt: skip
def test_a_reference_is_an_article_or_one_of_its_items(label, parts):
    assert reference_of(label) == parts


@pytest.fixture(scope="module")
def agreement():
    return read_text(text_of(EDITION / "text.txt"))


@pytest.fixture(scope="module")
def commitment():
    return read_text(text_of(EDITION / "commitment.txt"))


@pytest.fixture
def values(agreement):
    return {name: f"值{place}" for place, name in enumerate(sorted(agreement.placeholders))}


def parts_in_order(text):
    """Every string of the tree in printing order."""
    yield from (text.title, text.subtitle, *text.cover_lines, text.inner_title, *text.preamble)
    for chapter in text.chapters:
        yield chapter.heading
        for article in chapter.articles:
            yield article.heading
            yield from (part for one in article.paragraphs for part in (one.label, one.text))
    yield from text.signature_lines


@pytest.mark.rule("Q00.3")
@pytest.mark.parametrize(
    "ours, official",
    [("text.txt", "qinghai-2025-agreement.txt"), ("commitment.txt", "qinghai-2025-commitment.txt")],
)
def test_the_blank_form_is_the_official_text_byte_for_byte(ours, official):
    assert read_text(text_of(EDITION / ours)).blank().plain() == text_of(OFFICIAL / official)


@pytest.mark.rule("S00.1")
@pytest.mark.parametrize("name", ["secondary", "primary"])
def test_the_shanghai_texts_are_the_official_ones_byte_for_byte_with_what_is_lost(name):
    text = read_text(text_of(ROOT / f"agreements/editions/shanghai-{name}/text.txt"))
    assert text.blank().plain() == text_of(OFFICIAL / f"shanghai-{name}-agreement.txt")
    assert not text.complete


@pytest.mark.rule("Q00.3")
def test_without_placeholders_the_text_is_the_official_one_letter_for_letter(agreement):
    stripped = re.sub(r"\{[^{}]*\}", "", agreement.plain())
    assert bare(stripped) == bare(text_of(OFFICIAL / "qinghai-2025-agreement.txt"))


@pytest.mark.parametrize("official", ["qinghai-2025-agreement.txt", "qinghai-2025-commitment.txt"])
def test_the_tree_holds_every_letter_in_order(official):
    source = text_of(OFFICIAL / official)
    assert bare("".join(parts_in_order(read_text(source)))) == bare(source)


def test_the_cover_is_told_from_the_preamble_and_the_signature_page(agreement):
    assert agreement.title == agreement.inner_title == "青海省医疗保障定点医疗机构服务协议"
    assert agreement.subtitle == "（2025修订版）"
    assert agreement.cover_lines[0] == "甲方（医疗保障经办机构）：{agency_name}"
    assert agreement.cover_lines[-1] == "青海省医疗保障局制"
    assert agreement.preamble[0].startswith("为加强和规范") and len(agreement.preamble) == 1
    assert agreement.signature_lines[0].startswith("甲方（公章）：{agency_seal}")


def test_there_are_eight_chapters_and_85_articles_each_with_its_own_number(agreement):
    assert [chapter.number for chapter in agreement.chapters] == list(range(1, 9))
    assert [len(chapter.articles) for chapter in agreement.chapters] == [7, 20, 15, 6, 8, 5, 12, 12]
    assert [article.number for article in agreement.articles] == list(range(1, 86))
    assert [article.label for article in agreement.articles] == [
        f"第{chinese_number(n)}条" for n in range(1, 86)
    ]
    assert (agreement.chapters[0].title, agreement.chapters[0].heading) == ("总则", "第一章    总   则")


def test_articles_62_to_67_have_their_63_items(agreement):
    assert [len(agreement.article(number).items) for number in range(62, 68)] == [8, 12, 8, 12, 11, 12]
    for number in range(62, 68):
        items = agreement.article(number).items
        assert [item.number for item in items] == list(range(1, len(items) + 1))


def test_an_item_is_verbatim_and_anchored(agreement):
    item = agreement.article(65).item(1)
    assert (item.kind, item.label, item.anchor) == ("item", "（一）", "art-65-1")
    assert item.text == "未核验参保人员医疗保障凭证，造成冒名就医的；"
    with pytest.raises(LookupError, match="第六十五条没有第（十三）项"):
        agreement.article(65).item(13)


def test_later_paragraphs_are_numbered_as_they_are_cited(agreement):
    paragraphs = agreement.article(9).paragraphs
    assert [one.kind for one in paragraphs] == ["lead", "text", "text", "text"]
    assert [one.anchor for one in paragraphs] == ["art-9-p1", "art-9-p2", "art-9-p3", "art-9-p4"]


def test_every_anchor_is_used_once(agreement):
    anchors = [one.anchor for article in agreement.articles for one in (article, *article.paragraphs)]
    assert len(anchors) == len(set(anchors))


@pytest.mark.parametrize("reference", [79, "79", "art-79", "七十九", "第七十九条"])
def test_an_article_is_found_however_it_is_named(agreement, reference):
    assert agreement.article(reference).anchor == "art-79"


@pytest.mark.parametrize("reference", [86, 0, "第八十六条", "9999", "附则", ""])
def test_an_article_that_does_not_exist_is_refused_in_chinese(agreement, reference):
    with pytest.raises(LookupError, match="全文共85条"):
        agreement.article(reference)


@pytest.mark.rule("Q00.1")
@pytest.mark.rule("Q00.2")
def test_filling_replaces_every_blank(agreement, values):
    filled = agreement.fill(values | {"agency_name": "某州医疗保障局", "start_year": 2026})
    assert filled.placeholders == frozenset()
    assert filled.cover_lines[0] == "甲方（医疗保障经办机构）：某州医疗保障局"
    assert "自2026年" in filled.article(83).paragraphs[0].text
    assert len(filled.articles) == 85


@pytest.mark.rule("Q00.1")
@pytest.mark.rule("Q00.2")
def test_blanks_without_a_value_are_refused_by_name(agreement, values):
    del values["agency_code"]
    with pytest.raises(MissingValues, match="甲方代码、乙方联系电话；") as refused:
        agreement.fill(values | {"institution_phone": "  ", "institution_seal": BLANK})
    assert refused.value.names == ("agency_code", "institution_phone")


@pytest.mark.rule("Q00.5")
def test_the_signature_page_can_be_left_to_the_pen(agreement, values):
    pen = {name: BLANK for name in values if re.search("seal|signature|signed", name)}
    filled = agreement.fill(values | pen)
    assert (
        filled.signature_lines == read_text(text_of(OFFICIAL / "qinghai-2025-agreement.txt")).signature_lines
    )


@pytest.mark.parametrize("value", ["甲\n第八十六条   新增", "{agency_code}"])
def test_a_value_cannot_change_the_shape_of_the_text(agreement, values, value):
    with pytest.raises(BadText, match="甲方名称"):
        agreement.fill(values | {"agency_name": value})


def test_every_blank_has_a_chinese_name(agreement, commitment):
    assert agreement.placeholders | commitment.placeholders <= set(LABELS)
    assert len(agreement.placeholders) == 28


@pytest.mark.rule("Q00.6")
def test_the_commitment_has_a_body_and_a_place_to_seal(commitment):
    filled = commitment.fill(
        {"agency_name": "某局", "material": "某材料", "seal": BLANK, "commitment_date": "2026年1月5日"}
    )
    assert filled.title == "承诺书"
    assert filled.preamble[1].startswith("本机构向某局（甲方全称）提供的某材料（材料名称）")
    assert filled.plain().count("某局") == 2
    assert filled.signature_lines == ("单位盖章：", "", "日        期：2026年1月5日")


def test_a_text_without_chapters_reads_too_and_a_lost_passage_makes_it_incomplete(agreement):
    small = read_text(SMALL)
    assert (small.subtitle, small.cover_lines, small.preamble) == (
        "（试行）",
        ("甲方：{agency_name}",),
        ("双方约定：",),
    )
    assert [one.anchor for one in small.article(2).paragraphs] == ["art-2-p1", "art-2-1", "art-2-2"]
    assert [one.line for one in small.article(2).items] == ["1. 甲；", "2. 〔原文缺失〕"]
    assert not small.complete and agreement.complete


def test_points_under_an_item_belong_to_it():
    article = read_text("协议\n第一条 下列：\n（一）甲：\n1. 子；\n2. 丑。\n").article(1)
    assert [one.kind for one in article.paragraphs] == ["lead", "item", "subitem", "subitem"]
    assert article.paragraphs[-1].anchor == "art-1-1-2"


@pytest.mark.parametrize(
    "source, sentence",
    [
        ("协议\n第一条 甲\n第三条 乙", "第3行应为第二条"),
        ("协议\n第二章 甲\n第一条 乙", "第2行应为第一章"),
        ("协议\n第一条 甲\n\n零散\n\n第二条 乙", "第6行.*零散"),
        ("协议\n第十零条 甲", "第2行.*十零"),
        ("协议\n甲方：{Agency}", "第2行的空白写得不对"),
        ("", "空"),
    ],
)
def test_a_broken_text_is_refused_with_its_line(source, sentence):
    with pytest.raises(BadText, match=sentence):
        read_text(source)


def test_chinese_numerals_go_both_ways():
    assert [chinese_number(n) for n in (0, 7, 10, 11, 20, 79, 100, 105, 110, 215)] == (
        ["零", "七", "十", "十一", "二十", "七十九", "一百", "一百零五", "一百一十", "二百一十五"]
    )
    assert all(number_of(chinese_number(number)) == number for number in range(1000))
    for wrong in ("一二", "七九", "abc"):
        with pytest.raises(ValueError, match="中文数字"):
            number_of(wrong)


def test_the_structure_never_cuts_a_blank_in_two():
    text = SMALL.replace("范围。", "本协议自{start_year:____}年{start_month:__}月{start_day:__}日起。")
    seen = [one for _, found in structure_of(read_text(text))["parts"] for one in found]
    begins = {one.label: one.begins for one in seen}
    assert begins["第一条"] == "本协议自［协议开始年份］年"
    assert all("{" not in words and words.count("［") == words.count("］") for words in begins.values())


def test_a_letter_whose_paragraphs_stand_apart_is_signed_after_its_last_sentence():
    said = ["本单位郑重承诺如下：", "一、材料真实。", "二、接受监督。"]
    letter = read_text("\n\n".join(["承诺书", *said, "单位盖章：{seal}\n{commitment_date}"]))
    assert letter.preamble == tuple(said)
    assert letter.signature_lines == ("单位盖章：{seal}", "{commitment_date}")
