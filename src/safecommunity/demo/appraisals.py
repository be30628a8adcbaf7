"""A city's appraisal of its districts, published, and its awards, for the demonstration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from safecommunity.accounts.models import User
from safecommunity.assessment import actions as assessment
from safecommunity.assessment import queries as assessments
from safecommunity.assessment.models import Assessment
from safecommunity.core.schemes import question_codes
from safecommunity.supervision.actions import appraisals as actions
from safecommunity.supervision.actions import awards
from safecommunity.supervision.queries import appraisals as queries
from safecommunity.units import actions as units
from safecommunity.units.models import Unit

POPULATION = 90_000  # made up, the same for all: they are shown side by side
FAULTS = (0, 1, 3, 6, 9)  # found on the spot, by district
SEEN = "现场考核（演示）"
DEDUCTED = ("1.1", "1.2", "2.2")
HONOUR = {"level": "municipal", "reason": "年度考核名列前茅（演示）"}


def load(city: Unit, districts: Sequence[Unit], judges: Sequence[User], now: datetime, today: date) -> None:
    """`judges`: one opens and proposes, the other decides on awards."""
    by, other = judges
    for unit in districts:
        unit.refresh_from_db(fields=["version"])
        units.change(unit=unit, version=unit.version, by=by, population=POPULATION)
    row = actions.open_appraisal(
        unit=city, year=today.year, scheme="work-safety-appraisal", kinds=["county-office"], by=by,
        margin=Decimal(2), least_group=3, least_cases=20, today=today,
    )  # fmt: skip
    actions.gather(row=row, by=by, today=today, now=now)
    for faults, standing in zip(FAULTS, queries.standings(row), strict=False):
        if standing.assessment:
            _settle(standing.assessment, faults, by, now)
    actions.gather(row=row, by=by, today=today, now=now)
    actions.publish(row=row, version=row.version, by=by, now=now)
    _honour(city, districts, by, other, today)


def _settle(row: Assessment, faults: int, by: User, now: datetime) -> None:
    """What was found on the spot is decided by hand, the rest as the records suggest; then it is frozen."""
    grades = assessments.grades(row)
    for code in DEDUCTED:
        *others, last = question_codes(row.rules.indicators[code].rule)
        answers = {**dict.fromkeys(others, "0"), last: str(faults)}
        assessment.confirm(
            grade=grades[code], answers=answers, by=by, now=now, version=grades[code].version, reason=SEEN
        )
    assessment.confirm_as_suggested(assessment=row, indicators=row.rules.indicators, by=by, now=now)
    for code, grade in assessments.grades(row).items():
        if grade.confirmed_at is None:
            nothing = dict.fromkeys(question_codes(row.rules.indicators[code].rule), "0")
            assessment.confirm(grade=grade, answers=nothing, by=by, now=now, version=grade.version)
    row.refresh_from_db(from_queryset=Assessment.objects.in_unit(row.unit))
    assessment.freeze(assessment=row, by=by, now=now, version=row.version)


def _honour(city: Unit, districts: Sequence[Unit], by: User, other: User, today: date) -> None:
    """A district is honoured; a person is proposed and waits."""
    unit = awards.propose(
        giver=city, unit=districts[0], year=today.year, honour="安全社区创建先进单位（演示）",
        holder_kind="unit", holder="", money=None, by=by, today=today, **HONOUR,
    )  # fmt: skip
    awards.decide(row=unit, version=unit.version, accept=True, words="同意（演示）", by=other, today=today)
    awards.propose(
        giver=city, unit=districts[1], year=today.year, honour="安全社区建设先进个人（演示）",
        holder_kind="person", holder="张某（演示）", money=Decimal(800), by=by, today=today, **HONOUR,
    )  # fmt: skip
