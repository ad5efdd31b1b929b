"""The result of an inspection: fixed, signed on the spot or online, refused with a note, frozen (第五十七条)."""

import json
from io import BytesIO

import pymupdf
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import connection, transaction
from PIL import Image

from agreements.gate import RuleBroken, perform
from agreements.papers import printing
from inspections import actions
from inspections.models import Inspection, ResultSheet, SheetSignature
from inspections.pictures import EDGE, for_paper
from inspections.strokes import BadDrawing, path_of, read_drawing

from ..desk import TODAY, upload
from .office import NAME, strokes

pytestmark = pytest.mark.each_text


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.rule("Q57.3")
def test_the_result_is_fixed_when_the_fieldwork_is_finished(office):
    inspection = office.to_sign()
    sheet = inspection.sheet
    assert sheet.is_whole and sheet.snapshot["findings"][0]["amount"] == "12846.00"
    assert [one["name"] for one in sheet.snapshot["team"]] == office.names
    assert inspection.agreement.events.get(act="finish").details["digest"] == sheet.sha256
    assert sheet.blank_paper.status == "issued"


@pytest.mark.rule("Q57.3")
def test_the_hospital_signs_after_every_inspector(office):
    inspection = office.to_sign()
    for place, member in enumerate(inspection.team):
        with pytest.raises(RuleBroken, match=f"人员{'、'.join(office.names[place:])}还没有签名"):
            sign(office, inspection)
        inspection = actions.sign_as_inspector(
            inspection, member, by=office.inspector, strokes=strokes(place)
        )
    assert sign(office, inspection).status == "signed"


def sign(office, inspection, **changed):
    details = {
        "name": "祁洪生",
        "capacity": "agent",
        "strokes": strokes(5),
        "seal": upload("公章.pdf"),
        **changed,
    }
    return actions.sign_on_the_spot(inspection, by=office.inspector, **details)


@pytest.mark.rule("Q57.3")
def test_a_signature_on_the_spot_comes_with_the_seal_and_is_kept_with_it(office):
    inspection = office.inspectors_signed()
    with pytest.raises(RuleBroken, match=office.desk.words("没有公章照片.*拒绝盖章的，注明拒签.*第五十七条")):
        sign(office, inspection, seal=None)
    inspection = sign(office, inspection)
    assert inspection.sheet.institution_signature.seal.name == "公章.pdf"
    assert inspection.sheet.is_whole


def test_the_same_drawing_sent_again_changes_nothing(office):
    inspection = office.inspectors_signed()
    assert sign(office, inspection).pk == sign(office, office.fresh(inspection)).pk
    member = inspection.team[0]
    inspection = office.inspectors_signed()
    for _ in range(2):
        actions.sign_as_inspector(inspection, inspection.team[0], by=office.inspector, strokes=strokes(0))
    assert inspection.sheet.signatures.count() == len(inspection.team)
    with pytest.raises(RuleBroken, match="已经签过名"):
        actions.sign_as_inspector(inspection, inspection.team[0], by=office.inspector, strokes=strokes(77))
    assert member.signatures.count() == 1


@pytest.mark.rule("Q57.3")
def test_a_refusal_is_noted_with_the_teams_signatures_and_a_reason(office):
    inspection, least = office.to_sign(), office.desk.terms.inspecting.team_minimum
    for signed, member in enumerate(inspection.team):
        with pytest.raises(RuleBroken, match=f"{least}名核查人员签名，现在有{signed}名"):
            actions.note_refusal(inspection, by=office.inspector, reason="不认可")
        inspection = actions.sign_as_inspector(inspection, member, by=member.user, strokes=strokes(signed))
    with pytest.raises(RuleBroken):
        actions.note_refusal(inspection, by=office.inspector, reason="  ")
    inspection = actions.note_refusal(inspection, by=office.inspector, reason="不认可")
    assert inspection.status == "refused" and inspection.sheet.is_whole
    assert actions.note_refusal(inspection, by=office.inspector, reason="不认可").status == "refused"
    assert perform(inspection.transfer, by=office.desk.clerk, on=TODAY).status == "transferred"


def test_the_hospitals_own_signatory_signs_online_and_nobody_else(office):
    inspection = office.inspectors_signed()
    for stranger in (office.desk.operator, office.desk.clerk, office.inspector):
        with pytest.raises(PermissionDenied):
            actions.sign_online(inspection, by=stranger, capacity="legal")
    with pytest.raises(RuleBroken, match="没有同意电子送达"):
        actions.sign_online(inspection, by=office.desk.signatory, capacity="legal")
    office.agrees_to_electronic_delivery()
    inspection = actions.sign_online(office.fresh(inspection), by=office.desk.signatory, capacity="legal")
    assert inspection.status == "signed" and inspection.sheet.is_whole
    assert inspection.sheet.institution_signature.name == "祁雪原"


