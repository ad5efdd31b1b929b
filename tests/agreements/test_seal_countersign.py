"""签署页：乙方在甲方签章的原件上加签，成为第二个版本；原件一个字节也不变。"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from agreements.gate import RuleBroken
from agreements.models import Message, Paper, PaperRevision
from agreements.papers import printing
from agreements.papers.seal import hospital, seals, stamping, verification
from agreements.papers.seal.signer import AGENCY_FIELD, HOSPITAL_FIELD

from ..conftest import PASSWORD
from .seal_world import (
    HOSPITAL_NAME,
    changed_under_cover,
    countersigned,
    openssl_says,
    paper_pdf,
    print_signed,
    seal_in_use,
    test_signer,
)

pytestmark = pytest.mark.each_text
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def _keys(settings, tmp_path):
    settings.SEAL_TEST_KEYS = tmp_path / "keys"
    seals._signer.cache_clear()


@pytest.fixture
def paper(desk, agency, monkeypatch):
    """A signed copy with the agency's seal, as the hospital finds it."""
    seal_in_use(agency, desk.reviewer, desk.leader)
    monkeypatch.setattr(printing, "printed", print_signed)
    return desk.signed().papers.get(purpose=Paper.Purpose.SIGNED_COPY)


def handed_in(paper, content, by):
    return hospital.keep_countersigned(paper, SimpleUploadedFile("协议.pdf", content), by=by)


@pytest.mark.rule("Q00.5")
def test_a_file_signed_elsewhere_becomes_the_second_revision(paper, desk, tmp_path):
    first = paper.read()
    second = countersigned(first, desk.hospital)
    handed_in(paper, second, desk.signatory)
    (revision,) = paper.revisions.all()
    assert (revision.number, revision.read(), revision.by) == (2, second, desk.signatory)
    paper.refresh_from_db()
    assert paper.read() == first and second.startswith(first)
    both = verification.signatures_in(revision.read())
    assert [(one.field, one.covers, one.is_sound) for one in both] == [
        ("agency", "earlier", True), ("hospital", "whole", True),
    ]  # fmt: skip
    assert openssl_says(second, tmp_path, 0)[0] and openssl_says(second, tmp_path, 1)[0]
    event = paper.agreement.events.last()
    assert (event.act, event.actor) == ("countersign", desk.signatory)
    assert event.details["content"]["sha256"] == revision.sha256
    told = Message.objects.filter(subject="乙方已加签").values_list("recipient__username", flat=True)
    assert set(told) == {one.username for one in (desk.clerk, desk.reviewer, desk.leader)}


def test_it_is_signed_in_the_portal_with_the_hospitals_own_key(paper, desk, client):
    call_command("make_test_seal", desk.hospital.code)
    client.force_login(desk.signatory, backend=BACKEND)
    url = reverse("countersign", args=[paper.code])
    assert "在门户签署" in client.get(url).content.decode()
    refused = client.post(url, {"here": "1", "password": "不对的密码"})
    assert "密码不对" in refused.content.decode() and not paper.revisions.exists()
    assert client.post(url, {"here": "1", "password": PASSWORD}).status_code == 302
    revision = paper.revisions.get()
    assert revision.way == "portal" and verification.signatures_in(revision.read())[1].is_sound
    page = client.get(paper.agreement.get_absolute_url()).content.decode()
    assert "双方签名的版本" in page and reverse("countersign", args=[paper.code]) not in page
    served = client.get(reverse("paper-revision", args=[paper.code, 2]))
    assert b"".join(served.streaming_content) == revision.read()


def test_without_a_key_of_its_own_the_page_offers_the_upload_alone(paper, desk, client):
    client.force_login(desk.signatory, backend=BACKEND)
    url = reverse("countersign", args=[paper.code])
    assert "在门户签署" not in client.get(url).content.decode()
    with pytest.raises(RuleBroken, match="没有登记本机构的签章密钥"):
        hospital.countersign_here(paper, by=desk.signatory)
    upload = SimpleUploadedFile("协议.pdf", countersigned(paper.read(), desk.hospital))
    assert client.post(url, {"file": upload}).status_code == 302
    assert paper.revisions.get().way == "uploaded"


# ── what is refused ──


def test_a_changed_original_is_refused(paper, desk):
    changed = bytearray(paper.read())
    changed[200] ^= 1
    with pytest.raises(RuleBroken, match="不是在门户印出的原件上签署的"):
        handed_in(paper, countersigned(bytes(changed), desk.hospital), desk.signatory)


def test_another_paper_is_refused(paper, desk):
    other = stamping.sign_pdf(paper_pdf("另一份"), test_signer(), AGENCY_FIELD)
    with pytest.raises(RuleBroken, match="不是在门户印出的原件上签署的"):
        handed_in(paper, countersigned(other, desk.hospital), desk.signatory)


def test_the_original_itself_or_with_bytes_behind_it_is_refused(paper, desk):
    for content in (paper.read(), paper.read() + b"\n%%EOF\n"):
        with pytest.raises(RuleBroken, match="签署"):
            handed_in(paper, content, desk.signatory)


def test_a_damaged_second_signature_is_refused(paper, desk):
    good = countersigned(paper.read(), desk.hospital)
    place = good.rindex(b"/Contents <") + 800
    bad = good[:place] + (b"00" if good[place : place + 2] != b"00" else b"11") + good[place + 2 :]
    with pytest.raises(RuleBroken):
        handed_in(paper, bad, desk.signatory)


