"""The targets of the prefecture's plan, broken down to its counties and to the one town the plan names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from safecommunity.accounts.models import User
from safecommunity.ledgers.actions import add
from safecommunity.targets import actions, queries
from safecommunity.targets.models import Target
from safecommunity.units.models import Unit

CITY, COUNTY, TOWN, STREET = "5116", "511603", "511603104", "511603001"
BASIS = "川委办〔2013〕1号、川安办〔2013〕31号"
# Where the counties' seats are, roughly; the public list of divisions has no coordinates.
SEATS = {
    "511602": (106.642, 30.474), COUNTY: (106.886, 30.496), "511621": (106.440, 30.538),
    "511622": (106.296, 30.349), "511623": (106.930, 30.334), "511681": (106.783, 30.390),
}  # fmt: skip
# metric: amount, day it is due, shares by division. The counties' shares are made up: the annex is not known.
CITY_TARGETS: Mapping[str, tuple[int, str, Mapping[str, int]]] = {
    "titles/provincial": (6, "10-30", dict.fromkeys(SEATS, 1)),
    "starts/provincial": (
        15, "07-30",
        {"511602": 3, COUNTY: 3, "511621": 3, "511622": 2, "511623": 2, "511681": 2},
    ),
    "starts/national": (2, "07-30", {"511602": 1, COUNTY: 1}),
}  # fmt: skip
MOVED = ("starts/provincial", {"511621": 2, "511623": 3}, "演示：岳池县一个镇撤并，改由邻水县承担")
STARTS = (
    (TOWN, "provincial", 3), (STREET, "provincial", 6), ("511602", "provincial", 2),
    ("511602", "provincial", 3), ("511602", "provincial", 4), ("511621", "provincial", 5),
    ("511623", "provincial", 6), ("511681", "provincial", 4), ("511602", "national", 6),
)  # fmt: skip
CENTRE = {"provincial": "省安全社区支持中心", "national": "国家安全社区支持中心"}
LEFT = "演示：另1个单位待定，6月底前报市创建办"


def load(units: Mapping[str, Unit], by: User, town: User, today: date) -> None:
    """`units`: by division; `by` works for the prefecture, `town` in the office of the named town."""
    for code, (longitude, latitude) in SEATS.items():
        place = {
            "address": f"{units[code].short_name}（演示，位置不准确）",
            "longitude": longitude,
            "latitude": latitude,
        }
        values = {"name": units[code].name, "place": place, "fixed": True, "complete": True}
        add(ledger="offices", unit=units[code], values={**values, "checked_date": today.isoformat()}, by=by)
    for code, level, month in STARTS:
        if month <= today.month:
            day = date(today.year, month, 15 if month < today.month else 1)
            values = {"level": level, "filed_date": day.isoformat(), "centre": CENTRE[level]}
            add(ledger="starts", unit=units[code], values=values, by=by)
    for metric, (amount, due, shares) in CITY_TARGETS.items():
        row = actions.set_target(
            unit=units[CITY], year=today.year, metric=metric, amount=Decimal(amount),
            due_date=date.fromisoformat(f"{today.year}-{due}"), basis=BASIS, by=by,
        )  # fmt: skip
        _hand_down(row, units, shares, by, today)
        if metric == MOVED[0]:
            _share(row, units, MOVED[1], by, reason=MOVED[2])
    own = queries.targets(units[COUNTY], today.year)
    _hand_down(own.get(metric="titles/provincial"), units, {TOWN: 1}, by, today)
    shares = {TOWN: 1, STREET: 1}
    _hand_down(own.get(metric="starts/provincial"), units, shares, by, today, explanation=LEFT)
    for unit in (*queries.beneath(units[CITY]), units[TOWN]):
        letter = actions.sign(unit=unit, year=today.year, by=by, today=today)
    actions.acknowledge(pledge=letter, version=letter.version, by=town, today=today)


def _hand_down(
    row: Target,
    units: Mapping[str, Unit],
    shares: Mapping[str, int],
    by: User,
    today: date,
    explanation: str = "",
) -> None:
    _share(row, units, shares, by, explanation=explanation)
    actions.issue(target=row, version=row.version, by=by, today=today)


def _share(
    row: Target,
    units: Mapping[str, Unit],
    shares: Mapping[str, int],
    by: User,
    explanation: str = "",
    reason: str = "",
) -> None:
    amounts = {units[code].pk: Decimal(amount) for code, amount in shares.items()}
    actions.allocate(
        target=row, version=row.version, shares=amounts, explanation=explanation, reason=reason, by=by
    )
