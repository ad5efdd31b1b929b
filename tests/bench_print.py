"""`make bench-print`: what one agreement takes in each lane, in interleaved rounds in one process.

Ratios are of the same round, so that a busy machine slows both sides of it. No agreement is printed twice.
"""

import gc
import shutil
import sys
from itertools import count
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import django

django.setup()

from django.utils import timezone  # noqa: E402

from agreements.papers.fill.publish import publish  # noqa: E402
from agreements.papers.fill.splice import NeedsPlainLane, fill  # noqa: E402
from agreements.papers.render import render_agreement  # noqa: E402
from agreements.papers.seal.drawing import seal_pdf  # noqa: E402
from agreements.papers.seal.keys import certified  # noqa: E402
from agreements.papers.seal.signer import CmsSigner  # noqa: E402
from agreements.papers.seal.trial import make_test_key  # noqa: E402
from agreements.papers.shaping import shaped  # noqa: E402

from .agreements.made_up import PLACES, ROADS, TEXT, stamp, values  # noqa: E402
from .mail_merge import MailMerge  # noqa: E402

AGENCY = "海西蒙古族藏族自治州医疗保障服务中心"
FILLED, MERGED = 100, 12  # agreements a round in the fast lanes, and in one start of LibreOffice
PLAIN, UNSIGNED, SIGNED, OFFICE = "逐份排版（WeasyPrint）", "套印", "套印并签章", "LibreOffice 邮件合并"
# (lane, compared with, at least so many times as fast)
ASKED = ((UNSIGNED, PLAIN, 200), (SIGNED, PLAIN, 150), (UNSIGNED, OFFICE, 100), (SIGNED, OFFICE, 75))


def main(rounds, part_of_asked):
    template = publish(TEXT, "".join(PLACES + ROADS))
    with TemporaryDirectory() as folder:
        lanes, numbers = lanes_on(folder, template), fitting(template)
        for print_some in lanes.values():
            print_some([next(numbers)])
        times = {lane: [] for lane in lanes}
        for _ in range(rounds):
            for lane, print_some in lanes.items():
                some = [next(numbers) for _ in range({PLAIN: 1, OFFICE: MERGED}.get(lane, FILLED))]
                # Choosing them has measured their words.
                shaped.cache_clear()
                gc.collect()
                begin = perf_counter()
                print_some(some)
                times[lane].append((perf_counter() - begin) / len(some))
    return told(times, part_of_asked)


def lanes_on(folder, template):
    """{lane: function of the numbers of made-up agreements}"""
    signer = test_signer()

    def plain(numbers):
        for number in numbers:
            render_agreement(TEXT, values(number), stamp=stamp(number))

    def unsigned(numbers):
        for number in numbers:
            fill(template, values(number), stamp(number))

    def signed(numbers):
        for number in numbers:
            fill(template, values(number), stamp(number), signer, timezone.now())

    merge = MailMerge(TEXT, folder)

    def office(numbers):
        merge.to_pdf([merge.fill(number, values(number), stamp(number)) for number in numbers])

    lanes = {PLAIN: plain, UNSIGNED: unsigned, SIGNED: signed}
    return lanes | {OFFICE: office} if shutil.which("soffice") else lanes


def test_signer():
    source, certificate = make_test_key("BENCH", AGENCY)
    key = certified(certificate.decode(), source)
    return CmsSigner(key, name=AGENCY, appearance=seal_pdf(AGENCY, test=True))


def fitting(template):
    """The numbers of made-up agreements that the form has room for."""
    for number in count():
        try:
            fill(template, values(number), stamp(number))
        except NeedsPlainLane:
            continue
        yield number


def told(times, part_of_asked):
    """Print medians and ratios. Returns True when a ratio is too small."""
    for lane, seconds in times.items():
        ms = [1000 * one for one in seconds]
        print(f"{lane}：每份 {median(ms):.2f} ms（{min(ms):.2f} 至 {max(ms):.2f}）")
    slow = False
    for lane, other, asked in ASKED:
        if other in times:
            ratio = median(b / a for a, b in zip(times[lane], times[other], strict=True))
            least = asked * part_of_asked
            slow |= ratio < least
            print(
                f"{lane}是{other}的 {ratio:.0f} 倍，须不低于 {least:.0f} 倍{'' if ratio >= least else '：未达到'}"
            )
    if OFFICE not in times:
        print("没有安装 LibreOffice（soffice），未与邮件合并比较")
    return slow


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), float(sys.argv[2])))
