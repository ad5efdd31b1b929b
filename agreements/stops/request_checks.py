"""The rules of requests to suspend, to go on and to end, each a sentence with its article (第七十九、八十条)."""

from django.utils.timezone import localdate

from ..gate import rule

ON_REQUEST = (
    "requested",
    "breach",
)  # causes that end when the hospital asks; the others end with what caused them


@rule("第七十九条", "已有未办结的中止协议申请（{number}）。先办结或撤回那一件")
def no_open_suspension_request(agreement):
    return agreement.no_open_stop_request("suspend")


@rule("第七十九条", "已有未办结的继续履行协议申请（{number}）。先办结或撤回那一件")
def no_open_resumption_request(agreement):
    return agreement.no_open_stop_request("resume")


@rule("第八十条", "已有未办结的终止协议申请（{number}）。先办结或撤回那一件")
def no_open_ending_request(agreement):
    return agreement.no_open_stop_request("end")


@rule("第七十九条", "写明申请的原因")
def says_why(thing, reason):
    return bool(reason.strip())


@rule(
    "第七十九条",
    "中止时间不得超过{days}日，自{planned_from}起最迟到{last}，填的是{planned_until}",
)
def asks_no_longer_than_allowed(agreement, planned_from, planned_until):
    last = agreement.latest_suspension_end(planned_from)
    days = agreement.terms_on(agreement.suspended_from(planned_from)).suspension.max_days
    return planned_until <= last or {"last": last, "days": days}


@rule("第七十九条", "拟中止的止期 {planned_until} 早于起期 {planned_from}")
def asks_for_an_end_after_the_start(agreement, planned_from, planned_until):
    return planned_until >= planned_from


@rule("第七十九条", "拟中止的止期 {planned_until} 已经过去，核对日期")
def asks_for_days_to_come(agreement, planned_until):
    return planned_until >= localdate()


@rule("第七十九条", "没有可以申请结束的中止：核查的中止随核查处理结束，联动的随辖区经办机构的决定结束")
def something_may_end_on_request(agreement):
    return agreement.open_suspensions.filter(cause__in=ON_REQUEST).exists()


@rule("第七十九条", "这条中止已经结束，或不能依申请结束")
def suspension_ends_on_request(agreement, suspension):
    own = suspension.agreement_id == agreement.pk
    return own and suspension.is_open and suspension.cause in ON_REQUEST


@rule("第七十九条", "拟恢复日期 {planned_from} 早于中止起始日 {suspension.started_on}，核对日期")
def goes_on_after_it_stopped(agreement, suspension, planned_from):
    return planned_from >= suspension.started_on


@rule("第七十九条", "{why}。核对后保存")
def facts_fit(request, planned_from, planned_until):
    why = request.why_dates_do_not_fit(planned_from, planned_until)
    return not why or {"why": why}


@rule("办审分离", "甲方正按这一申请呈批。先撤回或退回那件呈批，再了结申请")
def is_not_put_forward(request):
    return not request.open_proposals


@rule("第七十九条", "补正期限到{last}为止，已经过去；中止已超过规定日数，协议按超期终止办理")
def refiled_in_time(request, on):
    last = request.refile_by
    return last is None or on <= last or {"last": last}
