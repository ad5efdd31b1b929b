"""印章管理：一人登记、另一人启用；到期、停用的不能签章；已签署的协议由门户加盖电子签章。"""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from agreements.applications import actions as applications
from agreements.gate import RuleBroken, perform
from agreements.models import AgencySeal, Paper, SealEvent
from agreements.models.event import chain_fault
from agreements.papers import printing
from agreements.papers.seal import keys, seals, verification
from agreements.papers.seal.signer import SealRefused
from institutions.models import Role

from ..conftest import PASSWORD
from ..desk import TODAY, signature
from .seal_world import as_pem, certificate, key_file, print_signed, private_key, seal_in_use

pytestmark = pytest.mark.each_text
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def _keys(settings, tmp_path):
    settings.SEAL_TEST_KEYS = tmp_path / "keys"
    seals._signer.cache_clear()


@pytest.fixture
def own_key(settings, tmp_path, agency):
    """A certificate in the agency's name, its key named “xining” on the server."""
    path = key_file(tmp_path, as_pem(private_key("p256")))
    settings.SEAL_KEYS = {"xining": {"file": str(path)}}
    return as_pem(certificate(name=agency.name))


@pytest.fixture
def registered(agency, reviewer, own_key):
    return seals.register_seal(agency, own_key, "xining", by=reviewer)


@pytest.fixture
def in_use(registered, leader):
    return perform(registered.release, by=leader)


def signed_paper(desk, monkeypatch):
    """A signed agreement's copy, printed as the printing house does."""
    monkeypatch.setattr(printing, "printed", print_signed)
    return desk.signed().papers.get(purpose=Paper.Purpose.SIGNED_COPY)


def test_a_seals_record_is_verified_with_the_others(in_use):
    call_command("verify_events")
    assert chain_fault(in_use) is None
    AgencySeal.objects.filter(pk=in_use.pk).update(events_count=3)
    out = StringIO()
    with pytest.raises(CommandError, match="1份其他案卷中，1份的记录不完好"):
        call_command("verify_events", stdout=out)
    assert f"{in_use}：末尾缺失：应有3条，现有2条" in out.getvalue()


# ── who, and in which order ──


def test_one_registers_and_another_releases(registered, reviewer, leader):
    assert (registered.status, registered.registered_by) == ("registered", reviewer)
    released = perform(registered.release, by=leader)
    assert (released.status, released.released_by) == ("released", leader)
    assert [event.act for event in released.events.all()] == ["register", "release"]


def test_whoever_registered_it_does_not_release_it(registered, reviewer):
    with pytest.raises(PermissionDenied):
        perform(registered.release, by=reviewer)
    reviewer.role = "leader"  # promoted in the meantime
    reviewer.save()
    with pytest.raises(RuleBroken, match="由另一人"):
        perform(registered.release, by=reviewer)


@pytest.mark.parametrize("person", ["clerk", "leader", "operator", "other_clerk"])
def test_nobody_else_registers(person, request, agency, own_key):
    with pytest.raises(PermissionDenied):
        seals.register_seal(agency, own_key, "xining", by=request.getfixturevalue(person))
    assert not AgencySeal.objects.exists()


def test_one_agency_has_one_seal_in_use(in_use, agency, reviewer, leader, own_key):
    second = seals.register_seal(agency, own_key, "xining", by=reviewer)
    with pytest.raises(RuleBroken, match="先停用那一枚"):
        perform(second.release, by=leader)
    perform(in_use.withdraw, by=leader, reason="换发证书")
    assert perform(second.release, by=leader).status == "released"


def test_the_certificate_must_be_the_agencys(agency, reviewer, own_key):
    stranger = as_pem(certificate(name="另一家医疗保障经办服务中心"))
    with pytest.raises(RuleBroken, match=f"不是“{agency.name}"):
        seals.register_seal(agency, stranger, "xining", by=reviewer)


