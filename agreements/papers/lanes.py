"""The one entrance to the printing house: a paper is filled into its printed form, or laid out on its own."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db import IntegrityError, transaction
from django.utils import timezone

from institutions.models import AgencyVersion, Region

from ..edition_text import BLANK, read_text
from ..models import Paper, PrintedForm
from .fill.fingerprint import fingerprint
from .fill.golden import PICTURES, NoSecondRenderer, differences
from .fill.publish import publish
from .fill.sample import sample
from .fill.splice import NeedsPlainLane, fill
from .refusals import PaperRefused
from .render import Stamp, render_agreement, render_commitment
from .seal.signer import AGENCY_FIELD
from .seal.stamping import sign_pdf
from .seal.verification import WHOLE, read_signatures
from .sheet import Sheet, render_sheet

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Printed:
    """A paper on paper. With a `form`, `content` is what follows the form's constant part; `sha256` is of the whole."""

    content: bytes
    sha256: str
    form: PrintedForm | None = None

    @classmethod
    def alone(cls, content):
        """A file that shares nothing."""
        return cls(content, hashlib.sha256(content).hexdigest())

    @property
    def whole(self):
        return self.form.template.constant + self.content if self.form else self.content


def put_on_paper(paper, signer=None, at=None):
    """The Printed paper, from its own snapshot and never from live data. Raises PaperRefused.

    `signer`: see `seal.signer`; it signs at the moment `at` (default: now).
    """
    at = at or timezone.now()
    form = form_of(paper.agreement.edition) if paper.is_copy else None
    if form:
        try:
            filled = fill(form.template, blanks(paper), stamp_of(paper), signer, at)
            return Printed(filled.tail, filled.sha256, form)
        except NeedsPlainLane as why:
            logger.info("paper %s is laid out on its own: %s", paper.number, why)
    content = laid_out(paper)
    return Printed.alone(sign_pdf(content, signer, AGENCY_FIELD, at=at) if signer else content)


def laid_out(paper):
    """The PDF of a paper by the plain lane: the press lays it out, whatever it says. Raises PaperRefused."""
    edition, stamp = paper.agreement.edition, stamp_of(paper)
    if paper.purpose == Paper.Purpose.COMMITMENT:
        pen = dict.fromkeys(edition.letter.placeholders, BLANK)
        day = date.fromisoformat(paper.snapshot["day"])
        values = pen | paper.snapshot | {"commitment_date": f"{day:%Y年%-m月%-d日}"}
        return render_commitment(edition.letter, values, stamp=stamp)
    if not paper.is_copy:
        return render_sheet(Sheet(**paper.snapshot), stamp=stamp)
    return render_agreement(edition.form, blanks(paper), stamp=stamp)


def stamp_of(paper):
    return Stamp(number=paper.number, code=paper.code, verify_url=paper.verify_url)


def blanks(paper):
    """What stands on every blank of a copy; what nobody has signed is left to the pen."""
    pen = dict.fromkeys(paper.agreement.edition.form.placeholders, BLANK)
    return {**pen, **paper.snapshot["cover"], **paper.snapshot["signatures"]}


def check_sample(papers, signer=None):
    """The golden check for papers that are about to be filled in: sentences of what differs, [] when nothing does.

    Each is printed both ways, the filled one with the seal of `signer` if there is one. A paper that goes the plain lane
    anyway cannot differ. Without a second renderer nothing is compared, and that is said instead.
    """
    found = []
    for paper in papers:
        printed = put_on_paper(paper, signer)
        try:
            differ = differences(printed.whole, laid_out(paper)) if printed.form else []
        except NoSecondRenderer as why:
            return [str(why)]
        if signer and printed.form:
            differ = _differs_sealed(printed, differ)
        found += [f"{paper.number}：{sentence}" for sentence in differ]
    return found


def _differs_sealed(printed, differ):
    """What differs but for the look of the page with the seal, and whether the signature is sound."""
    page, *_ = printed.form.template.seals["agency"]
    of_seal = [f"第{page + 1}页{picture}不同" for picture in PICTURES]
    signatures = read_signatures(printed.whole, roots=())
    sound = [one.is_sound and one.covers == WHOLE for one in signatures] == [True]
    return [one for one in differ if one not in of_seal] + ([] if sound else ["电子签名核验不通过"])


# ── forms ──


def form_of(edition):
    """The published PrintedForm of an edition, published now if it is not yet; None when it cannot be.

    A layout that was refused is not tried again before `publish_forms` asks for it. The edition's object remembers the
    answer, so that many papers that share it ask once.
    """
    if not hasattr(edition, "_printed_form"):
        marks = fingerprint(edition.text)
        forms = PrintedForm.objects.filter(edition=edition, fingerprint=marks["fingerprint"])
        form = forms.order_by("refusal", "-pk").first() or publish_form(edition)
        edition._printed_form = None if form.refusal else form
    return edition._printed_form


def publish_form(edition):
    """Lay the edition's form out, compare a sample both ways, keep it. The row says why when it cannot be used."""
    marks = fingerprint(edition.text)
    template, refusal = _published(edition.text, _words(), marks["fingerprint"])
    try:
        with transaction.atomic():
            return PrintedForm.of(edition, marks, template, refusal)
    except IntegrityError:
        # Somebody else published the same meanwhile.
        return PrintedForm.objects.live(edition, marks["fingerprint"])


def _words():
    """The characters of the names and addresses of this portal's regions and agencies, which most agreements bring."""
    names = Region.objects.values_list("name", flat=True)
    facts = AgencyVersion.objects.values_list("name", "address")
    return "".join(sorted({*"".join(names), *"".join(map("".join, facts))}))


@lru_cache(maxsize=4)
def _published(text, words, fingerprint):
    """(Template, "") of an official text with a font for these words, or (None, why not)."""
    form = read_text(text)
    try:
        template = publish(form, words)
        differ = _differs(form, template)
    except (PaperRefused, NoSecondRenderer) as why:
        return None, str(why)[:500]
    except Exception:
        # A form is a matter of speed: without one, papers are laid out one by one.
        logger.exception("form %s could not be published", fingerprint)
        return None, "版式发布出错，已记入日志"
    return (None, f"套印与逐份排版不一致：{'；'.join(differ)}"[:500]) if differ else (template, "")


def _differs(form, template):
    """The golden check of a new form with two made-up agreements: usual words, and the longest that fit."""
    for values, stamp in sample(form, template):
        filled = template.constant + fill(template, values, stamp).tail
        if differ := differences(filled, render_agreement(form, values, stamp=stamp)):
            return differ
    return []
