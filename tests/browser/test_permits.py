"""Permits, consultations and the hospital's own people in the browser, at both widths."""

import pytest

from agreements.models import PermitRequest, PriorConsultation
from agreements.permits import actions as permits

from .. import shanghai
from ..desk import TODAY
from .test_pages import WIDTHS, faults

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.rule("S11.1")
@pytest.mark.rule("S12.1")
@pytest.mark.rule("S02.1")
def test_what_only_some_texts_ask_for_is_filed_and_seen(page, live_server, log_in, complaints, shanghai_desk):
    agreement = shanghai_desk.signed(**shanghai.TERM)
    home = f"{live_server.url}/agreements/{agreement.number}/"

    def press(button):
        page.get_by_role("button", name=button, exact=True).click()

    def hand_in():
        press("保存，下一步核对")
        page.get_by_label("所报材料真实、完整").check()
        press("提交申请")
        page.get_by_text("提交申请：已办理").wait_for()

    log_in("sh-operator")
    page.get_by_role("link", name="申请约定服务项目").click()
    page.get_by_label("项目名称").fill("血液透析")
    page.get_by_label("设备").fill("血液透析机12台")
    hand_in()
    page.goto(f"{live_server.url}/")
    page.get_by_role("link", name="提出事先协商").click()
    page.get_by_label("计划内容").fill("磁共振1台")
    page.get_by_label("计划开展日期").fill(TODAY.isoformat())
    hand_in()
    page.goto(f"{live_server.url}/")
    page.get_by_role("link", name="登记医保管理人员").first.click()
    page.get_by_label("姓名").fill("周临港")
    page.get_by_label("办公电话").fill("021-64005678")
    press("登记医保管理人员")
    page.get_by_text("登记医保管理人员：已办理").wait_for()
    permit, consultation = PermitRequest.objects.get(), PriorConsultation.objects.get()
    permits.draft(agreement, "draft_permit", by=shanghai_desk.operator, on=TODAY, item="介入", department="", equipment="导管机",
                  staff="", files=[])  # fmt: skip
    assert (permit.status, consultation.late) == ("submitted", True)
    wrong = _faults_of(page, live_server, [home, permit, consultation, agreement.institution])
    log_in("sh-clerk")
    wrong += _faults_of(
        page, live_server, [f"{live_server.url}/", home, permit, consultation, agreement.institution]
    )
    assert not wrong + complaints, "\n".join(wrong + complaints)


def _faults_of(page, live_server, things):
    wrong = []
    for thing in things:
        page.goto(thing if isinstance(thing, str) else live_server.url + thing.get_absolute_url())
        wrong += [f"{thing} {fault}" for width in WIDTHS for fault in faults(page, width)]
    return wrong
