"""Institutions in and out of spreadsheets. A row goes in through `actions`, as a first or a next version."""

import copy
from dataclasses import dataclass, field

import tablib
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from import_export.results import RowResult

from .actions import check_valid_from, register_institution, revise_institution
from .cells import ChoiceCell, DateCell, NumberCell, RegionCell, TextCell, short
from .differences import FACT_FIELDS, FACTS, differences
from .models import Agency, Institution, InstitutionVersion, Region
from .permissions import sees_account

REASON = "批量导入"
CODE, REGION, VALID_FROM = "institution__code", "institution__region", "valid_from"
LABELS = {
    CODE: "医保代码",
    REGION: "统筹区代码",
    **{fact.name: fact.verbose_name for fact in FACT_FIELDS},
    VALID_FROM: "生效日期",
}
OPTIONAL = {VALID_FROM, *(fact.name for fact in FACT_FIELDS if fact.blank)}


@dataclass(frozen=True)
class Problem:
    line: int
    column: str
    reason: str

    def __str__(self):
        return f"第{self.line}行 {self.column}：{self.reason}"


@dataclass(frozen=True)
class Outcome:
    """One good row: a new institution, or a known one with what changes."""

    line: int
    code: str
    name: str
    changes: list


@dataclass
class Report:
    """What an import would do, or did."""

    new: list[Outcome] = field(default_factory=list)
    changed: list[Outcome] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def bad_rows(self):
        return len({problem.line for problem in self.problems})

    @property
    def has_work(self):
        """Nothing is wrong, and something would be written."""
        return not self.problems and bool(self.new or self.changed)

    @property
    def summary(self):
        return f"新增 {len(self.new)}，更新 {len(self.changed)}，未变 {self.unchanged}，错误 {self.bad_rows}"


def _cell_for(fact):
    if fact.choices:
        return ChoiceCell(fact.choices)
    kind = {"DateField": DateCell, "PositiveIntegerField": NumberCell}.get(fact.get_internal_type(), TextCell)
    return kind(required=not fact.blank)


class InstitutionResource(Resource):
    """A row is a candidate version, with its institution behind it; `Meta.model` is never saved by the library."""

    class Meta:
        model = InstitutionVersion
        instance_loader_class = BaseInstanceLoader
        skip_diff = True
        store_instance = True

    def __init__(self, *, viewer=None, by=None, within=None, lines=()):
        super().__init__()
        self.viewer, self.by, self.within, self.lines = viewer, by, within, lines
        self.report, self.known, self.first_line = Report(), {}, {}
        cells = {
            CODE: TextCell(),
            REGION: RegionCell(),
            **{fact.name: _cell_for(fact) for fact in FACT_FIELDS},
        }
        cells[VALID_FROM] = DateCell(required=False)
        for name, cell in cells.items():
            self.fields[name] = Field(attribute=name, column_name=LABELS[name], widget=cell)

    # ── in ──

    def before_import(self, dataset, **kwargs):
        region = self.fields[REGION].widget
        region.known, region.within = Region.objects.in_bulk(), self.within
        codes = [self._code_of({LABELS[CODE]: cell}) for cell in dataset[LABELS[CODE]]]
        for code, line in zip(codes, self.lines, strict=True):
            self.first_line.setdefault(code, line)
        known = Institution.objects.filter(code__in=set(codes) - {""}).select_related("current", "region")
        self.known = {institution.code: institution for institution in known}

    def _code_of(self, row):
        try:
            return self.fields[CODE].clean(row)
        except ValueError:
            return ""

    def get_or_init_instance(self, instance_loader, row):
        known = self.known.get(self._code_of(row))
        if known is None:
            return InstitutionVersion(institution=Institution(), valid_from=localdate()), True
        candidate = copy.copy(known.current)
        candidate.institution, candidate.valid_from = copy.copy(known), localdate()
        return candidate, False

    def import_instance(self, instance, row, **kwargs):
        errors = {}
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as refused:
            errors = refused.update_error_dict(errors)
        instance.valid_from = instance.valid_from or localdate()
        own = self._row_errors(instance, self._code_of(row), self._line(kwargs))
        errors = {name: ValidationError(reason) for name, reason in own.items()} | errors
        if errors:
            raise ValidationError(errors)

    def _line(self, kwargs):
        return self.lines[kwargs["row_number"] - 1]

    def _row_errors(self, instance, code, line):
        """What is wrong with a row beside others: in the file, or in the register."""
        known, errors = self.known.get(code), {}
        if code and self.first_line[code] != line:
            errors[CODE] = f"与第{self.first_line[code]}行重复，一家机构只留一行"
        if known and known.region_id != instance.institution.region_id:
            errors[REGION] = f"这家机构登记在{known.region.name}（{known.region_id}），导入不能改统筹区"
        if known and self.within and not known.region_id.startswith(self.within.prefix):
            errors[REGION] = f"这家机构登记在{known.region.name}，不在本机构负责的{self.within.name}范围内"
        try:
            check_valid_from(known.current if known else None, instance.valid_from)
        except ValidationError as refused:
            errors[VALID_FROM] = refused.messages[0]
        return errors

    def skip_row(self, instance, original, row, import_validation_errors=None):
        known = self.known.get(instance.institution.code)
        return bool(known) and not import_validation_errors and not differences(known.current, instance)

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """Every wrong cell of the row at once: what the widgets and what the models' own validators refuse."""
        errors = dict(import_validation_errors or {})
        parts = [(instance, "", {"institution"}), (instance.institution, "institution__", {"region"})]
        for thing, prefix, skip in parts:
            done = {name.removeprefix(prefix) for name in errors if name.startswith(prefix)}
            try:
                thing.clean_fields(exclude=done | skip)
            except ValidationError as refused:
                errors |= {prefix + name: reasons for name, reasons in refused.error_dict.items()}
        if errors:
            raise ValidationError(errors)

    def save_instance(self, instance, is_create, row, **kwargs):
        if kwargs["dry_run"]:
            return
        facts = {name: getattr(instance, name) for name in FACTS}
        facts |= {"by": self.by, "valid_from": instance.valid_from, "reason": REASON}
        if is_create:
            register_institution(instance.institution.code, instance.institution.region, **facts)
        else:
            revise_institution(instance.institution, **facts)

    def after_import_row(self, row, row_result, **kwargs):
        if row_result.import_type == RowResult.IMPORT_TYPE_SKIP:
            self.report.unchanged += 1
            return
        candidate = row_result.instance
        known = self.known.get(candidate.institution.code)
        changes = differences(known.current, candidate) if known else []
        done = self.report.changed if known else self.report.new
        done.append(Outcome(self._line(kwargs), candidate.institution.code, candidate.name, changes))

    # ── out ──

    def get_export_order(self):
        return [name for name in self.fields if name != VALID_FROM]

    def export_field(self, field, instance, **kwargs):
        if field.attribute == "bank_account" and not sees_account(self.viewer, instance.institution):
            return instance.masked_account
        return super().export_field(field, instance, **kwargs)


