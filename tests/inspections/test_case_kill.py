"""决定与生效之间进程被强行终止（kill -9）：要么全有，要么全无；重来一次，一件不多、一件不少（真实的进程和数据库）。"""

import os
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings

from agreements.models import Agreement, Status
from agreements.models.event import first_fault
from inspections.models import BreachCase, Handling

from ..agreements.test_kill import Server, kill, until
from ..desk import TODAY
from .case_desk import CaseDesk, suspending

pytestmark = pytest.mark.django_db(transaction=True)
SEVERE = [{"item": "QH-66-03", "part": "", "weighs_as": 66}]

# The leader's click, in a process of its own. With a marker to write it stops where the acts on the agreement are
# done and the case itself is not moved yet, and waits to be killed.
DECIDES = """
import sys, time
import django
django.setup()
from django.utils.timezone import localdate
from inspections.cases import actions
from inspections.models import Handling
from institutions.models import User

marker = sys.argv[1]
if marker:
    def hang(*args, **kwargs):
        open(marker, "w").close()
        time.sleep(600)
    actions._moved = hang
handling = Handling.objects.get()
actions.decide(handling, by=User.objects.get(role="leader", agency=handling.agreement.agency), on=localdate())
"""


@pytest.fixture
def decides(tmp_path):
    """Starts such a process on a Server's database; none outlives the test."""
    started = []

    def start(server, marker=""):
        env = os.environ | {
            "DATABASE_URL": server.url, "PORTAL_MODE": "test", "PORTAL_DATA": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }  # fmt: skip
        command = [sys.executable, "-c", DECIDES, str(marker)]
        log = (tmp_path / "decides.log").open("ab")
        started.append(
            subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=env, stdout=log, stderr=log, start_new_session=True
            )
        )
        return started[-1]

    yield start
    for process in started:
        kill(process)


COUNTED = [
    "inspections_recoveryitem", "inspections_rectification", "agreements_suspension", "agreements_event", "agreements_paper",
    "agreements_deadline",
]  # fmt: skip


def counts(server):
    return [server.ask(f"SELECT count(*) FROM {table}") for table in COUNTED]


@pytest.mark.rule("Q66.3")
def test_a_process_killed_between_decision_and_effect_leaves_nothing_and_the_next_one_all(
    desk, decides, tmp_path
):
    wanted = suspending(damages=Decimal(24_000), rectify_by=TODAY + timedelta(days=30))
    CaseDesk(desk).reviewed(decided=wanted, items=SEVERE)
    server, marker = Server(tmp_path), tmp_path / "marker"
    before = counts(server)

    first = decides(server, marker)
    until(marker.exists, first)
    kill(first)
    assert counts(server) == before
    assert server.ask("SELECT status FROM inspections_handling") == "reviewed"
    assert server.ask("SELECT status FROM agreements_agreement") == "active"

    assert decides(server).wait(timeout=120) == 0, (tmp_path / "decides.log").read_text()
    server.come_back()
    case, agreement = BreachCase.objects.get(), Agreement.objects.get()
    assert (case.status, agreement.status) == ("decided", Status.SUSPENDED)
    assert Handling.objects.get().status == "carried-out" and first_fault(agreement) is None
    owed = sorted((one.kind, one.amount) for one in case.recoveries.all())
    assert owed == [("damages", 24_000), ("fees", 120_000)] and case.rectifications.count() == 1
    assert agreement.suspensions.count() == agreement.events.filter(act="suspend_for_breach").count() == 1
    assert case.decision_paper and case.demand_paper
