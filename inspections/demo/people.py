"""Who does what in the demo beside the desks of the agreements, and the days and files they need."""

import json
import math
from datetime import datetime, time, timedelta
from functools import cached_property
from io import BytesIO
from pathlib import Path

from django.core.files.base import ContentFile
from django.utils.timezone import make_aware, now
from PIL import Image, ImageDraw

from agreements.deliveries import actions as deliveries
from agreements.demo.agreements import print_owed
from agreements.demo.files import rows
from agreements.gate import SYSTEM, perform
from agreements.models import Agreement, Paper
from agreements.papers import printing
from institutions.models import Role, StaffMember, User

from ..strokes import read_drawing

DATA = Path(__file__).parent / "data"


def lines(name):
    return rows(name, DATA)


class Crew:
    """Everybody's hands. `days_ago`: a day of the story, never before the agreement began."""

    def __init__(self, desk, known, pool):
        self.desk, self.known, self.pool = desk, known, pool

    def agreement(self, key):
        return Agreement.objects.get(pk=self.known[key].pk)

    def days_ago(self, agreement, days):
        return max(agreement.starts_on, self.desk.today - timedelta(days=int(days)))

    def of_agency(self, role, agreement):
        return self.desk.of_agency(role, agreement)

    def operator(self, agreement):
        return self.desk.of_institution(Role.OPERATOR, agreement)

    def signatory(self, agreement):
        return self.desk.of_institution(Role.SIGNATORY, agreement)

    @cached_property
    def inspectors(self):
        return list(User.objects.filter(role=Role.INSPECTOR).order_by("pk"))

    @cached_property
    def outsider(self):
        return User.objects.get(role=Role.THIRD_PARTY)

    def staff(self, agreement, name):
        """Somebody of the hospital by name, entered in the register when the demo has not named them yet."""
        hospital = agreement.institution
        found = hospital.staff_members.filter(name=name).first() if name else None
        if name and found is None:
            code = f"D{hospital.region_id}9{hospital.pk:05d}"
            found = StaffMember.objects.create(institution=hospital, name=name, kind="physician", code=code)
        return found

    def department(self, agreement, code):
        return agreement.institution.departments.filter(code=code).first() if code else None

    def print_owed(self):
        print_owed(self.pool)

    def print_as_of(self, papers, on):
        """Printed on a day of the story, so that it could be served then; the rest of what is owed is printed today."""
        at = min(make_aware(datetime.combine(on, time(17))), now())
        owed = Paper.objects.filter(pk__in=[one.pk for one in papers if one], status=Paper.Status.OWED)
        for paper in owed.select_related("agreement__edition"):
            printed = printing.printed(paper)
            perform(paper.issue, by=SYSTEM, content=printed.content, at=at, form=printed.form)

    def serve(self, paper, on):
        """第八十四条：by hand, with its proof, on one day."""
        paper = Paper.objects.get(pk=paper.pk)
        clerk = self.of_agency(Role.CLERK, paper.agreement)
        if getattr(paper, "delivery", None) is None:
            delivery = deliveries.send(paper, by=clerk, on=on, way="direct")
            perform(
                delivery.confirm_receipt, by=clerk, receiver="医保办", files=[scan("送达回证.pdf")], on=on
            )


def scan(name):
    return ContentFile(b"%PDF-1.7 demo", name=name)


def seal():
    """A photograph of a round red seal without words."""
    picture, kept = Image.new("RGB", (480, 480), "#f4f1ea"), BytesIO()
    pen = ImageDraw.Draw(picture)
    pen.ellipse((40, 40, 440, 440), outline="#c62828", width=12)
    points = [
        (240 + r * math.sin(n * math.pi / 5), 240 - r * math.cos(n * math.pi / 5))
        for n, r in enumerate([88, 34] * 5)
    ]
    pen.polygon(points, fill="#c62828")
    picture.save(kept, "JPEG")
    return ContentFile(kept.getvalue(), name="公章照片.jpg")


def written(name):
    """A hand's strokes that differ with the name, one stroke a character."""
    strokes = []
    for place, character in enumerate(name):
        turn, left = ord(character) % 7 + 2, 120 + 250 * place
        strokes.append(
            [[left + 12 * n, 240 + round(120 * math.sin(turn * n / 9 + place))] for n in range(18)]
        )
    return read_drawing(json.dumps({"width": 1000, "height": 480, "strokes": strokes}))
