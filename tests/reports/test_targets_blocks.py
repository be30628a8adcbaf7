from __future__ import annotations

import json

import pytest

from safecommunity.core.periods import Period
from safecommunity.jobs import worker
from safecommunity.reports import actions, queries
from safecommunity.reports.models import Paper
from tests import make
from tests.targets import made

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("R174")
def test_the_breakdown_table_lists_each_unit_the_sums_and_what_explains_a_difference() -> None:
    city = make.unit("广安市", kind="city-office")
    boss = make.member(city, "city-office", "boss")
    first, _lin = made.county(city)
    second, _chen = made.county(city, "岳池县", "chen")
    shares = {first: 4, second: 7}
    made.issued(made.target(city, boss, 15), boss, shares, explanation="其余4个由市直园区承担")
    made.target(city, boss, 2, "starts/national")
    row = actions.make(document="target-breakdown", period=Period.parse("2013"), unit=city, by=boss)
    worker.drain()
    found = queries.paper(city, row.pk)
    assert found
    assert found.state == Paper.State.READY
    text = json.dumps(found.content, ensure_ascii=False)
    for words in ("前锋区", '"7"', '"11"', "15 个", "其余4个由市直园区承担", "川安办〔2013〕31号", "2 个"):
        assert words in text
    assert text.count("启动建设数：国家级") == 1
