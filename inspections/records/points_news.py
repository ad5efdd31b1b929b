"""What a decision on points sets off: the notice at every workplace, and the task when a threshold is reached (第六十八条)."""

from agreements.messages.notices import AGENCY, INSTITUTION, tell
from agreements.models import Paper

from . import papers as record_papers

WHAT = {"ended": "终止", "suspended": "暂停"}


def follow(record, act):
    """第六十八条：a notice for each other agreement of the workplaces, and what the sum of the year calls for."""
    if type(record).__name__ == "PersonStop":
        if act in ("decide", "lift"):
            _tell_of_stop(record, act)
    elif act == "confirm":
        _notify_elsewhere(record)
        _tell_of_threshold(record)


def _notify_elsewhere(record):
    from ..models.points import workplaces
    from .sheets import points_notice

    for agreement in workplaces(record.staff).exclude(pk=record.agreement_id):
        sheet = points_notice(agreement, record)
        record_papers.owe(agreement, Paper.Purpose.POINTS_NOTICE, sheet, issuer=record.agreement.agency)
        tell(agreement, INSTITUTION, f"{record.summary}，记分通知书已经印出（第六十八条）。", subject="记分")


def _tell_of_threshold(record):
    from ..models.points import reached

    # The record that is being decided is saved by the gate before this runs.
    kind = reached(record.agreement, record.staff, record.given_on.year)
    if kind:
        total = record.sum_of_year
        text = f"{record.staff}{record.given_on.year}年累计{total}分，达到{WHAT[kind]}支付资格的分值，由经办提请（第六十八条）。"
        tell(record.agreement, AGENCY, text, record.get_absolute_url(), "记分达到分值")


def _tell_of_stop(stop, act):
    from ..models.points import workplaces

    words = "已决定" if act == "decide" else "已提前解除"
    agreements = {one.pk: one for one in [stop.agreement, *workplaces(stop.staff)]}
    for agreement in agreements.values():
        url = stop.get_absolute_url() if agreement.pk == stop.agreement_id else ""
        tell(agreement, INSTITUTION, f"{stop.summary}，{words}（第六十八条）。", url, "支付资格停止")
