"""参数和违约情形逐张修改：没有改的一个字不动，改了的写回原处；文本里没有的可以加，可以删。"""

import difflib
import re
import tomllib

import pytest
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from agreements.edition_desk import actions, rows
from agreements.edition_desk.about import ABOUT, HINTS
from agreements.edition_desk.toml_writing import GONE, opened, without, written
from agreements.edition_desk.typed import UNASKED, TableForm
from agreements.edition_desk.words import TABLES
from agreements.edition_text import LOST

from .as_browser import untouched
from .edition_texts import official, reading

DRAFT = rows.Draft.of(official(), reading().form)
BACKEND = "django.contrib.auth.backends.ModelBackend"


def every_row():
    """(part, key) of every table of the reference form."""
    sources = official()
    yield from (("terms", row.key) for row in rows.rows_in(tomllib.loads(sources["terms_source"])))
    for part, (column, array, name, *_) in rows.ARRAYS.items():
        yield from ((part, str(one[name])) for one in tomllib.loads(sources[column])[array])


def form_of(part, key, source, data=None, **changed):
    """The form of one table with what it shows sent back, but for what is changed."""
    return form_in(opened(source, "x"), part, key, data, **changed)


def form_in(document, part, key, data=None, **changed):
    row = rows.row_of(part, key)
    given = {"kind": row.kind, "table": row.table(document), "draft": DRAFT}
    data = MultiValueDict(data or shown(TableForm(**given, initial={"revision": 1})))
    for name, value in changed.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return row, TableForm(data, **given)


def shown(form):
    """What a browser sends of an untouched form."""
    return untouched("".join(str(bound) for bound in form))


def test_no_table_changes_by_being_opened_and_saved():
    sources, count = official(), 0
    documents = {column: opened(sources[column], "x") for column in set(rows.COLUMNS.values())}
    for part, key in every_row():
        row, form = form_in(documents[rows.COLUMNS[part]], part, key)
        assert form.is_valid(), (part, key, form.errors)
        written_now = row.table(documents[row.column]).unwrap()
        written_now = {name: value for name, value in written_now.items() if name not in UNASKED}
        assert {
            name: as_plain(value) for name, value in form.values().items() if value is not GONE
        } == written_now
        count += 1
    assert count > 150


@pytest.mark.parametrize(
    "part, key",
    [
        ("terms", "change"),
        ("terms", "person_stop.66"),
        ("deadlines", "T-14"),
        ("items", "QH-65-06"),
        ("measures", "66"),
    ],
)
def test_a_file_stays_as_it_is_to_the_letter(part, key):
    source = official()[rows.COLUMNS[part]]
    row, form = form_of(part, key, source)
    assert form.is_valid()
    assert written(source, "x", row.path_for(form.values()), form.values()) == source


def as_plain(value):
    return value.unwrap() if hasattr(value, "unwrap") else value


