import hashlib
import json

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Concat

from institutions.models import Role, User

from ..uploads import sha256_of
from .querysets import OfAgreement

# What of the record the agency keeps to itself: functions that give a Q. Apps above this one add theirs.
HIDDEN_FROM_INSTITUTIONS = [lambda: models.Q(act="propose") | models.Q(subject__startswith="呈批 ")]

# What the hospital has not handed in yet is its own affair: drafts, and what becomes of them before they are submitted.
DRAFTING = [
    "draft_change", "draft_suspension", "draft_resumption", "draft_ending", "draft_permit", "draft_consultation",
    "rewrite", "reword",
]  # fmt: skip
HIDDEN_FROM_AGENCIES = models.Q(act__in=DRAFTING) | models.Q(act="withdraw", before="draft")


class EventQuerySet(OfAgreement):
    def visible_to(self, user):
        """A hospital sees what happened to its agreement, not what the agency's staff still propose to each other."""
        seen = super().visible_to(user)
        if user.agency_id:
            return seen.exclude(HIDDEN_FROM_AGENCIES)
        if user.institution_id:
            seen = seen.exclude(self._about_hidden_papers(user))
            for hidden in HIDDEN_FROM_INSTITUTIONS:
                seen = seen.exclude(hidden())
        return seen

    def last_of(self, agreements):
        """{pk of the agreement: its newest row}, in one query."""
        of_them = self.filter(agreement__in=[agreement.pk for agreement in agreements])
        newest = of_them.order_by().values("agreement").annotate(newest=models.Max("pk")).values("newest")
        return {event.agreement_id: event for event in self.filter(pk__in=newest)}

    def _about_hidden_papers(self, user):
        """A Q of what happened to a paper, or to its delivery, that this person does not see (`Paper.visible_to`)."""
        agreement = self.model._meta.get_field("agreement").related_model
        papers = agreement._meta.get_field("papers").related_model.objects
        its_own = papers.visible_to(user).filter(agreement=models.OuterRef("agreement"))
        hidden = models.Q()
        for kind in ("文书", "送达"):
            shown = its_own.annotate(called=Concat(models.Value(f"{kind} "), "number"))
            hidden |= models.Q(subject__startswith=f"{kind} ") & ~models.Exists(
                shown.filter(called=models.OuterRef("subject"))
            )
        return hidden


class ChainedRow(models.Model):
    """One thing that happened to one case file. Rows are only ever added (triggers refuse the rest).

    Each row's hash covers its content and the hash before it, so a changed, missing or reordered row shows. A class of
    its own names the case file, which calls its rows `events` and keeps `events_count` and `events_head`.
    """

    seq = models.PositiveIntegerField("序号")
    at = models.DateTimeField("时间")
    effective_on = models.DateField("生效日期")
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="经手人")
    actor_name = models.CharField("经手人姓名", max_length=50)
    actor_role = models.CharField("角色", max_length=20)
    unit_name = models.CharField("单位", max_length=100)
    address = models.CharField("网络地址", max_length=45, blank=True)
    act = models.CharField("事项", max_length=40)
    label = models.CharField("事项名称", max_length=40)
    article = models.CharField("依据", max_length=60)
    before = models.CharField("原状态", max_length=20, blank=True)
    after = models.CharField("新状态", max_length=20, blank=True)
    details = models.JSONField("内容", default=dict)
    previous = models.CharField("前一条摘要", max_length=64, blank=True)
    hash = models.CharField("摘要", max_length=64)

    class Meta:
        abstract = True

    def digest(self):
        """SHA-256 over every column but the hash itself, in one canonical form on both databases."""
        values = {
            f.attname: getattr(self, f.attname)
            for f in self._meta.concrete_fields
            if f.name not in ("id", "hash")
        }
        values["at"] = self.at.timestamp()
        canonical = json.dumps(
            values, sort_keys=True, ensure_ascii=False, cls=DjangoJSONEncoder, separators=(",", ":")
        )
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def role_name(self):
        return Role(self.actor_role).label if self.actor_role in Role else ""


