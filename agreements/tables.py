"""TOML tables read into dataclasses by their annotations; what is missing, unknown or mistyped is refused by name."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from types import MappingProxyType, NoneType, UnionType
from typing import Literal, Union, get_args, get_origin, get_type_hints


class BadTerms(ValueError):
    """A table of an edition is wrong; the sentence names table and key."""


def parsed(toml, name):
    """The dict of a TOML text; BadTerms naming the file when it is not TOML."""
    try:
        return tomllib.loads(toml)
    except tomllib.TOMLDecodeError as wrong:
        raise BadTerms(f"{name} 不是合格的 TOML：{wrong}") from wrong
    except RecursionError as wrong:
        raise BadTerms(f"{name} 的括号套得太深，读不出来") from wrong


def rows_of(raw, table):
    """Takes the rows of a [[table]] out of a parsed file; BadTerms where it is something else."""
    rows = raw.pop(table, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadTerms(f"{table} 应写成一行一张的表：[[{table}]]")
    return rows


def keyed(rows, key, table):
    """Rows of a [[table]] by their key; BadTerms for a row without one or a key used twice."""
    keyed = {}
    for place, row in enumerate(rows, start=1):
        if key not in row:
            raise BadTerms(f"第{place}个 [[{table}]] 缺少 {key}")
        if not isinstance(row[key], str | int):
            raise BadTerms(f"第{place}个 [[{table}]] 的 {key} 应为文字或整数")
        if row[key] in keyed:
            raise BadTerms(f"[[{table}]] 的 {key} 重复：{row[key]}")
        keyed[row[key]] = row
    return keyed


def build(kind, raw, table):
    """A dataclass from a TOML table, every field converted by its annotation."""
    where = f"[{table}]" if table else "文件"
    if not isinstance(raw, dict):
        raise BadTerms(f"{where} 应为一张表")
    hints, known = _annotations(kind), {one.name: one for one in fields(kind)}
    if unknown := [str(key) for key in raw if key not in known]:
        raise BadTerms(f"{where} 有不认识的项：{'、'.join(unknown)}")
    required = [name for name, one in known.items() if one.default is MISSING is one.default_factory]
    if missing := [name for name in required if name not in raw]:
        raise BadTerms(f"{where} 缺少 {'、'.join(missing)}")
    path = f"{table}." if table else ""
    return kind(**{name: _convert(hints[name], value, f"{path}{name}") for name, value in raw.items()})


# They are worked out from text each time, and a file has hundreds of tables.
_annotations = lru_cache(get_type_hints)


def _convert(hint, value, where):
    origin, inner = get_origin(hint), get_args(hint)
    if is_dataclass(hint):
        return build(hint, value, where)
    if origin is Mapping:
        return _mapping(*inner, value, where)
    if origin is tuple:
        items = _expect(isinstance(value, list), value, where, "列表") and value
        return tuple(
            _convert(inner[0], item, f"{where}[{place}]") for place, item in enumerate(items, start=1)
        )
    if origin in (Union, UnionType):
        return _convert(next(one for one in inner if one is not NoneType), value, where)
    if origin is Literal:
        return _expect(value in inner, value, where, "、".join(map(str, inner)) + "之一") and value
    if hint is Decimal:
        return _decimal(value, where)
    words = {int: "整数", str: "文字", bool: "true 或 false"}
    _expect(type(value) is hint and value != "", value, where, words[hint])
    if where.endswith(".article"):
        _expect(hint is int or re.fullmatch("第[一二三四五六七八九十百]+条", value), value, where, "“第…条”")
    return value


def _mapping(key_type, value_type, value, where):
    _expect(isinstance(value, dict), value, where, "一张表")
    for key in value:
        _expect(key_type is str or str(key).isdecimal(), key, where, "以条号为名的表")
    return MappingProxyType(
        {key_type(key): _convert(value_type, row, f"{where}.{key}") for key, row in value.items()}
    )


def _decimal(value, where):
    _expect(isinstance(value, str), value, where, '写成文字的小数，例如 "0.05"')
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    _expect(number.is_finite(), value, where, '写成文字的小数，例如 "0.05"')
    return number


def _expect(holds, value, where, wanted):
    """True, or BadTerms naming table and key. `where` is "table.key"."""
    if not holds:
        table, _, key = where.rpartition(".")
        raise BadTerms(f"[{table}] 的 {key} 应为{wanted}，现为“{value}”")
    return True
