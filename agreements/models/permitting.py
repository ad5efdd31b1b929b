from .. import checks, permissions
from ..gate import step
from ..permits import checks as rules
from ..status import LIVE


class PermittingActs:
    """What the hospital asks before it offers something new: each opens a record of its own."""

    @step(
        "status", source=LIVE, target=None, label="起草约定服务项目申请", article="第十一条", needs="permits",
        who=permissions.institution_side,
        checks=[
            checks.not_in_the_future, rules.names_the_item, rules.says_with_what, rules.not_permitted_yet,
            rules.no_other_request_for_it,
        ],
    )  # fmt: skip
    def draft_permit(self, item, department, equipment, staff, files, on, by):
        """第十一条：约定服务项目经甲方准予后开展；未经准予的，费用不予支付。"""
        facts = {"item": item, "department": department, "equipment": equipment, "staff": staff}
        self._ask_beforehand(self.permitrequests, files, on, by, facts)

    @step(
        "status", source=LIVE, target=None, label="起草事先协商", article="第三十四条", needs="consultation",
        who=permissions.institution_side,
        checks=[checks.not_in_the_future, rules.kind_is_of_the_text, rules.says_the_plan],
    )  # fmt: skip
    def draft_consultation(self, kind, description, planned_on, files, on, by):
        """第三十四条：所列事项事先与甲方协商；事后提出的也收下，注明事后。"""
        facts = {"kind": kind, "description": description, "planned_on": planned_on}
        self._ask_beforehand(self.priorconsultations, files, on, by, facts)

    def _ask_beforehand(self, requests, files, on, by, facts):
        request = requests.create(drafted_by=by, drafted_on=on, **facts)
        request.attachments.add(*self.attachments.model.keep(self, files, by, held=True))

    # ── what is true of it ──

    @property
    def permit_requests(self):
        """Of these two parties, under this agreement and those before it: a permit outlasts a renewal."""
        requests = self._meta.get_field("permitrequests").related_model.objects
        return requests.filter(agreement__agency=self.agency_id, agreement__institution=self.institution_id)

    @property
    def permits(self):
        """The service items that are permitted now."""
        return self.permit_requests.filter(status="granted", revoked_on=None)
