from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q

from .. import checks, permissions
from ..gate import declared, step
from .agreement import Agreement
from .querysets import OfAgreement
from .stateful import StateField, Stateful


class Proposal(Stateful):
    """呈批：经办提请、复核审核、负责人决定，三个人。决定时所办的就是提请所写的。"""

    kind_name = "呈批"
    is_of_case = False  # see `gate.step`

    class Status(models.TextChoices):
        PROPOSED = "proposed", "待复核"
        REVIEWED = "reviewed", "待决定"
        CARRIED_OUT = "carried-out", "已办理"
        RETURNED = "returned", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"

    OPEN = [Status.PROPOSED, Status.REVIEWED]

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="proposals", verbose_name="协议")
    act = models.CharField("事项", max_length=40)
    details = models.JSONField("内容", default=dict)
    status = StateField("状态", choices=Status, default=Status.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提请人"
    )
    proposed_at = models.DateTimeField("提请时间", auto_now_add=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="复核人",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="决定人",
    )
    remark = models.CharField("意见", max_length=500, blank=True)

    objects = OfAgreement.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "呈批"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "act"],
                condition=Q(status__in=["proposed", "reviewed"]),
                name="one_open_proposal_an_act",
                violation_error_message="这一事项已有未办结的呈批",
            )
        ]

    def __str__(self):
        return f"{self.label}"

    @property
    def case(self):
        return self.agreement

    def case_key(self):
        return Agreement, self.agreement_id

    @property
    def label(self):
        return declared(Agreement, self.act).custom["label"]

    @property
    def is_open(self):
        return self.status in self.OPEN

    def typed_details(self):
        """The stored details as the act wants them: days as dates, codes as the edition's own objects."""
        return {name: self._typed(name, value) for name, value in self.details.items()}

    def _typed(self, name, value):
        if value is None or value == "":
            return value
        agreement, terms = self.agreement, self.agreement.terms
        read = {
            "on": date.fromisoformat,
            "until": date.fromisoformat,
            "decided_on": date.fromisoformat,
            "served_on": date.fromisoformat,
            "amount": Decimal,
            "requested_on": date.fromisoformat,
            "item": lambda code: agreement.edition.breaches.find(code)[0],
            "ground": terms.termination.ground,
            "hold_ground": lambda code: terms.payment_hold.ground(code),
            "application": lambda pk: agreement.attachments.get(pk=pk),
            "suspension": lambda pk: agreement.suspensions.get(pk=pk),
            "hold": lambda pk: agreement.payment_holds.get(pk=pk),
            "sanction": lambda pk: agreement.sanctions.get(pk=pk),
            "ban": lambda pk: agreement.service_bans.get(pk=pk),
            "staff": lambda pk: agreement.institution.staff_members.get(pk=pk),
            "department": lambda pk: agreement.institution.departments.get(pk=pk),
        }.get(name)
        return read(value) if read else value

    def stands_against(self, name, by, details):
        """Why this proposal does not carry the act, as a sentence; None when it does."""
        if self.act != name or self.status != self.Status.REVIEWED:
            return "呈批不是这一事项，或还没有经过复核"
        if by.pk in (self.proposed_by_id, self.reviewed_by_id):
            return "提请人、复核人不能自己决定，由负责人办理"
        # What the act has learnt to ask since was not asked of an older proposal: it says nothing of it.
        if details != dict.fromkeys(details) | self.typed_details():
            return "所办内容与呈批不一致。按呈批办理，或退回重新提请"
        return None

    @step(
        status, source=[Status.PROPOSED], target=Status.REVIEWED, label="复核呈批", article="办审分离",
        who=permissions.agency_reviewer, checks=[checks.not_the_proposer],
    )  # fmt: skip
    def review(self, remark, by):
        """办审分离：复核人审核经办的提请。"""
        self.reviewed_by, self.remark = by, remark

    @step(
        status, source=[Status.REVIEWED], target=Status.CARRIED_OUT, label="决定呈批", article="办审分离",
        who=permissions.agency_leader, checks=[checks.not_the_proposer, checks.not_the_reviewer],
    )  # fmt: skip
    def decide(self, by):
        """办审分离：负责人决定，所提请的事项同时办理。"""
        self.decided_by = by

    @step(
        status, source=OPEN, target=Status.RETURNED, label="退回呈批", article="办审分离",
        who=permissions.reviewer_or_leader, checks=[checks.not_the_proposer, checks.reason_is_given],
    )  # fmt: skip
    def turn_down(self, reason, by):
        """办审分离：复核人或负责人退回，写明原因。"""
        self.decided_by, self.remark = by, reason

    @step(
        status, source=OPEN, target=Status.WITHDRAWN, label="撤回呈批", article="办审分离", who=permissions.proposer,
    )  # fmt: skip
    def withdraw(self):
        """办审分离：提请人在决定前撤回。"""


def stored(details):
    """Details of an act as a proposal keeps them: days in ISO form, the edition's objects by their codes."""
    return {name: _stored(value) for name, value in details.items()}


def _stored(value):
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, Decimal):
        return str(value)
    return getattr(value, "code", value)
