"""Ledger types: what one row of a ledger holds, and whether values typed into it can be taken.

Values come in as text, from a form, a cell or JSON, keyed by *column*: the field's code, or `field.part` for
the parts of a place. They leave in one form: text, numbers, booleans, ISO dates, lists of codes; so that
equal things are equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from safecommunity.core.fields import (
    PERSONAL,
    PLACE_READERS,
    READERS,
    Column,
    Field,
    check_limits,
    columns_of,
    is_empty,
    is_outside,
    place_text,
    shown_value,
    unusual_remark,
)
from safecommunity.core.messages import Message, RefusedError, Words

Reader = Callable[[object], tuple[Any, Message | None]]
_REPEATED = frozenset([str, int, float, bool, date])


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    label: str
    label_en: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """`clean` values by field; `errors` and `unusual` (taken, but to be looked at) by column."""

    clean: dict[str, Any]
    errors: dict[str, Message]
    unusual: dict[str, Message]


@dataclass(frozen=True, eq=False)  # no slots: what is worked out once is kept in the object
class LedgerType:
    """A ledger. `unique`: the fields that together name a row.

    `feeds`: the "scheme/indicator" codes every record speaks for; `feeds_by`: field → value → the codes
    a record with that value speaks for too. `recurs`: how often one is due ("month" …).
    `kept_by`: the name of the address where the thing behind a record is worked on; such a ledger is not
    written by hand.
    """

    code: str
    name: str
    name_en: str
    description: str
    description_en: str
    group: str
    icon: str
    fields: Mapping[str, Field]
    sections: tuple[Section, ...]
    title: tuple[str, ...]
    record_date: str
    unique: tuple[str, ...]
    feeds: tuple[str, ...]
    feeds_by: Mapping[str, Mapping[str, tuple[str, ...]]]
    restricted: bool
    retention: str
    recurs: str
    source: str
    wording: str
    kept_by: str

    @property
    def words(self) -> Words:
        return Words(self.name, self.name_en)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Every cell of a row, in the order of the file: what a form, a sheet and the API speak of."""
        return tuple(column for field in self.fields.values() for column in columns_of(field))

    @property
    def list_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields.values() if field.list)

    @property
    def filter_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields.values() if field.filter)

    @cached_property
    def knows_persons(self) -> bool:
        """Whether a row may tell of a person."""
        return self.restricted or any(field.personal != "none" for field in self.fields.values())

    @cached_property
    def expiry_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields.values() if field.kind == "expiry-date")

    @cached_property
    def place_field(self) -> Field | None:
        return next((field for field in self.fields.values() if field.kind == "place"), None)

    @property
    def all_feeds(self) -> tuple[str, ...]:
        """Every indicator any record of this ledger may speak for."""
        by_value = (codes for values in self.feeds_by.values() for codes in values.values())
        return tuple(dict.fromkeys([*self.feeds, *(code for codes in by_value for code in codes)]))

    def feeds_of(self, clean: Mapping[str, Any]) -> tuple[str, ...]:
        """The indicators this record speaks for."""
        by_value = (
            values.get(str(value), ())
            for name, values in self.feeds_by.items()
            for value in _as_list(clean.get(name))
        )
        return tuple(dict.fromkeys([*self.feeds, *(code for codes in by_value for code in codes)]))

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset(column.key for column in self.columns)

    @cached_property
    def _conditional(self) -> tuple[Field, ...]:
        """The fields that may be missing, or too early."""
        fields = self.fields.values()
        return tuple(field for field in fields if field.required or field.required_if or field.after)

    @cached_property
    def _readers(self) -> tuple[tuple[str, Reader | None, object], ...]:
        """Code, reader and default of each field; a place is read by its parts."""
        return tuple(
            (field.code, None if field.kind == "place" else _reader(field), field.default)
            for field in self.fields.values()
        )

    @cached_property
    def worked_out(self) -> tuple[Field, ...]:
        """The fields nobody fills in: they follow from others."""
        return tuple(field for field in self.fields.values() if field.outside)

    @cached_property
    def search_fields(self) -> tuple[Field, ...]:
        """The fields a row is found by in the open."""
        return tuple(field for field in self.fields.values() if field.search and field.personal != "sealed")

    @cached_property
    def link_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields.values() if field.kind == "link")

    def of_personal(self, kind: str) -> tuple[Field, ...]:
        """The fields whose personal marking is `kind` ("masked" or "sealed")."""
        return self._by_marking[kind]

    @cached_property
    def _by_marking(self) -> Mapping[str, tuple[Field, ...]]:
        fields = self.fields.values()
        return {kind: tuple(field for field in fields if field.personal == kind) for kind in PERSONAL}

    def check(self, values: Mapping[str, object], *, fill: bool = False) -> Checked:
        """Values by column → clean values by field, with what is wrong and what is unusual by column.

        Unknown columns are errors. `fill` puts a field's default where nothing was said.
        """
        flat = _flat(self, values)
        errors = {key: Message("此台账没有这一栏") for key in flat.keys() - self._keys}
        clean: dict[str, Any] = {}
        unusual: dict[str, Message] = {}
        for code, read, default in self._readers:
            if read is None:
                _read_place(self.fields[code], flat, clean, errors)
            elif (given := flat.get(code)) is None or is_empty(given):
                if fill and default is not None:
                    clean[code] = default
            else:
                try:
                    clean[code], remark = read(given)
                except RefusedError as error:
                    errors[code] = error.message
                else:
                    if remark is not None:
                        unusual[code] = remark
        for field in self.worked_out:
            clean.pop(field.code, None)
            if (outside := is_outside(field, clean)) is not None:
                clean[field.code] = outside
        for field in self._conditional:
            if field.code not in clean and field.code not in errors and _is_required(field, clean):
                errors[field.code] = _missing(self, field)
            elif field.after and field.code not in errors and _is_before(field, clean):
                errors[field.code] = _too_small(self, field)
        return Checked(clean, errors, unusual)

    def title_of(self, clean: Mapping[str, Any]) -> str:
        """The words a row is called by: its title fields as shown, masked where personal."""
        shown = [shown_value(self.fields[code], clean[code]) for code in self.title if code in clean]
        return " · ".join(str(words) for words in shown if str(words)) or self.name

    def record_day(self, clean: Mapping[str, Any]) -> str:
        """The ISO day a row is dated by, "" when it says none; a month or year counts from its first day."""
        value = clean.get(self.record_date)
        return "" if value is None else f"{value}-01-01"[:10]

    def expires_day(self, clean: Mapping[str, Any]) -> str:
        """The earliest of the row's expiry days as ISO text, "" when none."""
        return min((clean[field.code] for field in self.expiry_fields if field.code in clean), default="")

    def unique_parts(self, clean: Mapping[str, Any]) -> tuple[str, ...]:
        """The values that together name the row, () when the ledger has none or one of them is missing."""
        if not all(code in clean for code in self.unique):
            return ()
        return tuple(str(place_text(clean[code])) for code in self.unique)


