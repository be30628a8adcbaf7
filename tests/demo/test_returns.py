from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from safecommunity.core.periods import Period
from safecommunity.demo import returns
from safecommunity.returns import queries
from tests import make
from tests.returns import made

pytestmark = pytest.mark.django_db


def test_the_board_of_the_demonstration_holds_every_state_but_the_coming_one() -> None:
    city = make.unit("石家庄市", kind="city-office")
    chief = make.member(city, "city-office", "chief")
    for number in range(5):
        street, _person = made.street(city, f"第{number}街道", f"user{number}")
        if number:
            made.drill(street, "2026-10-08")
    today = date(2026, 11, 29)
    returns.load(city, chief, today)
    lines = queries.board(city, Period.parse("2026-10"), today)
    assert Counter(line.standing for line in lines) == {"zero": 1, "figures": 2, "returned": 1, "missing": 1}
    assert {one for line in lines for _month, one in line.months} >= {"late", "zero"}
