"""The demonstration's risk points: some in every neighbourhood, of every grade, one to be reviewed."""

from __future__ import annotations

from datetime import date

import pytest

from safecommunity.demo import risks
from safecommunity.risks import queries
from tests import make

pytestmark = pytest.mark.django_db


def test_every_neighbourhood_has_points_and_every_colour_is_there() -> None:
    street = make.unit()
    children = [make.unit(f"社区{number}", parent=street, kind="neighbourhood") for number in range(5)]
    lin, today = make.member(street), date(2026, 11, 20)
    risks.load(street, children, (114.466, 38.03), lin, today)
    assert all(queries.points(child).exists() for child in children)
    counted = dict(queries.graded_counts(queries.standing(street, today)))
    assert set(counted) == {"major", "larger", "general", "low"}
    assert sum(counted.values()) == len(queries.map_points(street, today)) == 36
    assert queries.open_calls(street).count() == 1
    assert queries.overdue(street, today) > 1
