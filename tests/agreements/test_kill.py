"""后台任务：工作进程在办理中途被强行终止（kill -9），再起一个接着办完：不重、不漏（真实的进程和数据库）。"""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from agreements import actions
from agreements.jobs import actions as jobs
from agreements.models import Agreement, Job, Message, Status
from agreements.models.event import first_fault
from institutions.actions import register_institution
from institutions.models import Role

from ..conftest import _person, facts
from ..desk import SCOPE, TODAY, Desk, signature

MANY = 12
PATIENCE = 60  # seconds; on a quiet machine all of it takes a few
BLINK = 0.002
YESTERDAY = TODAY - timedelta(days=1)
LONG_AGO = "2001-01-01 00:00:00"

pytestmark = pytest.mark.django_db(transaction=True)


class Server:
    """The database of the test as another process sees it: the PostgreSQL one itself, or a file with what SQLite holds."""

    def __init__(self, folder):
        self.file = folder / "portal.sqlite3"
        if connection.vendor == "sqlite":
            self.url = f"sqlite:///{self.file}"
            self.plain = sqlite3.connect(self.file, isolation_level=None, timeout=PATIENCE)
            connection.connection.backup(self.plain)
        else:
            import psycopg

            facts = connection.get_connection_params() | {"cursor_factory": None, "context": None}
            dsn = {
                name: facts[name]
                for name in ("host", "port", "user", "password", "dbname")
                if facts.get(name)
            }
            person = f"{dsn['user']}:{dsn.get('password', '')}"
            self.url = f"postgres://{person}@{dsn['host']}:{dsn.get('port', 5432)}/{dsn['dbname']}"
            self.plain = psycopg.connect(**dsn, autocommit=True)

    def ask(self, sql):
        return self.plain.execute(sql).fetchone()[0]

    def do(self, sql):
        self.plain.execute(sql)

    def come_back(self):
        """What the other processes have written, for the test's own connection; and nothing of this stays open."""
        if connection.vendor == "sqlite":
            self.plain.backup(connection.connection)
        self.plain.close()


@pytest.fixture
def worker(tmp_path):
    """Starts real workers on a Server's database; none outlives the test."""
    started = []

    def start(server):
        env = os.environ | {
            "DATABASE_URL": server.url,
            "PORTAL_MODE": "test",
            "PORTAL_DATA": str(tmp_path),
            "JOB_WORKERS": "1",
        }
        log = (tmp_path / "worker.log").open("ab")
        command = [sys.executable, "manage.py", "qcluster"]
        started.append(
            subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=env, stdout=log, stderr=log, start_new_session=True
            )
        )
        return started[-1]

    yield start
    for process in started:
        kill(process)


def kill(process):
    """The worker and whatever it has started, with no chance to tidy up."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def until(happens, process):
    give_up = time.monotonic() + PATIENCE
    while not happens():
        assert process.poll() is None, "the worker ended by itself"
        assert time.monotonic() < give_up, "the worker did nothing"
        time.sleep(BLINK)


@pytest.fixture
def due(desk, regions):
    """As many signed agreements as hospitals, whose first day is today."""
    for number in range(MANY):
        hospital = register_institution(
            f"H63010590{number:03d}", regions["630105"], by=None, **facts(f"第{number}医院", 100 + number)
        )
        sides = [
            _person(f"{role}{number}", role, role, institution=hospital)
            for role in (Role.OPERATOR, Role.SIGNATORY)
        ]
        starting(Desk(desk.clerk, desk.reviewer, desk.leader, *sides, hospital))


def starting(desk):
    agreement = desk.confirmed(starts_on=TODAY, ends_on=TODAY + timedelta(days=364), **SCOPE)
    agreement = actions.fix_text(agreement, by=desk.reviewer, today=YESTERDAY)
    for side, by, name in (("institution", desk.signatory, "祁雪原"), ("agency", desk.leader, "韩兆麟")):
        agreement = actions.sign(agreement, side, by=by, today=YESTERDAY, **signature(name, YESTERDAY))


def test_a_worker_that_is_killed_half_way_leaves_nothing_half_done_and_the_next_one_finishes(
    due, worker, settings, tmp_path
):
    settings.JOB_QUEUE = "agreements.jobs.queue.by_django_q"
    job = jobs.ask(Job.Name.DAILY, TODAY)
    server = Server(tmp_path)
    begun = "SELECT count(*) FROM agreements_agreement WHERE status = 'active'"

    first = worker(server)
    until(lambda: server.ask(begun) > 0, first)
    kill(first)
    done_before = server.ask(begun)
    assert 0 < done_before < MANY, "it was to be killed half way"

    # Long afterwards: the run has said nothing, and the queue delivers again what nobody has answered for.
    server.do(f"UPDATE agreements_job SET heartbeat_at = '{LONG_AGO}'")
    server.do(f"UPDATE django_q_ormq SET lock = '{LONG_AGO}'")
    second = worker(server)
    until(lambda: server.ask(f"SELECT status FROM agreements_job WHERE id = {job.pk}") == "done", second)
    kill(second)
    server.come_back()

    assert Agreement.objects.filter(status=Status.ACTIVE).count() == MANY
    for agreement in Agreement.objects.all():
        assert agreement.events.filter(act="activate").count() == 1 and first_fault(agreement) is None
        assert sorted(agreement.deadlines.values_list("rule", flat=True)) == ["T-07", "T-14", "T-27"]
        assert Message.objects.filter(agreement=agreement, subject="协议生效").count() == 2
    job = Job.objects.get()
    assert job.attempt == 2 and job.message.startswith(f"办结{MANY - done_before}份")
