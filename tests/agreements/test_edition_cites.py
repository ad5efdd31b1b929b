"""条号对照：门户的提示语说到的每一条，在新文本里是第几条，按条文比对建议，人来核对。"""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from django.urls import reverse

from agreements.breaches import read_breaches
from agreements.edition_desk import actions
from agreements.edition_desk.concordance import REFERENCE, by_measures, proposals, with_table
from agreements.edition_desk.sources import Reading
from agreements.edition_desk.words import TABLES
from agreements.edition_text import chinese_number, read_text
from agreements.models import EditionCase

from . import third_province
from .as_browser import untouched
from .edition_texts import official, reading

ROOT = Path(__file__).resolve().parents[2]
ARTICLE = re.compile("第[零一二三四五六七八九十百]+条")
BACKEND = "django.contrib.auth.backends.ModelBackend"
# Files in which an article is an example of how one is written.
EXAMPLES = ("edition_desk/text_faults.py", "edition_desk/concordance.py", "edition_source.html")


def sentences():
    """Every string of the program that is no docstring, and every template."""
    for path in [*ROOT.glob("agreements/**/*.py"), *ROOT.glob("inspections/**/*.py")]:
        if not {"migrations", "demo"} & set(path.parts) and not str(path).endswith(EXAMPLES):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            bodies = (getattr(node, "body", None) for node in ast.walk(tree))
            first = {
                id(body[0].value)
                for body in bodies
                if isinstance(body, list) and body and isinstance(body[0], ast.Expr)
            }
            yield from (
                node.value for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in first
            )  # fmt: skip
    for path in ROOT.glob("templates/**/*.html"):
        if not str(path).endswith(EXAMPLES):
            yield path.read_text(encoding="utf-8")


def test_every_article_that_a_sentence_names_has_its_line():
    named = {one for said in sentences() for one in ARTICLE.findall(said)}
    assert len(named) > 30
    assert named <= set(REFERENCE), named - set(REFERENCE)


def renumbered(text, by=3):
    """The same text with new articles before the old ones."""
    form = read_text(text)
    for one in reversed(form.articles):
        text = text.replace(f"\n{one.label} ", f"\n第{chinese_number(one.number + by)}条 ", 1)
    new = "".join(f"第{chinese_number(n)}条　新加的第{n}条，讲别的事。\n" for n in range(1, by + 1))
    head, chapter, rest = text.partition("\n第一章")
    line, _, rest = rest.partition("\n")
    return f"{head}{chapter}{line}\n{new}{rest}"


def test_the_same_words_under_other_numbers_are_proposed():
    form = read_text(renumbered(official()["text"]))
    found = proposals(form, reading(), {})
    assert found["第七十九条"] == ("第八十二条",) and found["第三条"] == ("第六条",)


def test_a_base_that_has_its_own_table_is_followed_through_it():
    made_up = Reading({"text": third_province.TEXT, "terms_source": third_province.TERMS})
    text = third_province.TEXT.replace("第十二条　", "第十三条　").replace(
        "第十一条　", "第十一条　乙方按月自查。\n第十二条　"
    )
    found = proposals(read_text(text), made_up, {})
    assert found["第八十一条"] == ("第十二条",) and found["第七十四条"] == ("第十三条",)


def test_a_text_in_other_words_is_known_by_what_it_speaks_of():
    found = proposals(read_text(third_province.TEXT), None, {})
    assert found["第八十一条"] == ("第十一条",) and found["第七十九条"] == ("第四条",)
    assert found["第七十六条"] == ("第八条",) and "第六十八条" not in found


def test_the_drafts_own_tables_are_better_known_than_words():
    found = proposals(read_text(third_province.TEXT), None, {"inspecting": "第二条", "scope": "第二条"})
    assert found["第五十七条"] == found["第三条"] == ("第二条",) and found["第七十九条"] == ("第四条",)
    assert "第八十一条" not in found, "the draft, which has tables, has none of disputes"


def test_which_article_suspends_and_which_rescinds_is_what_the_measures_say():
    breaches = read_breaches(third_province.BREACHES)
    assert by_measures(breaches) == {"第六十六条": ("第六条",), "第六十七条": ("第六条",)}


def test_every_table_that_a_line_rests_on_is_one_of_the_terms():
    assert {table for _, table, _ in REFERENCE.values() if table} <= set(TABLES)


def test_a_text_numbered_as_the_reference_form_needs_no_table():
    chosen = {one: [one] for one in REFERENCE if "（" not in one}
    source = official()["terms_source"]
    assert with_table(source, chosen) == source
    made = with_table(source, chosen | {"第三条": ["第六条", "第七条"], "第四条": []})
    assert tomllib.loads(made)["cites"]["第三条"] == "第六条、第七条"
    assert "第四条" not in tomllib.loads(made)["cites"]
    assert "cites" not in tomllib.loads(with_table(made, chosen))


# ── the page ──


@pytest.fixture
def as_writer(client, writer):
    client.force_login(writer, backend=BACKEND)
    return client


def words(response):
    return response.content.decode()


def test_the_proposal_is_marked_and_stands_only_when_it_was_saved(as_writer, copied, writer):
    case = actions.save(copied, {"text": renumbered(copied.text)}, copied.revision, by=writer)
    address = reverse("edition-cites", args=[case.pk])
    assert address in words(as_writer.get(case.get_absolute_url()))
    page = as_writer.get(address)
    assert "按条文的文字比对出来的" in words(page) and "建议" in words(page)
    assert "terms/cites" in [key for key, _ in EditionCase.objects.get().unseen]
    place = next(name for name, line in page.context["form"].lines.items() if line.reference == "第三条")
    data = untouched(page.context["form"])
    assert data[f"{place}_0"] == ["第六条"]
    said = case.reading.form.article(6).paragraphs[0].shown
    assert f"第六条　{said}"[:40] in words(page)  # beside its number, so that nobody need look it up
    as_writer.post(address, data | {f"{place}_0": "第七条"})
    case = EditionCase.objects.get()
    assert case.reading.terms is None or case.reading.terms.cites["第三条"] == "第七条"
    cites = tomllib.loads(case.terms_source)["cites"]
    assert (cites["第三条"], cites["第七十九条"]) == ("第七条", "第八十二条")
    assert "terms/cites" not in [key for key, _ in case.unseen]
    assert "建议</span>" not in words(as_writer.get(address))
    overview = words(as_writer.get(reverse("edition-terms", args=[case.pk])))
    assert "<dt>服务范围</dt><dd>第七条</dd>" in overview  # who publishes reads it there, article by article


def test_a_text_with_the_same_numbers_shows_them_as_they_are(as_writer, copied):
    page = words(as_writer.get(reverse("edition-cites", args=[copied.pk])))
    assert "建议</span>" not in page and '<option value="第七十九条" selected>' in page
