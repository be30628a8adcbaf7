"""Reading the ledgers of a unit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import ExtractMonth

from safecommunity.accounts.models import User
from safecommunity.accounts.sealing import blind_index, unseal
from safecommunity.core.crosswalks import same
from safecommunity.core.fields import mask
from safecommunity.core.ledgers import LedgerType
from safecommunity.ledgers.asking import sealed_field, shown
from safecommunity.ledgers.models import Entry, SavedView
from safecommunity.library import crosswalks, ledgers, schemes
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ledger stands: entries in force, last change, how many have run out or wait for a look."""

    count: int = 0
    changed_at: datetime | None = None
    expired: int = 0
    expiring: int = 0
    starred: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """An indicator that a record speaks for: its scheme and text in both languages."""

    scheme: str
    scheme_name: tuple[str, str]
    indicator: str
    text: tuple[str, str]


def may_open(user: User, unit: Unit, ledger: LedgerType) -> bool:
    """Whether a ledger opens to this person: a restricted one to those who work with it."""
    return not ledger.restricted or can(user, Permission.LEDGER_RESTRICTED, unit)


def open_kinds(user: User, unit: Unit) -> list[LedgerType]:
    """The ledgers this person may read here."""
    if not can(user, Permission.LEDGER_VIEW, unit):
        return []
    return [kind for kind in ledgers.values() if may_open(user, unit, kind)]


def standings(unit: Unit, today: date) -> dict[str, Standing]:
    """Ledger code → how it stands, the units beneath included; ledgers without entries are left out."""
    rows = (
        Entry.objects.below(unit)
        .filter(withdrawn_at=None)
        .order_by()
        .values("ledger")
        .annotate(
            count=Count("id"),
            changed_at=Max("updated_at"),
            expired=Count("id", filter=shown("expired", today)),
            expiring=Count("id", filter=shown("expiring", today)),
            starred=Count("id", filter=shown("starred", today)),
        )
    )
    names = ("count", "changed_at", "expired", "expiring", "starred")
    return {row[0]: Standing(*row[1:]) for row in rows.values_list("ledger", *names)}


def of_field(unit: Unit, ledgers: Iterable[str], field: str) -> dict[str, tuple[int, date | None]]:
    """Ledger → how many entries speak of one field of promotion, and the day of the latest; in one query."""
    rows = Entry.objects.below(unit).filter(withdrawn_at=None, ledger__in=ledgers, data__field=field)
    counted = rows.order_by().values_list("ledger").annotate(Count("id"), Max("record_date"))
    return {ledger: (count, latest) for ledger, count, latest in counted}


def entry(unit: Unit, ledger: str, pk: int) -> Entry | None:
    """One entry of the unit or of one beneath it, withdrawn or not."""
    return Entry.objects.below(unit).filter(ledger=ledger, pk=pk).select_related("unit").first()


def in_order(unit: Unit, ids: Sequence[int]) -> list[Entry]:
    """These entries of the unit and those beneath it, in the order of the ids."""
    rows = Entry.objects.below(unit).select_related("unit").in_bulk(ids)
    return [rows[pk] for pk in ids if pk in rows]


def running_out(unit: Unit, today: date, *, ledger: str = "", within_days: int = 180) -> QuerySet[Entry]:
    """What has run out or will within so many days, the earliest first, over all ledgers or one."""
    rows = Entry.objects.below(unit).filter(withdrawn_at=None)
    rows = rows.filter(expires_date__lte=today + timedelta(days=within_days))
    if ledger:
        rows = rows.filter(ledger=ledger)
    return rows.select_related("unit").order_by("expires_date", "id")


def by_month(unit: Unit, ledger: str, year: int) -> dict[int, int]:
    """Month (1–12) → how many entries are dated in it; months without any are left out."""
    rows = Entry.objects.below(unit).filter(
        ledger=ledger,
        withdrawn_at=None,
        record_date__gte=date(year, 1, 1),
        record_date__lte=date(year, 12, 31),
    )
    counted = (
        rows.order_by().annotate(month=ExtractMonth("record_date")).values("month").annotate(n=Count("id"))
    )
    return {row["month"]: row["n"] for row in counted}


def uses(entry: Entry) -> list[Use]:
    """The indicators this entry speaks for: those its ledger feeds, and their like in other schemes."""
    fed = [feed.partition("/") for feed in entry.type.feeds_of(entry.data)]
    found: dict[tuple[str, str], None] = {}
    for scheme, _sign, code in fed:
        found[scheme, code] = None
        for other in same(crosswalks.values(), scheme).get(code, ()):
            found[other] = None
    return [use for use in (_use(scheme, code) for scheme, code in found) if use]


