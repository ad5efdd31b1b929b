"""The rules of a decision that review or court did not let stand, each a sentence with its article (第八十一条)."""

from agreements.gate import rule

DECISIVE = ["changed", "redone"]  # the result itself wants a new decision


@rule("第八十一条", "这一结果不是本案的，没有撤销、变更处理或责令重新处理，或已经据以办理")
def result_asks_for_it(case, dispute):
    return case.results_to_act_on.filter(pk=dispute.pk).exists()


@rule("第八十一条", "结果 {dispute.decided_on} 早于本案的处理决定 {thing.decided_on}，说的不是这一决定")
def result_is_of_this_decision(case, dispute):
    return dispute.decided_on >= case.decided_on


@rule("第八十一条", "结果是“{result}”，须重新处理，不能认定不成立后了结")
def result_leaves_the_choice(case, dispute, again):
    return again or dispute.outcome not in DECISIVE or {"result": dispute.get_outcome_display()}


@rule("第六十条", "{waiting}还有一笔没有核对。先核对，再办")
def no_payment_waits(case):
    waiting = case.recoveries.filter(payments__status="recorded").first()
    return waiting is None or {"waiting": waiting}


@rule("第八十一条", "所依的处理决定没有被撤销、变更，不能撤销")
def decision_was_quashed(thing):
    return thing.breach_case.decision_id is None
