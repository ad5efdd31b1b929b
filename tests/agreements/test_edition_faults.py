"""发布前的检查：每一处一句话，说清是什么、在哪里。"""

import re
from dataclasses import fields

import pytest

from agreements.edition_desk import rows
from agreements.edition_desk.faults import faults_in
from agreements.edition_desk.sources import Reading, sources_of
from agreements.edition_desk.words import KEYS, TABLES
from agreements.edition_text import LOST
from institutions.models import Region

from .edition_texts import FOLDER, official, reading

QINGHAI, SHANGHAI = Region("630000", "青海省"), Region("310000", "上海市")


def faults(region=QINGHAI, published=None, **changed):
    return faults_in(reading(**changed), region, published or {})


def sentences(**changed):
    return [fault.sentence for fault in faults(**changed)]


def test_the_reference_form_has_none():
    assert faults() == []


@pytest.mark.rule("Q00.3")
@pytest.mark.parametrize(
    "column, old, new, said, part",
    [
        # the text
        ("text", "（三）乙方主动提出解除医保协议且甲方同意的；", f"（三）{LOST}", "第八十条（第263行）还有“〔原文缺失〕”", "gaps"),
        ("commitment", "特此声明！", LOST, "承诺书第5行还有“〔原文缺失〕”", "gaps"),
        ("text", "{agency_address}", "____", "第7行“地    址：____”有空白，没有写明填什么", "text"),
        ("text", "{institution_phone}", "", "“联系电话：”有空白，没有写明填什么", "text"),
        ("text", "{institution_seal}", "", "有空白，没有写明填什么", "text"),
        ("text", "{agency_address}", "{agency_adress}", "{agency_adress} 不是门户能填的空白，是不是 {agency_address}（甲方地址）", "text"),
        ("text", "{agency_address}", "{material}", "协议文本里的 {material} 只能用在承诺书里", "text"),
        ("text", "{institution_name}", "西宁湟滨医院", "没有填乙方名称的空白", "text"),
        ("text", "第七十九条   ", "第七十八条   ", "第七十八条出现了2次", "text"),
        ("text", "第七十九条   ", "第七十八条   ", "缺少第七十九条", "text"),
        ("text", "第二章", "第三章", "第三章出现了2次", "text"),
        ("text", "{agency_name}", "{agency_name", "空白写得不对", "text"),
        ("text", "信函的地址", "信函的地址😀", "“😀”（U+1F600）打印字体里没有", "text"),
        # the terms
        ("terms_source", 'article = "第七十九条"\nmax_days', 'article = "第九十九条"\nmax_days', "中止：文本里没有第九十九条", "terms"),
        ("terms_source", 'article = "第七十九条"\nmax_days', "max_days", "中止：还没有填条款", "terms"),
        ("terms_source", "max_days = 180", "max_days = -1", "最长（日）现为-1，不能是负数", "terms"),
        ("terms_source", "copies = 2", "copies = 0", "份数现为0，至少是1", "terms"),
        ("terms_source", 'rate = "0.05"', 'rate = "5"', "比例不能大于1", "terms"),
        ("terms_source", "min_months = 3", "min_months = 9", "最短（月）是9，大于最长（月）的6", "terms"),
        ("terms_source", "{ least = 1, most = 3 }", "{ least = 4, most = 3 }", "至少是4，大于至多的3", "terms"),
        ("terms_source", 'article_label = "第八十条（五）"', 'article_label = "第八十条（九）"', "第八十条没有第（九）项", "terms"),
        ("terms_source", 'fields = ["beds"]', 'fields = ["bets"]', "bets 不是机构档案的信息项", "terms"),
        ("terms_source", '"deposit", "institution"]', '"deposit", "hospital"]', "hospital 不认识", "terms"),
        ("terms_source", '"payment.working_days"', '"payment.days"', "指向“payment.days”，但没有这一项", "terms_source"),
        ("terms_source", 'articles = ["第五十四条"]', 'articles = ["第九十九条"]', "时限 T-04 故障排除后补传数据：文本里没有第九十九条", "deadlines"),
        ("terms_source", 'length = "payment.working_days"', "length = 25", "自己写了25工作日，“拨付”的期限（工作日）是20", "deadlines"),
        ("terms_source", "[liquidated_damages.66]", "[liquidated_damages.64]", "表名是第64条，条款写的是第六十六条", "terms"),
        # the breach catalogue
        ("breaches_source", 'code = "QH-62-01"\narticle = 62\nnumber = 1\n', 'code = "QH-62-01"\narticle = 62\nnumber = 19\n', "第六十二条没有第（十九）项", "items"),
        ("breaches_source", "未核验参保人员医疗保障凭证，", "未核对参保人员医疗保障凭证，", "原文与第六十五条（一）的文字不一致", "items"),
        ("breaches_source", 'code = "QH-65-02"\narticle = 65\nnumber = 2', 'code = "QH-65-02"\narticle = 65\nnumber = 1', "都是第六十五条（一）", "items"),
        ("breaches_source", 'label = "未核验凭证造成冒名就医"', f'label = "{LOST}"', "还有“〔原文缺失〕”", "items"),
        ("breaches_source", "escalated_from = [63]", "escalated_from = [60]", "升级自第60条，那一条没有处理措施", "measures"),
        ("breaches_source", "[[item]]", "[[item", "违约情形读不出来：breaches.toml 不是合格的 TOML", "breaches_source"),
        # the facts
        ("manifest", 'title = "青海省', 'title = "海南省', "与文本的标题", "manifest"),
        ("manifest", 'code = "qinghai-2025"', 'code = "青海"', "只用小写字母、数字", "manifest"),
        ("manifest", 'code = "qinghai-2025"', 'code = "drafts"', "不能叫“drafts”", "manifest"),
        ("manifest", "complete = true", 'grades = ["9"]', "适用的等级（grades）只写", "manifest"),
        ("manifest", 'version = "2"\n', "", "缺少 version（修订号）", "manifest"),
    ],
)  # fmt: skip
def test_each_fault_is_a_sentence_with_its_place(column, old, new, said, part):
    found = faults(**{column: (old, new)})
    assert any(said in fault.sentence and fault.part == part for fault in found), found


