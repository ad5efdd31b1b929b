"""The rules of repeated suspension, each a sentence with its article (第六十七条（一）)."""

from ..gate import rule
from .repeat import IMPOSED, is_repeated, times_suspended


@rule(
    "第六十七条（一）",
    "协议期内已{times}次被中止，不能直接恢复履行。由负责人决定解除，或先写明理由，记明不予解除",
)
def repeat_is_decided(agreement, suspension):
    times = times_suspended(agreement)
    decided = agreement.kept_at_times >= times
    counts = suspension.cause == IMPOSED and suspension.quashed_on is None
    return not counts or decided or not is_repeated(agreement, times) or {"times": times}


@rule(
    "第六十七条（一）",
    "协议期内被中止{had}次，没有达到{thing.terms.repeat_suspension.count}次，不用决定是否解除",
)
def suspended_repeatedly(agreement):
    times = times_suspended(agreement)
    return is_repeated(agreement, times) or {"had": times}


@rule("第六十七条（一）", "第{thing.kept_at_times}次被中止，已记明不予解除")
def not_kept_yet(agreement):
    return agreement.kept_at_times < times_suspended(agreement)


@rule("第六十七条（一）", "呈批写的是第{times}次被中止，其后又被中止。退回，按现在的次数重新提请")
def counts_the_last(agreement, times):
    return times == times_suspended(agreement)
