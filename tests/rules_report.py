"""`make rules`: which tests prove which rule of the agreement text, and which rules have none.

Nothing is run: pytest only collects, and the `rule` marks of what it finds are read.
"""

import io
import os
import sys
from collections import Counter, defaultdict
from contextlib import redirect_stdout
from pathlib import Path

import pytest

RULES = Path(__file__).resolve().parent.parent / "docs" / "rules-m.txt"


class MarkReader:
    """A pytest plugin that notes, for each rule, the tests marked with it."""

    def __init__(self):
        self.tests = defaultdict(Counter)

    def pytest_collection_finish(self, session):
        for item in session.items:
            for mark in item.iter_markers("rule"):
                for rule in mark.args:
                    self.tests[rule][item.nodeid.partition("[")[0]] += 1


def rules_to_prove():
    """{rule id: title} from docs/rules-m.txt, in the order of the articles."""
    lines = RULES.read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))


def collected_marks():
    """{rule id: {test: number of its cases}}; exits when the tests cannot even be collected."""
    reader = MarkReader()
    with redirect_stdout(io.StringIO()):  # pytest's own list of tests, without their rules
        outcome = pytest.main(["--collect-only", "-q"], plugins=[reader])
    if outcome not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        sys.exit("测试无法收集，请先运行 make test 查看原因。")
    return reader.tests


def article_order(rule):
    numbers = [int(part) if part.isdigit() else 0 for part in rule.lstrip("QS").replace("-", ".").split(".")]
    return [rule[:1], *numbers]  # one text after the other


def report(titles, tests):
    """The report's lines: every rule that has tests, then the rules of docs/rules-m.txt without one."""
    for rule in sorted(tests, key=article_order):
        yield f"{rule}  {titles.get(rule, '')}".rstrip()
        yield from (
            f"    {test}" + (f"  x{cases}" if cases > 1 else "") for test, cases in tests[rule].items()
        )
    missing = [rule for rule in titles if rule not in tests]
    yield f"\n还没有测试的必须建模规则：{len(missing)} / {len(titles)}"
    yield from (f"  {rule}  {titles[rule]}" for rule in missing)
    beyond = len(tests.keys() - titles.keys())
    proven = len(titles) - len(missing)
    yield f"\n{proven} / {len(titles)} 条必须建模的规则已有测试；另有 {beyond} 条其他规则有测试。"


if __name__ == "__main__":
    os.environ.setdefault("PORTAL_MODE", "test")
    print("\n".join(report(rules_to_prove(), collected_marks())))
