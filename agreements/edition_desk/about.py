"""What each table of an edition is about: who does what to whom, for those who know the agreement and not the portal."""

ABOUT = {
    "signing": "双方签订：哪一级经办机构签、一式几份、有效期最长几年",
    "scope": "乙方提供哪些医保服务、按什么方式支付",
    "expiry": "期满后怎样：自动延长几次、每次几个月，还是延续有效。要先受理续签申请才延长的，这里表示不了，自动延长留空",
    "renewal": "乙方最迟、最早在期满前多久申请续签",
    "suspension": "中止协议：最长多少日、多少日后自动终止、乙方申请要提前多久。文本不让乙方申请中止的，“提前申请”留空",
    "termination": "协议在哪些情形下终止，哪些要乙方先提出申请",
    "payment_hold": "甲方在哪些情形下暂停拨付",
    "change": "乙方的哪些信息变更属于重大变更，多少日内申请",
    "recovery": "乙方多少日内缴清应退的费用，逾期从哪里抵扣",
    "refund": "违规费用退几倍：只退本数写 1，加倍写 2",
    "audit": "甲方怎样审核费用：几级、抽查多少",
    "claiming": "乙方每月怎样申报费用，是否先要通过日对账",
    "payment": "甲方受理后多少日内拨付",
    "rectification": "责令整改的通常给乙方多少日",
    "defence": "作出处理以前，乙方有多少日陈述、申辩",
    "inspection_result": "核查结束后，甲方多少日内把结果告诉乙方",
    "publication": "协议状态变了，门户最迟多少分钟更新公开名单；文本里向社会公布的工作日不是它",
    "inspecting": "核查组至少几人",
    "cites": "门户提示语里的条，在这份文本里是第几条",
    "investigation": "核查期间中止协议的，多少日复查一次要不要继续",
    "outside_notice": "其他部门通报乙方涉嫌违法违规、甲方暂停结算的，多少日复查一次",
    "repeat_suspension": "累计中止几次的，提请决定是否解除",
    "cascade": "一地中止、解除的，同一乙方在其他地区的协议跟着中止、解除",
    "deposit": "甲方按月预留的质量保证金",
    "liquidated_damages": "某一条的违约金最多按违规费用的百分之几",
    "person_stop": "某一条停止有关人员、科室、项目的医保服务，最短、最长几个月",
    "fine": "行政部门罚款的上限，门户只记录决定",
    "end_by_notice": "甲方在延长期内书面通知终止，通知到达乙方即终止",
    "contacts": "乙方必须配备哪些医保管理人员",
    "permits": "乙方开展哪些项目要先经甲方约定",
    "consultation": "乙方哪些事项要事先与甲方协商",
    "price_markup": "药品、耗材加成的比例",
    "penalty_report": "乙方受到行政处罚的，多少日内报送行政部门",
    "reconciliation": "费用审核完成后，乙方多少日内可以申请对账",
    "settlement": "双方多久核对一次账目，年终多久清算",
    "data_upload": "系统故障排除后，乙方多少小时内补传数据",
    "explanation": "甲方多少日内答复乙方的意见、解释的请求",
    "complaint": "乙方多少日内处理参保人的投诉",
    "filing": "乙方委托第三方等事项报甲方备案的，甲方多少日内答复",
    "reconnection": "乙方系统改造后，甲方多少日内重新验收",
    "announcement": "协议中止、解除、恢复后，乙方多少日内在本机构张贴公告、交照片证明",
    "aftercare": "中止、终止以后，乙方多少日内安置在院患者、结清费用、摘下标牌",
    "self_check": "乙方多久自查一次医保基金的使用",
    "fee_analysis": "乙方多久分析一次费用",
    "self_report": "乙方自查发现、主动报告并退回的，可不可以免予处理",
    "dispute": "争议怎样解决：协商、协调、复议、诉讼",
    "contact": "双方收信函的地址和联系方式",
    "points": "对有关人员记分，到多少分暂停、终止医保支付资格",
    "assessment": "绩效考核：分几档，乙方多少日内提出异议（通行做法也可）",
}


# What to know about a key: above all what it means to leave it empty, since a whole procedure can hang on it.
HINTS = {
    "request_lead_months": "空着，乙方就不能申请中止；文本让乙方申请、没有写提前多久的，填 0",
    "max_days": "空着，中止没有最长日数",
    "ends_automatically_after_days": "空着，中止再久也不自动终止",
    "extension_months": "空着，期满不自动延长",
    "longest_months": "空着，连同延长没有上限",
    "major_working_days": "空着，乙方没有申请的期限",
    "general_working_days": "空着，乙方没有告知的期限",
    "severe": "情节到什么程度才中止或解除，照文本写，例如“情节严重”。空着，不论轻重都可以",
    "severity": "别的条升到这一条要写明的程度，照文本写。不从别的条升级的，空着",
    "slack_days": "止期差一日的两种算法都认的，写 1；只认一种的，写 0",
    "window_opens_months_before": "“期满前几个月内申请”的，写那个数；“提前几个月申请”是最迟的一日",
}


def about(key):
    """The sentence for a table, or for one of those that a text has by article ("person_stop.65")."""
    return ABOUT.get(key.partition(".")[0], "")
