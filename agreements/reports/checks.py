"""The rules of what the hospital reports, each a sentence with its article (第七、七十三、七十五、八十二条)."""

from django.utils.timezone import localdate

from ..gate import rule


@rule("第七条", "{what}。补全后再提交")
def is_whole(report, facts, files):
    return report.whole(facts, bool(files) or report.attachments.exists())


@rule("第七条", "{what}。补全后再提交")
def penalty_report_is_whole(agreement, facts, files):
    return agreement.penaltyreports.model.whole(facts, bool(files))


@rule("第七十五条", "{what}。补全后再提交")
def self_check_is_whole(agreement, facts, files):
    return agreement.selfcheckreports.model.whole(facts, bool(files))


@rule("第七十三条、第八十二条", "{what}。补全后再提交")
def proof_is_whole(agreement, facts, files):
    return agreement.displayproofs.model.whole(facts, bool(files))


@rule("第七条", "{label}{day}还没有到，核对日期")
def nothing_lies_ahead(thing, facts, on):
    labels = {
        "served_on": "决定书送达日期",
        "found_on": "发现日期",
        "returned_on": "退回日期",
        "shown_on": "公告日期",
    }
    ahead = [(label, facts[name]) for name, label in labels.items() if facts.get(name) and facts[name] > on]
    return not ahead or {"label": ahead[0][0], "day": ahead[0][1]}


@rule("第七条", "{what}")
def still_fits(report, facts):
    what = report.misfit(report.agreement, facts, own=report)
    return not what or {"what": what}


@rule("第七条", "{what}")
def not_reported_yet(agreement, facts):
    what = agreement.penaltyreports.model.misfit(agreement, facts)
    return not what or {"what": what}


@rule("第七十五条", "{what}")
def self_check_is_new(agreement, facts):
    what = agreement.selfcheckreports.model.misfit(agreement, facts)
    return not what or {"what": what}


@rule("第七条", "决定书送达日期 {served_on} 还没有到，核对日期")
def was_served(agreement, served_on):
    return served_on <= localdate()


@rule("第七条", "决定书{decision_number}{what}，不用再登记")
def penalty_is_new(agreement, decision_number):
    reported, noted = agreement.known_penalties(decision_number)
    what = "乙方已经报送" if reported else "已经登记" if noted else ""
    return not what or {"what": what}


@rule("第七十三条、第八十二条", "“{deadline.title}”不是要交公告证明的时限")
def proof_is_asked_for(agreement, deadline):
    return deadline.agreement_id == agreement.pk and deadline.needs_proof


@rule("第七十三条、第八十二条", "“{deadline.title}”已经办结或不再计时")
def proof_is_still_asked_for(agreement, deadline):
    return deadline.closed_on is None


@rule("第七十三条、第八十二条", "已经提交过证明（{number}），等待甲方核对；有误的由甲方退回后补正")
def no_proof_is_waiting(agreement, deadline):
    waiting = deadline.proofs.exclude(status="noted").first()
    return waiting is None or {"number": waiting.pk}


@rule("第七十三条、第八十二条", "{what}")
def shown_after_it_began(agreement, deadline, facts):
    what = agreement.displayproofs.model.misfit(agreement, facts, deadline=deadline)
    return not what or {"what": what}


@rule("办理日期", "办理日期 {on} 早于提交日期 {thing.filed_on}，核对日期")
def not_before_it_was_filed(report, on):
    return on >= report.filed_on


@rule("第七十五条", "{why}")
def exemption_is_offered(report):
    exemption = report.exemption()
    return exemption.offered or {"why": exemption.why}


@rule("第七十五条", "已于{thing.exempted_on}免予其他协议处理")
def not_exempted_yet(report):
    return report.exempted_on is None


@rule("办理日期", "提交日期 {on} 不是今日。报告按提交当日登记")
def filed_today(thing, on):
    return on == localdate()
