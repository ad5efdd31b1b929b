"""Which acts on inspections start and stop which clocks: T-21 feedback of the result, T-39 papers asked for."""

from agreements.clocks.actions import about_of, start_clocks, stop_clocks
from agreements.clocks.named import drop_clocks_about, start_clock_until

FINISHED, ASKED = "fieldwork_finished", "request_served"


def follow(inspection, act, details):
    """第五十七条：the result is fed back in writing, in time after the fieldwork."""
    agreement, day = inspection.agreement, details.get("on")
    if act == "finish":
        start_clocks(agreement, FINISHED, day, about_of(inspection.sheet))
    elif act in ("sign_on_the_spot", "sign_online", "note_refusal"):
        stop_clocks(agreement, FINISHED, day, about=[about_of(inspection.sheet)])
    elif act == "reopen":
        drop_clocks_about(agreement, FINISHED, day, about_of(inspection.sheets.latest("order")))
    elif act == "ask_for_evidence":
        _start(inspection.evidence_requests.latest("order"), day)


def follow_request(request, act, details):
    """第五十七条、第四条：papers are due on the day that the request names."""
    day = details.get("on")
    if act == "hand_over":
        stop_clocks(request.agreement, ASKED, day, about=[_about(request)])
    elif act == "ask_again":
        _start(request, day)
    elif act == "withdraw":
        drop_clocks_about(request.agreement, ASKED, day, _about(request))


def _start(request, day):
    start_clock_until(request.agreement, ASKED, day, request.due_on, _about(request))


def _about(request):
    again = f"（第{request.rounds}次）" if request.rounds > 1 else ""
    return f"{about_of(request)}{again}"
