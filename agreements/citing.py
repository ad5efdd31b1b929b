"""The portal's sentences name the articles of one reference form; an edition with other numbers says which are its own."""

import re

PRACTICE = "通行做法"
_ARTICLE = "第[零一二三四五六七八九十百]+条(?:（[一二三四五六七八九十]+）)?"
_ONE = re.compile(_ARTICLE)
_RUN = re.compile(f"{_ARTICLE}(?:[、至或]{_ARTICLE})*")


def cited(words, table):
    """`words` with every run of articles (第X条、第Y条，第X条至第Y条) translated by `table`: article → article, "" for none.

    An item of an article (第八十条（四）) follows its own row, else that of the whole article. A run of which nothing
    is left becomes 通行做法: the edition is silent, and what the portal does is practice.
    """
    return _RUN.sub(lambda run: _translated(run[0], table), words)


def _translated(run, table):
    own = []
    for article in _ONE.findall(run):
        found = table.get(article, table.get(article.partition("（")[0], ""))
        own += [one for one in found.split("、") if one and one not in own]
    if not own:
        return PRACTICE
    return f"{own[0]}至{own[-1]}" if "至" in run and len(own) > 1 else "、".join(own)
