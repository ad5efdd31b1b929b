"""The five files of an edition, from wherever they come: a folder, an archive, a draft."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from ..breaches import read_breaches
from ..edition_text import read_text
from ..tables import parsed
from ..terms import read_terms

# Name of the file → the column that holds it, in the order in which they are fingerprinted.
FILES = {
    "edition.toml": "manifest",
    "text.txt": "text",
    "commitment.txt": "commitment",
    "terms.toml": "terms_source",
    "breaches.toml": "breaches_source",
}
NAMES = {column: name for name, column in FILES.items()}
WHOLE_TEXTS = [column for column in NAMES if column != "manifest"]  # what a list of drafts does not show
LABELS = {
    "manifest": "版本说明",
    "text": "协议文本",
    "commitment": "承诺书",
    "terms_source": "参数",
    "breaches_source": "违约情形",
}
FACTS = {
    "code": "版本代码",
    "version": "修订号",
    "title": "名称",
    "subtitle": "副题",
    "issuer": "制定机关",
    "region": "区划代码",
    "region_name": "地区名称",
}
LONGEST = {
    "code": 40,
    "version": 20,
    "title": 100,
    "subtitle": 50,
    "issuer": 100,
    "region": 6,
    "region_name": 50,
}
MAY_BE_EMPTY = ("subtitle",)


class BadSources(ValueError):
    """The files are not an edition; the sentence names the file."""


def sources_of(files):
    """{column: text} from {file name: text}. Raises BadSources naming what is missing."""
    if missing := [name for name in FILES if name not in files]:
        raise BadSources(f"缺少文件 {'、'.join(missing)}")
    # A text file of Windows ends its lines with two signs, and may begin with a mark of its encoding.
    return {
        column: files[name].removeprefix("\ufeff").replace("\r\n", "\n") for name, column in FILES.items()
    }


def files_of(sources):
    """{file name: text}, the other way round."""
    return {name: sources[column] for name, column in FILES.items()}


def digest_of(sources):
    return hashlib.sha256("\0".join(sources[column] for column in FILES.values()).encode()).hexdigest()


def facts_of(manifest):
    """The facts of an edition.toml. Raises BadTerms where it is no TOML, BadSources naming a key."""
    facts = parsed(manifest, NAMES["manifest"])
    for key, label in FACTS.items():
        value = facts.get(key)
        if not isinstance(value, str) or not (value or key in MAY_BE_EMPTY):
            raise BadSources(f"edition.toml 缺少 {key}（{label}），写成文字，例如 {key} = “…”")
        if len(value) > LONGEST[key]:
            raise BadSources(f"edition.toml 的 {key}（{label}）太长，最多{LONGEST[key]}个字")
    if not re.fullmatch(r"\d{6}", facts["region"]):
        raise BadSources("edition.toml 的 region（区划代码）应为六位数字，例如 630000")
    return facts


def read_commitment(source):
    """The FormText of a letter of commitment; None of an empty one: some texts come without. Raises BadText."""
    return read_text(source) if source.strip() else None


@lru_cache(maxsize=64)
def read_part(column, source):
    """What one source says: its facts, FormText, Terms or catalogue. Raises BadSources, BadText, BadTerms.

    Kept by the text itself: pages ask for the same text many times, and two rows with one text may share it.
    """
    return _READERS[column](source)


def read_whole(sources):
    """The FormText of five sources that can all be read. Raises BadSources, BadText, BadTerms."""
    return {column: read_part(column, sources[column]) for column in NAMES}["text"]


@dataclass(frozen=True)
class Reading:
    """Five sources as far as they can be read: each part is None where it cannot, and `why` says what stands against it."""

    sources: dict

    @property
    def why(self):
        """{column: sentence} of what cannot be read."""
        found = {column: self._read(column)[1] for column in NAMES}
        return {column: sentence for column, sentence in found.items() if sentence}

    @property
    def facts(self):
        return self._read("manifest")[0]

    @property
    def form(self):
        return self._read("text")[0]

    @property
    def commitment(self):
        return self._read("commitment")[0]

    @property
    def terms(self):
        return self._read("terms_source")[0]

    @property
    def breaches(self):
        return self._read("breaches_source")[0]

    def _read(self, column):
        return _read(column, self.sources[column])


_READERS = dict(zip(NAMES, (facts_of, read_text, read_commitment, read_terms, read_breaches), strict=True))


@lru_cache(maxsize=64)
def _read(column, source):
    """(what is read, ""), or (None, why it cannot be). What cannot be read is not read again either."""
    try:
        return read_part(column, source), ""
    except ValueError as wrong:  # BadSources, BadText, BadTerms
        return None, str(wrong)
