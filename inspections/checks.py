"""The rules of inspections, each a sentence with its article (第三十七条、第五十七条)."""

import json

from agreements.gate import rule
from agreements.status import ENDED, LIVE

# ── who goes, where to ──


@rule("第五十七条", "协议现为“{state}”。核查的是协议的履行，还没有履行的不能核查")
def case_still_counts(thing):
    return thing.case.status in [*LIVE, *ENDED] or {"state": thing.case.get_status_display()}


@rule("第五十七条", "这次核查已经安排好，改动用“修改计划”")
def is_new(inspection):
    return not inspection.checklist.exists()


@rule("第五十七条", "核查组要有至少{least}人，现在只有{now}人。在计划里补齐核查人员")
def has_a_team(inspection):
    least, now = inspection.team_minimum, len(inspection.team)
    return now >= least or {"least": least, "now": now}


@rule("第五十七条", "核查组要有至少{least}人，各列一次，现在有{now}人。补齐核查人员")
def team_is_large_enough(thing, team):
    least, now = thing.case.terms.team_minimum, len({seat["user"].pk for seat in team})
    return (now >= least and now == len(team)) or {"least": least, "now": now}


@rule("第五十七条", "核查组里有第三方核查人员，写明受托的第三方机构；没有委托的，不列第三方人员")
def third_party_is_named(thing, third_party, team):
    return bool(third_party) or not any(seat["user"].is_third_party for seat in team)


@rule("第五十七条", "核查人员{names}的账户在计划日期 {planned_on} 已经到期或停用，换人或先延长使用期限")
def accounts_last(thing, team, planned_on):
    people = [seat["user"] for seat in team]
    gone = [
        one.name for one in people if not one.is_active or (one.expires_on and one.expires_on < planned_on)
    ]
    return not gone or {"names": "、".join(gone)}


@rule("第五十七条", "核查范围里的{names}不是{thing.case.institution}的科室或医务人员")
def scope_is_of_the_hospital(thing, departments, staff):
    strangers = [
        str(one) for one in [*departments, *staff] if one.institution_id != thing.case.institution_id
    ]
    return not strangers or {"names": "、".join(strangers)}


@rule("第五十七条", "定期核查先通知乙方，再开始。由经办、复核或负责人通知")
def hospital_is_notified(inspection):
    return inspection.notified_on is not None or inspection.kind != "periodic"


@rule("第五十七条", "{names}不在这次核查的核查组里")
def visitors_are_of_the_team(inspection, members):
    strangers = [str(one) for one in members if one.inspection_id != inspection.pk]
    return not strangers or {"names": "、".join(strangers)}


@rule("第五十七条", "现场核查要有{least}名以上核查人员同去，现在选了{now}名")
def enough_went_together(inspection, members):
    least, now = inspection.team_minimum, len({one.pk for one in members})
    return now >= least or {"least": least, "now": now}


@rule("第五十七条", "最迟提供日期 {due_on} 已经过去，改为今天或之后")
def due_day_is_ahead(thing, due_on, on):
    return due_on >= on


@rule("第五十七条", "没有附上资料。附上所要求的文件再提交；确实没有的，附书面说明")
def answer_has_files(request, files):
    return bool(files) or request.attachments.exists()


# ── what is looked at and found ──


@rule("第五十七条", "清单里没有“{strange}”这一项，刷新页面后再登记")
def lines_are_of_the_list(inspection, results):
    strange = set(results) - set(inspection.checklist.values_list("item", flat=True))
    return not strange or {"strange": "、".join(sorted(strange))}


@rule("第三十七条", "没有可以抽取的：填写数量，或上传名单")
def there_is_something_to_draw(inspection, population, cases):
    return population > 0 and (not cases or len(json.loads(cases)) == population)


@rule("第五十七条", "违约情形目录里没有“{item}{part}”这一项，重新选择")
def item_is_in_the_catalogue(inspection, item, part):
    try:
        found, _ = inspection.agreement.edition.breaches.find(f"{item}{part}")
    except LookupError:
        return False
    return found.against == "institution"


@rule("第五十七条", "{labels}说的是同一类行为，写明为什么选用{chosen}")
def choice_is_reasoned(inspection, item, choice_reason):
    breaches = inspection.agreement.edition.breaches
    chosen = breaches.items.get(item)
    if chosen is None or not chosen.overlaps or choice_reason.strip():
        return True
    others = "、".join(breaches.items[code].article_label for code in chosen.overlaps)
    return {"labels": f"{chosen.article_label}与{others}", "chosen": chosen.article_label}


@rule("第五十七条", "{name}不是{thing.case.institution}的科室或医务人员，重新选择")
def where_is_of_the_hospital(inspection, department, staff):
    hospital = inspection.agreement.institution_id
    strange = next((one for one in (department, staff) if one and one.institution_id != hospital), None)
    return strange is None or {"name": strange}


@rule("第五十七条", "发生时段止 {period_to} 早于时段起 {period_from}，核对两个日期")
def span_is_in_order(inspection, period_from, period_to):
    return not (period_from and period_to) or period_to >= period_from


@rule("第五十七条", "这个问题不属于这次核查")
def finding_is_of_this(inspection, finding):
    return finding.inspection_id == inspection.pk


@rule("第五十七条", "没有查出问题，不转案件，归档即可")
def something_was_found(inspection):
    return inspection.findings.exists()


# ── the result and who signs it ──


@rule("第五十七条", "日期 {on} 早于核查开始日期 {thing.began_on}，核对日期")
def not_before_the_beginning(inspection, on):
    return inspection.began_on is None or on >= inspection.began_on


@rule("第五十七条", "{why}")
def sheet_is_whole(inspection):
    sheet = inspection.sheet
    why = sheet.fault if sheet else "没有核查结果单"
    return not why or {"why": why}


@rule("第五十七条", "{member}不在这次核查的核查组里")
def member_is_of_the_team(inspection, member):
    return member.inspection_id == inspection.pk


@rule("第五十七条", "{member}已经签过名")
def member_has_not_signed(inspection, member):
    return not inspection.sheet.signatures.filter(member=member).exists()


@rule("第五十七条", "核查人员{names}还没有签名，先由核查人员签名，再由乙方签认")
def every_inspector_has_signed(inspection):
    unsigned = inspection.sheet.unsigned_members
    return not unsigned or {"names": "、".join(map(str, unsigned))}


@rule("第五十七条", "注明拒签要有{least}名核查人员签名，现在有{now}名。核查人员先签名")
def enough_inspectors_have_signed(inspection):
    least, now = inspection.team_minimum, inspection.sheet.inspectors_signed.count()
    return now >= least or {"least": least, "now": now}


@rule("第五十七条", "乙方没有同意电子送达，不能登录签认。当场签字，或由签约人先同意电子送达（第八十四条）")
def online_is_agreed(inspection):
    return inspection.agreement.electronic_since is not None


@rule("第五十七条", "没有公章照片。在打印件上盖章后拍照上传；拒绝盖章的，注明拒签")
def seal_is_shown(inspection, seal):
    return seal is not None


@rule("第五十七条", "写明签认人的姓名")
def signer_is_named(inspection, name):
    return bool(name.strip())
