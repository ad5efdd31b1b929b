"""What the papers of an extension say: D-51 通报批评, D-52 自动延长确认单, D-53 终止约定书面通知."""

from django.utils.timezone import localdate

from ..papers.sheet import Sheet, day_in_words


def extension_notice(agreement, act, details):
    """D-52: from when to when, and on which article."""
    terms, extension = agreement.terms.expiry, agreement.extensions.last()
    done, most = extension.order, len(terms.extension_months)
    words = (
        f"{_named(agreement)}于{day_in_words(agreement.starts_on)}起履行。本期内你单位没有受到妨碍延长的处理，有效期自"
        f"{day_in_words(extension.started_on)}起自动延长至{day_in_words(extension.ends_on)}止，为第{done}次延长"
        f"（共{most}次）。依据：服务协议{terms.article}。"
    )
    return _sheet(agreement, "自动延长确认单", [words], [terms.article])


def criticism(agreement, act, details):
    """D-51: what was established, on which item, and what it means for the term."""
    sanction, terms = agreement.sanctions.filter(kind="criticism").latest("pk"), agreement.terms
    paragraphs = [
        f"经查实：{_bare(sanction.reason)}。依据服务协议{sanction.article}，给予你单位通报批评。",
        "引以为戒，立即改正，防止同类问题再次发生。",
    ]
    if "criticism" in terms.expiry.blocked_by:
        paragraphs.append(f"本期有效期届满后，协议不再自动延长（{terms.expiry.article}）。")
    return _sheet(agreement, "通报批评", paragraphs, [sanction.article, terms.expiry.article])


def end_notice(agreement, act, details):
    """D-53: arrives, and the agreement ends on that day."""
    notice, article = agreement.end_notices.latest("pk"), agreement.terms.end_by_notice.article
    words = (
        f"{_named(agreement)}现在延长期内。双方对需修改的约定内容（{_bare(notice.reason)}）不能达成一致意见，我单位提出终止。"
        f"依据服务协议{article}，自本通知到达你单位之日起，协议终止。"
    )
    return _sheet(agreement, "终止约定的书面通知", [words], [article])


def _sheet(agreement, title, paragraphs, articles):
    from ..deliveries.notice_sheets import quotes

    return Sheet(
        title=title, addressee=agreement.institution.name, paragraphs=paragraphs, quotes=quotes(agreement, articles),
        issuer=agreement.agency.name, day=day_in_words(localdate()),
    ), None  # fmt: skip


def _named(agreement):
    return f"《{agreement.edition.title}》（编号{agreement.number}）"


def _bare(sentence):
    return sentence.strip().rstrip("。；;，,.")
