"""Papers about a hidden hazard, and the statistics sheet."""

from __future__ import annotations

from typing import Any

import pytest

from safecommunity.core.periods import Period
from safecommunity.reports import actions, queries
from tests.hazards import made as hazards
from tests.hazards.made import Town
from tests.reports import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Town:
    return hazards.town()


def text(here: Town, document: str, **more: Any) -> str:
    return str(queries.content_of(made.paper(here.block, here.lin, document, **more)))


@pytest.mark.requirement("R58", "R59")
@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            "rectification-notice",
            ["阳光饭店", "安全出口上锁", "立即打开安全出口", "2026年3月5日 10:00", "赵强"],
        ),
        ("recheck-opinion", ["复查通过", "已打开"]),
        ("hazard-write-off", ["2026-0001", "人的不安全行为", "2026年3月4日 14:00"]),
        ("hazard-supervision", ["现由", "和平社区", "立即打开安全出口"]),
    ],
)
def test_papers_say_what_the_hazard_says(here: Town, document: str, said: list[str]) -> None:
    row = hazards.closed(here)
    found = text(here, document, subject=row.client_uuid)
    assert [one for one in said if one not in found] == []


def test_the_plan_of_treatment_holds_the_five_guarantees(here: Town) -> None:
    row = hazards.guaranteed(here)
    found = text(here, "major-hazard-plan", subject=row.client_uuid)
    assert all(f"{name}：已落实" in found for name in ("responsibility", "measures", "funds", "emergency"))


def test_the_notice_speaks_english(here: Town) -> None:
    row = hazards.assigned(here)
    found = text(here, "rectification-notice", subject=row.client_uuid, language="en")
    assert "Put it right as follows" in found


@pytest.mark.requirement("R108", "R161")
def test_the_statistics_of_a_period(here: Town) -> None:
    hazards.closed(here)
    hazards.guaranteed(here, place="二处")
    period = Period.parse("2026-Q1")
    row = actions.make(document="hazard-statistics", period=period, unit=here.street, by=here.lin)
    actions.complete(paper=row, today=made.TODAY, step=lambda done, total: None, by=None)
    found = str(queries.content_of(row))
    assert "疏散通道和出口" in found
    assert "二处" in found
