"""The cast that every test knows, and a portal with one edition loaded."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection

import inspections.append_only
from agreements import append_only
from agreements.models import Edition
from agreements.papers import printing
from agreements.papers.lanes import Printed
from institutions.actions import register_agency, register_institution
from institutions.codes import uscc_check_digit
from institutions.models import Level, Region, Role, User

from . import rules_by_text, shanghai, texts
from .desk import Desk

PASSWORD = "xieyi-2026-test"
GUARDED = append_only.ALL | inspections.append_only.ALL


def pytest_addoption(parser):
    parser.addoption("--rules-by-text", action="store_true", help=rules_by_text.__doc__)


def pytest_configure(config):
    if config.getoption("--rules-by-text"):
        config.pluginmanager.register(rules_by_text.RulesByText())


def pytest_generate_tests(metafunc):
    texts.parametrize(metafunc)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    texts.skip_what_is_not_there(item, call, report)
    if item.config.getoption("--rules-by-text"):
        report.user_properties = rules_by_text.told(item)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tables are made from the models: to migrate takes half a minute a worker. `test_migrations` migrates in earnest."""
    with django_db_blocker.unblock():
        append_only.protect(connection, GUARDED)


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    """Every test writes its papers, scans and test keys into a folder of its own."""
    storages = {**settings.STORAGES}
    storages["default"] = {**storages["default"], "OPTIONS": {"location": tmp_path, "base_url": None}}
    settings.STORAGES = storages
    settings.SEAL_TEST_KEYS = tmp_path / "keys"


@pytest.fixture(autouse=True, scope="session")
def _flush_past_the_triggers():
    """A test that commits is cleaned by deleting rows, which the triggers of SQLite refuse; lift them for that moment."""
    operations, guarded = type(connection.ops), GUARDED
    flush = operations.execute_sql_flush

    def lifted(ops, statements):
        append_only.unprotect(ops.connection, guarded)
        flush(ops, statements)
        append_only.protect(ops.connection, guarded)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", lifted)
        yield


def uscc(number, region="630105", kind="12"):
    """A well-formed 统一社会信用代码 for a made-up institution."""
    body = f"{kind}{region}MB{number:07d}"
    return body + uscc_check_digit(body)


def facts(name, number=1, **changed):
    """Everything a first version of an institution needs."""
    return {
        "name": name, "legal_representative": "祁雪原", "address": f"西宁市城北区门源路{number}号", "postcode": "810003",
        "phone": "0971-5501234", "uscc": uscc(number), "principal": "祁雪原", "controller": "", "grade": "2A",
        "category": "general", "nature": "public", "business": "non_profit", "licence_number": f"PDY1000{number:04d}",
        "licence_expires_on": date(2030, 12, 31), "subjects": "内科、外科、急诊医学科", "beds": 200, "staff": 320,
        "bank_name": "中国建设银行西宁城北支行", "bank_account": f"6300{number:012d}", "valid_from": date(2024, 1, 1), **changed,
    }  # fmt: skip


@pytest.fixture
def regions(db):
    rows = [("630000", "青海省", None), ("630100", "西宁市", "630000"), ("630105", "城北区", "630100"),
            ("630200", "海东市", "630000")]  # fmt: skip
    for code, name, parent in rows:
        Region.objects.create(code=code, name=name, parent_id=parent)
    return {region.code: region for region in Region.objects.all()}


@pytest.fixture
def under(request):
    """The text that the cast lives under, of `texts.TEXTS`."""
    return getattr(request, "param", texts.REFERENCE)


@pytest.fixture
def cast(under, request, tmp_path):
    """The people under another text than the reference; None under that, whose people are made one by one."""
    if under == texts.REFERENCE:
        return None
    for name in ("db", "regions", "quick_print"):
        request.getfixturevalue(name)
    own_days = request.node.get_closest_marker("own_days") is not None
    return texts.people_under(under, tmp_path, own_days)


def _agency(regions, region, level, name):
    return register_agency(
        f"JB{region}", regions[region], level, name[:2], name=name, legal_representative="韩兆麟",
        address=f"{name}办公楼", postcode="810000", phone="0971-6101234", valid_from=date(2024, 1, 1),
    )  # fmt: skip


