"""Checks of the breach catalogue: its items are those of the text, its measures make sense."""

from ..edition_text import LOST, NoSuchArticle, chinese_number
from .term_faults import senseless


def items_are_in_the_text(reading):
    """An item names its article and number, and says what stands there, to the letter."""
    if reading.breaches is None or reading.form is None:
        return
    for item in reading.breaches.items.values():
        where = "items", item.code
        try:
            stands = reading.form.article(item.article).item(item.number).text
        except NoSuchArticle as why:
            yield f"违约情形 {item.code}：{why}", *where
            continue
        if item.lost or LOST in item.text or LOST in item.label:
            yield f"违约情形 {item.code} 还有“{LOST}”，按文本补上", *where
        elif item.text != stands:
            yield f"违约情形 {item.code} 的原文与{item.article_label}的文字不一致", *where


def there_are_items(reading):
    """Without a single item nothing could ever be handled."""
    if reading.breaches is not None and not any(
        one.against == "institution" for one in reading.breaches.items.values()
    ):
        yield "违约情形目录里没有乙方的情形，按文本录入", "catalogue"


def no_item_twice(reading):
    if reading.breaches is None:
        return
    seen = {}
    for item in reading.breaches.items.values():
        if (first := seen.setdefault((item.article, item.number), item.code)) != item.code:
            yield f"违约情形 {first} 和 {item.code} 都是{item.article_label}", "items", item.code


def measures_are_in_the_text(reading):
    if reading.breaches is None:
        return
    measures = reading.breaches.measures
    for number, measure in measures.items():
        label, where = f"第{chinese_number(number)}条的处理措施", ("measures", str(number))
        if reading.form and all(article.number != number for article in reading.form.articles):
            yield f"{label}：文本里没有第{chinese_number(number)}条", *where
        for sentence in senseless(measure):
            yield f"{label}：{sentence}", *where
        for other in sorted(set(measure.escalated_from) - set(measures)):
            yield f"{label}：升级自第{other}条，那一条没有处理措施", *where


CHECKS = [there_are_items, items_are_in_the_text, no_item_twice, measures_are_in_the_text]
