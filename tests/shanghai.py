"""上海的文本和双方: the official text has lost passages, so a sample text is made whole for the tests and never shipped."""

import re
import shutil
from datetime import date

from django.conf import settings

from agreements.edition_text import LOST, chinese_number, number_of
from agreements.management.commands.load_editions import load_edition
from agreements.models import Edition
from institutions.actions import register_agency, register_institution
from institutions.models import Level, Region, Role, User

from . import desk as desks
from .desk import TODAY, Desk

AGENCY = "上海市医疗保险事务管理中心"
# The term that the text prints: from August to July, the one that today is in.
YEAR = TODAY.year if TODAY.month >= 8 else TODAY.year - 1
TERM = {"starts_on": date(YEAR, 8, 1), "ends_on": date(YEAR + 1, 7, 31)}


def in_term(year, month, day):
    """A day told as if today's term had begun in August 2026."""
    return date(year - 2026 + YEAR, month, day)


SCOPE = {"services": ["普通门诊", "住院"], "payment_methods": []}
SAMPLE = "（样例文字）违反本约定书其他规定的；"


PRINTED_TERM = "自20{start_year_short:__}年8月1日起至20{end_year_short:__}年7月31日止"
OPEN_TERM = "自{start_year}年{start_month}月{start_day}日起至{end_year}年{end_month}月{end_day}日止"


def filled(folder, code="shanghai-secondary", own_days=False):
    """The folder of an edition with sample wording in place of what is lost, copied into `folder`.

    own_days: the days of the term are left blank, for a test that has days of its own.
    """
    target = folder / code
    shutil.copytree(settings.EDITIONS_DIR / code, target)
    if code == "shanghai-primary":
        for name, whole in zip(("text.txt", "breaches.toml"), whole_primary(), strict=True):
            (target / name).write_text(whole)
    for name, wording in (("text.txt", SAMPLE), ("breaches.toml", "样例文字")):
        source = (target / name).read_text()
        (target / name).write_text(re.sub(r"lost = true\n", "", source.replace(LOST, wording)))
    if own_days:
        leave_the_term_open(target)
    manifest = (target / "edition.toml").read_text().replace("complete = false\n", "")
    (target / "edition.toml").write_text(manifest.replace('version = "1"', 'version = "样例"'))
    return target


def leave_the_term_open(folder):
    """The text with blanks for the days of the term, in place of its August to July."""
    text, terms = folder / "text.txt", folder / "terms.toml"
    printed = text.read_text()
    assert PRINTED_TERM in printed
    text.write_text(printed.replace(PRINTED_TERM, OPEN_TERM))
    terms.write_text(re.sub(r"^(begins|ends) = .*\n", "", terms.read_text(), flags=re.M))


def whole_primary():
    """(text, breach catalogue) of the 一级 text made whole: what is lost as the 二级 text has it, two articles later."""
    primary, secondary = (
        (settings.EDITIONS_DIR / f"shanghai-{name}" / "text.txt").read_text()
        for name in ("primary", "secondary")
    )
    head, _ = primary.split("1. " + LOST)
    tail = secondary[secondary.index("1. " + LOST) :].replace(LOST, SAMPLE)
    tail = re.sub(r"^第(.+?)条　", lambda found: f"第{_two_later(found[1])}条　", tail, flags=re.M)
    tail = tail.replace("按第二十条处理", "按第二十二条处理")
    catalogue = (settings.EDITIONS_DIR / "shanghai-secondary" / "breaches.toml").read_text()
    catalogue = re.sub(
        r"^article = (\d+)", lambda found: f"article = {int(found[1]) + 2}", catalogue, flags=re.M
    )
    catalogue = catalogue.replace("lost = true\n", "").replace(LOST, SAMPLE)
    return head + tail, catalogue


def _two_later(number):
    return chinese_number(number_of(number) + 2)


def edition(folder, code="shanghai-secondary", own_days=False):
    """The text as an Edition that can be signed."""
    load_edition(filled(folder, code, own_days))
    return Edition.objects.get(code=code, version="样例")


def people(folder, facts, name="浦东临港医院", code="shanghai-secondary", own_days=False):
    """A Desk of the agency and one hospital in Shanghai, whose agreements rest on the sample text."""
    edition(folder, code, own_days)
    Region.objects.get_or_create(code="310115", defaults={"name": "浦东新区", "parent_id": "310000"})
    agency = register_agency(
        "JB310000", Region.objects.get(code="310000"), Level.PROVINCE, "沪医保", name=AGENCY, address="徐汇区",
        legal_representative="韩兆麟", postcode="200000", phone="021-64001234", valid_from=date(2024, 1, 1),
    )  # fmt: skip
    hospital = register_institution(
        "H31011500001", Region.objects.get(code="310115"), by=None,
        **facts | {"name": name, "legal_representative": "祁雪原"},
    )  # fmt: skip
    made = {
        role: User.objects.create_user(f"sh-{role}", name, role, "xieyi-2026-test", **party)
        for role, name, party in [
            (Role.CLERK, "陆家嘴", {"agency": agency}), (Role.REVIEWER, "沈外滩", {"agency": agency}),
            (Role.LEADER, "韩兆麟", {"agency": agency}), (Role.OPERATOR, "郭小满", {"institution": hospital}),
            (Role.SIGNATORY, "祁雪原", {"institution": hospital}),
        ]
    }  # fmt: skip
    desk = ShanghaiDesk(*made.values(), hospital)
    desk.agency = agency
    if own_days:
        desk.term = desks.TERM
    return desk


class ShanghaiDesk(Desk):
    """Its term and services are those of the sample text."""

    term, scope, ending_ground = TERM, SCOPE, ""
    damages, severe_damages, beyond_fees = 0, 0, ("extra", 120_000)  # 第十九条：加倍追回，no 违约金
    changed_number = ("payment", "working_days", 25, "第十六条")
    renewal_clock = "T-53"
    second_item = "SH-20-03"
    rectified_item = "SH-20-04"
    department_item = "SH-21-05"
    moneyless_item = person_item = "SH-22-01"
    items = {"QH-65-": "SH-20-02", "QH-66-": "SH-21-08", "QH-67-": "SH-21-06"}

    def neighbour(self):
        """An agency of another district; the text is signed by the city's own."""
        return _district(Region.objects.create(code="310104", name="徐汇区", parent_id="310000"))

    def county(self):
        return _district(Region.objects.get(code="310115"))

    @property
    def overcharging(self):
        return self.words("第六十三条第2项违反医疗服务收费标准")


def _district(region):
    return register_agency(
        f"JB{region.code}", region, Level.COUNTY, region.name[:2], name=f"{region.name}医疗保险事务中心", address=region.name,
        legal_representative="韩兆麟", postcode="200120", phone="021-58001234", valid_from=date(2024, 1, 1),
    )  # fmt: skip
