"""删去：先列出一并删去的，确认后办；参数和违约情形可以从空白开始。"""

import tomllib

import pytest
from django.urls import reverse

from agreements.edition_desk import actions
from agreements.edition_desk.along import removal
from agreements.edition_desk.blank import REQUIRED, blank, is_blank
from agreements.edition_desk.rows import row_of
from agreements.models import EditionCase

from .as_browser import untouched
from .edition_texts import official

BACKEND = "django.contrib.auth.backends.ModelBackend"


def away(part, key, source=None):
    row = row_of(part, key)
    return removal(row, source or official()[row.column], "x")


def test_with_a_table_go_the_clocks_that_lean_on_it():
    found = away("terms", "payment_hold")
    assert found.gone == ()
    found = away("terms", "person_stop.66")
    assert [row.key for row in found.gone] == ["T-11"]
    left = tomllib.loads(found.source)
    assert "66" not in left["person_stop"] and "65" in left["person_stop"]
    assert "T-11" not in [clock["id"] for clock in left["deadline"]] and len(left["deadline"]) == 39


def test_with_an_item_goes_its_name_in_the_overlaps_of_others():
    found = away("items", "QH-63-04")
    assert found.cleared == ("违约情形 QH-63-03 的“可能重叠”",)
    items = {one["code"]: one for one in tomllib.loads(found.source)["item"]}
    assert "QH-63-04" not in items and "overlaps" not in items["QH-63-03"]


def test_with_a_measure_go_the_items_of_its_article_and_what_it_was_escalated_to():
    found = away("measures", "63")
    assert found.gone and all(row.key.startswith("QH-63-") for row in found.gone)
    assert "第64条的升级" in found.cleared and "第67条的升级" in found.cleared
    left = tomllib.loads(found.source)
    assert 63 not in [one["article"] for one in left["item"] + left["measure"]]
    named = {code for one in left["item"] for code in one.get("overlaps", [])}
    assert named <= {one["code"] for one in left["item"]}


def test_a_blank_beginning_has_the_tables_that_every_text_needs_and_nothing_in_them():
    raw = tomllib.loads(blank("terms_source"))
    assert raw == {name: {} for name in REQUIRED} and "signing" in raw and "payment_hold" not in raw
    assert tomllib.loads(blank("breaches_source")) == {}
    assert is_blank("terms_source", blank("terms_source")) and not is_blank(
        "terms_source", official()["terms_source"]
    )


# ── the pages ──


@pytest.fixture
def as_writer(client, writer):
    client.force_login(writer, backend=BACKEND)
    return client


def words(response):
    return response.content.decode()


def fresh(case):
    return EditionCase.objects.get(pk=case.pk)


def confirm(client, address):
    """The page that lists what goes, and what is shown after its button."""
    page = client.get(address)
    return words(page), words(client.post(address, untouched(page.context["form"]), follow=True))


def test_a_removal_says_what_goes_along_before_it_is_done(as_writer, copied):
    address = reverse("edition-row-remove", args=[copied.pk, "terms", "person_stop.66"])
    asked, done = confirm(as_writer, address)
    assert "确认删去责任人或责任部门的中止（第66条）" in asked and "时限 T-11" in asked
    assert "已保存" in done and 'id="deadlines-T-11"' not in done
    assert 66 not in fresh(copied).reading.terms.person_stop


def test_nothing_goes_that_was_not_listed(as_writer, copied, second):
    address = reverse("edition-row-remove", args=[copied.pk, "terms", "penalty_report"])
    data = untouched(as_writer.get(address).context["form"])
    leaning = 'id = "T-10"', 'id = "T-10"\nusual = "penalty_report.days"'
    case = actions.save(
        copied, {"terms_source": copied.terms_source.replace(*leaning)}, copied.revision, by=second
    )
    page = words(as_writer.post(address, data))
    assert "王存义在" in page and "时限 T-10" in page
    assert fresh(case).reading.terms.penalty_report is not None


def test_a_draft_begins_blank_at_any_time(as_writer, copied):
    asked, done = confirm(as_writer, reverse("edition-blank", args=[copied.pk, "terms_source"]))
    assert "清空，等着填写" in asked and "暂停拨付" in asked and "时限 40 个" in asked
    assert "期满：还没有填写" in done and "从空白参数开始" not in done
    case = fresh(copied)
    assert case.terms_source == blank("terms_source")
    said = [fault.sentence for fault in case.faults]
    assert "陈述申辩：还没有填写" in said and not any("缺少" in one for one in said)
    asked, done = confirm(as_writer, reverse("edition-blank", args=[copied.pk, "breaches_source"]))
    assert "处理措施 6 个" in asked and fresh(copied).reading.breaches.items == {}


