"""The rules of what the hospital raises against the agency, each a sentence with its article (第六条、第六十二条)."""

from agreements.gate import rule
from agreements.status import ENDED, LIVE


@rule("第六十二条", "协议现为“{state}”，还没有履行过，不会有甲方违约")
def agreement_counts(complaint):
    status = complaint.agreement.status
    return status in [*LIVE, *ENDED] or {"state": complaint.agreement.get_status_display()}


@rule("协议文本", "本协议的文本没有“甲方违约”的约定，不能办理")
def text_has_breaches_of_the_agency(complaint):
    items = complaint.agreement.edition.breaches.items.values()
    return any(item.against == "agency" for item in items)


@rule("第六十二条", "“{code}”不是甲方的违约情形。从第六十二条所列情形中选")
def item_is_the_agencys(complaint, facts):
    item = complaint.agreement.edition.breaches.items.get(facts["item_code"])
    return (item is not None and item.against == "agency") or {"code": facts["item_code"]}


@rule("第六条", "{name}不是甲方的工作人员。不确定是谁的，不选，在事实里写明")
def accused_is_of_the_agency(complaint, facts):
    accused = facts["accused"]
    return accused is None or accused.agency_id == complaint.agency_id or {"name": accused.name}


@rule("第六十二条", "发生日期 {day} 还没有到，核对日期")
def has_happened(complaint, facts, on):
    return facts["occurred_on"] <= on or {"day": facts["occurred_on"]}


@rule("第六条", "甲方没有可以答复的负责人（被投诉的人不能答复）。由行政部门直接调查办理")
def somebody_else_can_answer(complaint, forward):
    return not forward or complaint.forwarded_on is not None or complaint.leaders.exists()


@rule("第六十二条", "写明怎样纠正，或为什么不是违约")
def answer_is_written(complaint, text):
    return bool(text.strip())


@rule("第六十二条", "写明协调处理、督促整改的结果")
def result_is_written(complaint, text):
    return bool(text.strip())


@rule("第六十二条", "“乙方撤回”由乙方办理；这里写明属实或不属实")
def outcome_is_the_authoritys(complaint, outcome):
    return outcome in ("proved", "not_proved")
