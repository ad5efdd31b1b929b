"""The rules of interviews and of what is to be rectified, each a sentence with its article (第六十三条、第六十四条、第六十七条)."""

from django.utils.timezone import localdate

from agreements.gate import rule


def why_not_mended(suspension):
    """第六十七条（一）：what was to be rectified while it is suspended and is not yet accepted. A sentence, or None."""
    waiting = suspension.rectifications.exclude(status__in=["accepted", "cancelled"]).first()
    if waiting is None:
        return None
    return f"中止期间的限期整改{waiting}现为“{waiting.get_status_display()}”，验收通过才能恢复履行；不整改或者整改不到位的，决定是否解除"


@rule("第六十三条", "约谈记录须写明内容，并上传签名的记录")
def minutes_are_signed(interview, minutes, files):
    return bool(minutes.strip() and files)


@rule("第六十三条", "约谈日期 {on} 早于通知日期 {thing.called_on}，核对日期")
def held_after_it_was_called(interview, on):
    return on >= interview.called_on


@rule("第六十三条", "整改报告须附整改材料和承诺书")
def report_has_files(rectification, files):
    return bool(files)


@rule("第六十三条", "整改报告须写明整改情况")
def report_is_written(rectification, report):
    return bool(report.strip())


@rule("第六十三条", "整改期限 {thing.due_on} 还没有过")
def is_past_due(rectification, on):
    return on > rectification.due_on


@rule("第六十三条", "新的整改期限 {due_on} 已经过去")
def due_day_is_ahead(rectification, due_on):
    return due_on >= localdate()


@rule("办审分离", "验收由两人办理，第一验收人不能自己复验，由另一人办理")
def not_the_first_checker(rectification, by):
    return rectification.checked_by_id != by.pk


@rule("第六十三条", "整改还没有经第一人验收")
def was_checked_once(rectification):
    return rectification.checked_by_id is not None


@rule("第六十三条", "整改已经第一人验收，等待另一人复验")
def not_checked_yet(rectification):
    return rectification.checked_by_id is None
