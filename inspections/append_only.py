"""The tables of this app whose rows are only ever added; the triggers are those of `agreements.append_only`."""

TABLES = {"inspections_complaintevent": "甲方违约事项的记录只能增加，不能改动或删除"}
