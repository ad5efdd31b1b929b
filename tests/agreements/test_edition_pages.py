"""The pages of the edition desk: list, compare, write, fill gaps, import and export, publish."""

import re
import zipfile
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from agreements.edition_desk import actions
from agreements.edition_desk.bundle import packed
from agreements.edition_text import LOST
from agreements.gate import perform
from agreements.models import Edition, EditionCase
from agreements.views import editions as pages

from .edition_texts import SMALL, official

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def as_writer(client, writer):
    client.force_login(writer, backend=BACKEND)
    return client


def words(response):
    return response.content.decode()


def url(name, case, *more):
    return reverse(name, args=[case.pk, *more])


def write(client, case, column, source, revision=None, **more):
    given = {"source": source, "revision": revision or case.revision, **more}
    return client.post(url("edition-source", case, column), given, follow=True)


def test_the_list_shows_each_edition_with_its_state_and_use(as_writer, edition, desk, copied):
    desk.signed()
    page = words(as_writer.get(reverse("editions")))
    assert "青海省医疗保障定点医疗机构服务协议2025修订版" in page and "已发布" in page
    assert "编写中" in page and 'data-label="履行中">1<' in page and "复制为草稿" in page


def test_the_list_takes_as_many_queries_for_ten_as_for_one(
    as_writer, edition, writer, django_assert_max_num_queries
):
    for _ in range(5):
        actions.copy_edition(edition, by=writer)
    for version in ("7", "8", "9"):
        manifest = ('version = "2"', f'version = "{version}"')
        Edition.objects.publish(official(manifest=manifest))
    with django_assert_max_num_queries(14):
        as_writer.get(reverse("editions"))


def test_the_list_leads_to_those_who_signed_under_an_edition(as_writer, edition, desk):
    signed = desk.signed()
    place = f"{reverse('agreements')}?edition={edition.code}/{edition.version}"
    assert f'href="{place}"' in words(as_writer.get(reverse("editions")))
    assert signed.number in words(as_writer.get(place))
    assert signed.number not in words(as_writer.get(f"{reverse('agreements')}?edition={edition.code}/9"))


# ── copying and writing ──


def test_from_a_copy_to_a_published_edition_by_hand(as_writer, edition, head):
    page = as_writer.post(reverse("edition-copy", args=[edition.code, edition.version]), follow=True)
    case = EditionCase.objects.get()
    assert "草稿已建立" in words(page) and "检查都通过了" in words(page)
    page = write(as_writer, case, "text", case.text.replace("超过180日", "超过90日"))
    assert "已保存" in words(page)
    page = as_writer.get(case.get_absolute_url())
    assert "照抄来的，还没有核对" in words(page) and "去核对：中止" in words(page)
    case.refresh_from_db()
    for _, row in case.unseen:
        page = as_writer.post(url("edition-row-looked", case, row.part, row.key), follow=True)
        assert "：已核对" in words(page)
    page = as_writer.post(url("edition-draft-act", case, "submit"), follow=True)
    assert "已送审" in words(page) and "待发布" in words(page)
    as_writer.force_login(head, backend=BACKEND)
    page = as_writer.post(url("edition-draft-act", case, "publish"), follow=True)
    assert "已发布" in words(page) and "不得超过90日" in words(page) and "发布<span" in words(page)


def test_line_ends_of_the_browser_are_no_change(as_writer, copied):
    page = write(as_writer, copied, "text", copied.text.replace("\n", "\r\n"))
    copied.refresh_from_db()
    assert copied.revision == 1 and "\r" not in copied.text and page.status_code == 200


def test_the_structure_is_shown_without_saving(as_writer, copied):
    page = words(write(as_writer, copied, "text", SMALL.replace("重复收费的", LOST), look="1"))
    assert "3 条，2 项" in page and "还没有保存" in page and "1 处缺失" in page
    assert "乙方名称" in page and "甲方公章" in page
    copied.refresh_from_db()
    assert copied.revision == 1


def test_a_text_that_was_set_in_is_recognised_all_the_same(as_writer, copied):
    pasted = "\n".join(f"　　{line}" if line.startswith(("第", "（")) else line for line in SMALL.split("\n"))
    assert pasted != SMALL
    write(as_writer, copied, "text", pasted)
    copied.refresh_from_db()
    assert copied.text == SMALL


