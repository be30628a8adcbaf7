from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from safecommunity import library
from safecommunity.accounts.models import User
from safecommunity.assessment import actions, facts, queries, tasks  # noqa: F401
from safecommunity.core.periods import Period
from safecommunity.core.suggestions import Records
from safecommunity.evidence.models import Citation, File
from safecommunity.jobs.actions import enqueue
from safecommunity.jobs.worker import drain
from safecommunity.units.models import Unit
from tests import make
from tests.assessment import made

pytestmark = pytest.mark.django_db
YEAR = Period.parse("2026")


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> User:
    return make.member(unit)


def observed(unit: Unit, scheme: str = "national-2006") -> facts.Observed:
    return facts.observe(unit, [unit], YEAR, [library.schemes[scheme]])[unit.pk]


def cite(unit: Unit, indicator: str, day: dt.date | None, *, withdrawn: bool = False) -> None:
    file = File.objects.create(
        unit=unit, path=unit.path, sha256="a" * 64, sent_sha256=f"{File.objects.below(unit).count():064}",
        size=1, kind="pdf", name="f.pdf", title="文件", proof_date=day,
        withdrawn_at=made.NOW if withdrawn else None,
    )  # fmt: skip
    Citation.objects.create(unit=unit, path=unit.path, file=file, indicator=indicator)


def test_records_are_counted_by_month_with_those_of_earlier_years_only_standing(unit: Unit) -> None:
    made.entries(unit, "meetings", "2025-03-01", "2026-03-01", "2026-03-09", "2026-05-02")

    assert observed(unit).ledgers["meetings"] == Records(4, {"2026-03": 2, "2026-05": 1}, dt.date(2026, 5, 2))


def test_withdrawn_records_do_not_count(unit: Unit) -> None:
    (entry,) = made.entries(unit, "meetings", "2026-03-01")
    entry.withdrawn_at = made.NOW
    entry.save()

    assert observed(unit).ledgers == {}


def test_records_of_one_field_count_for_its_indicator_alone(unit: Unit) -> None:
    made.entries(unit, "promotion-projects", "2026-03-01", field="fire")
    made.entries(unit, "promotion-projects", "2026-04-01", field="traffic")

    found = observed(unit).ledgers

    assert found["promotion-projects?field=fire"] == Records(1, {"2026-03": 1}, dt.date(2026, 3, 1))
    assert found["promotion-projects"].standing == 2
    assert "promotion-projects?field=school" not in found


def test_records_beneath_count_and_those_of_a_neighbour_do_not() -> None:
    city = make.unit("市", kind="city-office")
    one, other = make.unit("甲", parent=city), make.unit("乙", parent=city)
    made.entries(one, "drills", "2026-03-01")
    made.entries(other, "drills", "2026-04-01", "2026-05-01")
    national = library.schemes["national-2006"]

    found = facts.observe(city, [city, one, other], YEAR, [national])

    assert [found[unit.pk].ledgers["drills"].standing for unit in (city, one, other)] == [3, 1, 2]


def test_a_file_cited_for_one_scheme_serves_the_indicators_it_is_mapped_to(unit: Unit) -> None:
    cite(unit, "national-2006/7.4", dt.date(2026, 6, 1))
    cite(unit, "national-2006/7.4", None, withdrawn=True)
    chongqing = library.schemes["chongqing-2009"]

    known = facts.facts(
        observed(unit, "chongqing-2009"), chongqing, facts.served(chongqing), YEAR, today=made.TODAY
    )

    assert known.cited == {"7.2": Records(1, {"2026-06": 1}, dt.date(2026, 6, 1))}


def test_metrics_come_with_their_values(unit: Unit) -> None:
    made.metric(unit, "unit-survey-rate", 19, 20)

    assert observed(unit).metrics["unit-survey-rate"] == Decimal(95)


