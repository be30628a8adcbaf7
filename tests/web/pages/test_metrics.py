"""The pages of metrics, seen by three people."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import pytest

from safecommunity.audit.models import Line
from safecommunity.ledgers.models import Entry
from safecommunity.metrics import actions
from safecommunity.units.models import Unit
from tests import make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("safecommunity.web.pages.metrics.views.today", lambda: TODAY)


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> Any:
    return make.client(make.member(unit))


def put(unit: Unit, ledger: str, *records: dict[str, Any], day: str = "2026-03-01") -> None:
    for number, data in enumerate(records):
        Entry.objects.create(
            unit=unit, path=unit.path, ledger=ledger, title=f"{ledger} {number}", data=data,
            record_date=date.fromisoformat(day),
        )  # fmt: skip
    actions.refresh(unit=unit, today=TODAY, years=[2026])


def businesses(unit: Unit, surveyed: int, others: int) -> None:
    yes = {"state": "operating", "surveyed": True, "surveyed_date": "2026-02-01"}
    put(unit, "premises", *[yes] * surveyed, *[{"state": "operating", "surveyed": False}] * others)


ADDRESSES = [
    "",
    "units/",
    "of/unit-survey-rate/",
    "of/unit-survey-rate/records/",
    "of/unit-survey-rate/chart/",
]


@pytest.mark.parametrize("page", ADDRESSES)
def test_who_may_sees_who_may_not_is_told_and_a_stranger_finds_nothing(
    unit: Unit, lin: Any, page: str
) -> None:
    make.unit("东社区", parent=unit, kind="neighbourhood")
    businesses(unit, 1, 1)
    reporter = make.client(make.member(unit, "reporter", "zhou"))
    wu = make.client(make.member(make.unit("月光街道"), username="wu"))
    address = f"/{unit.slug}/metrics/{page}"
    assert [client.get(address).status_code for client in (lin, reporter, wu)] == [200, 403, 404]


@pytest.mark.requirement("R60")
def test_the_table_says_value_target_and_from_when_to_when(unit: Unit, lin: Any) -> None:
    businesses(unit, 19, 1)
    response = lin.get(f"/{unit.slug}/metrics/?period=2026")
    page = response.content.decode()
    assert "截至2026年11月24日，在册经营中的生产经营单位 20 家，已普查 19 家，普查率 95.0%。" in page
    assert "≥ 95%" in page
    businesses(unit, 0, 5)
    short = lin.get(f"/{unit.slug}/metrics/?period=2026")
    assert short.context["reached"] == response.context["reached"] - 1


RATES = [
    ("R65", "special-operation-certificates", "special-operation-certificate-rate",
     {"state": "working", "certified": True, "valid_until": "2027-01-01"},
     {"state": "working", "certified": False}),
    ("R66", "fire-equipment", "fire-equipment-pass-rate",
     {"quantity": 1, "passed": True, "intact": True}, {"quantity": 1, "passed": False, "intact": False}),
    ("R66", "fire-equipment", "fire-equipment-intact-rate",
     {"quantity": 1, "passed": True, "intact": True}, {"quantity": 1, "passed": False, "intact": False}),
    ("R77", "vehicles", "vehicle-plate-rate",
     {"state": "in-use", "plated": True}, {"state": "in-use", "plated": False}),
    ("R78", "vehicles", "vehicle-inspection-rate",
     {"state": "in-use", "inspected_on_time": True}, {"state": "in-use", "inspected_on_time": False}),
    ("R81", "food-businesses", "food-licence-rate",
     {"state": "operating", "licensed": True}, {"state": "operating", "licensed": False}),
    ("R81", "food-workers", "food-worker-certificate-rate",
     {"state": "working", "health_certified": True, "trained": True},
     {"state": "working", "health_certified": True, "trained": False}),
]  # fmt: skip


@pytest.mark.requirement("R65", "R66", "R77", "R78", "R81")
@pytest.mark.parametrize(("_requirement", "ledger", "code", "good", "bad"), RATES)
def test_a_rate_that_must_be_full_is_missed_with_one_that_lacks_it(
    unit: Unit, lin: Any, _requirement: str, ledger: str, code: str, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    put(unit, ledger, good, good, good)
    full = lin.get(f"/{unit.slug}/metrics/of/{code}/?period=2026").context["line"]
    put(unit, ledger, bad)
    short = lin.get(f"/{unit.slug}/metrics/of/{code}/?period=2026").context["line"]
    assert (full.value, full.state, short.value, short.state) == ("100", "good", "75", "poor")


@pytest.mark.requirement("R83")
def test_the_pass_rate_of_tableware_is_over_samples(unit: Unit, lin: Any) -> None:
    sample = {"inspected_date": "2026-03-01", "kind": "tableware"}
    put(
        unit,
        "food-inspections",
        {**sample, "samples": 40, "passed": 38},
        {**sample, "samples": 10, "passed": 10},
    )
    assert lin.get(f"/{unit.slug}/metrics/of/tableware-pass-rate/").context["line"].value == "96"


@pytest.mark.requirement("R139", "R144")
@pytest.mark.parametrize(
    ("ledger", "kind", "code", "asked"),
    [
        ("inspections-comprehensive", "comprehensive", "comprehensive-inspections", 4),
        ("reviews", "overall", "overall-reviews", 1),
    ],
)
def test_how_often_a_year_is_held_against_the_plan(
    unit: Unit, lin: Any, ledger: str, kind: str, code: str, asked: int
) -> None:
    held = {"held_date": "2026-03-01", "kind": kind}
    put(unit, ledger, *[held] * (asked - 1), {**held, "kind": "other"})
    assert lin.get(f"/{unit.slug}/metrics/of/{code}/?period=2026").context["line"].state == "poor"
    put(unit, ledger, held)
    assert lin.get(f"/{unit.slug}/metrics/of/{code}/?period=2026").context["line"].state == "good"
    assert lin.get(f"/{unit.slug}/metrics/of/{code}/?period=2026-Q1").context["line"].state == ""


def test_a_number_opens_the_records_it_counts_and_those_it_is_a_part_of(unit: Unit, lin: Any) -> None:
    businesses(unit, 1, 2)
    address = f"/{unit.slug}/metrics/of/unit-survey-rate/records/?period=2026"
    assert lin.get(address).context["page"].paginator.count == 1
    assert lin.get(f"{address}&of=whole").context["page"].paginator.count == 3
    assert "premises 0" in lin.get(address).content.decode()


def test_a_part_of_a_metric_has_its_own_page_and_records(unit: Unit, lin: Any) -> None:
    held = {"held_date": "2026-03-01", "kind": "training"}
    put(
        unit,
        "activities",
        {**held, "persons": 40, "groups": ["pupils"]},
        {**held, "persons": 5, "groups": ["women"]},
    )
    base = f"/{unit.slug}/metrics/of/training-persons"
    whole = lin.get(f"{base}/?period=2026").context
    assert [(part.metric.code, part.value) for part in whole["parts"]] == [
        ("training-persons/pupils", "40"),
        ("training-persons/women", "5"),
    ]
    assert lin.get(f"{base}/records/?period=2026&part=pupils").context["page"].paginator.count == 1


def test_units_beneath_stand_side_by_side_with_lights(unit: Unit, lin: Any) -> None:
    east, west = (make.unit(name, parent=unit, kind="neighbourhood") for name in ("东社区", "西社区"))
    businesses(east, 1, 0)
    businesses(west, 9, 1)
    rows = lin.get(f"/{unit.slug}/metrics/units/?period=2026").context["rows"]
    lights = {name: {text: state for state, text, _url in cells if text} for name, _url, cells in rows}
    assert lights["东社区"]["100"] == "good"
    assert lights["西社区"]["90"] == "part"


def test_unknown_metrics_and_periods(unit: Unit, lin: Any) -> None:
    assert lin.get(f"/{unit.slug}/metrics/of/no-such-metric/").status_code == 404
    assert lin.get(f"/{unit.slug}/metrics/of/training-persons/?part=no-such-group").status_code == 404
    for strange in ("2026-13", "abc", "2031"):
        assert lin.get(f"/{unit.slug}/metrics/?period={strange}").context["period"].code == "2026"


def test_the_table_costs_the_same_with_one_record_and_with_three(unit: Unit, lin: Any) -> None:
    address = f"/{unit.slug}/metrics/?period=2026"
    businesses(unit, 1, 0)
    lin.get(address)
    one = make.questions(lambda: lin.get(address))
    put(unit, "drills", {"held_date": "2026-03-01"})
    put(unit, "meetings", {"held_date": "2026-03-01"})
    assert make.questions(lambda: lin.get(address)) == one


def test_the_records_cost_the_same_with_one_and_with_three(unit: Unit, lin: Any) -> None:
    address = f"/{unit.slug}/metrics/of/unit-survey-rate/records/?period=2026"
    businesses(unit, 1, 0)
    lin.get(address)
    one = make.questions(lambda: lin.get(address))
    businesses(unit, 2, 0)
    assert make.questions(lambda: lin.get(address)) == one


def test_the_comparison_costs_the_same_with_one_unit_and_with_three(unit: Unit, lin: Any) -> None:
    address = f"/{unit.slug}/metrics/units/?period=2026"
    businesses(make.unit("甲社区", parent=unit, kind="neighbourhood"), 1, 0)
    lin.get(address)
    one = make.questions(lambda: lin.get(address))
    for name in ("乙社区", "丙社区"):
        businesses(make.unit(name, parent=unit, kind="neighbourhood"), 1, 0)
    assert make.questions(lambda: lin.get(address)) == one


def test_the_table_is_exported_as_it_stands_and_noted(unit: Unit, lin: Any) -> None:
    businesses(unit, 19, 1)
    response = lin.post(f"/{unit.slug}/metrics/export/", {"period": "2026"})
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert book.active is not None
    rows = {row[0]: row for row in book.active.iter_rows(values_only=True)}
    assert rows["生产经营单位安全普查率"][1:4] == (95, "%", "≥ 95%")
    assert Line.objects.filter(act="metrics.exported").count() == 1
    wu = make.client(make.member(make.unit("月光街道"), username="wu"))
    assert wu.post(f"/{unit.slug}/metrics/export/", {"period": "2026"}).status_code == 404


def test_the_page_speaks_english(unit: Unit, lin: Any) -> None:
    businesses(unit, 19, 1)
    page = lin.get(f"/{unit.slug}/metrics/?period=2026", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert "By 24 November 2026, 19 of 20 operating businesses had been surveyed: 95.0%." in page
