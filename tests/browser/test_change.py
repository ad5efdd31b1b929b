"""A major change in the browser: filed, sent back, filed again, granted by two people, signed as a supplement."""

import pymupdf
import pytest

from agreements.models import Amendment, ChangeRequest

from ..desk import TODAY, Desk, upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.rule("Q76.2")
@pytest.mark.rule("Q77.2")
def test_a_change_goes_round_once_and_ends_as_a_supplement(
    page, live_server, log_in, complaints, edition, clerk, reviewer, leader, operator, signatory, hospital
):
    Desk(clerk, reviewer, leader, operator, signatory, hospital).signed()

    def press(button):
        page.get_by_role("button", name=button, exact=True).click()

    def see(text):
        page.get_by_text(text).first.wait_for()

    def unfold(deed):
        page.locator("summary", has_text=deed).click()

    def open_item(verb):
        page.get_by_role("link", name=f"{verb}：").first.click()

    log_in("operator")
    page.get_by_role("link", name="申请重大信息变更").click()
    page.get_by_label("名称", exact=True).fill("西宁湟滨第一医院")
    page.get_by_label("批准部门").fill("西宁市卫生健康委员会")
    page.get_by_label("批准文号").fill("宁卫医〔2026〕88号")
    page.get_by_label("批准（变更）日期").fill(TODAY.isoformat())
    page.get_by_label("批准文件、变更证明").set_input_files(
        {"name": "批复.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 first page only"}
    )
    press("保存，下一步核对")
    see("草稿已保存")
    page.get_by_label("所报材料真实、完整").check()
    press("提交申请")
    see("提交申请：已办理")

    log_in("clerk")
    open_item("受理")
    unfold("退回补正")
    page.locator("#id_return_for_completion_reason").fill("批复缺第2页")
    press("退回补正")
    see("退回补正：已办理")

    log_in("operator")
    open_item("补正")
    see("要补正：批复缺第2页")
    page.get_by_role("link", name="修改", exact=True).click()
    page.get_by_label("批准文件、变更证明").set_input_files(
        {"name": "批复第2页.pdf", "mimeType": "application/pdf", "buffer": upload().read()}
    )
    press("保存，下一步核对")
    page.get_by_label("所报材料真实、完整").check()
    press("补正后提交")
    see("补正后提交：已办理")

    log_in("clerk")
    open_item("受理")
    press("受理")
    see("受理：已办理")
    press("审核通过")
    see("审核通过：已办理")

    log_in("reviewer")
    open_item("复核")
    press("同意")
    see("同意：已办理")
    assert ChangeRequest.objects.get().version.name == "西宁湟滨第一医院"

    for person, button in (("signatory", "乙方签署补充协议"), ("leader", "甲方签署补充协议")):
        log_in(person)
        open_item("签署")
        page.get_by_label("本人已阅读协议全文").check()
        press(button)
        see(f"{button}：已办理")

    paper = Amendment.objects.get().signed_paper
    text = "".join(one.get_text() for one in pymupdf.open(stream=paper.read()))
    assert "乙方名称由“西宁湟滨医院”变更为“西宁湟滨第一医院”" in "".join(text.split())
    assert "韩兆麟" in text and "祁雪原" in text
    assert not complaints
