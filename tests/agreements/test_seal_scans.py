"""签署页：在纸上签章的，上传盖章件；双方同时盖或先后盖，按文号归入文书，二维码读得出的须相符。"""

import resource
import subprocess
import zlib
from io import BytesIO

import pikepdf
import pytest
import segno
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from agreements import actions
from agreements.gate import RuleBroken, perform
from agreements.models import Paper
from agreements.papers.seal import scans

from ..desk import signature, upload

pytestmark = [pytest.mark.each_text, pytest.mark.own_days]
BACKEND = "django.contrib.auth.backends.ModelBackend"


def scanned(text, kind="PNG", turned=0):
    """A page with a square code in its corner, as a scanner gives it."""
    page = Image.new("L", (1240, 1754), 255)
    out = BytesIO()
    segno.make(text, error="m").save(out, kind="png", scale=4, border=4)
    square = Image.open(out).convert("L")
    page.paste(square, (980, 60))
    page = page.rotate(turned, fillcolor=255)
    content = BytesIO()
    page.save(content, kind, **({"resolution": 150} if kind == "PDF" else {}))
    return SimpleUploadedFile(f"盖章件.{kind.lower()}", content.getvalue())


@pytest.fixture
def paper(desk):
    return desk.to_sign().papers.get(purpose=Paper.Purpose.SIGNING_COPY)


def keep(paper, by, seals="both", number=None, scan=None):
    return perform(
        paper.keep_sealed_scan,
        by=by,
        seals=seals,
        number=number or paper.number,
        scan=scan or upload("扫描.pdf"),
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "PDF"])
@pytest.mark.parametrize("turned", [0, 180, 2])
def test_the_square_of_a_scan_is_read(kind, turned, db, paper):
    assert scans.code_in(scanned(paper.verify_url, kind, turned)) == paper.code


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7 no pages", b"\xff\xd8\xff damaged", b"\x89PNG\r\n\x1a\n damaged"]
)
def test_what_cannot_be_read_has_no_square_and_is_no_error(content):
    assert scans.code_in(SimpleUploadedFile("扫描", content)) == ""


def test_a_page_that_would_take_all_memory_costs_only_the_process_that_reads_it():
    """A picture of some hundred kilobytes that unfolds to 600 MB, on one small page."""
    packed = zlib.compressobj(9)
    dots = b"".join(packed.compress(bytes(1_000_000)) for _ in range(600)) + packed.flush()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        image = pdf.make_stream(dots, Filter=pikepdf.Name.FlateDecode, Type=pikepdf.Name.XObject,
                                Subtype=pikepdf.Name.Image, Width=10_000, Height=15_000, BitsPerComponent=8,
                                ColorSpace=pikepdf.Name.DeviceCMYK)  # fmt: skip
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(A=image))
        page.obj.Contents = pdf.make_stream(b"595 0 0 842 0 0 cm /A Do")
        out = BytesIO()
        pdf.save(out)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert scans.code_in(SimpleUploadedFile("扫描.pdf", out.getvalue())) == ""
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024  # KB


def test_the_door_does_not_read_again_what_the_form_has_read(paper, desk, monkeypatch):
    scan = scanned(paper.verify_url)
    assert scans.code_in(scan) == paper.code
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("read under the lock"))
    keep(paper, desk.operator, scan=scan)
    assert paper.sealed_scans.get().square_read


def test_another_square_on_the_page_is_none_of_ours():
    assert scans.code_in(scanned("https://example.org/?code=")) == ""


@pytest.mark.rule("Q00.5")
def test_both_seals_on_one_scan(paper, desk):
    keep(paper, desk.operator, scan=scanned(paper.verify_url))
    (scan,) = paper.sealed_scans.all()
    assert (scan.seals, scan.kind, scan.square_read, scan.by) == ("both", "PNG", True, desk.operator)
    assert paper.agreement.events.last().details["scan"]["sha256"] == scan.sha256


def test_one_party_after_the_other(paper, desk):
    keep(paper, desk.operator, "institution")
    assert paper.sealed_sides == {"institution"}
    keep(paper, desk.clerk, "agency")
    paper = Paper.objects.get(pk=paper.pk)
    assert paper.sealed_sides == {"agency", "institution"}


@pytest.mark.parametrize("first, person, second", [
    ("both", "operator", "institution"), ("institution", "operator", "institution"), ("institution", "operator", "both"),
])  # fmt: skip
def test_no_party_twice(paper, desk, first, person, second):
    keep(paper, desk.operator, first)
    with pytest.raises(RuleBroken, match="已经上传"):
        keep(paper, getattr(desk, person), second)


