from __future__ import annotations

import json

import pytest

from safecommunity.jobs import worker
from safecommunity.reports import actions, queries
from safecommunity.reports.models import Paper
from safecommunity.returns import actions as returns
from tests import make
from tests.returns import made

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("R203")
@pytest.mark.parametrize("code", ["monthly-summary", "monthly-bulletin"])
def test_the_papers_of_a_month_hold_its_figures_and_who_filed(code: str) -> None:
    city = make.unit("石家庄市", kind="city-office")
    chief = make.member(city, "city-office", "chief")
    street, _lin = made.street(city)
    made.drill(street, "2026-10-08", persons=37)
    filed = made.submitted(street, _lin)
    returns.check(row=filed, version=filed.version, by=chief)
    make.unit("平安街道", parent=city)
    returns.summarise(unit=city, month=made.MONTH, by=chief)
    row = actions.make(document=code, period=made.MONTH, unit=city, by=chief)
    worker.drain()
    found = queries.paper(city, row.pk)
    assert found
    assert found.state == Paper.State.READY
    text = json.dumps(found.content, ensure_ascii=False)
    assert [word in text for word in ("应急演练", "1 次", "阳光街道", "已报数据")] == [True] * 4
    sent_to = {"monthly-summary": "本级党委、政府", "monthly-bulletin": "发送：各下级单位"}
    assert sent_to[code] in text
    left = [one for one in found.content["parts"] if str(one.get("title", "")).startswith("未计入汇总的单位")]
    assert [row[0] for one in left for row in one["rows"]] == (
        ["平安街道"] if code == "monthly-summary" else []
    )
