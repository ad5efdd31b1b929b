from django.db import models


class CaseStatus(models.TextChoices):
    """违约案件的状态：从线索到结案；另有不成立、自查免责两个出口。移送不是出口，案件照办（第七十条）。"""

    CLUE = "clue", "线索"
    FILED = "filed", "立案"
    INVESTIGATING = "investigating", "调查"
    NOTIFIED = "notified", "拟处理告知"
    DEFENCE = "defence", "陈述申辩期"
    REVIEW = "review", "审批"
    DECIDED = "decided", "决定"
    SERVED = "served", "送达"
    CARRYING_OUT = "carrying_out", "执行"
    CLOSED = "closed", "结案"
    NOT_ESTABLISHED = "not_established", "不成立"
    EXEMPT = "exempt", "自查免责"


S = CaseStatus
FINAL = [S.CLOSED, S.NOT_ESTABLISHED, S.EXEMPT]
OPEN = [one for one in S if one not in FINAL]
HEARD = [S.NOTIFIED, S.DEFENCE]
AFTER_DECISION = [S.DECIDED, S.SERVED, S.CARRYING_OUT]
# What the agency works on before it tells the hospital what it intends.
BEFORE_NOTICE = [S.CLUE, S.FILED, S.INVESTIGATING]