def related(entry: Entry) -> dict[str, int]:
    """Ledger code → how many standing entries of it refer to this one."""
    wanted = Q(pk__in=[])
    for code, ledger in ledgers.items():
        for field in ledger.fields.values():
            if field.ledger == entry.ledger:
                wanted |= Q(ledger=code, **{f"data__{field.code}": entry.pk})
    rows = Entry.objects.below(entry.unit).filter(wanted, withdrawn_at=None)
    counted = rows.order_by().values("ledger").annotate(n=Count("id"))
    return {row["ledger"]: row["n"] for row in counted}


def titles(unit: Unit, entries: Iterable[Entry]) -> dict[int, str]:
    """Entry id → title of every entry that these refer to, in one query; none when they refer to nothing."""
    wanted = {
        entry.data[field.code]
        for entry in entries
        for field in entry.type.fields.values()
        if field.kind == "link" and field.code in entry.data
    }
    if not wanted:
        return {}
    return dict(Entry.objects.below(unit).filter(pk__in=wanted).values_list("pk", "title"))


def choices_of_link(unit: Unit, ledger: str, most: int = 500) -> list[tuple[int, str]]:
    """The newest entries a form offers for a reference."""
    rows = Entry.objects.below(unit).filter(ledger=ledger, withdrawn_at=None)
    return list(rows.order_by("-record_date", "-id").values_list("pk", "title")[:most])


class Links:
    """Finds the entries that references name, by id or by title; remembers what it found."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self._found: dict[tuple[str, str], int | None] = {}

    def resolved(self, ledger: LedgerType, values: Mapping[str, object]) -> dict[str, object]:
        """The values with each reference as an id; one that names nothing stays text, and is refused."""
        asked = [field.code for field in ledger.link_fields if values.get(field.code)]
        named = {code: str(values[code]).strip() for code in asked}
        found = {
            code: self._find(ledger.fields[code].ledger, text) or f"“{text}”" for code, text in named.items()
        }
        return {**values, **found}

    def _find(self, ledger: str, text: str) -> int | None:
        if not text.isprintable():
            return None
        if (ledger, text) not in self._found:
            rows = Entry.objects.below(self.unit).filter(ledger=ledger, withdrawn_at=None)
            by_id = Q(pk=int(text)) if text.isdecimal() and len(text) < 16 else Q(pk__in=[])
            rows = rows.filter(by_id | Q(title=text)).order_by("id")
            self._found[ledger, text] = rows.values_list("pk", flat=True).first()
        return self._found[ledger, text]


def unique_key(ledger: LedgerType, clean: Mapping[str, Any]) -> str:
    """What these values are known by among the entries of a unit: 64 hexadecimal digits, "" for nothing."""
    parts = ledger.unique_parts(clean)
    if not parts:
        return ""
    fields = [ledger.fields[code] for code in ledger.unique]
    kept = [
        blind_index(part, sealed_field(ledger, field)) if field.personal == "sealed" else part
        for field, part in zip(fields, parts, strict=True)
    ]
    return hashlib.sha256("\x1f".join(kept).encode()).hexdigest()


def by_unique_key(unit: Unit, ledger: LedgerType, keys: Iterable[str]) -> dict[str, Entry]:
    """Key → the standing entry of this unit that has it. Worded as the index is, so that it is used."""
    wanted = {key for key in keys if key}
    if not wanted:
        return {}
    rows = Entry.objects.in_unit(unit).filter(unit=unit, ledger=ledger.code, withdrawn_at=None)
    found = rows.exclude(unique_key="").filter(unique_key__in=wanted).order_by()
    return {row.unique_key: row for row in found}


def masked(entry: Entry) -> dict[str, Any]:
    """The values of an entry as those may see them who may not see the person."""
    fields = entry.type.fields
    return {
        code: mask(fields[code], value) if fields[code].personal == "masked" else value
        for code, value in entry.data.items()
        if code in fields
    }


def opened(entry: Entry) -> dict[str, Any]:
    """All values of an entry, the sealed ones opened: for comparing and saving, never for showing."""
    sealed = {
        code: unseal(token, sealing_place(code, entry.client_uuid)) for code, token in entry.sealed.items()
    }
    return {**entry.data, **sealed}


def sealing_place(field: str, uid: object) -> str:
    """Where a sealed value lives, so that it opens nowhere else."""
    return f"ledgers.entry|{field}|{uid}"


def views(unit: Unit, ledger: str, user: User) -> QuerySet[SavedView]:
    """The saved views of this person and those the unit shares."""
    return SavedView.objects.in_unit(unit).filter(Q(by=user) | Q(is_shared=True), ledger=ledger)


def _use(scheme: str, code: str) -> Use | None:
    if scheme not in schemes or code not in schemes[scheme].indicators:
        return None
    file, indicator = schemes[scheme], schemes[scheme].indicators[code]
    return Use(scheme, (file.name, file.name_en), code, (indicator.text, indicator.text_en))