def _flat(ledger: LedgerType, values: Mapping[str, object]) -> dict[str, object]:
    """Values by column; a place may also come as one mapping with address, division, longitude, latitude."""
    flat: dict[str, object] = {}
    for key, value in values.items():
        field = ledger.fields.get(key)
        if field is not None and field.kind == "place" and isinstance(value, Mapping):
            flat.update({key if part == "address" else f"{key}.{part}": v for part, v in value.items()})
        else:
            flat[key] = value
    return flat


def _reader(field: Field) -> Reader:
    """How a field reads a value; a value that is nobody's person and was read lately is not read again."""

    def read(given: object) -> tuple[Any, Message | None]:
        value = READERS[field.kind](field, given)
        check_limits(field, value)
        return value, unusual_remark(field, value)

    if field.personal != "none" or field.kind == "multi-choice":
        return read
    remembered = lru_cache(maxsize=4096, typed=True)(read)
    return lambda given: remembered(given) if given.__class__ in _REPEATED else read(given)


def _read_place(
    field: Field, flat: Mapping[str, object], clean: dict[str, Any], errors: dict[str, Message]
) -> None:
    place: dict[str, Any] = {}
    for part, read in PLACE_READERS.items():
        key = f"{field.code}.{part}" if part else field.code
        given = flat.get(key)
        if is_empty(given):
            continue
        try:
            place[part or "address"] = read(field, given)
        except RefusedError as error:
            errors[key] = error.message
    if ("longitude" in place) != ("latitude" in place) and not any(
        key.startswith(field.code) for key in errors
    ):
        errors[f"{field.code}.latitude"] = Message("经度和纬度要一起填")
    if place:
        clean[field.code] = place


def _is_required(field: Field, clean: Mapping[str, Any]) -> bool:
    if field.required:
        return True
    return bool(field.required_if) and all(
        any(value in wanted for value in _as_list(clean.get(other)))
        for other, wanted in field.required_if.items()
    )


def _as_list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [value]


def _missing(ledger: LedgerType, field: Field) -> Message:
    if field.required:
        return Message("必填")
    other = ledger.fields[next(iter(field.required_if))]
    first = field.required_if[other.code][0]
    return Message(
        "“%(other)s”为“%(value)s”时必填", {"other": other.words, "value": shown_value(other, first)}
    )


def _too_small(ledger: LedgerType, field: Field) -> Message:
    other = {"other": ledger.fields[field.after].words}
    return Message("不能低于“%(other)s”", other) if field.is_number else Message("不能早于“%(other)s”", other)


def _is_before(field: Field, clean: Mapping[str, Any]) -> bool:
    return field.code in clean and field.after in clean and clean[field.code] < clean[field.after]
