"""违约案件的状态表：每一状态能办什么、不能办什么；每一步有名称、条号、权限（house style）。"""

import inspect

import pytest

from agreements.gate import acts_of, declared, refusal
from inspections.cases import checks as case_checks
from inspections.cases import plan_checks, recovery_checks, rectification_checks, undoing_checks
from inspections.cases.states import CaseStatus
from inspections.models import BreachCase, Handling, Interview, RecoveryItem, RecoveryPayment, Rectification

AFTER = {"decided", "served", "carrying_out"}
ANSWERED = AFTER | {"closed", "not_established", "exempt"}
# Section 6.4 of the catalogue. Whatever is not here is refused.
TABLE = {
    "file": {"clue"}, "dismiss": {"clue"}, "investigate": {"filed"}, "add_item": {"investigating"},
    "weigh_item": {"investigating"}, "remove_item": {"investigating"}, "plan_handling": {"investigating"},
    "notify": {"investigating"}, "begin_defence": {"notified"}, "investigate_again": {"notified", "defence"},
    "defend": {"notified", "defence"}, "waive_defence": {"notified", "defence"}, "consider_defence": {"notified", "defence"},
    "propose_handling": {"investigating", "defence"}, "take_back": {"review"}, "decide": {"review"},
    "find_nothing": {"review"}, "exempt": {"review"}, "mark_served": {"decided"}, "carry_out": {"served"},
    "close": {"served", "carrying_out"}, "call_interview": AFTER, "reopen": AFTER | {"closed"}, "ask_explanation": ANSWERED, "explain": ANSWERED,
}  # fmt: skip
MODELS = [BreachCase, Handling, Interview, Rectification, RecoveryItem, RecoveryPayment]


def test_the_table_names_every_act():
    assert set(acts_of(BreachCase)) == set(TABLE)


@pytest.mark.parametrize("state", CaseStatus.values)
@pytest.mark.parametrize("name", TABLE)
def test_every_state_and_act(name, state):
    may = state in getattr(BreachCase, name)._django_fsm.transitions
    assert may == (state in TABLE[name])
    if not may:
        why = refusal(BreachCase(number="违1", status=state), name, by=None)
        assert CaseStatus(state).label in why and declared(BreachCase, name).custom["article"] in why


@pytest.mark.parametrize("model", MODELS)
def test_every_act_has_a_label_an_article_a_permission_and_a_docstring_that_cites(model):
    for name in acts_of(model):
        step, doc = declared(model, name), getattr(model, name).__doc__
        assert step.custom["label"] and step.custom["article"] and step.permission, name
        assert doc and any(doc.startswith(word) for word in ("第", "办审分离")), name


@pytest.mark.parametrize("model", MODELS)
def test_what_a_check_wants_is_a_detail_of_its_act(model):
    for name in acts_of(model):
        details = {*inspect.signature(getattr(model, name)).parameters, "by"}
        for check in declared(model, name).custom["checks"]:
            assert set(check.wants) <= details, (name, check.__name__)


def test_every_check_has_a_sentence_and_an_article_and_is_used():
    used = {
        check
        for model in MODELS
        for name in acts_of(model)
        for check in declared(model, name).custom["checks"]
    }
    for module in (case_checks, plan_checks, recovery_checks, rectification_checks, undoing_checks):
        for name, check in inspect.getmembers(module, inspect.isfunction):
            if check.__module__ == module.__name__ and hasattr(check, "sentence"):
                assert check.sentence and check.article and check in used, name


def test_a_closed_case_moves_no_more_unless_its_decision_did_not_stand():
    for name in TABLE:
        if name == "reopen":
            continue
        moves = getattr(BreachCase, name)._django_fsm.transitions
        for state in ("closed", "not_established", "exempt"):
            assert state not in moves or moves[state].target is None, (name, state)
