from ..status import ENDED, IN_FORCE, IN_THE_MAKING, LIVE, Status
from .agreement import Agreement
from .amendment import Amendment, AmendmentSignature
from .application import ApplicationStatus
from .attachment import Attachment
from .change import ChangeRequest
from .claim import ClaimStatus, FeeClaim
from .consultation import PriorConsultation
from .deadline import Deadline
from .delivery import Delivery
from .edition import Edition
from .edition_case import EditionCase, EditionEvent
from .event import Event
from .extension import EndNotice, Extension, Sanction
from .job import DailyFailure, Job
from .message import Message
from .paper import Paper
from .penalty import PenaltyRecord, PenaltyReport
from .permit import PermitRequest
from .policy_supplement import PolicySupplement, SupplementEvent, SupplementItem
from .print_batch import PrintBatch, PrintItem
from .printed_form import PrintedForm
from .proposal import Proposal
from .renewal import Holdover, RenewalCampaign, RenewalRequest
from .report import DisplayProof, ReportStatus, SelfCheckReport
from .seal import AgencySeal, SealEvent
from .sealing import PaperRevision, SealedScan
from .self_check_campaign import SelfCheckCampaign
from .sequence import Sequence
from .signing import Side, SignRecord
from .stop_request import StopRequest
from .stops import PaymentHold, ServiceBan
from .suspension import AftercarePlan, Ending, Suspension

__all__ = [
    "ENDED",
    "IN_FORCE",
    "IN_THE_MAKING",
    "LIVE",
    "AftercarePlan",
    "AgencySeal",
    "Agreement",
    "Amendment",
    "AmendmentSignature",
    "ApplicationStatus",
    "Attachment",
    "ChangeRequest",
    "ClaimStatus",
    "DailyFailure",
    "Deadline",
    "Delivery",
    "DisplayProof",
    "Edition",
    "EditionCase",
    "EditionEvent",
    "EndNotice",
    "Ending",
    "Event",
    "Extension",
    "FeeClaim",
    "Holdover",
    "Job",
    "Message",
    "Paper",
    "PaperRevision",
    "PaymentHold",
    "PenaltyRecord",
    "PenaltyReport",
    "PermitRequest",
    "PolicySupplement",
    "PrintBatch",
    "PrintItem",
    "PrintedForm",
    "PriorConsultation",
    "Proposal",
    "RenewalCampaign",
    "RenewalRequest",
    "ReportStatus",
    "Sanction",
    "SealEvent",
    "SealedScan",
    "SelfCheckCampaign",
    "SelfCheckReport",
    "Sequence",
    "ServiceBan",
    "Side",
    "SignRecord",
    "Status",
    "StopRequest",
    "SupplementEvent",
    "SupplementItem",
    "Suspension",
]
