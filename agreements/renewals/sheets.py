"""What the printed application to renew says (rules table 7.1: D-17)."""

from ..applications.sheets import OPINIONS, SEALED, about_the_hospital, files_of
from ..models import Paper
from ..papers.sheet import Sheet, day_in_words


def renewal_form(request, found):
    """D-17 续签申请表 (第七十八条). `found`: what is on file of the term, an OnFile."""
    agreement, purpose = request.agreement, Paper.Purpose.RENEWAL_REQUEST
    article = agreement.terms.renewal.article
    term = f"自{day_in_words(agreement.starts_on)}起至{day_in_words(agreement.ends_on)}止"
    return Sheet(
        title=purpose.label,
        addressee=agreement.agency.name,
        rows=[
            *about_the_hospital(request),
            ("本期有效期", term),
            ("申请日期", f"{day_in_words(request.filed_on)}，{_in_time(request)}"),
            ("履约自评", request.self_assessment),
            ("本期信息变更", _lines(_changes(found))),
            ("本期中止、停止", _lines(_stops(agreement, found))),
            files_of(request),
        ],
        basis=f"依据服务协议{article}，申请续签医保协议，请予审核。",
        boxes=[SEALED, [*OPINIONS[:3], "负责人：", OPINIONS[3]]],
        day=day_in_words(request.filed_on),
    )


def _in_time(request):
    last = f"最迟{day_in_words(request.agreement.renewal_due_on)}"
    if request.on_time:
        return f"按时（{last}）"
    return f"在甲方统一组织的续签之内，算按时（{last}）" if request.counts_as_on_time else f"逾期（{last}）"


def _changes(found):
    return [
        f"自{day_in_words(one.valid_from)}起第{one.number}版" + (f"：{one.reason}" if one.reason else "")
        for one in found.changes
    ]


def _stops(agreement, found):
    """Suspensions, holds of payment and bans of the term. A person who is stopped goes by the family name only."""
    said = [f"{one}，{_span(one.started_on, one.closed_on)}" for one, _ in found.suspensions]
    said += [
        f"暂停拨付（{one.article}），{_span(one.started_on, one.released_on)}"
        for one in agreement.payment_holds.all()
    ]
    bans = agreement.service_bans.select_related("staff", "department")
    return said + [
        f"停止医保服务：{one.public_name}，{_span(one.started_on, one.lifted_on or one.until)}"
        for one in bans
    ]


def _span(first, last):
    return f"{day_in_words(first)}起" + (f"至{day_in_words(last)}" if last else "，还没有结束")


def _lines(said):
    return "\n".join(said) or "无"
