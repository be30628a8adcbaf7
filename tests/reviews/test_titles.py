"""Titles: taken down by the level above, kept in the ledger, told of in time, withdrawn with a reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from safecommunity.accounts.models import User
from safecommunity.audit.models import Line
from safecommunity.core.periods import Period
from safecommunity.jobs.worker import drain
from safecommunity.ledgers.models import Entry
from safecommunity.metrics.queries import values
from safecommunity.notices.models import Notice
from safecommunity.reviews import actions, queries
from safecommunity.reviews.models import Title
from safecommunity.units.models import Unit
from safecommunity.units.scope import StaleRecord
from tests import make

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 20)
NAMED = date(2024, 3, 1)


@pytest.fixture
def city() -> Unit:
    return make.unit("广安市", kind="city-office")


@pytest.fixture
def street(city: Unit) -> Unit:
    return make.unit("奎阁街道", parent=city)


@pytest.fixture
def office(city: Unit) -> User:
    return make.member(city, "city-office", "guangan")


def registered(street: Unit, by: User, **changes: Any) -> Title:
    given = {
        "scheme": "national-2006", "number": "国安社〔2024〕7", "plaque": "7", "granted_by": "国家中心",
        "named_date": NAMED, "today": DAY, **changes,
    }  # fmt: skip
    return actions.register_title(unit=street, by=by, **given)


def line(unit: Unit) -> dict[str, Any]:
    return Entry.objects.in_unit(unit).get(ledger="titles").data


@pytest.mark.requirement("R172")
def test_a_title_has_its_end_its_duties_its_line_and_its_figure(
    city: Unit, street: Unit, office: User
) -> None:
    row = registered(street, office)
    assert row.valid_until == date(2029, 2, 28)
    dues = [(one.code, one.due_date.isoformat()) for one in queries.duties(row)]
    assert dues == [
        ("yearly-report", "2025-03-01"), ("yearly-report", "2026-03-01"), ("yearly-report", "2027-03-01"),
        ("yearly-report", "2028-03-01"), ("re-assessment", "2029-02-28"),
    ]  # fmt: skip
    assert line(street) == {
        "name": "全国安全社区", "level": "national", "number": "国安社〔2024〕7", "plaque": "7",
        "granted_by": "国家中心", "named_date": "2024-03-01", "valid_until": "2029-02-28", "state": "granted",
    }  # fmt: skip
    drain()
    assert values([city], [Period.parse("2024")], ["titles"]) == {(city.pk, "titles", "2024"): 1}
    assert [one.pk for one in queries.titles(city, level="national", year=2024)] == [row.pk]
    assert not queries.titles(city, level="provincial").exists()
    assert not queries.titles(city, year=2025).exists()


def test_only_the_level_above_takes_one_down_and_never_ahead_of_time(street: Unit, office: User) -> None:
    own = make.member(street, "city-office", "own")
    with pytest.raises(actions.Refused, match="由上级单位登记"):
        registered(street, own)
    with pytest.raises(actions.Refused, match="不能在今天以后"):
        registered(street, office, named_date=DAY + timedelta(days=1))
    with pytest.raises(actions.Refused, match="不授予称号"):
        registered(street, office, scheme="shijiazhuang")
    assert not Title.objects.in_unit(street).exists()


def test_neither_a_number_nor_a_held_title_is_given_twice(city: Unit, street: Unit, office: User) -> None:
    registered(street, office)
    with pytest.raises(actions.Refused, match="已经用过"):
        registered(make.unit("代市镇", parent=city), office)
    with pytest.raises(actions.Refused, match="办理复评"):
        registered(street, office, number="国安社〔2026〕1")


def test_a_duty_is_done_once_by_the_level_above_after_naming(street: Unit, office: User) -> None:
    row = registered(street, office)
    lin = make.member(street)
    first = queries.duties(row)[0]
    given: dict[str, Any] = {
        "done_date": DAY,
        "outcome": "passed",
        "words": "持续改进，指标下降",
        "today": DAY,
    }
    with pytest.raises(actions.Refused, match="由上级单位登记"):
        actions.do_duty(duty=first, version=1, by=lin, **given)
    for wrong in (NAMED, DAY + timedelta(days=1)):
        with pytest.raises(actions.Refused, match="完成日期"):
            actions.do_duty(duty=first, version=1, by=office, **{**given, "done_date": wrong})
    other = queries.duties(row)[0]
    actions.do_duty(duty=first, version=1, by=office, **given)
    with pytest.raises(StaleRecord):
        actions.do_duty(duty=other, version=1, by=office, **given)
    with pytest.raises(actions.Refused, match="已经登记过"):
        actions.do_duty(duty=queries.duties(row)[0], version=2, by=office, **given)


def test_a_withdrawal_has_its_reason_and_ends_what_was_valid(city: Unit, street: Unit, office: User) -> None:
    row, seen = registered(street, office), queries.titles(street).get()
    lin = make.member(street)
    with pytest.raises(actions.Refused, match="写明撤销原因"):
        actions.withdraw_title(row=row, version=1, reason=" ", by=office, today=DAY)
    actions.withdraw_title(row=row, version=1, reason="发生重大事故", by=office, today=DAY)
    assert line(street)["state"] == "withdrawn"
    assert line(street)["ended_reason"] == "发生重大事故"
    assert not queries.valid_titles(city, DAY).exists()
    assert queries.valid_titles(city, DAY - timedelta(days=1)).get() == row
    assert not queries.open_duties(city).exists()
    assert "发生重大事故" in Notice.objects.get(to=lin).title
    assert Line.objects.filter(act="title.withdrawn", reason="发生重大事故").count() == 1
    with pytest.raises(StaleRecord):
        actions.withdraw_title(row=seen, version=1, reason="再撤", by=office, today=DAY)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2028, 8, 31), 0), (date(2028, 9, 1), 1), (date(2028, 11, 30), 1), (date(2029, 1, 29), 1),
        (date(2029, 3, 1), 1),
    ],
)  # fmt: skip
def test_the_unit_and_the_level_above_are_told_before_it_runs_out(
    city: Unit, street: Unit, office: User, day: date, told: int
) -> None:
    lin = make.member(street)
    row = registered(street, office)
    mine = {"kind": "title", "to": lin, "title__contains": "“全国安全社区”"}
    actions.remind(root=city, today=day, by=None)
    again = actions.remind(root=city, today=day, by=None)
    assert Notice.objects.filter(**mine).count() == told
    assert Notice.objects.filter(**{**mine, "to": office}).count() == told
    assert again == 0
    assert queries.standing(row, day) == (
        "expiring" if told and day.month != 3 else "expired" if told else "valid"
    )


def test_a_late_yearly_report_is_told_of(city: Unit, street: Unit, office: User) -> None:
    lin = make.member(street)
    registered(street, office)
    actions.remind(root=city, today=date(2025, 3, 2), by=None)
    assert Notice.objects.get(to=lin).title == "奎阁街道的“年度进展报告”应在 2025-03-01 前完成，已经逾期。"
