"""A program appraises and honours: the same refusals as on the pages."""

from __future__ import annotations

import pytest

from safecommunity.accounts.models import User
from safecommunity.jobs.worker import drain
from safecommunity.supervision.queries import appraisals as queries
from safecommunity.units.models import Unit
from tests import make
from tests.api.asking import ask
from tests.supervision import made
from tests.supervision.test_appraisals import POINTS, settled

pytestmark = pytest.mark.django_db

OPENING = {"year": 2025, "scheme": "work-safety-appraisal", "kinds": ["sub-district"]}
AWARD = {
    "year": 2025, "honour": "先进单位", "level": "municipal", "holder_kind": "unit", "reason": "第一档",
}  # fmt: skip


@pytest.fixture
def streets() -> list[Unit]:
    return made.city(4)[1]


@pytest.fixture
def city(streets: list[Unit]) -> Unit:
    assert streets[0].parent is not None
    return streets[0].parent


@pytest.fixture
def people(city: Unit) -> list[User]:
    return made.inspectors(city)


@pytest.mark.requirement("R137", "R201")
def test_a_year_is_appraised_ranked_and_published(city: Unit, people: list[User]) -> None:
    base = f"/units/{city.slug}/appraisals"
    status, row = ask(people[0], "POST", base, OPENING)
    assert (status, row["state"]) == (201, "open")
    assert ask(people[0], "POST", base, OPENING)[0] == 422
    drain()
    one = f"{base}/{row['uuid']}"
    assert ask(people[0], "POST", f"{one}/publish", version=1)[0] == 422
    kept = queries.appraisals(city)[0]
    settled(kept, people[0], POINTS)
    ranks = {each["unit"]: each["ranks"] for each in ask(people[0], "GET", one)[1]["ranks"]}
    assert sorted(ranks.values()) == [[1, 2], [1, 2], [3, 3], [4, 4]]
    assert ask(people[0], "POST", f"{one}/publish", version=7)[0] == 412
    assert ask(people[0], "POST", f"{one}/publish", version=1)[1]["state"] == "published"
    assert [each["edition"] for each in ask(people[0], "GET", base)[1]] == [1]


@pytest.mark.requirement("R167")
def test_an_award_is_proposed_by_one_and_decided_by_another(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    base = f"/units/{city.slug}/awards"
    status, row = ask(people[0], "POST", base, {**AWARD, "unit": streets[0].slug})
    assert (status, row["state"]) == (201, "proposed")
    one = f"/units/{streets[0].slug}/awards/{row['uuid']}/decide"
    assert ask(people[0], "POST", one, {"accept": True}, 1)[0] == 422
    assert ask(people[1], "POST", one, {"accept": True}, 1)[1]["state"] == "decided"
    assert [each["holder"] for each in ask(people[2], "GET", base)[1]] == ["街道1"]


def test_who_may_not_and_who_does_not_see(city: Unit, streets: list[Unit], people: list[User]) -> None:
    zhou, wu = make.member(city, "viewer", "zhou"), make.member(streets[0], "office", "wu")
    assert ask(zhou, "POST", f"/units/{city.slug}/appraisals", OPENING)[0] == 403
    assert ask(wu, "GET", f"/units/{city.slug}/appraisals")[0] == 404
    other = make.unit("别处")
    assert ask(people[0], "POST", f"/units/{city.slug}/awards", {**AWARD, "unit": other.slug})[0] == 404
