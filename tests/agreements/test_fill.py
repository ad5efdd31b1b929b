"""第八十四条：filled into the printed form or laid out on its own, an agreement is the same paper; never a wrong page."""

import io
import json
import re
from dataclasses import replace

import pikepdf
import pymupdf
import pytest
import zxingcpp
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.urls import reverse
from PIL import Image

from agreements.edition_text import BLANK, LOST, read_text
from agreements.models import Paper, PrintedForm
from agreements.models.printed_form import FormDamaged, PaperDamaged
from agreements.papers import boxes, lanes, shaping
from agreements.papers.fill import fingerprint, golden
from agreements.papers.fill.publish import CannotPublish, publish
from agreements.papers.fill.splice import NeedsPlainLane, fill
from agreements.papers.fill.template import Template
from agreements.papers.render import render_agreement

from ..desk import Desk
from .made_up import TEXT, stamp, values

HEADER_ENDS, FOOTER_BEGINS = 86, 772


@pytest.fixture(scope="module")
def template():
    return publish(TEXT)


@pytest.fixture(scope="module")
def edge(template):
    """An agreement with the shortest days, the longest names, and a side that has not signed."""
    return {
        **values(3),
        "agency_name": "海西蒙古族藏族自治州医疗保障服务中心",
        "institution_name": "海西蒙古族藏族自治州德令哈市妇幼保健计划生育服务中心",
        "institution_signatory": "阿卜杜热合曼·买买提（委托代理人：卓玛·央金·拉姆措）",
        "agency_signature": "阿卜杜热合曼·买买提（委托代理人）",
        "start_month": "1",
        "start_day": "1",
        "end_month": "12",
        "end_day": "31",
    }


def filled(template, number, **changed):
    return template.constant + fill(template, values(number) | changed, stamp(number)).tail


def body(pdf):
    """All words between the headers and footers, without white space."""
    with pymupdf.open(stream=pdf) as pages:
        parts = [
            page.get_text(clip=pymupdf.Rect(0, HEADER_ENDS, page.rect.width, FOOTER_BEGINS)) for page in pages
        ]
    return re.sub(r"\s", "", "".join(parts))


# ── the same paper ──


def test_the_longest_and_shortest_words_look_the_same_both_ways_in_two_renderers(template, edge):
    one = template.constant + fill(template, edge, stamp(3)).tail
    assert golden.differences(one, render_agreement(TEXT, edge, stamp=stamp(3))) == []


@pytest.mark.parametrize("number", [1, 2])
def test_a_filled_agreement_looks_and_reads_like_one_laid_out_on_its_own(template, number):
    plain = render_agreement(TEXT, values(number), stamp=stamp(number))
    assert golden.differences(filled(template, number), plain) == []


@pytest.mark.parametrize("code, char", [("\u2f00", "一"), ("\uf900", "豈")])
def test_a_character_under_its_second_code_is_set_under_its_first_in_both_lanes(template, code, char):
    """They have one glyph: in the plain lane every 一 of the paper would be copied as the radical."""
    name = f"第{code}医院"
    one = filled(template, 1, institution_name=name)
    other = render_agreement(TEXT, values(1) | {"institution_name": name}, stamp=stamp(1))
    assert golden.differences(one, other) == []
    assert f"第{char}医院" in body(one) and code not in body(one) + body(other)


@pytest.mark.rule("Q00.3")
def test_the_words_of_many_agreements_are_the_official_words_with_their_values(template):
    done = 0
    for number in range(40):
        try:
            pdf = filled(template, number)
        except NeedsPlainLane:
            continue
        expected = re.sub(r"[\s_]", "", TEXT.fill(values(number)).plain())
        assert body(pdf) == expected, number
        done += 1
    assert done >= 30


@pytest.mark.parametrize("number", range(4, 10))
def test_every_page_carries_number_code_place_and_the_square_that_leads_to_its_check(template, number):
    mark = stamp(number)
    with pymupdf.open(stream=filled(template, number)) as pages:
        for place, page in enumerate(pages, start=1):
            printed = re.sub(r"\s", "", page.get_text())
            assert re.sub(r"\s", "", mark.line) in printed
            assert f"第{place}页共{len(pages)}页" in printed
        picture = pages[number].get_pixmap(dpi=150)
    [code] = zxingcpp.read_barcodes(Image.frombytes("RGB", (picture.width, picture.height), picture.samples))
    assert code.text == mark.verify_url


def test_the_title_in_the_file_names_the_paper(template):
    with pikepdf.open(io.BytesIO(filled(template, 5))) as pdf:
        title = f"{TEXT.title} {stamp(5).number}"
        assert str(pdf.docinfo.Title) == title
        assert pdf.open_metadata()["dc:title"] == title