def test_a_catalogue_without_items_and_sentences_without_numbers_are_named():
    catalogue, whole = official()["breaches_source"], official()["text"]
    measures = catalogue.split("[[item]]")[0]
    assert "违约情形目录里没有乙方的情形，按文本录入" in sentences(breaches_source=(catalogue, measures))
    shorter = whole.split("\n第五十七条")[0] + "\n"
    said = sentences(text=(whole, shorter))
    assert any("条号对照" in one and "到“条号对照”里选本文本的条号" in one for one in said)


def test_an_article_in_the_wrong_place_is_named():
    source = official()["text"]
    lines = source.split("\n")
    first = next(place for place, line in enumerate(lines) if line.startswith("第八十四条"))
    lines[first], lines[first + 1] = lines[first + 1], lines[first]
    assert f"第{first + 1}行起，各条的次序不对" in sentences(text=(source, "\n".join(lines)))


def test_the_region_is_that_of_the_people_and_the_number_is_new():
    assert "区划代码是 630000，应为本地区的 310000" in [one.sentence for one in faults(region=SHANGHAI)]
    assert any("已经发布" in one.sentence for one in faults(published={"2": QINGHAI}))
    assert faults(published={"1": QINGHAI}) == []


@pytest.mark.parametrize(
    "column, source",
    [
        ("terms_source", "deadline = 3"),
        ("terms_source", "[deadline]\nid = 1"),
        ("terms_source", "a = " + "[" * 4000),
        ("breaches_source", "item = 'x'"),
        ("breaches_source", "[[item]]\ncode = []"),
        ("breaches_source", "[[measure]]\narticle = {}"),
        ("text", ""),
        ("text", "标题\n\n第一条　甲\n（一一）乙"),
        ("text", "第千条　甲"),
        ("manifest", "["),
    ],
)
def test_whatever_is_written_is_answered_with_a_sentence(column, source):
    whole = official()
    assert faults(**{column: (whole[column], source)})


def test_the_copies_are_as_many_as_those_who_keep_them():
    said = re.search(r"copies = \d+.*\n", official()["terms_source"])[0]
    three = 'copies = 2\ncopy_holders = ["甲方", "甲方", "乙方"]\n'
    assert "签订：份数是2，留存方写了3份（每份一行）" in sentences(terms_source=(said, three))


def test_a_text_may_come_without_a_letter_of_commitment():
    whole = official()
    assert sentences(commitment=(whole["commitment"], "\n")) == []


@pytest.mark.parametrize("name", ["shanghai-secondary", "shanghai-primary"])
def test_a_text_with_gaps_is_told_what_it_lacks(name):
    """What cannot be found in any copy stands as a gap, and everything that would rest on it is named."""
    files = {path.name: path.read_text(encoding="utf-8") for path in (FOLDER.parent / name).iterdir()}
    found = faults_in(Reading(sources_of(files)), SHANGHAI, {})
    assert {fault.part for fault in found} <= {"gaps", "terms", "deadlines", "items", "measures"}
    assert all("原文缺失" in fault.sentence or "没有" in fault.sentence for fault in found)
    if name == "shanghai-secondary":  # three items are lost, and nothing else is wrong
        assert len(found) == 6


def test_every_key_of_every_table_has_a_name_on_the_screen():
    kinds = [kind for kind, _, _ in rows.KINDS.values()] + [array[3] for array in rows.ARRAYS.values()]
    assert not {field.name for kind in kinds for field in fields(kind)} - set(KEYS)
    assert not set(rows.KINDS) - set(TABLES)