def test_a_copy_may_begin_blank(as_writer, edition):
    address = reverse("edition-copy", args=[edition.code, edition.version])
    page = words(as_writer.post(address, {"terms_source": "on", "breaches_source": "on"}, follow=True))
    case = EditionCase.objects.get()
    assert is_blank("terms_source", case.terms_source) and is_blank("breaches_source", case.breaches_source)
    assert "签订：还没有填写" in page and "照抄来的" not in page and "还有 11 张表没有填写" in page
    assert case.text == edition.text


def test_each_table_of_a_blank_beginning_is_filled_in_by_itself(as_writer, edition, writer):
    case = actions.copy_edition(edition, by=writer, empty=["terms_source"])
    address = reverse("edition-row", args=[case.pk, "terms", "renewal"])
    data = untouched(as_writer.get(address).context["form"])
    assert (data["article"], data["apply_months_before"]) == (["第七十八条"], ["3"])  # as the text suggests
    signing = reverse("edition-row", args=[case.pk, "terms", "signing"])
    assert untouched(as_writer.get(signing).context["form"])["lowest_level"] == [""]  # nobody has chosen it
    page = as_writer.post(address, data | {"next": "1"}, follow=True)
    assert "已保存" in words(page) and "出来的建议" in words(page)  # of the next table
    assert page.redirect_chain[-1][0].endswith("/rows/terms/signing/")
    said = [fault.sentence for fault in fresh(case).faults]
    assert "续签：还没有填写" not in said and "期满：还没有填写" in said


# ── filling it again ──


def test_a_table_and_a_clock_are_filled_in_as_the_base_has_them_but_for_the_articles(
    as_writer, edition, writer
):
    case = actions.copy_edition(edition, by=writer, empty=["terms_source"])
    address = reverse("edition-row", args=[case.pk, "terms", "payment"])
    assert "照底本填" in words(as_writer.get(address))
    data = untouched(as_writer.get(f"{address}?like=base").context["form"])
    assert (data["working_days"], data["article"]) == (["20"], [""])
    as_writer.post(address, data | {"article": "第三十九条"})
    page = words(as_writer.get(reverse("edition-terms", args=[case.pk])))
    assert "加上时限：拨付医保费用" in page
    address = reverse("edition-row", args=[case.pk, "deadlines", "new"])
    clock = untouched(as_writer.get(f"{address}?like=T-03").context["form"])
    assert (clock["length_name"], clock["start_event"]) == (["payment.working_days"], ["claim_accepted"])
    other = untouched(as_writer.get(f"{address}?like=T-05").context["form"])
    assert other["length_name"] == [""]  # the draft has not said yet within how many days it is paid back
    stop = untouched(as_writer.get(f"{address}?like=T-11").context["form"])
    assert stop["title"] == ["中止责任人或责任部门"] and not any(stop["missed"]), (
        "nothing of the base's articles"
    )
    page = words(
        as_writer.post(address, clock | {"articles_0": "第三十九条", "start_label": ""}, follow=True)
    )
    assert "已保存" in page and "加上时限：拨付医保费用" not in page
    assert "费用申报材料齐全并受理" in fresh(case).terms_source


def test_the_items_of_an_article_are_entered_at_once_in_the_words_of_the_text(as_writer, edition, writer):
    case = actions.copy_edition(edition, by=writer, empty=["breaches_source"])
    overview = reverse("edition-breaches", args=[case.pk])
    assert "新增第六十三条的处理措施" in words(as_writer.get(overview))
    address = reverse("edition-items", args=[case.pk, 63])
    assert "先新增第六十三条的处理措施" in words(as_writer.get(address))
    assert as_writer.post(address, {"revision": case.revision}).status_code == 200
    measure = reverse("edition-row", args=[case.pk, "measures", "new"])
    data = untouched(as_writer.get(f"{measure}?article=第六十三条").context["form"])
    chosen = {
        "money": "none",
        "whole_agreement": "none",
        "publish": "none",
        "interview": "on",
        "rectification": "on",
    }
    as_writer.post(measure, data | chosen | {"label": "约谈，限期整改"})
    data = untouched(as_writer.get(address).context["form"])
    del data["take-2"]
    page = words(as_writer.post(address, data | {"label-1": "未核验凭证", "fraud-3": "on"}, follow=True))
    found = fresh(case).reading.breaches.items
    text = edition.form.article(63)
    assert len(found) == len(text.items) - 1 and "1 项没有录" in page
    assert found["QIN-63-01"].label == "未核验凭证" and found["QIN-63-01"].text == text.item(1).text
    assert found["QIN-63-03"].fraud and not found["QIN-63-01"].fraud
    assert fresh(case).faults == []


