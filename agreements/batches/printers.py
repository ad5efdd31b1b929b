"""Where a batch meets the press: papers in, what stands on them or the reason why there is none out.

Nothing else here knows how a paper is printed.
"""

import logging

from ..papers import lanes, printing
from ..papers.fill.golden import NoSecondRenderer
from ..papers.refusals import PaperRefused
from ..papers.seal.seals import SEALED, signer_for, signer_of

log = logging.getLogger(__name__)
UNCOMPARED = "比对程序出错，已记入运行日志，请系统管理员查看"
BROKEN = "排版程序出错，已记入运行日志，可以重试"


class Seals:
    """`signer_for` for many papers printed within some seconds: each agency's seal is looked up once."""

    def __init__(self):
        self.found = {}

    def __call__(self, paper):
        key = paper.agreement.agency_id, paper.purpose
        if key not in self.found:
            try:
                self.found[key] = signer_for(paper)
            except PaperRefused as why:
                self.found[key] = why
        if isinstance(self.found[key], PaperRefused):
            raise self.found[key]
        return self.found[key]


def why_unsealed(agency, purpose):
    """Why no copy of this agency (its key) can be sealed now, as a sentence; "" when it can be, or need not be."""
    try:
        if purpose in SEALED:
            signer_of(agency)
    except PaperRefused as why:
        return str(why)
    return ""


def print_on(paper, seals):
    """The details of `Paper.issue` for an owed paper, as a dict; as a str why it cannot be printed."""
    try:
        printed = printing.printed(paper, seals)
        return {"content": printed.content, "form": printed.form}
    except PaperRefused as why:
        return str(why)[:500]
    except Exception:
        # Whatever goes wrong with one paper, the others are printed; the cause is in the log.
        log.exception("paper %s could not be printed", paper.number)
        return BROKEN


def read(paper):
    """The bytes of an issued paper, as they were issued."""
    return paper.read()


def differences(papers):
    """What the golden check says against these papers, as a sentence; "" when they are as the plain lane prints them.

    The first is compared without a seal, the others as they leave the house. What cannot be compared stops a batch as
    well; a paper that cannot be printed at all is told by its own row.
    """
    found = []
    for place, paper in enumerate(papers):
        try:
            found += lanes.check_sample([paper], signer_for(paper) if place else None)
        except PaperRefused as why:
            log.info("paper %s is no sample: %s", paper.number, why)
        except NoSecondRenderer as why:
            return str(why)
        except Exception:
            log.exception("golden check of paper %s", paper.number)
            return UNCOMPARED
    return "；".join(found)
