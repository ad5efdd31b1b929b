"""The rules of what comes from other departments and goes to them, each a sentence with its article (第四、六十一、六十九、七十条)."""

from agreements.gate import rule
from agreements.status import LIVE

from .checks import not_before_filing, not_the_drafter  # noqa: F401


@rule("第六十九条", "协议现为“{state}”，没有可以暂停的结算")
def agreement_is_live(notice):
    return notice.agreement.status in LIVE or {"state": notice.agreement.get_status_display()}


@rule("第六十九条", "收到日期 {day} 还没有到，核对日期")
def received_by_today(notice, facts, on):
    return facts["received_on"] <= on or {"day": facts["received_on"]}


@rule("第六十九条", "这份通报（{number}）已经登记过。在那一件里办理")
def notice_is_new(notice, facts):
    same = {"source": facts["source"], "number": facts["number"]}
    others = type(notice).objects.filter(agreement=notice.agreement_id, **same).exclude(pk=notice.pk)
    return not others.exists() or {"number": facts["number"]}


@rule("第六十九条", "已按这份通报提请或暂停结算")
def not_held_yet(notice):
    waiting = notice.proposals_to_hold.filter(status__in=["proposed", "reviewed"])
    return not notice.holds.filter(released_on=None).exists() and not waiting.exists()


@rule("第六十九条", "写明有关部门的结论")
def conclusion_is_written(notice, text):
    return bool(text.strip())


@rule("第六十九条", "附上有关部门的结论文件；没有结论的，暂停继续")
def conclusion_has_a_file(notice, files):
    return bool(files)


@rule("第六十九条", "结论日期 {concluded_on} 应在收到通报（{thing.received_on}）之后、登记当日之前，核对日期")
def concluded_in_order(notice, concluded_on, on):
    return notice.received_on <= concluded_on <= on


@rule("第七十条", "写明致哪个部门、什么事实")
def matter_is_written(letter, facts):
    return bool(facts["matter"].strip() and facts["addressee"].strip())


@rule(
    "第六十一条",
    "备案的是检查属实、已经决定处理的违约案件。选明哪一件；还没有决定的，决定后再备案，不成立或免予处理的不备案",
)
def case_is_decided(letter, facts):
    case = letter.breach_case
    return case is not None and case.agreement_id == letter.agreement_id and case.is_handled


@rule("第七十条", "签收日期 {on} 早于发出日期 {thing.sent_on}，核对日期")
def not_before_sending(letter, on):
    return on >= letter.sent_on


@rule("第七十条", "反馈日期 {on} 早于签收日期 {thing.received_on}，核对日期")
def not_before_receiving(letter, on):
    return on >= letter.received_on


@rule("第七十条", "写明收件部门的处理结果")
def result_is_written(letter, text):
    return bool(text.strip())


def why_still_held(hold):
    """第六十九条：what keeps a hold of this article: a notice whose conclusion is not filed. A sentence, or None.

    A hold that names its notice waits for that one; one that names none waits for all that are open.
    """
    agreement, terms = hold.agreement, hold.agreement.terms.outside_notice
    if terms is None or hold.article != terms.article:
        return None
    notices = list(agreement.externalnotices.exclude(status="new"))
    named = [one for one in notices if one.hold_reason == hold.reason]
    waiting = next((one for one in named or notices if one.is_open), None)
    if waiting is None:
        return None
    return f"{waiting.summary}的结论还没有登记，不能恢复结算。先在外部通报{waiting}登记结论"
