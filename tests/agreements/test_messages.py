"""消息：谁被告知什么，自己的消息页、已读和提醒设置。"""

import string

import pytest
from django.core.management import call_command
from django.urls import reverse

from agreements import actions
from agreements.daily import run
from agreements.gate import SYSTEM, RuleBroken, acts_of, perform
from agreements.messages import notices
from agreements.models import Agreement, Message, RenewalRequest
from agreements.renewals.actions import apply_for_renewal
from institutions.models import Role, User

from ..desk import TERM, TODAY
from .test_cascade import elsewhere  # noqa: F401
from .test_renewal_pages import RUNNING

pytestmark = pytest.mark.each_text

BACKEND = "django.contrib.auth.backends.ModelBackend"


def told(person):
    notes = Message.objects.filter(recipient=person, deadline=None).order_by("pk")
    return list(notes.values_list("subject", flat=True))


def heard(*people):
    """What each of these has been told since the last time anybody asked."""
    found = [told(person) for person in people]
    Message.objects.all().delete()
    return found


def years_ago(count):
    """The term of a calendar year that is over."""
    return {name: day.replace(year=day.year - count) for name, day in TERM.items()}


# ── who is told ──


def test_the_hospital_is_told_on_the_way_to_its_agreement(desk):
    desk.signed()
    for person in (desk.operator, desk.signatory):
        assert told(person) == ["协议草稿送来协商", "协议文本已定稿", "协议生效"]
    for person in (desk.clerk, desk.reviewer, desk.leader):
        assert told(person) == []


def test_the_hospital_is_told_of_a_suspension_on_request_and_of_the_end(desk):
    agreement = desk.signed()
    heard()
    agreement = desk.suspended(agreement)
    assert heard(desk.operator, desk.clerk) == [["协议中止"], []]
    agreement = desk.resumed(agreement)
    assert heard(desk.operator, desk.clerk) == [["中止原因结束"], []]
    desk.terminated(agreement)
    assert heard(desk.operator, desk.clerk) == [["协议终止"], []]


def test_the_hospital_is_told_of_every_stop_that_the_agency_imposes(desk):
    agreement = desk.decided(desk.signed(), "hold_payment", **desk.hold())
    assert told(desk.operator)[-1] == "暂停拨付"
    agreement = desk.suspended_for_breach(agreement)
    assert "协议中止" in told(desk.operator)
    heard()
    agreement = desk.resumed(agreement)
    assert heard(desk.operator, desk.clerk) == [["中止原因结束"], []]
    desk.rescinded(agreement)
    assert "协议解除" in told(desk.operator)


@pytest.mark.only_text(
    "qinghai", reason="only that text stops elsewhere what is stopped at home (第七十一条)"
)
@pytest.mark.rule("Q71.1")
def test_the_other_agency_is_told_of_a_cascade_at_the_same_moment(desk, elsewhere):  # noqa: F811
    home, other = desk.signed(), elsewhere[0].signed()
    heard()
    home = desk.suspended_for_breach(home)
    there = elsewhere[0]
    for person in (there.clerk, there.reviewer, there.leader):
        assert told(person) == ["联动中止"]
    message = Message.objects.filter(recipient=there.clerk).get()
    assert (
        message.agreement == other
        and "第七十一条" in message.text
        and message.url == other.get_absolute_url()
    )
    Message.objects.all().delete()
    home = desk.resumed(home)
    assert heard(there.clerk, desk.clerk) == [["联动的中止结束"], []]
    desk.rescinded(home)
    assert heard(there.clerk, desk.clerk) == [["联动解除"], ["放弃陈述申辩"]]


@pytest.mark.only_text("qinghai", "made-up", reason="one agency signs for the whole of Shanghai (序言)")
@pytest.mark.rule("Q71.1")
def test_a_termination_at_home_is_told_and_does_no_more(desk, elsewhere):  # noqa: F811
    home, other = desk.signed(), elsewhere[0].signed()
    heard()
    desk.terminated(home)
    assert heard(elsewhere[0].clerk, elsewhere[1].clerk) == [["辖区协议终止"], []]
    assert Agreement.objects.get(pk=other.pk).status == "active"
    elsewhere[0].terminated(other, desk.ending_ground)
    assert heard(desk.clerk) == [[]]


