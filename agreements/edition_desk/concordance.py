"""条号对照: which article of a draft says what an article of the reference form says, proposed by comparing the words."""

from dataclasses import dataclass

from ..edition_text import chinese_number
from .compare import compared, parts_of
from .rows import KINDS
from .toml_writing import opened, without, written

PATH = ("cites",)
# Article of the reference form that a sentence of the portal names → (what it is about, the table of the terms that rests
# on it, words by which it is known again).
REFERENCE = {
    "第三条": ("服务范围", "scope", ("提供门诊", "服务范围", "住院服务", "诊疗科目")),
    "第四条": ("甲方的权利：核查、调取资料、获知处罚", "", ("甲方有权", "甲方享有", "查阅", "调取", "检查")),
    "第五条": ("甲方的义务：拨付、公布、培训", "", ("甲方履行", "甲方应当", "甲方义务", "及时拨付")),
    "第六条": ("乙方的权利：陈述、申辩", "defence", ("陈述", "申辩", "乙方享有")),
    "第七条": ("乙方的义务：报送、自查、承诺", "", ("乙方履行以下", "乙方义务", "承诺", "自查", "真实")),
    "第十一条": ("门诊统筹和约定的服务项目", "permits", ("约定服务项目", "门诊统筹", "约定项目")),
    "第二十八条": ("协商、起草", "", ("协商机制", "协商一致", "经协商", "谈判")),
    "第三十四条": ("事先协商、委托外部检验", "consultation", ("事先协商", "事先征求", "委托检验")),
    "第三十五条": ("医保联系人、内部管理", "contacts", ("医保管理部门", "专职", "联络员", "医保管理人员")),
    "第三十六条": ("费用申报", "claiming", ("申报",)),
    "第三十七条": ("费用审核、抽样", "audit", ("审核", "抽查", "初审")),
    "第三十九条": ("费用拨付", "payment", ("拨付", "结算")),
    "第五十六条": ("系统故障、补传数据", "data_upload", ("故障", "补传", "应急")),
    "第五十七条": ("核查", "inspecting", ("核查", "检查", "稽核")),
    "第五十八条": ("绩效考核", "assessment", ("绩效", "考核")),
    "第五十九条": ("公开考核、记分结果", "", ("公开考核", "考核结果公", "记分结果", "向社会公开")),
    "第六十条": ("缴回违规费用", "recovery", ("缴清", "退回", "缴回", "清退")),
    "第六十一条": ("核查期间的中止、暂停拨付", "investigation", ("核查期间", "检查期间", "移送")),
    "第六十二条": ("甲方的违约情形", "", ("甲方有下列", "甲方违反", "乙方可要求")),
    "第六十三条": ("违约处理：约谈、限期整改", "rectification", ("约谈", "限期整改", "责令")),
    "第六十四条": ("违约处理：暂停拨付", "payment_hold", ("暂停拨付", "暂缓支付", "暂停结算")),
    "第六十五条": ("违约处理：追回、违约金、停止人员", "", ("违约金", "追回", "不予支付", "停止")),
    "第六十六条": ("违约处理：中止协议", "", ("中止协议", "中止约定", "违约金")),
    "第六十七条": ("违约处理：解除协议", "", ("解除协议", "解除约定", "予以解除")),
    "第六十八条": ("记分", "points", ("记分", "扣分", "分值")),
    "第六十九条": ("有关部门通报", "outside_notice", ("通报", "审计", "公安")),
    "第七十条": ("行政处罚、提请移送", "fine", ("行政处罚", "罚款", "行政部门")),
    "第七十一条": ("联动：其他地区一并中止、解除", "cascade", ("辖区", "异地", "联动")),
    "第七十三条": ("中止、终止后的公告", "announcement", ("公告", "告示", "公示")),
    "第七十四条": ("签订、份数、层级", "signing", ("一式", "签订", "签署")),
    "第七十五条": ("自查自纠", "self_report", ("自查自纠", "自律", "主动退回")),
    "第七十六条": ("变更", "change", ("变更", "银行账户")),
    "第七十七条": ("补充协议、政策调整", "", ("补充协议", "未尽事宜", "政策调整")),
    "第七十八条": ("续签；审核定稿", "renewal", ("续签", "续约", "期满前")),
    "第七十九条": ("依申请中止、最长日数", "suspension", ("申请中止", "停业", "歇业")),
    "第八十条": ("终止", "termination", ("终止", "注销")),
    "第八十条（三）": ("乙方主动提出终止（没有另写的，随上一行）", "end_by_notice", ("主动提出", "书面通知")),
    "第八十一条": ("争议", "dispute", ("争议", "行政复议", "诉讼")),
    "第八十二条": ("善后", "aftercare", ("在院", "未结算", "善后", "清算")),
    "第八十三条": ("有效期、期满", "expiry", ("有效期", "自动延长", "延续")),
    "第八十四条": ("送达、联系方式", "contact", ("送达", "联系方式", "通讯地址")),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One article of the reference form. `own`: the articles of the draft; `proposed`: nobody has confirmed them yet."""

    reference: str
    about: str
    own: tuple[str, ...]
    proposed: bool


def lines_of(reading, base, fresh, tables):
    """[Line] for the page. `base`: the Reading that was copied, or None; `fresh`: what stands there is the base's;
    `tables`: {table of the draft's own terms: its article}.
    """
    here = _table(reading)
    if here is not None and not fresh:
        now = {one: tuple(filter(None, here.get(one, "").split("、"))) for one in REFERENCE}
        return [Line(one, REFERENCE[one][0], now[one], proposed=False) for one in REFERENCE]
    there = {one.label for one in reading.form.articles}
    if here is None and not fresh and there.issuperset(one for one in REFERENCE if "（" not in one):
        return [
            Line(one, REFERENCE[one][0], (one,) if one in there else (), proposed=False) for one in REFERENCE
        ]
    found = proposals(reading.form, base, tables) | by_measures(reading.breaches)
    return [
        Line(one, REFERENCE[one][0], found.get(one, ()), proposed=bool(found.get(one))) for one in REFERENCE
    ]


def proposals(form, base, tables):
    """{reference article: (own article, …)}: by the words of the base's articles, by the draft's own tables, else by the
    words of the matter; nothing for a matter of which the draft, once it has tables, has none.
    """
    if form is None:
        return {}
    twins, own = _twins(form, base), _table(base) if base else None
    found = {}
    for reference, (_, table, words) in REFERENCE.items():
        bases = own.get(reference, "").split("、") if own is not None else [reference]
        known = tuple(dict.fromkeys(twins[one] for one in bases if one in twins))
        own_table = (tables[table],) if table in tables else ()
        absent = tables and table not in tables and table in KINDS and not KINDS[table][2]
        if known := known or own_table or (() if absent else by_words(form, words)):
            found[reference] = known
    if found.get("第八十条（三）") == found.get("第八十条"):
        found.pop("第八十条（三）", None)
    return found


def by_measures(breaches):
    """第六十六条、第六十七条 by the draft's own measures: which article suspends, which rescinds."""
    effects = {"第六十六条": "suspend", "第六十七条": "rescind"} if breaches else {}
    measures = {reference: breaches.measure_that(effect) for reference, effect in effects.items()}
    return {one: (f"第{chinese_number(found.article)}条",) for one, found in measures.items() if found}


def _twins(form, base):
    """{article of the base: the article here that says the same}."""
    if base is None or base.form is None:
        return {}
    pairs = compared(parts_of(base.form), parts_of(form))
    return {one.left.label: one.right.label for one in pairs if one.left and one.right and one.left.number}


def by_words(form, words):
    """The article with the most of these words; () where none has any."""
    best = max(form.articles, key=lambda one: (score(one, words), -one.number), default=None)
    return (best.label,) if best and score(best, words) else ()


def score(article, words):
    """How much an article speaks of a matter: the earlier word counts more."""
    said = "".join(one.text for one in article.paragraphs)
    return sum(len(words) - place for place, word in enumerate(words) if word in said)


def _table(reading):
    """The table [cites] of some terms as it stands; None where they have none."""
    return opened(reading.sources["terms_source"], "terms.toml").unwrap().get("cites")


def read_out(raw):
    """[(what it is about, article of the reference form, the own articles or "")] of the [cites] of parsed terms; [] without."""
    here = raw.get("cites") or {}
    return [(about, one, here.get(one, "")) for one, (about, *_) in REFERENCE.items()] if here else []


def with_table(source, chosen):
    """The terms with this concordance, {reference: [own articles]}; one that says the same of every article is none."""
    had = opened(source, "terms.toml").get("cites")
    if all(own == [reference] for reference, own in chosen.items() if "（" not in reference):
        return source if had is None else without(source, "terms.toml", PATH)
    values = {reference: "、".join(own) or None for reference, own in chosen.items()}
    return written(source, "terms.toml", PATH, values)