@pytest.mark.parametrize(
    ("today", "months"),
    [
        (dt.date(2025, 6, 1), 1),
        (dt.date(2026, 3, 31), 3),
        (dt.date(2026, 12, 31), 12),
        (dt.date(2027, 1, 1), 12),
    ],
)
def test_only_months_that_have_begun_are_asked_for(today: dt.date, months: int) -> None:
    assert facts.months_begun(YEAR, today) == months


def test_observing_many_units_takes_as_many_queries_as_one(django_assert_max_num_queries: object) -> None:
    city = make.unit("市", kind="city-office")
    units = [make.unit(f"街道{n}", parent=city) for n in range(3)]
    for each in units:
        made.entries(each, "drills", "2026-03-01", field="fire")
    national = library.schemes["national-2006"]
    counts = []
    for asked in (units[:1], units):
        with django_assert_max_num_queries(6) as captured:  # type: ignore[operator]
            facts.observe(city, asked, YEAR, [national])
        counts.append(len(captured))

    assert counts[0] == counts[1]


@pytest.mark.requirement("R225")
def test_what_does_not_fit_is_found_with_what_mends_it(unit: Unit, lin: User) -> None:
    form = made.assessment(unit, lin)
    made.confirm(form, "7.4", made.answers("AAA"), lin)
    (certificate,) = made.entries(unit, "special-operation-certificates", "2024-01-01")
    certificate.expires_date = dt.date(2026, 1, 1)
    certificate.save()

    found = queries.inconsistencies(form, made.TODAY)

    kinds = [(each.kind, each.indicator, each.subject) for each in found if each.kind != "not-assessed"]
    assert kinds == [
        ("without-evidence", "7.4", ""),
        ("metric-contradicts", "7.4", "drills"),
        ("certificates-expired", "5.3", "special-operation-certificates"),
        ("certificates-expired", "6.3", "special-operation-certificates"),
    ]
    assert sum(each.kind == "not-assessed" for each in found) == 49


def test_two_assessments_are_compared_item_by_item(unit: Unit, lin: User) -> None:
    one, other = made.assessment(unit, lin, period="2025"), made.assessment(unit, lin)
    made.confirm(one, "1.1", made.answers("CCC"), lin)
    made.confirm(other, "1.1", made.answers("AAA"), lin)

    found = {each.indicator: each for each in queries.differences(one, other)}

    assert (found["1.1"].one_points, found["1.1"].other_points, found["1.1"].change) == (
        Decimal("0.90"), Decimal("3.00"), Decimal("2.10"),
    )  # fmt: skip
    assert found["1.2"].is_same


def test_the_job_refreshes_the_unit_and_those_above() -> None:
    city = make.unit("市", kind="city-office")
    street = make.unit("街道", parent=city)
    lin = make.member(city)
    this_year = str(dt.date.today().year)
    rows = [
        actions.start(
            unit=unit, scheme="isccc-6", period=this_year, by=lin, today=dt.date.today(), now=made.NOW
        )
        for unit in (city, street)
    ]
    made.entries(street, "exchanges", f"{this_year}-01-02")
    enqueue("assessment.suggest", unit=street, arguments={}, by=lin, unique="evidence")

    drain()

    for row in rows:
        found = queries.assessment(row.unit, row.pk)
        assert found is not None
        assert found.suggested["I6"]["answers"]["programme"] == "fulfilled"


def test_the_job_with_everything_beneath_refreshes_a_whole_city() -> None:
    city = make.unit("市", kind="city-office")
    streets = [make.unit(f"街道{n}", parent=city) for n in range(2)]
    lin = make.member(city)
    this_year = str(dt.date.today().year)
    for street in streets:
        actions.start(
            unit=street, scheme="isccc-6", period=this_year, by=lin, today=dt.date.today(), now=made.NOW
        )
        made.entries(street, "exchanges", f"{this_year}-01-02")
    job = enqueue("assessment.suggest", unit=city, arguments={"below": True}, by=lin)

    drain()

    job.refresh_from_db(from_queryset=type(job).objects.in_unit(city))
    assert (job.state, job.result) == ("done", {"changed": 2})
