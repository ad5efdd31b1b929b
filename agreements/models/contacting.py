from .. import checks, permissions
from ..contacts import checks as rules
from ..contacts.roles import missing
from ..gate import step
from ..status import LIVE, Status


class ContactingActs:
    """Who of the hospital's own people looks after the insurance: named and taken leave of, never written over."""

    @step(
        "status", source=[*LIVE, Status.SIGNED], target=None, label="登记医保管理人员", article="第三十五条", needs="contacts",
        who=permissions.institution_or_clerk,
        checks=[
            checks.not_in_the_future, rules.role_is_of_the_text, rules.contact_can_be_reached, rules.not_named_yet,
        ],
    )  # fmt: skip
    def name_contact(self, contact, on, by):
        """第三十五条：乙方配备分管领导和医保管理的部门、人员；没有配齐的，甲方可以通报并责令整改。"""
        contact.institution, contact.started_on, contact.recorded_by = self.institution, on, by
        contact.label = self.terms.contacts.role(contact.role).label
        contact.save(force_insert=True)

    @step(
        "status", source=[*LIVE, Status.SIGNED], target=None, label="登记人员离任", article="第三十五条", needs="contacts",
        who=permissions.institution_or_clerk,
        checks=[
            rules.somebody_is_named, rules.contact_is_in_office, checks.not_in_the_future, rules.not_before_it_began,
        ],
    )  # fmt: skip
    def end_contact(self, contact, on):
        """第三十五条：离任的登记日期，原来的记录留存；由此缺人的，及时补上。"""
        contact.ended_on = on
        contact.save(update_fields=["ended_on"])

    # ── what is true of it ──

    @property
    def missing_contacts(self):
        """[(role, how many more)] that its text asks for and the hospital has not named."""
        terms, institution = self.terms.contacts, self.institution
        return missing(terms, institution.current, institution.contacts.all()) if terms else []
