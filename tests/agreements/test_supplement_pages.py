"""The pages of supplements that are drafted once: draft, review, choose, send, sign together; what each side sees."""

import pytest
from django.urls import reverse

from agreements.applications import actions as applications
from agreements.desk import desk_for
from agreements.models import Agreement, PolicySupplement

from ..desk import TODAY, signature

pytestmark = [pytest.mark.django_db, pytest.mark.each_text]
BACKEND = "django.contrib.auth.backends.ModelBackend"


def written(desk, **changed):
    """The form of a draft, filled in."""
    return {
        "title": "调整中止期限", "document": "青医保发〔2026〕41号", "reason": "省级政策调整",
        "clauses": "中止时间不得超过90日。\n\n其余不变。", "articles": f"{desk.changed_number[3]}、第二条",
        "terms_source": desk.changed_terms, "from_on": "", **changed,
    }  # fmt: skip


def groups(user):
    return dict(desk_for(user))


def test_from_the_draft_to_the_last_signature_by_the_pages_alone(desk, client):
    agreement, (table, key, new, article) = desk.signed(), desk.changed_number
    old = desk.number_in(agreement.terms)
    client.force_login(desk.clerk, backend=BACKEND)
    page = client.post(reverse("supplement-new"), written(desk))
    supplement = PolicySupplement.objects.get()
    assert page.status_code == 302 and supplement.clauses == ["中止时间不得超过90日。", "其余不变。"]
    assert supplement.articles == [article, "第二条"]
    url = supplement.get_absolute_url()

    assert [item.url for item in groups(desk.reviewer)["统一补充协议"]] == [url]
    client.force_login(desk.reviewer, backend=BACKEND)
    client.post(url, {"deed": "review", "opinion": "同意"})

    assert [item.verb for item in groups(desk.leader)["统一补充协议"]] == ["发送"]
    client.force_login(desk.leader, backend=BACKEND)
    send = f"{reverse('supplement-send', args=[supplement.number])}?pick={agreement.pk}"
    assert "发送 1 份" in client.get(send).content.decode()
    assert client.post(send).status_code == 302
    made = agreement.amendments.get()

    assert "要签署的补充协议" in groups(desk.signatory) and "要签署的补充协议" not in groups(desk.leader)
    client.force_login(desk.signatory, backend=BACKEND)
    shown = client.get(made.get_absolute_url()).content.decode()
    assert f"{table}.{key}" in shown and "青医保发〔2026〕41号" in shown and "不同意补充协议" in shown
    applications.sign_amendment(made, "institution", by=desk.signatory, **signature("祁雪原", TODAY))

    assert [item.verb for item in groups(desk.leader)["统一补充协议"]] == ["签署"]
    client.force_login(desk.leader, backend=BACKEND)
    assert "逐份签署" in client.get(url).content.decode()
    client.post(url, {"deed": "sign_together", "name": "韩兆麟", "agree": "on"})
    assert desk.number_in(Agreement.objects.get(pk=agreement.pk).terms) == new

    client.force_login(desk.operator, backend=BACKEND)
    record = client.get(agreement.get_absolute_url()).content.decode()
    assert "另有约定" in record, "the article's panel says so"
    assert "补充协议改动的参数" in record and f">{old}<" in record and f"<strong>{new}</strong>" in record


def test_a_draft_with_unknown_numbers_says_what_is_wrong(desk, client):
    client.force_login(desk.clerk, backend=BACKEND)
    page = client.post(reverse("supplement-new"), written(desk, terms_source="[scope]\nlongest = 9"))
    assert "没有 longest 这一项" in page.content.decode() and not PolicySupplement.objects.exists()


def test_a_draft_that_came_back_is_rewritten(desk, client, edition):
    supplement = desk.supplement(edition)
    client.force_login(desk.leader, backend=BACKEND)
    client.post(supplement.get_absolute_url(), {"deed": "return_to_draft", "reason": "措辞"})
    client.force_login(desk.clerk, backend=BACKEND)
    edit = reverse("supplement-edit", args=[supplement.number])
    assert "调整中止期限" in client.get(edit).content.decode()
    client.post(edit, written(desk, title="另一个名称"))
    supplement = PolicySupplement.objects.get()
    assert (supplement.title, supplement.closing_reason) == ("另一个名称", "")


def test_nothing_is_sent_without_a_condition(desk, client, edition):
    desk.signed()
    supplement = desk.supplement(edition)
    client.force_login(desk.leader, backend=BACKEND)
    client.post(reverse("supplement-send", args=[supplement.number]))
    assert PolicySupplement.objects.get().status == "reviewed"
