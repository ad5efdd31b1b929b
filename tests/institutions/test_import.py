"""Institutions come in by spreadsheet: every bad cell named, all rows or none, versions and never overwriting."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.timezone import localdate

from institutions.exports import as_file, exported, sample
from institutions.intake import read_sheet
from institutions.models import Institution, InstitutionVersion, Region
from institutions.resources import import_sheet
from tests.institutions.sheets import HEADER, csv_file, row, xlsx_file

pytestmark = pytest.mark.django_db


def imported(file, **options):
    return import_sheet(read_sheet(file), **options)


def sentences(report):
    return [str(problem) for problem in report.problems]


@pytest.mark.parametrize(
    "make",
    [xlsx_file, csv_file, lambda rows: csv_file(rows, "utf-8-sig"), lambda rows: csv_file(rows, "gbk")],
)
def test_new_institutions_are_registered_from_every_common_kind_of_file(make, regions, clerk):
    report = imported(make([row(501), row(502, "西宁西山路医院")]), by=clerk, within=clerk.agency.region)
    assert report.summary == "新增 2，更新 0，未变 0，错误 0"
    version = Institution.objects.get(code="H63010500501").current
    assert (version.name, version.number, version.grade, version.beds) == ("西宁门源路医院", 1, "2A", 200)
    assert version.licence_expires_on == date(2030, 12, 31)
    assert (version.reason, version.recorded_by, version.valid_from) == ("批量导入", clerk, localdate())


def test_a_changed_row_starts_a_new_version_and_the_old_one_stays(hospital, clerk):
    changed = row(1, "西宁湟滨医院", beds=260, bank_account="6300000000009999", 生效日期="")
    report = imported(xlsx_file([changed]), by=clerk)
    assert report.summary == "新增 0，更新 1，未变 0，错误 0"
    assert [(change.label, change.old, change.new) for change in report.changed[0].changes] == [
        ("床位数", "200", "260"),
        ("银行账号", "**** 0001", "**** 9999"),
    ]
    assert list(hospital.versions.values_list("number", "beds")) == [(2, 260), (1, 200)]


def test_an_unchanged_row_is_left_alone(hospital):
    assert imported(xlsx_file([row(1, "西宁湟滨医院")])).summary == "新增 0，更新 0，未变 1，错误 0"
    assert hospital.versions.count() == 1


def test_the_day_of_effect_is_read_from_its_column(hospital):
    one = row(1, "西宁湟滨医院", beds=261) | {"生效日期": "2026年1月5日"}
    imported(csv_file([one]))
    assert hospital.versions.get(number=2).valid_from == date(2026, 1, 5)


def test_a_column_that_may_be_missing_keeps_what_is_known(hospital):
    header = [column for column in HEADER if column not in {"执业许可证有效期至", "实际控制人", "生效日期"}]
    assert imported(xlsx_file([row(1, "西宁湟滨医院")], header=header)).unchanged == 1


WRONG = [
    ({"uscc": "12630105MB0000501X"}, "统一社会信用代码：统一社会信用代码的校验位不符"),
    ({"uscc": "12630105"}, "统一社会信用代码：统一社会信用代码应为18位，现为8位"),
    ({"beds": "两百"}, "床位数：“两百”不是0或正整数"),
    ({"beds": "-3"}, "床位数：“-3”不是0或正整数"),
    ({"staff": "12.5"}, "医护人员数：“12.5”不是0或正整数"),
    ({"beds": "99999999999"}, "床位数：“99999999999”不是0或正整数"),
    ({"grade": "三甲"}, "等级：“三甲”不在可填的内容里：三级甲等、"),
    ({"name": ""}, "名称：没有填写"),
    ({"name": "医" * 101}, "名称：确保该变量包含不超过 100 字符"),
    ({"name": "换\n行"}, "名称：含有换行或看不见的控制字符"),
    ({"address": "=HYPERLINK(1)"}, "地址：以等号开头，像是公式"),
    ({"postcode": "81000"}, "邮政编码：邮政编码应为6位数字"),
    ({"licence_expires_on": "2030-02-30"}, "执业许可证有效期至：没有“2030-02-30”这一天"),
    ({"licence_expires_on": "明年"}, "执业许可证有效期至：“明年”不是日期"),
    ({"bank_account": "6300-1"}, "银行账号：银行账号应为8至32位数字"),
]


@pytest.mark.parametrize("wrong, sentence", WRONG)
def test_a_bad_cell_is_named_with_row_column_and_reason(wrong, sentence, regions):
    report = imported(csv_file([row(501), row(502, **wrong)]))
    assert len(report.problems) == 1
    assert str(report.problems[0]).startswith(f"第3行 {sentence}")
    assert not Institution.objects.exists()


@pytest.mark.parametrize(
    "code, region, sentence",
    [
        ("H63010500501", "630199", "第2行 统筹区代码：没有区划代码“630199”"),
        ("63010500501", "630105", "第2行 医保代码：医保代码应为 H 加11位数字"),
        ("", "630105", "第2行 医保代码：没有填写"),
    ],
)
def test_unknown_regions_and_malformed_codes_are_refused(code, region, sentence, regions):
    report = imported(csv_file([row() | {"医保代码": code, "统筹区代码": region}]))
    assert sentences(report)[0].startswith(sentence)
    assert not Institution.objects.exists()


def test_every_bad_cell_of_a_row_is_reported_not_only_the_first(regions):
    bad = row(beds="很多", grade="特级", uscc="1", postcode="x") | {
        "统筹区代码": "999999",
        "生效日期": "昨天",
    }
    columns = {problem.column for problem in imported(csv_file([bad])).problems}
    assert columns == {"床位数", "等级", "统一社会信用代码", "邮政编码", "统筹区代码", "生效日期"}


def test_the_same_code_twice_in_a_file_is_refused(regions):
    assert sentences(imported(csv_file([row(501), row(502), row(501)]))) == [
        "第4行 医保代码：与第2行重复，一家机构只留一行"
    ]
    assert not Institution.objects.exists()


def test_line_numbers_count_the_empty_lines_of_the_file(regions):
    empty = dict.fromkeys(HEADER, "")
    assert sentences(imported(xlsx_file([row(501), empty, empty, row(502, postcode="1")])))[0].startswith(
        "第5行 邮政编码"
    )


def test_missing_and_doubled_columns_are_named(regions):
    header = [column for column in HEADER if column not in {"名称", "等级"}]
    assert sentences(imported(csv_file([row()], header=header))) == [
        "第1行 名称：缺少这一列",
        "第1行 等级：缺少这一列",
    ]
    assert "第1行 名称：这一列出现了两次，只留一列" in sentences(
        imported(csv_file([row()], header=[*HEADER, "名称"]))
    )


def test_an_unknown_column_is_ignored_with_a_notice(regions):
    report = imported(csv_file([row() | {"备注": "x"}], header=[*HEADER, "备注"]))
    assert report.notices == ["没有用到的列：备注"] and len(report.new) == 1


def test_numbers_in_text_columns_are_read_unless_excel_has_spoilt_them(regions):
    good = xlsx_file([row(postcode=810003, bank_account=630012345678)])
    assert not imported(good, dry_run=True).problems
    spoilt = xlsx_file([row(bank_account=6300123456789012345)])
    assert "超过15位的已经失真" in sentences(imported(spoilt))[0]


def test_a_formula_is_refused_where_it_stands(regions):
    assert "第2行 名称：是公式" in sentences(imported(xlsx_file([row(name="=1+1")])))[0]


def test_rows_outside_the_region_are_refused(regions, clerk):
    report = imported(csv_file([row(region="630200")]), by=clerk, within=clerk.agency.region)
    assert sentences(report) == ["第2行 统筹区代码：海东市（630200）不在本机构负责的西宁市范围内"]


def test_a_known_institution_cannot_be_moved_to_another_region(hospital):
    assert "导入不能改统筹区" in sentences(imported(csv_file([row(1, region="630200")])))[0]


@pytest.mark.parametrize(
    "day, why", [(localdate() + timedelta(days=1), "还没有到"), (date(2023, 12, 31), "不能早于现行版本")]
)
def test_a_version_starts_neither_tomorrow_nor_before_the_one_in_force(day, why, hospital):
    report = imported(csv_file([row(1, "西宁湟滨医院", beds=1) | {"生效日期": day}]), dry_run=True)
    assert sentences(report)[0].startswith("第2行 生效日期") and why in sentences(report)[0]


def test_a_dry_run_writes_nothing(hospital):
    report = imported(csv_file([row(501), row(1, "西宁湟滨医院", beds=3)]), dry_run=True)
    assert report.summary == "新增 1，更新 1，未变 0，错误 0"
    assert InstitutionVersion.objects.count() == 1


def test_one_bad_row_among_good_ones_leaves_everything_as_it_was(hospital):
    report = imported(csv_file([row(501), row(1, "西宁湟滨医院", beds=3), row(502, uscc="1")]))
    assert report.summary == "新增 1，更新 1，未变 0，错误 1"
    assert InstitutionVersion.objects.count() == 1


def test_an_export_can_be_imported_again_without_a_change(hospital, other_hospital, clerk):
    for kind in ("xlsx", "csv"):
        file = as_file(exported(Institution.objects.all(), clerk), kind)
        assert (
            imported(ContentFile(file.read(), name=f"机构.{kind}")).summary
            == "新增 0，更新 0，未变 2，错误 0"
        )


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_sample_can_be_imported_as_it_is(kind, regions):
    assert (
        imported(ContentFile(as_file(sample(), kind).read(), name=f"样表.{kind}")).summary
        == "新增 2，更新 0，未变 0，错误 0"
    )


class TestTheCommand:
    def run(self, tmp_path, file, *options):
        path = tmp_path / file.name
        path.write_bytes(file.read())
        call_command("import_institutions", path, *options)

    def test_it_imports_any_region_and_says_what_it_did(self, tmp_path, regions, capsys):
        self.run(tmp_path, csv_file([row(501), row(502, region="630200")]))
        assert capsys.readouterr().out == "新增 2，更新 0，未变 0，错误 0。\n"
        assert Region.objects.get(code="630200").institutions.count() == 1

    def test_a_dry_run_says_so(self, tmp_path, regions, capsys):
        self.run(tmp_path, csv_file([row(501)]), "--dry-run")
        assert "只核对，没有写入" in capsys.readouterr().out and not Institution.objects.exists()

    def test_bad_rows_end_with_code_1_and_a_line_each(self, tmp_path, regions, capsys):
        with pytest.raises(CommandError, match="错误 1。有错误，没有写入") as ended:
            self.run(tmp_path, csv_file([row(501, postcode="1", beds="x")]))
        assert ended.value.returncode == 1
        errors = capsys.readouterr().err.splitlines()
        assert len(errors) == 2 and all(line.startswith("第2行 ") for line in errors)

    def test_a_missing_file_and_an_unknown_person_are_sentences(self, tmp_path, regions):
        with pytest.raises(CommandError, match="读不了文件"):
            call_command("import_institutions", tmp_path / "没有.csv")
        with pytest.raises(CommandError, match="没有登录名为“谁”的人员"):
            self.run(tmp_path, csv_file([row()]), "--by", "谁")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one writer in at a time")
def test_two_confirmations_at_the_same_moment_write_once(hospital, clerk):
    sheet = read_sheet(csv_file([row(501), row(1, "西宁湟滨医院", beds=260)]))

    def confirm():
        try:
            return import_sheet(sheet, by=clerk, within=clerk.agency.region).summary
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as two:
        answers = sorted(future.result() for future in [two.submit(confirm), two.submit(confirm)])
    assert answers == ["新增 0，更新 0，未变 2，错误 0", "新增 1，更新 1，未变 0，错误 0"]
    assert hospital.versions.count() == 2
