"""One agreement in the browser: drafted, signed, printed, suspended and resumed by the people whose work it is."""

import pytest

from agreements.models import Agreement

from ..desk import TERM, TODAY

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_agreement_is_drafted_signed_printed_suspended_and_resumed(
    page, live_server, log_in, complaints, edition, clerk, reviewer, leader, operator, signatory, hospital
):
    def open_it(button):
        page.goto(f"{live_server.url}/agreements/{Agreement.objects.get().number}/")
        page.get_by_role("link", name=button, exact=True).click()

    def press(button):
        page.get_by_role("button", name=button, exact=True).click()

    def see(text):
        page.get_by_text(text).first.wait_for()

    log_in("clerk")
    page.goto(f"{live_server.url}/institutions/H63010500001/")
    page.get_by_role("link", name="起草协议").click()
    page.get_by_label("有效期起").fill(TERM["starts_on"].isoformat())
    page.get_by_label("有效期止").fill(TERM["ends_on"].isoformat())
    page.get_by_label("按病组（DRG）").check()
    press("建立草稿")
    see("草稿已建立")
    open_it("送乙方协商")
    press("送乙方协商")
    see("等待乙方确认文本")

    log_in("operator")
    page.get_by_role("link", name="确认：").click()
    press("确认文本")
    see("乙方已由郭小满确认文本")

    log_in("reviewer")
    page.get_by_role("link", name="审核：").click()
    press("审核定稿")
    see("等待甲方、乙方签署")

    log_in("signatory")
    page.get_by_role("link", name="签署：").click()
    page.get_by_label("本人已阅读协议全文").check()
    press("乙方签署")
    see("等待甲方签署")

    log_in("leader")
    page.get_by_role("link", name="签署：").click()
    page.get_by_label("本人已阅读协议全文").check()
    press("甲方签署")
    see("履行中，有效期到")

    with page.expect_download() as started:
        page.evaluate(
            "url => { const a = document.createElement('a'); a.href = url; a.download = ''; a.click() }",
            "print/",
        )
    content = started.value.path().read_bytes()
    assert content.startswith(b"%PDF-") and len(content) > 100_000

    def decide(name):
        log_in("reviewer")
        page.get_by_role("link", name=f"办理：复核：{name}").click()
        press("复核通过")
        log_in("leader")
        page.get_by_role("link", name=f"办理：决定：{name}").click()
        press("批准办理")

    log_in("clerk")
    open_it("提请依申请中止")
    page.get_by_label("乙方申请日期").fill(TERM["starts_on"].isoformat())
    page.get_by_label("乙方的纸质申请").set_input_files(
        {"name": "申请.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 application"}
    )
    page.get_by_label("事由").fill("住院楼停业装修")
    page.get_by_label("在院参保人员数").fill("3")
    page.get_by_label("出院未结算人数").fill("2")
    press("提请依申请中止")
    see("已办理")
    decide("依申请中止")
    see("中止期间发生的医保费用不予结算")

    log_in("clerk")
    open_it("提请恢复履行")
    page.get_by_label("乙方申请继续履行日期").fill(TODAY.isoformat())
    page.get_by_label("事由").fill("装修完工")
    press("提请恢复履行")
    decide("恢复履行")
    see("履行中，有效期到")

    assert Agreement.objects.get().status == "active"
    assert complaints == []
