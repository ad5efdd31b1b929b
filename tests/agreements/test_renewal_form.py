"""第七十八条：an application to renew comes with its printed form (D-17), a letter of commitment and what is attached."""

import pytest
from django.urls import reverse

from agreements.clocks.deadlines import add_months
from agreements.gate import perform
from agreements.models import Paper
from agreements.papers.sheet import day_in_words
from agreements.renewals import actions as renewals
from institutions.actions import revise_institution

from ..desk import TODAY, upload

pytestmark = pytest.mark.each_text

BACKEND = "django.contrib.auth.backends.ModelBackend"
IN_TIME = {"starts_on": add_months(TODAY, -8), "ends_on": add_months(TODAY, 4)}
LATE = {"starts_on": add_months(TODAY, -10), "ends_on": add_months(TODAY, 2)}


def applied(desk, agreement, **changed):
    return renewals.apply_for_renewal(agreement, by=desk.operator, self_assessment="本期无违约", **changed)


def said(paper):
    return dict(paper.snapshot["rows"])


@pytest.mark.rule("Q78.1")
def test_it_is_printed_with_its_letter_of_commitment_and_its_files(desk):
    agreement = desk.signed(**IN_TIME)
    request = applied(desk, agreement, files=[upload("考核结果.pdf")])
    form, letter = request.form_paper, request.commitment_paper
    assert (form.purpose, form.status, letter.status) == (Paper.Purpose.RENEWAL_REQUEST, "issued", "issued")
    assert letter.snapshot["material"] == "续签申请表及所附材料"
    rows = said(form)
    assert rows["医疗机构"] == "西宁湟滨医院" and rows["履约自评"] == "本期无违约"
    assert day_in_words(agreement.ends_on) in rows["本期有效期"] and "按时" in rows["申请日期"]
    assert (rows["所附材料"], rows["本期信息变更"], rows["本期中止、停止"]) == ("考核结果.pdf", "无", "无")


@pytest.mark.only_text("qinghai", "shanghai")
@pytest.mark.rule("Q78.1")
def test_it_tells_that_it_is_late_and_what_happened_in_the_term(desk):
    agreement = desk.resumed(desk.suspended(desk.signed(**LATE)))
    revise_institution(
        desk.hospital, by=None, valid_from=TODAY, reason="迁址", address="西宁市城西区五四路8号"
    )
    rows = said(applied(desk, agreement).form_paper)
    assert f"逾期（最迟{day_in_words(agreement.renewal_due_on)}）" in rows["申请日期"]
    assert "迁址" in rows["本期信息变更"] and "依申请中止" in rows["本期中止、停止"]


@pytest.mark.rule("Q78.1")
def test_completed_it_is_printed_anew_and_the_earlier_form_no_longer_counts(desk):
    first = applied(desk, desk.signed(**IN_TIME))
    returned = perform(first.return_for_completion, by=desk.reviewer, reason="自评不全", on=TODAY)
    again = renewals.refile(
        returned, by=desk.operator, self_assessment="本期无违约，考核优秀", files=[upload("考核.pdf")]
    )
    assert said(again.form_paper)["履约自评"] == "本期无违约，考核优秀"
    first.form_paper.refresh_from_db()
    first.commitment_paper.refresh_from_db()
    assert {first.form_paper.status, first.commitment_paper.status} == {"voided"}
    assert (again.form_paper.status, again.attachments.count()) == ("issued", 1)


def test_the_pages_take_the_files_and_show_the_papers(desk, client):
    agreement = desk.signed(**IN_TIME)
    client.force_login(desk.operator, BACKEND)
    url = reverse("agreement-act", args=[agreement.number, "apply-for-renewal"])
    assert client.post(url, {"self_assessment": "合格", "files": [upload("自评.pdf")]}).status_code == 302
    request = agreement.renewal_requests.get()
    page = client.get(request.get_absolute_url()).content.decode()
    assert (
        "自评.pdf" in page and request.form_paper.number in page and request.commitment_paper.number in page
    )
    perform(request.return_for_completion, by=desk.reviewer, reason="自评不全", on=TODAY)
    data = {"deed": "refile", "self_assessment": "优秀", "files": [upload("补充.pdf")]}
    assert client.post(request.get_absolute_url(), data).status_code == 302
    request.refresh_from_db()
    assert [one.name for one in request.attachments.all()] == ["自评.pdf", "补充.pdf"]
    assert said(request.form_paper)["所附材料"] == "自评.pdf\n补充.pdf"
