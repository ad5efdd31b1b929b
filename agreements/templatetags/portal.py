"""What the templates of every page share: state badges, days left, icons, and articles that open where they are named."""

import re
from collections import Counter

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from django.utils.timezone import localdate

from agreements.edition_text import NoSuchArticle, chinese_number
from agreements.models import Agreement, Edition, Status
from agreements.supplements.changes import said_otherwise

register = template.Library()

ARTICLE = re.compile(r"第[零一二三四五六七八九十百]+条")
SOON_DAYS = 7


@register.filter
def shares(holders):
    """Who keeps the copies, one entry a copy: 甲方二份、乙方一份; 甲方、乙方各一份; "" where the text does not say."""
    kept = Counter(holders)
    if set(kept.values()) <= {1}:
        return f"{'、'.join(kept)}各一份" if kept else ""
    return "、".join(f"{who}{chinese_number(count)}份" for who, count in kept.items())


@register.simple_tag
def icon(name):
    """One drawing of the sprite, for the eye only."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("icons.svg"), name
    )


@register.simple_tag
def state(value):
    """A state as its badge. Needs the value; label and colour follow from it."""
    return format_html('<span class="state s-{}">{}</span>', value, Status(value).label)


@register.simple_tag
def left(until, today=None):
    """Calendar days left to a date, in words; nothing without a date."""
    if until is None:
        return ""
    days = (until - (today or localdate())).days
    if days < 0:
        return format_html('<span class="left left-over">已过 <b>{}</b> 日</span>', -days)
    if days == 0:
        return mark_safe('<span class="left left-today">今日到期</span>')
    soon = " left-soon" if days <= SOON_DAYS else ""
    return format_html('<span class="left{}">剩 <b>{}</b> 日</span>', soon, days)


@register.simple_tag(takes_context=True)
def cite(context, sentence, edition=None):
    """A sentence in which every 第N条 opens the article's official text on this page.

    The panels are drawn at the page's end by {% article_panels %}. Words that no edition knows stay words.
    """
    edition = edition or _page_edition(context)
    if edition is None:
        return sentence
    cited = _cited(context)

    def link(match):
        try:
            article = edition.form.article(match[0])
        except NoSuchArticle:
            return match[0]
        key = (edition.pk, article.number)
        first = key not in cited
        cited[key] = (edition, article)
        anchor = f' id="cite-{article.number}"' if first else ""
        return f'<a class="cite"{anchor} href="#{article.anchor}">{match[0]}</a>'

    return mark_safe(ARTICLE.sub(link, conditional_escape(sentence)))


@register.simple_tag(takes_context=True)
def cite_rule(context, sentence, edition=None):
    """`cite` for words of the portal's own, whose articles are those of the reference form: as the edition numbers them."""
    edition = edition or _page_edition(context)
    return cite(context, edition.terms.cite(sentence) if edition else sentence, edition)


@register.inclusion_tag("_article_panels.html", takes_context=True)
def article_panels(context):
    """The panels of all articles that the page has cited, each with the supplements that say otherwise."""
    cited = list(_cited(context).values())
    agreement = context.get("agreement") if cited else None
    said = said_otherwise(agreement) if isinstance(agreement, Agreement) else {}
    return {
        "panels": [
            (
                edition,
                article,
                said.get(article.label, []) if agreement and edition == agreement.edition else [],
            )
            for edition, article in cited
        ]
    }


def _cited(context):
    request = context["request"]
    if not hasattr(request, "cited_articles"):
        request.cited_articles = {}
    return request.cited_articles


def _page_edition(context):
    request = context["request"]
    if not hasattr(request, "page_edition"):
        agency = getattr(request.user, "agency", None)
        own = Edition.objects.of_region(agency.region_id) if agency else Edition.objects
        request.page_edition = own.newest()
    return request.page_edition


@register.simple_tag(takes_context=True)
def sort_link(context, field, label):
    """A column head that sorts: by the field, or the other way round when it sorts by it already."""
    query = context["request"].GET.copy()
    now = query.get("sort", "")
    query["sort"] = f"-{field}" if now == field else field
    query.pop("page", None)
    arrow = icon({field: "up-sort", f"-{field}": "down-sort"}[now]) if now in (field, f"-{field}") else ""
    return format_html('<a href="?{}">{} {}</a>', query.urlencode(), label, arrow)


@register.simple_tag(takes_context=True)
def aria_sort(context, field):
    now = context["request"].GET.get("sort", "")
    word = {field: "ascending", f"-{field}": "descending"}.get(now)
    return format_html(' aria-sort="{}"', word) if word else ""


@register.simple_tag(takes_context=True)
def nav_here(context, *names):
    """aria-current for the navigation entry of these pages: a page by its URL's name, or all pages of a views module."""
    match = context["request"].resolver_match
    here = {match.url_name, match.func.__module__.rpartition(".")[2]} if match else set()
    return mark_safe(' aria-current="page"') if here & set(names) else ""


@register.simple_tag
def article_url(edition, article):
    return f"{reverse('edition', args=[edition.code, edition.version])}#{article.anchor}"
