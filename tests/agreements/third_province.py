"""A province that nobody has written code for: a folder with its own text, numbers, life length and measures."""

import re
from datetime import date, timedelta

from agreements.management.commands.load_editions import load_edition
from institutions.actions import register_agency, register_institution
from institutions.models import Level, Region, Role, User

from .. import desk as desks
from ..conftest import facts
from ..desk import TODAY, Desk

TERM = {"starts_on": TODAY - timedelta(days=100), "ends_on": TODAY + timedelta(days=200)}
SCOPE = {"services": ["门诊"], "payment_methods": []}

TEXT = """云岭省定点医疗机构医保约定
（试行）

甲方：{agency_name}
乙方：{institution_name}

双方按照有关规定，约定如下：
第一条　甲方按规定拨付医保费用，自受理之日起十二个工作日内办结。
第二条　乙方提供门诊、住院服务，保证资料真实。
第三条　本约定自{start_year}年{start_month}月{start_day}日起，至{end_year}年{end_month}月{end_day}日止。期满没有受到中止处理的，自动延长六个月，只延长一次，连同延长期不超过十八个月。
第四条　乙方停业的，可以申请中止，最长四十五日；超过四十五日没有申请继续履行的，约定自动终止。
第五条　乙方有下列情形之一的，甲方责令限期整改、追回费用，可以收取不超过百分之五的违约金，停止有关人员的服务一至二个月：
1. 多收费用的；
2. 拒绝提供资料的。
第六条　乙方有下列情形之一的，甲方可以中止约定，情节恶劣的解除约定：
1. 虚构服务套取基金的；
2. 一年内再次发生第五条所列情形的。
第七条　作出处理前，乙方可以在七个工作日内陈述、申辩。
第八条　乙方名称、银行账户变更的，自批准之日起十八个工作日内申请变更。
第九条　违规费用自收到通知之日起二十日内缴清。
第十条　乙方主动提出、甲方同意的，约定终止。
第十一条　争议可以协商，也可以依法申请行政复议、提起行政诉讼。
第十二条　本约定一式四份，由省、市两级经办机构签订。

甲方：{agency_seal}                乙方：{institution_seal}

代表：{agency_signature}                代表：{institution_signature}

{agency_signed_year}年{agency_signed_month:   }月{agency_signed_day:   }日                {institution_signed_year}年{institution_signed_month:   }月{institution_signed_day:   }日
"""

COMMITMENT = """承诺书

{agency_name}：
我单位报送的{material}真实、完整。

承诺单位：{institution_name:________}
单位盖章：{seal:________}
{commitment_date:    年  月  日}
"""

MANIFEST = """code = "yunling"
version = "1"
title = "云岭省定点医疗机构医保约定"
subtitle = "试行"
issuer = "云岭省医疗保障局"
region = "880000"
region_name = "云岭省"
"""

