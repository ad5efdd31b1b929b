from .agreement import Agreement
from .edition import Edition
from .event import Event
from .paper import Paper
from .proposal import Proposal
from .sequence import Sequence
from .signing import Side, SignRecord
from .status import ENDED, IN_FORCE, IN_THE_MAKING, LIVE, Status
from .stops import PaymentHold, ServiceBan
from .suspension import AftercarePlan, Ending, Suspension

__all__ = [
    "ENDED",
    "IN_FORCE",
    "IN_THE_MAKING",
    "LIVE",
    "AftercarePlan",
    "Agreement",
    "Edition",
    "Ending",
    "Event",
    "Paper",
    "PaymentHold",
    "Proposal",
    "Sequence",
    "ServiceBan",
    "Side",
    "SignRecord",
    "Status",
    "Suspension",
]
