"""The one door to a change of state: `perform`. Pages, commands, jobs, imports, demo and tests all go through it.

django-fsm holds the table of moves. It neither checks permission on a call, nor saves, nor says which
condition failed; the gate does these three, under a lock, and writes the record of events.
"""

import inspect
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass
from functools import partial

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import DatabaseError, transaction
from django_fsm import transition

from .bulk import update_each


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


@dataclass(frozen=True)
class _NotWrittenYet:
    """Stands for a proposal that is still to be written: nothing in it speaks against the act.

    `is_of_case`: what is to be written is the handling of a breach case, and not a proposal on the agreement alone.
    """

    is_of_case: bool

    @staticmethod
    def stands_against(name, by, details):
        return None


NO_PROPOSAL_YET, NO_HANDLING_YET = _NotWrittenYet(is_of_case=False), _NotWrittenYet(is_of_case=True)
NEEDS_A_CASE = "须经违约案件立案、告知、听取陈述申辩后决定"


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


def step(field, *, source, target, label, article, who, checks=(), proposed=False, by_case=False, needs=""):
    """A django-fsm transition with what the door needs: label, article, permission, checks.

    `proposed`: the act is decided on another person's reviewed proposal and never by one person alone.
    `by_case`: that proposal is the handling of a breach case, in which the hospital was heard (第六条).
    `needs`: the terms on which the act rests ("suspension.max_days"); an edition without them does not know the act.
    """
    custom = {
        "label": label, "article": article, "checks": tuple(checks), "proposed": proposed or by_case, "by_case": by_case,
        "needs": needs,
    }  # fmt: skip

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
    name, before = move.__name__, thing.status
    move, details = _allowed(thing, name, by, details)
    move()
    thing.save()
    case.record(name, declared(type(thing), name).custom, thing, by, address, before, details)
    case.after(thing, name, details)
    return thing


def _allowed(thing, name, by, details):
    """(the act with all its arguments, its details), or PermissionDenied, or RuleBroken."""
    move = getattr(thing, name)
    details = _complete(move, by, details)
    if not declared(type(thing), name).has_perm(thing, by):
        raise PermissionDenied(f"您无权办理“{declared(type(thing), name).custom['label']}”")
    if why := refusal(thing, name, by=by, **details):
        raise RuleBroken(why)
    person = {"by": by} if "by" in inspect.signature(move).parameters else {}
    return partial(move, **details, **person), details


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
    if not is_known(thing, custom):
        return f"本协议的文本没有“{custom['label']}”的约定，不能办理（{thing.case.edition}）"
    if step_of(thing, name) is None:
        article = in_its_words(thing, custom["article"])
        return f"{thing.kind_name}现为“{thing.get_status_display()}”，不能{custom['label']}（{article}）"
    if custom["by_case"] and not getattr(details.get("proposal"), "is_of_case", False):
        return in_its_words(thing, f"{NEEDS_A_CASE}（第六条）")
    if custom["proposed"] and (why := _without_proposal(name, by, details)):
        return f"{why}（办审分离）"
    known = {**details, "by": by}
    for check in custom["checks"]:
        if all(want in known for want in check.wants):
            answer = check(thing, **{want: known[want] for want in check.wants})
            if answer is not True:
                words = answer if isinstance(answer, dict) else {}
                sentence = in_its_words(thing, f"{check.sentence}（{check.article}）")
                return sentence.format(thing=thing, **known, **words)
    return None


def is_known(thing, custom):
    """Whether the agreement's edition has what the act rests on."""
    case = _case_of(thing)
    if not custom["needs"] or getattr(case, "edition_id", None) is None:
        return True
    found = case.terms
    for name in custom["needs"].split("."):
        found = getattr(found, name, None)
    return bool(found)


def in_its_words(thing, words):
    """Words of the portal's own, with the articles as the agreement's edition numbers them; data never goes through here."""
    cite = getattr(_case_of(thing), "cite", None)
    return cite(words) if cite else words


def _case_of(thing):
    """Its case file; None for a record that is still to be put into one."""
    try:
        return thing.case
    except ObjectDoesNotExist:
        return None


def _without_proposal(name, by, details):
    """An act of this kind is carried only by another person's reviewed proposal that says the same."""
    proposal = details.get("proposal")
    if proposal is None:
        return "须由经办提请、复核审核后，由负责人决定"
    return proposal.stands_against(name, by, {k: v for k, v in details.items() if k != "proposal"})


