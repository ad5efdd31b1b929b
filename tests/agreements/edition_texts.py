"""Sources of editions for the tests of the edition desk, made from the official ones."""

from pathlib import Path

from agreements.edition_desk.sources import Reading, sources_of

FOLDER = Path(__file__).resolve().parents[2] / "agreements/editions/qinghai-2025"


def official(**changed):
    """The five sources of the reference form; `column=(old, new)` changes the first such words."""
    sources = sources_of({path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()})
    for column, (old, new) in changed.items():
        assert old in sources[column], old
        sources[column] = sources[column].replace(old, new, 1)
    return sources


def reading(**changed):
    return Reading(official(**changed))


SMALL = """一份小协议

甲方：{agency_name}
乙方：{institution_name}

双方约定如下。

第一条　甲方按月拨付费用。
第二条　乙方有下列情形之一的，追回费用：
（一）重复收费的；
（二）虚构服务的。
第三条　争议由双方协商解决。

甲方：{agency_seal}
"""
"""Three articles, of which the second has two items."""
