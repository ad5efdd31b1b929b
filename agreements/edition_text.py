"""The official text of an edition, read into chapters, articles and items. Pure: a string in, a tree out.

A blank of the form is written `{name}` or, where the paper shows something, `{name:____}`: the name says what
belongs there, the part after the colon is the blank exactly as the official text prints it.
"""

import re
from dataclasses import dataclass, field

LOST = "〔原文缺失〕"
FOR_THE_PEN = "pen_"  # how the name of a blank begins that nobody but a pen fills
BLANK = object()  # fill(): leave this blank as the official text prints it, for a pen

# What some texts print of the agreement and of the hospital beside its name and address.
OF_THE_ARCHIVE = {
    "agreement_number": "协议编号",
    "institution_uscc": "乙方统一社会信用代码",
    "institution_principal": "乙方主要负责人",
    "institution_category": "乙方类别",
    "institution_grade": "乙方等级",
    "institution_nature": "乙方所有制形式",
    "institution_business": "乙方经营性质",
    "institution_licence_number": "乙方执业许可证号",
    "institution_subjects": "乙方诊疗科目",
    "institution_beds": "乙方床位数",
    "institution_bank_name": "乙方开户银行",
    "institution_bank_account": "乙方银行账号",
}
# Blanks that the letter of commitment alone has.
OF_THE_LETTER = {"material": "材料名称", "seal": "单位盖章", "commitment_date": "承诺日期"}
LABELS = (
    {
        f"{party}_{name}": f"{who}{label}"
        for party, who in (("agency", "甲方"), ("institution", "乙方"))
        for name, label in (
            ("name", "名称"),
            ("code", "代码"),
            ("signatory", "法定代表人或委托代理人"),
            ("address", "地址"),
            ("postcode", "邮政编码"),
            ("phone", "联系电话"),
            ("seal", "公章"),
            ("signature", "法定代表人签章"),
            ("signed_year", "签署年份"),
            ("signed_month", "签署月份"),
            ("signed_day", "签署日"),
        )
    }
    | {
        "start_year": "协议开始年份",
        "start_month": "协议开始月份",
        "start_day": "协议开始日",
        "end_year": "协议结束年份",
        "end_month": "协议结束月份",
        "end_day": "协议结束日",
        "start_year_short": "协议开始年份的后两位",
        "end_year_short": "协议结束年份的后两位",
    }
    | OF_THE_ARCHIVE
    | OF_THE_LETTER
)

_NUMERAL = "[零〇一二三四五六七八九十百]+"
_PLACEHOLDER = re.compile(r"\{([a-z_]+)(?::([^{}]*))?\}")
_CHAPTER = re.compile(rf"第({_NUMERAL})章\s+(\S.*)")
# The space is what tells a heading from a sentence that happens to begin with “第六十三条、第六十四条…”.
_ARTICLE = re.compile(rf"(第({_NUMERAL})条\s+)(\S.*)")
_ITEM = re.compile(rf"([（(]({_NUMERAL})[）)])(.*)")
_POINT = re.compile(r"(\d{1,2})\.(?!\d)\s*(.*)")
_REFERENCE = re.compile(rf"(第{_NUMERAL}条)(?:（({_NUMERAL})）|第(\d+)项)?")
_DIGITS = "零一二三四五六七八九"


class BadText(ValueError):
    """The text of an edition cannot be read; the sentence names the line."""


class MissingValues(ValueError):
    """Blanks that were given no value. `names` are the placeholders, the sentence says what they are."""

    def __init__(self, names):
        self.names = tuple(names)
        labels = "、".join(LABELS.get(name, name) for name in self.names)
        super().__init__(f"协议文本还有空白没有填写：{labels}；请补全后再生成")


class NoSuchArticle(LookupError):
    pass


def as_printed(line):
    """A line with its blanks as the official form prints them."""
    return _PLACEHOLDER.sub(lambda found: found[2] or "", line)


