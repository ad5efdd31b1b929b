"""The yearly assessment: indicators, feedback, objection, a final result that alone is used (第五十八条、第五十九条)."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from agreements.gate import RuleBroken, perform
from agreements.models import Paper
from agreements.renewals import actions as renewals
from inspections.models import Assessment
from inspections.records.actions import file_record
from inspections.records.lines import read_scores

from ..desk import TODAY, upload

pytestmark = pytest.mark.each_text

LAST = TODAY.year - 1


def line(indicator, weight, score, about="机构"):
    return {"indicator": indicator, "weight": str(weight), "score": str(score), "about": about, "note": ""}


LINES = [line("基金使用", 60, 55), line("人员行为", 40, "31.5", "人员")]


def drafted(desk, agreement, lines=None, year=LAST):
    facts = {"year": year, "method": "绩效考核办法", "lines": LINES if lines is None else lines}
    return file_record(Assessment, agreement, by=desk.clerk, facts=facts)


def fed_back(desk, agreement):
    return perform(drafted(desk, agreement).feed_back, by=desk.reviewer, on=TODAY)


def past(assessment):
    """Its window of objections lies behind."""
    Assessment.objects.filter(pk=assessment.pk).update(objection_due_on=TODAY - timedelta(days=1))
    return Assessment.objects.get(pk=assessment.pk)


def final(desk, agreement):
    return perform(past(fed_back(desk, agreement)).finish, by=desk.leader, reply="", on=TODAY)


@pytest.mark.rule("Q58.1", "Q04.4")
@pytest.mark.parametrize(
    "scores, total, band",
    [((60, 30), "90", "优秀"), ((60, "29.99"), "89.99", "良好"), ((50, 30), "80", "良好"), ((30, 30), "60", "合格"),
     ((0, 0), "0", "不合格")],
)  # fmt: skip
def test_the_total_falls_into_its_band(desk, scores, total, band):
    made = drafted(
        desk, desk.signed(), [line("基金使用", 60, scores[0]), line("人员行为", 40, scores[1], "人员")]
    )
    assert (str(made.total), made.band) == (total, band if desk.terms.assessment.bands else "")


@pytest.mark.rule("Q58.1")
@pytest.mark.parametrize(
    "lines, why",
    [([], "没有指标"), ([line("甲", 99, 1)], "权重合计 99"), ([line("甲", 100, 101)], "超出权重"),
     ([line("甲", 50, 1), line("甲", 50, 1)], "重复")],
)  # fmt: skip
def test_indicators_that_do_not_add_up_are_refused(desk, lines, why):
    with pytest.raises(RuleBroken, match=desk.words(f"{why}.*第五十八条")):
        drafted(desk, desk.signed(), lines)


@pytest.mark.rule("Q58.1")
def test_the_feedback_is_a_paper_and_opens_the_window_of_objections(desk):
    made = fed_back(desk, desk.signed())
    assert made.paper.purpose == Paper.Purpose.ASSESSMENT_NOTICE
    assert made.paper.snapshot["table"]["rows"][1][:4] == ["人员行为", "人员", "40", "31.5"]
    assert made.objection_due_on > TODAY


@pytest.mark.rule("Q58.1")
def test_an_objection_comes_within_its_window_and_must_be_answered(desk):
    made = fed_back(desk, desk.signed())
    with pytest.raises(RuleBroken, match="期满再定稿"):
        perform(made.finish, by=desk.leader, reply="", on=TODAY)
    objected = perform(made.object, by=desk.operator, text="人员行为一项", files=[upload()], on=TODAY)
    with pytest.raises(RuleBroken, match="还没有答复"):
        perform(objected.finish, by=desk.leader, reply=" ", on=TODAY)
    better = [LINES[0], line("人员行为", 40, 40, "人员")]
    facts = {"year": LAST, "method": "绩效考核办法", "lines": better}
    objected = perform(objected.rewrite, by=desk.clerk, facts=facts, files=[], on=TODAY)
    done = perform(objected.finish, by=desk.leader, reply="核实后更正", on=TODAY)
    assert (done.status, str(done.total)) == ("final", "95")


@pytest.mark.rule("Q58.1")
def test_an_objection_after_the_window_is_refused(desk):
    made = past(fed_back(desk, desk.signed()))
    with pytest.raises(RuleBroken, match="已经过了"):
        perform(made.object, by=desk.operator, text="晚了", files=[], on=TODAY)


@pytest.mark.rule("Q58.2")
def test_renewal_reads_the_final_result_and_never_a_draft(desk):
    agreement = desk.signed()
    made = drafted(desk, agreement)
    assert ("绩效考核（定稿）", "没有定稿的考核结果") in renewals.on_file(agreement).more
    made = perform(made.feed_back, by=desk.reviewer, on=TODAY)
    assert ("绩效考核（定稿）", "没有定稿的考核结果") in renewals.on_file(agreement).more
    perform(past(made).finish, by=desk.leader, reply="", on=TODAY)
    good = "良好" if desk.terms.assessment.bands else ""
    assert ("绩效考核（定稿）", f"{LAST}年度86.5分{good}") in renewals.on_file(agreement).more


def test_a_year_is_assessed_once_and_a_final_result_stands(desk):
    agreement = desk.signed()
    made = final(desk, agreement)
    with pytest.raises(RuleBroken, match="已有考核"):
        drafted(desk, agreement)
    with pytest.raises(RuleBroken, match="不能修改考核结果"):
        perform(
            made.rewrite,
            by=desk.clerk,
            facts={"year": LAST, "method": "", "lines": LINES},
            files=[],
            on=TODAY,
        )


@pytest.mark.rule("Q59.1")
def test_only_what_a_leader_released_on_a_legal_basis_is_public(desk, client):
    made = final(desk, desk.signed())
    assert "西宁湟滨医院" not in client.get("/public/assessments/").content.decode()
    with pytest.raises(RuleBroken, match=desk.words("第五十九条")):
        perform(made.publish, by=desk.leader, basis="", on=TODAY)
    with pytest.raises(PermissionDenied):
        perform(made.publish, by=desk.clerk, basis="办法", on=TODAY)
    made = perform(made.publish, by=desk.leader, basis="绩效考核办法第十条", on=TODAY)
    page = client.get("/public/assessments/").content.decode()
    assert "西宁湟滨医院" in page and "绩效考核办法第十条" in page
    assert ("良好" in page) == bool(desk.terms.assessment.bands)
    perform(made.unpublish, by=desk.leader, reason="更正", on=TODAY)
    assert "西宁湟滨医院" not in client.get("/public/assessments/").content.decode()


def test_the_hospital_sees_nothing_before_the_feedback(desk, client):
    agreement = desk.signed()
    made = drafted(desk, agreement)
    client.force_login(desk.operator, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(made.get_absolute_url()).status_code == 404
    assert "86.5" not in client.get(agreement.get_absolute_url()).content.decode()
    perform(made.feed_back, by=desk.reviewer, on=TODAY)
    assert "86.5" in client.get(made.get_absolute_url()).content.decode()


TABLE = "医保代码,指标,权重,得分,对象,说明\n{code},基金使用,60,55,,\n{code},人员行为,40,{score},人员,好\n"


def previewed(client, code, score=30):
    file = upload("得分.csv", TABLE.format(code=code, score=score).encode())
    return client.post("/records/assessments/import/", {"year": LAST, "method": "办法", "file": file})


@pytest.mark.rule("Q58.1")
def test_the_preview_says_whether_the_text_knows_an_assessment(desk, hospital, client):
    desk.signed()
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    page, known = previewed(client, hospital.code), desk.terms.assessment is not None
    said = [word in page.content.decode() for word in ("可以导入", "没有绩效考核的约定")]
    assert said == [known, not known] and bool(page.context["payload"]) == known


@pytest.mark.only_text("qinghai", "shanghai", reason="no assessment in the made-up text")
@pytest.mark.rule("Q58.1")
def test_a_table_is_previewed_and_written_as_drafts_once_confirmed(desk, hospital, client):
    desk.signed()
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    page = previewed(client, hospital.code)
    assert "可以导入" in page.content.decode() and not Assessment.objects.exists()
    payload = page.context["payload"]
    client.post("/records/assessments/import/", {"confirmed": payload})
    made = Assessment.objects.get()
    assert (made.status, str(made.total), made.year) == ("draft", "85", LAST)
    client.post("/records/assessments/import/", {"confirmed": payload})
    assert Assessment.objects.count() == 1


@pytest.mark.parametrize(
    "code, score, why",
    [("H63010599999", 30, "没有履行中的协议"), (None, 41, "超出权重"), (None, "好", "得分")],
)
def test_a_table_with_a_fault_cannot_be_confirmed(desk, hospital, client, code, score, why):
    desk.signed()
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    page = previewed(client, code or hospital.code, score)
    assert why in page.content.decode() and not page.context["payload"]


def test_a_preview_of_somebody_else_is_refused(desk, hospital, client, county_clerk):
    desk.signed()
    client.force_login(desk.clerk, backend="django.contrib.auth.backends.ModelBackend")
    payload = previewed(client, hospital.code).context["payload"]
    client.force_login(county_clerk, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/records/assessments/import/", {"confirmed": payload})
    assert not Assessment.objects.exists()


def test_a_table_without_its_columns_is_refused():
    from institutions.intake import Refused

    with pytest.raises(Refused, match="没有“权重、得分”列"):
        read_scores(upload("a.csv", "医保代码,指标\nH63010500001,甲\n".encode()))
