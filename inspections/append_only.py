"""The tables of this app whose rows are only ever added; the triggers are those of `agreements.append_only`."""

TABLES = {"inspections_complaintevent": "甲方违约事项的记录只能增加，不能改动或删除"}
# Those that came after the first (each set has its own migration).
OF_VISITS = dict.fromkeys(
    ("inspections_visit", "inspections_visit_members", "inspections_visit_attachments"),
    "现场核查的记录只能增加，不能改动或删除",
)
ALL = TABLES | OF_VISITS
