"""后台任务：一天一件，一次一个在办，中断的能续办，进度看得见，办不成的有记录。"""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from agreements import daily, tasks
from agreements.daily import Report
from agreements.gate import SYSTEM, RuleBroken, acts_of, declared, perform
from agreements.jobs import actions as jobs
from agreements.jobs import queue
from agreements.models import Job, Paper
from agreements.models.job import SILENCE
from agreements.papers import printing
from agreements.papers.lanes import Printed
from institutions.models import Role, User

from ..conftest import PASSWORD
from ..desk import TODAY

Name, Status = Job.Name, Job.Status
pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db):
    return User.objects.create_user("admin", "系统管理员", Role.SYSTEM_ADMIN, PASSWORD)


@pytest.fixture
def sent(settings, monkeypatch):
    """What goes to the worker, without a worker."""
    sent = []
    monkeypatch.setattr(queue, "at_once", lambda task, *args: sent.append((task.rpartition(".")[2], *args)))
    return sent


def job_of(name=Name.DAILY, **facts):
    return Job.objects.create(name=name, day=TODAY, **facts)


def running(job=None, silent=False):
    job = perform((job or job_of()).start, by=SYSTEM)
    if silent:
        long_ago = timezone.now() - SILENCE - timedelta(minutes=1)
        Job.objects.filter(pk=job.pk).update(heartbeat_at=long_ago)
    return Job.objects.get(pk=job.pk)


def browser(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


# ── one job a day ──


def test_the_daily_job_of_a_day_exists_once_however_often_it_is_asked_for(sent):
    job = jobs.ask(Name.DAILY, TODAY)
    assert jobs.ask(Name.DAILY, TODAY) == job and sent == [("carry_out", job.pk)]
    tasks.carry_out(job.pk)
    assert jobs.ask(Name.DAILY, TODAY).status == Status.DONE and len(sent) == 1


def test_the_clock_asks_and_the_queue_carries_out():
    tasks.every_day()
    job = Job.objects.get()
    assert (job.name, job.day, job.status, job.attempt) == ("daily", TODAY, Status.DONE, 1)
    assert job.message == "办结0份，未能办理0份" and job.finished_at >= job.started_at
    assert [line["what"] for line in job.log] == ["开始运行", "完成"]


def test_what_is_delivered_twice_runs_once(monkeypatch):
    runs = []
    monkeypatch.setitem(tasks.WORK, Name.DAILY, lambda job, tell: runs.append(job) or Report())
    job = job_of()
    tasks.carry_out(job.pk)
    tasks.carry_out(job.pk)
    assert len(runs) == 1


def test_a_job_that_runs_cannot_be_begun_beside_itself():
    job = running()
    with pytest.raises(RuleBroken, match="正在运行，等它办完；10分钟没有动静才算中断"):
        jobs.run(job, tasks.daily)
    with pytest.raises(RuleBroken, match="现为“运行中”，不能开始运行"):
        perform(job.start, by=SYSTEM)
    tasks.carry_out(job.pk)
    assert Job.objects.get().attempt == 1


def test_the_command_leaves_a_run_that_is_going_on_alone(monkeypatch):
    monkeypatch.setattr(daily, "run", lambda *args: pytest.fail("ran beside the other run"))
    running()
    out = StringIO()
    call_command("daily", stdout=out)
    assert "正在运行" in out.getvalue()


def test_the_command_runs_a_day_again_and_every_run_stays_in_the_log():
    call_command("daily", stdout=StringIO())
    before = Job.objects.get().log
    call_command("daily", stdout=StringIO())
    job = Job.objects.get()
    assert job.attempt == 2 and job.log[: len(before)] == before
    assert [line["what"] for line in job.log] == ["开始运行", "完成", "重新运行", "开始运行", "完成"]


# ── what breaks off ──


def test_a_job_that_breaks_says_so_and_can_be_run_again(monkeypatch):
    def broken(job, tell):
        raise ZeroDivisionError("x")

    monkeypatch.setitem(tasks.WORK, Name.DAILY, broken)
    job = job_of()
    with pytest.raises(ZeroDivisionError):
        tasks.carry_out(job.pk)
    job = Job.objects.get()
    assert job.status == Status.FAILED and "已记入运行日志" in job.message
    monkeypatch.undo()
    assert jobs.ask(Name.DAILY, TODAY).pk == job.pk
    assert Job.objects.get().status == Status.DONE
    assert "已记入运行日志" in Job.objects.get().log[1]["message"]


def test_a_killed_run_is_seen_as_broken_off_and_taken_up_again():
    job = running(silent=True)
    assert job.label == "中断" and Job.objects.interrupted().get() == job
    assert jobs.revive() == 1
    job = Job.objects.get()
    assert (job.status, job.attempt) == (Status.DONE, 2)


def test_a_run_that_goes_on_is_not_taken_up(sent):
    running()
    assert jobs.revive() == 0 and sent == []


def test_what_no_worker_has_begun_is_handed_over_again_once(sent):
    job = job_of(heartbeat_at=timezone.now() - SILENCE - timedelta(minutes=1))
    assert jobs.revive() == 1 and sent == [("carry_out", job.pk)]
    assert jobs.revive() == 0


def test_a_run_taken_for_dead_stops_and_does_not_overwrite_its_successor(monkeypatch):
    def slow(job, tell):
        tell(1, 9)
        Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - SILENCE - timedelta(minutes=1))
        perform(perform(job.ask_again, by=SYSTEM).start, by=SYSTEM)
        tell(2, 9)
        pytest.fail("went on beside its successor")

    with pytest.raises(jobs.Replaced):
        jobs.run(job_of(), slow)
    job = Job.objects.get()
    assert (job.status, job.attempt, job.done, job.message) == (Status.RUNNING, 2, 0, "")


