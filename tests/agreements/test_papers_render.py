"""D-01 and D-02: the printed words are the official words, and nothing unreadable ever leaves the press."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pymupdf
import pytest
import zxingcpp
from django.conf import settings
from django.test import override_settings
from PIL import Image

from agreements.edition_text import BLANK, LOST, read_text
from agreements.papers.press import ASSETS, OwnFilesOnly, press
from agreements.papers.refusals import FontMissing, MissingField, MissingGlyph, PaperRefused
from agreements.papers.render import Stamp, render_agreement, render_commitment
from agreements.papers.sheet import Sheet, render_sheet

OFFICIAL = Path(__file__).parents[1] / "data"
EDITION = Path(settings.EDITIONS_DIR) / "qinghai-2025"
TEXT = read_text((EDITION / "text.txt").read_text())
COMMITMENT = read_text((EDITION / "commitment.txt").read_text())
STAMP = Stamp("QH-2025-000123", "K7QM-3D9F-XW2P", "https://example.gov.cn/v/K7QM3D9FXW2P")
PEN = ("seal", "signature", "signed_year", "signed_month", "signed_day", "commitment_date")
# Every value in brackets that no form uses, so that the tests can tell values from the form's own words.
VALUES = {name: f"〖{name}〗" for name in TEXT.placeholders if not name.endswith(PEN)} | {
    "material": "〖material〗"
}
LONG_NAME = "蒙古族藏族自治州人民医院附属昆仑山口社区卫生服务中心（妇幼保健计划生育服务站）"
HEADER_ENDS, FOOTER_BEGINS, RIGHT_MARGIN = 86, 772, 595.3 - 75


@pytest.fixture(scope="module")
def agreement():
    return opened(render_agreement(TEXT, VALUES, stamp=STAMP))


@pytest.fixture(scope="module")
def draft():
    return opened(render_agreement(TEXT, {"agency_name": "〖agency_name〗"}, stamp=STAMP, draft=True))


@pytest.fixture(scope="module")
def commitment():
    return opened(render_commitment(COMMITMENT, VALUES, stamp=STAMP))


@pytest.fixture(scope="module")
def short():
    """The cover and signature page with one article between, for tests that do not read the clauses."""
    source = TEXT.source
    first = source.index("第一章")
    return read_text(source[:first] + "第一条   试行。\n\n" + source[source.index("甲方（公章）") :])


def opened(pdf):
    return pymupdf.open(stream=pdf)


def body(page):
    """The page's words between its header and its footer."""
    return page.get_text(clip=pymupdf.Rect(0, HEADER_ENDS, page.rect.width, FOOTER_BEGINS))


def words(text):
    """Without white space and without what stands on the blanks."""
    return re.sub(r"〖[^〗]*〗|[\s_]", "", text)


def all_words(document):
    return words("".join(body(page) for page in document))


@pytest.mark.rule("Q00.3")
def test_the_printed_agreement_says_exactly_what_the_official_text_says(agreement):
    assert all_words(agreement) == words((OFFICIAL / "qinghai-2025-agreement.txt").read_text())


@pytest.mark.rule("Q00.6")
def test_the_printed_commitment_says_exactly_what_the_official_text_says(commitment):
    assert all_words(commitment) == words((OFFICIAL / "qinghai-2025-commitment.txt").read_text())
    printed = "".join(commitment[0].get_text().split())
    assert printed.count("〖agency_name〗") == 2
    assert printed.count("〖material〗") == 1


@pytest.mark.rule("Q00.1")
@pytest.mark.rule("Q00.2")
def test_the_cover_carries_all_facts_of_both_parties_and_the_issuer(agreement):
    cover = "".join(agreement[0].get_text().split())
    facts = ("name", "code", "signatory", "address", "postcode", "phone")
    assert all(f"〖{party}_{fact}〗" in cover for party in ("agency", "institution") for fact in facts)
    assert "青海省医疗保障局制" in cover
    assert "第一章" not in cover


@pytest.mark.rule("Q83.1")
def test_the_term_of_the_agreement_stands_in_its_article(agreement):
    printed = "".join("".join(body(page) for page in agreement).split())
    assert (
        "自〖start_year〗年〖start_month〗月〖start_day〗日起至〖end_year〗年〖end_month〗月〖end_day〗日止"
        in printed
    )


def test_every_page_carries_number_code_and_its_place_in_the_whole(agreement):
    for place, page in enumerate(agreement, start=1):
        printed = page.get_text().replace("\u3000", " ")
        assert STAMP.number in printed
        assert STAMP.code in printed
        assert f"第{place}页共{len(agreement)}页" in re.sub(r"\s", "", printed)


def test_every_page_carries_the_code_that_leads_to_its_verification(agreement):
    for page in agreement:
        picture = page.get_pixmap(dpi=150)
        [code] = zxingcpp.read_barcodes(
            Image.frombytes("RGB", (picture.width, picture.height), picture.samples)
        )
        assert code.text == STAMP.verify_url