@pytest.mark.own_days
@pytest.mark.rule("Q80.4")
def test_both_sides_are_told_when_the_term_is_over(desk):
    call_command("load_calendar", verbosity=0)
    times = len(
        desk.terms.expiry.extension_months
    )  # the text lets it go on by itself so many times, each a year or less
    desk.signed(**years_ago(1 + times))
    heard()
    run(TODAY)
    told = ["自动延长"] * times + ["协议期满终止"]
    assert heard(desk.operator, desk.leader) == [told, told]


@pytest.mark.own_days
@pytest.mark.rule("Q83.2")
def test_both_sides_are_told_that_it_goes_on(desk):
    agreement = desk.signed(**years_ago(1))
    heard()
    perform(agreement.carry_on, by=SYSTEM, cause="甲方原因", on=TERM["starts_on"])
    assert heard(desk.operator, desk.clerk) == [["协议延续有效"], ["协议延续有效"]]


@pytest.mark.own_days
@pytest.mark.rule("Q78.2")
def test_the_hospital_is_told_what_becomes_of_its_application(desk):
    request = apply_for_renewal(desk.renewable(), by=desk.operator, self_assessment="合格")
    heard()
    perform(request.return_for_completion, by=desk.reviewer, reason="缺考核结果", on=TODAY)
    message = Message.objects.get(recipient=desk.signatory)
    assert (message.subject, message.url) == ("续签申请要补正", request.get_absolute_url())
    heard()
    perform(request.refile, by=desk.operator, self_assessment="附考核结果", on=TODAY)
    perform(request.start_talks, by=desk.clerk, on=TODAY)
    perform(request.fail, by=desk.leader, reason="未达成一致", on=TODAY)
    assert heard(desk.operator, desk.clerk) == [["续签未达成一致"], []]


@pytest.mark.only_text("qinghai", "made-up", reason="in Shanghai nobody applies too late (第二十五条)")
def test_the_hospital_is_told_that_its_late_application_is_taken(desk):
    request = apply_for_renewal(desk.signed(**RUNNING), by=desk.operator, self_assessment="合格")
    heard()
    perform(request.accept_late, by=desk.reviewer, on=TODAY)
    assert heard(desk.operator, desk.clerk) == [["续签申请已受理"], []]


def test_an_act_that_is_refused_tells_nobody(desk):
    agreement = desk.signed()
    heard()
    with pytest.raises(RuleBroken, match="现为“履行中”，不能送乙方协商"):
        perform(agreement.negotiate, by=desk.clerk)
    assert not Message.objects.exists()


def test_who_has_left_is_not_told(desk):
    User.objects.filter(pk=desk.operator.pk).update(is_active=False)
    desk.negotiating()
    assert told(desk.operator) == [] and told(desk.signatory) == ["协议草稿送来协商"]


def test_what_the_agency_writes_for_itself_is_not_in_a_message(desk):
    desk.decided(desk.signed(), "hold_payment", **desk.hold(reason="群众举报"))
    assert told(desk.operator)[-1] == "暂停拨付"
    assert not Message.objects.filter(text__contains="群众举报").exists()


MODELS = {"Agreement": Agreement, "RenewalRequest": RenewalRequest}


@pytest.mark.parametrize("key", [key for key in notices.NOTICES if key[0] in MODELS])
def test_every_notice_is_of_an_act_that_there_is_and_quotes_what_the_act_knows(key):
    import inspect

    model = MODELS[key[0]]
    assert key[1] in acts_of(model)
    known = {*inspect.signature(getattr(model, key[1])).parameters, "case", "state"}
    for notice in notices.NOTICES[key]:
        fields = {
            name.split(".")[0].split("[")[0]
            for _, name, _, _ in string.Formatter().parse(notice.sentence)
            if name
        }
        assert fields <= known, (key, fields - known)
        cited = any(word in notice.sentence for word in ("第", "页", "article_label"))
        assert cited or key[1] == "return_to_draft", key


# ── the page ──


