"""Three years of invented injury cards of a street and two accidents, for the demonstration."""

from __future__ import annotations

import tomllib
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from math import exp
from pathlib import Path
from random import Random
from typing import Any

from django.utils.timezone import localtime

from safecommunity.accounts.models import User
from safecommunity.core import injuries
from safecommunity.demo.neighbourhoods import Street, spot
from safecommunity.ledgers import actions as ledgers
from safecommunity.library import codes, watches
from safecommunity.surveillance import actions, queries
from safecommunity.surveillance.models import Accident
from safecommunity.units.models import Unit

SAID = "演示数据：由程序按固定种子生成，不是真实的人和伤害"
Values = dict[str, Any]


@cache
def mix() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("injuries.toml").read_text(encoding="utf-8"))


def load(street: Street, by: User, today: date, now: datetime) -> None:
    """The cards up to yesterday, the accidents and the weekly looks; the same again."""
    made: dict[Unit, list[tuple[uuid.UUID, Any]]] = defaultdict(list)
    dice, later = (Random(f"{street.unit.slug}/{of}") for of in ("spots", "reported"))  # noqa: S311
    for number, (place, values) in enumerate(cards(street, today)):
        said = values | _spot(street, place, dice)
        said["reported_date"] = _reported(date.fromisoformat(said["injured_date"]), today, later)
        checked = injuries.check(queries.form(), said, queries.rules(), today)
        if checked.errors:
            raise ValueError(str(checked.errors))
        made[place].append(
            (uuid.uuid5(uuid.NAMESPACE_URL, f"demo/injury/{street.unit.slug}/{number}"), checked)
        )
    for place, rows in made.items():
        actions.take_in(unit=place, rows=rows, by=None, source=SAID)
    _accidents(street, by, today, now)
    for back in (7, 0):
        day = today - timedelta(days=back)
        actions.look(unit=street.unit, watch=watches["weekly"], today=day, by=None)


def _reported(day: date, today: date, dice: Random) -> str:
    """Most within days, one of twenty after more than a month."""
    days = dice.randint(35, 60) if dice.random() < 0.05 else dice.randint(0, 9)
    return min(day + timedelta(days=days), today).isoformat()


def cards(street: Street, today: date) -> Iterator[tuple[Unit, Values]]:
    """Where and what of every card, week by week; in the last weeks some more of one kind."""
    dice = Random(f"{street.unit.slug}/injuries")  # noqa: S311 - for show, and repeatable
    said, causes = mix(), mix()["causes"]
    for week in range(said["weeks"], 0, -1):
        monday = today - timedelta(days=7 * week)
        for cause, one in causes.items():
            share = one["weight"] / sum(other["weight"] for other in causes.values())
            factor = one.get("months", {}).get(str(monday.month), 1.0)
            for _case in range(_poisson(dice, said["cases_a_week"] * share * factor)):
                yield dice.choice(street.below), _card(cause, monday, dice)
    rise = said["rise"]
    where = [unit for unit in street.below if unit.slug in rise["units"]] or list(street.below)
    for _case in range(rise["more"]):
        monday = today - timedelta(days=7 * dice.randint(1, rise["weeks"]))
        card = _card(rise["cause"], monday, dice, band=rise["ages"])
        yield dice.choice(where), card | {name: rise[name] for name in ("place", "fall_type")}


def _card(cause: str, monday: date, dice: Random, band: str = "") -> Values:
    one, said = mix()["causes"][cause], mix()
    band = band or _drawn(one["ages"], dice)
    ages = codes["age-bands"][band].extra
    age = dice.randint(int(ages["from"]), int(ages["to"] or 93))
    old = int(ages["from"]) >= 65
    severity = dice.choices(["slight", "moderate", "severe"], said["severity"]["old" if old else "young"])[0]
    hour = round(dice.gauss(dice.choice(one["hours"]), 1.6)) % 24
    day, nature = monday + timedelta(days=dice.randrange(7)), _drawn(one["natures"], dice)
    return {
        "injured_date": day.isoformat(), "hour": str(hour),
        "cause": cause, "intent": "unintentional", "place": _drawn(one["places"], dice),
        "activity": _drawn(one["activities"], dice), "nature": nature,
        "body_part": _drawn(one["body_parts"], dice), "severity": severity,
        "outcome": _drawn(said["outcomes"][severity], dice),
        "sex": "female" if dice.random() < one["female"] else "male", "age": str(age),
        "occupation": _occupation(age, dice), "source": _drawn(said["sources"], dice),
        "facility": "演示数据", **({"nature_text": "演示"} if nature == "other" else {}),
        **{name: dice.choice(choices) for name, choices in one["branch"].items()},
    }  # fmt: skip


def _spot(street: Street, place: Unit, dice: Random) -> Values:
    longitude, latitude = spot(street, place, dice)
    named = {"spot": place.name, "spot.division": place.slug}
    return named | {"spot.longitude": longitude, "spot.latitude": latitude}


def _occupation(age: int, dice: Random) -> str:
    if age < 6:
        return "preschool"
    if age < 18:
        return "pupil"
    return (
        "retired" if age >= 60 else dice.choice(["service", "operator", "clerk", "professional", "household"])
    )


def _accidents(street: Street, by: User, today: date, now: datetime) -> None:
    """A fire that is closed with its measure verified, and a crash reported late and still looked into."""
    day, said = today - timedelta(days=60), mix()["accidents"]
    fire = _report(street.below[0], now - timedelta(days=60), timedelta(minutes=25), by, said["fire"])
    actions.investigate(row=fire, version=fire.version, by=by, today=day, **said["findings"])
    due = day + timedelta(days=20)
    entry = actions.add_measure(
        row=fire, version=fire.version, due_date=due, by=by, today=day, **said["measure"]
    )
    done = {
        "state": "verified",
        "done_date": (day + timedelta(days=15)).isoformat(),
        "verified_by": by.display_name,
        "verified_date": (day + timedelta(days=18)).isoformat(),
        "effect": said["effect"],
    }
    ledgers.change(entry=entry, version=entry.version, values={**entry.data, **done}, by=by)
    actions.close_accident(row=fire, version=fire.version, by=by)
    crash = _report(street.below[-1], now - timedelta(days=4), timedelta(hours=3), by, said["crash"])
    more = {**crash.data, **said["supplement"]}
    actions.supplement(row=crash, version=crash.version, values=more, note=said["note"], by=by, now=now)


def _report(unit: Unit, at: datetime, after: timedelta, by: User, said: Values) -> Accident:
    """Reported so long after it was known."""
    known = localtime(at - after)
    happened = known - timedelta(minutes=10)
    values = {
        "happened_date": f"{happened:%Y-%m-%d}",
        "happened_time": f"{happened:%H:%M}",
        "known_date": f"{known:%Y-%m-%d}",
        "known_time": f"{known:%H:%M}",
        "source": "neighbourhood",
        "reporter": by.display_name,
        **said,
    }
    return actions.report_accident(unit=unit, values=values, by=by, now=at)


def _drawn(weights: Mapping[str, float], dice: Random) -> str:
    return dice.choices(list(weights), list(weights.values()))[0]


def _poisson(dice: Random, mean: float) -> int:
    """Knuth's way; means here are below thirty."""
    limit, product, count = exp(-mean), dice.random(), 0
    while product > limit:
        product *= dice.random()
        count += 1
    return count
