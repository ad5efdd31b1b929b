"""Checks of the text and of the letter of commitment."""

import re
from collections import Counter
from difflib import get_close_matches

from ..edition_text import FOR_THE_PEN, LABELS, LOST, OF_THE_LETTER, chinese_number, number_of
from ..papers.fonts import undrawable

_HEADING = re.compile(r"第([零〇一二三四五六七八九十百]+)(章|条)\s+\S")
_PLACEHOLDER = re.compile(r"\{[a-z_]+(?::[^{}]*)?\}")
_PRINTED_BLANK = re.compile(r"[_＿﹍]{2,}|年[ 　]{2,}月|月[ 　]{2,}日")
# A label that nothing follows (甲方：), not a sentence that goes on below (……承诺如下：).
_LEFT_OPEN = re.compile(r"(?:^|[ 　])[^，。；、 　]{1,12}[：:](?=[ 　]{2,}|$)")
_FILLED = "\0"  # stands where a placeholder was
BOTH = {"text": "协议文本", "commitment": "承诺书"}


def unnamed_blanks(source, outside=()):
    """(line number, line) of each line with a blank that does not say what goes there; `outside`: lines of no article."""
    for place, line in enumerate(source.split("\n"), start=1):
        bare = _PLACEHOLDER.sub(_FILLED, line.rstrip())
        if _PRINTED_BLANK.search(bare) or (line.rstrip() in outside and _LEFT_OPEN.search(bare)):
            yield place, line


def misnumbered(source):
    """Sentences for each chapter or article whose number is missing, twice, or not in its place."""
    found = {"章": [], "条": []}
    for place, line in enumerate(source.split("\n"), start=1):
        if heading := _HEADING.match(line):
            try:
                found[heading[2]].append((number_of(heading[1]), place))
            except ValueError as wrong:
                return [f"第{place}行：{wrong}"]
    return [sentence for unit, rows in found.items() for sentence in _faults_of_numbers(rows, unit)]


def _faults_of_numbers(rows, unit):
    numbers = [number for number, _ in rows]
    if not numbers:
        return
    for number, times in Counter(numbers).items():
        if times > 1:
            places = "、".join(f"第{place}行" for one, place in rows if one == number)
            yield f"第{chinese_number(number)}{unit}出现了{times}次（{places}）"
    missing = sorted(set(range(1, max(numbers) + 1)) - set(numbers))
    for number in missing:
        yield f"缺少第{chinese_number(number)}{unit}"
    if not missing and len(set(numbers)) == len(numbers) and numbers != sorted(numbers):
        place = next(place for (one, place), right in zip(rows, sorted(numbers), strict=True) if one != right)
        yield f"第{place}行起，各{unit}的次序不对"


def numbers(reading):
    return [(sentence, "text") for sentence in misnumbered(reading.sources["text"])]


def gaps(reading):
    """A text with a lost passage is read and compared, never published."""
    for column, label in BOTH.items():
        for place in lost_places(reading.sources[column]):
            yield f"{label}{place}还有“{LOST}”，补上原文", "gaps"


def lost_places(source):
    """Where each gap is: the article that it stands in, or its line."""
    article = ""
    for place, line in enumerate(source.split("\n"), start=1):
        if (heading := _HEADING.match(line)) and heading[2] == "条":
            article = f"第{heading[1]}条"
        for _ in range(line.count(LOST)):
            yield f"{article}（第{place}行）" if article else f"第{place}行"


def blanks_without_placeholder(reading):
    for column, label in BOTH.items():
        form = reading.form if column == "text" else reading.commitment
        outside = set(form.cover_lines + form.signature_lines) if form else set()
        for place, line in unnamed_blanks(reading.sources[column], outside):
            yield (
                f"{label}第{place}行“{line.strip()[:16]}”有空白，没有写明填什么，例如 {{institution_name}}",
                column,
            )


def placeholders_without_blank(reading):
    """Names that nobody fills: the paper would show an empty line for ever."""
    for column, label in BOTH.items():
        form = reading.form if column == "text" else reading.commitment
        known = set(LABELS) - set(OF_THE_LETTER if column == "text" else ())
        unknown = sorted(form.placeholders - known) if form else ()
        for name in (one for one in unknown if not one.startswith(FOR_THE_PEN)):
            yield f"{label}里的 {{{name}}} {_why_not(name)}", column


def _why_not(name):
    if name in OF_THE_LETTER:
        return "只能用在承诺书里，核对名字"
    alike = get_close_matches(name, LABELS, n=1)
    meant = f"，是不是 {{{alike[0]}}}（{LABELS[alike[0]]}）" if alike else ""
    return f"不是门户能填的空白{meant}；留给笔填的写 {{pen_{name}}}"


def the_parties_are_named(reading):
    if reading.form and reading.form.articles and "institution_name" not in reading.form.placeholders:
        yield "协议文本里没有填乙方名称的空白 {institution_name}", "text"


def there_are_articles(reading):
    if reading.form and not reading.form.articles:
        yield "协议文本里一条也没有，条的开头应写成“第一条　……”", "text"


def characters_can_be_printed(reading):
    for column, label in BOTH.items():
        for sign in undrawable(reading.sources[column]):
            yield f"{label}里的“{sign}”（U+{ord(sign):04X}）打印字体里没有，换成通用的写法", column


CHECKS = [
    characters_can_be_printed,
    numbers,
    there_are_articles,
    gaps,
    blanks_without_placeholder,
    placeholders_without_blank,
    the_parties_are_named,
]
