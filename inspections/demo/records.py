"""Points, assessments, what the hospital raised, disputes and letters of the demo (第五条、第五十八条至第七十条、第八十一条)."""

from agreements.clocks.deadlines import add_months
from agreements.gate import perform
from agreements.models import Agreement
from institutions.models import Role

from ..cases import points
from ..models import (
    AgencyBreachCase,
    Assessment,
    CoordinationRequest,
    Dispute,
    ExternalNotice,
    Opinion,
    PersonStop,
    PointsRecord,
    Referral,
)
from ..records.actions import file_notice, file_record
from .people import scan

METHOD = "定点医疗机构绩效考核办法"
INDICATORS = ["协议履行", "基金使用", "医保服务", "信息和数据", "社会评价"]
SCORES = {"a05": (19, 22, 23, 14, 12), "a01": (18, 20, 24, 15, 11)}
WEIGHTS = (20, 25, 25, 15, 15)


def build_records(crew, cases):
    """`cases`: breach cases by their key."""
    _points(crew, cases["k04"])
    _assessments(crew)
    _raised_by_hospitals(crew, cases["k04"])
    _from_others(crew, cases["k08"])
    crew.print_owed()


def _filed(crew, model, agreement, by, days, files=(), **more):
    on = crew.days_ago(agreement, days)
    return file_record(model, agreement, by=by, files=files, on=on, **more)


# ── 第六十八条 ──


def _points(crew, case):
    """One given for a case, one of an authority's penalty that reaches a threshold, one still proposed."""
    agreement = Agreement.objects.get(pk=case.agreement_id)
    clerk, leader = crew.desk.clerk_for(agreement), crew.of_agency(Role.LEADER, agreement)
    on = crew.days_ago(agreement, 5)
    person = points.responsible_in(case)[0]
    row = {
        "staff": person.staff,
        "points": 2,
        "responsibility": "main",
        "reason": points.reason_from(case, person.items),
    }
    [given] = points.propose(case, by=clerk, rows=[row], on=on)
    perform(given.confirm, by=leader, on=on)
    for name, number, reason, is_given in (
        ("马维钧", 9, "行政处罚决定：为支付资格被停止的人员代开处方", True),
        ("何冬梅", 1, "违约处理：一次性耗材计费与使用不符", False),
    ):
        facts = {
            "staff": crew.staff(agreement, name), "points": number, "responsibility": "important", "given_on": on, "reason": reason,
        }  # fmt: skip
        record = _filed(crew, PointsRecord, agreement, clerk, 5, facts=facts)
        if is_given:
            perform(record.confirm, by=leader, on=on)
            _stop(crew, agreement, record, clerk)


def _stop(crew, agreement, record, clerk):
    facts = {
        "staff": record.staff, "kind": "suspended", "year": record.given_on.year, "started_on": crew.desk.today,
        "until": add_months(crew.desk.today, 3), "reason": f"{record.given_on.year}年累计记分达到暂停的分值",
    }  # fmt: skip
    _filed(crew, PersonStop, agreement, clerk, 1, facts=facts)


# ── 第五十八条 ──


def _assessments(crew):
    """Last year's: one objected to, answered, final and public; one just told to the hospital."""
    for key, scores in SCORES.items():
        agreement = crew.agreement(key)
        rows = [
            {"indicator": name, "weight": str(weight), "score": str(score), "about": "机构", "note": ""}
            for name, weight, score in zip(INDICATORS, WEIGHTS, scores, strict=True)
        ]
        facts = {"year": crew.desk.today.year - 1, "method": METHOD, "lines": rows}
        clerk = crew.of_agency(Role.CLERK, agreement)
        made = _filed(crew, Assessment, agreement, clerk, 3, facts=facts)
        made = perform(
            made.feed_back, by=crew.of_agency(Role.REVIEWER, agreement), on=crew.days_ago(agreement, 2)
        )
        if key == "a05":
            _finish(crew, agreement, made)


def _finish(crew, agreement, made):
    on, leader = crew.days_ago(agreement, 1), crew.of_agency(Role.LEADER, agreement)
    text = "“信息和数据”扣分所指的两次传送中断系线路检修，附公告"
    made = perform(
        made.object, by=crew.operator(agreement), text=text, files=[scan("线路检修公告.pdf")], on=on
    )
    made = perform(made.finish, by=leader, reply="检修公告属实，该项已经按中断次数核减一次，得分不变", on=on)
    perform(made.publish, by=leader, basis="服务协议第五十九条", on=on)


# ── 第五条、第六条、第六十二条、第八十一条 ──


def _raised_by_hospitals(crew, case):
    agreement = case.agreement
    operator, authority = crew.operator(agreement), crew.of_agency(Role.AUTHORITY, agreement)
    item = agreement.edition.breaches.items["QH-62-05"]
    facts = {
        "item_code": item.code, "item_label": f"{item.article_label} {item.label}"[:200], "wants": "coordination",
        "occurred_on": crew.days_ago(agreement, 6), "accused": None,
        "facts": "要求逐例解释康复治疗项目核减的依据，窗口答复“以决定书为准”，没有解释",
    }  # fmt: skip
    made = _filed(crew, AgencyBreachCase, agreement, operator, 4, [scan("沟通记录.pdf")], facts=facts)
    perform(made.take_up, by=authority, forward=True, on=crew.days_ago(agreement, 3))
    facts = {
        "kind": Dispute.Kind.values[0], "body": "西宁市人民政府", "case_number": f"宁政复〔{crew.desk.today.year}〕41号",
        "began_on": crew.days_ago(agreement, 2), "matter": f"对违约案件{case.number}的处理决定不服",
    }  # fmt: skip
    _filed(crew, Dispute, agreement, operator, 2, [scan("受理通知书.pdf")], facts=facts, breach_case=case)
    other = crew.agreement("a02")
    facts = {
        "kind": "opinion",
        "subject": "针灸类项目计费口径",
        "text": "建议明确电针与温针同日分别实施时的计费口径，统一答复",
    }
    _filed(crew, Opinion, other, crew.operator(other), 8, facts=facts)
    asking = crew.agreement("a06")
    facts = {
        "about": "payment",
        "matter": "两个月的两病门诊费用还在审核，影响药品采购",
        "request": "督促按约定时限审核拨付",
    }
    _filed(crew, CoordinationRequest, asking, crew.operator(asking), 6, facts=facts)


# ── 第六十九条、第七十条 ──


def _from_others(crew, case):
    agreement = crew.agreement("a09")
    facts = {
        "source": "market", "number": f"市监函〔{crew.desk.today.year}〕17号", "received_on": crew.days_ago(agreement, 4),
        "matter": "涉嫌以过期诊断试剂开展检验并收费，已立案调查",
    }  # fmt: skip
    on = crew.days_ago(agreement, 3)
    clerk = crew.of_agency(Role.CLERK, agreement)
    file_notice(ExternalNotice, agreement, by=clerk, stop=True, facts=facts, files=[scan("通报.pdf")], on=on)
    accused = case.agreement
    facts = {
        "addressee": "西宁市医疗保障局", "matter": case.facts_in_words, "basis": "《医疗保障基金使用监督管理条例》第四十条",
    }  # fmt: skip
    letter = _filed(
        crew,
        Referral,
        accused,
        crew.desk.clerk_for(accused),
        2,
        [scan("证据目录.pdf")],
        facts=facts,
        breach_case=case,
    )
    perform(letter.send, by=crew.of_agency(Role.LEADER, accused), on=crew.days_ago(accused, 1))
