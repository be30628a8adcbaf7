"""Reading a ledger file: plain data → LedgerType, with errors that name the key and the reason."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from safecommunity.core.fields import KINDS, PERSONAL, READERS, Field
from safecommunity.core.ledgers import LedgerType, Section
from safecommunity.core.messages import RefusedError, Words

CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
FILE_KEYS = frozenset(field.name for field in dataclasses.fields(LedgerType)) - {"code"}
FIELD_KEYS = frozenset(field.name for field in dataclasses.fields(Field)) - {"code"}
RETENTIONS = ("permanent", "30y", "10y")
RECURRENCES = ("", "month", "quarter", "year")


class LedgerFileError(RefusedError):
    """A ledger file that cannot be used: which key, why."""

    def __init__(self, key: str, text: str, **params: object) -> None:
        super().__init__(text, **params)
        self.key, self.reason = key, str(self.message)


def parse(code: str, data: Any, code_lists: Mapping[str, Mapping[str, Any]] | None = None) -> LedgerType:
    """A ledger file's data → LedgerType. `code_lists` by name, each code → object with name and name_en.

    Raises LedgerFileError naming the key and the reason.
    """
    if not isinstance(data, dict):
        raise LedgerFileError("", "应为键和值的表")
    if not CODE.fullmatch(code):
        raise LedgerFileError("", "文件名只能用小写字母、数字和连字符")
    _only(data, FILE_KEYS, "")
    sections = _table(data, "sections", {"main": {"label": "基本情况", "label_en": "Facts"}})
    fields = {
        name: _field(name, spec, code_lists or {}, next(iter(sections)))
        for name, spec in _table(data, "fields").items()
    }
    ledger = LedgerType(
        code=code,
        name=_words(data, "name"),
        name_en=_words(data, "name_en"),
        description=_words(data, "description"),
        description_en=_words(data, "description_en"),
        group=_words(data, "group"),
        icon=_words(data, "icon", "notebook"),
        fields=fields,
        sections=_sections(sections, fields),
        title=_names(data, "title"),
        record_date=_words(data, "record_date", ""),
        unique=_names(data, "unique"),
        feeds=_names(data, "feeds"),
        feeds_by=_feeds_by(data),
        restricted=_yes(data, "restricted"),
        retention=_one_of(data, "retention", RETENTIONS, "10y"),
        recurs=_one_of(data, "recurs", RECURRENCES, ""),
        source=_words(data, "source"),
        wording=_words(data, "wording", "ours"),
        kept_by=_words(data, "kept_by", ""),
    )
    _check_references(ledger)
    return ledger


def _field(name: str, spec: Any, code_lists: Mapping[str, Mapping[str, Any]], first_section: str) -> Field:
    key = f"fields.{name}"
    if not isinstance(spec, dict):
        raise LedgerFileError(key, "应为键和值的表")
    if not NAME.fullmatch(name):
        raise LedgerFileError(key, "字段名只能用小写字母、数字和下划线")
    _only(spec, FIELD_KEYS, key)
    kind = _one_of(spec, "kind", KINDS, None, key)
    return Field(
        code=name,
        kind=kind,
        label=_words(spec, "label", None, key),
        label_en=_words(spec, "label_en", None, key),
        section=_words(spec, "section", first_section, key),
        help=_words(spec, "help", "", key),
        help_en=_words(spec, "help_en", "", key),
        unit=_words(spec, "unit", "", key),
        required=_yes(spec, "required", key),
        required_if=_conditions(spec, key),
        choices=_field_choices(spec, kind, code_lists, key),
        codes=_words(spec, "codes", "", key),
        ledger=_words(spec, "ledger", "", key),
        personal=_one_of(spec, "personal", PERSONAL, _usual_marking(kind), key),
        list=_yes(spec, "list", key),
        search=_yes(spec, "search", key),
        filter=_yes(spec, "filter", key),
        min=_limit(spec, "min", key),
        max=_limit(spec, "max", key),
        usual_min=_limit(spec, "usual_min", key),
        usual_max=_limit(spec, "usual_max", key),
        after=_words(spec, "after", "", key),
        default=spec.get("default"),
        outside=_outside(spec, kind, key),
    )


def _outside(spec: Mapping[str, Any], kind: str, key: str) -> tuple[str, ...]:
    names = spec.get("outside", [])
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise LedgerFileError(f"{key}.outside", "应写成 [数值字段, 下限字段, 上限字段]")
    if names and kind != "yes-no":
        raise LedgerFileError(f"{key}.outside", "只有是否字段可以写 outside")
    if names and len(names) != 3:
        raise LedgerFileError(f"{key}.outside", "应写成 [数值字段, 下限字段, 上限字段]")
    return tuple(names)


def _usual_marking(kind: str) -> str:
    return "sealed" if kind in ("person-id", "phone") else "none"


def _sections(specs: Mapping[str, Any], fields: Mapping[str, Field]) -> tuple[Section, ...]:
    for field in fields.values():
        if field.section not in specs:
            raise LedgerFileError(
                f"fields.{field.code}.section", "没有名为%(name)s的分组", name=field.section
            )
    return tuple(
        Section(
            code,
            _words(spec, "label", None, f"sections.{code}"),
            _words(spec, "label_en", None, f"sections.{code}"),
            tuple(field for field in fields.values() if field.section == code),
        )
        for code, spec in specs.items()
    )


def _check_references(ledger: LedgerType) -> None:
    if not ledger.title:
        raise LedgerFileError("title", "至少要有一个字段")
    for key, names in [("title", ledger.title), ("unique", ledger.unique)]:
        for name in names:
            _known(ledger, key, name)
    if ledger.record_date:
        _known(ledger, "record_date", ledger.record_date)
        if ledger.fields[ledger.record_date].kind not in ("date", "month", "year"):
            raise LedgerFileError("record_date", "应为日期、月份或年份字段")
    for field in ledger.fields.values():
        key = f"fields.{field.code}"
        for other in field.required_if:
            _known(ledger, f"{key}.required_if", other)
        if field.after:
            _known(ledger, f"{key}.after", field.after)
        for other in field.outside:
            _known(ledger, f"{key}.outside", other)
            if not ledger.fields[other].is_number:
                raise LedgerFileError(f"{key}.outside", "%(name)s应为数字字段", name=other)
        if field.kind == "person-id" and field.personal == "none":
            raise LedgerFileError(f"{key}.personal", "公民身份号码必须密封保存")
        limits = (field.min, field.max, field.usual_min, field.usual_max)
        if any(limit is not None and isinstance(limit, date) != field.is_date for limit in limits):
            raise LedgerFileError(key, "数字字段的界限应为数字，日期字段的应为日期")
        if any(limit is not None for limit in limits) and not (field.is_number or field.is_date):
            raise LedgerFileError(key, "只有数字和日期字段才有界限")
        if field.default is not None:
            _check_default(field, key)
    if sum(field.kind == "place" for field in ledger.fields.values()) > 1:
        raise LedgerFileError("fields", "最多一个字段可以是地点")
    for name, values in ledger.feeds_by.items():
        _known(ledger, "feeds_by", name)
        for value in values:
            if value not in ledger.fields[name].choices:
                raise LedgerFileError(f"feeds_by.{name}", "%(name)s不在该字段的可选项中", name=value)
    for feed in ledger.all_feeds:
        if not re.fullmatch(r"[a-z0-9-]+/[A-Za-z0-9.-]+", feed):
            raise LedgerFileError("feeds", "“%(name)s”应写成 方案/指标", name=feed)


def _check_default(field: Field, key: str) -> None:
    try:
        if READERS[field.kind](field, field.default) != field.default:
            raise LedgerFileError(f"{key}.default", "应按保存的写法填写")
    except (RefusedError, KeyError) as error:
        raise LedgerFileError(f"{key}.default", "不能作为该字段的值") from error


def _known(ledger: LedgerType, key: str, name: str) -> None:
    if name not in ledger.fields:
        raise LedgerFileError(key, "没有名为%(name)s的字段", name=name)


def _field_choices(
    spec: Mapping[str, Any], kind: str, code_lists: Mapping[str, Mapping[str, Any]], key: str
) -> dict[str, Words]:
    if kind not in ("choice", "code", "multi-choice"):
        if "choices" in spec or "codes" in spec:
            raise LedgerFileError(f"{key}.kind", "只有 choice、code、multi-choice 才有可选项")
        return {}
    if "codes" in spec:
        if spec["codes"] not in code_lists:
            raise LedgerFileError(f"{key}.codes", "没有代码表%(name)s", name=spec["codes"])
        return {code: Words(one.name, one.name_en) for code, one in code_lists[spec["codes"]].items()}
    rows = spec.get("choices")
    if not isinstance(rows, list) or not rows:
        raise LedgerFileError(f"{key}.choices", "缺少 choices 或 codes")
    choices: dict[str, Words] = {}
    for row in rows:
        if not (
            isinstance(row, list) and len(row) == 3 and all(isinstance(cell, str) and cell for cell in row)
        ):
            raise LedgerFileError(f"{key}.choices", "每个可选项写成 [代码, 中文, 英文]")
        if row[0] in choices:
            raise LedgerFileError(f"{key}.choices", "%(name)s出现了两次", name=row[0])
        choices[row[0]] = Words(row[1], row[2])
    return choices


def _conditions(spec: Mapping[str, Any], key: str) -> dict[str, tuple[object, ...]]:
    conditions = spec.get("required_if", {})
    if not isinstance(conditions, dict):
        raise LedgerFileError(f"{key}.required_if", "应写成 { 其他字段 = 值 }")
    return {
        other: tuple(wanted if isinstance(wanted, list) else [wanted]) for other, wanted in conditions.items()
    }


def _limit(spec: Mapping[str, Any], name: str, key: str) -> Decimal | date | None:
    value = spec.get(name)
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise LedgerFileError(f"{key}.{name}", "应为数字或日期")
    return Decimal(str(value))


def _only(spec: Mapping[str, Any], allowed: frozenset[str], key: str) -> None:
    for name in spec:
        if name not in allowed:
            raise LedgerFileError(f"{key}.{name}".lstrip("."), "台账文件没有这个键")


def _table(data: Mapping[str, Any], name: str, default: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    table = data.get(name, default)
    if not isinstance(table, dict) or not table:
        raise LedgerFileError(name, "缺少或为空")
    return table


def _words(spec: Mapping[str, Any], name: str, default: str | None = None, key: str = "") -> str:
    value = spec.get(name, default)
    if not isinstance(value, str) or (not value.strip() and default is None):
        raise LedgerFileError(f"{key}.{name}".lstrip("."), "应为非空文字")
    return value


def _names(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = data.get(name, [])
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise LedgerFileError(name, "应为文字或一组文字")
    return tuple(names)


def _feeds_by(data: Mapping[str, Any]) -> dict[str, dict[str, tuple[str, ...]]]:
    table = data.get("feeds_by", {})
    if not isinstance(table, dict) or not all(isinstance(values, dict) for values in table.values()):
        raise LedgerFileError("feeds_by", "应写成 [feeds_by.字段] 值 = [指标]")
    return {name: {value: _names(values, value) for value in values} for name, values in table.items()}


def _yes(spec: Mapping[str, Any], name: str, key: str = "") -> bool:
    value = spec.get(name, False)
    if not isinstance(value, bool):
        raise LedgerFileError(f"{key}.{name}".lstrip("."), "应为 true 或 false")
    return value


def _one_of(
    spec: Mapping[str, Any], name: str, allowed: Sequence[str], default: str | None, key: str = ""
) -> str:
    value = _words(spec, name, default, key)
    if value not in allowed:
        text, some = "“%(value)s”不是 %(allowed)s 之一", "、".join(allowed)
        raise LedgerFileError(f"{key}.{name}".lstrip("."), text, value=value, allowed=some)
    return value
