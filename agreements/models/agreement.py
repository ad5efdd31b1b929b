from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django_fsm import RETURN_VALUE, FSMField

from institutions.models import Agency, Institution

from .. import checks, permissions
from ..cover import cover_values, missing_labels
from ..edition_text import LABELS
from ..gate import step
from ..uploads import sha256_of
from .edition import Edition
from .event import Event, as_kept
from .querysets import AgreementQuerySet
from .stateful import Stateful
from .status import IN_FORCE, IN_THE_MAKING, LIVE, Status

S = Status


class Agreement(Stateful):
    """一份医保服务协议，从草拟到结束。"""

    kind_name = "协议"

    number = models.CharField("协议编号", max_length=30, unique=True, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="agreements", verbose_name="甲方")
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="agreements", verbose_name="乙方"
    )
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="agreements", verbose_name="协议文本")
    predecessor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="successors", verbose_name="前一份协议"
    )
    status = FSMField("状态", choices=Status, default=S.DRAFT, protected=True, editable=False, db_index=True)
    starts_on = models.DateField("有效期起")
    ends_on = models.DateField("有效期止")
    services = models.JSONField("服务范围", default=list)
    payment_methods = models.JSONField("支付方式", default=list)
    agency_agent = models.CharField("甲方委托代理人", max_length=50, blank=True)
    institution_agent = models.CharField("乙方委托代理人", max_length=50, blank=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="起草人"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="乙方确认人",
    )
    snapshot = models.JSONField("签约时快照", default=dict, editable=False)
    events_count = models.PositiveIntegerField(default=0, editable=False)
    events_head = models.CharField(max_length=64, default="", editable=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "协议"
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "institution"],
                condition=Q(status__in=LIVE),
                name="one_live_agreement",
                violation_error_message="这家机构与甲方已有一份履行中的协议",
            ),
            models.UniqueConstraint(
                fields=["agency", "institution"],
                condition=Q(status__in=IN_THE_MAKING),
                name="one_agreement_in_the_making",
                violation_error_message="这家机构与甲方已有一份正在办理签订的协议，先办结或作废那一份",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="term_in_order",
                violation_error_message="有效期止不能早于有效期起",
            ),
        ]
        indexes = [models.Index(fields=["status", "ends_on"]), models.Index(fields=["agency", "status"])]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("agreement", args=[self.number])

    # ── what is true of it ──

    @property
    def case(self):
        return self

    def case_key(self):
        return Agreement, self.pk

    @property
    def terms(self):
        return self.edition.terms

    @property
    def siblings(self):
        """Every other agreement between the same two parties."""
        return Agreement.objects.filter(agency=self.agency_id, institution=self.institution_id).exclude(
            pk=self.pk
        )

    @property
    def cover(self):
        """What the blanks of the form say: as fixed at signing, else as the parties are today."""
        return self.snapshot.get("cover") or cover_values(self)

    @property
    def missing_fields(self):
        return "、".join(missing_labels(self.edition, cover_values(self)))

    @property
    def changed_fields(self):
        """Cover fields that no longer say what the fixed text says, by their names; empty when none."""
        fixed, now = self.snapshot.get("cover", {}), cover_values(self)
        return "、".join(LABELS.get(name, name) for name in fixed if fixed[name] != now.get(name))

    @property
    def agency_agent_or_none(self):
        return self.agency_agent or "未载明"

    @property
    def institution_agent_or_none(self):
        return self.institution_agent or "未载明"

    @property
    def valid_signatures(self):
        return self.sign_records.filter(void=False)

    @property
    def open_suspensions(self):
        return self.suspensions.filter(closed_on__isnull=True)

    def latest_suspension_end(self, on):
        """第七十九条：自起算日起第 max_days 日；起算日不计入。"""
        return on + timedelta(days=self.terms.suspension.max_days)

    @property
    def is_frozen(self):
        """The text is fixed: official prints exist and the blanks no longer follow the parties."""
        return bool(self.snapshot)

    # ── drafting and signing ──

    @step(
        status, source=[S.DRAFT, S.NEGOTIATING], target=S.DRAFT, label="修改草稿", article="第三条、第八十三条",
        who=permissions.agency_clerk,
    )  # fmt: skip
    def revise(self, starts_on, ends_on, services, payment_methods, agency_agent="", institution_agent=""):
        """第三条、第八十三条：服务范围和有效期。改动后须乙方重新确认。"""
        self.starts_on, self.ends_on = starts_on, ends_on
        self.services, self.payment_methods = services, payment_methods
        self.agency_agent, self.institution_agent = agency_agent, institution_agent
        self.confirmed_by = None

    @step(
        status, source=[S.DRAFT], target=S.NEGOTIATING, label="送乙方协商", article="第二十八条",
        who=permissions.agency_clerk, checks=[checks.nothing_is_blank],
    )  # fmt: skip
    def negotiate(self):
        """第二十八条：双方就服务内容、支付方式等协商谈判。"""

    @step(
        status, source=[S.NEGOTIATING], target=None, label="确认文本", article="序言",
        who=permissions.institution_side, checks=[checks.not_confirmed_yet, checks.nothing_is_blank],
    )  # fmt: skip
    def confirm(self, by):
        """序言：经甲乙双方协商一致。乙方确认文本和空白内容。"""
        self.confirmed_by = by

    @step(
        status, source=[S.NEGOTIATING], target=S.TO_SIGN, label="审核定稿", article="第七十八条",
        who=permissions.agency_reviewer,
        checks=[
            checks.text_is_complete, checks.institution_has_confirmed, checks.nothing_is_blank,
            checks.checker_is_not_the_drafter,
        ],
    )  # fmt: skip
    def fix_text(self):
        """第七十八条：协商一致的，定稿待签。空白内容自此固定。"""
        self.snapshot = {
            "cover": cover_values(self),
            "agency_version": self.agency.current.number,
            "institution_version": self.institution.current.number,
        }

    @step(
        status, source=[S.NEGOTIATING, S.TO_SIGN], target=S.DRAFT, label="退回草拟", article="第二十八条",
        who=permissions.reviewer_or_leader, checks=[checks.reason_is_given],
    )  # fmt: skip
    def return_to_draft(self, reason):
        """第二十八条：未协商一致的退回重拟；已有的签署作废，签署稿另由文书作废。"""
        self.valid_signatures.update(void=True)
        self.confirmed_by, self.snapshot = None, {}

    @step(
        status, source=[S.TO_SIGN], target=RETURN_VALUE(S.TO_SIGN, S.SIGNED), label="乙方签署", article="签署页",
        who=permissions.institution_signatory,
        checks=[
            checks.signing_copy_is_printed, checks.parties_are_as_printed, checks.institution_has_not_signed,
            checks.signed_by_today, checks.institution_signer_is_on_the_cover,
            checks.institution_agent_is_on_the_cover, checks.agent_is_authorised, checks.signature_has_a_proof,
        ],
    )  # fmt: skip
    def sign_for_institution(
        self, name, capacity, signed_on, statement="", scan=None, authorisation=None,
        authorised_from=None, authorised_until=None,
    ):  # fmt: skip
        """签署页、封面：乙方法定代表人或持授权委托书的代理人签署并盖章。"""
        return self._sign("institution", locals())

    @step(
        status, source=[S.TO_SIGN], target=RETURN_VALUE(S.TO_SIGN, S.SIGNED), label="甲方签署", article="第七十四条",
        who=permissions.agency_leader,
        checks=[
            checks.agency_may_sign, checks.checker_is_not_the_drafter, checks.signing_copy_is_printed,
            checks.parties_are_as_printed, checks.agency_has_not_signed, checks.signed_by_today,
            checks.agency_signer_is_on_the_cover, checks.agency_agent_is_on_the_cover,
            checks.agent_is_authorised, checks.signature_has_a_proof,
        ],
    )  # fmt: skip
    def sign_for_agency(
        self, name, capacity, signed_on, statement="", scan=None, authorisation=None,
        authorised_from=None, authorised_until=None,
    ):  # fmt: skip
        """第七十四条：市、自治州及以上经办机构签订。"""
        return self._sign("agency", locals())

    def _sign(self, side, signature):
        """Both sides complete: the agreement exists (签署页)."""
        given = {name: value for name, value in signature.items() if name != "self" and value is not None}
        if scan := given.get("scan"):
            given["scan_sha256"] = sha256_of(scan)
        self.sign_records.create(side=side, **given)
        return S.SIGNED if self.valid_signatures.count() == 2 else S.TO_SIGN

    @step(
        status, source=[S.DRAFT], target=S.VOID, label="作废草稿", article="第二十八条",
        who=permissions.reviewer_or_leader, checks=[checks.checker_is_not_the_drafter, checks.reason_is_given],
    )  # fmt: skip
    def discard(self, reason):
        """第二十八条：没有谈成的草稿作废，编号保留。"""

    # ── in force ──

    @step(
        status, source=[S.SIGNED], target=S.ACTIVE, label="协议生效", article="第八十三条", who=permissions.the_system,
        checks=[checks.term_has_begun, checks.term_has_not_ended, checks.no_other_live_agreement],
    )  # fmt: skip
    def activate(self, on):
        """第八十三条：有效期自起始日起。"""

    @step(
        status, source=IN_FORCE, target=S.SUSPENDED, label="依申请中止", article="第七十九条",
        who=permissions.agency_leader, proposed=True,
        checks=[
            checks.not_in_the_future, checks.not_before_the_term, checks.requested_before,
            checks.ends_after_it_starts, checks.within_longest_suspension,
        ],
    )  # fmt: skip
    def suspend_on_request(self, reason, requested_on, on, until, aftercare, proposal=None):
        """第七十九条：乙方因停业或歇业等申请，甲方同意，不超过规定日数。第八十二条：同时建立善后。"""
        self._suspend("requested", "第七十九条", reason, on, until, requested_on)
        self.aftercare_plans.create(opened_on=on, **aftercare)

    @step(
        status, source=LIVE, target=S.SUSPENDED, label="违约中止", article="第六十六条",
        who=permissions.agency_leader, proposed=True,
        checks=[
            checks.not_in_the_future, checks.not_before_the_term, checks.item_allows_suspension,
            checks.ends_after_it_starts, checks.within_longest_suspension,
        ],
    )  # fmt: skip
    def suspend_for_breach(self, item, severity, reason, on, until, aftercare, proposal=None):
        """第六十六条：查实所列情形，公布中止。已在中止的，另加一个原因。"""
        self._suspend("breach", item.article_label, reason, on, until)
        self.aftercare_plans.create(opened_on=on, **aftercare)

    def _suspend(self, cause, article, reason, on, until, requested_on=None):
        earlier = self.open_suspensions.first()
        self.suspensions.create(
            cause=cause, article=article, reason=reason, started_on=on, planned_end=until, requested_on=requested_on,
            latest_end=self.latest_suspension_end(on), back_to=earlier.back_to if earlier else self.status,
        )  # fmt: skip

    @step(
        status, source=[S.SUSPENDED], target=RETURN_VALUE(S.ACTIVE, S.CONTINUED, S.SUSPENDED), label="恢复履行",
        article="第七十九条", who=permissions.agency_leader, proposed=True,
        checks=[
            checks.suspension_is_open, checks.not_in_the_future, checks.resumes_after_it_began,
            checks.resumption_was_requested, checks.not_expired_meanwhile,
        ],
    )  # fmt: skip
    def resume(self, suspension, reason, requested_on, on, proposal=None):
        """第七十九条、第六十一条：结束一个中止原因；还有别的原因未结束的，协议仍为中止。"""
        suspension.closed_on, suspension.closing_reason = on, reason
        suspension.save(update_fields=["closed_on", "closing_reason"])
        return S.SUSPENDED if self.open_suspensions.exists() else suspension.back_to

    # ── endings ──

    @step(
        status, source=LIVE, target=S.TERMINATED, label="终止协议", article="第八十条",
        who=permissions.agency_leader, proposed=True,
        checks=[
            checks.not_in_the_future, checks.not_before_the_term, checks.own_request_is_on_file,
            checks.other_ground_is_written,
        ],
    )  # fmt: skip
    def terminate(self, ground, reason, requested_on, on, aftercare, proposal=None):
        """第八十条（一）至（三）、（五）、（六）：无过错的结束。"""
        self._end("terminated", ground.article_label, reason, on, aftercare)

    @step(
        status, source=LIVE, target=S.RESCINDED, label="解除协议", article="第六十七条",
        who=permissions.agency_leader, proposed=True,
        checks=[
            checks.not_in_the_future, checks.not_before_the_term, checks.item_allows_rescission,
            checks.decided_collectively,
        ],
    )  # fmt: skip
    def rescind(self, item, severity, reason, minutes, on, aftercare, proposal=None):
        """第六十七条：查实所列情形，解除并公布。"""
        self._end("rescinded", item.article_label, reason, on, aftercare)

    @step(
        status, source=[S.ACTIVE, S.SUSPENDED], target=S.TERMINATED, label="期满终止", article="第八十条",
        who=permissions.the_system, checks=[checks.term_has_ended],
    )  # fmt: skip
    def expire(self, reason, on):
        """第七十八条、第八十条（四）：期满未续签，自动终止。"""
        self._end("terminated", self.terms.termination.expiry_ground, reason, on)

    @step(
        status, source=[S.ACTIVE], target=S.CONTINUED, label="延续有效", article="第八十三条",
        who=permissions.the_system, checks=[checks.term_has_ended, checks.cause_is_the_agencys],
    )  # fmt: skip
    def carry_on(self, cause, on):
        """第八十三条：期满后因甲方原因未续签，原协议继续生效。"""

    @step(
        status, source=IN_FORCE, target=S.RENEWED, label="期满已续签", article="第七十八条",
        who=permissions.the_system, checks=[checks.term_has_ended, checks.successor_is_signed],
    )  # fmt: skip
    def close_as_renewed(self, on):
        """第七十八条：新协议已签并自次日生效，原协议办结。"""
        self._end("renewed", "第七十八条", "新协议已签署", on)

    def _end(self, kind, article, reason, on, aftercare=None):
        self.ending_model.objects.create(
            agreement=self, kind=kind, article=article, reason=reason, effective_on=on
        )
        for suspension in self.open_suspensions:
            suspension.closed_on, suspension.closing_reason = max(on, suspension.started_on), "协议结束"
            suspension.save(update_fields=["closed_on", "closing_reason"])
        if aftercare:
            self.aftercare_plans.create(opened_on=on, **aftercare)

    @property
    def ending_model(self):
        return self._meta.get_field("ending").related_model

    # ── proposals and the record ──

    @step(
        status, source=LIVE, target=None, label="提请", article="办审分离", who=permissions.agency_clerk,
    )  # fmt: skip
    def propose(self, name, label, details, by):
        """办审分离：经办提请，复核审核，负责人决定。"""
        self.proposals.create(act=name, details=details, proposed_by=by)

    def record(self, name, custom, subject, by, address, before, details):
        """Add one row to this agreement's chain. The caller holds the lock on the agreement's row."""
        last = self.events.order_by("-seq").first()
        event = Event(
            agreement=self, seq=last.seq + 1 if last else 1, previous=last.hash if last else "",
            at=timezone.now(), effective_on=details.get("on") or details.get("signed_on") or localdate(),
            actor_id=by.pk, actor_name=by.name, actor_role=by.role, unit_name=by.unit_name, address=address,
            subject=f"{subject.kind_name} {subject}", act=name, label=custom["label"], article=custom["article"],
            before=before, after=subject.status, details=as_kept(details),
        )  # fmt: skip
        event.hash = event.digest()
        event.save(force_insert=True)
        self.events_count, self.events_head = event.seq, event.hash
        self.save(update_fields=["events_count", "events_head"])
        return event
