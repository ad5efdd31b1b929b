"""What the papers of permits and consultations say: the application, D-54 约定诊疗项目准予通知 and 事先协商记录."""

from ..applications.sheets import OPINIONS, SEALED, about_the_hospital, files_of
from ..models import Paper, PermitRequest
from ..papers.sheet import Sheet, day_in_words


def permit_form(request):
    """约定服务项目申请表."""
    return Paper.Purpose.PERMIT_REQUEST, Sheet(
        title="约定服务项目申请表",
        addressee=request.agreement.agency.name,
        rows=[*about_the_hospital(request), *request.told, files_of(request)],
        basis=f"依据服务协议{request.agreement.terms.permits.article}，申请开展以上约定服务项目，请予审核。",
        boxes=[SEALED, OPINIONS],
        day=day_in_words(request.filed_on),
    )


def permit_notice(agreement, request, details):
    """D-54 约定诊疗项目准予通知."""
    from ..deliveries.notice_sheets import quotes

    article = agreement.terms.permits.article
    where = f"（{request.department}）" if request.department else ""
    return Sheet(
        title="约定诊疗项目准予通知",
        addressee=agreement.institution.name,
        paragraphs=[
            f"你单位于{day_in_words(request.filed_on)}申请开展的约定服务项目“{request.item}”{where}，经审核，自"
            f"{day_in_words(request.closed_on)}起准予开展。依据：服务协议{article}（协议编号{agreement.number}）。",
            "开展这一项目应执行有关规定，设备、人员有变化的及时告知我单位；不符合规定所发生的费用，不予支付。",
        ],
        quotes=quotes(agreement, [article]),
        issuer=agreement.agency.name,
        day=day_in_words(request.closed_on),
    ), None


def consultation_record(agreement, request, details):
    """D-54 事先协商记录: the plan, the answer, and for what was told too late what follows."""
    from ..deliveries.notice_sheets import quotes

    article, remarks = agreement.terms.consultation.article, request.opinion
    rows = [
        *about_the_hospital(request),
        ("告知日期", day_in_words(request.filed_on)),
        ("事项", request.kind),
        ("计划内容", request.description),
        ("计划开展日期", day_in_words(request.planned_on)),
        files_of(request),
        ("甲方答复", request.answer),
        ("答复日期", day_in_words(request.closed_on)),
    ]
    if remarks:
        rows.append(("意见", remarks))
    if request.late:
        late = "计划开展之日或其后才提出，属事后提出；此前未经协商事项所发生的医保费用，不予支付"
        rows.append(("事后", f"{late}（{article}）"))
    return Sheet(
        title="事先协商记录",
        rows=rows,
        basis=f"依据服务协议{article}，双方就以上事项协商，记录如下。",
        boxes=[["甲方（公章）：", "经办人：", "　　　　年　　月　　日"], SEALED],
        quotes=quotes(agreement, [article]),
    ), None


FORM_OF = {PermitRequest: permit_form}
