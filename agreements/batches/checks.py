"""What may stand against an act on a batch, each a sentence."""

from datetime import timedelta

from ..gate import rule

SILENCE = timedelta(
    minutes=5
)  # a batch of which nobody has been heard for so long is taken up by another worker
ARTICLE = "第八十四条"


@rule(ARTICLE, "这次运行已经停下，由另一次运行接手")
def is_the_latest_run(batch, attempt):
    return attempt == batch.attempt


@rule(ARTICLE, "这一批正在运行，不必接手；{minutes}分钟没有动静才算中断")
def is_silent(batch):
    return batch.is_silent or {"minutes": SILENCE.seconds // 60}


@rule(ARTICLE, "还有{count}份没有印完，不能汇总")
def everything_is_settled(batch):
    left = batch.items.filter(state__in=["waiting", "claimed"]).count()
    return {"count": left} if left else True


@rule(ARTICLE, "有{count}份没有印出，这一批不能算全部完成")
def nothing_failed(batch):
    failed = batch.items.filter(state="failed").count()
    return {"count": failed} if failed else True


@rule(ARTICLE, "成品还在，直接下载")
def output_was_removed(batch):
    return not batch.file
