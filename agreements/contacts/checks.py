"""The rules of the hospital's own people for the insurance, each a sentence with the article of its edition."""

from ..gate import rule

CONTACTS = "{thing.terms.contacts.article}"


@rule(CONTACTS, "“{contact.role}”不是文本所列的职责，在所列的里选一项")
def role_is_of_the_text(agreement, contact):
    return agreement.terms.contacts.role(contact.role) is not None


@rule(CONTACTS, "写明姓名（部门名称）和办公电话")
def contact_can_be_reached(agreement, contact):
    return bool(contact.name.strip() and contact.phone.strip())


@rule(CONTACTS, "{contact.name}已经登记为{known.label}。电话、职务有变化的，先登记离任再重新登记")
def not_named_yet(agreement, contact):
    held = agreement.institution.contacts.open().filter(role=contact.role, name=contact.name)
    known = held.first()
    return known is None or {"known": known}


@rule(CONTACTS, "没有登记过医保管理人员")
def somebody_is_named(agreement):
    return agreement.institution.contacts.open().exists()


@rule(CONTACTS, "{contact}已经登记离任，或不是本机构的")
def contact_is_in_office(agreement, contact):
    return contact.institution_id == agreement.institution_id and contact.ended_on is None


@rule(CONTACTS, "离任日期 {on} 早于任职日期 {contact.started_on}，核对日期")
def not_before_it_began(agreement, contact, on):
    return on >= contact.started_on
