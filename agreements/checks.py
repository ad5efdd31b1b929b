"""The rules of the acts, each a sentence with its article. A check answers True when all is well.

Arguments after the first are the act's details (or `by`, the person) and are given by name.
"""

from django.utils.timezone import localdate

from .gate import NEEDS_A_CASE, rule
from .status import Status


@rule("第八十四条", "这是协议唯一有效的一份，作废前须先补印一份替换")
def another_copy_stands(paper):
    if not paper.is_copy or not paper.agreement.is_frozen:
        return True
    others = paper.agreement.papers.filter(purpose=paper.purpose).exclude(pk=paper.pk)
    return others.exclude(status="voided").exists()


@rule("第八十三条", "有效期到{thing.ends_on}为止，还没有期满")
def term_has_ended(agreement, on):
    return on > agreement.ends_on


@rule("办理日期", "生效日 {on} 还没有到。到当日再办")
def not_in_the_future(agreement, on):
    return on <= localdate()


@rule("办理日期", "生效日 {on} 早于协议起始日 {thing.starts_on}")
def not_before_the_term(agreement, on):
    return on >= agreement.starts_on


@rule("第七十九条", "中止时间不得超过{days}日；自{on}起，连同未结束的中止，止期 {until} 太晚")
def within_longest_suspension(agreement, on, until):
    start = agreement.suspended_from(on)
    return until <= agreement.latest_suspension_end(on) or {
        "days": agreement.terms_on(start).suspension.max_days
    }


@rule("第七十九条", "中止的止期 {until} 已经过去，不能再中止到那一天")
def ends_in_the_future(agreement, until):
    return until >= localdate()


@rule("第七十九条", "中止的止期 {until} 早于起期 {on}")
def ends_after_it_starts(agreement, on, until):
    return until >= on


@rule("第七十九条", "乙方申请日期 {requested_on} 晚于生效日 {on}，核对日期")
def requested_before(agreement, on, requested_on):
    return requested_on is None or requested_on <= on


@rule("第七十九条", "依申请的中止，凭乙方继续履行的申请恢复。先登记乙方申请日期")
def resumption_was_requested(agreement, suspension, requested_on):
    return suspension.cause != "requested" or requested_on is not None


@rule(
    "第七十九条",
    "乙方申请继续履行应在中止期间（{suspension.started_on}至{last}）提出，登记的是{requested_on}。"
    "超过期限没有申请的，协议自动终止",
)
def resumption_was_requested_in_time(agreement, suspension, requested_on):
    if suspension.cause != "requested":
        return True
    longest = suspension.longest()
    last = longest.day if longest and not suspension.exception_reason else None
    in_time = requested_on >= suspension.started_on and (last is None or requested_on <= last)
    return in_time or {"last": last or "恢复之日"}


@rule("第七十九条", "这条中止已经结束，或不属于本协议")
def suspension_is_open(agreement, suspension):
    return suspension.agreement_id == agreement.pk and suspension.closed_on is None


@rule("第八十一条", "这条中止不属于本协议")
def suspension_is_its_own(agreement, suspension):
    return suspension.agreement_id == agreement.pk


@rule("第六十一条", "没有未结束的核查中止，不能转为违约中止")
def an_investigation_is_open(agreement):
    return agreement.open_suspensions.filter(cause="investigation").exists()


@rule("第七十一条", "没有需要知悉的联动")
def a_cascade_is_new(agreement):
    ending = getattr(agreement, "ending", None)
    rescinded = ending is not None and ending.parent_id is not None and ending.acknowledged_by_id is None
    return rescinded or agreement.new_cascades.exists()


@rule("第六十四条", "没有未解除的暂停拨付")
def some_hold_is_open(agreement):
    return agreement.payment_holds.filter(released_on=None).exists()


@rule("第六十四条", "这一笔暂停拨付已经解除，或不属于本协议")
def hold_is_open(agreement, hold):
    return hold.agreement_id == agreement.pk and hold.released_on is None


# What may still keep a hold: callables (hold) → why, as a sentence, or None. Apps above append their own.
HOLD_KEEPERS = []


@rule("第六十九条", "{why}")
def nothing_keeps_the_hold(agreement, hold):
    why = next((why for keeper in HOLD_KEEPERS if (why := keeper(hold))), None)
    return why is None or {"why": why}


@rule("第七十六条", "银行账户的变更申请还没有办结。先办结那一件，拨付随之恢复")
def no_change_waits(agreement, hold):
    return hold.change_request is None or not hold.change_request.is_open


@rule("第六十四条", "恢复日 {on} 早于暂停拨付起始日 {hold.started_on}")
def released_after_it_began(agreement, hold, on):
    return on >= hold.started_on


@rule("第六条", f"依{{hold_ground.article_label}}暂停拨付是违约处理，{NEEDS_A_CASE}")
def a_case_holds_for_rectification(agreement, hold_ground, proposal):
    """Where no article of the catalogue holds payment, every ground is the agency's to decide without a case."""
    own = hold_ground.article_label == agreement.terms.hold_article
    return not (agreement.edition.breaches.hold_payment and own) or proposal.is_of_case