def test_the_state_of_a_job_cannot_be_written_past_the_door():
    with pytest.raises(AttributeError):
        job_of().status = Status.DONE


def test_every_act_of_a_job_has_a_label_an_article_and_a_permission():
    assert acts_of(Job) == ["start", "finish", "fail", "ask_again"]
    for name in acts_of(Job):
        step = declared(Job, name)
        assert step.custom["label"] and step.custom["article"] and step.permission
        assert getattr(Job, name).__doc__.startswith("后台任务：")


# ── papers ──


@pytest.fixture
def owed(desk, monkeypatch):
    """A signing copy that could not be printed, an hour ago."""
    monkeypatch.setattr(printing, "printed", lambda paper: 1 / 0)
    agreement = desk.to_sign()
    monkeypatch.setattr(printing, "printed", lambda paper: Printed.alone(b"%PDF-1.7"))
    Paper.objects.update(created_at=timezone.now() - timedelta(hours=1))
    return agreement.papers.get()


def test_an_owed_paper_is_printed_by_the_clock(owed):
    tasks.every_few_minutes()
    owed.refresh_from_db()
    job = Job.objects.get()
    assert (owed.status, job.message, job.total, job.done) == ("issued", "印出1份，没有印出0份", 1, 1)
    tasks.every_few_minutes()
    assert Job.objects.get().attempt == 1


def test_a_paper_that_fails_again_stays_owed_and_is_tried_the_next_time(owed, monkeypatch):
    monkeypatch.setattr(printing, "printed", lambda paper: 1 / 0)
    tasks.every_few_minutes()
    owed.refresh_from_db()
    assert owed.status == "owed" and Job.objects.get().message == "印出0份，没有印出1份"
    monkeypatch.setattr(printing, "printed", lambda paper: Printed.alone(b"%PDF-1.7"))
    tasks.every_few_minutes()
    owed.refresh_from_db()
    assert owed.status == "issued" and Job.objects.get().attempt == 2


def test_a_paper_just_owed_is_left_to_whoever_owes_it(owed):
    Paper.objects.update(created_at=timezone.now())
    tasks.every_few_minutes()
    assert not Job.objects.exists()


# ── the library ──


def test_the_timetable_is_the_same_however_often_it_is_set():
    from django_q.models import Schedule

    call_command("schedule_jobs", stdout=StringIO())
    Schedule.objects.filter(name="每日办理").update(next_run=timezone.now() + timedelta(hours=5))
    before = list(Schedule.objects.order_by("name").values_list("name", "func", "schedule_type", "next_run"))
    call_command("schedule_jobs", stdout=StringIO())
    assert (
        list(Schedule.objects.order_by("name").values_list("name", "func", "schedule_type", "next_run"))
        == before
    )
    assert len(before) == 2


def test_the_daily_job_is_due_at_five_past_midnight_in_beijing():
    assert dict(queue.set_timetable())["每日办理"].strftime("%H:%M %z") == "00:05 +0800"


def test_days_off_make_one_daily_job_and_the_next_is_tomorrow(monkeypatch):
    from django_q.models import OrmQ, Schedule
    from django_q.scheduler import scheduler

    # In the worker it begins with a new connection; the test's own must stay.
    monkeypatch.setattr("django_q.scheduler.close_old_django_connections", lambda: None)
    queue.set_timetable()
    Schedule.objects.filter(name="每日办理").update(next_run=timezone.now() - timedelta(days=5, minutes=1))
    Schedule.objects.exclude(name="每日办理").delete()
    scheduler()
    scheduler()
    assert [task.func() for task in OrmQ.objects.all()] == ["agreements.tasks.every_day"]
    assert Schedule.objects.get().next_run > timezone.now()


def test_the_queue_of_a_real_installation_is_a_table_of_this_database(settings):
    from django_q.models import OrmQ

    settings.JOB_QUEUE = "agreements.jobs.queue.by_django_q"
    job = jobs.ask(Name.DAILY, TODAY)
    waiting = OrmQ.objects.get()
    assert (waiting.func(), waiting.task["args"]) == ("agreements.tasks.carry_out", (job.pk,))
    assert Job.objects.get().status == Status.WAITING


# ── the page ──


def test_the_page_loads_itself_again_only_while_something_goes_on(client, admin):
    page = browser(client, admin).get(reverse("jobs"))
    assert "还没有后台任务" in page.text and "Refresh" not in page
    job = running()
    job.beat(3, 10)
    page = client.get(reverse("jobs"))
    assert page["Refresh"] == "10" and '<progress value="3" max="10"' in page.text
    perform(job.finish, by=SYSTEM, attempt=1, message="办结10份，未能办理0份")
    page = client.get(reverse("jobs"))
    assert "Refresh" not in page and "办结10份，未能办理0份" in page.text


def test_a_broken_off_job_has_a_button_and_no_refresh(client, admin):
    job = running(silent=True)
    page = browser(client, admin).get(reverse("jobs"))
    assert "中断" in page.text and reverse("job-again", args=[job.pk]) in page.text and "Refresh" not in page
    client.post(reverse("job-again", args=[job.pk]))
    assert Job.objects.get().status == Status.DONE


def test_an_agency_sees_the_jobs_its_people_asked_for_and_no_others(client, clerk, leader, other_clerk):
    own, others = job_of(subject="甲", asked_by=leader), job_of(subject="乙", asked_by=other_clerk)
    assert list(Job.objects.visible_to(clerk)) == [own]
    assert browser(client, clerk).post(reverse("job-again", args=[others.pk])).status_code == 404
    assert client.post(reverse("job-again", args=[own.pk])).status_code == 403