def test_a_certificate_of_somebody_else_is_refused(paper, desk):
    wrong = stamping.sign_pdf(paper.read(), test_signer(name="西宁海湖医院"), HOSPITAL_FIELD)
    with pytest.raises(RuleBroken, match="不是“西宁湟滨医院”"):
        handed_in(paper, wrong, desk.signatory)


def test_changed_words_beside_a_good_signature_are_refused(paper, desk):
    from io import BytesIO

    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(BytesIO(paper.read()))
    page = writer.root["/Pages"]["/Kids"][0]
    more = writer.add_object(generic.StreamObject(stream_data=b"0 0 100 100 re f"))
    page["/Contents"] = generic.ArrayObject([page.raw_get("/Contents"), more])
    writer.update_container(page)
    out = BytesIO()
    writer.write(out)
    with pytest.raises(RuleBroken, match="没有覆盖的改动"):
        handed_in(paper, countersigned(out.getvalue(), desk.hospital), desk.signatory)


def test_a_file_without_the_agencys_signature_is_refused_however_often_it_is_signed(paper, desk):
    """Taken off the list of fields, the agency's signature says nothing of what was changed behind it."""
    ours = test_signer(name=HOSPITAL_NAME)
    once = stamping.sign_pdf(changed_under_cover(paper.read()), ours, "first")
    for bad in (once, stamping.sign_pdf(once, ours, HOSPITAL_FIELD)):
        assert all(one.is_sound for one in verification.signatures_in(bad))
        with pytest.raises(RuleBroken, match="甲方的签名不在文件里"):
            handed_in(paper, bad, desk.signatory)
    assert not paper.revisions.exists()


def test_two_added_signatures_are_refused(paper, desk):
    once = countersigned(paper.read(), desk.hospital)
    twice = stamping.sign_pdf(once, test_signer(name=HOSPITAL_NAME), "second")
    with pytest.raises(RuleBroken, match="新增了 2 个签名"):
        handed_in(paper, twice, desk.signatory)


def test_an_authority_that_nobody_knows_is_refused_where_trust_is_asked_for(paper, desk, settings):
    second = countersigned(paper.read(), desk.hospital)
    settings.SEAL_TRUST_REQUIRED = True
    with pytest.raises(RuleBroken, match="受信任"):
        handed_in(paper, second, desk.signatory)


def test_a_known_authority_is_accepted_where_trust_is_asked_for(paper, desk, settings, tmp_path):
    second = countersigned(paper.read(), desk.hospital)
    roots = tmp_path / "roots"
    roots.mkdir()
    made = (settings.SEAL_TEST_KEYS / f"{desk.hospital.code}.pem").read_bytes()
    authority = made[made.rindex(b"-----BEGIN CERTIFICATE") :]
    (roots / "authority.pem").write_bytes(authority)
    settings.SEAL_TRUST_ROOTS, settings.SEAL_TRUST_REQUIRED = str(roots), True
    handed_in(paper, second, desk.signatory)
    assert verification.signatures_in(second)[1].chain == "trusted"


def test_it_is_done_once(paper, desk):
    second = countersigned(paper.read(), desk.hospital)
    handed_in(paper, second, desk.signatory)
    with pytest.raises(RuleBroken, match="已经加签"):
        handed_in(paper, second, desk.signatory)


def test_a_paper_without_the_agencys_seal_is_not_countersigned(desk, monkeypatch):
    monkeypatch.setattr(printing, "printed", print_signed)
    paper = desk.signed().papers.get(purpose=Paper.Purpose.SIGNED_COPY)
    with pytest.raises(RuleBroken, match="没有甲方的电子签章"):
        handed_in(paper, paper_pdf(), desk.signatory)


@pytest.mark.parametrize("person", ["operator", "clerk", "leader", "other_operator"])
def test_the_hospitals_signatory_alone_countersigns(person, request, paper, desk):
    second = countersigned(paper.read(), desk.hospital)
    with pytest.raises(PermissionDenied):
        handed_in(paper, second, request.getfixturevalue(person))


def test_a_revision_that_is_gone_is_said_to_be(paper, desk, client):
    handed_in(paper, countersigned(paper.read(), desk.hospital), desk.signatory)
    revision = paper.revisions.get()
    revision.file.storage.delete(revision.file.name)
    client.force_login(desk.signatory, backend=BACKEND)
    answer = client.get(reverse("paper-revision", args=[paper.code, 2]), follow=True)
    assert "文件不在了" in answer.content.decode()


def test_a_kept_revision_is_not_changed(paper, desk):
    handed_in(paper, countersigned(paper.read(), desk.hospital), desk.signatory)
    with pytest.raises(DatabaseError), transaction.atomic():
        PaperRevision.objects.update(sha256="0" * 64)


def test_the_moment_is_the_one_that_the_signature_names(paper, desk):
    at = timezone.now().replace(microsecond=0) - timedelta(hours=3)
    handed_in(paper, countersigned(paper.read(), desk.hospital, at), desk.signatory)
    assert paper.revisions.get().signed_at == at


def test_names_of_both_parties_are_read_from_the_certificates(paper, desk):
    both = verification.signatures_in(countersigned(paper.read(), desk.hospital))
    assert paper.agreement.agency.name in both[0].names and HOSPITAL_NAME in both[1].names