def test_the_number_must_be_that_of_the_paper(paper, desk):
    with pytest.raises(RuleBroken, match="与这份文书不符"):
        keep(paper, desk.operator, number="西宁协〔2026〕999号")


def test_blanks_in_the_number_do_not_matter(paper, desk):
    keep(paper, desk.operator, number=f" {paper.number[:3]} {paper.number[3:]}")
    assert paper.sealed_scans.exists()


@pytest.mark.parametrize("kind", ["PNG", "PDF"])
def test_the_scan_of_another_paper_is_refused(paper, desk, kind):
    other = scanned("http://127.0.0.1:8000/verify/?code=AAAA-2222", kind)
    with pytest.raises(RuleBroken, match="AAAA-2222"):
        keep(paper, desk.operator, scan=other)
    assert not paper.sealed_scans.exists()


def test_a_scan_without_a_readable_square_is_kept_and_says_so(paper, desk):
    keep(paper, desk.operator)
    assert paper.sealed_scans.get().square_read is False


def test_the_hospital_does_not_speak_for_the_agencys_seal(paper, desk):
    with pytest.raises(RuleBroken, match="由甲方上传"):
        keep(paper, desk.operator, "agency")


@pytest.mark.only_text(
    "qinghai", "made-up", reason="the neighbour in Shanghai is that of the hospital's district"
)
@pytest.mark.parametrize("person", ["other_operator", "other_clerk"])
def test_strangers_upload_nothing(person, request, paper):
    with pytest.raises(PermissionDenied):
        keep(paper, request.getfixturevalue(person))


def test_a_notice_is_not_sealed_by_both(paper, desk):
    notice = Paper.owe(paper.agreement, Paper.Purpose.DISPLAY_NOTICE, {}, 2026)
    with pytest.raises(RuleBroken):
        keep(notice, desk.clerk)


def test_a_signature_by_scan_must_be_of_the_signing_copy(paper, desk):
    """签署时上传的扫描件也一样：别的文书的不收，签署稿的收下。"""
    other = scanned("http://127.0.0.1:8000/verify/?code=AAAA-2222")
    facts = signature("祁雪原", scan=other, statement="")
    with pytest.raises(RuleBroken, match="不是这份协议的签署稿"):
        actions.sign(paper.agreement, "institution", by=desk.signatory, **facts)
    own = facts | {"scan": scanned(paper.verify_url)}
    actions.sign(paper.agreement, "institution", by=desk.signatory, **own)
    assert paper.agreement.valid_signatures.get().scan_sha256


# ── the page ──


def test_the_page_keeps_shows_and_serves_it(paper, desk, client):
    client.force_login(desk.operator, backend=BACKEND)
    url = reverse("sealed-scan", args=[paper.code])
    page = client.post(url, {"number": "写错了", "seals": "both", "scan": scanned(paper.verify_url)})
    assert "应为" in page.content.decode()
    scan = scanned(paper.verify_url)
    content = scan.read()
    scan.seek(0)
    client.post(url, {"number": paper.number, "seals": "both", "scan": scan})
    kept = paper.sealed_scans.get()
    record = client.get(paper.agreement.get_absolute_url()).content.decode()
    assert "盖章件（双方）" in record and "二维码已核对" in record and kept.sha256[:16] in record
    served = client.get(reverse("sealed-scan-file", args=[paper.code, kept.pk]))
    assert b"".join(served.streaming_content) == content
    assert "attachment" in served.headers["Content-Disposition"]


def test_a_renamed_file_is_refused(paper, desk, client):
    client.force_login(desk.operator, backend=BACKEND)
    fake = SimpleUploadedFile("盖章件.pdf", b"<html>")
    page = client.post(
        reverse("sealed-scan", args=[paper.code]), {"number": paper.number, "seals": "both", "scan": fake}
    )
    assert "不是 PDF、JPEG 或 PNG" in page.content.decode() and not paper.sealed_scans.exists()


def test_another_hospital_cannot_open_it(paper, desk, client, other_operator):
    keep(paper, desk.operator)
    client.force_login(other_operator, backend=BACKEND)
    kept = paper.sealed_scans.get()
    assert client.get(reverse("sealed-scan-file", args=[paper.code, kept.pk])).status_code == 404
