from django.conf import settings
from django.db import models

from agreements.models import Agreement, Attachment
from agreements.models.querysets import OfAgreement
from agreements.models.stateful import Stateful

from ..records import papers as record_papers


class NoHospital(OfAgreement):
    """What the agency writes to other departments, or they to it, is not the hospital's to see."""

    def visible_to(self, user):
        return self.none() if user.institution_id else super().visible_to(user)


def person_field(name):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=name,
    )


class Record(Stateful):
    """协议下的一件事：登记，办理，了结。Its first act is `file`, in the transaction that makes its row.

    A kind names in FACTS what is filled in when it is filed, and in TOLD what came later.
    """

    FACTS = ()
    TOLD = ()
    OPEN = ()
    LISTED_WITH = ()  # what its line in a list needs, one to a row
    PREFETCHED = ()  # what many lines share: an edition is long, and read once
    files_are_internal = False

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="%(class)ss", verbose_name="协议")
    filed_by = person_field("登记人")
    filed_on = models.DateField("登记日期", null=True, editable=False)
    closed_on = models.DateField("了结日期", null=True, editable=False)
    breach_case = models.ForeignKey(
        "inspections.BreachCase",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name="违约案件",
    )
    attachments = models.ManyToManyField(Attachment, related_name="+", verbose_name="附件")
    paper = models.ForeignKey(
        "agreements.Paper", models.PROTECT, null=True, editable=False, related_name="+", verbose_name="文书"
    )

    objects = OfAgreement.as_manager()

    class Meta:
        abstract = True
        ordering = ["-pk"]

    def __str__(self):
        return f"第{self.pk}号"

    @property
    def case(self):
        return self.agreement

    def case_key(self):
        return Agreement, self.agreement_id

    @property
    def is_open(self):
        return self.status in self.OPEN

    @property
    def summary(self):
        return str(self)

    @property
    def told(self):
        """[(label, value)] of what is on it, without what is empty."""
        return [
            (self._meta.get_field(name).verbose_name, self._in_words(name))
            for name in (*self.FACTS, *self.TOLD)
            if getattr(self, name) not in (None, "", [])
        ]

    def _in_words(self, name):
        shown = getattr(self, f"get_{name}_display", None)
        return shown() if shown else getattr(self, name)

    def events_for(self, user):
        """What happened to it, the newest first."""
        subject = f"{self.kind_name} {self}"
        return self.agreement.events.visible_to(user).filter(subject=subject).order_by("-seq")

    def follow(self, name, details):
        """The paper that an act on it owes."""
        record_papers.follow(self, name)

    def take(self, facts, files, by, on):
        """Write what is filed, and keep its files."""
        self.change(facts)
        self.filed_by, self.filed_on = by, on
        self.keep(files, by)

    def keep(self, files, by):
        kept = Attachment.keep(self.agreement, files, by, internal=self.files_are_internal)
        self.attachments.add(*kept)

    def change(self, facts):
        for name in self.FACTS:
            setattr(self, name, facts[name])
