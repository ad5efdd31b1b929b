"""A change of policy in the demo: the province writes the next text, and the city a supplement for what is signed."""

import tomllib

from agreements.edition_desk import actions as edition_desk
from agreements.gate import perform
from agreements.models import Edition
from agreements.supplements import actions as supplements
from institutions.models import Role, User

from .files import text


def build_policies():
    """A draft text that waits to be sent in, and a supplement that waits for the leader to send it (第七十七条)."""
    policy = tomllib.loads(text("policy.toml"))
    edition = Edition.objects.open().get(code=policy["edition"])
    writer = User.objects.get(username=policy["writer"])
    case = edition_desk.copy_edition(edition, by=writer)
    changed = {
        column: getattr(case, column).replace(policy[column]["old"], policy[column]["new"])
        for column in ("text", "terms_source")
    }
    edition_desk.save(case, changed, case.revision, by=writer)
    clerk = User.objects.get(username=policy["drafter"])
    reviewer = User.objects.get(agency=clerk.agency, role=Role.REVIEWER)
    supplement = supplements.draft(edition, by=clerk, from_on=None, **policy["supplement"])
    perform(supplement.review, by=reviewer, opinion="与文件一致，同意")
