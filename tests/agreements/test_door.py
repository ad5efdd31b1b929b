"""The one door: the table of moves, the style of the acts, one winner of two, nothing half done."""

import inspect
import re
import threading

import pytest
from django.apps import apps
from django.db import connection

from agreements import actions
from agreements.gate import RuleBroken, acts_of, declared, perform, refusal
from agreements.models import Agreement, Proposal, Status

from ..desk import TODAY

# Section 6.1 of the catalogue: from which states each act may be done. Whatever is not here is refused.
MAKING, FORCE = {"negotiating", "to-sign"}, {"active", "continued"}
LIVE, ENDED = FORCE | {"suspended"}, {"terminated", "rescinded", "renewed"}
TABLE = {
    "revise": {"draft", "negotiating"}, "negotiate": {"draft"}, "confirm": {"negotiating"}, "fix_text": {"negotiating"},
    "return_to_draft": MAKING, "sign_for_institution": {"to-sign"}, "sign_for_agency": {"to-sign"}, "discard": {"draft"},
    "activate": {"signed"}, "suspend_on_request": FORCE, "suspend_for_breach": LIVE, "resume": {"suspended"},
    "terminate": LIVE, "rescind": LIVE, "expire": {"active", "suspended"}, "carry_on": {"active"},
    "close_as_renewed": LIVE, "propose": LIVE | ENDED, "suspend_for_investigation": FORCE, "prove_breach": {"suspended"},
    "suspend_by_cascade": LIVE, "resume_by_cascade": {"suspended"}, "rescind_by_cascade": LIVE,
    "acknowledge_cascade": LIVE | {"rescinded"}, "hold_payment": LIVE, "release_payment": LIVE | ENDED,
    "hold_for_account": LIVE, "release_for_account": LIVE | ENDED, "receive_claim": LIVE | ENDED, "ban_service": LIVE, "lift_ban": LIVE,
    "apply_for_renewal": LIVE, "set_holdover_cause": {"continued", "suspended"}, "decline_renewal": {"continued"},
    "end_continuation": {"continued"}, "grant_suspension_exception": {"suspended"}, "lapse": {"suspended"},
    "accept_electronic_delivery": LIVE,
    "withdraw_electronic_delivery": LIVE | {"terminated", "rescinded", "renewed"},
    "keep_despite_repeat": LIVE, "disown_suspension": LIVE | ENDED, "draft_change": LIVE, "make_supplement": LIVE | {"signed"},
    "make_uniform_supplement": LIVE | {"signed"}, "take_terms": LIVE | {"signed"},
    "count_aftercare": {"terminated", "rescinded", "renewed"}, "draft_suspension": FORCE, "draft_resumption": {"suspended"}, "draft_ending": LIVE, "file_penalty_report": LIVE, "note_penalty": LIVE, "note_approval": LIVE,
    "extend": {"active", "suspended"}, "record_fine": LIVE, "criticise": LIVE, "take_criticism_as_served": LIVE | ENDED, "lift_sanction": LIVE, "announce_end": LIVE,
    "end_on_arrival": LIVE, "end_by_own_notice": LIVE, "receive_end_notice": LIVE,
    "name_contact": LIVE | {"signed"}, "end_contact": LIVE | {"signed"}, "draft_permit": LIVE, "draft_consultation": LIVE,
    "file_self_check": LIVE, "file_display_proof": LIVE | {"terminated", "rescinded", "renewed"},
}  # fmt: skip

# Every model of every app that has acts: what is added later is held to the same.
MODELS = [model for model in apps.get_models() if acts_of(model)]
ACTS = [
    pytest.param(model, name, id=f"{model.__name__}.{name}") for model in MODELS for name in acts_of(model)
]
# What an act rests on that no article of the text says.
BASES = ("序言", "签署页", "封面", "办审分离", "后台任务", "印章管理", "版本管理")


def test_the_table_names_every_act():
    assert set(acts_of(Agreement)) == set(TABLE)


