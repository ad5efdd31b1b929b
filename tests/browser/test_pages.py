"""Every page at both widths: the accessibility rules find nothing, nothing scrolls sideways, the keyboard gets there."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from agreements import actions
from agreements.gate import perform

from ..desk import TODAY

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = [1280, 390]


@pytest.fixture
def world(desk, other_operator):
    """A suspended agreement with a past, a proposal and papers, and what stands at each desk beside it."""
    agreement = desk.suspended()
    proposal = actions.propose(
        agreement, "resume",
        {"suspension": agreement.open_suspensions.get(), "reason": "完工", "requested_on": TODAY, "on": TODAY},
        by=desk.clerk,
    )  # fmt: skip
    following = agreement.ends_on.replace(year=agreement.ends_on.year + 1)
    successor = desk.drafted(
        starts_on=following.replace(month=1, day=1), ends_on=following, predecessor=agreement
    )
    perform(successor.negotiate, by=desk.clerk)
    return agreement, successor, proposal


def paths(agreement, successor, proposal):
    one, two = f"/agreements/{agreement.number}", f"/agreements/{successor.number}"
    code, paper = agreement.institution.code, agreement.papers.first()
    notice = agreement.deadlines.get(rule="T-29")
    edition = agreement.edition.get_absolute_url()
    return {
        "clerk": ["/", "/agreements/", "/agreements/?q=nothing", f"{one}/", f"{one}/#art-79", f"{two}/", f"{two}/revise/",
                  f"{one}/terminate/", f"{one}/hold-payment/", "/institutions/", f"/institutions/{code}/",
                  f"/institutions/{code}/revise/", "/institutions/new/", "/institutions/import/",
                  f"/institutions/{code}/agreements/new/", "/password/", "/deadlines/", "/deadlines/?tab=met"],
        "reviewer": ["/", f"{one}/proposals/{proposal.pk}/", f"/papers/{paper.code}/void/", f"{two}/return-to-draft/"],
        "leader": ["/", f"{one}/"],
        "operator": ["/", f"{one}/", f"{two}/confirm/", f"{one}/commitment/", edition, "/deadlines/",
                     "/deadlines/subscribe/", f"/deadlines/{notice.pk}/meet/"],
        None: ["/public/", "/public/?tab=suspended", "/verify/", f"/verify/?code={paper.code}", "/verify/?code=AAAA-AAAA",
               "/login/", "/nowhere/"],
    }  # fmt: skip


@pytest.mark.parametrize("people", [["clerk"], ["reviewer", "leader", "operator", None]])
def test_every_page_is_accessible_and_fits(people, page, live_server, log_in, complaints, world):
    wrong = []
    for person in people:
        log_in(person) if person else page.context.clear_cookies()
        for path in paths(*world)[person]:
            page.goto(live_server.url + path)
            wrong += [f"{person} {path} {fault}" for width in WIDTHS for fault in faults(page, width)]
    wrong += [complaint for complaint in complaints if "404" not in complaint]
    assert not wrong, "\n".join(wrong)


def faults(page, width):
    """What the accessibility rules find at this width, and whether the page scrolls sideways."""
    page.set_viewport_size({"width": width, "height": 900})
    for violation in Axe().run(page).response["violations"]:
        yield f"at {width}: {violation['id']} {[node['target'] for node in violation['nodes']][:3]}"
    scroll = page.evaluate("document.documentElement.scrollWidth")
    if scroll > width:
        yield f"is {scroll} px wide on {width}"


def test_an_article_opens_by_keyboard_and_closes_back_to_where_it_was_named(page, live_server, log_in, world):
    agreement = world[0]
    log_in("clerk")
    page.goto(f"{live_server.url}/agreements/{agreement.number}/")
    cite = page.locator(".standing a.cite").first
    cite.focus()
    page.keyboard.press("Enter")
    panel = page.locator("aside.article:target")
    panel.wait_for()
    assert "中止时间原则上不得超过180日" in panel.inner_text()
    panel.get_by_role("link", name="关闭").focus()
    page.keyboard.press("Enter")
    assert page.locator("aside.article:target").count() == 0
    assert page.url.endswith("#cite-79")
