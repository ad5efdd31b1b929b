"""What the printed forms of the hospital's reports say (rules table 7.1)."""

from ..applications.sheets import SEALED, about_the_hospital, files_of
from ..deliveries.notice_sheets import quotes
from ..models import Paper, PenaltyReport, SelfCheckReport
from ..papers.sheet import Sheet, day_in_words


def penalty_form(report):
    """D-35 行政处罚信息报送表 (第七条（六）)."""
    region = report.agreement.agency.region
    return Paper.Purpose.PENALTY_REPORT, Sheet(
        title=Paper.Purpose.PENALTY_REPORT.label,
        addressee=f"{region}医疗保障行政部门",
        rows=[
            *about_the_hospital(report),
            ("作出处罚的部门", report.authority),
            ("决定书文号", report.decision_number),
            ("送达日期", day_in_words(report.served_on)),
            ("处罚内容", report.content),
            ("罚没金额", f"{report.amount:,.2f}元"),
            files_of(report),
        ],
        basis=f"依据服务协议{report.agreement.terms.penalty_report.article}，报送以上行政处罚信息，并抄送{report.agreement.agency.name}。",
        boxes=[SEALED, ["收件部门：", "收件人：", "　　　　年　　月　　日"]],
        day=day_in_words(report.filed_on),
    )


def self_check_form(report):
    """D-33 自查自纠报告 (第七十五条)."""
    found = [("自查情况", report.what)]
    if report.item:
        returned = day_in_words(report.returned_on) if report.returned_on else "尚未退回"
        returned = returned if report.amount else "没有违规费用"
        found += [
            ("违约情形", f"{report.item.article_label}　{report.item.label}"),
            ("违规费用", f"{report.amount:,.2f}元"),
            ("退回日期", returned),
        ]
    return Paper.Purpose.SELF_CHECK_REPORT, Sheet(
        title=Paper.Purpose.SELF_CHECK_REPORT.label,
        addressee=report.agreement.agency.name,
        rows=[
            *about_the_hospital(report),
            ("自查（发现）日期", day_in_words(report.found_on)),
            *found,
            files_of(report),
        ],
        basis=f"依据服务协议{report.agreement.terms.self_check.article}、{report.agreement.terms.self_report.article}，报告以上自查情况。",
        quotes=quotes(report.agreement, [report.agreement.terms.self_report.article]),
        boxes=[SEALED, ["甲方收件意见：", "经办人：", "　　　　年　　月　　日"]],
        day=day_in_words(report.filed_on),
    )


# A display proof has no form of its own: the photographs and the letter of commitment are all.
FORM_OF = {PenaltyReport: penalty_form, SelfCheckReport: self_check_form}
