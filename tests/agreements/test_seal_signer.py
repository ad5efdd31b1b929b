"""PAdES：签名由两种软件核验，改动一个比特即被发现，同样的文书、同样的时刻得到同样的字节。"""

import hashlib
import os
import shutil
import subprocess
from datetime import timedelta

import pytest
from asn1crypto import cms
from django.utils import timezone

from agreements.papers.seal import drawing, verification
from agreements.papers.seal.keys import CertifiedKey, how_it_signs
from agreements.papers.seal.signer import AGENCY_FIELD, HOSPITAL_FIELD, SUBFILTER, CmsSigner, SealRefused
from agreements.papers.seal.stamping import sign_pdf

from .seal_world import AGENCY_NAME, HOSPITAL_NAME, openssl_says, paper_pdf, test_signer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keys(settings, tmp_path):
    settings.SEAL_TEST_KEYS = tmp_path / "keys"


@pytest.mark.parametrize("kind", ["rsa", "p256"])
def test_a_signed_paper_is_valid_for_two_tools(kind, tmp_path):
    signed = sign_pdf(paper_pdf(), test_signer(kind), AGENCY_FIELD)
    (found,) = verification.signatures_in(signed)
    assert (found.intact, found.covers, found.in_term, found.field) == (True, "whole", True, "agency")
    assert AGENCY_NAME in found.names
    good, _ = openssl_says(signed, tmp_path)
    assert good
    # The counter-proof: the same tool does see a changed byte.
    assert not openssl_says(signed.replace(b"/Producer", b"/Pr0ducer", 1), tmp_path)[0]


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="poppler's pdfsig is not installed")
@pytest.mark.parametrize("kind", ["rsa", "p256"])
def test_poppler_calls_both_signatures_valid(kind, tmp_path):
    signed = sign_pdf(paper_pdf(), test_signer(kind), AGENCY_FIELD)
    signed = sign_pdf(signed, test_signer(kind, HOSPITAL_NAME), HOSPITAL_FIELD)
    (tmp_path / "both.pdf").write_bytes(signed)
    said = subprocess.run(["pdfsig", "-nocert", tmp_path / "both.pdf"], capture_output=True, text=True).stdout
    assert said.count("Signature is Valid") == 2
    assert said.count("Total document signed") == said.count("Not total document signed") == 1


def test_the_cms_is_what_pades_asks_for():
    at = timezone.now()
    content = cms.ContentInfo.load(test_signer().cms(b"\1" * 32, at))["content"]
    attributes = {attribute["type"].native for attribute in content["signer_infos"][0]["signed_attrs"]}
    assert attributes == {"content_type", "message_digest", "signing_certificate_v2"}  # and no signing_time
    assert content["encap_content_info"]["content"].native is None
    signed = sign_pdf(paper_pdf(), test_signer(), AGENCY_FIELD, at=at)
    assert f"/SubFilter /{SUBFILTER}".encode() in signed
    assert verification.signatures_in(signed)[0].at == at.replace(microsecond=0)  # in the dictionary instead


@pytest.mark.parametrize("kind", ["rsa", "p256"])
def test_no_cms_is_longer_than_the_room_for_it(kind):
    signer, at = test_signer(kind), timezone.now()
    sizes = {len(signer.cms(hashlib.sha256(bytes([n])).digest(), at)) for n in range(100)}
    assert max(sizes) <= signer.reserved
    assert signer.reserved - min(sizes) <= 8  # and the room is not far too large


@pytest.mark.parametrize("kind", ["rsa", "p256"])
def test_the_same_paper_at_the_same_moment_is_the_same_file(kind):
    signer, at = test_signer(kind, appearance=drawing.seal_pdf(AGENCY_NAME)), timezone.now()
    assert sign_pdf(paper_pdf(), signer, AGENCY_FIELD, at=at) == sign_pdf(
        paper_pdf(), signer, AGENCY_FIELD, at=at
    )


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_one_flipped_bit_is_found(part):
    signed = bytearray(sign_pdf(paper_pdf(), test_signer(), AGENCY_FIELD))
    signed[int(len(paper_pdf()) * part)] ^= 1
    try:
        found = verification.signatures_in(bytes(signed))
    except verification.Unreadable:
        return
    assert not any(one.is_sound for one in found)


def test_a_bit_of_the_signature_itself_is_found():
    signed = sign_pdf(paper_pdf(), test_signer(), AGENCY_FIELD)
    place = signed.index(b"/Contents <") + len(b"/Contents <") + 2 * (test_signer().reserved - 20)
    changed = signed[:place] + (b"0" if signed[place : place + 1] != b"0" else b"1") + signed[place + 1 :]
    (found,) = verification.signatures_in(changed)
    assert not found.is_sound and "无效" in found.verdict


def test_words_added_after_the_signature_are_not_covered():
    from io import BytesIO

    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    signed = sign_pdf(paper_pdf(), test_signer(), AGENCY_FIELD)
    writer = IncrementalPdfFileWriter(BytesIO(signed))
    page = writer.root["/Pages"]["/Kids"][0]
    more = writer.add_object(generic.StreamObject(stream_data=b"0 0 100 100 re f"))
    page["/Contents"] = generic.ArrayObject([page.raw_get("/Contents"), more])
    writer.update_container(page)
    out = BytesIO()
    writer.write(out)
    (found,) = verification.signatures_in(out.getvalue())
    assert found.intact and found.covers == "part" and not found.is_sound


@pytest.mark.parametrize("days", [-2, 365 * 4])
def test_outside_the_certificates_term_nothing_is_signed(days):
    with pytest.raises(SealRefused, match="有效期"):
        test_signer().cms(b"\1" * 32, timezone.now() + timedelta(days=days))


def test_a_key_of_3072_bits_signs_too(tmp_path):
    from cryptography.hazmat.primitives.serialization import Encoding

    from agreements.papers.seal.keys import _signing_with

    from .seal_world import certificate, private_key

    own = certificate("rsa3072")
    algorithm, size = how_it_signs(own)
    key = CertifiedKey(own.public_bytes(Encoding.DER), algorithm, size, _signing_with(private_key("rsa3072")))
    signed = sign_pdf(paper_pdf(), CmsSigner(key, name=AGENCY_NAME), AGENCY_FIELD)
    assert verification.signatures_in(signed)[0].is_sound and openssl_says(signed, tmp_path)[0]


def test_a_file_that_is_no_pdf_is_unreadable_and_not_an_error():
    broken = b"%PDF-1.7\n/ByteRange [0 10 20 30]" + os.urandom(200)
    with pytest.raises(verification.Unreadable, match="损坏"):
        verification.signatures_in(broken)


def test_a_file_without_signatures_has_none():
    assert verification.signatures_in(paper_pdf()) == []
