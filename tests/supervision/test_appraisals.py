"""A yearly appraisal: who makes it, what counts, vetoes, ranks that share, editions that stay."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from safecommunity.accounts.models import User
from safecommunity.assessment import actions as assessment
from safecommunity.assessment.models import Assessment
from safecommunity.jobs.worker import drain
from safecommunity.ledgers.actions import add
from safecommunity.library import metrics
from safecommunity.metrics.actions import refresh_all
from safecommunity.notices.models import Notice
from safecommunity.supervision.actions import Refused, vetoes
from safecommunity.supervision.actions import appraisals as actions
from safecommunity.supervision.models.appraisals import Appraisal, AppraisalState, Standing
from safecommunity.supervision.queries import appraisals as queries
from safecommunity.units.models import Unit
from safecommunity.units.scope import StaleRecord
from tests import make
from tests.supervision import made

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R137", "R201")]

YEAR, DAY = 2025, date(2026, 1, 20)
SCHEME = "work-safety-appraisal"


@pytest.fixture
def streets() -> list[Unit]:
    return made.city(4)[1]


@pytest.fixture
def city(streets: list[Unit]) -> Unit:
    assert streets[0].parent is not None
    return streets[0].parent


@pytest.fixture
def people(city: Unit) -> list[User]:
    return made.inspectors(city)


def opened(city: Unit, by: User, **changes: Any) -> Appraisal:
    values: dict[str, Any] = {
        "year": YEAR, "scheme": SCHEME, "kinds": ["sub-district"], "margin": Decimal(2), "least_group": 3,
        "least_cases": 20, "today": DAY, **changes,
    }  # fmt: skip
    row = actions.open_appraisal(unit=city, by=by, **values)
    drain()
    return row


def settled(row: Appraisal, by: User, points: dict[str, int]) -> None:
    """Every street's assessment is frozen with so many points."""
    for one in queries.standings(row):
        give(one, by, points[one.unit.name])
    actions.gather(row=row, by=by, today=DAY, now=made.NOW)


def give(one: Standing, by: User, points: int) -> None:
    found = one.assessment
    assert found is not None
    Assessment.objects.in_unit(one.unit).filter(pk=found.pk).update(
        points=points, full=100, band="good" if points >= 90 else "qualified", state="frozen",
        snapshot={}, frozen_at=made.NOW, frozen_by=by,
    )  # fmt: skip


def places(row: Appraisal) -> dict[str, tuple[int, int] | str]:
    return {
        one.row.unit.name: (one.place.first, one.place.last) if one.place else one.why
        for one in queries.ranked(row, queries.standings(row))
    }


POINTS = {"街道1": 92, "街道2": 90, "街道3": 85, "街道4": 70}


