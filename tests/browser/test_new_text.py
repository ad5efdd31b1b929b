"""A text with gaps becomes one that agreements are signed under: copied, made whole, published by a second person."""

import re
from decimal import Decimal

import pytest
import time_machine

from agreements.daily import settle_expired
from agreements.models import Agreement, Edition, EditionCase, Status
from institutions.actions import revise_institution

from .. import shanghai
from ..conftest import facts
from ..desk import upload
from ..shanghai import in_term

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shanghai_desk(quick_print, tmp_path, db):
    """The people of Shanghai, an institution of the first grade, and the 一级 text with its gaps."""
    desk = shanghai.people(tmp_path / "editions", facts("浦东临港医院", 7))
    shanghai.load_edition(shanghai.settings.EDITIONS_DIR / "shanghai-primary")
    revise_institution(
        desk.hospital,
        by=None,
        reason="首次评级",
        valid_from=in_term(2024, 2, 1),
        grade="1",
        category="community",
    )
    desk.hospital.refresh_from_db()
    return desk


def as_person(page, log_in, user):
    page.context.clear_cookies()
    log_in(user.username)


def fill_source(page, base, column, label, text):
    page.goto(f"{base}files/{column}/")
    page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="保存").click()
    page.get_by_text("已保存").wait_for()


def look_through(page, base):
    """What was copied and rests on the words that were filled in is looked at, table by table."""
    while (todo := page.get_by_role("link", name="去核对：")).count():
        todo.first.click()
        button = page.get_by_role("button", name="核对无误")
        button.first.click()
        page.get_by_text(re.compile("：已核对|已保存")).first.wait_for()
        page.goto(base)


@pytest.mark.rule("S25.3")
@pytest.mark.rule("S25.4")
def test_from_a_text_with_gaps_to_the_end_of_an_agreement(
    page, live_server, log_in, complaints, shanghai_desk
):
    text, catalogue = shanghai.whole_primary()
    lost = Edition.objects.get(code="shanghai-primary")
    as_person(page, log_in, shanghai_desk.clerk)
    page.goto(f"{live_server.url}{lost.get_absolute_url()}copy/")
    page.locator("main button[type=submit]").click()
    page.get_by_role("heading", name="发布前要改的").wait_for()
    base = live_server.url + EditionCase.objects.get().get_absolute_url()

    fill_source(page, base, "text", "协议文本", text)
    fill_source(page, base, "breaches_source", "违约情形", catalogue)
    page.goto(base)
    assert (
        "第十六条（第23行）还有“〔原文缺失〕”"
        in page.locator("#h-faults").locator("xpath=../..").inner_text()
    )
    assert page.get_by_role("button", name="送审").is_disabled()

    page.goto(f"{base}gaps/")
    page.locator("main textarea").first.fill("（样例文字）甲方可以按规定对乙方的预付费用实行暂缓支付。")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("检查都通过了").wait_for()
    assert page.get_by_role("button", name="送审").is_disabled()
    look_through(page, base)
    page.get_by_role("link", name="送审").click()
    page.locator("main button[type=submit]").click()
    page.locator("main .tag", has_text="待发布").wait_for()
    assert page.get_by_role("link", name="发布", exact=True).count() == 0  # who wrote it does not publish it

    as_person(page, log_in, shanghai_desk.leader)
    page.goto(base)
    page.get_by_role("link", name="发布", exact=True).click()
    page.locator("main button[type=submit]").click()
    page.locator("main .tag", has_text="已发布").wait_for()
    assert not complaints, "\n".join(complaints)

    edition = Edition.objects.open().get(code="shanghai-primary")
    agreement = shanghai_desk.signed(edition=edition)
    assert (agreement.status, agreement.terms.expiry.article) == (Status.ACTIVE, "第二十七条")
    settle_expired(in_term(2027, 8, 1))
    with time_machine.travel(in_term(2027, 12, 1)):
        _fined(shanghai_desk, Agreement.objects.get(pk=agreement.pk))
    settle_expired(in_term(2028, 8, 1))
    ended = Agreement.objects.get(pk=agreement.pk)
    assert (ended.status, ended.ending.effective_on) == (Status.TERMINATED, in_term(2028, 8, 1))
    assert (
        f"{in_term(2027, 12, 1)}送达的行政处罚" in ended.ending.reason
        and ended.ending.article == "第二十七条"
    )


def _fined(desk, agreement):
    day = in_term(2027, 12, 1)
    desk.decided(
        agreement, "record_fine", authority="上海市医疗保障局", number="〔2027〕9号", amount=Decimal(8_000),
        decided_on=day, served_on=day, reason="违反收费标准", on=day, application=upload("决定书.pdf"),
    )  # fmt: skip
