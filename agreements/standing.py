"""The one sentence of a record: where it stands, until when, what follows."""

from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from .models import Status
from .stops.last_days import DECIDED_BY_LEADER, last_days


@dataclass(frozen=True)
class Standing:
    sentence: str
    until: date | None = None


def standing(agreement):
    """A Standing for the agreement's page. Sentences name the article they rest on."""
    return _SENTENCES[Status(agreement.status)](agreement)


def _draft(agreement):
    missing = agreement.missing_fields
    if missing:
        return Standing(f"草稿，还缺{missing}。补全后送乙方协商（{agreement.cite('第二十八条')}）。")
    return Standing(f"草稿，内容已齐，可以送乙方协商（{agreement.cite('第二十八条')}）。")


def _negotiating(agreement):
    if agreement.confirmed_by:
        return Standing(f"乙方已由{agreement.confirmed_by.name}确认文本，等待甲方审核定稿。")
    return Standing(f"已送乙方协商，等待乙方确认文本（{agreement.cite('第二十八条')}）。")


def _to_sign(agreement):
    signed = {signature.side for signature in agreement.valid_signatures}
    waiting = "、".join(
        name for side, name in (("agency", "甲方"), ("institution", "乙方")) if side not in signed
    )
    return Standing(f"文本已定稿，等待{waiting}签署（签署页）。")


def _signed(agreement):
    before = agreement.live_sibling
    if before and agreement.starts_on <= localdate():
        return Standing(f"双方已签署，前一份协议 {before} 办结后生效（{agreement.cite('第八十三条')}）。")
    return Standing(
        f"双方已签署，自 {agreement.starts_on} 起生效（{agreement.cite('第八十三条')}）。",
        agreement.starts_on,
    )


def _active(agreement):
    if agreement.terms.expiry.extension_months and (extension := agreement.extensions.last()):
        return Standing(
            f"履行中，{extension}，有效期到 {agreement.ends_on} 24:00（{agreement.cite('第八十三条')}）。",
            agreement.ends_on,
        )
    return Standing(
        f"履行中，有效期到 {agreement.ends_on} 24:00（{agreement.cite('第八十三条')}）。", agreement.ends_on
    )


def _continued(agreement):
    return Standing(
        f"{agreement.ends_on} 期满，因甲方原因未续签，原协议继续生效（{agreement.cite('第八十三条')}）。"
    )


def _suspended(agreement):
    causes = list(agreement.open_suspensions)
    if not causes:
        return Standing("中止。")
    last = max(causes, key=lambda one: one.planned_end)
    what = "、".join(f"{one.get_cause_display()}（{one.article}）" for one in causes)
    sentence = f"中止，{what}，自 {causes[0].started_on} 起，计划到 {last.planned_end} 24:00。"
    longest = last_days(causes)
    requested = next((one for one in causes if one.cause == "requested" and not one.exception_reason), None)
    if requested:
        sentence += _unless_asked(requested, longest[requested.pk])
    sentence += _for_the_leader(causes, longest)
    return Standing(f"{sentence}中止期间发生的医保费用不予结算。", last.planned_end)


def _unless_asked(stop, last):
    """第七十九条：an application to go on that came in time holds the end off until it is decided."""
    asked = stop.requests.open().filter(filed_on__lte=last).first()
    if asked and asked.refile_by:
        return f"乙方的继续履行申请已退回补正，最迟 {asked.refile_by} 补正后重新提交；逾期没有提交的，本协议自动终止（{stop.agreement.cite('第七十九条')}）。"
    if asked:
        return f"乙方已于 {asked.filed_on} 申请继续履行，决定之前本协议不因超期终止（{stop.agreement.cite('第七十九条')}）。"
    return f"到 {last} 乙方仍未申请继续履行的，本协议自动终止（{stop.agreement.cite('第七十九条')}）。"


def _for_the_leader(causes, longest):
    """第七十九条：for the causes that never end it by themselves, by when the agency decides."""
    waiting = [one for one in causes if one.cause in DECIDED_BY_LEADER and not one.exception_reason]
    if not waiting:
        return ""
    return f"最迟到 {min(longest[one.pk] for one in waiting)}，甲方须恢复、解除或写明例外（{causes[0].agreement.cite('第七十九条')}）；届满未定的，仍为中止。"


def _ended(agreement):
    ending = agreement.ending
    return Standing(
        f"自 {ending.effective_on} 起{ending.get_kind_display()}，依据{ending.article}：{ending.reason}。"
    )


def _void(agreement):
    return Standing("草稿已作废，编号保留。")


_SENTENCES = {
    Status.DRAFT: _draft,
    Status.NEGOTIATING: _negotiating,
    Status.TO_SIGN: _to_sign,
    Status.SIGNED: _signed,
    Status.ACTIVE: _active,
    Status.CONTINUED: _continued,
    Status.SUSPENDED: _suspended,
    Status.TERMINATED: _ended,
    Status.RESCINDED: _ended,
    Status.RENEWED: _ended,
    Status.VOID: _void,
}
