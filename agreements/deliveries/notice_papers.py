"""Which acts owe which notices, and which of them have to be served on the other side (第七十一、七十三、八十二、八十四条).

`follow` is called by `Agreement.after` for every act on a case. What a person's act owes is printed as soon as it is
committed; what the portal does by the clock only owes it, and the printing of owed papers puts it out.
"""

from functools import partial

from django.db import transaction
from django.utils.timezone import localdate

from .. import permissions
from ..clocks import actions as clocks
from ..gate import SYSTEM, declared, perform

STOPPED = ("suspension_notice", "display_notice", "handover")
ENDED = ("ending_notice", "display_notice", "handover")
ENDED_BY_ITSELF = ("ending_notice", "display_notice")  # the hand-over comes when somebody has counted

# Act on an agreement → the papers that it owes (purposes of Paper; each has its function in `notice_sheets`).
# How many patients there are is known to the agency there only when it takes note: the hand-over comes then.
OWED = {
    "suspend_on_request": STOPPED,
    "suspend_for_breach": STOPPED,
    "suspend_for_investigation": STOPPED,
    "prove_breach": ("suspension_notice",),
    "suspend_by_cascade": ("suspension_notice", "display_notice", "cascade_notice"),
    "acknowledge_cascade": ("handover",),
    "resume": ("resumption_notice",),
    "resume_by_cascade": ("resumption_notice",),
    "terminate": ENDED,
    "rescind": ENDED,
    "rescind_by_cascade": ("ending_notice", "display_notice", "cascade_notice"),
    "expire": ENDED_BY_ITSELF,
    "lapse": ENDED_BY_ITSELF,
    "count_aftercare": ("handover",),
    "end_continuation": ENDED,
    "extend": ("extension_notice",),
    "criticise": ("criticism",),
    "announce_end": ("end_notice",),
    "end_on_arrival": ENDED_BY_ITSELF,
    "end_by_own_notice": ENDED_BY_ITSELF,
    "receive_end_notice": ENDED_BY_ITSELF,
}

# Purpose → the terms that ask for it; the others every text needs.
ASKED_BY = {"display_notice": "announcement", "handover": "aftercare"}

# What is served: purpose → the side that it is addressed to. `register` adds to both tables.
ADDRESSED = dict.fromkeys(
    [
        "suspension_notice",
        "resumption_notice",
        "ending_notice",
        "exemption_notice",
        "extension_notice",
        "criticism",
        "end_notice",
        "permit_notice",
        "consultation_record",
    ],
    "institution",
)
# An act on a record of its own → the paper that it owes; a record with an `answer_paper` keeps it.
OWED_BY_RECORD = {
    ("SelfCheckReport", "exempt"): "exemption_notice",
    ("PermitRequest", "grant"): "permit_notice",
    ("PriorConsultation", "grant"): "consultation_record",
    ("PriorConsultation", "refuse"): "consultation_record",
}
# Purpose → the event whose clocks begin when the paper is received, never when it is printed or sent (第八十四条).
RECEIPT_STARTS = {}
# Purpose → what else its receipt brings about: a function of the Delivery. Apps above this one add theirs.
WHEN_RECEIVED = {}

RECEIPTS = [("Delivery", "confirm_receipt"), ("Delivery", "acknowledge")]


def _end_notice_arrived(delivery):
    """第八十条（三）：the notice ends the agreement on the day on which it arrives."""
    for notice in delivery.paper.end_notices.filter(arrived_on=None):
        perform(delivery.agreement.end_on_arrival, by=SYSTEM, notice=notice, on=delivery.received_on)


def _criticism_arrived(delivery):
    """第六十三条：from its receipt on it stands against an extension."""
    for sanction in delivery.agreement.sanctions.filter(paper=delivery.paper, served_on=None):
        perform(
            delivery.agreement.take_criticism_as_served, by=SYSTEM, sanction=sanction, on=delivery.received_on
        )


