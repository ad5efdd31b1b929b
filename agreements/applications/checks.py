"""The rules of applications, each a sentence with its article (第七、七十六、七十九条)."""

from ..clocks.beginnings import about_approval
from ..gate import rule


@rule("第七条", "协议{thing.case}现为“{state}”，{thing.kind_name}已随之了结")
def case_is_live(thing):
    return thing.case.status in thing.goes_on_in or {"state": thing.case.get_status_display()}


@rule("第七条", "{what}。补全后再提交")
def is_complete(application):
    lacking = application.lacking()
    return not lacking or {"what": lacking}


@rule("第七条", "办理日期 {on} 早于提交日期 {thing.filed_on}，核对日期")
def not_before_filing(application, on):
    return application.filed_on is None or on >= application.filed_on


@rule("第七十六条", "打开草稿之后机构信息已是第{number}版。先打开“修改”核对一遍并保存，再提交")
def rests_on_today(application):
    moved = application.base_moved()
    return not moved or {"number": application.agreement.institution.current.number}


@rule("第七十六条", "{why}")
def still_holds(application):
    why = application.why_not_valid()
    return not why or {"why": why}


@rule("第七十六条", "机构信息在申请之后没有其他变化，不需要重新核对；所申请的内容本身已有变化的，退回补正")
def base_has_moved(application):
    return application.is_stale


@rule("办审分离", "审核人不能自己复核，由另一人办理")
def not_the_examiner(application, by):
    return application.examined_by_id != by.pk


@rule("办审分离", "{why}")
def further_checks_are_done(application, by):
    why = application.why_not_checked(by)
    return not why or {"why": why}


# ── changes of the hospital's own facts (第七十六条) ──


@rule("第七十六条", "没有要变更的内容。改动至少一项后再保存")
def something_changes(agreement, changes):
    return bool(changes)


@rule("第七十六条", "{labels}属于重大信息，不能按一般信息告知，改用重大信息变更申请")
def kind_fits(agreement, kind, changes):
    wrong = agreement.terms.change.groups_of(changes) if kind == "general" else ()
    return not wrong or {"labels": "、".join(group.label for group in wrong)}


@rule("第七十六条", "{labels}属于重大信息，不能按一般信息告知，改用重大信息变更申请")
def rewritten_kind_fits(request, changes):
    return kind_fits(request.agreement, request.kind, changes)


@rule("第七十六条", "{labels}已有未办结的变更申请（{number}）。先办结或撤回那一件")
def no_open_request_on_these(agreement, changes):
    for request in agreement.changerequests.open():
        if both := [label for name, label in request.labels.items() if name in changes]:
            return {"labels": "、".join(both), "number": request.pk}
    return True


@rule("第七十六条", "{labels}已有另一件未办结的变更申请（{number}）。先办结或撤回那一件")
def no_other_request_on_these(request, changes):
    for other in request.agreement.changerequests.open().exclude(pk=request.pk):
        if both := [label for name, label in other.labels.items() if name in changes]:
            return {"labels": "、".join(both), "number": other.pk}
    return True


@rule("第七十六条", "批准（变更）日期 {approved_on} 还没有到，核对日期")
def approved_by_today(thing, approved_on, on):
    return approved_on <= on


@rule("第七十六条", "{group}的批准已经登记，乙方申请的时限正在计算")
def approval_is_new(agreement, group):
    return not agreement.deadlines.open().filter(about=about_approval(group)).exists()


@rule("第七十六条", "机构信息变更向{home.agency}办理：它是乙方所在辖区的经办机构，协议{home.number}")
def filed_at_home(agreement):
    home = agreement.home_agreement
    return home is None or home.pk == agreement.pk or {"home": home}


@rule("第七十六条", "重大信息和银行账户的变更须经审核、复核，不能告知即变更")
def is_a_notice(request):
    return request.granted_on_receipt


@rule("第七十六条", "银行账户已经核对，核对人{thing.account_checked_by}")
def account_not_checked_yet(request):
    return request.account_checked_by_id is None


@rule("第七十六条", "这一申请不涉及银行账户，不需要核对")
def account_needs_a_check(request):
    return request.needs_second_check
