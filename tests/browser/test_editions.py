"""The edition desk in a browser: accessible at both widths, a text written beside its structure without script."""

import pytest

from agreements.edition_desk import actions
from agreements.edition_text import LOST
from agreements.models import EditionCase
from institutions.models import Role, User

from ..conftest import PASSWORD
from .test_pages import WIDTHS, faults

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def writer(province_agency):
    return User.objects.create_user("writer", "李若溪", Role.CLERK, PASSWORD, agency=province_agency)


@pytest.fixture
def draft(edition, writer):
    """A draft with a gap, a wrong number and an article reworded."""
    case = actions.copy_edition(edition, by=writer)
    text = case.text.replace("（三）乙方主动提出", f"（三）{LOST}").replace("超过180日", "超过90日")
    terms = case.terms_source.replace("min_months = 3", "min_months = 9")
    return actions.save(case, {"text": text, "terms_source": terms}, case.revision, by=writer)


def paths(edition, draft):
    one, own = edition.get_absolute_url(), draft.get_absolute_url()
    sides = f"left={edition.code}/{edition.version}&right=draft-{draft.pk}"
    return [
        "/editions/", "/editions/new/", "/editions/compare/", f"/editions/compare/?{sides}", one, f"{one}copy/", own,
        f"{own}facts/", f"{own}gaps/", f"{own}files/text/", f"{own}files/terms_source/", f"{own}terms/", f"{own}breaches/",
        f"{own}rows/terms/change/", f"{own}rows/deadlines/T-03/", f"{own}rows/items/QH-65-06/", f"{own}rows/measures/65/",
        f"{own}rows/terms/termination/", f"{own}rows/terms/recovery/", f"{own}rows/terms/person_stop.66/remove/",
        f"{own}rows/deadlines/new/", f"{own}blank/terms_source/", f"{own}blank/breaches_source/", f"{own}cites/", f"{own}clocks/", f"{own}breaches/80/",
        f"{own}submit/", f"{own}discard/",
    ]  # fmt: skip


def test_every_page_of_the_desk_is_accessible_and_fits(page, live_server, log_in, complaints, edition, draft):
    log_in("writer")
    wrong = []
    for path in paths(edition, draft):
        page.goto(live_server.url + path)
        wrong += [f"{path} {fault}" for width in WIDTHS for fault in faults(page, width)]
    assert not wrong + complaints, "\n".join(wrong + complaints)


def test_a_text_is_looked_at_and_then_saved(page, live_server, log_in, draft):
    log_in("writer")
    page.goto(f"{live_server.url}{draft.get_absolute_url()}files/text/")
    area = page.get_by_label("协议文本", exact=True)
    area.fill(area.input_value().replace("第七十九条 ", "第八十条 "))
    page.get_by_role("button", name="查看结构").click()
    assert "应为第七十九条，现为第八十条" in page.locator("#why").inner_text()
    area.fill(
        area.input_value()
        .replace("第八十条    医保", "第七十九条    医保")
        .replace("第八十条   医保", "第七十九条   医保")
    )
    page.get_by_role("button", name="查看结构").click()
    assert "85 条" in page.locator("#h-structure").locator("xpath=../..").inner_text()
    page.get_by_role("button", name="保存").click()
    page.get_by_text("已保存").wait_for()
    assert EditionCase.objects.get().revision == draft.revision
