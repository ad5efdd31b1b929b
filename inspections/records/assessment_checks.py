"""The rules of the yearly assessment, each a sentence with its article (第五十八条、第五十九条)."""

from decimal import Decimal, InvalidOperation

from agreements.gate import rule
from agreements.status import ENDED, LIVE

from .checks import not_before_filing, not_the_drafter  # noqa: F401

WHOLE = Decimal(100)


@rule("第五十八条", "协议现为“{state}”，没有履行过的不能考核")
def agreement_counted(assessment):
    status = assessment.agreement.status
    return status in [*LIVE, *ENDED] or {"state": assessment.agreement.get_status_display()}


@rule("第五十八条", "{year} 年还没有到，核对考核年度")
def year_has_begun(assessment, facts, on):
    return facts["year"] <= on.year or {"year": facts["year"]}


@rule("第五十八条", "{year} 年度已有考核。在那一份里修改")
def first_of_the_year(assessment, facts):
    same = type(assessment).objects.filter(agreement=assessment.agreement_id, year=facts["year"])
    return not same.exclude(pk=assessment.pk).exists() or {"year": facts["year"]}


@rule("第五十八条", "考核年度不能改，另建一份")
def same_year(assessment, facts):
    return facts["year"] == assessment.year


@rule("第五十八条", "{what}")
def lines_are_whole(assessment, facts):
    what = fault_of(facts["lines"])
    return not what or {"what": what}


def fault_of(lines):
    """What is wrong with the indicators, as a sentence; "" when weights make 100 and no score passes its weight."""
    if not lines:
        return "没有指标。至少填一项"
    total, seen = Decimal(0), set()
    for place, line in enumerate(lines, start=1):
        weight, score = _number(line["weight"]), _number(line["score"])
        if weight is None or score is None or not line["indicator"]:
            return f"第{place}项没有填全，或权重、得分不是数"
        if not 0 <= score <= weight:
            return f"第{place}项“{line['indicator']}”得分 {score} 超出权重 {weight}"
        if line["indicator"] in seen:
            return f"指标“{line['indicator']}”重复"
        seen.add(line["indicator"])
        total += weight
    return "" if total == WHOLE else f"权重合计 {total}，应为 {WHOLE}"


def _number(text):
    try:
        number = Decimal(str(text))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


@rule("第五十八条", "协议文本没有绩效考核的异议期，不能反馈。载入写明参数的文本版本")
def edition_has_a_window(assessment):
    return assessment.agreement.terms.assessment is not None


@rule("第五十八条", "写明对哪一项有异议、理由")
def objection_is_written(assessment, text):
    return bool(text.strip())


@rule("第五十八条", "异议期到 {thing.objection_due_on} 为止，已经过了")
def objected_in_time(assessment, on):
    return on <= assessment.objection_due_on


@rule("第五十八条", "异议期到 {thing.objection_due_on} 为止，乙方还可以提出异议，期满再定稿")
def window_is_past(assessment, on):
    return assessment.status == "objected" or on > assessment.objection_due_on


@rule("第五十八条", "乙方的异议还没有答复，写明答复后再定稿")
def objection_is_answered(assessment, reply):
    return assessment.status != "objected" or bool(reply.strip())


@rule("第五十九条", "写明公示的法律依据")
def legal_basis_is_written(assessment, basis):
    return bool(basis.strip())


@rule("第五十九条", "已经公示")
def not_published_yet(assessment):
    return assessment.published_on is None


@rule("第五十九条", "没有公示，不需要撤下")
def is_published(assessment):
    return assessment.published_on is not None
