from __future__ import annotations

from datetime import timedelta

import pytest

from safecommunity.demo import visits
from safecommunity.supervision.models.visits import Extension, ExtensionState, Finding, FindingState
from tests import make
from tests.supervision import made

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("R204")
def test_of_two_findings_one_is_answered_and_the_other_was_given_more_time() -> None:
    city, (street,) = made.city(1)
    for name in ("一社区", "二社区", "三社区"):
        make.unit(name, kind="neighbourhood", parent=street)
    visits.load(city, street, made.inspectors(city), make.member(street), made.NOW, made.DAY)
    answered, given = Finding.objects.in_unit(street).order_by("pk")
    more = Extension.objects.in_unit(street).get()
    assert (answered.state, given.state, more.state) == (
        FindingState.ANSWERED, FindingState.OPEN, ExtensionState.GRANTED,
    )  # fmt: skip
    assert given.due_date == more.to_date == more.from_date + timedelta(days=10)
