"""Rules that several records share, each a sentence with its article."""

from agreements.gate import rule


@rule("办审分离", "起草的人不能自己签发、决定，由另一人办理")
def not_the_drafter(record, by):
    return record.filed_by_id != by.pk


@rule("第七条", "办理日期 {on} 早于登记日期 {thing.filed_on}，核对日期")
def not_before_filing(record, on):
    return record.filed_on is None or on >= record.filed_on