def test_what_was_meant_as_an_article_an_item_or_a_blank_is_named(as_writer, copied):
    meant = "约定\n\n第一条乙方应当守约。\n(1)不得多收。\n日期：____年__月"
    page = words(write(as_writer, copied, "text", meant, look="1"))
    assert "第3行“第一条乙方应当守约。”没有认作一条：条号后空一格" in page
    assert "第4行“(1)不得多收。”没有认作一项" in page and "第5行有横线，没有写名字" in page


def test_an_error_of_the_reader_is_said_beside_the_text_and_the_text_is_kept(as_writer, copied):
    wrong = SMALL.replace("第三条", "第五条")
    page = words(write(as_writer, copied, "text", wrong, look="1"))
    assert "第12行应为第三条，现为第五条" in page and "争议由双方协商解决" in page
    page = words(write(as_writer, copied, "text", wrong))  # it may be saved as it is, and mended later
    assert "第12行应为第三条" in page
    page = words(as_writer.get(copied.get_absolute_url()))
    assert "缺少第三条" in page and "缺少第四条" in page and "处要改" in page


def test_the_second_writer_keeps_his_words_and_sees_the_others(as_writer, copied, second):
    first = copied.text.replace("超过180日", "超过90日")
    actions.save(copied, {"text": first}, copied.revision, by=second)
    mine = copied.text.replace("期满前3个月", "期满前6个月")
    page = words(write(as_writer, copied, "text", mine, revision=1))
    assert "王存义在" in page and "保存了协议文本（" in page
    assert "期满前6个月向甲方提出申请" in page and "<del>90</del>" in page.replace("\n", "")
    copied.refresh_from_db()
    assert copied.text == first
    page = words(write(as_writer, copied, "text", mine, revision=copied.revision))
    assert "已保存" in page


def test_gaps_are_filled_each_in_its_place(as_writer, edition, writer):
    item = "（三）乙方主动提出解除医保协议且甲方同意的；"
    sources = official(text=(item, f"（三）{LOST}"), commitment=("特此声明！", LOST))
    case = actions.import_edition(sources, by=writer)
    page = words(as_writer.get(url("edition-gaps", case)))
    assert "第八十条（第263行）" in page and "注销医疗机构执业许可证" in page
    given = {
        "text-0": "乙方主动提出解除医保协议且甲方同意的；",
        "commitment-0": "",
        "revision": case.revision,
    }
    as_writer.post(url("edition-gaps", case), given)
    case.refresh_from_db()
    assert case.text == official()["text"] and LOST in case.commitment
    as_writer.post(url("edition-gaps", case), {"commitment-0": "特此声明！", "revision": case.revision})
    case.refresh_from_db()
    assert case.commitment == official()["commitment"]
    assert [fault.sentence for fault in case.faults] == [
        "qinghai-2025 的修订号 2 已经发布，发布后不能改动。换一个修订号"
    ]


def test_a_filling_of_two_lines_is_refused(as_writer, writer, regions):
    case = actions.import_edition(official(commitment=("特此声明！", LOST)), by=writer)
    page = as_writer.post(url("edition-gaps", case), {"commitment-0": "甲\n乙", "revision": case.revision})
    assert "不能换行" in words(page)


def test_the_facts_are_written_where_they_stand(as_writer, copied):
    given = {"code": "qinghai-2027", "version": "1", "title": copied.reading.facts["title"], "subtitle": "",
             "issuer": '青海省"医疗保障局"', "grades": ["2", "3"], "revision": copied.revision}  # fmt: skip
    as_writer.post(url("edition-facts", copied), given)
    copied.refresh_from_db()
    facts = copied.reading.facts
    assert (facts["code"], facts["version"], facts["issuer"]) == ("qinghai-2027", "1", '青海省"医疗保障局"')
    assert facts["grades"] == ["2", "3"] and 'region = "630000"' in copied.manifest


# ── in and out ──


