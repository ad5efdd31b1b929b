"""What other texts print, ask and leave out: more of the archive on the cover, a letter given once, news of changes alone."""

import re
from datetime import date, timedelta

import fitz
import pytest
from django.urls import reverse

from agreements import actions
from agreements.edition_text import LABELS, OF_THE_ARCHIVE, read_text
from agreements.forms import next_term
from agreements.gate import RuleBroken
from agreements.offers import offers_for
from agreements.papers.cover import FIELDS
from agreements.papers.render import Stamp, render_agreement, render_commitment
from agreements.renewals.actions import apply_for_renewal

from ..desk import TODAY
from . import third_province

BACKEND = "django.contrib.auth.backends.ModelBackend"
STAMP = Stamp("云医保协〔2026〕1号", "K7QM-3D9F-XW2P", "https://example.gov.cn/v/K7QM3D9FXW2P")
ARCHIVE = "\n".join(f"{label.removeprefix('乙方')}：{{{name}}}" for name, label in OF_THE_ARCHIVE.items())
LONG_COVER = third_province.TEXT.replace("乙方：{institution_name}", f"乙方：{{institution_name}}\n{ARCHIVE}")
GIVEN_ONCE = third_province.COMMITMENT.replace("报送的{material}", "报送的材料")
NEWS_ALONE = re.sub(r"groups = \[.*?\n\]", "groups = []", third_province.TERMS, flags=re.S)


def opened(content):
    return fitz.open(stream=content, filetype="pdf")


# ── the cover ──


def test_every_blank_of_the_archive_is_a_fact_of_it():
    assert {name.removeprefix("institution_") for name in OF_THE_ARCHIVE} - {"agreement_number"} <= set(
        FIELDS
    )


def test_the_cover_tells_what_the_text_asks_of_the_archive_and_the_account_whole(db, quick_print, tmp_path):
    desk = third_province.people(tmp_path / "yunling", text=LONG_COVER)
    agreement = desk.to_sign()
    facts, cover = desk.hospital.current, agreement.snapshot["cover"]
    assert (
        cover["institution_bank_account"] == facts.bank_account
        and "*" not in cover["institution_bank_account"]
    )
    assert cover["institution_grade"] == facts.get_grade_display()
    assert (cover["institution_uscc"], cover["agreement_number"]) == (facts.uscc, agreement.number)


def test_what_a_text_does_not_ask_for_is_not_kept(desk):
    assert not OF_THE_ARCHIVE.keys() & desk.to_sign().snapshot["cover"].keys()


def test_a_cover_of_many_lines_is_one_page():
    form = read_text(LONG_COVER)
    pages = opened(
        render_agreement(form, dict.fromkeys(form.placeholders, "云城市第一人民医院"), stamp=STAMP)
    )
    assert "乙方" not in pages[1].get_text().split("第一条")[0]
    assert LABELS["institution_bank_account"].removeprefix("乙方") in pages[0].get_text()


def test_a_blank_for_the_pen_is_printed_as_the_text_prints_it():
    form = read_text(
        third_province.TEXT.replace("乙方提供门诊", "乙方配备专职人员{pen_staff:____}名，提供门诊")
    )
    content = opened(render_agreement(form, dict.fromkeys(form.placeholders, "某"), stamp=STAMP))
    assert "配备专职人员____名" in "".join(page.get_text() for page in content).replace("\n", "")


def test_signs_of_half_width_are_read_and_printed_as_the_text_has_them():
    text = third_province.TEXT.replace("甲方：{agency_name}", "甲方:{agency_name:____}").replace(
        "（试行）", "(试行)"
    )
    form = read_text(
        text.replace("1. 多收费用的；", "(一)多收费用的；").replace(
            "2. 拒绝提供资料的。", "(二)拒绝提供资料的。"
        )
    )
    assert [item.number for item in form.article(5).items] == [1, 2] and form.subtitle == "(试行)"
    pages = opened(render_agreement(form, dict.fromkeys(form.placeholders, "云城医院"), stamp=STAMP))
    printed = "".join(page.get_text() for page in pages).replace("\n", "")
    assert "(一)多收费用的" in printed and "甲方:" in printed and "{" not in printed


def test_a_party_whose_name_stands_without_a_label_is_printed_too():
    form = read_text(third_province.TEXT.replace("甲方：{agency_name}", "{agency_name}（甲方）"))
    page = opened(render_agreement(form, dict.fromkeys(form.placeholders, "云城市医保中心"), stamp=STAMP))[0]
    assert "云城市医保中心（甲方）" in page.get_text().replace("\n", "")


# ── the letter ──


