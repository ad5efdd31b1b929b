from .assessment import Assessment
from .case import BreachCase
from .case_rows import CaseItem, Defence, Explanation, StaffWarning
from .checklist import ChecklistLine
from .complaint import AgencyBreachCase, ComplaintEvent, ComplaintFile
from .dispute import CoordinationRequest, Dispute, Opinion
from .evidence import EvidenceRequest
from .finding import Finding
from .handling import Handling
from .inspection import Inspection, InspectionMember
from .outside import AuthorityFiling, DeptNotification, DiscreditProposal, ExternalNotice, Referral
from .points import PersonStop, PointsRecord
from .recovery import RecoveryItem, RecoveryPayment
from .rectification import Interview, Rectification
from .sample import SampleDraw
from .sheet import ResultSheet, SheetSignature
from .visit import Visit

__all__ = [
    "AgencyBreachCase",
    "Assessment",
    "AuthorityFiling",
    "BreachCase",
    "CaseItem",
    "ChecklistLine",
    "ComplaintEvent",
    "ComplaintFile",
    "CoordinationRequest",
    "Defence",
    "DeptNotification",
    "DiscreditProposal",
    "Dispute",
    "EvidenceRequest",
    "Explanation",
    "ExternalNotice",
    "Finding",
    "Handling",
    "Inspection",
    "InspectionMember",
    "Interview",
    "Opinion",
    "PersonStop",
    "PointsRecord",
    "RecoveryItem",
    "RecoveryPayment",
    "Rectification",
    "Referral",
    "ResultSheet",
    "SampleDraw",
    "SheetSignature",
    "StaffWarning",
    "Visit",
]
