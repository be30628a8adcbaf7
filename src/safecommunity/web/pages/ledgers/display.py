"""Entries as pages show them: words instead of codes, personal values masked, references by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.audit.models import Line
from safecommunity.core.fields import Field, mask, shown_value
from safecommunity.core.ledgers import LedgerType
from safecommunity.ledgers.asking import EMPTY, SOON, Ask
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.queries import Use
from safecommunity.ledgers.wording import local
from safecommunity.library import codes
from safecommunity.units.models import Unit
from safecommunity.web.components.icons import UnknownIcon, shapes

FIRST = 3  # questions that stand beside the search
ACTS = {
    "entry.added": gettext_lazy("新增"),
    "entry.changed": gettext_lazy("修改"),
    "entry.withdrawn": gettext_lazy("撤回"),
    "entry.restored": gettext_lazy("恢复"),
    "entry.personal-shown": gettext_lazy("查看了个人信息"),
    "evidence.cited": gettext_lazy("引用为佐证"),
    "evidence.uncited": gettext_lazy("取消引用"),
}
HELPERS = {"diagnoses": ("surveys:plan", gettext_lazy("抽样与知晓率"))}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: its words, a state to mark it with, where it leads."""

    field: Field
    label: str
    text: str
    state: str = ""
    url: str = ""

    @property
    def number(self) -> bool:
        return self.field.is_number and self.field.kind != "year"


@dataclass(frozen=True, slots=True)
class Row:
    entry: Entry
    cells: list[Cell]
    url: str
    state: str


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the history."""

    at: Any
    who: str
    what: str
    note: str


@dataclass(frozen=True, slots=True)
class Filter:
    """A question the list can be asked: its name in the address and the choices, those asked marked."""

    name: str
    label: str
    choices: list[tuple[str, str, bool]]


def sign(ledger: LedgerType) -> str:
    """The icon of a ledger; a city's own file may name one that we do not have."""
    try:
        shapes(ledger.icon)
    except UnknownIcon:
        return "notebook-tabs"
    return ledger.icon


def address(entry: Entry) -> str:
    return reverse("ledgers:entry", args=[entry.unit.slug, entry.ledger, entry.pk])


def keeper(ledger: LedgerType, unit: Unit) -> str:
    """Where the things of a ledger are worked on that is not written by hand; else empty."""
    namespace = ledger.kept_by.partition(":")[0]
    return reverse(f"{namespace}:index", args=[unit.slug]) if namespace else ""


def helper(ledger: LedgerType, unit: Unit) -> tuple[str, str] | None:
    """The page where what a ledger holds is worked out, and its name."""
    known = HELPERS.get(ledger.code)
    return (reverse(known[0], args=[unit.slug]), str(known[1])) if known else None


def kept(entry: Entry) -> str:
    """Where the thing behind a record is worked on; empty for a record written by hand."""
    return (
        reverse(entry.type.kept_by, args=[entry.unit.slug, entry.client_uuid]) if entry.type.kept_by else ""
    )


def rows(ledger: LedgerType, entries: Iterable[Entry], titles: Mapping[int, str], today: date) -> list[Row]:
    """The lines of a list: the list columns of the ledger beside the title."""
    fields = columns(ledger)
    return [
        Row(
            entry,
            [cell(entry, field, titles, today) for field in fields],
            address(entry),
            expiry_state(entry.expires_date, today),
        )
        for entry in entries
    ]


def columns(ledger: LedgerType) -> list[Field]:
    """The list columns; what the title already says is not said twice."""
    return [field for field in ledger.list_fields if field.code not in ledger.title[:1]]


def cell(entry: Entry, field: Field, titles: Mapping[int, str], today: date) -> Cell:
    value = entry.data.get(field.code)
    label = local(field.words)
    if value is None:
        return Cell(field, label, "")
    if field.kind == "link":
        target = (
            reverse("ledgers:entry", args=[entry.unit.slug, field.ledger, value]) if value in titles else ""
        )
        return Cell(field, label, titles.get(value, ""), url=target)
    shown = mask(field, value) if field.personal == "masked" else value
    state = ""
    if field.kind == "expiry-date":
        state = expiry_state(date.fromisoformat(value), today)
    elif field.codes == "risk-grades":
        state = f"risk-{value}"
    return Cell(field, label, local(shown_value(field, shown)), state)


