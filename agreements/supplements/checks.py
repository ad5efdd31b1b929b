"""The rules of supplements that are drafted once for many agreements, each a sentence with its article (第七十七条)."""

from ..edition_text import NoSuchArticle
from ..gate import rule
from ..overlay import changes_of
from ..status import LIVE, Status
from ..tables import BadTerms

ARTICLE = "第七十七条"
TAKES_IT = [*LIVE, Status.SIGNED]  # states of an agreement to which a supplement can be made


# ── the supplement itself ──


@rule(ARTICLE, "写明条款，至少一条")
def has_clauses(supplement, clauses):
    return any(text.strip() for text in clauses)


@rule(ARTICLE, "{edition}没有{missing}，核对涉及的条文")
def articles_are_in_the_text(supplement, articles):
    missing = [label for label in articles if not _has_article(supplement.edition, label)]
    return not missing or {"missing": "、".join(missing), "edition": supplement.edition}


def _has_article(edition, label):
    try:
        return bool(edition.form.article(label))
    except NoSuchArticle:
        return False


@rule(ARTICLE, "{why}。改动的参数须是协议文本已有的表和项")
def terms_can_be_changed(supplement, terms_source):
    try:
        changes_of(supplement.edition.terms_source, (), terms_source)
    except BadTerms as wrong:
        return {"why": str(wrong)}
    return True


@rule("办审分离", "起草人不能复核或发送自己起草的，由另一人办理")
def not_the_drafter(supplement, by):
    return supplement.drafted_by_id != by.pk


@rule("办审分离", "复核人不能发送，由另一人办理")
def not_the_reviewer(supplement, by):
    return supplement.reviewed_by_id != by.pk


@rule(ARTICLE, "没有发送失败的，不用重试")
def something_failed(supplement):
    return supplement.items.filter(state="failed").exists()


@rule(ARTICLE, "还没有乙方签署过的，等乙方签署后再办")
def hospitals_have_signed(supplement):
    return supplement.ready_to_sign.exists()


# ── one agreement that gets it ──


@rule(ARTICLE, "{supplement}还没有发送，不能订立")
def supplement_is_sent(agreement, supplement):
    return supplement.status == "sent"


@rule(ARTICLE, "按《{supplement.edition}》起草，本协议适用《{thing.edition}》")
def edition_fits(agreement, supplement):
    return agreement.edition_id == supplement.edition_id


@rule(ARTICLE, "{supplement}已经发给这份协议，不能重发")
def not_made_yet(agreement, supplement):
    return not agreement.amendments.filter(supplement=supplement).exists()


@rule(ARTICLE, "第{order}份补充协议还没有签署，签署或撤回后再发")
def nothing_unsigned(agreement, supplement):
    first = agreement.amendments.filter(status="to_sign").order_by("order").first()
    return first is None or {"order": first.order}


@rule(ARTICLE, "第{order}份补充协议的参数已经适用")
def terms_not_taken_yet(agreement, order):
    return all(one["order"] != order for one in agreement.changed_terms)
