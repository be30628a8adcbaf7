"""Accidents: level, clock, supplements, investigation, measures followed to closure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from safecommunity.accounts.models import User
from safecommunity.core.periods import Period
from safecommunity.jobs.worker import drain
from safecommunity.ledgers import actions as ledgers
from safecommunity.ledgers.models import Entry
from safecommunity.metrics.queries import values as metric_values
from safecommunity.notices.models import Notice
from safecommunity.surveillance import actions, queries
from safecommunity.surveillance.models import Accident
from safecommunity.units.models import Unit
from safecommunity.units.scope import StaleRecord
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R56")]

TODAY = date(2026, 10, 3)
NOW = timezone.make_aware(datetime(2026, 10, 1, 10, 0))
FIRE = {
    "title": "锦绣社区3号楼火灾", "kind": "fire", "happened_date": "2026-10-01", "happened_time": "09:05",
    "known_date": "2026-10-01", "known_time": "09:20", "course": "厨房起火", "serious": "1", "slight": "2",
    "source": "fire-brigade",
}  # fmt: skip


@pytest.fixture
def street() -> Unit:
    return make.unit("阳光街道", parent=make.unit("石家庄市", kind="city-office"))


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


def reported(unit: Unit, by: User | None, now: datetime = NOW, **changes: Any) -> Accident:
    return actions.report_accident(unit=unit, values={**FIRE, **changes}, by=by, now=now)


def line(row: Accident) -> dict[str, Any]:
    return Entry.objects.in_unit(row.unit).get(ledger="accidents", client_uuid=row.uuid).data


@pytest.mark.requirement("R162")
def test_a_report_in_time_is_kept_in_the_ledger_and_counted(street: Unit, lin: User) -> None:
    row = reported(street, lin)
    assert (row.level, row.is_late, row.supplement_until) == ("general", False, date(2026, 10, 8))
    assert line(row) == {
        "happened_date": "2026-10-01", "kind": "fire", "level": "general", "field": "fire", "deaths": 0,
        "injured": 3, "in_time": True, "state": "reported",
    }  # fmt: skip
    drain()
    assert metric_values([street], [Period.parse("2026")], ["accidents"]) == {
        (street.pk, "accidents", "2026"): 1
    }


def test_a_report_after_its_hour_is_late(street: Unit, lin: User) -> None:
    row = reported(street, lin, now=NOW + timedelta(minutes=21))
    assert row.is_late
    assert line(row)["in_time"] is False
    assert not reported(street, lin, now=NOW + timedelta(minutes=21), kind="injury").is_late


def test_the_office_and_the_level_above_are_told_once(street: Unit, lin: User) -> None:
    other = make.member(street, "office", "zhou")
    assert street.parent is not None
    above = make.member(street.parent, "city-office", "first")
    reported(street, lin)
    told = Notice.objects.filter(kind="accident")
    assert {one.to for one in told} == {other, above}


@pytest.mark.parametrize(
    ("changes", "key"),
    [({"known_time": "09:00"}, "known_time"), ({"known_time": "10:30"}, "known_time"),
     ({"happened_time": "9点"}, "happened_time"), ({"title": ""}, "title"), ({"deaths": "-1"}, "deaths")],
)  # fmt: skip
def test_times_and_figures_that_cannot_be_are_refused(
    street: Unit, lin: User, changes: dict[str, str], key: str
) -> None:
    with pytest.raises(actions.InvalidCard) as found:
        reported(street, lin, **changes)
    assert key in found.value.errors


def test_the_missing_count_as_dead_until_they_are_found(street: Unit, lin: User) -> None:
    assert reported(street, lin, missing="3").level == "larger"


def test_a_supplement_keeps_the_old_figures_and_raises_the_level(street: Unit, lin: User) -> None:
    row = reported(street, lin)
    more = {**FIRE, "deaths": "3", "serious": "0"}
    later = NOW + timedelta(days=3)
    actions.supplement(row=row, version=1, values=more, note="三人不治", by=lin, now=later)
    assert (row.level, line(row)["deaths"]) == ("larger", 3)
    (said,) = row.supplements
    assert (said["before"], said["after"], said["late"]) == (
        {"deaths": 0, "serious": 1}, {"deaths": 3, "serious": 0}, False,
    )  # fmt: skip
    actions.supplement(row=row, version=2, values=FIRE, note="", by=lin, now=NOW + timedelta(days=9))
    assert row.supplements[1]["late"]
    with pytest.raises(StaleRecord):
        actions.supplement(row=row, version=2, values=FIRE, note="", by=lin, now=later)


@pytest.mark.requirement("R123", "R124", "R163")
def test_from_the_investigation_over_the_measures_to_the_closure(street: Unit, lin: User) -> None:
    row = reported(street, lin)
    measure = {
        "problem": "厨房线路老化", "measure": "更换线路并检查全楼", "responsible": "物业 王强",
        "due_date": date(2026, 11, 1), "by": lin, "today": TODAY,
    }  # fmt: skip
    with pytest.raises(actions.Refused, match="先填写调查结果"):
        actions.add_measure(row=row, version=1, **measure)
    with pytest.raises(actions.Refused, match="没有调查结果"):
        actions.close_accident(row=row, version=1, by=lin)
    said = {"direct": "线路短路", "indirect": "没有定期检查", "conclusion": "责任单位整改"}
    actions.investigate(row=row, version=1, by=lin, today=TODAY, **said)
    assert line(row)["cause"] == "线路短路"
    entry = actions.add_measure(row=row, version=2, **measure)
    assert (entry.ledger, entry.data["source"], entry.data["field"], entry.data["cause"]) == (
        "corrective-actions", "accident", "fire", "线路短路",
    )  # fmt: skip
    assert line(row)["state"] == "measures"
    with pytest.raises(actions.Refused, match="1 项整改措施没有验证"):
        actions.close_accident(row=row, version=3, by=lin)
    done = {
        **entry.data, "state": "verified", "done_date": "2026-10-20", "verified_date": "2026-10-25",
        "verified_by": "林晓", "effect": "线路合格",
    }  # fmt: skip
    ledgers.change(entry=entry, version=1, values=done, by=lin)
    actions.close_accident(row=row, version=3, by=lin)
    assert line(row)["state"] == "closed"
    for act in (
        lambda: actions.supplement(row=row, version=4, values=FIRE, note="", by=lin, now=NOW),
        lambda: actions.investigate(row=row, version=4, by=lin, today=TODAY, **said),
        lambda: actions.add_measure(row=row, version=4, **measure),
    ):
        with pytest.raises(actions.Refused, match="已结案"):
            act()


def test_who_may_not_enter_may_do_nothing(street: Unit) -> None:
    viewer, row = make.member(street, "viewer", "wu"), reported(street, None)
    said = {"direct": "a", "indirect": "b", "conclusion": "c"}
    for act in (
        lambda: reported(street, viewer),
        lambda: actions.supplement(row=row, version=1, values=FIRE, note="", by=viewer, now=NOW),
        lambda: actions.investigate(row=row, version=1, by=viewer, today=TODAY, **said),
        lambda: actions.close_accident(row=row, version=1, by=viewer),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_a_level_above_sees_the_accidents_below(street: Unit) -> None:
    assert street.parent is not None
    row = reported(street, None)
    assert [one.pk for one in queries.accidents(street.parent)] == [row.pk]
    assert queries.accident(street.parent, row.uuid) == row
    assert queries.accident(make.unit("别处街道"), row.uuid) is None
