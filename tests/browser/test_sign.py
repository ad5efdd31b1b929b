"""A result sheet signed by finger on a phone, one refused, and a line that breaks in between (第五十七条)."""

import pytest

from inspections.models import Inspection, SheetSignature

from ..inspections.office import Office

pytestmark = pytest.mark.django_db(transaction=True)
SEAL = {"name": "公章.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n seal"}


@pytest.fixture
def browser_context_args(browser_context_args):
    return {
        **browser_context_args,
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
    }


@pytest.fixture
def inspection(desk, agency):
    return Office(desk, agency).to_sign()


@pytest.fixture
def draw(page):
    """Three strokes with one finger on the pad whose button is named."""

    def by_finger(button, shift=0):
        form = page.locator("form[data-keep]", has=page.get_by_role("button", name=button, exact=True))
        pad = form.locator(".pad > svg")
        pad.scroll_into_view_if_needed()
        box, touch = pad.bounding_box(), page.context.new_cdp_session(page)

        def send(kind, *points):
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [
                {"x": box["x"] + x, "y": box["y"] + y} for x, y in points]})  # fmt: skip

        for row in range(3):
            start = 60 + row * 25
            send("touchStart", (40, start + shift))
            for step in range(1, 8):
                send("touchMove", (40 + step * 30, start + shift + step * 4))
            send("touchEnd")
        return form

    return by_finger


def open_sheet(page, live_server, inspection):
    page.goto(f"{live_server.url}/inspections/{inspection.number}/sheet/")


def inspectors_sign(page, draw, *names):
    for place, name in enumerate(names):
        button = f"{name}确认签名"
        draw(button, place * 7)
        with page.expect_navigation():
            page.get_by_role("button", name=button, exact=True).click()
        page.get_by_role("img", name=f"{name}的签名").wait_for()


@pytest.mark.rule("Q57.3")
def test_a_result_is_signed_by_finger_on_a_phone(page, live_server, log_in, complaints, inspection, draw):
    log_in("inspector")
    open_sheet(page, live_server, inspection)
    inspectors_sign(page, draw, "李若水", "马兰花")
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    page.get_by_label("签认人").fill("祁洪生")
    page.get_by_label("身份").select_option("agent")
    draw("确认签认", 20)
    page.get_by_label("公章").set_input_files(SEAL)
    with page.expect_navigation():
        page.get_by_role("button", name="确认签认", exact=True).click()
    page.get_by_text("乙方已签认").first.wait_for()
    done = Inspection.objects.get()
    drawn = done.sheet.institution_signature
    assert done.status == "signed" and done.sheet.is_whole and done.sheet.paper.status == "issued"
    assert (drawn.name, len(drawn.strokes["strokes"]), drawn.seal.name) == ("祁洪生", 3, "公章.png")
    assert page.evaluate("Object.keys(localStorage).length") == 0
    assert not complaints


@pytest.mark.rule("Q57.3")
def test_a_refusal_is_noted_on_a_phone(page, live_server, log_in, complaints, inspection, draw):
    log_in("inspector")
    open_sheet(page, live_server, inspection)
    inspectors_sign(page, draw, "李若水", "马兰花")
    page.locator("summary", has_text="乙方拒绝签字或盖章").tap()
    page.get_by_label("拒绝的原因").fill("认为收费合理，拒绝签字")
    with page.expect_navigation():
        page.get_by_role("button", name="注明拒签并封存").tap()
    page.get_by_text("已注明拒签").first.wait_for()
    done = Inspection.objects.get()
    assert done.status == "refused" and done.sheet.refusal_reason == "认为收费合理，拒绝签字"
    assert not complaints


@pytest.mark.rule("Q57.3")
def test_a_broken_line_loses_neither_drawing_nor_entry(page, live_server, log_in, inspection, draw):
    log_in("inspector")
    open_sheet(page, live_server, inspection)
    inspectors_sign(page, draw, "李若水", "马兰花")
    page.get_by_label("签认人").fill("祁洪生")
    draw("确认签认")
    page.route(
        "**/sheet/", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    page.get_by_role("button", name="确认签认", exact=True).click()
    page.get_by_text("连接断了，没有送出").wait_for()
    assert not SheetSignature.objects.filter(side="institution").exists()
    page.unroute("**/sheet/")
    page.reload()
    page.get_by_text("已恢复本机").wait_for()
    page.get_by_role("button", name="确认签认", exact=True).click()
    page.get_by_text("没有公章照片").wait_for()  # no browser keeps a chosen file over a reload
    page.get_by_label("公章").set_input_files(SEAL)
    assert page.get_by_label("签认人").input_value() == "祁洪生"
    assert page.locator(".pad .stroke").count() == 3
    with page.expect_navigation():
        page.get_by_role("button", name="确认签认", exact=True).click()
    assert Inspection.objects.get().sheet.institution_signature.name == "祁洪生"


def test_an_answer_that_was_lost_on_the_way_is_asked_for_again_without_harm(
    page, live_server, log_in, inspection, draw
):
    log_in("inspector")
    open_sheet(page, live_server, inspection)
    draw("李若水确认签名")

    def lose_the_answer(route):
        route.fetch()
        route.abort()

    page.route("**/sheet/", lose_the_answer, times=1)
    page.get_by_role("button", name="李若水确认签名").click()
    page.get_by_text("连接断了，没有送出").wait_for()
    assert SheetSignature.objects.count() == 1
    with page.expect_navigation():
        page.get_by_role("button", name="李若水确认签名").click()
    assert SheetSignature.objects.get().name == "李若水"


def test_the_line_that_comes_back_sends_by_itself(page, live_server, log_in, inspection, draw):
    log_in("inspector")
    open_sheet(page, live_server, inspection)
    draw("李若水确认签名")
    page.context.set_offline(True)
    page.get_by_role("button", name="李若水确认签名").click()
    page.get_by_text("连接断了，没有送出").wait_for()
    with page.expect_navigation():
        page.context.set_offline(False)
    assert SheetSignature.objects.get().name == "李若水"


def test_an_empty_pad_and_undone_strokes_are_not_sent(page, live_server, log_in, inspection, draw):
    log_in("inspector")
    open_sheet(page, live_server, inspection)
    draw("李若水确认签名")
    page.get_by_role("button", name="撤销").click()
    assert page.locator(".pad .stroke").count() == 2
    page.get_by_role("button", name="重签").click()
    page.get_by_role("button", name="李若水确认签名").click()
    page.get_by_text("还没有签名").first.wait_for()
    assert not SheetSignature.objects.exists()
