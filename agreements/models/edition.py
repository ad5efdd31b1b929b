from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from institutions.models import Region

from ..edition_desk.sources import NAMES, digest_of, facts_of, read_part
from ..status import ENDED, LIVE, Status


class EditionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An official text is no secret among agencies; a hospital's are those of its agreements."""
        if user.agency_id:
            return self
        if not user.institution_id:
            return self.none()
        return self.filter(agreements__institution=user.institution_id).distinct()

    def open(self):
        """Those on which an agreement may be drafted: the text is whole, and nobody has withdrawn it."""
        return self.filter(complete=True).exclude(case__status="withdrawn")

    def in_use(self):
        """Those under which there is an agreement: nothing is due under the others."""
        agreements = self.model._meta.get_field("agreements").related_model._base_manager
        return self.filter(Exists(agreements.filter(edition=OuterRef("pk"))))

    def with_use(self):
        """`signed_count`, `live_count`: agreements that were signed under each, and those that still bind."""
        signed = Q(agreements__status__in=[Status.SIGNED, *LIVE, *ENDED])
        live = Q(agreements__status__in=LIVE)
        return self.annotate(
            signed_count=Count("agreements", filter=signed), live_count=Count("agreements", filter=live)
        )

    def publish(self, sources):
        """The row of five sources that can all be read: {column: text}."""
        facts = facts_of(sources["manifest"])
        region, _ = Region.objects.get_or_create(
            code=facts["region"], defaults={"name": facts["region_name"]}
        )
        named = {name: facts[name] for name in ("code", "version", "title", "subtitle", "issuer")}
        return self.create(
            **named, **sources, region=region, complete=read_part("text", sources["text"]).complete, sha256=digest_of(sources)
        )  # fmt: skip

    def newest(self):
        """The complete edition that was loaded last, else the last of all; None without any."""
        return self.order_by("-complete", "-pk").first()

    def of_region(self, code):
        """Those of a region and of the regions above it."""
        return self.filter(region__in={f"{code[:2]}0000", f"{code[:4]}00", code})

    def offered(self, agency, institution=None):
        """The texts under which an agency may draft, for an institution those of its grade: [Edition], the newest first.

        Of each text only its newest version.
        """
        found = {}
        for edition in self.open().of_region(agency.region_id).order_by("pk"):
            if institution is None or edition.concerns(institution.current.grade):
                found[edition.code] = edition
        return sorted(found.values(), key=lambda edition: -edition.pk)


class Edition(models.Model):
    """一省的协议文本、承诺书和全部数字，发布后不可改（数据库触发器把守）。

    A row is the folder under `editions/` at the moment it was loaded. An agreement points at the row it
    was drafted on for ever; a corrected folder is a new version and a new row.
    """

    code = models.CharField("版本代码", max_length=40)
    version = models.CharField("修订号", max_length=20)
    title = models.CharField("名称", max_length=100)
    subtitle = models.CharField("副题", max_length=50)
    issuer = models.CharField("制定机关", max_length=100)
    region = models.ForeignKey(
        "institutions.Region", models.PROTECT, related_name="editions", verbose_name="适用地区"
    )
    complete = models.BooleanField("文本完整", default=True)
    manifest = models.TextField("版本说明")
    text = models.TextField("协议文本")
    commitment = models.TextField("承诺书文本")
    terms_source = models.TextField("参数")
    breaches_source = models.TextField("违约情形")
    sha256 = models.CharField("摘要", max_length=64)
    loaded_at = models.DateTimeField("载入时间", auto_now_add=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["code", "pk"]
        verbose_name = verbose_name_plural = "协议文本版本"
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="edition_version_once")]

    def __str__(self):
        return f"{self.title}{self.subtitle}"

    def get_absolute_url(self):
        return reverse("edition", args=[self.code, self.version])

    def concerns(self, grade):
        """Whether it is meant for a hospital of this grade ("2A"); a text that names no grades is for all."""
        grades = read_part("manifest", self.manifest).get("grades", ())
        return not grades or grade[:1] in grades

    @property
    def has_commitment(self):
        """Whether a letter of commitment comes with the text."""
        return self.letter is not None

    @property
    def letter(self):
        """The parsed letter of commitment; None where the text comes without one."""
        return read_part("commitment", self.commitment)

    @property
    def letter_names_material(self):
        """Whether a letter is for one material, and not for the whole of the agreement."""
        return self.has_commitment and "material" in self.letter.placeholders

    @property
    def sources(self):
        """{column: text} of its five files."""
        return {column: getattr(self, column) for column in NAMES}

    @property
    def is_withdrawn(self):
        """Whether no agreement may be drafted on it any more."""
        return type(self).objects.filter(pk=self.pk, case__status="withdrawn").exists()

    @property
    def form(self):
        """The parsed agreement text."""
        return read_part("text", self.text)

    @property
    def terms(self):
        """Every number of this edition, typed and frozen."""
        return read_part("terms_source", self.terms_source)

    @property
    def breaches(self):
        return read_part("breaches_source", self.breaches_source)