def with_labels(line):
    """A line with what each blank asks for: 乙方：［乙方名称］."""
    return _PLACEHOLDER.sub(lambda found: f"［{LABELS.get(found[1], found[1])}］", line)


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of an article. `text` comes after the label; `number` counts items, or 款 for lead and text."""

    kind: str  # "lead" | "text" | "item" | "subitem"
    label: str  # "（一）", "1." or "", with the signs of the text
    number: int
    text: str
    anchor: str  # "art-65-6" for an item, "art-9-p2" for 第二款, "art-20-1-2" for a subitem

    @property
    def shown(self):
        """The text with its blanks as the official form prints them, for reading on a screen."""
        return as_printed(self.text)

    @property
    def line(self):
        """It with its label, as the text prints them: （三）…, or 3. … with a space."""
        space = " " if self.label.endswith(".") else ""
        return f"{self.label}{space}{self.shown}"


@dataclass(frozen=True)
class Article:
    number: int
    label: str  # "第七十九条"
    anchor: str  # "art-79"
    heading: str  # as printed, with the spacing that follows it
    chapter: int  # 0 where the text has no chapters
    paragraphs: tuple[Paragraph, ...]

    @property
    def items(self):
        return tuple(paragraph for paragraph in self.paragraphs if paragraph.kind == "item")

    def item(self, number):
        """第六十五条（六）：item(6)。"""
        for item in self.items:
            if item.number == number:
                return item
        raise NoSuchArticle(f"{self.label}没有第（{chinese_number(number)}）项（共{len(self.items)}项）")


@dataclass(frozen=True)
class Chapter:
    number: int
    title: str  # "总则", without the printed spacing
    heading: str  # "第一章    总   则"
    articles: tuple[Article, ...]


@dataclass(frozen=True)
class FormText:
    """A whole text. In cover_lines and signature_lines "" stands for a blank line between two blocks."""

    title: str
    subtitle: str  # "" when there is none
    cover_lines: tuple[str, ...]
    inner_title: str  # the title repeated above the preamble, "" when it is not
    preamble: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    signature_lines: tuple[str, ...]
    placeholders: frozenset[str]
    source: str = field(repr=False)

    @property
    def complete(self):
        """False for a text with lost passages: it may be read and compared, never published or signed."""
        return LOST not in self.source

    @property
    def opening(self):
        """The preamble as it is read on a screen."""
        return tuple(as_printed(line) for line in self.preamble)

    @property
    def articles(self):
        return tuple(article for chapter in self.chapters for article in chapter.articles)

    def article(self, reference):
        """The article for 79, "79", "art-79", "七十九" or "第七十九条"; NoSuchArticle (a LookupError) otherwise."""
        number = _article_number(reference)
        for article in self.articles:
            if article.number == number:
                return article
        raise NoSuchArticle(f"《{self.title}》里没有“{reference}”这一条（全文共{len(self.articles)}条）")

    def fill(self, values):
        """A copy with every blank filled from a mapping of names. BLANK leaves one for the pen.

        Raises MissingValues naming every blank that is absent or empty, BadText for a value that would
        change the shape of the text. Names that the text does not use are ignored.
        """
        missing = [name for name in _names_in(self.source) if _is_empty(values.get(name))]
        if missing:
            raise MissingValues(missing)
        return read_text(_PLACEHOLDER.sub(lambda found: _filled(found, values), self.source))

    def blank(self):
        """The official form as printed, every blank left for the pen."""
        return self.fill(dict.fromkeys(self.placeholders, BLANK))

    def plain(self):
        """The whole text, as it was read, to the letter."""
        return self.source


def chinese_number(number):
    """79 → 七十九, for 0 to 999; ValueError beyond."""
    if not 0 <= number <= 999:
        raise ValueError(f"{number}超出范围，只认0到999")
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    written = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        written += "十" if tens == 1 and not hundreds else f"{_DIGITS[tens]}十"
    elif hundreds and ones:
        written += "零"
    return written + _DIGITS[ones] if ones or not number else written


def number_of(chinese):
    """七十九 → 79. ValueError for anything that chinese_number would not have written."""
    total, digit = 0, None
    for sign in chinese.replace("〇", "零"):
        if sign in _DIGITS:
            digit = _DIGITS.index(sign)
        elif sign in "十百":
            total += (1 if digit is None else digit) * {"十": 10, "百": 100}[sign]
            digit = None
        else:
            raise ValueError(f"“{chinese}”不是中文数字")
    total += digit or 0
    if chinese_number(total) != chinese.replace("〇", "零"):
        raise ValueError(f"“{chinese}”不是规范的中文数字")
    return total


def reference_of(label):
    """第六十六条（三） → ("第六十六条", 3), 第二十条第2项 → ("第二十条", 2), 第七十九条 → ("第七十九条", None)."""
    found = _REFERENCE.fullmatch(label)
    if found is None:
        return label, None
    article, item, point = found.groups()
    return article, number_of(item) if item else point and int(point)


def read_text(source):
    """The tree of an official text: title, cover, preamble, chapters with articles, signature page.

    A text without a single article (a commitment) gives what it says as preamble, however its paragraphs stand
    apart, and what comes after its last sentence as signature lines. Raises BadText when articles or chapters do not
    follow one another, or text belongs nowhere.
    """
    lines = [line.rstrip() for line in source.split("\n")]
    for place, line in enumerate(lines, start=1):
        if re.search("[{}]", _PLACEHOLDER.sub("", line)):
            raise BadText(
                f"第{place}行的空白写得不对，应为 {{名字}} 或 {{名字:原样空白}}，名字用小写字母和下划线"
            )
    first = next((place for place, line in enumerate(lines) if _is_heading(line)), None)
    front = _front(lines[:first], letter=first is None)
    chapters, signature = ((), front.pop("rest")) if first is None else _body(lines, first)
    return FormText(
        **front,
        chapters=chapters,
        signature_lines=_trimmed(signature),
        placeholders=frozenset(_names_in(source)),
        source=source,
    )


def _front(lines, *, letter):
    blocks = list(_trimmed(lines))
    if not blocks:
        raise BadText("协议文本是空的，至少要有标题")
    title, blocks = blocks[0], blocks[1:]
    subtitle = blocks.pop(0) if blocks and re.fullmatch("[（(].*[）)]", blocks[0]) else ""
    blocks = list(_trimmed(blocks))
    if letter:
        end = _end_of_letter(blocks)
        said = [line for line in blocks[:end] if line]
        return _front_parts(title, subtitle, (), "", said) | {"rest": blocks[end:]}
    preamble = [blocks.pop()] if blocks else []
    blocks = list(_trimmed(blocks))
    inner_title = blocks.pop() if blocks and blocks[-1] == title else ""
    return _front_parts(title, subtitle, _trimmed(blocks), inner_title, preamble)


def _end_of_letter(blocks):
    """Where the signature of a letter begins: at the first blank line after its last sentence."""
    sentences = [place for place, line in enumerate(blocks) if line.endswith(("。", "！", "；"))]
    last = sentences[-1] if sentences else 0
    return blocks.index("", last) if "" in blocks[last:] else len(blocks)


def _front_parts(title, subtitle, cover, inner_title, preamble):
    return {
        "title": title,
        "subtitle": subtitle,
        "cover_lines": cover,
        "inner_title": inner_title,
        "preamble": tuple(preamble),
    }


def _body(lines, first):
    """The chapters, and the lines after the last article (the signature page)."""
    chapters, article, loose = [], None, []
    for place, line in enumerate(lines[first:], start=first + 1):
        if _is_heading(line) and any(loose):
            raise BadText(
                f"第{place}行“{line[:12]}”之前有不属于任何一条的文字：“{next(filter(None, loose))[:12]}”"
            )
        if found := _CHAPTER.fullmatch(line):
            _open_chapter(chapters, found, place)
            article = None
        elif found := _ARTICLE.fullmatch(line):
            article = _open_article(chapters, found, place)
        elif line and article and not loose:
            article["lines"].append(line)
        elif line or article:
            loose.append(line)
        if _is_heading(line):
            loose = []
    return tuple(_chapter(chapter) for chapter in chapters), loose


def _open_chapter(chapters, found, place):
    number = _numeral(found[1], place)
    if number != len(chapters) + 1:
        raise BadText(f"第{place}行应为第{chinese_number(len(chapters) + 1)}章，现为第{found[1]}章")
    chapters.append(
        {"number": number, "heading": found[0], "title": re.sub(r"\s", "", found[2]), "articles": []}
    )


def _open_article(chapters, found, place):
    if not chapters:
        chapters.append({"number": 0, "heading": "", "title": "", "articles": []})
    expected = sum(len(chapter["articles"]) for chapter in chapters) + 1
    number = _numeral(found[2], place)
    if number != expected:
        raise BadText(f"第{place}行应为第{chinese_number(expected)}条，现为第{found[2]}条")
    article = {"number": number, "heading": found[1], "chapter": chapters[-1]["number"], "lines": [found[3]]}
    chapters[-1]["articles"].append(article)
    return article


def _chapter(raw):
    return Chapter(**raw | {"articles": tuple(_article(article) for article in raw["articles"])})


def _article(raw):
    number, paragraphs = raw["number"], []
    anchor = f"art-{number}"
    for line in raw.pop("lines"):
        try:
            paragraphs.append(_paragraph(line, anchor, paragraphs))
        except ValueError as wrong:
            raise BadText(f"第{chinese_number(number)}条“{line[:12]}”：{wrong}") from wrong
    return Article(label=f"第{chinese_number(number)}条", anchor=anchor, paragraphs=tuple(paragraphs), **raw)


def _paragraph(line, anchor, before):
    if found := _ITEM.fullmatch(line):
        label, numeral, text = found.groups()
        number = number_of(numeral)
        return Paragraph("item", label, number, text, f"{anchor}-{number}")
    parent = next((one for one in reversed(before) if one.label.startswith(("（", "("))), None)
    if before and (found := _POINT.fullmatch(line)):
        kind, above = ("subitem", parent.anchor) if parent else ("item", anchor)
        return Paragraph(kind, f"{found[1]}.", int(found[1]), found[2], f"{above}-{found[1]}")
    number = sum(one.kind in ("lead", "text") for one in before) + 1
    return Paragraph("text" if before else "lead", "", number, line, f"{anchor}-p{number}")


def _is_heading(line):
    return bool(_CHAPTER.fullmatch(line) or _ARTICLE.fullmatch(line))


def _numeral(chinese, place):
    try:
        return number_of(chinese)
    except ValueError as wrong:
        raise BadText(f"第{place}行：{wrong}") from wrong


def _article_number(reference):
    if isinstance(reference, int):
        return reference
    bare = re.sub(r"^(第|art-)|条$", "", str(reference).strip())
    if bare.isdecimal():
        return int(bare)
    try:
        return number_of(bare) if bare else None
    except ValueError:
        return None


def _names_in(source):
    return list(dict.fromkeys(found[1] for found in _PLACEHOLDER.finditer(source)))


def _is_empty(value):
    return value is not BLANK and (value is None or not str(value).strip())


def _filled(found, values):
    name, official_blank = found.groups(default="")
    if values[name] is BLANK:
        return official_blank
    value = str(values[name]).strip()
    if re.search(r"[\r\n{}]", value):
        raise BadText(f"“{LABELS.get(name, name)}”里不能有换行或花括号，请改正后再生成")
    return value


def _trimmed(lines):
    """Without blank lines at either end."""
    lines = list(lines)
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return tuple(lines)
