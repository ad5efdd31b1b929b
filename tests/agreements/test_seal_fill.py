"""套印的协议带着甲方的签章印出，乙方在原件上加签：两次签名都有效，字仍可复制。"""

import shutil
import subprocess

import pymupdf
import pytest
from django.core.management import call_command

from agreements import actions
from agreements.models import Paper
from agreements.papers import lanes
from agreements.papers.seal import seals, verification
from agreements.papers.seal.drawing import seal_pdf
from agreements.papers.seal.hospital import countersign_here
from agreements.papers.seal.signer import AGENCY_FIELD, HOSPITAL_FIELD
from agreements.papers.seal.stamping import sign_pdf

from ..desk import TODAY, Desk, signature
from .seal_world import AGENCY_NAME, HOSPITAL_NAME, openssl_says, seal_in_use, test_signer


@pytest.fixture
def paper(settings, tmp_path, edition, clerk, reviewer, leader, operator, signatory, hospital):
    """A signed copy from the real press, with a seal."""
    settings.SEAL_TEST_KEYS = tmp_path / "keys"
    seals._signer.cache_clear()
    agreement = Desk(clerk, reviewer, leader, operator, signatory, hospital).to_sign()
    seal_in_use(agreement.agency, reviewer, leader, "rsa")
    agreement = actions.sign(agreement, "institution", by=signatory, **signature("祁雪原", TODAY))
    agreement = actions.sign(agreement, "agency", by=leader, **signature("韩兆麟", TODAY))
    return agreement.papers.get(purpose=Paper.Purpose.SIGNED_COPY)


def words(page):
    return "".join(page.get_text().split())


def test_a_filled_agreement_carries_both_signatures(paper, signatory, tmp_path):
    first = paper.read()
    assert paper.form is not None  # it went the fill lane
    (found,) = verification.signatures_in(first)
    assert (found.field, found.covers, found.is_sound) == ("agency", "whole", True)
    assert openssl_says(first, tmp_path)[0]
    call_command("make_test_seal", paper.agreement.institution.code)
    countersign_here(paper, by=signatory)
    second = paper.revisions.get().read()
    both = verification.signatures_in(second)
    assert [(one.field, one.covers, one.is_sound) for one in both] == [
        ("agency", "earlier", True), ("hospital", "whole", True),
    ]  # fmt: skip
    before, after = pymupdf.open(stream=first), pymupdf.open(stream=second)
    # “SIGN” is what this viewer writes on a field that waits for a signature.
    assert [words(page).replace("SIGN", "") for page in before] == [words(page) for page in after]
    changed = [
        a.get_pixmap(dpi=50).samples != b.get_pixmap(dpi=50).samples
        for a, b in zip(before, after, strict=True)
    ]
    assert sum(changed) == 1  # the second seal is seen on one page
    if shutil.which("pdfsig"):
        (tmp_path / "both.pdf").write_bytes(second)
        said = subprocess.run(["pdfsig", "-nocert", tmp_path / "both.pdf"], capture_output=True, text=True)
        assert said.stdout.count("Signature is Valid") == 2


def test_a_sample_with_its_seal_differs_from_the_plain_lane_by_the_seal_alone(paper, monkeypatch):
    signer = seals.signer_for(paper)
    assert lanes.check_sample([paper], signer) == []
    cms = signer.cms
    monkeypatch.setattr(signer, "cms", lambda digest, at: cms(bytes(32), at))
    monkeypatch.setattr(lanes, "differences", lambda first, second: ["第1页文字不同"])
    assert lanes.check_sample([paper], signer) == [
        f"{paper.number}：{what}" for what in ("第1页文字不同", "电子签名核验不通过")
    ]


def test_in_the_plain_lane_the_seals_stand_where_the_words_ask_for_them(paper, tmp_path):
    plain = lanes.laid_out(paper)
    signed = plain
    for field, name in ((AGENCY_FIELD, AGENCY_NAME), (HOSPITAL_FIELD, HOSPITAL_NAME)):
        signed = sign_pdf(signed, test_signer(name=name, appearance=seal_pdf(name)), field)
    filled, plain = (fields(pymupdf.open(stream=content)) for content in (paper.read(), signed))
    assert filled.keys() == plain.keys() == {"agency", "hospital"}
    for name in filled:
        assert filled[name][0] == plain[name][0]  # the same page
        assert abs(filled[name][1] - plain[name][1]) < 15  # within half a centimetre of the filled one


def fields(document):
    """{name of a signature field: (page, its upper left corner)}."""
    return {field.field_name: (page.number, field.rect.tl) for page in document for field in page.widgets()}
