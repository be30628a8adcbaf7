"""A card as the table holds it, and the line it leaves in the ledger of injuries."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from safecommunity.accounts.sealing import blind_index, seal
from safecommunity.core.divisions import Level
from safecommunity.core.fields import mask
from safecommunity.core.ledgers import Checked
from safecommunity.ledgers.wording import told
from safecommunity.surveillance import queries
from safecommunity.surveillance.models import InjuryCase
from safecommunity.surveillance.queries import Locator
from safecommunity.units.models import Unit


def card_facts(unit: Unit, checked: Checked, uid: uuid.UUID, locate: Locator | None = None) -> dict[str, Any]:
    """What a row of the table holds for these clean values; `locate`: made once for the many of a unit."""
    clean, form, rules = checked.clean, queries.form(), queries.rules()
    sealed = {one.code: one for one in form.of_personal("sealed") if one.code in clean}
    spot = clean.get("spot", {})
    area = clean.get("grid", "")
    if not area and spot:
        at = (spot["longitude"], spot["latitude"]) if "longitude" in spot else None
        said = spot.get("division", "")
        found = (locate or queries.locator(unit, at))(at, spot.get("address", ""))
        area = found if found.startswith(said) else said
    if not area and unit.division and unit.division.level == Level.NEIGHBOURHOOD:
        area = unit.division.code
    reported = clean.get("reported_date")
    labels = {column.key: column.label for column in form.columns}
    counted = {name: clean.get(name, "") for name in queries.COUNTED if name != "band"}
    return {
        **counted,
        "band": rules.band(clean.get("age")),
        "injured_date": date.fromisoformat(clean["injured_date"]),
        "reported_date": date.fromisoformat(reported) if reported else None,
        "hour": clean.get("hour"),
        "age": clean.get("age"),
        "area": area,
        "longitude": spot.get("longitude"),
        "latitude": spot.get("latitude"),
        "is_restricted": rules.restricted(clean),
        "person": _person(clean),
        "data": {
            code: mask(sealed[code], value) if code in sealed else value for code, value in clean.items()
        },
        "sealed": {code: seal(str(clean[code]), queries.sealing_place(code, uid)) for code in sealed},
        "remark": "；".join(f"{labels[key]}：{told(said)}" for key, said in checked.unusual.items()),
    }


def ledger_line(row: InjuryCase) -> dict[str, Any]:
    """What the ledger of injuries holds of a card: nobody's name, and little of a restricted one."""
    always = {
        "injured_date": row.injured_date.isoformat(), "severity": row.severity, "outcome": row.outcome,
        "source": row.source, "restricted": row.is_restricted,
    }  # fmt: skip
    if row.is_restricted:
        return always
    more = {
        "cause": row.cause,
        "place": row.place,
        "activity": row.activity,
        "sex": row.sex,
        "age_band": row.band,
    }
    return {**always, **{name: value for name, value in more.items() if value}}


def _person(clean: Mapping[str, Any]) -> str:
    """A blind index of who it is: by identity number, else by name with telephone; "" for nobody named."""
    if number := clean.get("id_number"):
        return blind_index(number, "surveillance.person")
    if (name := clean.get("name")) and (phone := clean.get("phone")):
        return blind_index(f"{name}|{phone}", "surveillance.person")
    return ""
