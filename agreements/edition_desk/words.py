"""What the tables and keys of an edition are called on the screen."""

from institutions.differences import FACT_FIELDS

TABLES = {
    "signing": "签订",
    "scope": "服务范围和支付方式",
    "expiry": "期满",
    "renewal": "续签",
    "suspension": "中止",
    "termination": "终止",
    "payment_hold": "暂停拨付",
    "change": "变更",
    "recovery": "追回",
    "refund": "退回违规费用",
    "audit": "费用审核",
    "claiming": "费用申报",
    "payment": "拨付",
    "rectification": "限期整改",
    "defence": "陈述申辩",
    "inspection_result": "核查结果反馈",
    "publication": "公示",
    "inspecting": "核查",
    "cites": "条号对照",
    "investigation": "核查期间的复查",
    "outside_notice": "外部通报的复查",
    "repeat_suspension": "累计中止",
    "cascade": "联动",
    "deposit": "质量保证金",
    "liquidated_damages": "违约金上限",
    "person_stop": "责任人或责任部门的中止",
    "fine": "行政罚款",
    "end_by_notice": "通知到达即终止",
    "contacts": "医保联系人",
    "permits": "约定服务项目",
    "consultation": "事先协商",
    "price_markup": "药品加成",
    "penalty_report": "行政处罚报送",
    "reconciliation": "对账",
    "settlement": "核对和清算",
    "data_upload": "补传数据",
    "explanation": "答复和解释",
    "complaint": "投诉举报",
    "filing": "备案",
    "reconnection": "系统重新验收",
    "announcement": "公告",
    "aftercare": "善后",
    "self_check": "自查",
    "fee_analysis": "费用分析",
    "self_report": "自查自纠",
    "dispute": "争议",
    "contact": "联系方式",
    "points": "记分",
    "assessment": "绩效考核",
}
KEYS = {
    "article": "条款",
    "articles": "条款",
    "defaults": "文本没有规定、取通行做法的",
    "lowest_level": "签订的最低层级",
    "copies": "份数",
    "daily_reconciliation": "须日对账通过",
    "longest_years": "最长有效期（年）",
    "copy_holders": "留存方",
    "begins": "文本印明的起始日（月-日）",
    "ends": "文本印明的截止日（月-日）",
    "services": "服务",
    "payment_methods": "支付方式",
    "holds_over": "因甲方原因未续签时延续有效",
    "extension_months": "各次自动延长（月）",
    "holdover_reminder_months": "延续有效的提醒间隔（月）",
    "set_cause_working_days": "写明原因的期限（工作日）",
    "longest_months": "连同延长最长（月）",
    "blocked_by": "不自动延长的处理",
    "apply_months_before": "提前申请（月）",
    "window_opens_months_before": "最早申请（月）",
    "max_days": "最长（日）",
    "ends_automatically_after_days": "多少日后自动终止",
    "reminder_days_before": "提前几日提醒",
    "request_lead_months": "提前申请（月）",
    "refile_working_days": "补正期限（工作日）",
    "grounds": "情形",
    "expiry_ground": "期满终止的条款",
    "review_days": "复查间隔（日）",
    "count": "次数",
    "applies": "适用",
    "causes": "原因",
    "major_working_days": "重大信息变更（工作日）",
    "general_working_days": "一般信息变更（工作日）",
    "groups": "重大信息",
    "pay_days": "缴款期限（日）",
    "offset_order": "抵扣顺序",
    "factor": "倍数",
    "max_amount": "最高金额（元）",
    "roles": "岗位",
    "items": "项目",
    "kinds": "事项",
    "rate": "比例",
    "every_months": "间隔（月）",
    "cap": "上限（比例）",
    "min_months": "最短（月）",
    "max_months": "最长（月）",
    "slack_days": "最后一日的宽限（日）",
    "team_minimum": "最少人数",
    "levels": "审核级数",
    "first_review_rate": "初审比例",
    "inpatient_sample_rate": "住院抽查比例",
    "sample_minimum": "至少抽查（份）",
    "working_days": "期限（工作日）",
    "days": "期限（日）",
    "hours": "期限（小时）",
    "minutes": "期限（分钟）",
    "reconcile_every_months": "核对间隔（月）",
    "year_end_months": "年终清算（月）",
    "bands": "分档",
    "public_rate": "公立医疗机构加成",
    "negotiated_rate": "谈判药品加成",
    "opinion_working_days": "答复意见（工作日）",
    "explanation_working_days": "解释说明（工作日）",
    "plaque_working_days": "摘牌（工作日）",
    "exempts": "可以免予处理",
    "suspend_at": "暂停的分值",
    "end_at": "终止的分值",
    "suspend_months_min": "暂停最短（月）",
    "suspend_months_max": "暂停最长（月）",
    "end_years_added": "累计满分后（年）",
    "end_years_once": "一次记满后（年）",
    "objection_working_days": "异议期限（工作日）",
    # clocks
    "id": "编号",
    "title": "名称",
    "rules": "规则编号",
    "bound": "约束",
    "start_event": "起算事项",
    "start_label": "从何时起",
    "unit": "单位",
    "missed": "逾期的后果",
    "length": "长度",
    "usual": "没有写明时取",
    "shortest": "最短",
    "backward": "往前数",
    "recurring": "循环",
    "reminders": "提前几日提醒",
    "default": "文本没有规定，取通行做法",
    "proof": "须交照片",
    # breaches
    "code": "编号",
    "number": "第几项",
    "against": "违约方",
    "label": "简称",
    "text": "原文",
    "parts": "分项",
    "duties": "违反的规则",
    "overlaps": "可能重叠的情形",
    "fraud": "骗保",
    "grades": "只适用的等级",
    "as_the_case_is": "视实际情况定的等级和类别",
    "money": "费用",
    "stops_persons": "可中止责任人或责任部门",
    "whole_agreement": "整个协议",
    "publish": "公布",
    "interview": "约谈",
    "rectification": "限期整改",
    "damages_cap": "违约金上限（比例）",
    "stop_min_months": "中止最短（月）",
    "stop_max_months": "中止最长（月）",
    "escalated_from": "从哪些条升级",
    "severity": "升级须写明的情节",
    "arabic": "项以 1. 2. 3. 编号",
    "lost": "原文缺失，不使用",
    "stops": "可以停止的",
    "severe": "中止或解除须达到的情节",
    "criticism": "通报批评",
    "fine": "行政罚款",
    "warning": "警告",
    # within lists
    "least": "至少",
    "most": "至多",
    "up_to": "至（元）",
    "at_least": "不低于",
    "name": "代号",
    "fields": "机构档案的信息项",
    "article_label": "条款",
    "needs_request": "须对方申请",
}
CODES = ("name", "code")  # of an entry of a list: its own sign, which nobody but the program reads
VALUES = {
    "lowest_level": {"province": "省级", "prefecture": "市、自治州级", "county": "县级"},
    "blocked_by": {"criticism": "通报批评", "fine": "罚款", "suspend": "中止", "rescind": "解除"},
    "unit": {
        "working_day": "工作日",
        "day": "日",
        "month": "月",
        "hour": "小时",
        "minute": "分钟",
        "count": "次",
    },
    "against": {"agency": "甲方", "institution": "乙方"},
    "money": {"none": "不涉及", "hold": "暂停拨付", "refuse_or_recover": "不予支付或追回"},
    "whole_agreement": {"none": "不涉及", "suspend": "中止", "rescind": "解除", "either": "中止或解除"},
    "publish": {"none": "不公布", "suspension": "公布中止", "rescission": "公布解除"},
    "stops": {"person": "人员", "department": "科室", "service": "服务项目"},
    "grades": {"1": "一级", "2": "二级", "3": "三级", "0": "未定级"},
    "causes": {"requested": "依申请", "investigation": "核查", "breach": "违约"},
    "fields": {field.name: field.verbose_name for field in FACT_FIELDS},
    "offset_order": {"fund": "申请拨付的基金", "deposit": "质量保证金", "institution": "医疗机构缴款"},
}