def test_the_clocks_of_the_base_are_added_at_once_with_the_articles_of_the_drafts_own_tables(
    as_writer, edition, writer
):
    case = actions.copy_edition(edition, by=writer, empty=["terms_source"])
    for key, article, more in [
        ("payment", "第十二条", {}),
        ("defence", "第六条", {"defaults": ["working_days"]}),
    ]:
        address = reverse("edition-row", args=[case.pk, "terms", key])
        data = untouched(as_writer.get(f"{address}?like=base").context["form"])
        as_writer.post(address, data | {"article": article, "defaults": []} | more)
    suspension = reverse("edition-row", args=[case.pk, "terms", "suspension"])
    data = untouched(as_writer.get(suspension).context["form"])
    as_writer.post(suspension, data | {"article": "第七十九条", "max_days": "120"})
    address = reverse("edition-clocks", args=[case.pk])
    data = untouched(as_writer.get(address).context["form"])
    assert data.pop("take-T-08") == ["on"] and "take-T-09" not in data  # though nothing is said of reminders
    assert (data["article-T-03"], data["take-T-03"]) == (["第十二条"], ["on"])
    assert "take-T-14" not in data and "article-T-14" in data  # leans on no number: to be taken by choice
    assert "article-T-05" not in data  # the draft has no such number yet
    page = words(as_writer.post(address, data | {"take-T-14": "on"}))
    assert "选条款，或者不加这个时限" in page
    chosen = data | {"take-T-14": "on", "article-T-14": "第八十三条"}
    assert data["length-T-34c"] == ["10"] and "length-T-03" not in data  # its own number, or that of a table
    assert "写长度，或者不加这个时限" in words(as_writer.post(address, chosen | {"length-T-14": ""}))
    answered = {"take-T-34c": "on", "article-T-34c": "第七条", "length-T-34c": "6"}
    as_writer.post(address, chosen | answered)
    clocks = {one["id"]: one for one in tomllib.loads(fresh(case).terms_source)["deadline"]}
    assert set(clocks) == {"T-03", "T-14", "T-22", "T-34c"}
    assert (clocks["T-14"]["length"], clocks["T-34c"]["length"]) == (0, 6)
    assert clocks["T-03"]["articles"] == ["第十二条"] and "default" not in clocks["T-03"]
    assert clocks["T-22"]["default"] and clocks["T-22"]["length"] == "defence.working_days"


def test_the_clocks_of_a_table_by_article_follow_the_articles_of_the_draft(as_writer, edition, writer):
    """The base stops persons by 第六十五条 and 第六十六条, this draft by three other articles."""
    case = actions.copy_edition(edition, by=writer, empty=["terms_source"])
    for number, article in ((12, "第十二条"), (13, "第十三条"), (14, "第十四条")):
        sent = {"article": article, "min_months": 2, "max_months": number, "slack_days": 0}
        row = reverse("edition-row", args=[case.pk, "terms", "person_stop.new"])
        as_writer.post(row, untouched(as_writer.get(row).context["form"]) | sent)
    address = reverse("edition-clocks", args=[case.pk])
    data = untouched(as_writer.get(address).context["form"])
    as_writer.post(address, data)
    clocks = tomllib.loads(fresh(case).terms_source)["deadline"]
    found = {one["id"]: (one["title"], one["articles"], one["length"]) for one in clocks}
    assert found == {
        "T-10": ("中止责任人或责任部门（第十二条）", ["第十二条"], "person_stop.12.max_months"),
        "T-11": ("中止责任人或责任部门（第十三条）", ["第十三条"], "person_stop.13.max_months"),
        "T-15": ("中止责任人或责任部门（第十四条）", ["第十四条"], "person_stop.14.max_months"),
    }
    left = [one.clock["title"] for one, *_ in as_writer.get(address).context["lines"]]
    assert left and not any("中止责任人" in title for title in left)


def test_a_clock_by_article_that_was_taken_away_is_offered_again_as_it_was(as_writer, copied, writer):
    address = reverse("edition-clocks", args=[copied.pk])
    assert "底本的时限都有了" in words(as_writer.get(address))
    row = row_of("deadlines", "T-11")
    without = removal(row, copied.terms_source, "terms.toml").source
    actions.save(copied, {"terms_source": without}, copied.revision, by=writer)
    lines = as_writer.get(address).context["lines"]
    assert [(one.id, one.clock["length"]) for one, *_ in lines] == [("T-11", "person_stop.66.max_months")]
