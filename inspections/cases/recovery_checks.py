"""The rules of what is owed, paid and offset, each a sentence with its article (第六十条)."""

from django.utils.timezone import localdate

from agreements.gate import rule

from .money import NOTHING, in_yuan


@rule("第六十条", "缴款须有金额，且不多于尚欠的{left}")
def payment_fits(item, amount):
    return NOTHING < amount <= item.unpaid_after_recorded or {"left": in_yuan(item.unpaid_after_recorded)}


@rule("第六十条", "缴款日期 {paid_on} 还没有到")
def paid_by_today(item, paid_on):
    return paid_on <= localdate()


@rule("第六十条", "登记缴款须上传银行回单等凭证")
def voucher_is_there(item, files):
    return bool(files)


@rule("第六十条", "退还已缴款项须上传银行回单等凭证")
def returning_has_a_voucher(item, files):
    return bool(files)


@rule("第六十条", "还没有缴清，尚欠{left}")
def is_paid_up(item):
    return item.unpaid == 0 or {"left": in_yuan(item.unpaid)}


@rule("第六十条", "到期日 {thing.due_on} 还没有到")
def due_day_has_come(item, on):
    return item.due_on is not None and on >= item.due_on


@rule("第六十条", "到期日 {thing.due_on} 还没有过")
def due_day_is_over(item, on):
    return item.due_on is not None and on > item.due_on


@rule("办审分离", "登记缴款的人不能自己核对，由另一人办理")
def not_who_recorded_it(payment, by):
    return payment.recorded_by_id != by.pk


@rule("第六十条", "本协议的文本没有“质量保证金”的约定，不能从中抵扣")
def deposit_is_agreed(item, deposit):
    return deposit <= 0 or item.agreement.terms.recovery.takes_deposit


@rule("第六十条", "没有可以抵扣的：没有审核应付、还没有拨付的费用，也没有填写质量保证金的余额。由乙方补足")
def something_is_available(item, deposit):
    return deposit > 0 or item.fund > 0


@rule("第六十条", "从质量保证金中抵扣的，上传保证金余额的凭证")
def deposit_is_shown(item, deposit, files):
    return deposit <= 0 or bool(files)


@rule("第六十条", "还有更早的欠款“{earlier}”没有抵扣。先抵扣那一笔，同一案件先违规费用、后其他款项")
def older_debt_comes_first(item):
    same = type(item).objects.filter(breach_case__agreement=item.agreement, status="owing", pk__lt=item.pk)
    earlier = next((one for one in same.order_by("pk") if one.unpaid_after_recorded > 0), None)
    return earlier is None or {"earlier": earlier}


@rule("第六十条", "已经提请抵扣，等负责人决定")
def no_offset_waits(item):
    return not item.payments.filter(status="recorded").exclude(source="institution").exists()
