"""The texts that a suite runs under: its tests are written in the words of the reference text (青海 2025), once.

`@pytest.mark.each_text` runs a test that uses the cast (`desk`, `hospital`, …) under each of `TEXTS`. What another text
calls otherwise, its desk translates (`Desk.own_item`, `Desk.words`). What it does not have skips the test, with the
refusal as the reason: the rule is not there. `only_text(…, reason=…)` keeps a test to the texts that have its rule,
where the portal refuses nothing, and says what the others lack. `own_days` leaves blank the days of a term that a text
prints, where a test has days of its own. `each_text("lean")` adds the made-up text at its leanest: silent about all
that a text may be silent about. `pytest --rules-by-text` adds up what was proven where (`rules_by_text.py`).

Not under each text: what no text says anything of (who sees which page, uploads, jobs, locks, the press and its fonts,
accounts, the calendar) and what is made of a text and not of an agreement (the edition desk, the readers of text and
terms); the Shanghai texts' own mechanisms have suites of their own (extension, permits, contacts, other measures).
"""

import inspect
import re
from functools import cache

import pytest
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist

from agreements.gate import RuleBroken

REFERENCE = "qinghai"
SHANGHAI = {"shanghai": "shanghai-secondary", "shanghai-primary": "shanghai-primary"}
TEXTS = [REFERENCE, *SHANGHAI, "made-up"]
# What the portal says when a text does not have what is asked for, or prints the days of its term.
NOT_THERE = re.compile(
    "文本没有“.*”的约定|文本.*没有.*(的参数|异议期)，不能|没有“.*”的措施，本案不能采取|条不停止.*的服务"
    "|文本没有承诺书，不用出具|没有编号为“.*”的情形|改动的参数须是协议文本已有的表和项|^文本印明有效期"
)
NO_SUCH_ACT = re.compile("文本没有“.*”的约定，不能办理")
CLOCK = re.compile(r"T-\d+\w?")


def people_under(name, folder, own_days=False):
    """The Desk of an agency and a hospital that live under another text than the reference."""
    from . import shanghai
    from .agreements import third_province
    from .conftest import facts

    hospital = "西宁湟滨医院"  # called as in the reference, so that no test need ask
    if name in SHANGHAI:
        grade = "2A" if name == "shanghai" else "1"
        return shanghai.people(
            folder / "editions", facts(hospital, 7, grade=grade), hospital, SHANGHAI[name], own_days
        )
    terms = third_province.lean() if name == "lean" else third_province.TERMS
    return third_province.people(folder / "yunling", terms, hospital, own_days)


@cache
def clocks_of(name):
    """The numbers of the clocks that a text has."""
    from .agreements import third_province

    if name in SHANGHAI:
        return set(CLOCK.findall((settings.EDITIONS_DIR / SHANGHAI[name] / "terms.toml").read_text()))
    return set(CLOCK.findall(third_province.lean() if name == "lean" else third_province.TERMS))


def parametrize(metafunc):
    """Run the test under each text that its marks name, where it uses the cast at all."""
    each = metafunc.definition.get_closest_marker("each_text")
    if each and "cast" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("only_text")
        names = [*TEXTS, *each.args]
        if only and not only.kwargs.get("reason"):
            raise pytest.UsageError(f"{metafunc.definition.nodeid}: only_text(…) wants the reason")
        if only:  # what holds under one of the two texts of Shanghai holds under the other
            names = [name for name in names if name.removesuffix("-primary") in only.args]
        metafunc.parametrize("under", names, indirect=True)


def skip_what_is_not_there(item, call, report):
    """A test that asks another text for what it does not have is skipped."""
    text = item.callspec.params.get("under", REFERENCE) if hasattr(item, "callspec") else REFERENCE
    if text != REFERENCE and call.excinfo and (why := _not_there(item, call.excinfo, text)):
        path, line, _ = item.location
        report.outcome, report.longrepr = "skipped", (path, line, f"{text}：{why}")


def _not_there(item, excinfo, text):
    said = str(excinfo.value)
    if excinfo.errisinstance((RuleBroken, LookupError)) and NOT_THERE.search(said):
        return said
    if isinstance(refused := excinfo.value.__context__, RuleBroken) and NO_SUCH_ACT.search(str(refused)):
        return str(refused)  # a refusal was expected, and the first one is that the text has no such act
    if not excinfo.errisinstance((RuleBroken, LookupError, ObjectDoesNotExist)):
        return ""  # what was found is not what it should be: a failure under whatever text
    named = set(CLOCK.findall(inspect.getsource(item.function))) - clocks_of(text)
    return f"没有时限 {'、'.join(sorted(named))}" if named else ""


def offered(answer):
    """The page of an act. What it says where the text does not have the act is raised, as the door would."""
    page = answer.content.decode()
    if why := NO_SUCH_ACT.search(page):
        raise RuleBroken(why[0])
    return page


def no_such_item(code):
    pytest.skip(f"违约情形 {code} 在这份文本里没有对应的")
