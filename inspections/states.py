from django.db import models


class InspectionStatus(models.TextChoices):
    """第五十七条：从计划到签认、归档；签认或拒签之后结果不再变动。"""

    PLANNED = "planned", "计划"
    NOTIFIED = "notified", "通知"
    UNDERWAY = "underway", "实施"
    TO_SIGN = "to_sign", "结果待签"
    SIGNED = "signed", "已签"
    REFUSED = "refused", "拒签"
    ARCHIVED = "archived", "归档"
    TRANSFERRED = "transferred", "转案件"
    CANCELLED = "cancelled", "取消"


S = InspectionStatus
COMING = [S.PLANNED, S.NOTIFIED]
OPEN = [*COMING, S.UNDERWAY, S.TO_SIGN]
ANSWERED = [S.SIGNED, S.REFUSED]
CLOSED = [S.ARCHIVED, S.TRANSFERRED, S.CANCELLED]
FIXED = [S.TO_SIGN, *ANSWERED, S.ARCHIVED, S.TRANSFERRED]  # the result stands on a sheet
