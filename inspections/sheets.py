"""What the papers of an inspection say: D-03 核查结果反馈书 and D-37 资料调取通知书 (第五十七条)."""

from datetime import date
from decimal import Decimal

from django.utils.timezone import localdate, localtime

from agreements.deliveries.notice_sheets import quotes
from agreements.papers.sheet import Sheet, day_in_words

from .pictures import for_paper

BLANK_DAY = "　　　　年　　月　　日"
RIGHTS = "签字确认以保留申诉权利为前提：对核查结果有异议的，可以陈述、申辩，可以请求同级医疗保障行政部门协调处理，也可以依法申请行政复议或者提起行政诉讼。"


def _articles(agreement):
    """第五十七条, under the number of the agreement's own text; [] where it says nothing of inspections."""
    inspecting = agreement.terms.inspecting
    return [inspecting.article] if inspecting else []


def _resting_on(agreement):
    return "依据服务协议" + "".join(_articles(agreement))


def result_sheet(sheet):
    """D-03: from the fixed snapshot, with the signatures or the note of refusal, or blanks for the pen."""
    said, inspection = sheet.snapshot, sheet.inspection
    findings = said["findings"]
    total = sum(Decimal(one["amount"]) for one in findings)
    found = (
        f"核查发现问题{len(findings)}项，涉及金额{total:,.2f}元，列明如上。"
        if findings
        else "核查未发现问题。"
    )
    return Sheet(
        title="核查结果反馈书",
        addressee=said["institution"],
        rows=_facts(said),
        table=_findings(findings),
        paragraphs=[
            f"{said['agency']}{_resting_on(inspection.agreement)}对你单位履行协议情况进行了核查，{found}",
            RIGHTS,
            *_refusal(sheet),
            f"结果固定于{localtime(sheet.fixed_at):%Y-%m-%d %H:%M}，内容摘要（SHA-256）：{_grouped(sheet.sha256)}。",
        ],
        drawn=[_drawn(one) for one in sheet.signatures.select_related("member", "seal")],
        boxes=[] if inspection.status != "to_sign" else _for_the_pen(said),
        quotes=quotes(inspection.agreement, _articles(inspection.agreement)),
        issuer=said["agency"],
        day=day_in_words(localdate()),
    )


def _facts(said):
    day = day_in_words(date.fromisoformat(said["began_on"]))
    last = day_in_words(date.fromisoformat(said["finished_on"]))
    team = "\n".join(f"{one['name']}　证件{one['certificate'] or '已出示'}" for one in said["team"])
    rows = [
        ("核查", f"{said['number']}　{said['title']}（{said['kind']}）"),
        ("医疗机构", f"{said['institution']}（{said['code']}）"),
        ("协议编号", said["agreement"]),
        ("核查时段", " 至 ".join(said["period"])),
        ("核查范围", said["scope"]),
        ("核查时间", day if day == last else f"{day}至{last}"),
        ("核查人员", team),
    ]
    return [*rows, ("受托第三方机构", said["third_party"])] if said["third_party"] else rows


def _findings(findings):
    if not findings:
        return {}
    rows = [
        [
            str(one["order"]),
            f"{one['label']}\n{one['article']}",
            "\n".join(filter(None, [one["place"], one["facts"], f"证据{len(one['evidence'])}份" if one["evidence"] else ""])),
            f"{Decimal(one['amount']):,.2f}",
        ]
        for one in findings
    ]  # fmt: skip
    return {"head": ["序号", "问题、条款", "事实", "金额（元）"], "rows": rows}


def _refusal(sheet):
    if not sheet.refusal_reason:
        return []
    names = "、".join(sheet.inspectors_signed.values_list("name", flat=True))
    return [
        f"拒签注明：乙方拒绝签字或盖章，原因：{sheet.refusal_reason}。核查人员{names}注明于"
        f"{localtime(sheet.refused_at):%Y-%m-%d %H:%M}。拒签不影响后续处理，陈述、申辩的权利保留。"
    ]


def _drawn(signature):
    certificate = (
        f"，证件{signature.member.certificate}" if signature.member and signature.member.certificate else ""
    )
    lines = [f"{signature.get_capacity_display()}{certificate}"]
    lines.append(f"{localtime(signature.signed_at):%Y-%m-%d %H:%M}　{signature.get_way_display()}")
    if signature.seal:
        lines.append(f"公章照片摘要：{_grouped(signature.seal.sha256)}")
    return {
        "label": f"{signature.get_side_display()}：{signature.name}",
        "lines": lines,
        "path": signature.path,
        "box": signature.view_box,
        "image": for_paper(signature.seal.file) if signature.seal else "",
    }


def _for_the_pen(said):
    return [
        ["核查人员（签名）：", "拒绝签字或盖章的，核查人员在此注明：", BLANK_DAY],
        [f"乙方（公章）：{said['institution']}", "签认人、身份：", BLANK_DAY],
    ]


def _grouped(digest):
    """In eights, so that a person can compare it and the line can break."""
    return " ".join(digest[n : n + 8] for n in range(0, len(digest), 8))


def evidence_request(request):
    """D-37: what is asked for, by when."""
    inspection, agreement = request.inspection, request.agreement
    due = day_in_words(request.due_on)
    return Sheet(
        title="资料调取通知书",
        addressee=agreement.institution.name,
        rows=[
            ("核查", f"{inspection.number}　{inspection.title}"),
            ("协议编号", agreement.number),
            ("要提供的资料", request.what),
            ("最迟提供日期", due),
        ],
        paragraphs=[
            f"因核查需要，{_resting_on(agreement)}，请你单位于{due}前（含当日）提供上列资料（含电子数据），"
            "并出具承诺书，保证真实、准确、完整，不得拒绝、阻碍核查或者谎报、瞒报。",
            "所提供的资料只用于核查，不作他用。",
        ],
        quotes=quotes(agreement, _articles(agreement)),
        issuer=agreement.agency.name,
        day=day_in_words(request.asked_on),
    )