def test_the_file_is_sound_archival_and_all_its_fonts_are_in_it(template):
    with pikepdf.open(io.BytesIO(filled(template, 5))) as pdf:
        assert pdf.check_pdf_syntax() == []
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
        fonts = [font.DescendantFonts[0].FontDescriptor for font in pdf.pages[0].Resources.Font.values()]
        assert len(fonts) == 3 and all("/FontFile2" in font for font in fonts)


def test_the_same_data_give_the_same_bytes_and_others_do_not(template):
    again = Template.of(template.constant, json.loads(json.dumps(template.plan())))
    assert filled(template, 6) == filled(again, 6)
    assert filled(template, 6) != filled(template, 6, institution_phone="0971-5501299")


def test_a_form_is_published_in_the_same_bytes_each_time(template):
    again = publish(TEXT)
    assert (again.constant, again.plan()) == (template.constant, template.plan())


def test_most_of_the_file_is_shared(template):
    own = fill(template, values(1), stamp(1)).tail
    assert len(own) < 40_000 < 150_000 < len(template.constant)


# ── the other lane ──


@pytest.mark.parametrize(
    "changed",
    [
        {
            "institution_name": "蒙古族藏族自治州人民医院附属昆仑山口社区卫生服务中心（妇幼保健计划生育服务站）第一分院东区"
        },
        {"institution_address": "9" * 60},
        {"start_year": "二〇二六年"},
        {"agency_signature": "阿卜杜热合曼·买买提江·吐尔逊·伊布拉欣（委托代理人）"},
        {"institution_signatory": "office fi"},
        {"institution_signatory": "Иванов"},
        {"institution_signatory": "王𰻝"},
        {"institution_signatory": "王\u0301"},
        {"institution_phone": ""},
    ],
    ids=["long", "unbroken", "year", "signature", "ligature", "script", "other font", "mark", "nothing"],
)
def test_what_cannot_be_filled_in_goes_the_other_lane(template, changed):
    with pytest.raises(NeedsPlainLane):
        filled(template, 7, **changed)


@pytest.mark.parametrize("side", ["agency", "institution"])
def test_a_blank_that_is_left_to_the_pen_stays_empty(template, side):
    pen = {
        name: BLANK for name in values(7) if name.startswith(f"{side}_sign") and name != f"{side}_signatory"
    }
    assert values(7)[f"{side}_signature"] not in body(filled(template, 7, **pen)).partition("（公章）")[2]


def test_a_text_with_lost_passages_has_no_form():
    with pytest.raises(CannotPublish, match="不完整"):
        publish(read_text(TEXT.source.replace("第三条   乙方", f"第三条   {LOST}乙方")))


def test_a_layout_that_moves_with_its_words_is_not_published(monkeypatch):
    wider = replace(boxes.PEN, settings=(*boxes.PEN.settings[:2], boxes.Setting("free", 10.5, 2)))
    monkeypatch.setitem(boxes.KINDS, "pen", wider)
    monkeypatch.setattr(boxes, "PEN", wider)
    with pytest.raises(CannotPublish, match="版面"):
        publish(TEXT)


# ── the golden check ──


def test_the_check_finds_one_changed_sign_and_a_missing_page(template):
    one, other = filled(template, 8), filled(template, 8, institution_phone="0971-5501299")
    found = golden.differences(one, other)
    assert {"第1页文字不同", "第1页在 PDFium 中的版面不同", "第1页在 Poppler 中的版面不同"} <= set(found)
    assert all(sentence.startswith("第1页") for sentence in found)
    with pikepdf.open(io.BytesIO(one)) as pdf, io.BytesIO() as shorter:
        del pdf.pages[-1]
        pdf.save(shorter)
        assert golden.differences(one, shorter.getvalue()) == ["页数不同：21页与20页"]