TERMS = """
[signing]
article = "第十二条"
lowest_level = "prefecture"
copies = 4
longest_years = 2

[scope]
article = "第二条"
services = ["门诊", "住院"]

[expiry]
article = "第三条"
holds_over = false
extension_months = [6]
longest_months = 18
blocked_by = ["suspend"]

[renewal]
article = "第三条"
apply_months_before = 2
window_opens_months_before = 5

[suspension]
article = "第四条"
max_days = 45
ends_automatically_after_days = 45
reminder_days_before = [10, 1]
request_lead_months = 1
refile_working_days = 5

[termination]
article = "第十条"
expiry_ground = "第三条"
grounds = [{ code = "10", article_label = "第十条", label = "乙方提出且甲方同意", needs_request = true }]

[payment_hold]
article = "第一条"
grounds = [{ code = "1", article_label = "第一条", label = "资料有疑点" }]

[change]
article = "第八条"
major_working_days = 18
groups = [
    { name = "name", label = "名称", fields = ["name"] },
    { name = "bank_account", label = "银行账户", fields = ["bank_name", "bank_account"] },
]

[recovery]
article = "第九条"
pay_days = 20
offset_order = ["fund"]

[refund]
article = "第五条"
factor = "1"

[liquidated_damages.5]
article = "第五条"
cap = "0.05"

[person_stop.5]
article = "第五条"
min_months = 1
max_months = 2
slack_days = 0

[audit]
article = "第一条"
levels = 1
first_review_rate = "1"
inpatient_sample_rate = "0.08"
sample_minimum = 3

[inspecting]
article = "第二条"
team_minimum = 3

[payment]
article = "第一条"
working_days = 12

[rectification]
article = "第五条"
days = 25

[defence]
article = "第七条"
working_days = 7

[inspection_result]
article = "第七条"
working_days = 6

[publication]
article = "第二条"
minutes = 5

[dispute]
article = "第十一条"

[cites]
"第三条" = "第二条"
"第六条" = "第七条"
"第七条" = "第二条"
"第二十八条" = "第十二条"
"第三十九条" = "第一条"
"第五十七条" = "第二条"
"第六十条" = "第九条"
"第六十三条" = "第五条"
"第六十五条" = "第五条"
"第六十六条" = "第六条"
"第六十七条" = "第六条"
"第七十四条" = "第十二条"
"第七十六条" = "第八条"
"第七十八条" = "第三条"
"第七十九条" = "第四条"
"第八十条" = "第十条"
"第八十一条" = "第十一条"
"第八十三条" = "第三条"

[[deadline]]
id = "T-03"
title = "拨付医保费用"
rules = []
articles = ["第一条"]
bound = ["甲"]
start_event = "claim_accepted"
start_label = "受理"
unit = "working_day"
length = "payment.working_days"
reminders = [5, 0]
missed = "列入逾期清单"

[[deadline]]
id = "T-05"
title = "缴清违规费用"
rules = []
articles = ["第九条"]
bound = ["乙"]
start_event = "demand_received"
start_label = "收到通知"
unit = "day"
length = "recovery.pay_days"
reminders = [7, 3, 0]
missed = "抵扣"

[[deadline]]
id = "T-06"
title = "申请重大信息变更"
rules = []
articles = ["第八条"]
bound = ["乙"]
start_event = "change_approved"
start_label = "批准"
unit = "working_day"
length = "change.major_working_days"
missed = "列入逾期清单"

[[deadline]]
id = "T-09"
title = "申请继续履行"
rules = []
articles = ["第四条"]
bound = ["系统"]
start_event = "suspension_start"
start_label = "中止"
unit = "day"
length = "suspension.ends_automatically_after_days"
reminders = "suspension.reminder_days_before"
missed = "自动终止"

[[deadline]]
id = "T-07"
title = "申请续签"
rules = []
articles = ["第三条"]
bound = ["乙"]
start_event = "agreement_end"
start_label = "期满"
unit = "month"
length = "renewal.apply_months_before"
backward = true
reminders = [20, 0]
missed = "逾期申请的注明"

[[deadline]]
id = "T-14"
title = "期满"
rules = []
articles = ["第三条"]
bound = ["系统"]
start_event = "agreement_end"
start_label = "期满"
unit = "day"
length = 0
missed = "延长或终止"

[[deadline]]
id = "T-22"
title = "陈述、申辩"
rules = []
articles = ["第七条"]
bound = ["乙"]
start_event = "intended_handling_served"
start_label = "告知送达"
unit = "working_day"
length = "defence.working_days"
missed = "可以决定"

[[deadline]]
id = "T-23"
title = "提前申请中止"
rules = []
articles = ["第四条"]
bound = ["乙"]
start_event = "planned_suspension"
start_label = "拟中止之日"
unit = "month"
length = "suspension.request_lead_months"
backward = true
missed = "注明逾期"
"""

