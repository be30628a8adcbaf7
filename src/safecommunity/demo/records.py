"""Makes plausible records of a ledger from its file and `records.toml`: pure, the same for the same seed."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from safecommunity.core.fields import Field
from safecommunity.core.identity import ORGANISATION_LETTERS, organisation_check, resident_check
from safecommunity.core.ledgers import LedgerType

YEAR = 365
PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when the records are made: the keeper's name and division, a point near it, today.

    `quality` from 0 to 1 says how well the unit does: it lowers every share.
    """

    unit: str
    division: str
    plate: str
    longitude: float
    latitude: float
    today: date
    quality: float


@cache
def script() -> Mapping[str, Any]:
    """The tables of `records.toml` by ledger; `names` holds the lists of names."""
    return tomllib.loads(Path(__file__).with_name("records.toml").read_text(encoding="utf-8"))


def values(ledger: LedgerType, setting: Setting, number: int, count: int, dice: Random) -> dict[str, Any]:
    """The values, by column, of record `number` of `count` in a year; dates spread over the year."""
    told: Mapping[str, Any] = script()[ledger.code].get("fields", {})
    together = script()[ledger.code].get("at_once", 1)
    back = int(YEAR * (count - number // together * together - dice.random() * 0.6) / count)
    day = setting.today - timedelta(days=max(back, 1))
    words = _words(setting, day, number, dice)
    made: dict[str, Any] = {}
    for field in ledger.fields.values():
        if field.kind == "link" or not _applies(field, made):
            continue
        if field.code in told:
            value = _told(field, told[field.code], words, made, number, day, setting, dice)
        else:
            value = _usual(field, ledger, day, setting, dice)
        if value is not None:
            made[field.code] = value
    return made


def _applies(field: Field, made: Mapping[str, Any]) -> bool:
    """A field that is only wanted in some cases is left out in the others."""
    return all(made.get(other) in wanted for other, wanted in field.required_if.items())


def _words(setting: Setting, day: date, number: int, dice: Random) -> dict[str, Any]:
    return {
        "unit": setting.unit,
        "year": day.year,
        "this_year": setting.today.year,
        "month": day.month,
        "quarter": (day.month + 2) // 3,
        "iso_month": f"{day:%Y-%m}",
        "n": number + 1,
        "serial": f"{dice.randrange(10**6):06}",
        "place": dice.choice(script()["names"]["streets"]),
    }


def _told(
    field: Field,
    said: Any,
    words: Mapping[str, Any],
    made: Mapping[str, Any],
    number: int,
    day: date,
    setting: Setting,
    dice: Random,
) -> Any:
    """What `records.toml` says of a field, made concrete."""
    if isinstance(said, str):
        return said.format(**words)
    if isinstance(said, list):
        if field.kind == "multi-choice":
            return dice.sample(said, k=min(2, len(said)))
        return str(dice.choice(said)).format(**words)
    if "each" in said:
        chosen = str(said["each"][number % len(said["each"])]).format(**words)
        return [chosen] if field.kind == "multi-choice" else chosen
    if "always" in said:
        return said["always"]
    if "days" in said:
        return (day + timedelta(days=dice.randint(*said["days"]))).isoformat()
    if "ahead" in said:
        return (setting.today + timedelta(days=dice.randint(*said["ahead"]))).isoformat()
    if "of" in said:
        return int(made[said["of"]] * dice.uniform(*_lowered(said["share"], setting.quality)) + 0.5)
    if "share" in said:
        return dice.random() < said["share"] * (0.8 + 0.2 * setting.quality)
    return _number(field, dice.uniform(said["from"], said["to"]))


def _lowered(share: list[float], quality: float) -> tuple[float, float]:
    low, high = share
    return low * (0.8 + 0.2 * quality), high


def _number(field: Field, value: float) -> int | float:
    return round(value) if field.kind in {"integer", "percentage", "money"} else round(value, 1)


def _usual(field: Field, ledger: LedgerType, day: date, setting: Setting, dice: Random) -> Any:
    """What a field holds when nothing is said of it: by its kind, or nothing."""
    if field.code == ledger.record_date and field.kind == "date":
        return day.isoformat()
    needed = field.required or bool(field.required_if)
    if field.kind == "date":
        return day.isoformat() if needed else None
    if field.kind == "multi-choice":
        return dice.sample(list(field.choices), k=2) if needed else None
    if field.kind in {"choice", "code"}:
        return dice.choice(list(field.choices)) if needed or dice.random() < 0.8 else None
    maker = MAKERS.get(field.kind)
    return maker(setting, dice) if maker else None


def person_name(dice: Random) -> str:
    names = script()["names"]
    return str(dice.choice(names["surnames"]) + dice.choice(names["given"]))


def resident_id(setting: Setting, dice: Random) -> str:
    """A number that passes the check and belongs to nobody: the serial 9xx is for people over a hundred."""
    born = setting.today - timedelta(days=dice.randint(20 * YEAR, 80 * YEAR))
    first = f"{setting.division[:6]:0<6}{born:%Y%m%d}9{dice.randrange(100):02}"
    return first + resident_check(first)


def organisation_code(setting: Setting, dice: Random) -> str:
    first = f"91{setting.division[:6]:0<6}" + "".join(dice.choice(ORGANISATION_LETTERS) for _ in range(9))
    return first + organisation_check(first)


def place(setting: Setting, dice: Random) -> dict[str, Any]:
    """An address in the keeper's division, and a point within about a kilometre of it."""
    street = dice.choice(script()["names"]["streets"])
    return {
        "address": f"{setting.unit}{street}{dice.randint(1, 180)}号",
        "division": setting.division,
        "longitude": round(setting.longitude + dice.uniform(-0.01, 0.01), 6),
        "latitude": round(setting.latitude + dice.uniform(-0.008, 0.008), 6),
    }


MAKERS: Mapping[str, Callable[[Setting, Random], Any]] = {
    "yes-no": lambda setting, dice: dice.random() < 0.75 + 0.2 * setting.quality,
    "person-name": lambda setting, dice: person_name(dice),
    "person-id": resident_id,
    "phone": lambda setting, dice: f"1380000{dice.randrange(10**4):04}",
    "plate": lambda setting, dice: f"{setting.plate}{dice.randrange(10**4):04}{dice.choice(PLATE_LETTERS)}",
    "uscc": organisation_code,
    "place": place,
}
