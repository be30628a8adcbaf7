"""The invented cards: plausible, the same for the same day, with the planted rise."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from safecommunity.core import injuries
from safecommunity.demo.injuries import cards, mix
from safecommunity.demo.neighbourhoods import Street
from safecommunity.surveillance import queries
from tests import make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture
def street() -> Street:
    unit = make.unit("东里街道", slug="130104001")
    slugs = ("130104001001", *mix()["rise"]["units"])
    below = tuple(make.unit(one, parent=unit, kind="neighbourhood", slug=one) for one in slugs)
    return Street(unit, below, (114.466, 38.03))


def test_cards_pass_their_checks_and_are_the_same_for_the_same_day(street: Street) -> None:
    made = list(cards(street, TODAY))
    assert made == list(cards(street, TODAY))
    assert 1_000 < len(made) < 2_200
    for _unit, values in made:
        checked = injuries.check(queries.form(), values, queries.rules(), TODAY)
        assert (checked.errors, checked.unusual) == ({}, {})
    days = [date.fromisoformat(values["injured_date"]) for _unit, values in made]
    assert max(days) < TODAY
    assert min(days) >= TODAY - timedelta(days=7 * mix()["weeks"])


def test_falls_come_first_and_rise_among_the_old_at_the_end(street: Street) -> None:
    made = list(cards(street, TODAY))
    causes = Counter(values["cause"] for _unit, values in made)
    assert causes.most_common(1)[0][0] == "fall"
    stairs = [
        values for unit, values in made
        if values.get("fall_type") == "stairs" and unit.slug in mix()["rise"]["units"]
        and values["injured_date"] >= (TODAY - timedelta(days=14)).isoformat()
    ]  # fmt: skip
    assert len(stairs) >= mix()["rise"]["more"]
