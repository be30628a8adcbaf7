"""Alerts: the weekly look, repeats, grave events, and what became of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from safecommunity.accounts.models import User
from safecommunity.audit.models import Line
from safecommunity.core import injuries
from safecommunity.jobs.actions import enqueue
from safecommunity.jobs.worker import drain
from safecommunity.library import watches
from safecommunity.notices.models import Notice
from safecommunity.surveillance import actions, queries, wording
from safecommunity.surveillance.models import Alert, Look
from safecommunity.units.models import Unit
from safecommunity.units.scope import StaleRecord
from tests import make
from tests.surveillance.test_accidents import FIRE, NOW
from tests.surveillance.test_cases import ASSAULT, FALL
from tests.surveillance.test_figures import put

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R164")]
MONDAY = date(2026, 11, 16)
DEATH = {"outcome": "died", "severity": "severe"}
WATCH = watches["weekly"]


@pytest.fixture
def street() -> Unit:
    return make.unit("阳光街道")


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


def quiet(unit: Unit, last: date, weeks: int = 30) -> None:
    for back in range(weeks):
        put(unit, last - timedelta(days=7 * back + 5), 1 + back % 2)


def looked(unit: Unit, today: date = MONDAY) -> Look:
    return actions.look(unit=unit, watch=WATCH, today=today, by=None)


def card(unit: Unit, by: User | None = None, **changes: Any) -> None:
    day = date(2026, 11, 1)
    actions.add_case(unit=unit, values={**FALL, **changes}, by=by, today=day)


def test_a_planted_rise_is_an_alert_of_its_series_and_told(street: Unit, lin: User) -> None:
    quiet(street, MONDAY)
    put(street, MONDAY - timedelta(days=3), 11)
    row = looked(street)
    assert row.week == MONDAY - timedelta(days=7)
    assert row.alarms == 2
    found = {one.series: one for one in queries.alerts(street, lin)}
    assert set(found) == {"cause=fall&place=home", "cause=fall&band=65-74&band=75-84&band=85"}
    (said,) = found["cause=fall&place=home"].weeks
    assert said["count"] >= 11 > said["upper"] > said["expected"]
    assert row.settings["alpha"] == 0.01
    assert Notice.objects.filter(kind="injury-alert", to=lin).count() == 2


def test_a_quiet_week_makes_no_alert_and_no_cards_no_series(street: Unit) -> None:
    quiet(street, MONDAY)
    assert looked(street).alarms == 0
    assert looked(make.unit("新街道")).series == 0
    assert not Alert.objects.in_unit(street).exists()


def test_a_week_is_looked_at_once_and_a_repeat_goes_on_in_the_same_alert(street: Unit, lin: User) -> None:
    quiet(street, MONDAY)
    put(street, MONDAY - timedelta(days=3), 11)
    assert looked(street).pk == looked(street, MONDAY + timedelta(days=3)).pk
    put(street, MONDAY + timedelta(days=3), 25)
    looked(street, MONDAY + timedelta(days=7))
    for one in queries.alerts(street, lin):
        assert one.last_week == MONDAY
        assert len(one.weeks) == 2
    assert Notice.objects.filter(kind="injury-alert").count() == 2


def test_restricted_cards_are_not_in_the_series(street: Unit) -> None:
    quiet(street, MONDAY)
    put(street, MONDAY - timedelta(days=3), 11, **{k: v for k, v in ASSAULT.items() if k != "injured_date"})
    assert looked(street).alarms == 0


@pytest.mark.parametrize(
    "changes",
    [{"outcome": "died", "severity": "severe"}, {"cause": "drowning", "age": "9", "occupation": "pupil"},
     {"fall_type": "building", "age": "9", "occupation": "pupil"}],
)  # fmt: skip
def test_grave_events_are_alerts_without_statistics_once(
    street: Unit, lin: User, changes: dict[str, str]
) -> None:
    card(street, **changes)
    (found,) = queries.alerts(street, lin)
    assert (found.method, found.series.partition(":")[0]) == ("event", "event")
    assert Notice.objects.filter(kind="injury-alert", to=lin).count() == 1


def test_ordinary_cards_are_not(street: Unit, lin: User) -> None:
    card(street)
    card(street, cause="drowning", age="40", occupation="service")
    assert not queries.alerts(street, lin).exists()


def test_a_restricted_death_is_told_to_few(street: Unit, lin: User) -> None:
    officer = make.member(street, "officer", "zhou")
    card(street, cause="suffocation", intent="self-harm", outcome="died", severity="severe")
    assert queries.alerts(street, lin).count() == 1
    assert not queries.alerts(street, officer).exists()
    assert {one.to for one in Notice.objects.filter(kind="injury-alert")} == {lin}


def told_of_alerts() -> set[str]:
    return {one.to.username for one in Notice.objects.filter(kind="injury-alert").select_related("to")}


def test_an_alert_is_told_where_it_is_worked_on_else_above_and_to_nobody_else(street: Unit) -> None:
    city = make.unit("某市", kind="city-office")
    streets = [make.unit(name, parent=city) for name in ("东里街道", "裕强街道")]
    make.member(city, "city-office", "he")
    make.member(streets[0], "office", "lin")
    make.member(streets[0], "viewer", "wu")
    make.member(street, "office", "elsewhere")
    quiet(streets[0], MONDAY)
    put(streets[0], MONDAY - timedelta(days=3), 11)
    assert looked(streets[0]).alarms
    assert told_of_alerts() == {"lin"}
    quiet(streets[1], MONDAY)
    put(streets[1], MONDAY - timedelta(days=3), 11)
    assert looked(streets[1]).alarms
    assert told_of_alerts() == {"lin", "he"}


def test_a_grave_event_is_told_above_too(street: Unit, lin: User) -> None:
    below = make.unit("锦绣社区", parent=street, kind="neighbourhood")
    make.member(below, "officer", "zhou")
    card(below, outcome="died", severity="severe")
    assert told_of_alerts() == {"lin", "zhou"}


def test_what_a_change_makes_grave_is_an_alert_and_what_it_restricts_is_hidden(
    street: Unit, lin: User
) -> None:
    officer = make.member(street, "officer", "zhou")
    day = date(2026, 11, 1)
    row = actions.add_case(unit=street, values=FALL, by=None, today=day)
    grave = {**FALL, "outcome": "died", "severity": "severe"}
    row = actions.change_case(row=row, version=row.version, values=grave, by=lin, today=day)
    assert queries.alerts(street, officer).count() == 1
    abuse = {**ASSAULT, "outcome": "admitted"}
    row = actions.change_case(row=row, version=row.version, values=abuse, by=lin, today=day)
    assert not queries.alerts(street, officer).exists()
    assert queries.alerts(street, lin).count() == 1
    actions.change_case(row=row, version=row.version, values=grave, by=lin, today=day)
    assert queries.alerts(street, officer).count() == 1
    lines = Line.objects.filter(act="alert.restricted").order_by("id")
    assert [one.after["is_restricted"] for one in lines] == [True, False]


def test_a_death_in_a_sheet_is_an_alert_where_it_is_recent(street: Unit, lin: User) -> None:
    days = (MONDAY - timedelta(days=3), MONDAY - timedelta(days=300))
    rows = [
        (uuid4(), injuries.check(queries.form(), {**FALL, "injured_date": day.isoformat(), **DEATH},
                                 queries.rules(), MONDAY))
        for day in days
    ]  # fmt: skip
    actions.take_in(unit=street, rows=rows, by=None, source="表", today=MONDAY)
    assert [one.series for one in queries.alerts(street, lin)] == [f"event:death:{rows[0][0]}"]


def rare(unit: Unit, weeks: range) -> None:
    """A fall in each week, and three burns at school last week."""
    for back in weeks:
        put(unit, MONDAY - timedelta(days=7 * back + 5), 1)
    put(unit, MONDAY - timedelta(days=3), 3, cause="burn", place="school")


def test_what_a_unit_hardly_has_is_held_against_the_rest_of_the_unit_above(street: Unit) -> None:
    """Half as many cards here as in the other one, which had a burn in a week: here half a burn a week."""
    city = make.unit("某市", kind="city-office")
    here, there = (make.unit(name, parent=city) for name in ("东里街道", "裕强街道"))
    rare(here, range(1, 41))
    for back in range(1, 41):
        put(there, MONDAY - timedelta(days=7 * back + 5), 1)
        put(there, MONDAY - timedelta(days=7 * back + 5), 1, cause="burn", place="school")
    looked(here)
    found = Alert.objects.in_unit(here).get(series="cause=burn&place=school")
    assert found.method == "borrowed"
    assert found.weeks[-1]["expected"] == pytest.approx(5 / (5 + 35 / 2) / 2, rel=0.02)
    assert "参照了上级单位其余地方" in wording.alert_why(found)
    rare(street, range(1, 41))
    looked(street)
    assert Alert.objects.in_unit(street).get(series="cause=burn&place=school").method == "ears"


def test_an_accident_with_three_hurt_is_an_alert_once(street: Unit, lin: User) -> None:
    row = actions.report_accident(unit=street, values={**FIRE, "slight": "0"}, by=None, now=NOW)
    assert not queries.alerts(street, lin).exists()
    for version in (1, 2):
        actions.supplement(row=row, version=version, values=FIRE, note=str(version), by=lin, now=NOW)
    assert [one.series for one in queries.alerts(street, lin)] == [f"accident:{row.uuid}"]


@pytest.mark.requirement("R124")
def test_an_alert_is_handled_with_a_note_and_its_rule_is_judged(street: Unit, lin: User) -> None:
    card(street, outcome="died", severity="severe")
    (row,) = queries.alerts(street, lin)
    given: dict[str, Any] = {"row": row, "by": lin, "today": MONDAY}
    with pytest.raises(actions.Refused, match="写明"):
        actions.handle_alert(version=1, state="false", note=" ", **given)
    with pytest.raises(actions.Refused, match="选择"):
        actions.handle_alert(version=1, state="new", note="x", **given)
    viewer = make.member(street, "viewer", "wu")
    with pytest.raises(PermissionDenied):
        actions.handle_alert(row=row, version=1, state="looked", note="", by=viewer, today=MONDAY)
    actions.handle_alert(version=1, state="false", note="登记错误", **given)
    assert queries.judged(street, lin) == {"event": (1, 1)}
    with pytest.raises(StaleRecord):
        actions.handle_alert(version=1, state="acted", note="已装扶手", **given)


def test_the_weekly_job_looks_at_watched_units_only(street: Unit) -> None:
    below = make.unit("锦绣社区", parent=street, kind="neighbourhood")
    enqueue("surveillance.look", unit=street, arguments={}, by=None)
    drain()
    assert Look.objects.in_unit(street).count() == 1
    assert not Look.objects.in_unit(below).exists()
