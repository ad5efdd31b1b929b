"""A province is a folder: a text that no line of code knows lives a whole life by its own numbers."""

import ast
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from agreements.clocks.deadlines import add_months
from agreements.daily import lapse_overlong, settle_expired
from agreements.gate import RuleBroken, perform
from agreements.models import Agreement, Edition, Status
from agreements.models.event import first_fault
from agreements.offers import offers_for
from agreements.papers.printing import draft_print
from inspections.cases.plan import Ban, Plan, Share
from institutions.models import StaffMember
from institutions.workdays import calendar_for

from ..desk import AFTER, TODAY
from ..inspections.case_desk import CaseDesk
from ..known_days import know_the_days_around_today
from . import third_province
from .third_province import TERM

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def own_desk(db, quick_print, tmp_path):
    return third_province.people(tmp_path / "yunling")


def fresh(agreement):
    return Agreement.objects.get(pk=agreement.pk)


def test_it_is_signed_under_its_own_text(own_desk):
    agreement = own_desk.signed()
    assert (agreement.edition.code, agreement.status) == ("yunling", Status.ACTIVE)
    assert agreement.terms.signing.copies == 4
    assert Edition.objects.offered(agreement.agency, agreement.institution) == [agreement.edition]


def test_it_prints(own_desk):
    assert draft_print(own_desk.drafted()).startswith(b"%PDF")


def test_its_own_limit_of_a_suspension_is_kept_and_named(own_desk):
    agreement = own_desk.signed()
    with pytest.raises(RuleBroken, match=r"不得超过45日.*（第四条）"):
        own_desk.suspended(agreement, days=46)
    assert own_desk.suspended(agreement, days=45).status == Status.SUSPENDED


def test_a_suspension_that_lasts_too_long_ends_it_after_its_own_days(own_desk):
    know_the_days_around_today()
    agreement = own_desk.signed()
    own_desk.suspended(agreement, on=TODAY - timedelta(days=40), days=45)
    assert lapse_overlong(TODAY + timedelta(days=12))[1] == {}
    ended = fresh(agreement)
    assert ended.status == Status.TERMINATED
    assert ended.ending.article == "第四条" and "中止超过45日" in ended.ending.reason


def test_it_is_extended_once_by_six_months_unless_it_was_suspended(own_desk):
    agreement = own_desk.signed()
    settle_expired(TERM["ends_on"] + timedelta(days=1))
    longer = fresh(agreement)
    assert longer.ends_on == add_months(TERM["ends_on"] + timedelta(days=1), 6) - timedelta(days=1)
    settle_expired(longer.ends_on + timedelta(days=1))
    assert fresh(agreement).status == Status.TERMINATED
    assert first_fault(fresh(agreement)) is None


def test_it_never_goes_on_for_the_agencys_reasons_as_it_does_not_say_so(own_desk):
    with pytest.raises(RuleBroken, match="文本没有“延续有效”的约定"):
        own_desk.continued()


def test_a_breach_is_handled_by_its_own_measures_and_caps(own_desk):
    case_desk = CaseDesk(own_desk)
    doctor = StaffMember.objects.create(
        institution=own_desk.hospital, code="D880100000001", name="钟医生", kind=StaffMember.Kind.PHYSICIAN
    )
    overcharged = {"item": "YL-5-1", "part": "", "weighs_as": 5, "facts": "多收", "amount": Decimal(1000)}
    plan = Plan(
        on=TODAY, reason="查实多收", shares=(Share(1, recover=Decimal(1000), damages=Decimal(50)),),
        bans=(Ban("person", doctor.pk, 1, add_months(TODAY, 2)),),
    )  # fmt: skip
    case = case_desk.decided(items=[overcharged], intended=plan)
    assert {one.kind: one.amount for one in case.recoveries.all()} == {
        "fees": Decimal(1000),
        "damages": Decimal(50),
    }
    assert case.cap == Decimal("50.00")
    assert case.agreement.service_bans.get().article == "第五条第1项"
    assert "7个工作日内" in "".join(case.notice_paper.snapshot["paragraphs"])