# ── many records at once ──


@dataclass(frozen=True)
class Outcome:
    """What came of one act among many: the fresh record, or why it was refused (RuleBroken, PermissionDenied)."""

    thing: object
    why: Exception | None = None


def perform_each(name, wanted, *, by, address=""):
    """`perform` for many records of one model: the same checks, rows and chain, in few statements and one transaction.

    `name`: the act; `wanted`: [(record, its details)]. Returns an Outcome for each, in their order: a refusal of one
    leaves the others. Locks are taken in the order of the keys, so that two such calls never wait for each other.
    Where an act on one case decides whether another case's act is possible, use `perform` one after the other.
    """
    wanted, outcomes = list(wanted), {}
    with transaction.atomic():
        for wave in _one_act_a_case(wanted):
            some = [wanted[place] for place in wave]
            try:
                with transaction.atomic():
                    done = _together(name, some, by, address)
            except (RuleBroken, DatabaseError):
                # Something within an act, and not the door before it, refused: which one, only each alone can tell.
                done = [_alone(name, thing, by, address, details) for thing, details in some]
            outcomes.update(zip(wave, done, strict=True))
    return [outcomes[place] for place in range(len(wanted))]


def _one_act_a_case(wanted):
    """Places of the records, in waves in which no case comes twice: its second act follows upon its first."""
    waves = {}
    seen = Counter()
    for place, (thing, _) in enumerate(wanted):
        waves.setdefault(seen[thing.case_key()], []).append(place)
        seen[thing.case_key()] += 1
    return waves.values()


def _alone(name, thing, by, address, details):
    try:
        with transaction.atomic():
            return Outcome(perform(getattr(thing, name), by=by, address=address, **details))
    except (RuleBroken, PermissionDenied) as why:
        return Outcome(thing, why)


def _together(name, wanted, by, address):
    case_model = wanted[0][0].case_key()[0]
    if not hasattr(case_model, "record_each"):
        return [_alone(name, thing, by, address, details) for thing, details in wanted]
    outcomes, rows, changed = [], [], set()
    pairs = _all_locked(case_model, [thing for thing, _ in wanted])
    for (case, thing), (_, details) in zip(pairs, wanted, strict=True):
        before, was = thing.status, _kept(_values(thing))
        try:
            move, details = _allowed(thing, name, by, details)
        except (RuleBroken, PermissionDenied) as why:
            outcomes.append(Outcome(thing, why))
            continue
        move()
        changed |= _changed(thing, was)
        outcomes.append(Outcome(thing))
        rows.append((case, name, declared(type(thing), name).custom, thing, by, address, before, details))
    _save_all([thing for _, _, _, thing, *_ in rows], changed)
    case_model.record_each(rows)
    for case, _, _, thing, *_, details in rows:
        case.after(thing, name, details)
    return outcomes


def _all_locked(case_model, things):
    """[(case, fresh record)], with one query for the cases and one for the records, each in the order of its keys."""
    cases = _lock(case_model, {thing.case_key()[1] for thing in things})
    model = type(things[0])
    fresh = cases if model is case_model else _lock(model, {thing.pk for thing in things})
    pairs = [(cases[thing.case_key()[1]], fresh[thing.pk]) for thing in things]
    for field in model._meta.concrete_fields:
        if field.related_model is case_model and field.is_relation:
            for case, thing in pairs:
                if getattr(thing, field.attname) == case.pk:
                    setattr(thing, field.name, case)
    return pairs


def _lock(model, keys):
    found = {row.pk: row for row in model.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    if missing := keys - found.keys():
        raise model.DoesNotExist(f"{model.__name__} {min(missing)}")
    return found


def _values(thing):
    """What the row says now."""
    return {
        field.attname: field.get_prep_value(getattr(thing, field.attname))
        for field in thing._meta.concrete_fields
    }


def _kept(values):
    """The values out of reach of whatever an act does to the record's lists; words, numbers and days never change."""
    return {
        name: deepcopy(value) if isinstance(value, dict | list) else value for name, value in values.items()
    }


def _changed(thing, was):
    for field in thing._meta.concrete_fields:
        field.pre_save(thing, add=False)  # what `save` does: files are written, moments set
    return {name for name, value in _values(thing).items() if value != was[name]}


def _save_all(things, attnames):
    fields = type(things[0])._meta.concrete_fields if things else ()
    update_each(things, [field.name for field in fields if field.attname in attnames])
