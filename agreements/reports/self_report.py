"""第七十五条：when a breach that the hospital found and reported by itself is not handled further.

Two doors: (a) it was reported before the agency, or a third party for it, stepped in on the matter; (b) it was
reported within a stage of self-checks that the agency announced. Fraud is left out; the fees must be returned
and the papers handed in.
"""

from dataclasses import dataclass
from typing import Literal

# Who can say on which day an inspection of a matter was first made known to the hospital: callables that take
# (agreement, item) and return a day or None. An app that holds inspections appends its own when it is ready.
NOTICE_SOURCES = []


@dataclass(frozen=True)
class Exemption:
    """Whether 免予其他协议处理 is offered, through which door, and if not, why, as a sentence without its full stop."""

    door: Literal["", "a", "b"] = ""
    why: str = ""

    @property
    def offered(self):
        return not self.why


def first_notice_on(agreement, item):
    """The first day on which the hospital was told of an inspection on this matter, or None. Asks NOTICE_SOURCES."""
    days = [day for source in NOTICE_SOURCES if (day := source(agreement, item))]
    return min(days, default=None)


def exemption(report, first_notice_on, campaign_open):
    """The Exemption of a report. A pure function of the report, the first notice's day or None, and door (b).

    `report`: exempts (the text offers it), item (or None), named_on (when it first named that item), amount,
    returned_on, has_files. What counts is the day on which the matter was named, not that of the paper.
    """
    if why := _what_is_missing(report):
        return Exemption(why=why)
    if campaign_open:
        return Exemption(door="b")
    if first_notice_on is None or report.named_on < first_notice_on:
        return Exemption(door="a")
    return Exemption(
        why=f"甲方已于{first_notice_on}介入检查这一事项，乙方{report.named_on}才报告，不在检查之前，也不在自查自纠阶段"
    )


def _what_is_missing(report):
    if not report.exempts:
        return "协议文本没有免予处理的约定"
    if report.item is None:
        return "报告没有发现违约行为，不需要免予处理"
    if report.item.fraud:
        return f"{report.item.article_label}属于骗取医保基金的行为，不适用免予处理"
    if report.amount and report.returned_on is None:
        return "违规费用还没有清退"
    return "" if report.has_files else "还没有提交整改资料"
