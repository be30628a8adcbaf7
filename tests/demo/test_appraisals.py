"""The demonstration's appraisal tells districts apart, and honours one."""

from __future__ import annotations

import pytest
from django.utils import timezone

from safecommunity.demo import appraisals
from safecommunity.supervision.models import Award, Publication
from tests import make
from tests.supervision import made

pytestmark = pytest.mark.django_db


def test_districts_stand_in_several_bands_and_one_is_honoured() -> None:
    city = make.unit("石家庄市", kind="city-office")
    districts = [make.unit(f"区{number}", parent=city, kind="county-office") for number in range(1, 6)]
    judges = made.inspectors(city, "chen", "ding")
    appraisals.load(city, districts, judges, timezone.now(), timezone.localdate())
    (published,) = Publication.objects.in_unit(city)
    places = [tuple(one["place"]) for one in published.content["lines"]]
    assert places == [(1, 2, 1), (1, 2, 1), (3, 3, 2), (4, 4, 3), (5, 5, 4)]
    states = Award.objects.below(city).order_by("id").values_list("state", flat=True)
    assert list(states) == ["decided", "proposed"]