# Event from which a clock runs → (what it is, whether the portal starts its clocks by itself when it happens).
EVENTS = {
    "agreement_start": ("协议有效期开始", True),
    "agreement_end": ("协议期满", True),
    "agreement_ended": ("协议终止或解除", True),
    "status_changed": ("签订、中止、终止或解除", True),
    "suspension_start": ("中止之日", True),
    "planned_suspension": ("拟停业、歇业之日", True),
    "hold_start": ("暂停拨付之日", True),
    "holdover_start": ("延续有效之日", True),
    "claim_accepted": ("费用申报材料齐全并受理", True),
    "audit_closed": ("费用所属期审核工作完成", True),
    "demand_received": ("收到缴款通知", True),
    "change_approved": ("有关部门批准变更", True),
    "general_change": ("一般信息变更", True),
    "application_received": ("收到乙方的申请", True),
    "request_served": ("调取资料的要求送达", True),
    "fieldwork_finished": ("现场核查完毕", True),
    "intended_handling_served": ("拟处理告知或检查结果反馈送达", True),
    "rectification_served": ("整改通知送达", True),
    "penalty_served": ("行政处罚决定书送达", True),
    "opinion_received": ("收到意见建议", True),
    "explanation_requested": ("收到解释请求", True),
    "last_self_check": ("上次自查", True),
    "decision": ("作出处理决定", False),
    "period_closed": ("月份结束", False),
    "year_end": ("年度结束", False),
    "payment": ("每月拨付", False),
    "filing_received": ("收到备案材料", False),
    "last_fee_analysis": ("上次费用分析", False),
    "fault_found": ("发现故障", False),
    "fault_repaired": ("故障排除", False),
    "complaint_received": ("收到投诉举报", False),
}


def length_of(clock, tables):
    """How long a clock runs, in words: 10 工作日, or 25 工作日（取自拨付） where it is a number of a table."""
    length, unit = clock.get("length", clock.get("usual")), VALUES["unit"].get(clock.get("unit"), "")
    if length is None:
        return "由通知写明"
    if not isinstance(length, str):
        return f"{length} {unit}"
    path, _, key = length.rpartition(".")
    found = tables
    for name in path.split("."):
        found = found.get(name, {}) if isinstance(found, dict) else {}
    number = found.get(key) if isinstance(found, dict) else None
    return f"{number} {unit}（取自{table_label(path)}）" if number is not None else length


def table_label(path):
    """What a table is called: "person_stop.65" → 责任人或责任部门的中止（第65条）."""
    name, _, number = path.partition(".")
    label = TABLES.get(name, name)
    return f"{label}（第{number}条）" if number else label


def key_label(key):
    return KEYS.get(key, key)


def value_label(key, value):
    """A value as it is read: True → 是, "prefecture" → 市、自治州级, a list joined."""
    if value is None:
        return "没有"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple | list):
        return "、".join(value_label(key, one) for one in value) or "没有"
    if hasattr(value, "__dataclass_fields__"):
        names = [name for name in value.__dataclass_fields__ if name not in CODES]
        shown = [value_label(name, getattr(value, name)) for name in names]
        return " ".join(one for one in shown if one not in ("", "没有", "否"))
    return str(VALUES.get(key, {}).get(value, value) if isinstance(value, str) else value)
