"""`pytest --rules-by-text`: after a run, which rules were proven under which text, and why the others were not.

A rule counts as proven under a text when a test that is marked with it passed there. Of each text the rules are
named that the reference proves and this one does not, with what the portal or the mark said.
"""

from collections import Counter, defaultdict

from . import texts

NOT_MARKED = "told by the reference text alone"


def told(item):
    """What a report carries from the worker that ran the test: its rules, its text, why it stays with some texts."""
    rules = sorted({rule for mark in item.iter_markers("rule") for rule in mark.args})
    params = item.callspec.params if hasattr(item, "callspec") else {}
    own = "shanghai" if "shanghai_desk" in item.fixturenames else texts.REFERENCE
    only = item.get_closest_marker("only_text")
    why = only.kwargs.get("reason", "") if only else "" if "under" in params else NOT_MARKED
    return [("rules", rules), ("text", params.get("under", own)), ("only", why)]


class RulesByText:
    def __init__(self):
        self.passed = defaultdict(set)  # {text: rules}
        self.reasons = defaultdict(lambda: defaultdict(Counter))  # {text: {rule: why it did not run there}}

    def pytest_runtest_logreport(self, report):
        told = dict(report.user_properties)
        if not told.get("rules") or not (report.when == "call" or report.skipped):
            return
        for rule in told["rules"]:
            if report.passed:
                self.passed[told["text"]].add(rule)
                self.reasons[None][rule][told["only"]] += 1
            elif report.skipped:
                said = report.longrepr[2].removeprefix("Skipped: ").removeprefix(f"{told['text']}：")
                self.reasons[told["text"]][rule][said] += 1

    def pytest_terminal_summary(self, terminalreporter):
        known = {rule for rule in self.passed[texts.REFERENCE] if rule.startswith("Q")}
        for text in texts.TEXTS[1:]:
            proven = known & self.passed[text]
            terminalreporter.write_line(f"\n{text}: {len(proven)} of {len(known)} rules proven; not:")
            for rule in sorted(known - proven):
                found = self.reasons[text][rule] or self.reasons[None][rule]
                terminalreporter.write_line(f"  {rule}  {found.most_common(1)[0][0]}")