def test_a_letter_that_names_no_material_is_given_once_and_not_with_each_request(
    db, quick_print, tmp_path, client
):
    desk = third_province.people(tmp_path / "yunling", letter=GIVEN_ONCE)
    agreement = desk.signed()
    assert desk.change_request(agreement).commitment_paper is None
    client.force_login(desk.operator, backend=BACKEND)
    address = reverse("commitment", args=[agreement.number])
    assert "材料名称" not in client.get(address).content.decode()
    client.post(address)
    assert agreement.papers.filter(purpose="commitment").count() == 1
    assert "每份协议一次" in client.get(address).content.decode()
    with pytest.raises(RuleBroken, match="承诺书已经出具"):
        actions.commit_material(agreement, "", by=desk.operator)
    actions.void_paper(
        agreement.papers.get(purpose="commitment"), by=desk.leader, reason="写错", replace=False
    )
    assert actions.commit_material(agreement, "", by=desk.operator).number


@pytest.mark.parametrize("paragraphs", [3, 6])
def test_a_letter_is_one_page(paragraphs):
    body = "\n".join(
        ["严格遵守医疗保障法律法规和服务协议，依法依规使用医疗保障基金，绝不欺诈骗保。" * 2] * paragraphs
    )
    source = f"承诺书\n\n{body}\n\n承诺单位（盖章）：{{seal}}\n法定代表人或主要负责人签字：________\n{{commitment_date}}\n"
    pages = opened(render_commitment(read_text(source), {"commitment_date": "2026年11月29日"}, stamp=STAMP))
    assert len(pages) == 1 and len(pages[0].search_for("法定代表人或主要负责人签字：")) == 1


# ── changes, renewals, copies, terms ──


def test_where_the_text_has_news_of_changes_alone_nothing_else_is_offered(db, quick_print, tmp_path, client):
    desk = third_province.people(tmp_path / "yunling", terms=NEWS_ALONE)
    agreement = desk.signed()
    labels = {one.label for one in offers_for(agreement, desk.operator)}
    assert "告知一般信息变更" in labels and "申请重大信息变更" not in labels
    client.force_login(desk.operator, backend=BACKEND)
    page = client.get(reverse("change-new", args=[agreement.number, "major"]))
    assert page.status_code == 404


def test_where_the_text_sets_no_first_day_one_may_apply_at_any_time(db, quick_print, tmp_path):
    terms = third_province.TERMS.replace("window_opens_months_before = 5\n", "")
    desk = third_province.people(tmp_path / "yunling", terms=terms)
    agreement = desk.signed(starts_on=TODAY, ends_on=TODAY + timedelta(days=700))
    with pytest.raises(RuleBroken, match=f"有效期开始才开始受理续签，自{TODAY}起申请"):
        apply_for_renewal(agreement, by=desk.operator, self_assessment="合格", on=TODAY - timedelta(days=1))
    assert apply_for_renewal(agreement, by=desk.operator, self_assessment="合格").on_time


@pytest.mark.parametrize("holders, said", [
    ('["甲方", "甲方", "甲方", "乙方"]', "4，甲方三份、乙方一份"),
    ('["甲方", "乙方", "财政局", "档案室"]', "4，甲方、乙方、财政局、档案室各一份"),
])  # fmt: skip
def test_who_keeps_the_copies_is_told_as_the_text_shares_them(
    db, quick_print, tmp_path, client, holders, said
):
    terms = third_province.TERMS.replace("copies = 4\n", f"copies = 4\ncopy_holders = {holders}\n")
    desk = third_province.people(tmp_path / "yunling", terms=terms)
    agreement = desk.drafted()
    client.force_login(desk.clerk, backend=BACKEND)
    assert said in client.get(agreement.get_absolute_url()).content.decode()


def test_a_draft_begins_with_the_longest_term_that_the_text_says(db, quick_print, tmp_path, desk):
    own = third_province.people(tmp_path / "yunling").terms.signing
    start = date(2026, 11, 29)
    assert next_term(today=start, signing=own) == {"starts_on": start, "ends_on": date(2028, 11, 28)}
    usual = desk.terms.signing  # five years by practice: beyond that it is a slip
    assert next_term(today=start, signing=usual)["ends_on"] == date(2026, 12, 31)


def test_the_only_way_of_payment_is_chosen_before_anybody_asks(db, quick_print, tmp_path, client):
    terms = third_province.TERMS.replace(
        'services = ["门诊", "住院"]\n', 'services = ["门诊"]\npayment_methods = ["按项目"]\n'
    )
    desk = third_province.people(tmp_path / "yunling", terms=terms)
    client.force_login(desk.clerk, backend=BACKEND)
    form = client.get(reverse("agreement-draft", args=[desk.hospital.code])).context["form"]
    assert list(form.initial["payment_methods"]) == ["按项目"]


def test_a_letter_cannot_be_asked_for_where_there_is_none(db, quick_print, tmp_path):
    desk = third_province.people(tmp_path / "yunling", letter="")
    with pytest.raises(RuleBroken, match="没有承诺书"):
        actions.commit_material(desk.signed(), "", by=desk.operator)
