"""Beginning a draft of an edition, saving it, publishing it, withdrawing an edition: each through the door."""

from difflib import SequenceMatcher

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from .. import permissions
from ..edition_text import LOST
from ..gate import RuleBroken, perform
from ..models import EditionCase
from .blank import blank
from .looking import key_of
from .sources import LABELS, Reading
from .toml_writing import with_facts


def copy_edition(edition, *, by, address="", empty=()):
    """A draft in which everything is as in this edition, with the next number, for the region of this person's agency.

    `empty`: the columns ("terms_source", "breaches_source") that are begun from nothing.
    """
    sources = edition.sources | {column: blank(column) for column in empty}
    return _begin(sources, by, address, based_on=edition)


def import_edition(sources, *, by, address=""):
    """A draft of five files that were prepared elsewhere, for the region of this person's agency."""
    return _begin(sources, by, address)


@transaction.atomic
def _begin(sources, by, address, based_on=None):
    if not permissions.may_begin_edition(by):
        raise PermissionDenied("您无权办理“起草文本版本”")
    region = by.agency.region
    case = EditionCase.objects.create(region=region, based_on=based_on)
    own = {"region": region.code, "region_name": region.name}
    if based_on:
        own["version"] = next_version(based_on)
    manifest = with_facts(sources["manifest"], own)
    return perform(case.begin, by=by, address=address, sources=sources | {"manifest": manifest})


def next_version(edition):
    """2 → 2.1, then 2.2: whole numbers are left to the folders that come with a release of the portal."""
    whole = edition.version.partition(".")[0]
    versions = type(edition).objects.filter(code=edition.code).values_list("version", flat=True)
    parts = [one.removeprefix(f"{whole}.") for one in versions if one.startswith(f"{whole}.")]
    return f"{whole}.{max((int(part) for part in parts if part.isdecimal()), default=0) + 1}"


def save(case, changed, revision, *, by, address="", looked=()):
    """Keep these sources, {column: text}, which were changed from that revision on. Nothing changed: nothing is done.

    `looked`: the Rows that this person has looked at, changed or not. Raises RuleBroken saying who saved what in the meantime.
    """
    changed = {column: source for column, source in changed.items() if source != getattr(case, column)}
    looked = [row for row in looked if key_of(row) in case.to_check]
    if not changed and not looked:
        return case
    said = [_what(column, getattr(case, column), source) for column, source in changed.items()]
    if looked and not changed:
        said = [f"核对{'、'.join(row.label for row in looked[:5])}{'等' if len(looked) > 5 else ''}"]
    return perform(
        case.write, by=by, address=address, sources=changed, revision=revision, what="；".join(said),
        looked=[key_of(row) for row in looked],
    )  # fmt: skip


def _what(column, old, new):
    """协议文本（第三条、第五条）: what a save has changed, in words."""
    places = _articles(old, new) if column == "text" else []
    if not places:
        lines = _changed_lines(old, new)
        places = [f"{lines}行"]
    shown = "、".join(places[:5]) + ("等" if len(places) > 5 else "")
    return f"{LABELS[column]}（{shown}）"


def _articles(old, new):
    before, after = ({"text": source} for source in (old, new))
    forms = [Reading({"manifest": "", "commitment": "", "terms_source": "", "breaches_source": ""} | one).form
             for one in (before, after)]  # fmt: skip
    if None in forms:
        return []
    was = {article.label: article.paragraphs for article in forms[0].articles}
    return [article.label for article in forms[1].articles if was.get(article.label) != article.paragraphs]


def _changed_lines(old, new):
    codes = SequenceMatcher(None, old.split("\n"), new.split("\n")).get_opcodes()
    return sum(max(o2 - o1, n2 - n1) for kind, o1, o2, n1, n2 in codes if kind != "equal")


def filled(source, wordings):
    """The text with its gaps filled in their order; "" leaves one open."""
    pieces = source.split(LOST)
    words = [wording.strip() or LOST for wording in wordings]
    return pieces[0] + "".join(
        word + piece for word, piece in zip([*words, *[LOST] * len(pieces)], pieces[1:], strict=False)
    )


def publish(case, *, by, address=""):
    """The second person publishes it. Raises RuleBroken."""
    try:
        with transaction.atomic():
            return perform(case.publish, by=by, address=address)
    except IntegrityError as taken:
        raise RuleBroken("这个版本代码和修订号刚由别的草稿发布，换一个修订号") from taken


@transaction.atomic
def withdraw_edition(edition, *, by, reason, address=""):
    """No agreement is drafted on it any more. An edition that was loaded from a folder gets its case file with this."""
    case, _ = EditionCase.objects.get_or_create(
        edition=edition, defaults={"region": edition.region, "status": EditionCase.Status.PUBLISHED}
    )
    return perform(case.withdraw, by=by, address=address, reason=reason)