def test_taken_back_by_the_reviewer_the_sheet_counts_no_more(office):
    inspection = office.inspectors_signed()
    with pytest.raises(PermissionDenied):
        perform(inspection.reopen, by=office.inspector, reason="漏记", on=TODAY)
    perform(inspection.reopen, by=office.desk.reviewer, reason="漏记", on=TODAY)
    inspection = office.fresh(inspection)
    assert inspection.sheet is None and ResultSheet.objects.get().void_reason == "漏记"
    again = actions.finish(inspection, by=office.inspector)
    assert again.sheet.order == 2 and again.sheet.is_whole
    assert again.sheet.unsigned_members == list(again.team)


@pytest.mark.rule("Q57.3")
@pytest.mark.parametrize(
    "change, word",
    [
        ("UPDATE inspections_finding SET amount = 1", "问题、证据或核查组"),
        ("UPDATE inspections_finding SET facts = '无'", "问题、证据或核查组"),
        ("DELETE FROM inspections_finding_evidence", "问题、证据或核查组"),
        ("UPDATE agreements_attachment SET sha256 = 'x' WHERE internal", "问题、证据或核查组"),
        ("UPDATE inspections_inspectionmember SET name = '张三'", "问题、证据或核查组"),
        ("UPDATE inspections_resultsheet SET snapshot = '{}'", "与固定时的摘要不符"),
        ("UPDATE inspections_sheetsignature SET name = '张三'", "签名与事项记录不符"),
        ("UPDATE inspections_sheetsignature SET strokes = '{}'", "签名与事项记录不符"),
        ("DELETE FROM inspections_sheetsignature WHERE side = 'institution'", "签名与事项记录不符"),
    ],
)
def test_a_frozen_result_that_was_changed_in_the_database_is_found(office, client, change, word):
    inspection = office.signed()
    assert inspection.sheet.is_whole
    sql(change)
    sheet = ResultSheet.objects.get()
    assert word in sheet.fault and not sheet.is_whole
    with pytest.raises(RuleBroken, match=word):
        perform(office.fresh(inspection).archive, by=office.desk.clerk, remark="", on=TODAY)
    client.force_login(office.inspector, backend="django.contrib.auth.backends.ModelBackend")
    assert word in client.get(f"/inspections/{inspection.number}/sheet/").content.decode()
    answer = client.get(f"/inspections/{inspection.number}/sheet.pdf", follow=True)
    assert "没有打印" in answer.content.decode() and answer["Content-Type"].startswith("text/html")


def test_a_forger_who_also_mends_the_hash_is_found_by_the_record(office):
    inspection = office.signed()
    from inspections.canonical import digest_of

    sql("UPDATE inspections_finding SET amount = 1")
    sheet = ResultSheet.objects.get()
    snapshot = sheet.snapshot
    snapshot["findings"][0]["amount"] = "1.00"
    sql(
        "UPDATE inspections_resultsheet SET snapshot = %s, sha256 = %s",
        json.dumps(snapshot, ensure_ascii=False),
        digest_of(snapshot),
    )
    assert "摘要与事项记录不符" in ResultSheet.objects.get().fault
    assert inspection.pk