def test_what_is_exported_is_imported_as_a_draft(as_writer, edition, regions):
    reply = as_writer.get(reverse("edition-export", args=[edition.code, edition.version]))
    content = b"".join(reply.streaming_content)
    assert len(zipfile.ZipFile(BytesIO(content)).namelist()) == 5
    page = as_writer.post(
        reverse("edition-import"), {"file": SimpleUploadedFile("e.zip", content)}, follow=True
    )
    case = EditionCase.objects.get()
    assert case.sources["text"] == edition.text and "由文件夹导入" in words(page)
    reply = as_writer.get(url("edition-draft-export", case))
    assert reply["Content-Disposition"] == 'attachment; filename="qinghai-2025-2.zip"'


@pytest.mark.parametrize(
    "content, said",
    [
        (b"%PDF-1.7", "不是压缩包"),
        (packed("e", official(manifest=('code = "qing', "code = qing"))), "edition.toml 不是合格的 TOML"),
    ],
)
def test_what_is_no_edition_is_refused_on_the_page(as_writer, content, said, regions):
    page = as_writer.post(reverse("edition-import"), {"file": SimpleUploadedFile("e.zip", content)})
    assert said in words(page) and not EditionCase.objects.exists()


def test_an_edition_of_another_region_becomes_a_draft_of_the_own(as_writer, writer, regions):
    sources = official(manifest=('region = "630000"', 'region = "310000"'))
    foreign = Edition.objects.publish(sources)
    as_writer.post(reverse("edition-copy", args=[foreign.code, foreign.version]))
    case = EditionCase.objects.get()
    assert (case.region_id, case.reading.facts["region_name"]) == ("630000", "青海省")


# ── compare, preview, withdraw ──


def test_an_edition_and_a_draft_side_by_side(as_writer, edition, copied, writer):
    text = copied.text.replace("超过180日", "超过90日")
    terms = copied.terms_source.replace("max_days = 180", "max_days = 90")
    actions.save(copied, {"text": text, "terms_source": terms}, copied.revision, by=writer)
    sides = {"left": f"{edition.code}/{edition.version}", "right": f"draft-{copied.pk}"}
    page = words(as_writer.get(reverse("edition-compare"), sides))
    assert "<del>180</del>" in page and "<ins>90</ins>" in page and "1 处不同" in page
    assert "第一条 至 第七十八条 相同" in page or "封面 至 第七十八条 相同" in page
    assert page.index("不同的") < page.index("相同的") and "最长（日）" in page


def test_a_draft_that_cannot_be_read_is_compared_in_what_can(as_writer, edition, copied, writer):
    actions.save(copied, {"text": "没有条"}, copied.revision, by=writer)
    actions.save(copied, {"terms_source": "["}, 2, by=writer)
    sides = {"left": f"{edition.code}/{edition.version}", "right": f"draft-{copied.pk}"}
    page = words(as_writer.get(reverse("edition-compare"), sides))
    assert "terms.toml 不是合格的 TOML" in page and "只在左边" in page


def test_a_draft_of_another_region_is_nobody_elses_to_see(client, clerk, copied):
    client.force_login(clerk, backend=BACKEND)
    for name in ("edition-draft", "edition-facts", "edition-draft-export", "edition-draft-preview"):
        assert client.get(url(name, copied)).status_code == 404
    page = client.get(
        reverse("edition-compare"), {"left": f"draft-{copied.pk}", "right": f"draft-{copied.pk}"}
    )
    assert "处不同" not in words(page) and "没有不同" not in words(page)


def test_the_preview_has_every_blank_empty_and_is_a_draft(as_writer, copied, monkeypatch):
    seen = {}

    def render(text, values, *, stamp, draft):
        seen.update(values=values, stamp=stamp, draft=draft)
        return b"%PDF-1.7"

    monkeypatch.setattr(pages, "render_agreement", render)
    reply = as_writer.get(url("edition-draft-preview", copied))
    assert reply["Content-Type"] == "application/pdf"
    assert seen["draft"] and seen["stamp"] is None and set(seen["values"]) == copied.reading.form.placeholders


def test_a_text_with_gaps_is_printed_as_a_draft(as_writer, writer, regions):
    case = actions.import_edition(official(text=("（三）乙方主动提出", f"（三）{LOST}")), by=writer)
    reply = as_writer.get(url("edition-draft-preview", case))
    assert b"".join(reply.streaming_content).startswith(b"%PDF-")


