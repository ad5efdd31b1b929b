"""What the text suggests for a table that is still empty: an article and its number, which a person looks at and saves."""

import tomllib

import pytest
from django.urls import reverse

from agreements.edition_desk import actions
from agreements.edition_desk.rows import row_of
from agreements.edition_desk.suggesting import suggested
from agreements.edition_text import read_text
from agreements.models import EditionCase

from . import third_province
from .as_browser import untouched

BACKEND = "django.contrib.auth.backends.ModelBackend"
FORM = read_text(third_province.TEXT)


@pytest.mark.parametrize("table, found", [
    ("payment", {"article": "第一条", "working_days": 12}),
    ("defence", {"article": "第七条", "working_days": 7}),
    ("recovery", {"article": "第九条", "pay_days": 20}),
    ("signing", {"article": "第十二条", "copies": 4}),
    ("renewal", {}),
    ("suspension", {"article": "第四条"}),  # two numbers of days: which is which is for a person
    ("change", {"article": "第八条"}),  # so are two fields of working days
    ("dispute", {"article": "第十一条"}),
    ("deposit", {}),
    ("points", {}),
])  # fmt: skip
def test_the_article_that_speaks_of_it_and_the_only_number_there(table, found):
    assert suggested(FORM, row_of("terms", table)) == found


def test_a_text_without_articles_suggests_nothing():
    assert suggested(read_text("约定\n（试行）\n"), row_of("terms", "payment")) == {}


@pytest.mark.parametrize("words", ["三五日", "百日", "几十日"])
def test_what_is_no_number_is_not_suggested(words):
    form = read_text(third_province.TEXT.replace("二十日内缴清", f"{words}内缴清"))
    assert suggested(form, row_of("terms", "recovery")) == {"article": "第九条"}


def test_nothing_is_suggested_for_a_clock():
    assert suggested(FORM, row_of("deadlines", "new")) == {}


@pytest.fixture
def blank(edition, writer, client):
    client.force_login(writer, backend=BACKEND)
    case = actions.copy_edition(edition, by=writer, empty=["terms_source"])
    return actions.save(case, {"text": third_province.TEXT}, case.revision, by=writer)


def test_the_page_shows_the_suggestion_with_its_article_and_keeps_it_only_when_saved(blank, client):
    address = reverse("edition-row", args=[blank.pk, "terms", "payment"])
    answer = client.get(address)
    page = answer.content.decode()
    assert "按条文比对出来的建议" in page and "自受理之日起十二个工作日内办结" in page
    assert "违规费用自收到通知之日起二十日内缴清" in page  # every other article is there to be read
    assert tomllib.loads(blank.terms_source)["payment"] == {}
    client.post(address, untouched(answer.context["form"]))
    saved = tomllib.loads(EditionCase.objects.get().terms_source)["payment"]
    assert saved == {"article": "第一条", "working_days": 12}
    page = client.get(address).content.decode()
    assert "出来的建议" not in page and "各条原文" not in page


def test_what_the_text_may_have_besides_stands_first_with_the_article_that_speaks_of_it(blank, client):
    absent = client.get(reverse("edition-terms", args=[blank.pk])).context["absent"]
    places = [place for *_, place in absent]
    assert places == sorted(places, key=lambda place: not place) and {"", "第五条"} <= set(places)
    assert {key: place for key, *_, place in absent}["liquidated_damages.new"] == "第五条"


def test_the_names_of_the_blanks_stand_beside_the_text(blank, client):
    page = client.get(reverse("edition-source", args=[blank.pk, "text"])).content.decode()
    assert "{institution_bank_account}" in page and "{material}" not in page
    assert (
        "{material}" in client.get(reverse("edition-source", args=[blank.pk, "commitment"])).content.decode()
    )