class Event(ChainedRow):
    """One thing that happened to one agreement, to a paper of it or to a proposal: `subject` says to which."""

    agreement = models.ForeignKey("Agreement", models.PROTECT, related_name="events", verbose_name="协议")
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="events", verbose_name="经手人")
    subject = models.CharField("对象", max_length=60)
    details = models.JSONField("内容", default=dict, encoder=DjangoJSONEncoder)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["agreement_id", "seq"]
        verbose_name = verbose_name_plural = "事项记录"
        constraints = [models.UniqueConstraint(fields=["agreement", "seq"], name="event_seq_once")]

    def __str__(self):
        return f"{self.agreement_id}#{self.seq} {self.label}"

    @property
    def changed_state(self):
        return self.before != self.after

    @property
    def of_agreement(self):
        """Whether the act was on the agreement itself and not on a paper or a proposal of it."""
        return self.subject.startswith("协议 ")

    @property
    def subject_name(self):
        return self.subject.partition(" ")[2]


def as_kept(details):
    """Details as they are kept: files by name and size, records by their name, days in ISO form.

    Through JSON and back, so that the digest of the row read again is the digest of the row written.
    """
    return json.loads(json.dumps(plain(details), cls=DjangoJSONEncoder))


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, bytes):
        return {"sha256": hashlib.sha256(value).hexdigest(), "bytes": len(value)}
    if hasattr(value, "chunks"):
        return {"file": value.name, "bytes": value.size, "sha256": sha256_of(value)}
    if isinstance(value, models.Model):
        return {"id": value.pk, "name": str(value)}
    return getattr(value, "code", value)


def first_fault(agreement):
    """The first row of an agreement's chain that is not as it was written, as a sentence; None when all is whole."""
    return chain_fault(agreement) or _differs_from_record(agreement)


def chain_fault(case):
    """`first_fault` of any case file with a chain of its own, by its rows alone."""
    previous, expected = "", 1
    for event in case.events.order_by("seq").iterator():
        if event.seq != expected:
            return f"第{expected}条缺失（其后是第{event.seq}条）"
        if event.previous != previous:
            return f"第{event.seq}条与前一条对不上，次序或前一条被改动"
        if event.digest() != event.hash:
            return f"第{event.seq}条“{event.label}”被改动"
        previous, expected = event.hash, expected + 1
    if (expected - 1, previous) != (case.events_count, case.events_head):
        return f"末尾缺失：应有{case.events_count}条，现有{expected - 1}条"
    return None


def _terms_in_record(own):
    """What supplements changed of the agreement's terms, as its record has it, in the order of the supplements."""
    taken = (event.details for event in own if event.act == "take_terms")
    found = [{"order": one["order"], "from": one["on"], "toml": one["toml"]} for one in taken]
    return sorted(found, key=lambda one: one["order"])


def _differs_from_record(agreement):
    """What the agreement's own row says otherwise than its record; None when they agree."""
    own = [event for event in agreement.events.order_by("seq") if event.of_agreement]
    if own and own[-1].after != agreement.status:
        return f"协议现为“{agreement.get_status_display()}”，与第{own[-1].seq}条记录不符"
    terms = next((event for event in reversed(own) if event.act in ("draft", "revise")), None)
    dates = {"starts_on": agreement.starts_on.isoformat(), "ends_on": agreement.ends_on.isoformat()}
    longer = next((event for event in reversed(own) if event.act == "extend"), None)
    written = terms and {"starts_on": terms.details["starts_on"], "ends_on": terms.details["ends_on"]}
    if longer:
        written["ends_on"] = longer.details["until"]
    if terms and written != dates:
        return f"有效期与第{terms.seq}条记录不符"
    if _terms_in_record(own) != sorted(agreement.changed_terms, key=lambda one: one["order"]):
        return "补充协议改动的参数与记录不符"
    fixed = next((event for event in reversed(own) if event.act == "fix_text"), None)
    if fixed and agreement.snapshot and fixed.details["cover"] != agreement.snapshot["cover"]:
        return f"封面快照与第{fixed.seq}条记录不符"
    return None
