from django.conf import settings
from django.db import models

from ..sampling import Draw, draw, fingerprint, numbered_cases
from .inspection import Inspection
from .querysets import WorkOfInspection


class SampleDraw(models.Model):
    """随机抽样：总体、种子、比例、抽中的名单都存下来，任何人照着再算都是同一份（第三十七条）。"""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="samples", verbose_name="核查")
    order = models.PositiveSmallIntegerField("序号")
    about = models.CharField("总体说明", max_length=100)
    population = models.PositiveIntegerField("总体数量")
    cases = models.JSONField("总体名单", default=list, blank=True)  # empty: numbers 1 to `population`
    population_sha256 = models.CharField("总体名单摘要", max_length=64)
    seed = models.CharField("种子", max_length=40)
    rate = models.DecimalField("抽样比例", max_digits=6, decimal_places=4)
    minimum = models.PositiveIntegerField("最少数量")
    size = models.PositiveIntegerField("抽取数量")
    chosen = models.JSONField("抽中名单", default=list)
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="抽取人"
    )
    drawn_at = models.DateTimeField("抽取时间", auto_now_add=True)

    objects = WorkOfInspection.as_manager()

    class Meta:
        ordering = ["inspection_id", "order"]
        verbose_name = verbose_name_plural = "抽样"
        constraints = [
            models.UniqueConstraint(fields=["inspection", "order"], name="sample_order_once"),
            models.CheckConstraint(
                condition=models.Q(size__lte=models.F("population")), name="sample_within_population"
            ),
        ]

    def __str__(self):
        return f"{self.inspection} 抽样{self.order}"

    @property
    def all_cases(self):
        return self.cases or numbered_cases(self.population)

    def redrawn(self):
        """The draw computed anew from what was stored."""
        return draw(self.all_cases, self.rate, self.minimum, self.seed)

    @property
    def is_reproduced(self):
        """Whether the stored list is what its own population and seed give."""
        stored = Draw(self.population_sha256, self.size, tuple(self.chosen))
        return fingerprint(self.all_cases) == self.population_sha256 and self.redrawn() == stored