def test_a_file_that_was_exchanged_stops_the_print(office, client):
    inspection = office.signed()
    file = inspection.findings.get().evidence.get().file
    with open(file.path, "wb") as kept:
        kept.write(b"%PDF-1.7 other")
    client.force_login(office.inspector, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(f"/inspections/{inspection.number}/sheet.pdf", follow=True)
    assert "证据文件与固定时不符：照片.pdf" in answer.content.decode()


def test_the_database_keeps_one_sheet_and_one_signature_each(office):
    inspection = office.signed()
    sheet = inspection.sheet
    given = {"sheet": sheet, "side": "institution", "name": "甲", "capacity": "legal", "way": "online",
             "signed_at": sheet.fixed_at, "entered_by": office.inspector}  # fmt: skip
    for broken in (
        lambda: SheetSignature.objects.create(**given),
        lambda: ResultSheet.objects.create(
            inspection=inspection, order=2, snapshot={}, sha256="", fixed_by=office.inspector
        ),
    ):
        with pytest.raises(Exception, match=r"(?i)unique"), transaction.atomic():
            broken()


# ── the drawing ──


@pytest.mark.parametrize(
    "sent, word",
    [
        ("", "还没有签名"), ("[]", "还没有签名"), ("{", "没有传完整"), ('{"strokes": []}', "还没有签名"),
        ('{"width": 1000, "height": 400, "strokes": [[[1, 2], [5, 9]]]}', "太小"),
        ('{"width": 1000, "height": 400, "strokes": [[[1, 2], [900, 401]]]}', "没有传完整"),
        ('{"width": 1000, "height": 400, "strokes": [[[1.5, 2], [900, 4]]]}', "没有传完整"),
        ('{"width": 1000, "height": 400, "strokes": [[]]}', "没有传完整"),
        ('{"width": 1000, "height": 400, "strokes": "x"}', "没有传完整"),
        ('{"width": 1000, "height": true, "strokes": [[[1, 2], [900, 4]]]}', "大小不对"),
        ('{"width": 99, "height": 400, "strokes": [[[1, 2], [900, 4]]]}', "大小不对"),
        (json.dumps({"width": 1000, "height": 400, "strokes": [[[1, 1]]] * 301}), "笔画超过"),
        (json.dumps({"width": 1000, "height": 400, "strokes": [[[1, 1]] * 12001]}), "太长"),
        ("[" * 100_000, "没有传完整"),
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_refused_with_a_sentence(sent, word):
    with pytest.raises(BadDrawing, match=word):
        read_drawing(sent)


def test_a_drawing_becomes_a_path():
    drawing = json.loads(read_drawing(NAME))
    assert path_of(drawing) == "M100 100L300 220L420 90M500 80L520 400"
    assert path_of({"strokes": [[[3, 4]]]}) == "M3 4L4 4"


# ── on paper ──


@pytest.mark.rule("Q57.3")
def test_the_paper_shows_findings_signatures_hash_and_the_right_to_appeal(office, monkeypatch):
    inspection = office.signed()
    monkeypatch.undo()
    text, drawings = _printed(inspection.sheet.paper)
    assert "核查结果反馈书" in text and "重复收取电针治疗费" in text and "12,846.00" in text
    assert "祁洪生" in text and "李若水" in text and "保留申诉权利" in text and "陈述、申辩" in text
    assert inspection.sheet.sha256 in text
    assert drawings >= 3


@pytest.mark.rule("Q57.3")
def test_the_papers_rest_on_the_article_of_their_own_text(office):
    article = office.desk.terms.inspecting.article
    asked = actions.ask_for_evidence(office.underway(), by=office.inspector, what="病历", due_on=TODAY)
    for paper in (asked.paper, office.signed().sheet.paper):
        assert f"依据服务协议{article}" in paper.snapshot["paragraphs"][0]
        assert [one["label"] for one in paper.snapshot["quotes"]] == [article]


@pytest.mark.rule("Q57.3")
def test_the_paper_notes_the_refusal(office, monkeypatch):
    inspection = office.refused()
    monkeypatch.undo()
    text, _ = _printed(inspection.sheet.paper)
    assert "拒签注明：乙方拒绝签字或盖章，原因：认为收费合理" in text
    assert f"{'、'.join(office.names)}注明" in text


@pytest.mark.rule("Q57.3")
def test_the_photograph_of_the_seal_stands_on_the_paper(office, monkeypatch):
    seal = upload("公章.png", picture("PNG", (900, 1200)))
    inspection = sign(office, office.inspectors_signed(), seal=seal)
    monkeypatch.undo()
    pages = pymupdf.open(stream=printing.printed(inspection.sheet.paper).whole)
    shown = [
        (page, one, at) for page in pages for one in page.get_images() for at in page.get_image_rects(one[0])
    ]
    page, photo, place = next(found for found in shown if found[1][3] == EDGE)
    assert photo[2] == EDGE * 900 // 1200
    assert 120 < place.height < 132 and place.x1 < page.rect.width - 56  # points: 46 mm, within the margin


def picture(kind, size):
    kept = BytesIO()
    Image.new("RGBA" if kind == "PNG" else "RGB", size, "red").save(kept, kind)
    return kept.getvalue()


@pytest.mark.parametrize(
    "content, is_shown",
    [
        (picture("JPEG", (40, 40)), True),
        (picture("PNG", (40, 40)), True),
        (b"%PDF-1.7 a scan", False),
        (picture("JPEG", (400, 400))[:300], False),
        (b"", False),
    ],
)
def test_only_a_whole_picture_is_shown(content, is_shown):
    assert for_paper(ContentFile(content)).startswith("data:image/jpeg;base64,") == is_shown


def _printed(paper):
    """The words of the real print without spaces, and how many drawings by hand are on it."""
    pages = list(pymupdf.open(stream=printing.printed(paper).whole))
    drawn = [
        one for page in pages for one in page.get_drawings() if len(one["items"]) >= 2 and one["type"] == "s"
    ]
    return "".join("".join(page.get_text() for page in pages).split()), len(drawn)


def test_the_print_that_waits_for_the_pen_has_room_for_all_three(office, monkeypatch):
    inspection = office.to_sign()
    monkeypatch.undo()
    text, _ = _printed(inspection.sheet.blank_paper)
    assert "核查人员（签名）" in text and "乙方（公章）" in text and "核查人员在此注明" in text
    assert Inspection.objects.get().status == "to_sign"