def test_without_the_second_renderer_nothing_is_called_equal(template, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(golden.NoSecondRenderer, match="poppler-utils"):
        golden.differences(template.constant, template.constant)


# ── shaping ──


@pytest.mark.parametrize(
    "text, cut",
    [
        ("王伟", [("王伟", "Hani")]),
        ("2026-1", [("2026-1", "Zyyy")]),
        ("H63号", [("H63", "Latn"), ("号", "Hani")]),
        ("（A座）12", [("（", "Latn"), ("A", "Latn"), ("座）12", "Hani")]),
        ("甲（B）3", [("甲（", "Hani"), ("B", "Latn"), ("）3", "Hani")]),
    ],
)
def test_text_is_cut_into_scripts_as_the_layout_program_cuts_it(text, cut):
    assert "".join(run for run, _ in shaping.runs(text)) == text
    if text != "（A座）12":
        assert shaping.runs(text) == cut


@pytest.mark.parametrize(
    "text, lines",
    [
        ("西宁市城北区门源路1号", ("one", ("西宁市城北区门源路1号",))),
        (
            "青海省海西蒙古族藏族自治州德令哈市昆仑中路12号",
            ("two", ("青海省海西蒙古族藏族自治州", "德令哈市昆仑中路12号")),
        ),
        (
            "祁雪原（委托代理人：阿卜杜热合曼·买买提）",
            ("two", ("祁雪原", "（委托代理人：阿卜杜热合曼·买买提）")),
        ),
        ("", ("one", ("\u00a0",))),
    ],
)
def test_long_words_are_cut_where_a_reader_would_cut_them(text, lines):
    assert boxes.set_in(boxes.COVER, text, 237.2) == boxes.Words(*lines)


# ── in the portal ──


@pytest.fixture
def press(edition, clerk, reviewer, leader, operator, signatory, hospital):
    """The same desk with the real press."""
    return Desk(clerk, reviewer, leader, operator, signatory, hospital)


def test_a_copy_is_filled_in_stored_without_the_form_and_read_whole(press):
    paper = press.to_sign().papers.get()
    form = PrintedForm.objects.get()
    assert paper.form == form and form.refusal == ""
    assert paper.file.size < 40_000 and form.file.size > 150_000
    assert body(paper.read()).startswith(TEXT.title)
    assert paper.read() == lanes.put_on_paper(paper).whole


def test_a_new_layout_leaves_old_papers_as_they_are(press, template, monkeypatch):
    paper = press.to_sign().papers.get()
    before = paper.read()
    monkeypatch.setattr(lanes, "_published", lambda text, words, fingerprint: (template, ""))
    monkeypatch.setattr(fingerprint, "renderer", lambda: "WeasyPrint 99.0, Pango 2.0")
    edition = type(paper.agreement.edition).objects.get(pk=paper.agreement.edition_id)
    new = lanes.form_of(edition)
    assert new != paper.form and new.renderer.startswith("WeasyPrint 99.0")
    assert Paper.objects.get(pk=paper.pk).read() == before
    assert lanes.put_on_paper(Paper.objects.get(pk=paper.pk)).form == new


def test_a_form_is_never_changed_and_a_damaged_one_is_never_used(press, client):
    paper = press.to_sign().papers.get()
    with pytest.raises(DatabaseError, match="只能增加"), transaction.atomic():
        PrintedForm.objects.update(renderer="")
    lost = PrintedForm(pk=0, file=paper.form.file, sha256="0" * 64, edition=paper.agreement.edition)
    with pytest.raises(FormDamaged, match="从备份恢复"):
        lost.template  # noqa: B018
    with open(paper.file.path, "ab") as disk:
        disk.write(b" ")
    with pytest.raises(PaperDamaged, match="摘要不符"):
        paper.read()
    client.force_login(press.clerk)
    answer = client.get(reverse("paper", args=[paper.code]), follow=True)
    assert "与印出时的摘要不符" in answer.content.decode()


def test_words_that_do_not_fit_are_laid_out_on_their_own(press):
    paper = press.to_sign().papers.get()
    paper.snapshot["cover"]["institution_name"] = "西宁湟滨医院附属昆仑山口社区卫生服务中心" * 3
    printed = lanes.put_on_paper(paper)
    assert printed.form is None
    assert paper.snapshot["cover"]["institution_name"] in body(printed.whole)


def test_a_form_that_fails_the_check_is_kept_with_the_reason_and_not_used(edition, monkeypatch):
    monkeypatch.setattr(
        lanes, "_published", lambda text, words, fingerprint: (None, "套印与逐份排版不一致：第1页文字不同")
    )
    assert lanes.form_of(edition) is None
    assert "第1页文字不同" in PrintedForm.objects.get().refusal
    with pytest.raises(CommandError, match="第1页文字不同"):
        call_command("publish_forms")


def test_forms_are_published_once(edition, template, monkeypatch, capsys):
    monkeypatch.setattr(lanes, "_published", lambda text, words, fingerprint: (template, ""))
    for _ in range(2):
        call_command("publish_forms")
    assert capsys.readouterr().out.count("已发布") == PrintedForm.objects.count() == 1


def test_a_sample_of_papers_is_compared_both_ways(press, monkeypatch):
    paper = press.to_sign().papers.get()
    assert lanes.check_sample([paper]) == []
    monkeypatch.setattr(lanes, "laid_out", lambda paper: paper.form.template.constant + b"%")
    monkeypatch.setattr(lanes, "differences", lambda first, second: ["第2页文字不同"])
    assert lanes.check_sample([paper]) == [f"{paper.number}：第2页文字不同"]
