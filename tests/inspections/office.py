"""Inspections at each point of their life, reached by real acts."""

import json
from datetime import timedelta

from agreements.gate import perform
from inspections import actions
from inspections.models import Inspection
from inspections.strokes import read_drawing
from institutions.models import Role, User

from ..conftest import PASSWORD
from ..desk import TODAY, upload

NAME = json.dumps(
    {"width": 1000, "height": 480, "strokes": [[[100, 100], [300, 220], [420, 90]], [[500, 80], [520, 400]]]}
)

FACTS = {
    "kind": "irregular", "title": "不定期核查", "signal": "", "period_from": TODAY - timedelta(days=90), "period_to": TODAY,
    "planned_on": TODAY, "third_party": "", "departments": [], "staff": [],
}  # fmt: skip


def strokes(shift=0):
    """A signature as the browser sends it; another one for every shift."""
    drawing = json.loads(NAME)
    drawing["strokes"][0][0][0] += shift
    return read_drawing(json.dumps(drawing))


def person(username, name, role, **party):
    return User.objects.create_user(username, name, role, PASSWORD, **party)


class Office:
    """The people who inspect one hospital, and what they do one after another."""

    def __init__(self, desk, agency):
        self.desk, self.agency = desk, agency
        self.inspector = person("inspector", "李若水", Role.INSPECTOR, agency=agency)
        self.second = person("second", "马兰花", Role.INSPECTOR, agency=agency)
        self.others = [
            person(f"inspector{number}", f"核查{number}", Role.INSPECTOR, agency=agency)
            for number in range(3, desk.team_minimum + 1)
        ]
        self.outsider = person(
            "third_party", "王会计", Role.THIRD_PARTY, expires_on=TODAY + timedelta(days=30)
        )

    @property
    def names(self):
        """Of the usual team, in its order."""
        return ["李若水", "马兰花", *(one.name for one in self.others)]

    def team(self, *people):
        return [
            {"user": one, "certificate": f"630100-{one.pk:04d}", "leads": place == 0}
            for place, one in enumerate((*(people or (self.inspector, self.second)), *self.others))
        ]

    def planned(self, agreement=None, by=None, **changed):
        facts = {**FACTS, "team": self.team(), **changed}
        agreement = agreement or getattr(self, "agreement", None) or self.desk.signed()
        self.agreement = agreement
        return actions.plan_inspection(agreement, by=by or self.desk.clerk, **facts)

    def underway(self, **changed):
        return perform(self.planned(**changed).start, by=self.inspector, on=TODAY)

    def finding(self, inspection, item="QH-65-06", part="c", by=None, **changed):
        item, part, _ = self.desk.own_item(item, part)
        facts = {
            "item": item, "part": part, "facts": "重复收取电针治疗费", "files": [upload("照片.pdf")], "amount": "12846.00",
            "cases": 12, **changed,
        }  # fmt: skip
        perform(inspection.add_finding, by=by or self.inspector, **facts)
        return inspection.findings.latest("order")

    def to_sign(self, **changed):
        inspection = self.underway(**changed)
        self.finding(inspection)
        return actions.finish(inspection, by=self.inspector)

    def inspectors_signed(self, **changed):
        inspection = self.to_sign(**changed)
        for shift, member in enumerate(inspection.team):
            inspection = actions.sign_as_inspector(
                inspection, member, by=self.inspector, strokes=strokes(shift)
            )
        return inspection

    def agrees_to_electronic_delivery(self):
        """The hospital's signatory consents, so that the result may be signed online."""
        perform(self.agreement.accept_electronic_delivery, by=self.desk.signatory, on=TODAY)

    def signed(self, **changed):
        return actions.sign_on_the_spot(
            self.inspectors_signed(**changed), by=self.inspector, name="祁洪生", capacity="agent", strokes=strokes(9),
            seal=upload("公章.pdf"),
        )  # fmt: skip

    def refused(self, reason="认为收费合理"):
        return actions.note_refusal(self.inspectors_signed(), by=self.inspector, reason=reason)

    def fresh(self, inspection):
        return Inspection.objects.get(pk=inspection.pk)
