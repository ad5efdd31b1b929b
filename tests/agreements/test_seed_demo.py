"""The demo: a small province built through the door."""

from collections import Counter
from contextlib import contextmanager
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.utils.timezone import localdate

from agreements.demo import agreements as story
from agreements.demo.duties import DEEDS
from agreements.demo.files import PASSWORD, rows
from agreements.models import (
    Agreement,
    Deadline,
    EditionCase,
    Paper,
    PolicySupplement,
    Proposal,
    SignRecord,
    Status,
)
from agreements.models.event import chain_fault, first_fault
from agreements.papers import printing
from agreements.papers.lanes import Printed
from institutions.differences import differences
from institutions.models import Agency, Institution, Level, Role, User


def seed(*args):
    out = StringIO()
    call_command("seed_demo", *args, processes=1, stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def province(django_db_setup, django_db_blocker, tmp_path_factory):
    """The whole demo once for all tests of this file, undone after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        with quick_print(), files_in(tmp_path_factory.mktemp("demo")):
            call_command("load_editions", verbosity=0)
            lines = seed()
        yield lines
        transaction.set_rollback(True)


@contextmanager
def quick_print():
    """Papers in a moment: these tests are about acts, not about layout."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(printing, "printed", lambda paper: Printed.alone(b"%PDF-1.7 " + paper.number.encode()))
        patch.setattr(story, "press", lambda html: b"%PDF-1.7 " + html.encode())
        yield


def files_in(folder):
    default = {**settings.STORAGES["default"], "OPTIONS": {"location": folder, "base_url": None}}
    return override_settings(
        STORAGES={**settings.STORAGES, "default": default}, SEAL_TEST_KEYS=folder / "keys"
    )


pytestmark = pytest.mark.django_db


def test_every_state_occurs(province):
    assert {*Agreement.objects.values_list("status", flat=True)} == {*Status.values}


def test_every_state_was_reached_by_recorded_acts(province):
    for agreement in Agreement.objects.all():
        assert first_fault(agreement) is None
        assert agreement.events.get(seq=1).act == "draft"
        assert agreement.events.filter(subject__startswith="协议").last().after == agreement.status


def test_a_change_of_policy_is_under_way(province):
    draft, supplement = EditionCase.objects.in_work().get(), PolicySupplement.objects.get()
    days = draft.reading.terms.change.major_working_days
    assert (days, supplement.status) == (20, PolicySupplement.Status.REVIEWED)
    assert "20个工作日内" in draft.text and chain_fault(draft) is None and chain_fault(supplement) is None


def test_each_agreement_is_a_line_with_its_number_institution_and_state(province):
    lines = [line.split("  ") for line in province.splitlines()]
    assert lines == [
        [one.number, one.institution.name, one.get_status_display()]
        for one in Agreement.objects.order_by("number")
    ]


def test_the_province_has_its_agencies_and_institutions_of_every_kind(province):
    assert Counter(Agency.objects.values_list("level", flat=True)) == {
        Level.PROVINCE: 2,
        Level.PREFECTURE: 8,
        Level.COUNTY: 1,
    }
    institutions = [one.current for one in Institution.objects.select_related("current")]
    assert len(institutions) >= 40
    for field in ("category", "nature", "business"):
        offered = dict(institutions[0]._meta.get_field(field).choices)
        assert {getattr(one, field) for one in institutions} == offered.keys()


def test_every_recorded_fact_is_one_that_a_form_would_accept(province):
    for institution in Institution.objects.select_related("current"):
        institution.full_clean()
        institution.current.full_clean()


def test_some_institutions_have_changed_since_they_were_registered(province):
    changed = [one for one in Institution.objects.all() if one.versions.count() > 1]
    assert len(changed) >= 2
    for institution in changed:
        first = institution.versions.get(number=1)
        now = institution.current
        assert [one for one in differences(first, now) if one.label]


def test_there_are_people_in_every_role(province):
    assert {*User.objects.values_list("role", flat=True)} == {*Role.values}


def test_everybody_may_log_in_with_the_one_password(province):
    assert User.objects.values("password").distinct().count() == 1
    assert User.objects.first().check_password(PASSWORD)


def test_only_counties_prepare_and_only_higher_agencies_sign(province):
    assert not Agreement.objects.filter(agency__level=Level.COUNTY).exists()
    assert Agreement.objects.filter(drafted_by__agency__level=Level.COUNTY).exists()


def test_every_paper_that_is_owed_is_printed(province):
    assert Paper.objects.exists() and not Paper.objects.filter(status=Paper.Status.OWED).exists()
    assert Paper.objects.filter(status=Paper.Status.VOIDED).exists()


def test_only_what_the_list_of_the_undone_names_is_late(province):
    late = Deadline.objects.open().filter(due_on__lt=localdate(), event__in=DEEDS)
    named = {row.rule for row in rows("undone")}
    assert late and {clock.rule for clock in late} <= named
    assert late.count() <= len(rows("undone"))


def test_an_agent_signs_with_an_authorisation(province):
    signature = SignRecord.objects.get(capacity=SignRecord.Capacity.AGENT)
    assert signature.authorisation and signature.name == signature.agreement.institution_agent


def test_a_suspension_may_have_two_causes(province):
    assert 2 in [one.open_suspensions.count() for one in Agreement.objects.filter(status=Status.SUSPENDED)]


def test_a_renewal_leaves_its_successor_in_force(province):
    for former in Agreement.objects.filter(status=Status.RENEWED):
        assert former.successors.get().status == Status.ACTIVE


def test_proposals_wait_on_every_desk(province):
    assert {*Proposal.objects.values_list("status", flat=True)} == {*Proposal.Status.values}


def test_the_logins_are_a_table(province):
    out = StringIO()
    call_command("demo_logins", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0].split() == ["登录名", "密码", "姓名", "角色", "单位"]
    assert [line.split()[1] for line in lines[1:]] == [PASSWORD] * (len(lines) - 1)
    assert User.objects.filter(username__in=[line.split()[0] for line in lines[1:]]).count() == len(lines) - 1


def test_a_second_run_is_refused_and_if_empty_does_nothing(province):
    before = Agreement.objects.count()
    with pytest.raises(CommandError, match="已有数据"):
        seed()
    assert seed("--if-empty") == ""
    assert Agreement.objects.count() == before


def test_all_is_prepared_in_one_go_and_again_without_a_change(province):
    before, out = Agreement.objects.count(), StringIO()
    call_command("prepare_demo", stdout=out)
    assert Agreement.objects.count() == before
    assert "没有变化" in out.getvalue() and PASSWORD in out.getvalue() and "下次" in out.getvalue()