def import_sheet(sheet, *, by=None, within=None, dry_run=False):
    """Check every cell of a Sheet and, unless `dry_run` or a row is bad, register or revise all of it.

    `by` the person it is recorded for; `within` the region the rows must lie in, None for any. Returns a Report;
    with problems in it nothing has been written.
    """
    report = Report(problems=_header_problems(sheet), notices=_header_notices(sheet))
    if report.problems:
        return report
    lines, rows = zip(*sheet.rows, strict=True)
    resource = InstitutionResource(by=by, within=within, lines=lines)
    resource.report = report
    dataset = tablib.Dataset(*rows, headers=sheet.headers)
    result = _checked(resource, dataset) if dry_run else _written(resource, dataset)
    report.problems = _problems(result, lines)
    return report


def _checked(resource, dataset):
    # The library's own dry run writes everything and rolls it back, and holds SQLite's write lock all the while.
    return resource.import_data_inner(
        dataset, dry_run=True, raise_errors=False, using_transactions=False, collect_failed_rows=False
    )


@transaction.atomic
def _written(resource, dataset):
    if resource.by and resource.by.agency_id:
        # Two confirmations of one preview follow each other, and the second finds nothing left to do.
        Agency.objects.select_for_update().get(pk=resource.by.agency_id)
    return resource.import_data(dataset, use_transactions=True, rollback_on_validation_errors=True)


def _header_problems(sheet):
    wanted = [label for name, label in LABELS.items() if name not in OPTIONAL]
    missing = [
        Problem(sheet.header_line, label, "缺少这一列") for label in wanted if label not in sheet.headers
    ]
    twice = [label for label in LABELS.values() if sheet.headers.count(label) > 1]
    return missing + [Problem(sheet.header_line, label, "这一列出现了两次，只留一列") for label in twice]


def _header_notices(sheet):
    extra = [header for header in sheet.headers if header and header not in LABELS.values()]
    return [f"没有用到的列：{'、'.join(short(header) for header in extra)}"] if extra else []


def _problems(result, lines):
    for failure in result.base_errors:
        raise failure.error
    problems = []
    for row in result.invalid_rows:
        for name, reasons in row.error_dict.items():
            problems += [
                Problem(lines[row.number - 1], LABELS[name], str(reason).rstrip("。")) for reason in reasons
            ]
    for row in result.error_rows:
        if not isinstance(row.errors[0].error, IntegrityError):
            raise row.errors[0].error
        problems.append(Problem(lines[row.number - 1], LABELS[CODE], "刚刚被别人登记，重新导入一次"))
    order = list(LABELS.values())
    return sorted(problems, key=lambda problem: (problem.line, order.index(problem.column)))
