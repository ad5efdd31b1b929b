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

pytestmark = [pytest.mark.each_text, pytest.mark.own_days]

BACKEND = "django.contrib.auth.backends.ModelBackend"
LATE = {"starts_on": add_months(TODAY, -10), "ends_on": add_months(TODAY, 1)}


def applied(desk, agreement, **changed):
    return renewals.apply_for_renewal(agreement, by=desk.operator, self_assessment="本期无违约", **changed)


def said(paper):
    return dict(paper.snapshot["rows"])


def letters(desk, request):
    """Its letter of commitment, where the text has one."""
    found = [request.commitment_paper] if request.commitment_paper else []
    assert len(found) == bool(desk.edition.commitment)
    return found


@pytest.mark.rule("Q78.1")
def test_it_is_printed_with_its_letter_of_commitment_and_its_files(desk):
    agreement = desk.renewable()
    request = applied(desk, agreement, files=[upload("考核结果.pdf")])
    form = request.form_paper
    assert (form.purpose, form.status) == (Paper.Purpose.RENEWAL_REQUEST, "issued")
    for letter in letters(desk, request):
        assert (letter.status, letter.snapshot["material"]) == ("issued", "续签申请表及所附材料")
    rows = said(form)
    assert rows["医疗机构"] == "西宁湟滨医院" and rows["履约自评"] == "本期无违约"
    assert day_in_words(agreement.ends_on) in rows["本期有效期"] and "按时" in rows["申请日期"]
    assert (rows["所附材料"], rows["本期信息变更"], rows["本期中止、停止"]) == ("考核结果.pdf", "无", "无")


@pytest.mark.rule("Q78.1")
def test_it_tells_what_happened_in_the_term(desk):
    agreement = desk.resumed(desk.suspended_for_breach(desk.renewable()))
    revise_institution(
        desk.hospital, by=None, valid_from=TODAY, reason="迁址", address="西宁市城西区五四路8号"
    )
    rows = said(applied(desk, agreement).form_paper)
    assert "迁址" in rows["本期信息变更"] and "违约中止" in rows["本期中止、停止"]


@pytest.mark.only_text("qinghai", "made-up", reason="in Shanghai nobody applies too late (第二十五条)")
@pytest.mark.rule("Q78.1")
def test_it_tells_that_it_is_late_and_of_a_suspension_on_request(desk):
    agreement = desk.resumed(desk.suspended(desk.signed(**LATE)))
    rows = said(applied(desk, agreement).form_paper)
    assert f"逾期（最迟{day_in_words(agreement.renewal_due_on)}）" in rows["申请日期"]
    assert "依申请中止" in rows["本期中止、停止"]


@pytest.mark.rule("Q78.1")
def test_completed_it_is_printed_anew_and_the_earlier_form_no_longer_counts(desk):
    first = applied(desk, desk.renewable())
    returned = perform(first.return_for_completion, by=desk.reviewer, reason="自评不全", on=TODAY)
    again = renewals.refile(
        returned, by=desk.operator, self_assessment="本期无违约，考核优秀", files=[upload("考核.pdf")]
    )
    assert said(again.form_paper)["履约自评"] == "本期无违约，考核优秀"
    for paper in (first.form_paper, *letters(desk, first)):
        paper.refresh_from_db()
        assert paper.status == "voided"
    assert (again.form_paper.status, again.attachments.count()) == ("issued", 1)


def test_the_pages_take_the_files_and_show_the_papers(desk, client):
    agreement = desk.renewable()
    client.force_login(desk.operator, BACKEND)
    url = reverse("agreement-act", args=[agreement.number, "apply-for-renewal"])
    assert client.post(url, {"self_assessment": "合格", "files": [upload("自评.pdf")]}).status_code == 302
    request = agreement.renewal_requests.get()
    page = client.get(request.get_absolute_url()).content.decode()
    for shown in ("自评.pdf", *(paper.number for paper in (request.form_paper, *letters(desk, request)))):
        assert shown in page
    perform(request.return_for_completion, by=desk.reviewer, reason="自评不全", on=TODAY)
    data = {"deed": "refile", "self_assessment": "优秀", "files": [upload("补充.pdf")]}
    assert client.post(request.get_absolute_url(), data).status_code == 302
    request.refresh_from_db()
    assert [one.name for one in request.attachments.all()] == ["自评.pdf", "补充.pdf"]
    assert said(request.form_paper)["所附材料"] == "自评.pdf\n补充.pdf"
