"""What may stand against marking a clock as met by hand."""

from django.utils.timezone import localdate

from ..gate import rule

# Clocks of these events wait for something that only a person can see: a notice on a wall, a plaque taken down.
BY_HAND = ["status_changed", "agreement_ended"]


@rule("办理时限", "“{thing.title}”随所定的事项办结，不用登记")
def is_met_by_hand(deadline):
    return deadline.event in BY_HAND


@rule("第七十三条、第八十二条", "“{thing.title}”凭照片办结，提交公告证明")
def is_shown_by_no_proof(deadline):
    return not deadline.needs_proof


@rule("办理日期", "办结日 {on} 还没有到。办结之后再登记")
def is_done_already(deadline, on):
    return on <= localdate()


@rule("办理日期", "办结日 {on} 早于起算日 {thing.started_on}，核对日期")
def done_after_it_began(deadline, on):
    return on >= deadline.started_on


@rule("办理时限", "写明怎样办结的")
def says_how(deadline, remark):
    return bool(remark.strip())
