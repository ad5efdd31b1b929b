"""The pages of seals, second signatures, sealed scans and verification, at both widths."""

import pytest

from agreements.models import Paper
from agreements.papers import printing
from agreements.papers.seal import seals
from agreements.papers.seal.trial import make_test_key

from ..agreements.seal_world import (
    as_pem,
    certificate,
    countersigned,
    key_file,
    print_signed,
    private_key,
    seal_in_use,
)
from ..desk import upload
from .test_pages import WIDTHS, faults

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(desk, settings, tmp_path, monkeypatch):
    """One seal in use and one to be released, a signed copy, the signing copy with a scan."""
    settings.SEAL_TEST_KEYS = tmp_path / "keys"
    settings.SEAL_KEYS = {"xining": {"file": str(key_file(tmp_path, as_pem(private_key("p256"))))}}
    seals._signer.cache_clear()
    agency = desk.clerk.agency
    used = seal_in_use(agency, desk.reviewer, desk.leader)
    waiting = seals.register_seal(agency, as_pem(certificate()), "xining", by=desk.reviewer)
    monkeypatch.setattr(printing, "printed", print_signed)
    agreement = desk.signed()
    make_test_key(desk.hospital.code, desk.hospital.name)
    facts = {"kind": "PDF", "size": 8, "sha256": "0" * 64, "by": desk.operator}
    copy = agreement.papers.get(purpose=Paper.Purpose.SIGNING_COPY)
    copy.sealed_scans.create(seals="institution", file=upload("扫描.pdf"), **facts)
    return agreement, used, waiting


def paths(agreement, used, waiting):
    signed = agreement.papers.get(purpose=Paper.Purpose.SIGNED_COPY)
    return {
        "clerk": ["/seals/"],
        "reviewer": ["/seals/", "/seals/new/", f"/seals/{waiting.pk}/withdraw/"],
        "leader": ["/seals/", f"/seals/{waiting.pk}/release/", f"/seals/{used.pk}/seal-on-paper/"],
        "other_clerk": ["/seals/"],
        "signatory": [f"/agreements/{agreement.number}/", f"/papers/{signed.code}/countersign/",
                      f"/papers/{signed.code}/sealed-scan/"],
        None: [f"/verify/?code={signed.code}"],
    }  # fmt: skip


def test_every_page_is_accessible_and_fits(page, live_server, log_in, complaints, world, other_clerk):
    wrong = []
    for person, wanted in paths(*world).items():
        log_in(person) if person else page.context.clear_cookies()
        for path in wanted:
            page.goto(live_server.url + path)
            wrong += [f"{person} {path} {fault}" for width in WIDTHS for fault in faults(page, width)]
    assert not wrong + complaints, "\n".join(wrong + complaints)


def test_a_visitor_compares_the_file_in_hand(page, live_server, world, desk, complaints):
    signed = world[0].papers.get(purpose=Paper.Purpose.SIGNED_COPY)
    page.goto(live_server.url + "/verify/")
    file = {
        "name": "协议.pdf",
        "mimeType": "application/pdf",
        "buffer": countersigned(signed.read(), desk.hospital),
    }
    page.get_by_label("文书文件（PDF）").set_input_files(file)
    page.get_by_role("button", name="核验文件").click()
    page.get_by_text("原件真实，另有签名").wait_for()
    assert page.get_by_text("签名有效").count() == 2
    wrong = [fault for width in WIDTHS for fault in faults(page, width)]
    assert not wrong + complaints