WHEN_RECEIVED |= {"end_notice": _end_notice_arrived, "criticism": _criticism_arrived}


def register(purpose, event="", to="institution"):
    """Have papers of this purpose served on a side; their receipt starts the clocks of `event`."""
    ADDRESSED[purpose] = to
    if event:
        RECEIPT_STARTS[purpose] = event


def follow(case, thing, act, details):
    """Owe what this act owes, and start what a receipt starts. Part of the act: both are written, or neither."""
    at_once = declared(type(thing), act).permission is not permissions.the_system
    if thing is case:
        _owe_notices(case, act, details, at_once)
    elif purpose := OWED_BY_RECORD.get((type(thing).__name__, act)):
        _owe_of_record(case, purpose, thing, details, at_once)
    elif (type(thing).__name__, act) in RECEIPTS:
        _received(case, thing, at_once)


def _owe_notices(agreement, act, details, at_once):
    wanted = OWED.get(act, ())
    if "resumption_notice" in wanted and agreement.status == "suspended":
        return  # one of several causes is over: it goes on being suspended
    if not wanted:
        return
    from . import notice_sheets  # with it comes the press, which no model needs until there is a paper

    for purpose in wanted:
        if not _is_asked(agreement, purpose):
            continue
        sheet, issuer = notice_sheets.SHEET_OF[purpose](agreement, act, details)
        paper = _owe(agreement, purpose, sheet, at_once, issuer)
        if follows := ONCE_OWED.get(purpose):
            follows(agreement, paper)


def _is_asked(agreement, purpose):
    """第七十三条、第八十二条：whether the agreement's own text asks for this paper."""
    term = ASKED_BY.get(purpose)
    return term is None or getattr(agreement.terms, term) is not None


def _owe_of_record(agreement, purpose, record, details, at_once):
    from . import notice_sheets

    sheet, issuer = notice_sheets.SHEET_OF[purpose](agreement, record, details)
    paper = _owe(agreement, purpose, sheet, at_once, issuer)
    if hasattr(record, "answer_paper_id"):
        record.answer_paper = paper
        record.save(update_fields=["answer_paper"])


def _number_handover(agreement, paper):
    """第八十二条：the plan names its hand-over list, unless the clerk gave it a number."""
    plan = agreement.aftercare_plans.last()
    if plan and not plan.handover_number:
        plan.handover_number = paper.number
        plan.save(update_fields=["handover_number"])


def _of_sanction(agreement, paper):
    agreement.sanctions.filter(kind="criticism").order_by("pk").filter(paper=None).update(paper=paper)


def _of_end_notice(agreement, paper):
    agreement.end_notices.filter(side="agency", paper=None).update(paper=paper)


# Purpose → what keeps the paper once it is owed.
ONCE_OWED = {"handover": _number_handover, "criticism": _of_sanction, "end_notice": _of_end_notice}


def _received(agreement, delivery, at_once):
    from . import notice_sheets

    if event := RECEIPT_STARTS.get(delivery.paper.purpose):
        clocks.start_clocks(agreement, event, delivery.received_on, clocks.about_of(delivery.paper))
    if follows := WHEN_RECEIVED.get(delivery.paper.purpose):
        follows(delivery)
    sheet = notice_sheets.delivery_receipt(delivery)
    delivery.receipt = _owe(agreement, "delivery_receipt", sheet, at_once)
    delivery.save(update_fields=["receipt"])


def _owe(agreement, purpose, sheet, at_once, issuer=None):
    owe = agreement.papers.model.owe
    paper = owe(agreement, purpose, sheet.kept(), localdate().year, agency=issuer)
    if at_once:
        transaction.on_commit(partial(_print, type(paper), paper.pk))
    return paper


def _print(papers, pk):
    from ..papers.printing import print_owed

    owed = papers.objects.filter(pk=pk, status="owed").select_related("agreement__edition")
    for paper in owed:
        print_owed(paper)
