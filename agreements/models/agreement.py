from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from institutions.models import Agency, Institution

from .. import permissions
from ..bulk import update_each
from ..claims import clocks as claim_clocks
from ..clocks import actions as clocks
from ..deliveries import notice_papers
from ..edition_text import LABELS
from ..gate import step
from ..messages import notices
from ..overlay import overlaid
from ..papers.cover import cover_values, missing_labels
from ..status import ENDED, IN_THE_MAKING, LIVE, NO_END, Status
from .claiming import ClaimingActs
from .contacting import ContactingActs
from .delivering import DeliveringActs
from .drafting import DraftingActs
from .edition import Edition
from .ending import EndingActs
from .event import Event, as_kept
from .extending import ExtendingActs
from .filing import FilingActs
from .holding import HoldingActs
from .permitting import PermittingActs
from .querysets import AgreementQuerySet
from .renewing import RenewingActs
from .reporting import ReportingActs
from .stateful import StateField, Stateful
from .stop_filing import StopFilingActs
from .stopping import StoppingActs

S = Status


class Agreement(
    DraftingActs, StoppingActs, HoldingActs, EndingActs, RenewingActs, FilingActs, StopFilingActs, ReportingActs,
    DeliveringActs, ClaimingActs, ExtendingActs, PermittingActs, ContactingActs, Stateful,
):  # fmt: skip
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
    status = StateField("状态", choices=Status, default=S.DRAFT, db_index=True)
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
    kept_at_times = models.PositiveSmallIntegerField("记明不予解除时的中止次数", default=0, editable=False)
    electronic_since = models.DateField("同意电子送达日期", null=True, editable=False)
    snapshot = models.JSONField("签约时快照", default=dict, editable=False)
    # [{"order": of the supplement, "from": the first day in ISO form, "toml": what it changes}], in the order of taking effect.
    changed_terms = models.JSONField("补充协议改动的参数", default=list, editable=False)
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
        """What it lives under today: the numbers of its edition, and those that supplements changed."""
        return self.terms_on(localdate())

    def terms_on(self, day):
        """第七十七条：the edition's numbers with those of every supplement that applied on this day, in their order."""
        overlays = tuple(one["toml"] for one in self.changed_terms if one["from"] <= day.isoformat())
        return overlaid(self.edition.terms_source, overlays) if overlays else self.edition.terms

    def cite(self, words):
        """Words of the portal's own, with the articles under the numbers of this agreement's edition."""
        return self.terms.cite(words) if self.edition_id else words

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

    @property
    def new_cascades(self):
        """What another region's agency decided and nobody here has taken note of (第七十一条)."""
        return self.suspensions.filter(cause="cascade", acknowledged_by=None)

    @property
    def is_at_home(self):
        """Whether the agency is that of the institution's own region (第七十一条：乙方所在辖区经办机构)."""
        return self.institution.region.code.startswith(self.agency.region.prefix)

    def suspended_from(self, on):
        """The first day of the suspensions among which one that starts on this day would be."""
        earliest = self.open_suspensions.order_by("started_on").first()
        return min(on, earliest.started_on) if earliest else on

    def latest_suspension_end(self, on):
        """第七十九条：不论何种原因，连续中止自最早的起日起至第 max_days 日；起日不计入，以起日的参数为准。

        `NO_END` where the text sets no limit.
        """
        start = self.suspended_from(on)
        days = self.terms_on(start).suspension.max_days
        return NO_END if days is None else start + timedelta(days=days)

    @property
    def fixed_on(self):
        """The day on which the text was fixed, or None."""
        day = self.snapshot.get("fixed_on")
        return date.fromisoformat(day) if day else None

    @property
    def live_sibling(self):
        """The agreement between the same parties that is in force or suspended, or None."""
        return self.siblings.live().first()

    @property
    def is_frozen(self):
        """The text is fixed: official prints exist and the blanks no longer follow the parties."""
        return bool(self.snapshot)

    # ── proposals and the record ──

    @step(
        "status", source=[*LIVE, *ENDED], target=None, label="提请", article="办审分离", who=permissions.agency_clerk,
    )  # fmt: skip
    def propose(self, name, label, details, by):
        """办审分离：经办提请，复核审核，负责人决定。"""
        self.proposals.create(act=name, details=details, proposed_by=by)

    def record(self, name, custom, subject, by, address, before, details):
        """Add one row to this agreement's chain. The caller holds the lock on the agreement's row."""
        last = self.events.order_by("-seq").first()
        event = self._next_event(last, name, custom, subject, by, address, before, details)
        event.save(force_insert=True)
        self.save(update_fields=["events_count", "events_head"])
        return event

    @classmethod
    def record_each(cls, rows):
        """`record` for many agreements, one row each, in as many statements as for one.

        `rows`: (agreement, arguments of `record`…). The caller holds the locks.
        """
        models.prefetch_related_objects([agreement for agreement, *_ in rows], "edition")
        last = Event.objects.last_of([agreement for agreement, *_ in rows])
        Event.objects.bulk_create(
            agreement._next_event(last.get(agreement.pk), *facts) for agreement, *facts in rows
        )
        update_each([agreement for agreement, *_ in rows], ["events_count", "events_head"])

    def _next_event(self, last, name, custom, subject, by, address, before, details):
        if name == "fix_text":
            details = {**details, "cover": self.snapshot["cover"]}
        event = Event(
            agreement=self, seq=last.seq + 1 if last else 1, previous=last.hash if last else "",
            at=timezone.now(), effective_on=details.get("on") or details.get("signed_on") or details.get("today") or localdate(),
            actor_id=by.pk, actor_name=by.name, actor_role=by.role, unit_name=by.unit_name, address=address,
            subject=f"{subject.kind_name} {subject}", act=name, label=custom["label"], article=self.cite(custom["article"]),
            before=before, after=subject.status, details=as_kept(details),
        )  # fmt: skip
        event.hash = event.digest()
        self.events_count, self.events_head = event.seq, event.hash
        return event

    def after(self, thing, name, details):
        """What an act starts and stops by the clock (`clocks.EFFECTS`), and who is told of it (`notices.NOTICES`)."""
        if thing is self:
            clocks.follow(self, name, details)
            claim_clocks.follow_holds(self, name)
        elif follow := getattr(thing, "follow", None):
            follow(name, details)  # what the record itself starts and stops by the clock
        notices.follow(self, thing, name, details)
        notice_papers.follow(self, thing, name, details)
