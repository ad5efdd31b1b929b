"""The rules of coordination, disputes and opinions, each a sentence with its article (第五、六、八十一条)."""

from agreements.gate import rule
from agreements.status import ENDED, LIVE

from .checks import not_before_filing  # noqa: F401


@rule("第八十一条", "协议现为“{state}”，还没有履行过")
def agreement_counts(record):
    status = record.agreement.status
    return status in [*LIVE, *ENDED] or {"state": record.agreement.get_status_display()}


@rule("第八十一条", "写明争议的事实、理由和请求")
def request_is_written(record, facts):
    return bool(facts["matter"].strip() and facts["request"].strip())


@rule("第八十一条", "写明结果")
def result_is_written(record, text):
    return bool(text.strip())


@rule("第八十一条", "附上复议决定书、判决书或调解书")
def result_has_a_file(record, files):
    return bool(files)


@rule("第八十一条", "受理、立案日期 {day} 还没有到，核对日期")
def began_by_today(dispute, facts, on):
    return facts["began_on"] <= on or {"day": facts["began_on"]}


@rule("第八十一条", "案号 {number} 已经登记过，在那一件里办理")
def dispute_is_new(dispute, facts):
    same = type(dispute).objects.filter(
        agreement=dispute.agreement_id, body=facts["body"], case_number=facts["case_number"]
    )
    return not same.exclude(pk=dispute.pk).exists() or {"number": facts["case_number"]}


@rule("第八十一条", "结果日期 {decided_on} 应在立案（{thing.began_on}）之后、登记当日之前，核对日期")
def decided_in_order(dispute, decided_on, on):
    return dispute.began_on <= decided_on <= on


@rule("第五条", "写明事由和内容")
def opinion_is_written(opinion, facts):
    return bool(facts["subject"].strip() and facts["text"].strip())


@rule("第五条", "写明答复的内容")
def answer_is_written(opinion, text):
    return bool(text.strip())
