"""The rules of the automatic extension, of what stands against it, and of the end by notice, each with its article."""

from django.utils.timezone import localdate

from ..gate import rule
from .extending import next_end, stands_against


@rule("第八十三条", "{why}")
def nothing_stands_against_it(agreement):
    why = stands_against(agreement)
    return why is None or {"why": why}


@rule("第八十三条", "不能延长到{until}：延长的次数或连同延长期的总期限已满，或日期不对")
def is_the_next_end(agreement, until):
    return until is not None and until == next_end(agreement)


@rule("第七十条", "罚款{amount}元不在{most}元以下（含本数）。核对决定书的金额")
def fine_is_within_its_limit(agreement, amount):
    most = agreement.terms.fine.max_amount
    return 0 < amount <= most or {"most": most}


@rule("第七十条", "送达日期 {served_on} 早于决定日期 {decided_on}，或还没有到")
def served_after_it_was_decided(agreement, decided_on, served_on):
    return decided_on <= served_on <= localdate()


@rule("第七十条", "上传行政部门的处罚决定书")
def decision_is_on_file(agreement, application):
    return application is not None


@rule("第七十条", "{authority}的{number}已经登记")
def not_recorded_yet(agreement, authority, number):
    return not agreement.sanctions.filter(authority=authority, number=number).exists()


@rule("第六十三条", "所选情形{item.code}的条款没有通报批评的措施")
def item_allows_criticism(agreement, item):
    row = agreement.edition.breaches.measures.get(item.article)
    return row is not None and row.criticism


@rule("第六十三条", "这一通报批评已经送达，或不属于本协议")
def criticism_is_on_its_way(agreement, sanction):
    return sanction.agreement_id == agreement.pk and sanction.served_on is None


@rule("第八十一条", "没有登记的通报批评、行政处罚")
def some_sanction_stands(agreement):
    return agreement.sanctions.filter(lifted_on=None).exists()


@rule("第八十一条", "这一条处理已经撤销，或不属于本协议")
def sanction_stands(agreement, sanction):
    return sanction.agreement_id == agreement.pk and sanction.lifted_on is None


@rule("第八十条（三）", "协议还没有进入自动延长期，不能凭一方的通知终止")
def is_being_extended(agreement):
    return agreement.extensions.exists()


@rule("第八十条（三）", "终止的书面通知已于{day}发出，等待到达")
def no_notice_on_its_way(agreement):
    waiting = agreement.end_notices.filter(arrived_on=None).first()
    return waiting is None or {"day": waiting.given_on}


@rule("第八十条（三）", "这一通知已经到达，或不属于本协议")
def notice_is_on_its_way(agreement, notice):
    return notice.agreement_id == agreement.pk and notice.arrived_on is None


@rule("第八十条（三）", "上传乙方签章的书面通知")
def paper_notice_is_on_file(agreement, application):
    return application is not None
