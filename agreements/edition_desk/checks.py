"""The rules of the acts on an edition's case file."""

from django.utils.timezone import localtime

from ..gate import rule


@rule("版本管理", "{who}在{when}保存了{saved}，比你打开的晚。你写的还在下面，对照后再保存")
def nobody_saved_meanwhile(case, sources, revision):
    later = case.saved_since(revision, sources)
    if later is None:
        return True
    when = f"{localtime(later.at):%m-%d %H:%M}"
    return {"who": later.actor_name, "when": when, "saved": later.details["what"]}


@rule("版本管理", "还有{count}处要改：{first}")
def nothing_is_wrong(case):
    faults = case.faults
    return {"count": len(faults), "first": faults[0].sentence} if faults else True


@rule("版本管理", "草稿与底本完全一样，没有可以送审的改动")
def something_was_written(case):
    return case.differs_from_base


@rule("版本管理", "照抄来的还有{count}张表没有核对：{first}。逐张看过，改好保存，或按“核对无误”")
def everything_was_looked_at(case):
    left = case.unseen
    names = "、".join(row.label for _, row in left[:3]) + ("等" if len(left) > 3 else "")
    return {"count": len(left), "first": names} if left else True


@rule("办审分离", "写过、送审过这份草稿的人不能发布，由另一人核对后发布")
def another_person_publishes(case, by):
    return not case.wrote(by)
