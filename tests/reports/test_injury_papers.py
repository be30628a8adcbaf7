"""The diagnosis report and the report of accidents and injuries, made from cards."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from safecommunity.core.periods import Period
from safecommunity.jobs import worker
from safecommunity.reports import actions, queries
from safecommunity.reports.models import Paper
from safecommunity.surveillance import actions as surveillance
from safecommunity.surveillance import wording
from safecommunity.surveillance.findings import findings
from safecommunity.surveillance.queries import Ask
from safecommunity.units.models import Unit
from tests import make
from tests.surveillance.test_cases import ASSAULT
from tests.surveillance.test_figures import AREAS, put
from tests.surveillance.test_findings import LAST, everyday, falls, street

__all__ = ["street"]
pytestmark = pytest.mark.django_db
YEAR = Period.parse("2026")


@pytest.mark.requirement("R101", "R117", "R123", "R124", "R157", "R142")
@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("community-diagnosis", ("重点问题", "居民需求", "脆弱群体", "据此做了什么")),
        ("injury-yearly", ("按月份", "2026-10", "整改和干预", "火灾")),
    ],
)
def test_the_papers_hold_findings_and_hide_small_counts(
    street: Unit, code: str, words: tuple[str, ...]
) -> None:
    lin = make.member(street, "office", "lin")
    everyday(street)
    falls(street)
    put(street, LAST - timedelta(days=5), 2, cause="drowning", place="farm")
    put(street, LAST - timedelta(days=9), 6, **{k: v for k, v in ASSAULT.items() if k != "injured_date"})
    one = findings(street, Ask(), YEAR.start, LAST).rows[0]
    told = wording.finding(one, AREAS)
    surveillance.take_up(
        unit=street, title="老人跌倒", sentence=told, key=one.key, first=YEAR.start, last=LAST,
        figures={"count": one.count}, by=lin,
    )  # fmt: skip
    surveillance.report_accident(unit=street, by=lin, now=timezone.now(), values=FIRE)
    row = actions.make(document=code, period=YEAR, unit=street, by=lin)
    worker.drain()
    found = queries.paper(street, row.pk)
    assert found
    assert found.state == Paper.State.READY
    text = json.dumps(found.content, ensure_ascii=False)
    for word in (told, "登记伤害 162 起", "<5", *words):
        assert word in text


FIRE = {
    "title": "住宅火灾", "kind": "fire", "happened_date": "2026-11-01", "happened_time": "09:00",
    "known_date": "2026-11-01", "known_time": "09:30", "course": "电线短路", "source": "fire-brigade",
    "serious": "1",
}  # fmt: skip