def test_an_expired_certificate_is_not_registered(agency, reviewer, own_key):
    with pytest.raises(RuleBroken, match="到期"):
        seals.register_seal(
            agency, as_pem(certificate(name=agency.name, begins=-20, ends=-10)), "xining", by=reviewer
        )


def test_a_seal_whose_key_is_gone_is_not_released(registered, leader, settings):
    settings.SEAL_KEYS = {}
    with pytest.raises(RuleBroken, match="密钥不能使用"):
        perform(registered.release, by=leader)


def test_a_withdrawn_seal_never_comes_back(in_use, leader):
    withdrawn = perform(in_use.withdraw, by=leader, reason="私钥可能泄露")
    assert withdrawn.active_until is not None
    with pytest.raises(RuleBroken, match="已停用"):
        perform(withdrawn.release, by=leader)


def test_the_record_of_a_seal_is_only_added_to(in_use):
    first, second = in_use.events.all()
    assert second.previous == first.hash and second.digest() == second.hash
    with pytest.raises(DatabaseError), transaction.atomic():
        SealEvent.objects.filter(pk=first.pk).update(actor_name="某人")
    with pytest.raises(DatabaseError), transaction.atomic():
        first.delete()


def test_no_key_lies_in_the_database(in_use):
    for field in AgencySeal._meta.concrete_fields:
        assert "PRIVATE KEY" not in str(getattr(in_use, field.attname)), field.name


# ── what is sealed ──


def test_a_signed_copy_goes_out_with_the_agencys_seal(in_use, desk, monkeypatch):
    paper = signed_paper(desk, monkeypatch)
    (found,) = verification.signatures_in(paper.read())
    assert found.is_sound and desk.clerk.agency.name in found.names and found.field == "agency"


def test_the_copy_to_sign_and_other_papers_carry_none(in_use, desk, monkeypatch):
    paper = signed_paper(desk, monkeypatch)
    others = paper.agreement.papers.exclude(pk=paper.pk)
    assert others and all(seals.signer_for(other) is None for other in others)


@pytest.mark.rule("Q77.2")
def test_a_signed_supplement_goes_out_with_the_agencys_seal(in_use, desk, monkeypatch):
    agreement = signed_paper(desk, monkeypatch).agreement
    desk.granted(desk.change_request(agreement, changes={"name": "西宁湟滨第一医院"}))
    supplement = agreement.amendments.get()
    for side, by, name in (("institution", desk.signatory, "祁雪原"), ("agency", desk.leader, "韩兆麟")):
        supplement = applications.sign_amendment(supplement, side, by=by, **signature(name, TODAY))
    (found,) = verification.signatures_in(supplement.signed_paper.read())
    assert found.is_sound and desk.clerk.agency.name in found.names and found.field == "agency"
    assert verification.signatures_in(supplement.signing_paper.read()) == []


def test_an_agency_without_a_seal_seals_on_paper(desk, monkeypatch):
    paper = signed_paper(desk, monkeypatch)
    assert paper.status == "issued" and verification.signatures_in(paper.read()) == []


def test_an_agency_may_go_back_to_paper_and_return(in_use, desk, leader, monkeypatch):
    perform(in_use.seal_on_paper, by=leader)
    paper = signed_paper(desk, monkeypatch)
    assert seals.signer_for(paper) is None
    perform(in_use.seal_electronically, by=leader)
    assert seals.signer_for(paper) is not None


def test_after_a_withdrawal_the_paper_waits_and_says_why(
    in_use, desk, reviewer, leader, agency, own_key, monkeypatch
):
    perform(in_use.withdraw, by=leader, reason="私钥可能泄露")
    paper = signed_paper(desk, monkeypatch)
    assert paper.status == "owed" and "停用（私钥可能泄露）" in paper.failure and "纸质签章" in paper.failure
    perform(seals.register_seal(agency, own_key, "xining", by=reviewer).release, by=leader)
    assert printing.print_owed(paper)
    paper.refresh_from_db()
    assert verification.signatures_in(paper.read())[0].is_sound