def expiry_state(day: date | None, today: date) -> str:
    """A word of the states: expired, expiring, or "" for what need not be said."""
    if day is None or day > today + SOON:
        return ""
    return "expired" if day < today else "expiring"


def sections(entry: Entry, titles: Mapping[int, str], today: date) -> list[tuple[str, list[Cell]]]:
    """The facts of an entry in the sections of its ledger."""
    return [
        (
            local((section.label, section.label_en)),
            [cell(entry, field, titles, today) for field in section.fields],
        )
        for section in entry.type.sections
    ]


def history(entry: Entry, lines: QuerySet[Line]) -> list[Told]:
    return [_told(entry.type, line) for line in lines]


def filters(ledger: LedgerType, ask: Ask) -> list[Filter]:
    return [
        _filter(field, ask.fields.get(field.code, ()))
        for field in ledger.filter_fields
        if field.kind != "link"
    ]


def tone(ledger: LedgerType, entry: Entry) -> str:
    """The risk colour of an entry whose ledger grades risks, else ""."""
    field = next((one for one in ledger.fields.values() if one.codes == "risk-grades"), None)
    grade = entry.data.get(field.code) if field else None
    return codes["risk-grades"][grade].extra["colour"] if grade else ""


def asks_more(ledger: LedgerType, ask: Ask) -> bool:
    """Is something asked that is not among the first questions of the list?"""
    first = {one.name for one in filters(ledger, ask)[:FIRST]}
    return any(f"f_{name}" not in first for name in ask.fields)


def uses(found: Iterable[Use]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Indicators by scheme: (name of the scheme, [(code, text)])."""
    by_scheme: dict[str, list[tuple[str, str]]] = {}
    for use in found:
        by_scheme.setdefault(local(use.scheme_name), []).append((use.indicator, local(use.text)))
    return list(by_scheme.items())


def groups(
    kinds: Iterable[LedgerType], standing: Mapping[str, Any]
) -> list[tuple[str, list[tuple[LedgerType, str, str, Any, str]]]]:
    """The ledgers by group, each with its name, what it is, how it stands and its icon."""
    found: dict[str, list[tuple[LedgerType, str, str, Any, str]]] = {}
    for ledger in kinds:
        about = local((ledger.description, ledger.description_en))
        line = (ledger, local(ledger.words), about, standing.get(ledger.code), sign(ledger))
        found.setdefault(ledger.group, []).append(line)
    names = codes["ledger-groups"]
    ordered = [
        *[group for group in names if group in found],
        *[group for group in found if group not in names],
    ]
    return [
        (local((names[group].name, names[group].name_en)) if group in names else group, found[group])
        for group in ordered
    ]


def _filter(field: Field, asked: Sequence[str]) -> Filter:
    if field.kind == "yes-no":
        choices = [("true", _("是")), ("false", _("否"))]
    else:
        choices = [(code, local(words)) for code, words in field.choices.items()]
    choices = [*choices, (EMPTY, _("未填"))]
    return Filter(
        f"f_{field.code}", local(field.words), [(code, word, code in asked) for code, word in choices]
    )


def _told(ledger: LedgerType, line: Line) -> Told:
    what = str(ACTS.get(line.act, line.act))
    names = [name for name in {**line.before, **line.after} if name in ledger.fields]
    if line.act == "entry.changed" and names:
        what = f"{what} " + "；".join(_changed(ledger.fields[name], line) for name in names)
    return Told(line.at, line.actor_name or line.actor, what, line.reason)


def _changed(field: Field, line: Line) -> str:
    old, new = (
        local(shown_value(field, values.get(field.code))) or _("空") for values in (line.before, line.after)
    )
    return f"{local(field.words)} {old} → {new}"