@rule("第六十五条", "所选情形{item.code}的条款没有停止人员或科室服务的措施")
def item_allows_a_ban(agreement, item):
    return item.article in agreement.terms.person_stop or agreement.stops_without_end(item.article)


@rule("第六十五条", "停止服务须指明一名人员、一个科室或一个项目，且只指明一样，与所选范围一致")
def ban_names_one_object(agreement, scope, staff, department, service):
    named = [
        name for name, value in (("person", staff), ("department", department), ("service", service)) if value
    ]
    own = all(one is None or one.institution_id == agreement.institution_id for one in (staff, department))
    return named == [scope] and own


@rule("第六十五条、第六十六条", "停止服务自{on}起，止期应在{first}至{last}之间，填的是{until}")
def ban_within_its_range(agreement, item, on, until):
    if item_allows_a_ban(agreement, item) is not True:
        return True
    first, last = agreement.ban_limits(item.article, on)
    return first <= until <= last or {"first": first, "last": last}


@rule("第八十一条", "没有正在停止的人员、科室或项目")
def some_ban_runs(agreement):
    return agreement.running_bans(localdate()).exists()


@rule("第八十一条", "这一停止已经结束，或不属于本协议")
def ban_runs(agreement, ban):
    return agreement.running_bans(localdate()).filter(pk=ban.pk).exists()


@rule("第八十一条", "恢复日 {on} 早于停止起始日 {ban.started_on}")
def lifted_after_it_began(agreement, ban, on):
    return on >= ban.started_on


@rule("第七十九条", "恢复日 {on} 早于中止起始日 {suspension.started_on}")
def resumes_after_it_began(agreement, suspension, on):
    return on >= suspension.started_on


# What may still keep a suspension: callables (suspension) → why, as a sentence, or None. Apps above append their own.
SUSPENSION_KEEPERS = []


@rule("第六十七条（一）", "{why}")
def nothing_keeps_the_suspension(agreement, suspension):
    why = next((why for keeper in SUSPENSION_KEEPERS if (why := keeper(suspension))), None)
    return why is None or {"why": why}


@rule("第七十八条", "协议已于{thing.ends_on}期满，中止结束后不能恢复履行，按期满处理")
def not_expired_meanwhile(agreement, suspension, on):
    return suspension.back_to == "continued" or on <= agreement.ends_on


@rule("第六十六条", "所选情形{item.code}不在可以中止医保协议的条款内；由较轻条款升格的，须选明升格事由")
def item_allows_suspension(agreement, item, severity):
    return agreement.edition.breaches.allows("suspend", item, severity)


@rule("第六十七条", "所选情形{item.code}不在可以解除医保协议的条款内；由较轻条款升格的，须选明升格事由")
def item_allows_rescission(agreement, item, severity):
    return agreement.edition.breaches.allows("rescind", item, severity)


@rule("第六十七条", "解除须写明集体讨论的日期或纪要编号")
def decided_collectively(agreement, minutes):
    return bool(minutes.strip())


@rule("第八十条", "“{ground.label}”的终止须有乙方的申请，登记乙方申请日期")
def own_request_is_on_file(agreement, ground, requested_on):
    return not ground.needs_request or requested_on is not None


@rule("第七十九条", "没有{requested_on}的中止协议申请。请乙方在门户提交，或上传乙方盖章的纸质申请")
def suspension_request_is_on_file(agreement, requested_on, application):
    return application is not None or agreement.has_filed("suspend", requested_on)


@rule("第八十条", "没有{requested_on}的终止协议申请。请乙方在门户提交，或上传乙方盖章的纸质申请")
def ending_request_is_on_file(agreement, ground, requested_on, application):
    return not ground.needs_request or application is not None or agreement.has_filed("end", requested_on)


@rule("第八十二条", "善后人数已经填写，或没有要补填的善后")
def aftercare_is_uncounted(agreement):
    return agreement.aftercare_plans.uncounted().exists()


@rule("第八十条", "写明终止的事由；其他法定情形，写明依据的法律法规条款")
def reason_is_written(agreement, reason):
    return bool(reason.strip())


@rule("第八十三条", "延续有效须记明属于甲方的原因")
def cause_is_the_agencys(agreement, cause):
    return bool(cause.strip())


@rule("第七十八条", "没有已签署、且到{on}已到起始日的新协议，不能按续签办结")
def successor_is_signed(agreement, on):
    return agreement.siblings.filter(
        status=Status.SIGNED, starts_on__lte=on, starts_on__gt=agreement.ends_on
    ).exists()


@rule("办审分离", "提请人不能自己审核或决定，由另一人办理")
def not_the_proposer(proposal, by):
    return proposal.proposed_by_id != by.pk


@rule("办审分离", "复核人不能自己决定，由负责人办理")
def not_the_reviewer(proposal, by):
    return proposal.reviewed_by_id != by.pk


@rule("办审分离", "写明原因")
def reason_is_given(thing, reason):
    return bool(reason.strip())
