from django.db import models


class Sequence(models.Model):
    """Numbers that are given once and never again, each series under its own name."""

    name = models.CharField("序列", max_length=60, primary_key=True)
    last = models.PositiveIntegerField("最近号码", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编号序列"

    def __str__(self):
        return f"{self.name} {self.last}"

    @classmethod
    def take(cls, name):
        """The next number of a series. Must run inside the transaction that uses it: the row stays locked."""
        return cls.take_many(name, 1)[0]

    @classmethod
    def take_many(cls, name, count):
        """The next numbers of a series, as a range. Must run inside the transaction that uses them."""
        cls.objects.get_or_create(name=name)
        row = cls.objects.select_for_update().get(name=name)
        row.last += count
        row.save(update_fields=["last"])
        return range(row.last - count + 1, row.last + 1)
