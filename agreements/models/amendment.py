from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django_fsm import RETURN_VALUE

from .. import checks, permissions, signing_checks
from ..applications import amendment_checks as rules
from ..gate import SYSTEM, perform, step
from ..uploads import sha256_of
from .agreement import Agreement
from .querysets import OfAgreement
from .signing import Signature
from .stateful import StateField, Stateful


class Amendment(Stateful):
    """补充协议：双方签署后与原协议具有同等效力（第七十七条）。"""

    kind_name = "补充协议"

    class Status(models.TextChoices):
        TO_SIGN = "to_sign", "待签署"
        IN_FORCE = "in_force", "已生效"
        DECLINED = "declined", "乙方不同意"
        WITHDRAWN = "withdrawn", "已撤回"

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="amendments", verbose_name="协议")
    order = models.PositiveSmallIntegerField("第几份")
    status = StateField("状态", choices=Status, default=Status.TO_SIGN)
    made_on = models.DateField("订立日期")
    clauses = models.JSONField("条款", default=list)
    change_request = models.ForeignKey(
        "ChangeRequest",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="amendments",
        verbose_name="变更申请",
    )
    supplement = models.ForeignKey(
        "PolicySupplement",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="amendments",
        verbose_name="统一补充协议",
    )
    closed_on = models.DateField("不再签署的日期", null=True, editable=False)
    closing_reason = models.CharField("不再签署的原因", max_length=200, blank=True, editable=False)
    in_force_on = models.DateField("生效日期", null=True, editable=False)
    signing_paper = models.ForeignKey(
        "Paper", models.PROTECT, null=True, editable=False, related_name="+", verbose_name="签署稿"
    )
    signed_paper = models.ForeignKey(
        "Paper", models.PROTECT, null=True, editable=False, related_name="+", verbose_name="已签署"
    )

    objects = OfAgreement.as_manager()

    class Meta:
        ordering = ["agreement_id", "order"]
        verbose_name = verbose_name_plural = "补充协议"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "order"],
                name="amendment_order_once",
                violation_error_message="补充协议序号重复",
            ),
            models.UniqueConstraint(
                fields=["agreement", "supplement"],
                name="supplement_once_an_agreement",
                violation_error_message="这份统一补充协议已经发给这份协议",
            ),
        ]

    def __str__(self):
        return f"{self.agreement.number}（{self.order}）"

    def get_absolute_url(self):
        return reverse("amendment", args=[self.agreement.number, self.order])

    @property
    def case(self):
        return self.agreement

    def case_key(self):
        return Agreement, self.agreement_id

    @property
    def fields(self):
        """The facts of the hospital that it changes, by their names."""
        return set(self.change_request.changes) if self.change_request else set()

    @property
    def source(self):
        """What it came from: the change that the hospital asked for, or the supplement drafted for many."""
        return self.supplement or self.change_request

    @property
    def changed_from(self):
        """第七十七条：the day from which its changed numbers apply; None while there are none."""
        found = (one["from"] for one in self.agreement.changed_terms if one["order"] == self.order)
        return next(map(date.fromisoformat, found), None)

    @property
    def earlier_unsigned(self):
        """Those before it that wait for a signature, the first one first."""
        return self.agreement.amendments.filter(order__lt=self.order, status=self.Status.TO_SIGN).order_by(
            "order"
        )

    def signature_of(self, side):
        return self.signatures.filter(side=side).first()

    @step(
        "status", source=[Status.TO_SIGN], target=RETURN_VALUE(Status.TO_SIGN, Status.IN_FORCE), label="乙方签署补充协议",
        article="第七十七条", who=permissions.institution_signatory,
        checks=[
            rules.agreement_goes_on, rules.earlier_ones_are_signed, rules.side_has_not_signed("institution"),
            signing_checks.signed_by_today, rules.signed_since_made,
            rules.signer_is_in_office("institution"), signing_checks.agent_is_authorised, signing_checks.signature_has_a_proof,
        ],
    )  # fmt: skip
    def sign_for_institution(
        self, name, capacity, signed_on, statement="", scan=None, authorisation=None,
        authorised_from=None, authorised_until=None,
    ):  # fmt: skip
        """第七十七条、签署页：乙方法定代表人或持授权委托书的代理人签署并盖章。"""
        return self._sign("institution", locals())

    @step(
        "status", source=[Status.TO_SIGN], target=RETURN_VALUE(Status.TO_SIGN, Status.IN_FORCE), label="甲方签署补充协议",
        article="第七十七条", who=permissions.agency_leader,
        checks=[
            rules.agreement_goes_on, rules.earlier_ones_are_signed, rules.side_has_not_signed("agency"),
            signing_checks.signed_by_today, rules.signed_since_made,
            rules.signer_is_in_office("agency"), signing_checks.agent_is_authorised, signing_checks.signature_has_a_proof,
        ],
    )  # fmt: skip
    def sign_for_agency(
        self, name, capacity, signed_on, statement="", scan=None, authorisation=None,
        authorised_from=None, authorised_until=None,
    ):  # fmt: skip
        """第七十四条、第七十七条：市、自治州及以上经办机构签署。"""
        return self._sign("agency", locals())

    @step(
        "status", source=[Status.TO_SIGN], target=Status.DECLINED, label="不同意补充协议", article="第七十七条",
        who=permissions.institution_signatory,
        checks=[
            rules.is_for_many, rules.side_has_not_signed("institution"), checks.not_in_the_future, checks.reason_is_given,
        ],
    )  # fmt: skip
    def decline(self, reason, on):
        """第七十七条：补充协议须双方同意；乙方不同意甲方统一提出的，写明原因。"""
        self.closed_on, self.closing_reason = on, reason

    @step(
        "status", source=[Status.TO_SIGN, Status.DECLINED], target=Status.WITHDRAWN, label="撤回补充协议",
        article="第七十七条", who=permissions.agency_leader,
        checks=[rules.is_for_many, rules.side_has_not_signed("agency"), checks.not_in_the_future, checks.reason_is_given],
    )  # fmt: skip
    def take_back(self, reason, on):
        """第七十七条：甲方签署以前，可以撤回自己统一提出的补充协议。"""
        self.closed_on, self.closing_reason = on, reason

    def follow(self, name, details):
        """第七十七条：with the second signature its numbers are the agreement's, from the first day on which they apply."""
        if self.status == self.Status.IN_FORCE and self.supplement and self.supplement.terms_source:
            first_day = self.supplement.first_day(self.in_force_on)
            perform(
                self.agreement.take_terms, by=SYSTEM, order=self.order, toml=self.supplement.terms_source,
                on=first_day,
            )  # fmt: skip

    def _sign(self, side, signature):
        given = {name: value for name, value in signature.items() if name != "self" and value is not None}
        if scan := given.get("scan"):
            given["scan_sha256"] = sha256_of(scan)
        self.signatures.create(side=side, **given)
        if self.signatures.count() < 2:
            return self.Status.TO_SIGN
        self.in_force_on = max(self.signatures.values_list("signed_on", flat=True))
        return self.Status.IN_FORCE


class AmendmentSignatureQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(amendment__in=Amendment.objects.visible_to(user).values("pk"))


class AmendmentSignature(Signature):
    """一方对补充协议的签署。"""

    amendment = models.ForeignKey(
        Amendment, models.PROTECT, related_name="signatures", verbose_name="补充协议"
    )

    objects = AmendmentSignatureQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "补充协议签署记录"
        constraints = [
            models.UniqueConstraint(
                fields=["amendment", "side"],
                name="one_amendment_signature_a_side",
                violation_error_message="这一方已经签署",
            ),
            models.CheckConstraint(
                condition=~Q(statement="") | ~Q(scan=""),
                name="amendment_signature_has_a_proof",
                violation_error_message="签署须有签章扫描件或电子签署声明",
            ),
            models.CheckConstraint(
                condition=~Q(capacity="agent")
                | (
                    ~Q(authorisation="")
                    & Q(authorised_from__lte=F("signed_on"), authorised_until__gte=F("signed_on"))
                ),
                name="amendment_agent_is_authorised",
                violation_error_message="委托代理人签署须上传授权委托书，且签署日在授权期内",
            ),
        ]
