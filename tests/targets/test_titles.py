"""Titles count for targets from the ledger that naming, renewal and withdrawal keep."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from safecommunity.accounts.models import User
from safecommunity.jobs.worker import drain
from safecommunity.ledgers.actions import keep
from safecommunity.ledgers.models import Entry
from safecommunity.targets import queries
from safecommunity.units.models import Unit
from tests import make
from tests.reviews import made as reviews
from tests.targets import made

pytestmark = pytest.mark.django_db


def titled(unit: Unit, by: User, level: str, day: str, state: str = "granted") -> None:
    values = {
        "name": "安全社区", "level": level, "number": uuid4().hex[:8], "granted_by": "评定机构",
        "named_date": day, "valid_until": f"{int(day[:4]) + 3}{day[4:]}", "state": state,
    }  # fmt: skip
    keep(ledger="titles", unit=unit, client_uuid=uuid4(), values=values, by=by)
    drain()


@pytest.mark.requirement("R173")
def test_a_start_counts_once_it_is_filed_and_not_twice_when_it_was_written_down_before() -> None:
    who = reviews.cast()
    year = reviews.BEGUN.year
    row = made.target(
        who.street, who.lin, 1, "starts/national", year=year, due_date=date(year, 7, 30), basis=""
    )
    made.start(who.street, who.lin, reviews.BEGUN.isoformat(), "municipal")
    reviews.building(who, "municipal-45")
    reviews.building(who, "national-2006")
    drain()
    assert [line.value for line in queries.standings([row], reviews.BEGUN)] == [1]
    starts = Entry.objects.in_unit(who.street).filter(ledger="starts").order_by("id")
    assert [(one.data["level"], one.data.get("receipt")) for one in starts] == [
        ("municipal", None),
        ("national", "回执0、回执1"),
    ]


@pytest.mark.requirement("R172")
def test_six_provincial_titles_of_2013_one_of_them_a_named_town() -> None:
    city = make.unit("广安市", kind="city-office")
    boss = make.member(city, "city-office", "boss")
    county, lin = made.county(city)
    town = make.unit("代市镇", parent=county, kind="township")
    row = made.target(city, boss, 6, "titles/provincial")
    made.issued(row, boss, {county: 1}, explanation="其余5个由其他县承担")
    made.issued(queries.targets(county, 2013).get(), lin, {town: 1})
    titled(town, boss, "municipal", "2013-04-01")
    titled(town, boss, "provincial", "2013-05-02", state="withdrawn")
    titled(town, boss, "provincial", "2013-05-02")
    named = [queries.targets(unit, 2013).get() for unit in (town, county, city)]
    after = date(2013, 10, 31)
    found = [(one.target.amount, one.value, one.standing) for one in queries.standings(named, after)]
    assert found == [(1, 1, "reached"), (1, 1, "reached"), (6, 1, "missed")]


@pytest.mark.requirement("R208")
def test_a_sub_district_holds_itself_to_the_municipal_standard_by_2012() -> None:
    street = make.unit("晏家街道")
    boss = make.member(street, "office", "yan")
    row = made.target(street, boss, 1, "titles/municipal", year=2012, due_date=date(2012, 12, 31))

    def standing(today: date) -> str:
        return queries.standings([row], today)[0].standing

    assert (standing(date(2012, 6, 1)), standing(date(2013, 1, 1))) == ("open", "missed")
    titled(street, boss, "municipal", "2012-12-15")
    assert standing(date(2013, 1, 1)) == "reached"