def test_after_its_last_day_the_seal_is_not_set(in_use, desk, monkeypatch, time_machine):
    paper = signed_paper(desk, monkeypatch)
    time_machine.move_to(timezone.now() + timedelta(days=366), tick=False)
    with pytest.raises(SealRefused, match="到期"):
        seals.signer_for(paper)


def test_a_withdrawal_counts_at_once_though_the_key_is_open(in_use, desk, leader, monkeypatch):
    paper = signed_paper(desk, monkeypatch)
    assert seals.signer_for(paper)
    perform(in_use.withdraw, by=leader, reason="换发证书")
    with pytest.raises(SealRefused, match="停用"):
        seals.signer_for(paper)


def test_one_paper_more_costs_one_query(in_use, desk, monkeypatch, django_assert_num_queries):
    paper = signed_paper(desk, monkeypatch)
    agency = paper.agreement.agency
    seals.signer_of(agency)
    with django_assert_num_queries(1):
        seals.signer_of(agency)


# ── test seals ──


def test_a_test_seal_is_made_in_one_command_and_says_so(agency, reviewer, leader, capsys):
    call_command("make_test_seal", agency.code)
    seal = AgencySeal.objects.get()
    assert seal.is_test and seal.status == "released" and "测试章，已启用" in capsys.readouterr().out
    call_command("make_test_seal", agency.code)  # once more: the old one is withdrawn
    assert sorted(AgencySeal.objects.values_list("status", flat=True)) == ["released", "withdrawn"]


def test_a_test_seal_needs_two_people(agency, reviewer):
    agency.people.filter(role=Role.LEADER).update(is_active=False)
    with pytest.raises(CommandError, match="负责人"):
        call_command("make_test_seal", agency.code)


def test_production_makes_and_uses_no_test_seal(agency, reviewer, leader, settings):
    seal_in_use(agency, reviewer, leader)
    settings.SEALS_FOR_TRIAL = False
    with pytest.raises(CommandError, match="SEALS_FOR_TRIAL"):
        call_command("make_test_seal", agency.code)
    with pytest.raises(SealRefused, match="测试章"):
        seals.signer_of(agency)
    with pytest.raises(SealRefused, match="测试密钥"):
        keys.opened_key(f"test:{agency.code}")


# ── the pages ──


def posted(client, user, url, **data):
    client.force_login(user, backend=BACKEND)
    return client.post(url, data, follow=True)


def test_a_seal_from_the_certificate_file_to_its_use(client, reviewer, leader, own_key):
    upload = SimpleUploadedFile("seal.cer", own_key)
    page = posted(
        client,
        reviewer,
        reverse("seal-new"),
        certificate=upload,
        source="xining",
        purpose="医保服务协议专用章",
    )
    assert "待启用" in page.content.decode()
    seal = AgencySeal.objects.get()
    page = posted(client, leader, reverse("seal-act", args=[seal.pk, "release"]), password="不对的密码")
    assert "密码不对" in page.content.decode()
    page = posted(client, leader, reverse("seal-act", args=[seal.pk, "release"]), password=PASSWORD)
    assert "使用中" in page.content.decode() and seal.fingerprint in page.content.decode()
    page = posted(client, leader, reverse("seal-act", args=[seal.pk, "withdraw"]), reason="换发证书")
    assert "已停用" in page.content.decode() and "换发证书" in page.content.decode()


def test_another_agency_sees_nothing_of_it(client, in_use, other_clerk):
    client.force_login(other_clerk, backend=BACKEND)
    assert in_use.fingerprint not in client.get(reverse("seals")).content.decode()
    assert client.get(reverse("seal-act", args=[in_use.pk, "withdraw"])).status_code == 404


def test_what_is_wrong_with_a_certificate_is_said_on_the_page(client, reviewer, own_key):
    upload = SimpleUploadedFile("seal.cer", as_pem(private_key("p256")))
    page = posted(
        client, reviewer, reverse("seal-new"), certificate=upload, source="xining", purpose="专用章"
    )
    assert "私钥" in page.content.decode() and not AgencySeal.objects.exists()
