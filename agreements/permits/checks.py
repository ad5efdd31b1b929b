"""The rules of permits and consultations, each a sentence with the article of the agreement's own edition."""

from ..gate import rule
from ..numbers import same_name

PERMITS = "{thing.case.terms.permits.article}"
CONSULTATION = "{thing.case.terms.consultation.article}"


@rule(PERMITS, "写明申请开展的项目名称")
def names_the_item(thing, item):
    return bool(item.strip())


@rule(PERMITS, "写明开展这一项目的设备或人员，两样至少写一样")
def says_with_what(thing, equipment, staff):
    return bool(equipment.strip() or staff.strip())


@rule(PERMITS, "{permit.item}已于{permit.closed_on}准予，不需要再申请")
def not_permitted_yet(thing, item):
    permit = next((one for one in thing.case.permits if same_name(one.item, item)), None)
    return permit is None or {"permit": permit}


@rule(PERMITS, "{other.item}已有未办结的申请（{other.pk}）。先办结或撤回那一件")
def no_other_request_for_it(thing, item):
    others = thing.case.permitrequests.open()
    if thing is not thing.case:
        others = others.exclude(pk=thing.pk)
    other = next((one for one in others if same_name(one.item, item)), None)
    return other is None or {"other": other}


@rule(PERMITS, "这一项目的准予已于{thing.revoked_on}收回，其后发生的费用不予支付")
def not_revoked_yet(permit):
    return permit.revoked_on is None


@rule(PERMITS, "收回日期 {on} 早于准予日期 {thing.closed_on}，核对日期")
def not_before_it_was_granted(permit, on):
    return on >= permit.closed_on


@rule(CONSULTATION, "“{kind}”不是文本写明要事先协商的事项，在所列事项中选一项")
def kind_is_of_the_text(thing, kind):
    return kind in thing.case.terms.consultation.kinds


@rule(CONSULTATION, "写明计划的内容；未经协商的，所发生的费用不予支付")
def says_the_plan(thing, description):
    return bool(description.strip())