@pytest.fixture
def agency(regions, cast):
    return (
        cast.clerk.agency
        if cast
        else _agency(regions, "630100", Level.PREFECTURE, "西宁市医疗保障经办服务中心")
    )


@pytest.fixture
def other_agency(regions, cast):
    if cast:
        return cast.neighbour()
    return _agency(regions, "630200", Level.PREFECTURE, "海东市医疗保障经办服务中心")


@pytest.fixture
def third_agency(regions, cast):
    if cast:
        return cast.third_agency()
    regions["632200"] = Region.objects.create(code="632200", name="海北州", parent_id="630000")
    return _agency(regions, "632200", Level.PREFECTURE, "海北州医疗保障经办服务中心")


@pytest.fixture
def county_agency(regions, agency, cast):
    if cast:
        return cast.county()
    return _agency(regions, "630105", Level.COUNTY, "城北区医疗保障经办服务中心")


@pytest.fixture
def province_agency(regions, agency):
    """That of the province in which `agency` is; `agency` itself if it is the province's."""
    top = agency.region.parent or agency.region
    if top == agency.region:
        return agency
    return _agency({top.code: top}, top.code, Level.PROVINCE, f"{top.name}医疗保障经办服务中心")


def _person(username, name, role, **party):
    return User.objects.create_user(username, name, role, PASSWORD, **party)


@pytest.fixture
def clerk(agency, cast):
    return cast.clerk if cast else _person("clerk", "马青禾", Role.CLERK, agency=agency)


@pytest.fixture
def reviewer(agency, cast):
    return cast.reviewer if cast else _person("reviewer", "沈玉树", Role.REVIEWER, agency=agency)


@pytest.fixture
def leader(agency, cast):
    return cast.leader if cast else _person("leader", "韩兆麟", Role.LEADER, agency=agency)


@pytest.fixture
def other_clerk(other_agency):
    return _person("other_clerk", "李东川", Role.CLERK, agency=other_agency)


@pytest.fixture
def county_clerk(county_agency):
    return _person("county_clerk", "赵北山", Role.CLERK, agency=county_agency)


@pytest.fixture
def authority(agency):
    """Of the administrative department, to which penalties are reported."""
    return _person("authority", "周监管", Role.AUTHORITY, agency=agency)


@pytest.fixture
def hospital(regions, agency, cast):
    return (
        cast.hospital
        if cast
        else register_institution("H63010500001", regions["630105"], by=None, **facts("西宁湟滨医院", 1))
    )


@pytest.fixture
def other_hospital(regions, agency, cast):
    region = cast.hospital.region if cast else regions["630105"]
    like = {"grade": cast.hospital.current.grade} if cast else {}
    return register_institution(f"H{region.code}00002", region, by=None, **facts("西宁海湖医院", 2, **like))


@pytest.fixture
def signatory(hospital, cast):
    return cast.signatory if cast else _person("signatory", "祁雪原", Role.SIGNATORY, institution=hospital)


@pytest.fixture
def operator(hospital, cast):
    return cast.operator if cast else _person("operator", "郭小满", Role.OPERATOR, institution=hospital)


@pytest.fixture
def other_operator(other_hospital):
    return _person("other_operator", "白海湖", Role.OPERATOR, institution=other_hospital)


@pytest.fixture
def edition(regions, cast):
    if cast:
        return Edition.objects.newest()
    call_command("load_editions", verbosity=0)
    return Edition.objects.newest()


@pytest.fixture
def quick_print(monkeypatch):
    """Papers in a moment: these tests are about acts, not about layout."""
    monkeypatch.setattr(
        printing, "printed", lambda paper, *_: Printed.alone(b"%PDF-1.7 " + paper.number.encode())
    )


@pytest.fixture
def desk(quick_print, edition, clerk, reviewer, leader, operator, signatory, hospital, cast):
    return cast or Desk(clerk, reviewer, leader, operator, signatory, hospital)


@pytest.fixture
def shanghai_desk(quick_print, tmp_path, db):
    return shanghai.people(tmp_path / "editions", facts("浦东临港医院", 7))
