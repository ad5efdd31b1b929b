"""The rules of renewal, holding over and the longest suspension, each a sentence with its article (第七十八至八十三条)."""

from ..gate import rule
from ..status import LIVE, Status


@rule("第七十八条", "{thing.case.ends_on}期满{when}才开始受理续签，自{first}起申请")
def window_is_open(agreement, on):
    first, terms = agreement.renewal_opens_on, agreement.terms_on(agreement.starts_on).renewal
    if on >= first:
        return True
    months = terms.window_opens_months_before
    when = f"前{months}个月" if months is not None else "的协议，有效期开始"
    practice = "（通行做法）" if "window_opens_months_before" in terms.defaults else ""
    return {"first": first, "when": f"{when}{practice}"}


@rule("第七十八条", "协议已于{thing.case.ends_on}期满，先由每日办理作出期满处理，再办续签事项")
def expiry_is_settled(thing, on):
    case = thing.case
    return on <= case.ends_on or case.was_held_over


@rule("第七十八条", "协议{thing.case}现为“{state}”，续签事项已随之了结")
def case_is_live(thing):
    return thing.case.status in LIVE or {"state": thing.case.get_status_display()}


@rule("第七十八条", "已有未办结的续签申请。先办结那一件，或撤回后重新申请")
def no_open_request(agreement):
    return not agreement.renewal_requests.open().exists()


@rule("第七十八条", "续签协商已有“不一致”的记录，不能再次申请。有新情况的，与甲方联系重新签订")
def talks_have_not_failed(agreement):
    return not agreement.renewal_requests.filter(status="failed").exists()


@rule("第七十八条", "写明本期履行协议的自评情况")
def self_assessment_is_written(thing, self_assessment):
    return bool(self_assessment.strip())


@rule("第七十八条", "办理日期 {on} 早于申请日期 {thing.filed_on}，核对日期")
def not_before_filing(request, on):
    return on >= request.filed_on


@rule("第七十八条", "这一申请按时提出，或在甲方统一组织的续签之内，不需要受理逾期")
def request_is_late(request):
    return not request.counts_as_on_time


@rule("第七十八条", "这一逾期申请已于{thing.late_accepted_on}受理")
def late_not_accepted_yet(request):
    return request.late_accepted_on is None


@rule("第七十八条", "申请逾期（最迟{last}），先由复核人决定是否受理，再协商")
def on_time_or_accepted(request):
    if request.counts_as_on_time or request.late_accepted_on:
        return True
    return {"last": request.agreement.renewal_due_on}


@rule("第七十八条", "还没有定稿的续签文本。先起草、协商并定稿下一份协议，再通知乙方签署")
def next_text_is_fixed(request):
    return request.agreement.next_agreements.filter(status__in=[Status.TO_SIGN, Status.SIGNED]).exists()


@rule("第七十八条", "签署期限 {sign_by} 早于通知日 {on}，核对日期")
def sign_by_is_after_the_offer(request, sign_by, on):
    return sign_by >= on


@rule("第八十三条", "延续有效的原因已经写明，或不需要另写")
def cause_is_awaited(agreement):
    return agreement.was_held_over and agreement.holdover.awaits_cause


@rule("第八十三条", "乙方已于{thing.holdover.refused_on}表明不再续签")
def not_declined_yet(agreement):
    return agreement.was_held_over and agreement.holdover.refused_on is None


@rule(
    "第八十条",
    "没有协商不一致、乙方撤回申请或表明不续签、逾期不签署的记录，不能结束延续。先登记其中一项",
)
def renewal_has_failed(agreement, on):
    if agreement.was_held_over and agreement.holdover.refused_on is not None:
        return True
    request = agreement.renewal_requests.last()
    return request is not None and (request.has_failed or request.offer_lapsed_by(on))


@rule("第七十九条", "中止至{last}届满，须在届满前写明例外")
def before_the_longest_day(agreement, suspension, on):
    due = suspension.longest()
    return due is None or on <= due.day or {"last": due.day}


@rule("第七十九条", "这一中止已写明例外")
def no_exception_yet(agreement, suspension):
    return not suspension.exception_reason


@rule("第七十九条", "没有超过最长期限、又没有继续履行申请或例外的依申请中止，不能自动终止")
def lapses_on(agreement, suspension, on):
    return suspension.cause == "requested" and suspension.is_open and suspension.lapse_day() == on