def changed_lines(old, new):
    lines = difflib.unified_diff(old.split("\n"), new.split("\n"), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


@pytest.mark.parametrize(
    "part, key, changed, lines",
    [
        ("terms", "suspension", {"max_days": "90"},
         ["-max_days = 180  # 第七十九条", "+max_days = 90  # 第七十九条"]),
        ("terms", "deposit", {"rate": "0.03"}, ['-rate = "0.05"  # 第三十三条', '+rate = "0.03"  # 第三十三条']),
        ("terms", "suspension", {"ends_automatically_after_days": ""},
         ["-ends_automatically_after_days = 180  # 第七十九条"]),
        ("terms", "recovery", {"article": "第五十九条"}, ['-article = "第六十条"', '+article = "第五十九条"']),
        ("terms", "person_stop.65", {"min_months": "2"},
         ["-min_months = 3  # 第六十五条", "+min_months = 2  # 第六十五条"]),
        ("deadlines", "T-03", {"length_name": "", "length_number": "25", "reminders_number": "7，0"},
         ['-length = "payment.working_days"  # 第三十九条', "-reminders = [5, 0]  # 默认，文本未规定",
          "+length = 25  # 第三十九条", "+reminders = [7, 0]  # 默认，文本未规定"]),
        ("items", "QH-62-01", {"label": "拨付不及时"}, ['-label = "未按约定及时足额拨付"', '+label = "拨付不及时"']),
        ("measures", "65", {"money": "none", "escalated_from_1": ""},
         ['-money = "refuse_or_recover"', '+money = "none"', "-escalated_from = [63, 64]", "+escalated_from = [63]"]),
        ("terms", "change", {"groups-2-label": "主要负责人", "groups-7-gone": "1"},
         ['-    { name = "principal", label = "主要负责人或实际控制人", fields = ["principal", "controller"] },',
          '+    { name = "principal", label = "主要负责人", fields = ["principal", "controller"] },',
          '-    { name = "nature", label = "机构性质", fields = ["nature"] },']),
        ("terms", "termination", {"grounds-5-article_label": "第八十条", "grounds-5-label": "合并", "grounds-5-needs_request": "on"},
         ['+    { code = "1", article_label = "第八十条", label = "合并", needs_request = true },']),
        ("terms", "recovery", {"offset_order_0": "deposit", "offset_order_1": "fund"},
         ['-offset_order = ["fund", "deposit", "institution"]  # 默认，文本未规定（Q60.2“或”）', '+offset_order = ["deposit", "fund", "institution"]  # 默认，文本未规定（Q60.2“或”）']),
        ("items", "QH-63-03", {"parts-0-gone": "1", "parts-2-label": "拒收"},
         ['-parts = [{ code = "a", label = "推诿拒收参保患者" }, { code = "b", label = "要求提前出院或自费住院" }]',
          "+parts = [", '+    { code = "b", label = "要求提前出院或自费住院" },', '+    { code = "a", label = "拒收" },', "+]"]),
    ],
)  # fmt: skip
def test_a_changed_value_is_written_where_it_stands_and_keeps_its_comment(part, key, changed, lines):
    source = official()[rows.COLUMNS[part]]
    row, form = form_of(part, key, source, **changed)
    assert form.is_valid(), form.errors
    new = written(source, "x", row.path_for(form.values()), form.values())
    assert changed_lines(source, new) == lines


@pytest.mark.parametrize(
    "part, key, changed, said",
    [
        ("terms", "suspension", {"max_days": "很多"}, "整数"),
        ("terms", "deposit", {"rate": "百分之五"}, "写成小数"),
        ("terms", "deposit", {"rate": "NaN"}, "写成小数"),
        ("terms", "suspension", {"reminder_days_before": "30、十五"}, "“十五”不是整数"),
        ("terms", "suspension", {"article": "第九十九条"}, "有效"),
        ("terms", "change", {"groups-1-label": ""}, "第2行“事项”：这个字段是必填项"),
        ("terms", "change", {"groups-0-fields": []}, "第1行“机构档案的信息项”：这个字段是必填项"),
        ("terms", "recovery", {"offset_order_1": "fund"}, "同一个选了两次"),
        ("deadlines", "T-03", {"length_number": "9"}, "选了参数里的数，就不要另写"),
        ("deadlines", "T-03", {"length_name": "payment.weeks"}, "有效"),
        ("deadlines", "T-03", {"start_event": "whatever"}, "有效"),
        ("deadlines", "T-03", {"length_name": "", "length_number": "二十"}, "“二十”不是整数"),
        ("items", "QH-62-01", {"against": "nobody"}, "有效"),
    ],
)
def test_what_is_not_of_its_type_is_refused_beside_the_field(part, key, changed, said):
    _, form = form_of(part, key, official()[rows.COLUMNS[part]], **changed)
    field = re.split(r"[-_](?:\d|name|number)", next(iter(changed)))[0]
    assert not form.is_valid() and said in str(form.errors[field])


def test_the_browser_does_not_ask_for_the_spare_lines():
    _, form = form_of("terms", "recovery", official()["terms_source"])
    assert "required" in str(form["pay_days"]) and "required" not in str(form["offset_order"])


def test_a_table_that_is_taken_away_leaves_all_else():
    source = official()["terms_source"]
    for path in (("cascade",), ("person_stop", "65"), ("deadline", "id", "T-12")):
        new = without(source, "x", path)
        assert all(line.startswith("-") for line in changed_lines(source, new)), path
    both = without(without(source, "x", ("person_stop", "65")), "x", ("person_stop", "66"))
    assert "person_stop" not in tomllib.loads(both)


def test_after_the_last_one_is_taken_away_a_new_one_is_written():
    source = '[[item]]\ncode = "YL-1"\n'
    emptied = without(source, "x", ("item", "code", "YL-1"))
    assert "item" not in tomllib.loads(emptied)
    for begun in (emptied, "item = []\n"):
        again = written(begun, "x", ("item", "code", "YL-2"), {"code": "YL-2"})
        assert tomllib.loads(again) == {"item": [{"code": "YL-2"}]}


def test_a_new_table_stands_apart():
    source = written("", "x", ("item", "code", "SH-1"), {"code": "SH-1"})
    source = written(source, "x", ("item", "code", "SH-2"), {"code": "SH-2"})
    assert source == '[[item]]\ncode = "SH-1"\n\n[[item]]\ncode = "SH-2"\n'


def test_what_no_edition_has_is_no_row():
    for part, key in [("terms", "nonsense"), ("terms", "deadlines"), ("terms", "suspension.5"), ("terms", "person_stop")]:  # fmt: skip
        with pytest.raises(rows.NoSuchRow):
            rows.row_of(part, key)


# ── the pages ──


@pytest.fixture
def as_writer(client, writer):
    client.force_login(writer, backend=BACKEND)
    return client


def words(response):
    return response.content.decode()


def page_of(client, case, part, key):
    return client.get(reverse("edition-row", args=[case.pk, part, key]))


def sent(client, case, part, key, name="edition-row", **changed):
    """The page of a table sent back with these changes."""
    address = reverse(name, args=[case.pk, part, key])
    page = client.get(address)
    data = shown(page.context["form"]) if page.status_code == 200 else {}
    return client.post(address, data | changed, follow=True)


def test_the_terms_at_a_glance(as_writer, copied):
    page = words(as_writer.get(reverse("edition-terms", args=[copied.pk])))
    assert "第七十九条的原文" in page and "中止时间原则上不得超过180日" in page
    assert "文本里有行政罚款这一项" in page and "T-34c" in page and "默认" in page


def test_the_catalogue_at_a_glance(as_writer, copied, writer):
    lost = copied.breaches_source.replace(
        'text = "未按医保协议约定及时足额向乙方拨付医保费用的；"', f'text = "{LOST}"'
    )
    case = actions.save(copied, {"breaches_source": lost}, copied.revision, by=writer)
    page = words(as_writer.get(reverse("edition-breaches", args=[case.pk])))
    assert "<mark>原文缺失</mark>" in page and "QH-67-12" in page and "3 至 6 个月" in page


def test_more_lines_are_asked_for_without_losing_or_saving_what_was_written(as_writer, copied):
    written = {"grounds-5-article_label": "第八十条", "grounds-5-label": "合并", "grounds-6-article_label": "第八十条",
               "grounds-6-label": "分立"}  # fmt: skip
    page = sent(as_writer, copied, "terms", "termination", more="1", **written)
    now = shown(page.context["form"])
    assert now["grounds-6-label"] == ["分立"] and now["grounds-8-label"] == [""]
    copied.refresh_from_db()
    assert copied.revision == 1


def test_a_cap_and_its_months_are_written_once_in_the_terms(as_writer, copied, writer):
    page = words(page_of(as_writer, copied, "measures", "65"))
    assert "上限" not in page and "最短" not in page
    terms = copied.terms_source.replace('cap = "0.10"', 'cap = "0.12"').replace(
        "min_months = 3", "min_months = 4"
    )
    case = actions.save(copied, {"terms_source": terms}, copied.revision, by=writer)
    page = words(as_writer.get(reverse("edition-breaches", args=[case.pk])))
    assert "0.12" in page and "4 至 6 个月" in page and "0.10" not in page


def test_a_term_is_changed_beside_its_article(as_writer, copied):
    page = words(page_of(as_writer, copied, "terms", "suspension"))
    assert "不得超过180日" in page and "这份草稿里的原文" in page
    page = sent(as_writer, copied, "terms", "suspension", max_days="90", ends_automatically_after_days="90")
    copied.refresh_from_db()
    assert copied.reading.terms.suspension.max_days == 90 and "已保存" in words(page)
    assert page.redirect_chain[-1][0].endswith(f"/{copied.pk}/terms/#terms-suspension")


def test_a_number_outside_sense_may_be_saved_and_is_named(as_writer, copied):
    page = words(sent(as_writer, copied, "terms", "person_stop.65", min_months="9"))
    assert "最短（月）是9，大于最长（月）的6" in page


def test_one_table_does_not_make_the_file_unreadable(as_writer, copied):
    page = words(sent(as_writer, copied, "terms", "suspension", max_days=""))
    assert "指向“suspension.max_days”，但没有这一项" in page
    copied.refresh_from_db()
    assert copied.revision == 1


def test_a_table_is_added_and_taken_away(as_writer, copied):
    page = words(sent(as_writer, copied, "terms", "fine", article="第六十七条", max_amount="30000"))
    copied.refresh_from_db()
    assert copied.reading.terms.fine.max_amount == 30000 and "行政罚款" in page
    sent(as_writer, copied, "terms", "person_stop.new", article="第六十七条", min_months="1", max_months="2", slack_days="0")  # fmt: skip
    copied.refresh_from_db()
    assert copied.reading.terms.person_stop[67].max_months == 2
    sent(as_writer, copied, "terms", "fine", name="edition-row-remove")
    copied.refresh_from_db()
    assert copied.reading.terms.fine is None


def test_what_every_edition_has_is_not_taken_away(as_writer, copied):
    assert "文本里没有这一项" not in words(page_of(as_writer, copied, "terms", "suspension"))
    address = reverse("edition-row-remove", args=[copied.pk, "terms", "suspension"])
    assert as_writer.get(address).status_code == as_writer.post(address).status_code == 404


def test_an_item_is_added_with_the_words_of_the_text(as_writer, copied, writer):
    case = actions.save(
        copied, {"breaches_source": without(copied.breaches_source, "x", ("item", "code", "QH-62-07"))},
        copied.revision, by=writer,
    )  # fmt: skip
    given = {
        "code": "QH-62-07",
        "article": "第六十二条",
        "number": "7",
        "against": "agency",
        "label": "违反工作纪律",
    }
    page = sent(as_writer, case, "items", "new", fetch="1", **given)
    text = page.context["form"]["text"].value()
    assert text == "工作人员违反工作纪律规定，对乙方造成影响的；"
    case.refresh_from_db()
    assert "QH-62-07" not in case.breaches_source
    sent(as_writer, case, "items", "new", text=text, **given)
    case.refresh_from_db()
    assert case.reading.breaches.items["QH-62-07"].text == text and case.faults == []


def test_an_item_is_marked_as_lost(as_writer, copied):
    sent(as_writer, copied, "items", "QH-62-07", missing="1")
    copied.refresh_from_db()
    item = copied.reading.breaches.items["QH-62-07"]
    assert item.text == item.label == LOST and item.lost
    assert any("还有“〔原文缺失〕”" in fault.sentence for fault in copied.faults)


def test_a_new_item_does_not_overwrite_another(as_writer, copied):
    given = {
        "code": "QH-62-01",
        "article": "第六十二条",
        "number": "7",
        "against": "agency",
        "label": "甲",
        "text": "乙",
    }
    assert "已经有违约情形 QH-62-01" in words(sent(as_writer, copied, "items", "new", **given))
    copied.refresh_from_db()
    assert copied.revision == 1


def test_two_people_change_two_tables_at_once(as_writer, copied, second):
    data = shown(page_of(as_writer, copied, "terms", "payment").context["form"])
    theirs = copied.terms_source.replace("max_days = 180", "max_days = 90")
    actions.save(copied, {"terms_source": theirs}, copied.revision, by=second)
    as_writer.post(
        reverse("edition-row", args=[copied.pk, "terms", "payment"]), data | {"working_days": "15"}
    )
    copied.refresh_from_db()
    terms = copied.reading.terms
    assert (terms.suspension.max_days, terms.payment.working_days) == (90, 15)


def test_two_people_at_one_table_are_told(as_writer, copied, second):
    data = shown(page_of(as_writer, copied, "terms", "payment").context["form"])
    theirs = copied.terms_source.replace("\nworking_days = 20  #", "\nworking_days = 10  #", 1)
    actions.save(copied, {"terms_source": theirs}, copied.revision, by=second)
    page = as_writer.post(
        reverse("edition-row", args=[copied.pk, "terms", "payment"]), data | {"working_days": "15"}
    )
    assert "王存义在" in words(page) and page.context["form"]["working_days"].value() == "15"
    copied.refresh_from_db()
    assert copied.reading.terms.payment.working_days == 10


def test_a_file_that_is_no_toml_is_mended_as_a_whole(as_writer, copied, writer):
    actions.save(copied, {"terms_source": "["}, copied.revision, by=writer)
    page = as_writer.get(reverse("edition-terms", args=[copied.pk]), follow=True)
    assert "先在全文里改正" in words(page) and "terms.toml 不是合格的 TOML" in words(page)


def test_who_only_reads_sees_no_way_to_change(client, copied, head):
    client.force_login(head, backend=BACKEND)
    page = words(client.get(reverse("edition-terms", args=[copied.pk])))
    assert "文本里有行政罚款这一项" not in page and "/rows/" not in page
    assert client.get(reverse("edition-row", args=[copied.pk, "terms", "payment"])).status_code == 403


def test_every_table_says_what_it_is_about_and_what_it_means_to_leave_a_number_out(as_writer, copied):
    assert ABOUT.keys() == TABLES.keys()
    page = as_writer.get(reverse("edition-terms", args=[copied.pk])).content.decode()
    assert ABOUT["contacts"] in page, "beside a table that this text does not have yet"
    page = as_writer.get(reverse("edition-row", args=[copied.pk, "terms", "suspension"])).content.decode()
    assert ABOUT["suspension"] in page and HINTS["request_lead_months"] in page