def test_what_defrauds_suspends_it_and_then_it_is_not_extended(own_desk):
    case_desk, agreement = CaseDesk(own_desk), own_desk.signed()
    faked = {"item": "YL-6-1", "part": "", "weighs_as": 6, "facts": "虚构", "amount": Decimal(0)}
    plan = Plan(
        on=TODAY, reason="查实虚构", whole="suspend", item=1, until=TODAY + timedelta(30), aftercare=AFTER
    )
    case_desk.decided(agreement=agreement, items=[faked], intended=plan)
    assert fresh(agreement).status == Status.SUSPENDED
    settle_expired(TERM["ends_on"] + timedelta(days=1))
    ended = fresh(agreement)
    assert ended.status == Status.TERMINATED and "因违约中止" in ended.ending.reason


def test_its_clock_of_a_change_has_its_own_length(own_desk):
    agreement = own_desk.signed()
    request = own_desk.change_request(agreement)
    clock = fresh(agreement).deadlines.filter(event="change_approved").get()
    assert clock.due_on == calendar_for(agreement.agency.region).add_working_days(request.approved_on, 18)


def test_every_sentence_of_its_acts_names_articles_of_its_own_text(own_desk):
    agreement = own_desk.signed()
    known = {article.label for article in agreement.edition.form.articles}
    said = [event.article for event in agreement.events.all()]
    said += [offer.refusal or "" for offer in _offers(agreement, own_desk)]
    named = set(re.findall("第[零一二三四五六七八九十百]+条", "".join(said)))
    assert named and named <= known


def _offers(agreement, desk):
    return [
        one
        for user in (desk.clerk, desk.leader, desk.operator, desk.signatory)
        for one in offers_for(agreement, user)
    ]


def test_what_it_does_not_know_is_not_done(own_desk):
    with pytest.raises(RuleBroken, match="文本没有“报送行政处罚”的约定"):
        perform(own_desk.signed().file_penalty_report, by=own_desk.operator, facts={}, files=[], on=TODAY)


# ── no province and no number of one in the program ──

APPS = ["agreements", "institutions", "inspections"]
DATES = {"timedelta", "add_months", "add_working_days"}
# How far a page looks ahead and how a test certificate lives: not numbers of any text.
OF_THE_PAGES = {
    "agreements/desk.py", "agreements/clocks/feed.py", "agreements/clocks/board.py", "agreements/messages/reminders.py",
    "agreements/papers/seal/trial.py",
}  # fmt: skip


def programs():
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in name and "/demo/" not in name:
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def test_no_province_is_named_in_the_program():
    provinces = re.compile("青海|上海|西宁|海东|浦东|云岭|qinghai|shanghai")
    named = [
        (name, found[0])
        for name, tree in programs()
        for node in set(ast.walk(tree)) - set(_docstrings(tree))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (found := provinces.search(node.value))
    ]  # fmt: skip
    assert named == []


def _docstrings(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node):
            yield node.body[0].value


def test_no_length_of_time_of_a_text_is_written_in_the_program():
    written = [
        (name, node.lineno)
        for name, tree in programs()
        if name not in OF_THE_PAGES
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in DATES
        for value in [*node.args, *(one.value for one in node.keywords if one.arg in ("days", "weeks"))]
        if isinstance(value, ast.Constant) and isinstance(value.value, int) and value.value > 1
    ]
    assert written == []


def test_no_table_of_the_terms_has_a_number_that_no_text_says():
    """A key that a text leaves out is None, or a truth: never some province's number."""
    tree = ast.parse((ROOT / "agreements/term_tables.py").read_text(encoding="utf-8"))
    defaults = [node for node in ast.walk(tree) if isinstance(node, ast.AnnAssign) and node.value is not None]
    numbers = [
        node.lineno for node in defaults for part in ast.walk(node.value)
        if isinstance(part, ast.Constant) and type(part.value) is int and part.value > 1
    ]  # fmt: skip
    assert len(defaults) > 10 and numbers == []


def test_the_limit_of_a_suspension_is_nowhere_in_the_program():
    numbers = [
        (name, node.lineno)
        for name, tree in programs()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value in (180, 30_000)
    ]
    assert numbers == []
