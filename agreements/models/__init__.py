from ..status import ENDED, IN_FORCE, IN_THE_MAKING, LIVE, Status
from .agreement import Agreement
from .deadline import Deadline
from .edition import Edition
from .event import Event
from .paper import Paper
from .proposal import Proposal
from .renewal import Holdover, RenewalCampaign, RenewalRequest
from .sequence import Sequence
from .signing import Side, SignRecord
from .stops import PaymentHold, ServiceBan
from .suspension import AftercarePlan, Ending, Suspension

__all__ = [
    "ENDED",
    "IN_FORCE",
    "IN_THE_MAKING",
    "LIVE",
    "AftercarePlan",
    "Agreement",
    "Deadline",
    "Edition",
    "Ending",
    "Event",
    "Holdover",
    "Paper",
    "PaymentHold",
    "Proposal",
    "RenewalCampaign",
    "RenewalRequest",
    "Sequence",
    "ServiceBan",
    "Side",
    "SignRecord",
    "Status",
    "Suspension",
]
