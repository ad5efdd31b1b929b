"""Agreements out of thin air, each from its number: names long and rare, dates at every boundary."""

from calendar import monthrange
from pathlib import Path
from random import Random

from django.conf import settings

from agreements.edition_text import BLANK, read_text
from agreements.papers.render import Stamp

TEXT = read_text((Path(settings.EDITIONS_DIR) / "qinghai-2025" / "text.txt").read_text())
PLACES = (
    *("西宁市", "海东市", "海北藏族自治州", "黄南藏族自治州", "海西蒙古族藏族自治州", "玉树藏族自治州"),
    *("大通回族土族自治县", "河南蒙古族自治县", "循化撒拉族自治县", "称多县", "尖扎县", "格尔木市"),
)
ROADS = ("昆仑中路", "五四大街", "柴达木路", "八一东路", "民主街", "滨河南路")
KINDS = (
    "人民医院",
    "藏医院",
    "妇幼保健计划生育服务中心",
    "中心卫生院",
    "口腔门诊部",
    "“仁济”诊所",
    "第二人民医院（分院）",
)
PEOPLE = (
    *(
        "王伟",
        "祁雪原",
        "欧阳鑫淼",
        "扎西才让",
        "才仁卓玛",
        "阿卜杜热合曼·买买提",
        "马·伊布拉欣",
        "卓玛·央金·拉姆措",
    ),
    *("韩喆堃", "赵㑇", "李𬭎", "张〇", "Maria Li", "马玥（院长）", "龘靐齉"),
)
PHONES = ("0971-5501234", "0977-8221234转801", "13800138000", "（0971）6101234", "0971-5501234、5501235")


def values(number):
    """Every blank of the form for the made-up agreement with this number; sometimes one side has not signed."""
    draw = Random(number)
    one, other = draw.choice(PLACES), draw.choice(PLACES)
    return {
        **_party("agency", draw, f"{one}医疗保障服务中心", f"JB{draw.randint(630000, 639999)}", one),
        **_party(
            "institution",
            draw,
            f"{other}{draw.choice(KINDS)}",
            f"H63{draw.randint(0, 10**9):09d}",
            one + other,
        ),
        **_day("start", draw),
        **_day("end", draw),
        **_signature("agency", draw, True),
        **_signature("institution", draw, number % 3),
    }


def stamp(number):
    draw = Random(number)
    code = "".join(draw.choices("23456789ABCDEFGHJKLMNPQRSTUVWXYZ", k=8))
    code = f"{code[:4]}-{code[4:]}"
    word = draw.choice(("青西", "宁", "海西"))
    return Stamp(
        f"{word}医保协〔{2025 + number % 4}〕{draw.randint(1, 99999)}号",
        code,
        f"https://portal.example.org/verify/?code={code}",
    )


def _party(side, draw, name, code, place):
    agent = f"（委托代理人：{draw.choice(PEOPLE)}）" if draw.random() < 0.3 else ""
    return {
        f"{side}_name": name,
        f"{side}_code": code,
        f"{side}_signatory": draw.choice(PEOPLE) + agent,
        f"{side}_address": f"青海省{place}{draw.choice(ROADS)}{draw.randint(1, 1299)}号{draw.choice(('', 'B座3-1'))}",
        f"{side}_postcode": f"81{draw.randint(0, 9999):04d}",
        f"{side}_phone": draw.choice(PHONES),
    }


def _day(name, draw):
    year, month = draw.randint(2024, 2039), draw.randint(1, 12)
    day = draw.choice((1, 9, 10, 28, monthrange(year, month)[1]))
    return {f"{name}_year": str(year), f"{name}_month": str(month), f"{name}_day": str(day)}


def _signature(side, draw, signed):
    agent = draw.choice(("", "（委托代理人）"))
    signature = {
        f"{side}_seal": BLANK,
        f"{side}_signature": draw.choice(PEOPLE) + agent,
        **_day(f"{side}_signed", draw),
    }
    return signature if signed else dict.fromkeys(signature, BLANK)
