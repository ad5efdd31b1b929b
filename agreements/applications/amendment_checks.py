"""The rules of supplements, each a sentence with its article (第七十七条)."""

from ..gate import rule
from ..status import ENDED

SIDES = {"agency": "甲方", "institution": "乙方"}


def side_has_not_signed(side):
    @rule("第七十七条", f"{SIDES[side]}已经签署，等待另一方")
    def has_not_signed(amendment):
        return not amendment.signatures.filter(side=side).exists()

    return has_not_signed


def signer_is_in_office(side):
    @rule("签署页", "法定代表人签署的，姓名应为{legal}；不是本人的，选“委托代理人”并上传授权委托书")
    def is_in_office(amendment, name, capacity):
        legal = getattr(amendment.agreement, side).current.legal_representative
        return capacity != "legal" or name == legal or {"legal": legal}

    return is_in_office


@rule("签署页", "签署日期 {signed_on} 早于补充协议订立日期 {thing.made_on}，核对日期")
def signed_since_made(amendment, signed_on):
    return signed_on >= amendment.made_on


@rule("第七十七条", "乙方申请变更而订立的，不在此列；信息有误的，另行申请变更")
def is_for_many(amendment):
    return amendment.supplement_id is not None


@rule("第七十七条", "协议{thing.case}已经结束，补充协议不能再签署")
def agreement_goes_on(amendment):
    return amendment.agreement.status not in ENDED


@rule("第七十七条", "第{order}份补充协议改的是同一内容，还没有签署生效。先签那一份，再签这一份")
def earlier_ones_are_signed(amendment):
    first = next((one for one in amendment.earlier_unsigned if one.fields & amendment.fields), None)
    return first is None or {"order": first.order}
