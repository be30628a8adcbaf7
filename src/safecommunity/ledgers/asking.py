"""What is asked of a list: read from an address, kept as a view, turned into a query, exported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from safecommunity.accounts.sealing import blind_index
from safecommunity.core import identity
from safecommunity.core.fields import Field
from safecommunity.core.ledgers import LedgerType
from safecommunity.core.messages import RefusedError
from safecommunity.core.periods import asked_day
from safecommunity.ledgers.models import Entry, SealedKey
from safecommunity.units.models import Unit

SHOWN = ("standing", "starred", "expiring", "expired", "withdrawn")
SORTS = ("title", "record_date", "expires_date", "updated_at")
EMPTY = "-"
SOON = timedelta(days=90)
Narrower = Callable[[Unit, Mapping[str, str]], QuerySet[Any]]
WORKS: dict[str, Narrower] = {}
"""Ledger that work keeps → the questions of the work's own list turned into things with a `client_uuid`."""


@dataclass(frozen=True, slots=True)
class Ask:
    """`fields`: field code → wanted values as text, EMPTY for "not filled in"; `own`: none from beneath;
    `work`: the questions of the list of the work that keeps the ledger, as WORKS takes them.
    """

    text: str = ""
    show: str = "standing"
    own: bool = False
    from_date: date | None = None
    to_date: date | None = None
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "-record_date"
    work: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_narrow(self) -> bool:
        return bool(self.text or self.fields or self.own or self.work or self.from_date or self.to_date) or (
            self.show != "standing"
        )


def parse(ledger: LedgerType, query: Mapping[str, Sequence[str]]) -> Ask:
    """The questions of an address: `q show own from to sort f_<field> w_<work>`; nonsense is left out."""
    query = {name: [value for value in values if value.isprintable()] for name, values in query.items()}
    one = {name: values[-1] for name, values in query.items() if values}
    wanted = {
        name.removeprefix("f_"): tuple(value for value in values if value)
        for name, values in query.items()
        if name.startswith("f_") and name.removeprefix("f_") in ledger.fields
    }
    sort = one.get("sort", "")
    known = sort.lstrip("-") in SORTS or sort.lstrip("-").removeprefix("f_") in ledger.fields
    return Ask(
        text=one.get("q", "").strip()[:100],
        show=one["show"] if one.get("show") in SHOWN else "standing",
        own=bool(one.get("own")),
        from_date=asked_day(one.get("from", "")),
        to_date=asked_day(one.get("to", "")),
        fields={name: values for name, values in wanted.items() if values},
        sort=sort if known else "-record_date",
        work={name[2:]: value for name, value in one.items() if name.startswith("w_") and value},
    )


def found(unit: Unit, ledger: LedgerType, ask: Ask, today: date) -> QuerySet[Entry]:
    """The entries asked for, of the unit and those beneath it, in the order asked for."""
    rows = Entry.objects.in_unit(unit) if ask.own else Entry.objects.below(unit)
    rows = rows.filter(shown(ask.show, today), ledger=ledger.code).select_related("unit")
    if ask.text:
        rows = rows.filter(_text(unit, ledger, ask.text))
    if ask.from_date:
        rows = rows.filter(record_date__gte=ask.from_date)
    if ask.to_date:
        rows = rows.filter(record_date__lte=ask.to_date)
    if ask.work and ledger.code in WORKS:
        rows = rows.filter(client_uuid__in=WORKS[ledger.code](unit, ask.work).values("client_uuid"))
    for name, values in ask.fields.items():
        rows = _narrowed(rows, ledger.fields[name], values)
    return _sorted(rows, ask.sort)


def ids(unit: Unit, ledger: LedgerType, ask: Ask, today: date) -> QuerySet[Entry, int]:
    """The ids of what `found` gives, in its order: far less to sort where the table is large."""
    return found(unit, ledger, ask, today).select_related(None).values_list("pk", flat=True)


def shown(show: str, today: date) -> Q:
    """The condition behind a word of SHOWN."""
    conditions = {
        "standing": Q(withdrawn_at=None),
        "starred": Q(withdrawn_at=None, is_starred=True),
        "expiring": Q(withdrawn_at=None, expires_date__gte=today, expires_date__lte=today + SOON),
        "expired": Q(withdrawn_at=None, expires_date__lt=today),
        "withdrawn": Q(withdrawn_at__isnull=False),
    }
    return conditions[show]


def sealed_field(ledger: LedgerType, field: Field) -> str:
    """The name under which the digests of a sealed field are kept."""
    return f"{ledger.code}.{field.code}"


def _text(unit: Unit, ledger: LedgerType, text: str) -> Q:
    wanted = Q()
    for word in text.lower().split():
        wanted &= Q(search__contains=word)
    sealed = Q()
    for one in ledger.of_personal("sealed"):
        value = _whole(one, text)
        if one.search and value:
            sealed |= Q(field=sealed_field(ledger, one), digest=blind_index(value, sealed_field(ledger, one)))
    if not sealed:
        return wanted
    return wanted | Q(Exists(SealedKey.objects.below(unit).filter(sealed, entry=OuterRef("pk"))))


def _whole(field: Field, text: str) -> str:
    """The words as a whole value of this field, "" when they are none: parts of one find nothing."""
    check = {"person-id": identity.resident_id, "phone": identity.phone}.get(field.kind)
    try:
        return check(text) if check else text
    except RefusedError:
        return ""


def _narrowed(rows: QuerySet[Entry], field: Field, values: tuple[str, ...]) -> QuerySet[Entry]:
    key = f"data__{field.code}"
    wanted = Q()
    if EMPTY in values:
        wanted |= Q(**{f"{key}__isnull": True})
    values = tuple(value for value in values if value != EMPTY)
    if field.kind == "yes-no":
        wanted |= Q(**{f"{key}__in": [value == "true" for value in values]}) if values else Q()
    elif field.kind == "multi-choice":
        rows = rows.annotate(**{f"as_{field.code}": KeyTextTransform(field.code, "data")})
        for value in values:
            wanted |= Q(**{f"as_{field.code}__contains": f'"{value}"'})
    elif field.is_number or field.kind == "link":
        wanted |= Q(**{f"{key}__in": [int(value) for value in values if _is_whole(value)]})
    elif values:
        wanted |= Q(**{f"{key}__in": list(values)})
    return rows.filter(wanted)


def _sorted(rows: QuerySet[Entry], sort: str) -> QuerySet[Entry]:
    name, down = sort.lstrip("-"), sort.startswith("-")
    path: Any = F(name) if name in SORTS else F(f"data__{name.removeprefix('f_')}")
    order = path.desc(nulls_last=True) if down else path.asc(nulls_last=True)
    return rows.order_by(order, "-id")


def _is_whole(text: str) -> bool:
    return len(text) < 16 and text.removeprefix("-").isdecimal()