@pytest.fixture
def page(client):
    def ask(person, place, **data):
        client.force_login(person, backend=BACKEND)
        return client.post(reverse(place), data, follow=True) if data else client.get(reverse(place))

    return ask


def test_the_newest_comes_first_the_unread_are_marked_and_counted(desk, page):
    desk.signed()
    answer = page(desk.operator, "messages")
    text = answer.text
    assert text.index("协议生效") < text.index("协议文本已定稿") < text.index("协议草稿送来协商")
    assert text.count("未读</span>") == 3 and '消息 <span class="count">3</span>' in text


def test_all_that_was_on_the_page_is_read_and_what_came_since_is_not(desk, page):
    agreement = desk.signed()
    newest = page(desk.operator, "messages").context["newest"]
    desk.decided(agreement, "hold_payment", **desk.hold())
    text = page(desk.operator, "messages-read", until=newest.pk).text
    assert text.count("未读</span>") == 1 and '消息 <span class="count">1</span>' in text
    assert Message.objects.filter(recipient=desk.signatory, read_at=None).count() == 4


def test_one_is_read_and_a_strangers_is_not_touched(desk, page):
    desk.signed()
    own, other = (
        Message.objects.filter(recipient=desk.operator).first(),
        Message.objects.filter(recipient=desk.signatory).first(),
    )
    for pk in (own.pk, other.pk):
        page(desk.operator, "messages-read", one=pk)
    own.refresh_from_db()
    other.refresh_from_db()
    assert own.read_at and other.read_at is None


@pytest.mark.parametrize("nonsense", ["", "-1", "９", "a", "1e3"])
def test_nonsense_reads_nothing(desk, page, nonsense):
    desk.signed()
    assert page(desk.operator, "messages-read", until=nonsense, one=nonsense).status_code == 200
    assert not Message.objects.exclude(read_at=None).exists()


def test_a_message_is_its_recipients_alone(desk, page, other_operator, other_clerk):
    desk.signed()
    assert "协议生效" in page(desk.operator, "messages").text
    for person in (other_operator, other_clerk, desk.clerk):
        assert "协议生效" not in page(person, "messages").text
    User.objects.filter(pk=desk.operator.pk).update(institution=other_operator.institution)
    desk.operator.refresh_from_db()
    assert "协议生效" not in page(desk.operator, "messages").text


def test_a_hospital_has_no_link_to_what_went_back_to_draft(desk, page):
    actions.return_to_draft(desk.to_sign(), by=desk.reviewer, reason="改有效期")
    text = page(desk.operator, "messages").text
    assert "协议退回草拟" in text and "/agreements/6301" not in text


def test_an_empty_page_says_what_will_come(desk, page):
    assert "还没有消息" in page(desk.clerk, "messages").text


def test_a_person_says_whether_and_where_to_mail(desk, page, settings):
    assert "没有接通邮件服务器" in page(desk.operator, "message-settings").text
    settings.MAIL_WORKS = True
    assert "没有接通邮件服务器" not in page(desk.operator, "message-settings").text
    assert "先填邮箱" in page(desk.operator, "message-settings", email="", mail_wanted="on").text
    assert "还不能提交" in page(desk.operator, "message-settings", email="不是邮箱", mail_wanted="on").text
    page(
        desk.operator,
        "message-settings",
        email="guo@example.org",
        mail_wanted="on",
        name="别人",
        role="leader",
    )
    person, name = User.objects.get(pk=desk.operator.pk), desk.operator.name
    assert (person.email, person.mail_wanted) == ("guo@example.org", True)
    assert (person.name, person.role) == (name, Role.OPERATOR) and name != "别人"
    page(desk.operator, "message-settings", email="guo@example.org")
    assert not User.objects.get(pk=desk.operator.pk).mail_wanted


def test_the_security_administrator_keeps_the_address_too(desk, client):
    admin = User.objects.create_user("sec", "孙安全", Role.SECURITY_ADMIN)
    client.force_login(admin, backend=BACKEND)
    url = reverse("admin:institutions_user_change", args=[desk.clerk.pk])
    assert 'name="email"' in client.get(url).text