def test_a_withdrawn_edition_says_so_and_by_whom(client, edition, head):
    client.force_login(head, backend=BACKEND)
    address = reverse("edition-withdraw", args=[edition.code, edition.version])
    page = words(client.post(address, {"reason": "已有新修订"}, follow=True))
    assert "已停用" in page and "郭长河" in page and "已有新修订" in page
    assert "这个版本已经停用" in words(client.get(address))


def test_what_may_not_be_done_says_why(as_writer, copied, writer, second):
    assert "与底本完全一样" in words(as_writer.get(copied.get_absolute_url()))
    copied = actions.save(copied, {"commitment": copied.commitment + "\n"}, copied.revision, by=writer)
    copied = perform(copied.submit, by=writer)
    as_writer.force_login(second, backend=BACKEND)
    assert "发布</a>" in words(as_writer.get(copied.get_absolute_url()))
    perform(copied.send_back, by=second, reason="再核对")
    copied.refresh_from_db()
    actions.save(copied, {"commitment": copied.commitment + "\n"}, copied.revision, by=second)
    perform(EditionCase.objects.get().submit, by=writer)
    assert "由另一人核对后发布" in words(as_writer.get(copied.get_absolute_url()))


@pytest.mark.parametrize(
    "column, old, new, said",
    [
        ("text", "（三）乙方主动提出", f"（三）{LOST}", "原文缺失"),
        ("text", "{agency_address}", "____", "没有写明填什么"),
        ("terms_source", "max_days = 180", "max_days = -1", "不能是负数"),
        ("terms_source", 'articles = ["第五十四条"]', 'articles = ["第九十九条"]', "文本里没有第九十九条"),
        ("terms_source", "max_days = 180", "max_days = ", "不是合格的 TOML"),
        ("breaches_source", "未核验参保人员医疗保障凭证，", "未核对凭证，", "的文字不一致"),
        ("text", "第八十五条", "第八十六条", "缺少第八十五条"),
        ("manifest", 'title = "青海省', 'title = "海南省', "与文本的标题"),
    ],
)
def test_each_fault_leads_to_the_page_that_mends_it(as_writer, copied, writer, column, old, new, said):
    changed = getattr(copied, column).replace(old, new, 1)
    case = actions.save(copied, {column: changed}, copied.revision, by=writer)
    page = words(as_writer.get(case.get_absolute_url()))
    assert said in page
    place = re.search(r'<a href="([^"]+)" aria-label="去改', page)[1]
    assert as_writer.get(place.partition("#")[0]).status_code == 200


def test_a_text_without_a_letter_of_commitment_is_written_so(as_writer, copied):
    assert "没有承诺书的，空着" in words(write(as_writer, copied, "commitment", "", look="1"))
    assert "没有承诺书" in words(
        write(as_writer, copied, "commitment", "") and as_writer.get(copied.get_absolute_url())
    )
    page = words(write(as_writer, copied, "text", ""))
    assert "还不能提交" in page
    copied.refresh_from_db()
    assert copied.commitment == "" and copied.text and copied.faults == []


def test_who_publishes_reads_the_text_the_letter_and_the_clocks_first(client, copied, head, writer):
    client.force_login(head, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(copied.get_absolute_url()).content.decode()
    for column in ("text", "commitment"):
        path = url("edition-source", copied, column)
        assert path in page and "您可以看，不能修改" in client.get(path).content.decode()
        assert client.post(path, {"source": "x", "revision": copied.revision}).status_code == 403
    letter = client.get(url("edition-draft-preview", copied) + "?letter=1")
    assert letter["Content-Type"] == "application/pdf"
    assert "20 工作日（取自拨付）" in client.get(url("edition-terms", copied)).content.decode()


def test_in_a_table_the_facts_of_the_archive_are_called_as_people_call_them(as_writer, copied):
    page = words(as_writer.get(url("edition-terms", copied)))
    change = copied.reading.terms.change
    assert "legal_representative" not in page and "名称" in page and change.groups[0].label in page
