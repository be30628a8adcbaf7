"""Assessments beside one another, findings, the archive: over the API."""

from __future__ import annotations

import pytest

from safecommunity.accounts.models import User
from safecommunity.assessment.models import Assessment
from safecommunity.jobs import worker
from safecommunity.ledgers import actions as ledgers
from safecommunity.units.models import Unit
from tests import make
from tests.api.test_assessment import Caller
from tests.assessment import made

pytestmark = pytest.mark.django_db
DRILL = {
    "name": "疏散演练", "kind": "fire", "form": "full", "held_date": "2026-03-05", "organiser": "创建办",
    "persons": 40, "scenario": "三楼起火", "place": "广场",
}  # fmt: skip


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> User:
    return make.member(unit)


@pytest.fixture
def form(unit: Unit, lin: User) -> Assessment:
    return made.assessment(unit, lin)


def test_two_years_and_two_units_are_compared(unit: Unit, lin: User, form: Assessment) -> None:
    earlier = made.assessment(unit, lin, period="2025")
    village = made.assessment(make.unit("东村", parent=unit, kind="neighbourhood"), lin)
    for other in (earlier, village):
        made.confirm(other, "1.1", made.answers("CCC"), lin)
    made.confirm(form, "1.1", made.answers("AAA"), lin)
    caller = Caller(lin)
    for other in (earlier, village):
        address = f"/units/{unit.slug}/assessments-compared?one={other.pk}&other={form.pk}"
        _status, rows = caller.ask("GET", address)
        changed = {row["indicator"]: row["change"] for row in rows if row["one"] != row["other"]}
        assert changed == {"1.1": "2.10"}


def test_different_schemes_and_foreign_assessments_are_not_compared(
    unit: Unit, lin: User, form: Assessment
) -> None:
    other = made.assessment(unit, lin, scheme="isccc-6")
    foreign = made.assessment(make.unit("别处街道"), lin)
    address = f"/units/{unit.slug}/assessments-compared?one={form.pk}&other="
    assert [Caller(lin).ask("GET", f"{address}{row.pk}")[0] for row in (other, foreign)] == [422, 404]


def test_a_city_reads_the_newest_figures_of_its_units(unit: Unit, lin: User, form: Assessment) -> None:
    newer = made.assessment(unit, lin)
    address = f"/units/{unit.slug}/overview?scheme=national-2006&period=2026"
    _status, rows = Caller(lin).ask("GET", address)
    assert [(row["unit"], row["assessment"]) for row in rows] == [(unit.slug, newer.pk)]
    wu = make.member(make.unit("别处街道"), username="wu")
    assert Caller(wu).ask("GET", address)[0] == 404
    assert Caller(lin).ask("GET", address.replace("national-2006", "none"))[0] == 404


def test_without_a_newer_version_there_is_nothing_to_upgrade(unit: Unit, lin: User, form: Assessment) -> None:
    response = Caller(lin).client.get(f"/api/units/{unit.slug}/assessments/{form.pk}/upgrade-preview")
    assert response.status_code == 204


def test_a_non_conformity_is_written_down_by_who_scores_and_closed_by_who_confirms(
    unit: Unit, lin: User, form: Assessment
) -> None:
    kao = Caller(make.member(unit, "appraisal", "kao"))
    address = f"/units/{unit.slug}/assessments/{form.pk}/findings"
    said = {"indicator": "7.4", "text": "演练没有评估", "severity": "major"}
    assert Caller(lin).ask("POST", address, said)[0] == 403
    assert kao.ask("POST", address, {**said, "severity": "huge"})[0] == 422
    assert kao.ask("POST", address, {**said, "indicator": "99"})[0] == 422
    status, finding = kao.ask("POST", address, said)
    assert (status, finding["closed_at"]) == (201, None)
    close = f"{address}/{finding['id']}/close"
    assert kao.ask("POST", close, {"version": 1, "verification": " "})[0] == 422
    assert kao.ask("POST", close, {"version": 9, "verification": "已补"})[0] == 409
    _status, closed = kao.ask("POST", close, {"version": 1, "verification": "已补评估表"})
    assert closed["verification"] == "已补评估表"
    assert [row["id"] for row in Caller(lin).ask("GET", address)[1]] == [finding["id"]]


def test_the_archive_is_read_and_made_into_one_file(unit: Unit, lin: User) -> None:
    entry = ledgers.add(ledger="drills", unit=unit, values=DRILL, by=lin)
    caller, address = Caller(lin), f"/units/{unit.slug}/archive/national-2006/2026"
    _status, items = caller.ask("GET", address)
    assert {(item["indicator"], item["entry"], item["ledger"]) for item in items} >= {
        ("7.4", entry.pk, "drills")
    }
    status, job = caller.ask("POST", f"{address}/export", {"whole": False})
    assert status == 201
    worker.drain()
    file = caller.client.get(f"/api/units/{unit.slug}/jobs/{job['id']}/file")
    assert b"".join(file.streaming_content).startswith(b"PK")  # type: ignore[arg-type]
    assert caller.ask("GET", address.replace("national-2006", "none"))[0] == 404
    wu = make.member(make.unit("别处街道"), username="wu")
    assert Caller(wu).ask("GET", address)[0] == 404
