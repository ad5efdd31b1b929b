"""When the demo is refused, what it leaves behind, and the generated state diagram."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from agreements.demo import agreements as story
from agreements.management.commands import state_diagram
from agreements.models import Edition, Status
from institutions.models import Institution, Region, User


@pytest.fixture
def editions(db):
    call_command("load_editions", verbosity=0)


@pytest.mark.parametrize("command", ["seed_demo", "demo_logins"])
def test_production_refuses(command, settings, editions):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="正式环境"):
        call_command(command)
    assert not User.objects.exists()


def test_without_an_edition_it_says_what_to_do(db):
    assert not Edition.objects.exists()
    with pytest.raises(CommandError, match="load_editions"):
        call_command("seed_demo", processes=1)


def test_a_run_that_breaks_off_leaves_nothing(editions, monkeypatch):
    before = Region.objects.count()  # those of the texts
    monkeypatch.setattr(story, "term", lambda *facts: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call_command("seed_demo", processes=1)
    assert not User.objects.exists() and not Institution.objects.exists()
    assert Region.objects.count() == before


def test_without_fonts_it_says_so_and_leaves_nothing(editions, settings, tmp_path):
    settings.PAPER_FONTS = tmp_path
    with pytest.raises(CommandError, match="打印字体不存在.*fonts"):
        call_command("seed_demo", processes=1)
    assert not User.objects.exists()


def test_without_a_demo_the_logins_say_so(db):
    out = StringIO()
    call_command("demo_logins", stdout=out)
    assert "没有演示数据" in out.getvalue()


@pytest.mark.parametrize(
    "today", [date(2026, 1, 1), date(2027, 9, 30), date(2028, 2, 29), date(2026, 12, 31)]
)
@pytest.mark.parametrize("name", ["last", "this", "recent", "ending", "coming"])
def test_a_term_is_in_order_and_stands_where_its_name_says_on_any_day(name, today):
    first, last = story.term(name, today)
    assert first <= last
    where = {"last": last < today, "coming": first > today}
    assert where.get(name, first <= today <= last)


def test_the_diagram_in_the_documents_is_that_of_the_code():
    call_command("state_diagram", "--check")
    assert all(f'"{status.label}"' in state_diagram.page() for status in Status)


def test_a_diagram_that_differs_is_refused_with_the_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr(state_diagram, "PATH", tmp_path / "states.md")
    with pytest.raises(CommandError, match=r"manage\.py state_diagram"):
        call_command("state_diagram", "--check")
