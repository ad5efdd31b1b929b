"""公开核验：手里的文件是不是印出的、有没有改动、谁在何时签的、覆盖整份没有、证书由谁担保。"""

import asyncio
import resource
import zlib

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from agreements import actions
from agreements.gate import perform
from agreements.models import Paper
from agreements.papers import printing
from agreements.papers.seal import hospital, seals, stamping, verification
from agreements.papers.seal.signer import AGENCY_FIELD
from agreements.views import public

from .seal_world import (
    AGENCY_NAME,
    HOSPITAL_NAME,
    as_pem,
    certificate,
    changed_under_cover,
    countersigned,
    key_file,
    paper_pdf,
    print_signed,
    private_key,
    seal_in_use,
    test_signer,
)


@pytest.fixture(autouse=True)
def _keys(settings, tmp_path):
    settings.SEAL_TEST_KEYS = tmp_path / "keys"
    seals._signer.cache_clear()
    cache.clear()


@pytest.fixture
def paper(desk, agency, monkeypatch):
    seal_in_use(agency, desk.reviewer, desk.leader)
    monkeypatch.setattr(printing, "printed", print_signed)
    return desk.signed().papers.get(purpose=Paper.Purpose.SIGNED_COPY)


def by_file(client, content, name="协议.pdf"):
    return client.post(reverse("verify"), {"file": SimpleUploadedFile(name, content)}).content.decode()


def by_code(client, paper):
    return client.get(reverse("verify"), {"code": paper.code}).content.decode()


def test_a_code_shows_who_signed_when_and_how_much(paper, client):
    page = by_code(client, paper)
    assert "真实，有效" in page and AGENCY_NAME in page
    assert "整份文件" in page and "签名有效" in page and "测试证书" in page


def test_the_original_is_known_and_its_signature_valid(paper, client):
    page = by_file(client, paper.read())
    assert "真实，有效" in page and paper.number in page and "签名有效" in page


def test_the_countersigned_file_is_known_as_the_second_revision(paper, desk, client):
    second = countersigned(paper.read(), desk.hospital)
    hospital.keep_countersigned(paper, SimpleUploadedFile("a.pdf", second), by=desk.signatory)
    for page in (by_file(client, second), by_code(client, paper)):
        assert "真实，有效" in page and HOSPITAL_NAME in page and "其后只增加了签名" in page
    assert "第2个版本" in by_file(client, second)
    assert "真实，有效" in by_file(client, paper.read())  # the first stays what it was


def test_a_countersigned_file_that_was_not_handed_in_says_so(paper, desk, client):
    page = by_file(client, countersigned(paper.read(), desk.hospital))
    assert "原件真实，另有签名" in page and "没有存入本门户" in page


def test_what_was_added_without_a_signature_is_an_alteration(paper, client):
    page = by_file(client, paper.read() + b"\n1 0 obj\n<<>>\nendobj\n%%EOF\n")
    assert "被改动过" in page and "真实，有效" not in page


def test_a_strangers_signature_does_not_cover_up_what_was_changed(paper, client):
    """The agency's signature is taken off the list of fields; the stranger's covers the changed file wholly."""
    changed = stamping.sign_pdf(changed_under_cover(paper.read()), test_signer(name="某公司"), "other")
    assert [one.is_sound for one in verification.signatures_in(changed)] == [True]
    page = by_file(client, changed)
    assert "被改动过" in page and "只增加了签名" not in page


def test_words_that_look_like_a_signed_part_vouch_for_nothing(desk, client, monkeypatch):
    """A paper that nobody signed, changed and signed by a stranger, who names the length of the original."""
    monkeypatch.setattr(printing, "printed", print_signed)
    original = desk.signed().papers.get(purpose=Paper.Purpose.SIGNED_COPY).read()
    changed = changed_under_cover(original, b"%%/ByteRange [0 1 2 %d]\n" % (len(original) - 2))
    page = by_file(client, stamping.sign_pdf(changed, test_signer(name="某公司"), "other"))
    assert "被改动过" in page and "只增加了签名" not in page


def test_a_voided_paper_stays_void_with_a_signature_more(paper, desk, client):
    content = countersigned(paper.read(), desk.hospital)
    actions.void_paper(paper, by=desk.reviewer, reason="内容有误")
    page = by_file(client, content)
    assert "真实，已作废" in page and "内容有误" in page


def test_one_flipped_bit_is_found(paper, client):
    changed = bytearray(paper.read())
    changed[300] ^= 1
    page = by_file(client, bytes(changed))
    assert "查无此文书" in page and "签名有效" not in page


def test_a_strangers_signature_is_shown_as_nobodys(db, client):
    signed = stamping.sign_pdf(paper_pdf(), test_signer(name="某公司"), AGENCY_FIELD)
    page = by_file(client, signed)
    assert "查无此文书" in page and "某公司" in page and "身份未经证实" in page