def test_the_paper_names_its_title_and_number(agreement):
    assert agreement.metadata["title"] == f"{TEXT.title} {STAMP.number}"


def test_only_our_truetype_fonts_are_in_the_paper(agreement):
    fonts = {font[3].split("+")[1]: font[1] for page in agreement for font in page.get_fonts()}
    assert fonts == {"Paper-Serif": "ttf", "Paper-Sans": "ttf"}


def test_no_heading_ends_a_page_and_no_article_opening_is_left_without_its_items(agreement):
    for page in list(agreement)[1:-1]:
        last_line = body(page).strip().splitlines()[-1]
        assert not re.match(r"第.{1,3}章", last_line)
        assert not re.search(r"(下列|以下).*：$", last_line)


@pytest.mark.rule("Q00.5")
def test_seals_signatures_and_dates_have_their_room_on_one_page(agreement):
    page = agreement[-1]
    seals, signatures = page.search_for("（公章）："), page.search_for("（签章）：")
    assert len(seals) == len(signatures) == 2
    assert seals[0].y0 == seals[1].y0
    round_seal = 42 / 25.4 * 72
    assert signatures[0].y0 - seals[0].y0 > round_seal
    assert "第八十五条" in body(page), (
        "a signature page without a clause could be put behind another agreement"
    )


@pytest.mark.rule("Q00.5")
def test_signers_and_days_are_printed_once_they_are_known(short):
    signed = {"agency_signature": "王建国", "agency_signed_year": "2024", "agency_signed_month": "12"}
    values = VALUES | signed | {"agency_signed_day": "28", "institution_signature": BLANK}
    printed = re.sub(r"\s", "", opened(render_agreement(short, values, stamp=STAMP))[-1].get_text())
    assert "法定代表人（签章）：王建国法定代表人（签章）：2024年12月28日年月日" in printed


@pytest.mark.rule("Q00.2")
def test_a_fact_missing_on_the_cover_is_named(short):
    with pytest.raises(
        MissingField, match=r"^封面缺少：乙方地址、乙方联系电话。请先在机构档案补全$"
    ) as refused:
        render_agreement(short, VALUES | {"institution_address": " ", "institution_phone": None}, stamp=STAMP)
    assert refused.value.labels == ("乙方地址", "乙方联系电话")


@pytest.mark.rule("Q83.1")
def test_an_agreement_without_its_last_day_is_not_printed():
    with pytest.raises(MissingField, match="正文缺少：协议结束日"):
        render_agreement(TEXT, VALUES | {"end_day": ""}, stamp=STAMP)


def test_a_blank_left_to_the_pen_on_purpose_is_not_missing(short):
    printed = opened(render_agreement(short, VALUES | {"agency_code": BLANK}, stamp=STAMP))[0].get_text()
    assert "医疗保障经办机构代码：" in printed
    assert "agency_code" not in printed


@pytest.mark.rule("Q00.6")
def test_a_commitment_names_its_material():
    with pytest.raises(MissingField, match="承诺书缺少：材料名称"):
        render_commitment(COMMITMENT, VALUES | {"material": ""}, stamp=STAMP)


def test_the_long_title_of_a_letter_stays_on_one_line():
    title = "定点医疗机构医疗保障服务承诺书"
    letter = read_text(COMMITMENT.source.replace("承诺书", title, 1))
    page = opened(render_commitment(letter, VALUES, stamp=STAMP))[0]
    assert len(page.search_for(title)) == 1


def test_a_notice_closes_with_its_day_in_one_line_and_breaks_no_amount():
    table = {
        "head": ["序号", "违约情形", "事实", "违规费用"],
        "rows": [["1", "重复收费" * 9, "床位费" * 30, "1,212,846.00元"]],
    }
    sheet = Sheet(title="通知书", addressee="某医院", table=table, issuer="某中心", day="2026年11月25日")
    page = opened(render_sheet(sheet, stamp=STAMP))[0]
    (day,) = page.search_for(sheet.day)  # a rectangle a line
    assert abs(day.x1 - RIGHT_MARGIN) < 2 and len(page.search_for("1,212,846.00")) == 1


def test_an_official_paper_needs_a_number(short):
    with pytest.raises(PaperRefused, match="文书编号"):
        render_agreement(short, VALUES, stamp=None)


def test_a_text_with_lost_passages_is_printed_only_as_a_draft(short):
    lost = read_text(short.source.replace("试行。", LOST))
    with pytest.raises(PaperRefused, match="只能按草稿打印"):
        render_agreement(lost, VALUES, stamp=STAMP)
    assert LOST in opened(render_agreement(lost, {}, stamp=None, draft=True))[1].get_text()


