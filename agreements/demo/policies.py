"""A change of policy in the demo: the province writes the next text, and the city a supplement for what is signed."""

from agreements.edition_desk import actions as edition_desk
from agreements.gate import perform
from agreements.models import Edition
from agreements.supplements import actions as supplements
from institutions.models import Role, User

DOCUMENT = "青医保发〔2026〕41号"
# What changes, in the words of the text: days within which a hospital asks for a change of its major facts.
OLD, NEW = "应自有关部门批准之日起30个工作日内", "应自有关部门批准之日起20个工作日内"
OLD_TERM, NEW_TERM = "major_working_days = 30 ", "major_working_days = 20 "
SUPPLEMENT = {
    "title": "缩短重大信息变更的申请期限", "document": DOCUMENT, "reason": "国家和省医保政策调整",
    "clauses": [f"第七十六条第二款“{OLD}”改为“{NEW}”。"], "articles": ["第七十六条"],
    "terms_source": "[change]\nmajor_working_days = 20\n", "from_on": None,
}  # fmt: skip


def build_policies():
    """A draft text that waits to be sent in, and a supplement that waits for the leader to send it (第七十七条)."""
    edition = Edition.objects.open().get(code="qinghai-2025")
    writer = User.objects.get(username="sheng-jingban")
    case = edition_desk.copy_edition(edition, by=writer)
    changed = {
        "text": case.text.replace(OLD, NEW),
        "terms_source": case.terms_source.replace(OLD_TERM, NEW_TERM),
    }
    edition_desk.save(case, changed, case.revision, by=writer)
    clerk = User.objects.get(username="jingban")
    reviewer = User.objects.get(agency=clerk.agency, role=Role.REVIEWER)
    supplement = supplements.draft(edition, by=clerk, **SUPPLEMENT)
    perform(supplement.review, by=reviewer, opinion="与文件一致，同意")
