"""A breach case on a phone: from the clue to the decision notice, every page accessible and without scrolling sideways."""

import pytest

from inspections.models import BreachCase, PointsRecord
from institutions.holidays import seed
from institutions.models import StaffMember

from ..inspections.case_desk import CaseDesk
from .test_pages import faults

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = 390


@pytest.fixture
def doctor(hospital):
    return StaffMember.objects.create(
        institution=hospital, code="D630105000001", name="马晓东", kind="physician"
    )


class Phone:
    """One browser of a phone's width; every page that it comes to is looked at."""

    def __init__(self, page, live_server, log_in):
        self.page, self.root, self.log_in, self.wrong = page, live_server.url, log_in, []

    def look(self):
        where = self.page.url.removeprefix(self.root)
        self.wrong += [f"{where} {fault}" for fault in faults(self.page, PHONE)]

    def go(self, person, path):
        self.log_in(person)
        self.page.set_viewport_size({"width": PHONE, "height": 844})
        self.page.goto(self.root + path)
        self.look()

    def do(self, deed, **fields):
        """Fill in the form of one act, press its button, and look at what comes."""
        button = self.page.locator(f"button[name=deed][value={deed}]")
        if not button.is_visible():
            self.page.locator("details", has=button).locator("summary").click()
            self.look()
        for name, value in fields.items():
            fill(self.page.locator(f"#id_{deed}_{name}"), value)
        button.click()
        self.page.get_by_text("：已办理").wait_for()
        self.look()


def fill(field, value):
    kind = field.evaluate("field => field.tagName === 'SELECT' ? 'select' : field.type")
    if kind == "select":
        field.select_option(value)
    elif kind == "file":
        field.set_input_files({"name": value, "mimeType": "application/pdf", "buffer": b"%PDF-1.7 waived"})
    else:
        field.fill(value)


@pytest.fixture
def phone(page, live_server, log_in):
    return Phone(page, live_server, log_in)


def test_a_case_goes_from_the_clue_to_the_decision_on_a_phone(phone, desk, doctor, complaints):
    seed()
    agreement, page = desk.signed(), phone.page
    phone.go("clerk", f"/agreements/{agreement.number}/")
    page.get_by_role("link", name="登记线索").first.click()  # beside each act that needs a case, and below
    phone.look()
    page.get_by_label("案由").fill("康复治疗项目重复收费")
    page.get_by_label("线索", exact=True).fill("数据监测：运动疗法与关节松动训练同时计费")
    page.get_by_role("button", name="登记").click()
    page.get_by_text("由负责人批准立案").wait_for()
    case = BreachCase.objects.get()
    path = case.get_absolute_url()
    phone.go("leader", path)
    phone.do("file")
    phone.go("clerk", path)
    phone.do("investigate", investigators="马青禾、沈玉树")
    page.get_by_text("同一行为另有条款的情形").click()  # the items that name one act, side by side
    phone.look()
    phone.do(
        "add_item",
        item="QH-65-06c",
        facts="重复收取关节松动训练治疗费263例",
        amount="86420",
        staff=str(doctor.pk),
    )
    phone.do("plan_handling", reason="查实263例", recover_1="86420", damages_1="8642")
    phone.go("reviewer", path)
    phone.do("notify")
    CaseDesk(desk).received(BreachCase.objects.get().notice_paper)
    phone.go("operator", path)
    phone.do("defend", text="其中9例有两份治疗记录，请求核减")
    phone.go("signatory", path)
    phone.do("waive_defence", files="放弃.pdf")
    phone.go("clerk", path)
    decide(phone, path)
    read_the_decision(phone, path)
    give_points(phone, path, doctor)
    assert not phone.wrong + complaints, "\n".join(phone.wrong + complaints)


def decide(phone, path):
    """Considered and proposed by the clerk, reviewed, decided by the leader, each at their own desk."""
    defence = BreachCase.objects.get().defences.get()
    phone.do("consider_defence", defence=str(defence.pk), adopted="no", opinion="没有治疗记录，不予核减")
    phone.do("propose_handling", outcome="handle")
    handling = BreachCase.objects.get().open_handling.get_absolute_url()
    phone.go("reviewer", handling)
    phone.do("review")
    phone.go("leader", handling)
    phone.do("decide")
    phone.go("leader", path)
    assert BreachCase.objects.get().status == "decided"


def read_the_decision(phone, path):
    """The hospital finds the decision and its notice."""
    phone.go("operator", path)
    decision = BreachCase.objects.get().decision_paper
    assert "要求支付违约金8,642.00元" in phone.page.locator("main").inner_text()
    phone.page.get_by_role("link", name=decision.number).wait_for()
    phone.go("operator", "/cases/")
    phone.go("clerk", "/cases/statistics/")


def give_points(phone, path, doctor):
    phone.go("clerk", f"{path}points/")
    phone.page.get_by_role("button", name="提请记分").click()
    phone.page.get_by_text("已提请记分 1 人").wait_for()
    phone.look()
    assert PointsRecord.objects.get().staff == doctor