@pytest.mark.parametrize(
    "char, codepoint", [("\U0001f9ff", "U+1F9FF"), ("\ue123", "U+E123"), ("\x07", "U+0007")]
)
def test_a_character_that_the_fonts_lack_is_named_with_its_field(short, char, codepoint):
    with pytest.raises(MissingGlyph) as refused:
        render_agreement(short, VALUES | {"institution_name": f"仁{char}医院"}, stamp=STAMP)
    assert "乙方名称" in str(refused.value)
    assert codepoint in str(refused.value)


@pytest.mark.parametrize("char", ["𬭎", "𰻝"])
def test_rare_characters_are_printed_when_one_of_our_fonts_has_them(short, char):
    pages = opened(render_agreement(short, VALUES | {"institution_signatory": f"王{char}"}, stamp=STAMP))
    assert f"王{char}" in pages[0].get_text()


@pytest.mark.parametrize("char", ["\ue123", "\u0531"])
def test_a_box_or_a_strangers_font_stops_the_press(char):
    with pytest.raises(PaperRefused):
        press(f"<p>甲{char}</p>")


def test_a_missing_font_is_named(short, tmp_path):
    with override_settings(PAPER_FONTS=tmp_path), pytest.raises(FontMissing, match=r"NotoSerifSC\.ttf"):
        render_agreement(short, VALUES, stamp=STAMP)


def test_the_same_agreement_gives_the_same_bytes(short):
    first, second = (render_agreement(short, VALUES, stamp=STAMP) for _ in range(2))
    assert first == second
    assert render_agreement(short, VALUES | {"agency_phone": "1"}, stamp=STAMP) != first


def test_threads_share_the_press_without_harm(short):
    with ThreadPoolExecutor(3) as threads:
        papers = list(threads.map(lambda _: render_agreement(short, VALUES, stamp=STAMP), range(3)))
    assert len(set(papers)) == 1


def test_markup_in_a_value_is_only_text(short):
    value = '<img src="file:///etc/passwd"><link rel=attachment href="file:///etc/passwd"> {agency_code}'
    pages = opened(render_agreement(short, VALUES | {"institution_name": value}, stamp=STAMP))
    assert "".join(value.split()) in "".join(pages[0].get_text().split())
    assert pages.embfile_count() == 0
    assert len(pages[0].get_images()) == 1


def test_even_the_papers_own_html_cannot_take_in_a_file_of_the_machine():
    pages = opened(press('<link rel=attachment href="file:///etc/passwd"><p>甲</p>'))
    assert pages.embfile_count() == 0


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "file://elsewhere/etc/passwd",
        (ASSETS / "../render.py").as_uri(),
        ASSETS.as_uri() + "/%2e%2e/render.py",
        ASSETS.as_uri() + "-other/paper.css",
        "http://127.0.0.1/",
        "https://example.com/",
        "ftp://example.com/",
    ],
)
def test_the_press_fetches_nothing_but_its_own_files(url):
    with pytest.raises(ValueError, match="not part of the paper"):
        OwnFilesOnly().fetch(url)


def test_the_press_fetches_its_own_files():
    assert OwnFilesOnly().fetch((ASSETS / "paper.css").as_uri()).read()
    assert OwnFilesOnly().fetch("data:text/plain,ok").read() == b"ok"


@pytest.mark.parametrize("long_ones", [("institution_name",), ("agency_name", "institution_name"), None])
def test_long_values_wrap_inside_their_blanks_and_the_cover_stays_one_page(short, long_ones):
    every = [name for name in VALUES if name.startswith(("agency", "institution"))]
    values = VALUES | dict.fromkeys(long_ones or [], LONG_NAME) | {"institution_address": "9" * 60}
    values |= {} if long_ones else dict.fromkeys(every, LONG_NAME[:36])
    pages = opened(render_agreement(short, values, stamp=STAMP))
    cover = "".join(pages[0].get_text().split())
    assert max(word[2] for word in pages[0].get_text("words")) <= RIGHT_MARGIN
    assert all("".join(values[name].split()) in cover for name in every)
    assert body(pages[0]).rstrip().endswith("医疗保障局制")
    assert body(pages[1]).startswith(TEXT.title)


def test_a_draft_says_so_on_every_page_and_carries_no_number(draft):
    for page in draft:
        printed = re.sub(r"\s", "", page.get_text())
        assert "草稿，不具效力" in printed
        assert printed.count("草稿") == 2
        assert STAMP.number not in printed
        assert STAMP.code not in printed
        assert not page.get_images()
    assert "草稿" in draft.metadata["title"]


def test_a_draft_may_have_gaps_and_keeps_every_word_of_the_form(draft):
    printed = re.sub("草稿|不具效力", "", all_words(draft))
    assert printed == words((OFFICIAL / "qinghai-2025-agreement.txt").read_text())
