from datetime import date

from django.db import models


class Status(models.TextChoices):
    """第六节状态表。终止、解除、期满已续签、作废之后不再变动。"""

    DRAFT = "draft", "草拟"
    NEGOTIATING = "negotiating", "协商"
    TO_SIGN = "to-sign", "待签"
    SIGNED = "signed", "待生效"
    ACTIVE = "active", "履行中"
    CONTINUED = "continued", "延续有效"
    SUSPENDED = "suspended", "中止"
    TERMINATED = "terminated", "终止"
    RESCINDED = "rescinded", "解除"
    RENEWED = "renewed", "期满已续签"
    VOID = "void", "作废"


# Stands for “without an end” where a column or a comparison wants a day.
NO_END = date(2099, 12, 31)

IN_THE_MAKING = [Status.DRAFT, Status.NEGOTIATING, Status.TO_SIGN, Status.SIGNED]
IN_FORCE = [Status.ACTIVE, Status.CONTINUED]
LIVE = [*IN_FORCE, Status.SUSPENDED]
ENDED = [Status.TERMINATED, Status.RESCINDED, Status.RENEWED]
