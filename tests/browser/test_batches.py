"""打印的页面，两种宽度：可达性检查没有问题，不横向滚动；从勾选到开始全用键盘。"""

import pytest

from agreements import tasks
from agreements.batches import actions, printers, work
from agreements.jobs import queue
from agreements.models import PrintBatch

from ..agreements.batch_world import many, owed_again
from .test_pages import WIDTHS, faults

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def batch(desk, regions, monkeypatch):
    """Half way through: one out, one failed, one waiting, one left out."""
    monkeypatch.setattr(printers, "differences", lambda papers: "")
    held = []
    monkeypatch.setattr(queue, "at_once", lambda task, *args: held.append(args))
    papers = owed_again(many(desk, regions, 3))
    many(desk, regions, 1, reach="drafted", first=20)
    batch = actions.ask("category=general", by=desk.clerk)
    tasks.begin_batch(*held[0])
    print_on = printers.print_on
    reason = "“法定代表人”中的“𬭚”（U+2CB5A）字体中没有，无法打印"
    monkeypatch.setattr(
        printers, "print_on", lambda one, seals: reason if one == papers[0] else print_on(one, seals)
    )
    work.chunk(batch, 2)
    return batch


def test_the_pages_are_accessible_and_fit(page, live_server, log_in, complaints, desk, batch):
    log_in("clerk")
    done = actions.ask("state=draft&state=active", by=desk.clerk)
    paths = ["/printing/", "/printing/new/", "/printing/new/?category=general", batch.get_absolute_url(),
             f"{batch.get_absolute_url()}?tab=excluded", done.get_absolute_url(), "/agreements/"]  # fmt: skip
    wrong = []
    for path in paths:
        page.goto("about:blank")  # a page that renews itself would break into the way to the next one
        page.goto(live_server.url + path)
        wrong += [f"{path} {fault}" for width in WIDTHS for fault in faults(page, width)]
    assert not wrong + complaints, "\n".join(wrong + complaints)


def test_from_ticked_rows_to_a_batch_by_keyboard(page, live_server, log_in, batch):
    log_in("clerk")
    page.goto(f"{live_server.url}/agreements/?tab=active")
    page.get_by_role("checkbox").first.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="打印选中的").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="开始打印 1 份").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/printing/PB-*/")
    assert PrintBatch.objects.count() == 2 and page.get_by_text("选中的协议：1份").is_visible()
