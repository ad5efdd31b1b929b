from django.db import models
from django.urls import reverse

from institutions.models import Region

from .. import permissions
from ..checks import reason_is_given
from ..edition_desk import checks
from ..edition_desk.faults import faults_in
from ..edition_desk.looking import changed_by, to_look_at, unseen
from ..edition_desk.sources import NAMES, Reading
from ..gate import step
from .case_file import OwnCaseFile
from .edition import Edition
from .event import ChainedRow
from .stateful import StateField

OWN_FACTS = ("code", "title", "subtitle", "issuer", "grades")  # what a person writes on the cover of a draft
WRITING = ("begin", "write", "submit")  # whoever did one of these does not publish


class EditionCaseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What is not published yet is known to the agencies of its own region alone."""
        return self.filter(region=user.agency.region_id) if user.agency_id else self.none()

    def in_work(self):
        return self.filter(status__in=["draft", "submitted"])


class EditionCase(OwnCaseFile):
    """版本案卷：一个协议文本版本从起草、送审、发布到停用，各由谁办的。

    The `Edition` is immutable from its first moment, so what moves is here: the five sources while they are written, the
    state, and the chain of events. An edition that was loaded from a folder gets its case when somebody withdraws it.
    """

    kind_name = "文本版本"

    class Status(models.TextChoices):
        NEW = "new", "新建"
        DRAFT = "draft", "编写中"
        SUBMITTED = "submitted", "待发布"
        PUBLISHED = "published", "已发布"
        WITHDRAWN = "withdrawn", "已停用"
        DISCARDED = "discarded", "已作废"

    region = models.ForeignKey(Region, models.PROTECT, related_name="edition_cases", verbose_name="适用地区")
    status = StateField("状态", choices=Status, default=Status.NEW)
    based_on = models.ForeignKey(
        Edition, models.PROTECT, null=True, related_name="copies", verbose_name="起草的底本"
    )
    edition = models.OneToOneField(
        Edition, models.PROTECT, null=True, related_name="case", verbose_name="发布的版本"
    )
    revision = models.PositiveIntegerField("第几次保存", default=0)
    manifest = models.TextField("版本说明", blank=True)
    text = models.TextField("协议文本", blank=True)
    commitment = models.TextField("承诺书文本", blank=True)
    terms_source = models.TextField("参数", blank=True)
    breaches_source = models.TextField("违约情形", blank=True)
    to_check = models.JSONField("照抄来、还没有核对的", default=list, blank=True)

    objects = EditionCaseQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "版本案卷"

    def __str__(self):
        facts = Reading({"manifest": self.manifest}).facts
        return f"{facts['title']} {facts['code']} {facts['version']}" if facts else f"文本草稿 {self.pk}"

    def get_absolute_url(self):
        return reverse("edition-draft", args=[self.pk])

    def recorded(self, details):
        """Of whole texts the record keeps the fingerprints."""
        if "sources" not in details:
            return details
        kept = {column: source.encode() for column, source in details["sources"].items()}
        return details | {"sources": kept, "saved_as": self.revision}

    # ── what is true of it ──

    @property
    def sources(self):
        """{column: text} of the five files, as they are now."""
        return {column: getattr(self, column) for column in NAMES}

    @property
    def reading(self):
        return Reading(self.sources)

    @property
    def faults(self):
        """What stands against publication, each a sentence with its place."""
        reading = self.reading
        return faults_in(reading, self.region, self._of_its_code(reading.facts))

    def _of_its_code(self, facts):
        """{version: region} of the published editions whose code this is."""
        same = Edition.objects.filter(code=facts["code"]).select_related("region") if facts else ()
        return {one.version: one.region for one in same}

    @property
    def unseen(self):
        """[(key, Row)] of what was copied, rests on other words than in the base, and nobody has looked at."""
        return unseen(set(self.to_check), self.based_on.sources, self.sources) if self.to_check else []

    @property
    def differs_from_base(self):
        """Whether a person has changed anything of what was copied."""
        if self.based_on is None:
            return True
        before, now = self.based_on.sources, self.sources
        changed = [column for column in NAMES if column != "manifest" and before[column] != now[column]]
        return bool(changed) or _own_facts(before) != _own_facts(now)

    @property
    def is_editable(self):
        return self.status == self.Status.DRAFT

    def wrote(self, person):
        """Whether this person has written in it, begun it or sent it in."""
        return self.events.filter(act__in=WRITING, actor=person.pk).exists()

    def saved_since(self, revision, columns):
        """The last save of any of these sources after this revision; None when they are as they were."""
        saves = self.events.filter(act="write").order_by("-seq")
        later = (event for event in saves if event.details["saved_as"] > revision)
        return next((event for event in later if set(event.details["sources"]) & set(columns)), None)

    # ── the acts ──

    @step(
        status, source=[Status.NEW], target=Status.DRAFT, label="起草文本版本", article="版本管理",
        who=permissions.edition_writer,
    )  # fmt: skip
    def begin(self, sources):
        """版本管理：从已有版本复制，或者从打包的文件夹导入，成为一份草稿；照抄来的各表待核对。"""
        self._take(sources)
        self.to_check = to_look_at(sources) if self.based_on else []

    @step(
        status, source=[Status.DRAFT], target=None, label="保存", article="版本管理", who=permissions.edition_writer,
        checks=[checks.nobody_saved_meanwhile],
    )  # fmt: skip
    def write(self, sources, revision, what, looked=()):
        """版本管理：改动草稿的一个或几个文件；写明从第几次保存改起，后保存的人不会盖掉先保存的。改过、核对过的表记下。"""
        seen = changed_by(self.sources, sources) | set(looked)
        self._take(sources)
        self.to_check = [key for key in self.to_check if key not in seen]

    def _take(self, sources):
        for column, source in sources.items():
            setattr(self, column, source)
        self.revision += 1

    @step(
        status, source=[Status.DRAFT], target=Status.SUBMITTED, label="送审", article="版本管理",
        who=permissions.edition_writer, checks=[checks.something_was_written, checks.nothing_is_wrong, checks.everything_was_looked_at],
    )  # fmt: skip
    def submit(self):
        """版本管理：检查都通过的草稿送另一人核对、发布；送审后不能改动。"""

    @step(
        status, source=[Status.SUBMITTED], target=Status.DRAFT, label="退回修改", article="版本管理",
        who=permissions.edition_people, checks=[reason_is_given],
    )  # fmt: skip
    def send_back(self, reason):
        """版本管理：核对不通过的写明原因，退回修改。"""

    @step(
        status, source=[Status.SUBMITTED], target=Status.PUBLISHED, label="发布", article="版本管理",
        who=permissions.edition_publisher, checks=[checks.another_person_publishes, checks.nothing_is_wrong],
    )  # fmt: skip
    def publish(self):
        """版本管理：没有写过草稿的人核对后发布；自此文本和参数不可改，按内容算出摘要，协议起草时固定在这个版本上。"""
        self.edition = Edition.objects.publish(self.sources)

    @step(
        status, source=[Status.DRAFT, Status.SUBMITTED], target=Status.DISCARDED, label="作废草稿", article="版本管理",
        who=permissions.edition_people, checks=[reason_is_given],
    )  # fmt: skip
    def discard(self, reason):
        """版本管理：不再使用的草稿作废，经过留存。"""

    @step(
        status, source=[Status.PUBLISHED], target=Status.WITHDRAWN, label="停用", article="版本管理",
        who=permissions.edition_publisher, checks=[reason_is_given],
    )  # fmt: skip
    def withdraw(self, reason):
        """版本管理：停用的版本不再用于起草协议；已经签订的和正在办理的协议照原样办理。"""


def _own_facts(sources):
    facts = Reading(sources).facts or {}
    return {name: facts.get(name) for name in OWN_FACTS}


class OfEditionCase(models.QuerySet):
    def visible_to(self, user):
        return self.filter(case__in=EditionCase.objects.visible_to(user).values("pk"))


class EditionEvent(ChainedRow):
    """One thing that happened to one edition."""

    case = models.ForeignKey(EditionCase, models.PROTECT, related_name="events", verbose_name="版本案卷")

    objects = OfEditionCase.as_manager()

    class Meta:
        ordering = ["case_id", "seq"]
        verbose_name = verbose_name_plural = "版本记录"
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="edition_event_once")]

    def __str__(self):
        return f"{self.case_id}#{self.seq} {self.label}"
