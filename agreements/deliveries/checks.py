"""The rules of serving a paper (第八十四条), as sentences."""

from django.utils.timezone import localdate, localtime

from ..gate import rule


@rule("第八十四条", "{kind}不是送达对方的文书，不用送达")
def is_addressed(paper):
    return paper.is_addressed or {"kind": paper.get_purpose_display()}


@rule("第八十四条", "{thing.number}已有送达记录。在那一条里办理，退回的另行送达")
def not_served_yet(paper):
    return not hasattr(paper, "delivery")


@rule("第八十四条", "{thing.paper.number}已经作废，不再送达。送达替换的文书")
def paper_stands(delivery):
    return delivery.paper.status == "issued"


@rule("第八十四条", "送出日期 {on} 早于文书印出的日期，核对日期")
def sent_since_issued(delivery, on):
    return on >= localtime(delivery.paper.issued_at).date()


@rule("第八十四条", "邮寄送达的，写明快递单号")
def post_is_tracked(delivery, way, tracking):
    return way != "post" or bool(tracking.strip())


@rule("第八十四条", "对方没有同意电子送达，选其他方式；要电子送达的，先由对方签约人在协议页同意")
def electronic_is_agreed(delivery, way):
    return way != "electronic" or delivery.agreement.electronic_since is not None


@rule("第八十四条", "收到日期 {on} 早于送出日期 {thing.sent_on}，核对日期")
def received_since_sent(delivery, on):
    return on >= delivery.sent_on


@rule("第八十四条", "退回日期 {on} 早于送出日期 {thing.sent_on}，核对日期")
def failed_since_sent(delivery, on):
    return on >= delivery.sent_on


@rule("第八十四条", "电子送达以对方登录签收为准，不能代为登记。对方一直不签收的，登记退回，改用其他方式")
def is_not_electronic(delivery):
    return delivery.way != "electronic"


@rule("第八十四条", "这一次是{kind}，由甲方凭送达证明登记")
def is_electronic(delivery):
    return delivery.way == "electronic" or {"kind": delivery.get_way_display() or "待送出"}


@rule("第八十四条", "送出不等于送达，须上传送达证明：签收的送达回证、快递签收记录、留置或公告的照片")
def receipt_is_proved(delivery, files):
    return bool(files)


@rule("第八十四条", "写明签收人；留置的写见证人，公告的写公告的载体")
def receiver_is_named(delivery, receiver):
    return bool(receiver.strip())


@rule("第八十四条", "乙方已于{thing.electronic_since}同意电子送达")
def electronic_not_agreed_yet(agreement):
    return agreement.electronic_since is None


@rule("第八十四条", "乙方没有同意电子送达，不用撤回")
def electronic_was_agreed(agreement):
    return agreement.electronic_since is not None


@rule("第八十四条", "同意、撤回自今日起，不能写别的日期")
def from_today(agreement, on):
    return on == localdate()
