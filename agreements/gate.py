"""The one door to a change of state: `perform`. Pages, commands, jobs, imports, demo and tests all go through it.

django-fsm holds the table of moves. It neither checks permission on a call, nor saves, nor says which
condition failed; the gate does these three, under a lock, and writes the record of events.
"""

import inspect
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django_fsm import transition


class RuleBroken(Exception):
    """A rule of the agreement text forbids it. The message is for a person and names the article."""


@dataclass(frozen=True)
class SystemActor:
    """The portal itself, acting because a day has come and not because somebody pressed a button."""

    name: str = "系统"
    pk: None = None
    role: str = "system"
    agency_id: None = None
    institution_id: None = None
    unit_name: str = ""


SYSTEM = SystemActor()


class _NoProposalYet:
    """Stands for a proposal that is still to be written: nothing in it speaks against the act."""

    @staticmethod
    def stands_against(name, by, details):
        return None


NO_PROPOSAL_YET = _NoProposalYet()


def rule(article, sentence):
    """A check as a sentence: what the refusal says, what the dead button says, what the test expects.

    The sentence may quote the agreement's terms and the act's details: `{thing.terms.suspension.max_days}`.
    The check returns True when all is well, else False, or a dict of further words for its sentence. Its
    arguments are the record, `by`, and details by name.
    """

    def mark(check):
        check.article, check.sentence = article, sentence
        check.wants = list(inspect.signature(check).parameters)[1:]
        return check

    return mark


def step(field, *, source, target, label, article, who, checks=(), proposed=False):
    """A django-fsm transition with what the door needs: label, article, permission, checks.

    `proposed`: the act is decided on another person's reviewed proposal and never by one person alone.
    """
    custom = {"label": label, "article": article, "checks": tuple(checks), "proposed": proposed}

    return transition(field, source=source, target=target, permission=who, custom=custom)


def step_of(thing, name):
    """The declared step for this act in today's state, or None when the table has none."""
    moves = getattr(type(thing), name)._django_fsm
    return moves.get_transition(thing.status)


def declared(model, name):
    """What the act is called, its article, its permission, whatever state the record is in."""
    return next(iter(getattr(model, name)._django_fsm.transitions.values()))


def acts_of(model):
    """The names of all declared acts of a model, in the order they are written."""
    return [n for klass in model.__mro__ for n, m in vars(klass).items() if hasattr(m, "_django_fsm")]


@transaction.atomic
def perform(move, *, by, address="", **details):
    """Lock, may they, may it, do it, record it, set the clocks that follow from it.

    `move` is a bound act (`agreement.suspend`); `by` a User or SYSTEM; `details` its arguments.
    Raises PermissionDenied when the person has no right, RuleBroken with a sentence when a rule forbids it.
    Returns the fresh record.
    """
    case, thing = _locked(move.__self__)
    name, move = move.__name__, getattr(thing, move.__name__)
    details = _complete(move, by, details)
    if not declared(type(thing), name).has_perm(thing, by):
        raise PermissionDenied(f"您无权办理“{declared(type(thing), name).custom['label']}”")
    if why := refusal(thing, name, by=by, **details):
        raise RuleBroken(why)
    before = thing.status
    move(**details, **({"by": by} if "by" in inspect.signature(move).parameters else {}))
    thing.save()
    case.record(name, declared(type(thing), name).custom, thing, by, address, before, details)
    case.after(thing, name, details)
    return thing


def _complete(move, by, details):
    """All details of the act, defaults included; TypeError for one that is missing or unknown."""
    wanted = inspect.signature(move)
    whole = wanted.bind(**details, **({"by": by} if "by" in wanted.parameters else {}))
    whole.apply_defaults()
    return {name: value for name, value in whole.arguments.items() if name != "by"}


def _locked(thing):
    """The case file's row first, always in this order, so that two acts on one case never wait for each other."""
    case_model, case_pk = thing.case_key()
    case = case_model.objects.select_for_update().get(pk=case_pk)
    if isinstance(thing, case_model):
        return case, case
    return case, type(thing).objects.select_for_update().get(pk=thing.pk)


def refusal(thing, name, /, *, by, **details):
    """Why the act is impossible now, as a sentence; None when nothing stands against it.

    Checks whose details are not known yet are left for the moment when they are.
    """
    custom = declared(type(thing), name).custom
    if step_of(thing, name) is None:
        return f"{thing.kind_name}现为“{thing.get_status_display()}”，不能{custom['label']}（{custom['article']}）"
    if custom["proposed"] and (why := _without_proposal(name, by, details)):
        return f"{why}（办审分离）"
    known = {**details, "by": by}
    for check in custom["checks"]:
        if all(want in known for want in check.wants):
            answer = check(thing, **{want: known[want] for want in check.wants})
            if answer is not True:
                words = answer if isinstance(answer, dict) else {}
                return f"{check.sentence.format(thing=thing, **known, **words)}（{check.article}）"
    return None


def _without_proposal(name, by, details):
    """An act of this kind is carried only by another person's reviewed proposal that says the same."""
    proposal = details.get("proposal")
    if proposal is None:
        return "须由经办提请、复核审核后，由负责人决定"
    return proposal.stands_against(name, by, {k: v for k, v in details.items() if k != "proposal"})