def test_a_known_authority_is_named_as_such(db, settings, tmp_path):
    signed = stamping.sign_pdf(paper_pdf(), test_signer(), AGENCY_FIELD)
    (made,) = settings.SEAL_TEST_KEYS.glob("*.pem")
    content, roots = made.read_bytes(), tmp_path / "roots"
    roots.mkdir()
    (roots / "authority.cer").write_bytes(content[content.rindex(b"-----BEGIN CERTIFICATE") :])
    assert verification.signatures_in(signed)[0].chain == "unknown"
    settings.SEAL_TRUST_ROOTS = str(roots)
    assert verification.signatures_in(signed)[0].chain == "trusted"


def test_a_registered_seal_without_a_known_authority_is_named_as_registered(
    agency, reviewer, leader, settings, tmp_path
):
    settings.SEAL_KEYS = {"xining": {"file": str(key_file(tmp_path, as_pem(private_key("p256"))))}}
    seal = seals.register_seal(agency, as_pem(certificate()), "xining", by=reviewer)
    perform(seal.release, by=leader)
    signed = stamping.sign_pdf(paper_pdf(), seals.signer_of(agency), AGENCY_FIELD)
    (found,) = verification.signatures_in(signed)
    assert (found.chain, found.is_sound) == ("registered", True)


def test_a_file_that_is_gone_is_said_to_be_and_not_passed_over(paper, client):
    paper.file.storage.delete(paper.file.name)
    page = by_code(client, paper)
    assert paper.number in page and "读不出来，电子签名没有核验" in page


def test_a_voided_paper_stays_void_whatever_its_signature(paper, desk, client):
    content = paper.read()
    actions.void_paper(paper, by=desk.reviewer, reason="内容有误")
    page = by_file(client, content)
    assert "真实，已作废" in page and "内容有误" in page


# ── what a visitor may send ──


@pytest.mark.parametrize("content, words", [
    (b"<html>not a pdf", "不是 PDF"), (b"\x89PNG\r\n\x1a\n picture", "不是 PDF"), (b"", "空文件"),
])  # fmt: skip
def test_only_a_pdf_is_read(db, client, content, words):
    assert words in by_file(client, content)


def test_a_large_file_is_refused_before_it_is_read(db, client, settings):
    settings.UPLOAD_MAX_BYTES = 1024
    assert "不是本门户印出的文书" in by_file(client, b"%PDF-1.7" + b"0" * 2000)


def test_a_crafted_file_gets_a_sentence_and_no_error(db, client):
    for rest in (b"/ByteRange [0 5 9 3] startxref 0 %%EOF", b"/ByteRange [0 1 2 99999999999]", b"\0" * 500):
        page = by_file(client, b"%PDF-1.7\n" + rest)
        assert "查无此文书" in page


def test_a_bomb_costs_only_the_process_that_reads_it(db, client):
    """A stream of a few hundred kilobytes that would unfold to 700 MB, where the parser looks first."""
    packed = zlib.compressobj(1)
    stream = b"".join(packed.compress(bytes(10_000_000)) for _ in range(70)) + packed.flush()
    head = b"%%PDF-1.7\n1 0 obj\n<</Type/XRef/Size 9/W[1 2 1]/Root 2 0 R/Filter/FlateDecode/Length %d>>\nstream\n"
    bomb = head % len(stream) + stream + b"\nendstream\nendobj\n%/ByteRange [0 1 2 3]\nstartxref\n9\n%%EOF\n"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    page = by_file(client, bomb)
    assert "读不出来" in page
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024  # KB


def test_nothing_of_it_is_kept(paper, client, tmp_path):
    before = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    by_file(client, paper.read() + b"%more")
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == before


def test_one_address_may_not_ask_without_end(db, client):
    for _ in range(public.VERIFIED_AT_ONCE):
        by_file(client, b"%PDF-1.7 x")
    answer = client.post(reverse("verify"), {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7 x")})
    assert answer.status_code == 429 and "再试" in answer.content.decode()
    assert client.get(reverse("verify")).status_code == 200  # looking up a code goes on
    other = client.post(
        reverse("verify"), {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7 x")}, REMOTE_ADDR="10.0.0.9"
    )
    assert other.status_code == 200


def test_one_address_may_not_try_codes_without_end(db, client):
    answers = [client.get(reverse("verify"), {"code": "ABCD-2345"}) for _ in range(public.CODES_AT_ONCE + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {200}
    assert answers[-1].status_code == 429 and answers[-1]["Retry-After"] == "60"
    assert client.get(reverse("verify")).status_code == 200  # the page itself is there
    assert by_file(client, b"%PDF-1.7 x")  # and takes a file
    assert client.get(reverse("verify"), {"code": "ABCD-2345"}, REMOTE_ADDR="10.0.0.9").status_code == 200


def test_no_network_is_asked(paper, monkeypatch):
    import socket

    def refuse(*args, **kwargs):
        raise AssertionError("a connection was opened")

    content = paper.read()
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert verification.signatures_in(content)[0].is_sound


def test_a_signature_is_read_where_an_event_loop_runs_already(paper):
    pdf = paper.read()

    async def read():
        return verification.read_signatures(pdf, verification.roots_in(""))

    assert [one.is_sound for one in asyncio.run(read())] == [True]