BREACHES = """
[[measure]]
article = 5
label = "整改、追回"
money = "refuse_or_recover"
stops_persons = true
stops = ["person"]
whole_agreement = "none"
publish = "none"
interview = false
rectification = true

[[measure]]
article = 6
label = "中止或解除"
money = "none"
stops_persons = false
whole_agreement = "either"
publish = "suspension"
interview = false
rectification = false

[[item]]
code = "YL-5-1"
article = 5
number = 1
arabic = true
against = "institution"
label = "多收费用"
text = "多收费用的；"

[[item]]
code = "YL-5-2"
article = 5
number = 2
arabic = true
against = "institution"
label = "拒绝提供资料"
text = "拒绝提供资料的。"

[[item]]
code = "YL-6-1"
article = 6
number = 1
arabic = true
against = "institution"
label = "虚构服务套取基金"
text = "虚构服务套取基金的；"
fraud = true
"""


LEAN = ("payment_hold", "refund", "audit", "inspecting", "inspection_result", "publication", "dispute")


def lean():
    """Its terms without the tables, and the number, that a text may be silent about."""
    terms = TERMS.replace("refile_working_days = 5\n", "")
    return re.sub(rf"\n\[(?:{'|'.join(LEAN)})\]\n(?:.+\n)+", "\n", terms)


def write(folder, terms=TERMS, text=TEXT, letter=COMMITMENT):
    """The folder of this province's edition, written into `folder`."""
    folder.mkdir(parents=True)
    files = {
        "edition.toml": MANIFEST, "text.txt": text, "commitment.txt": letter, "terms.toml": terms,
        "breaches.toml": BREACHES,
    }  # fmt: skip
    for name, text in files.items():
        (folder / name).write_text(text.lstrip("\n"), encoding="utf-8")
    return folder


class OwnDesk(Desk):
    term, scope = TERM, SCOPE
    damages, severe_damages, beyond_fees = 6_000, 0, ("damages", 6_000)
    stop_days, longest_stop, team_minimum, ending_ground = 30, 45, 3, "10"
    changed_number = ("suspension", "max_days", 40, "第四条")
    items = {"QH-65-": "YL-5-1", "QH-66-": "YL-6-1", "QH-67-": "YL-6-1"}

    moneyless_item = "YL-6-1"
    second_item = rectified_item = "YL-5-2"
    overcharging = "第五条第1项多收费用"

    def neighbour(self):
        return _agency(_region("880200", "海云市", "880000"))

    def third_agency(self):
        return _agency(_region("880300", "山云市", "880000"))

    def county(self):
        return _agency(self.hospital.region, Level.COUNTY)


def _region(code, name, parent):
    return Region.objects.create(code=code, name=name, parent_id=parent)


def _agency(region, level=Level.PREFECTURE):
    return register_agency(
        f"JB{region.code}", region, level, region.name[:2], name=f"{region.name}医保中心", address=region.name,
        legal_representative="韩兆麟", postcode="880000", phone="0880-6101234", valid_from=date(2024, 1, 1),
    )  # fmt: skip


def people(folder, terms=TERMS, name="云城医院", own_days=False, **texts):
    """A Desk of one agency and one hospital there. `texts`: another `text` or `letter`."""
    load_edition(write(folder, terms, **texts))
    agency = _agency(_region("880100", "云城市", "880000"))
    county = _region("880101", "云中县", "880100")
    hospital = register_institution("H88010100001", county, by=None, **facts(name, 9))
    made = [
        User.objects.create_user(f"yl-{role}", name, role, "xieyi-2026-test", **party)
        for role, name, party in [
            (Role.CLERK, "甲一", {"agency": agency}), (Role.REVIEWER, "甲二", {"agency": agency}),
            (Role.LEADER, "韩兆麟", {"agency": agency}), (Role.OPERATOR, "乙一", {"institution": hospital}),
            (Role.SIGNATORY, "祁雪原", {"institution": hospital}),
        ]
    ]  # fmt: skip
    desk = OwnDesk(*made, hospital)
    if own_days:
        desk.term = desks.TERM
    return desk
