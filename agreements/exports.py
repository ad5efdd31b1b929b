"""The list of agreements as a file for Excel: what the list shows, one row an agreement, no live formula."""

from institutions.cells import guarded

HEADERS = ["协议编号", "乙方", "医保代码", "统筹区", "甲方", "状态", "有效期起", "有效期止", "服务范围"]


def exported(agreements):
    """Header and rows of a queryset of agreements with their parties, one at a time."""
    yield HEADERS
    for one in agreements.iterator(chunk_size=1000):
        row = [
            one.number, one.institution.name, one.institution.code, one.institution.region.name, one.agency.name,
            one.get_status_display(), one.starts_on.isoformat(), one.ends_on.isoformat(), "、".join(one.services),
        ]  # fmt: skip
        yield [guarded(cell) for cell in row]