@pytest.mark.parametrize("state", Status.values)
@pytest.mark.parametrize("name", TABLE)
def test_every_state_and_act(name, state):
    agreement = Agreement(number="630100-2026-0001", status=state)
    why = refusal(agreement, name, by=None) if state not in TABLE[name] else None
    may = state in getattr(Agreement, name)._django_fsm.transitions
    assert may == (state in TABLE[name])
    if not may:
        assert Status(state).label in why and declared(Agreement, name).custom["article"] in why


def test_every_app_is_asked():
    assert {model._meta.app_label for model in MODELS} >= {"agreements", "inspections"}
    assert Agreement in MODELS and len(ACTS) > 100


@pytest.mark.parametrize("model, name", ACTS)
def test_every_act_has_a_label_an_article_a_permission_and_a_docstring_that_begins_with_it(model, name):
    for step in getattr(model, name)._django_fsm.transitions.values():
        assert step.custom["label"] and step.custom["article"] and callable(step.permission)
    doc = getattr(model, name).__doc__ or ""
    assert re.match(r"第[一二三四五六七八九十]+条", doc) or doc.startswith(BASES), doc


@pytest.mark.parametrize("model, name", ACTS)
def test_every_check_of_an_act_is_a_sentence_with_an_article_and_wants_what_the_act_knows(model, name):
    details = {*inspect.signature(getattr(model, name)).parameters, "by"}
    for check in declared(model, name).custom["checks"]:
        assert check.sentence and check.article, check.__name__
        assert set(check.wants) <= details, check.__name__


@pytest.mark.parametrize("model", MODELS)
def test_every_record_with_acts_says_what_it_is_and_who_sees_it(model):
    assert model.kind_name and hasattr(model.objects, "visible_to"), model


def test_a_final_state_has_no_way_out():
    for name in TABLE:
        moves = getattr(Agreement, name)._django_fsm.transitions
        for state in ("terminated", "rescinded", "renewed", "void"):
            assert state not in moves or moves[state].target is None, (name, state)


def test_the_state_cannot_be_written_past_the_door(desk):
    agreement = desk.drafted()
    with pytest.raises(AttributeError):
        agreement.status = Status.ACTIVE


def test_a_refused_act_leaves_nothing_behind(desk):
    agreement = desk.signed()
    events = agreement.events.count()
    with pytest.raises(RuleBroken):
        desk.suspended(agreement, days=181)
    assert agreement.suspensions.count() == agreement.aftercare_plans.count() == 0
    assert agreement.events.exclude(act__in=["propose", "review"]).count() == events


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time by nature")
def test_of_two_people_at_once_exactly_one_wins_and_the_other_reads_why(desk):
    agreement = desk.signed()
    proposals = [
        desk.proposal(agreement, "suspend_on_request", **desk.suspension()),
        desk.proposal(agreement, "terminate", ground=agreement.terms.termination.ground("80-2"), reason="停业",
                      requested_on=TODAY, on=TODAY, aftercare=desk.suspension()["aftercare"]),
    ]  # fmt: skip
    start, outcomes = threading.Barrier(2), []

    def decide():
        try:
            start.wait()
            outcomes.append(actions.decide(Proposal.objects.get(pk=proposals[0].pk), by=desk.leader).status)
        except RuleBroken as why:
            outcomes.append(str(why))
        finally:
            connection.close()

    threads = [threading.Thread(target=decide) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome == Status.SUSPENDED for outcome in outcomes) == [False, True]
    assert any("不能依申请中止" in outcome for outcome in outcomes)
    assert agreement.suspensions.count() == 1


def test_a_proposal_that_came_too_late_says_why(desk):
    agreement = desk.signed()
    late = desk.proposal(agreement, "suspend_on_request", **desk.suspension())
    desk.terminated(agreement)
    with pytest.raises(RuleBroken, match="现为“终止”，不能依申请中止"):
        actions.decide(late, by=desk.leader)
    assert perform(late.turn_down, by=desk.reviewer, reason="协议已终止").status == "returned"