def test_an_assessment_is_begun_for_every_unit_and_its_points_are_gathered(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    row = opened(city, people[0])
    begun = Assessment.objects.below(city).filter(scheme=SCHEME, period="2025", kind="on-site")
    assert begun.count() == 4
    assert {one.group for one in queries.standings(row)} == {"sub-district/30000-80000"}
    assert places(row) == dict.fromkeys(POINTS, "open")
    actions.gather(row=row, by=people[0], today=DAY, now=made.NOW)
    assert begun.count() == 4


def test_who_cannot_be_told_apart_shares_a_rank(city: Unit, people: list[User]) -> None:
    row = opened(city, people[0])
    settled(row, people[0], POINTS)
    assert places(row) == {"街道1": (1, 2), "街道2": (1, 2), "街道3": (3, 3), "街道4": (4, 4)}


@pytest.mark.requirement("R205")
def test_a_veto_in_force_takes_a_unit_out_as_failed_and_a_lifted_one_does_not(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    row = opened(city, people[0])
    veto = vetoes.propose(
        unit=streets[0], year=YEAR, ground="task-failed", scope="appraisal", reason="年度任务未完成",
        evidence="年度考核记录", by=people[0], today=DAY,
    )  # fmt: skip
    vetoes.decide(
        row=veto,
        version=1,
        accept=True,
        words="予以否决",
        appeal_until=date(2026, 2, 5),
        by=people[1],
        today=DAY,
    )
    settled(row, people[0], POINTS)
    assert places(row) == {"街道2": (1, 1), "街道3": (2, 2), "街道4": (3, 3), "街道1": "vetoed"}
    failed = next(one for one in queries.standings(row) if one.unit == streets[0])
    assert (failed.band, failed.vetoes) == ("failed", ["task-failed"])
    lin = make.member(streets[0], "office", "lin")
    vetoes.appeal(row=veto, version=2, words="已完成", by=lin, today=DAY)
    vetoes.settle(row=veto, version=3, uphold=False, words="属实", by=people[2], today=DAY)
    with pytest.raises(Refused, match="街道1”的得分或否决刚刚有变化"):
        actions.publish(row=row, version=row.version, by=people[0], now=made.NOW)
    actions.gather(row=row, by=people[0], today=DAY, now=made.NOW)
    assert places(row)["街道1"] == (1, 2)


def test_a_veto_for_titles_alone_does_not_count_here(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    row = opened(city, people[0])
    veto = vetoes.propose(
        unit=streets[0], year=YEAR, ground="task-failed", scope="title", reason="x", evidence="y",
        by=people[0], today=DAY,
    )  # fmt: skip
    vetoes.decide(
        row=veto, version=1, accept=True, words="否决", appeal_until=date(2026, 2, 5), by=people[1], today=DAY
    )
    assert queries.vetoed(row) == {}


def test_what_the_unit_froze_itself_is_not_final(city: Unit, streets: list[Unit], people: list[User]) -> None:
    row = opened(city, people[0])
    settled(row, people[0], POINTS)
    own = make.member(streets[3], "office", "own")
    give(queries.standing(row, streets[3].slug) or pytest.fail("no standing"), own, 99)
    actions.gather(row=row, by=people[0], today=DAY, now=made.NOW)
    assert places(row)["街道4"] == "open"
    with pytest.raises(Refused, match="还有 1 个单位的评定没有由考核单位定稿：街道4"):
        actions.publish(row=row, version=row.version, by=people[0], now=made.NOW)


def test_units_of_other_sizes_are_not_compared_and_a_group_of_too_few_is_not_ranked(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    streets[3].population = 9_000
    streets[3].save()
    row = opened(city, people[0])
    settled(row, people[0], POINTS)
    assert places(row) == {"街道1": (1, 2), "街道2": (1, 2), "街道3": (3, 3), "街道4": "few"}


def test_a_unit_of_unknown_size_is_compared_with_nobody(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    streets[0].population = None
    streets[0].save()
    row = opened(city, people[0])
    settled(row, people[0], POINTS)
    assert places(row) == {"街道2": (1, 1), "街道3": (2, 2), "街道4": (3, 3), "街道1": "size"}
    actions.publish(row=row, version=row.version, by=people[0], now=made.NOW)


def test_what_is_published_stays_and_a_correction_is_another_edition(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    lin = make.member(streets[3], "office", "lin")
    row = opened(city, people[0])
    settled(row, people[0], POINTS)
    assert list(queries.own_results(streets[3])) == []
    first = actions.publish(row=row, version=row.version, by=people[0], now=made.NOW)
    kept = dict(first.content)
    assert Notice.objects.filter(to=lin, title="街道4 2025年考核结果已公布").exists()
    with pytest.raises(Refused, match="已经公布"):
        actions.gather(row=row, by=people[0], today=DAY, now=made.NOW)
    with pytest.raises(Refused, match="写明原因"):
        actions.reopen(row=row, version=row.version, reason=" ", by=people[0])
    actions.reopen(row=row, version=row.version, reason="街道4补交材料", by=people[0])
    drain()
    give(queries.standing(row, streets[3].slug) or pytest.fail("no standing"), people[0], 91)
    assert queries.own_results(streets[3]).get().told["place"] == [4, 4, 3]
    actions.gather(row=row, by=people[0], today=DAY, now=made.NOW)
    second = actions.publish(row=row, version=row.version, by=people[0], now=made.NOW)
    editions = list(queries.publications(row))
    assert [(one.edition, one.content == kept) for one in editions] == [(2, False), (1, True)]
    assert (second.digest != first.digest, row.state) == (True, AppraisalState.PUBLISHED)
    assert queries.own_results(streets[3]).get().told["place"] == [1, 3, 1]


def test_a_unit_is_left_out_with_a_reason_and_taken_in_again(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    row = opened(city, people[0])
    settled(row, people[0], POINTS)
    one = queries.standing(row, streets[0].slug)
    assert one is not None
    actions.leave_out(row=row, standing=one, version=one.version, reason="年内撤并", by=people[0])
    assert places(row)["街道1"] == "left-out"
    actions.leave_out(row=row, standing=one, version=one.version, reason="", by=people[0])
    assert places(row)["街道1"] == (1, 2)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"year": 2027}, "2027年还没有开始"),
        ({"scheme": "nothing"}, "没有这个考核方案"),
        ({"kinds": []}, "要考核的下级单位类型"),
        ({"kinds": ["park"]}, "要考核的下级单位类型"),
    ],
)
def test_an_impossible_appraisal_is_refused(
    city: Unit, people: list[User], changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        opened(city, people[0], **changes)


def test_one_appraisal_a_year_and_scheme_by_who_may(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    opened(city, people[0])
    with pytest.raises(Refused, match="已经按这个方案考核"):
        opened(city, people[1])
    with pytest.raises(Refused, match="没有在“石家庄市”组织考核的权限"):
        opened(city, make.member(streets[0], "appraisal", "own"), year=2024)


def test_two_do_not_publish_at_once(city: Unit, people: list[User]) -> None:
    row = opened(city, people[0])
    settled(row, people[0], POINTS)
    seen = queries.appraisal(city, row.uuid)
    assert seen is not None
    actions.publish(row=row, version=row.version, by=people[0], now=made.NOW)
    with pytest.raises(StaleRecord):
        actions.publish(row=seen, version=seen.version, by=people[1], now=made.NOW)
    assert queries.publications(row).count() == 1


def test_a_rate_on_few_cases_is_not_ranked_and_close_ones_share_a_rank(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    row = opened(city, people[0])
    metric = metrics["fire-equipment-intact-rate"]
    for unit, (intact, broken) in zip(streets, ((95, 5), (90, 10), (40, 60), (9, 1)), strict=True):
        equipment(unit, intact, is_intact=True)
        equipment(unit, broken, is_intact=False)
    refresh_all(today=DAY, years=[YEAR])
    found = {one.unit.name: one for one in queries.rates(row, metric, DAY)}
    assert [(one.place.first, one.place.last) if one.place else one.why for one in found.values()] == [
        (1, 2), (1, 2), (3, 3), "cases",
    ]  # fmt: skip
    assert (found["街道1"].value, found["街道1"].counted, found["街道1"].whole) == (95, 95, 100)
    assert (round(found["街道1"].low, 1), round(found["街道1"].high, 1)) == (Decimal("88.8"), Decimal("97.8"))


def equipment(unit: Unit, quantity: int, *, is_intact: bool) -> None:
    values = {
        "number": f"{is_intact}", "kind": "extinguisher", "quantity": quantity, "place": "楼道",
        "passed": True, "intact": is_intact, "made_date": "2025-03-01",
        "fault": "" if is_intact else "压力不足",
    }  # fmt: skip
    add(ledger="fire-equipment", unit=unit, values=values, by=None)


def test_what_visits_found_in_the_year_stands_beside_the_points(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    visit = made.arranged(city, streets[0], people[:2])
    made.found(visit, people[0])
    made.finished(visit, people[0])
    row = Appraisal(unit=city, path=city.path, year=made.DAY.year, kinds=["sub-district"])
    assert queries.visits_told(row) == {streets[0].pk: (1, 1)}


def test_an_assessment_of_ones_own_does_not_stand_in_for_the_appraisal(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    assessment.start(unit=streets[0], scheme=SCHEME, period=str(YEAR), by=people[0], today=DAY, now=made.NOW)
    row = opened(city, people[0])
    assert all(one.assessment and one.assessment.kind == "on-site" for one in queries.standings(row))
