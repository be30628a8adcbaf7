"""A veto's way: who may act when, what the ledger keeps, and what the yearly appraisal reads."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from safecommunity.accounts.models import User
from safecommunity.audit.models import Line
from safecommunity.core.periods import Period
from safecommunity.jobs.worker import drain
from safecommunity.ledgers.models import Entry
from safecommunity.library import schemes
from safecommunity.metrics.queries import values
from safecommunity.notices.models import Notice
from safecommunity.supervision.actions import Refused
from safecommunity.supervision.actions import vetoes as actions
from safecommunity.supervision.models.vetoes import State, Veto
from safecommunity.supervision.queries import vetoes as queries
from safecommunity.units.models import Unit
from safecommunity.units.scope import StaleRecord
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R205")]

DAY = date(2025, 12, 20)
UNTIL = date(2026, 1, 5)


@pytest.fixture
def city() -> Unit:
    return make.unit("石家庄市", kind="city-office")


@pytest.fixture
def street(city: Unit) -> Unit:
    return make.unit("阳光街道", parent=city)


@pytest.fixture
def people(city: Unit, street: Unit) -> dict[str, User]:
    above = {name: make.member(city, "city-office", name) for name in ("first", "second", "third")}
    return {**above, "lin": make.member(street, "office", "lin")}


def proposed(street: Unit, by: User, **changes: Any) -> Veto:
    values = {
        "year": 2025, "ground": "task-failed", "scope": "both", "reason": "年度任务未完成",
        "evidence": "石安办〔2025〕12号", "today": DAY, **changes,
    }  # fmt: skip
    return actions.propose(unit=street, by=by, **values)


def decided(street: Unit, people: dict[str, User]) -> Veto:
    row = proposed(street, people["first"])
    return actions.decide(
        row=row, version=1, accept=True, words="予以否决", appeal_until=UNTIL, by=people["second"], today=DAY
    )


def appealed(street: Unit, people: dict[str, User]) -> Veto:
    row = decided(street, people)
    return actions.appeal(row=row, version=2, words="任务已于12月完成", by=people["lin"], today=UNTIL)


def line(unit: Unit) -> dict[str, Any]:
    return Entry.objects.in_unit(unit).get(ledger="vetoes").data


def test_a_proposal_is_no_veto_yet(street: Unit, people: dict[str, User]) -> None:
    proposed(street, people["first"])
    assert not Entry.objects.in_unit(street).filter(ledger="vetoes").exists()


def test_the_ledger_keeps_the_decision_and_the_lifting(street: Unit, people: dict[str, User]) -> None:
    row = appealed(street, people)
    assert line(street) == {
        "year": 2025, "ground": "task-failed", "scope": "both", "state": "in-force",
        "counted_date": "2025-12-20", "evidence": "石安办〔2025〕12号", "proposed_date": "2025-12-20",
        "decided_date": "2025-12-20", "appeal_until": "2026-01-05", "appealed_date": "2026-01-05",
    }  # fmt: skip
    actions.settle(row=row, version=3, uphold=False, words="属实", by=people["third"], today=UNTIL)
    assert row.state == State.LIFTED
    assert line(street)["state"] == "lifted"
    acts = Line.objects.filter(act__startswith="veto.").order_by("seq").values_list("act", flat=True)
    assert list(acts) == ["veto.proposed", "veto.decided", "veto.appealed", "veto.settled"]


def test_an_upheld_veto_stays_in_force(street: Unit, people: dict[str, User]) -> None:
    row = appealed(street, people)
    actions.settle(row=row, version=3, uphold=True, words="维持", by=people["third"], today=UNTIL)
    assert (row.state, line(street)["state"]) == (State.UPHELD, "in-force")


def test_a_decision_in_the_next_year_counts_in_the_year_it_is_about(
    street: Unit, people: dict[str, User]
) -> None:
    row = proposed(street, people["first"], today=date(2026, 1, 10))
    actions.decide(
        row=row, version=1, accept=True, words="予以否决", appeal_until=date(2026, 2, 1),
        by=people["second"], today=date(2026, 1, 12),
    )  # fmt: skip
    assert line(street)["counted_date"] == "2025-12-31"


def test_what_is_dropped_leaves_no_line_and_may_be_proposed_again(
    street: Unit, people: dict[str, User]
) -> None:
    row = proposed(street, people["first"])
    actions.decide(
        row=row, version=1, accept=False, words="证据不足", appeal_until=UNTIL, by=people["second"], today=DAY
    )
    assert (row.state, row.appeal_until) == (State.DROPPED, None)
    assert not Entry.objects.in_unit(street).filter(ledger="vetoes").exists()
    assert proposed(street, people["first"]).state == State.PROPOSED


def test_the_same_ground_is_proposed_once_a_year(street: Unit, people: dict[str, User]) -> None:
    proposed(street, people["first"])
    with pytest.raises(Refused, match="已有同一情形"):
        proposed(street, people["second"])
    assert proposed(street, people["second"], ground="false-report").pk


def test_nobody_vetoes_for_a_year_to_come_or_from_within(
    city: Unit, street: Unit, people: dict[str, User]
) -> None:
    with pytest.raises(Refused, match="还没有开始"):
        proposed(street, people["first"], year=2026)
    with pytest.raises(Refused, match="上级"):
        proposed(street, make.member(street, "appraisal", "own"))
    with pytest.raises(Refused, match="上级"):
        proposed(city, people["first"])


def test_who_proposed_does_not_decide_and_two_do_not_decide_at_once(
    street: Unit, people: dict[str, User]
) -> None:
    row = proposed(street, people["first"])
    said: dict[str, Any] = {"accept": True, "words": "予以否决", "appeal_until": UNTIL, "today": DAY}
    with pytest.raises(Refused, match="不是提出人"):
        actions.decide(row=row, version=1, by=people["first"], **said)
    seen = queries.veto(street, row.uuid)
    assert seen is not None
    actions.decide(row=row, version=1, by=people["second"], **said)
    with pytest.raises(StaleRecord):
        actions.decide(row=seen, version=1, by=people["third"], **said)
    assert row.decided_by == people["second"]


@pytest.mark.parametrize("day", [None, DAY])
def test_a_veto_names_a_day_for_the_appeal(street: Unit, people: dict[str, User], day: date | None) -> None:
    row = proposed(street, people["first"])
    with pytest.raises(Refused, match="申诉截止"):
        actions.decide(
            row=row,
            version=1,
            accept=True,
            words="予以否决",
            appeal_until=day,
            by=people["second"],
            today=DAY,
        )


def test_an_appeal_is_the_units_own_and_in_time(street: Unit, people: dict[str, User]) -> None:
    row = decided(street, people)
    with pytest.raises(Refused, match="2026-01-05 为止"):
        actions.appeal(row=row, version=2, words="迟了", by=people["lin"], today=date(2026, 1, 6))
    with pytest.raises(Refused, match="被否决的单位自己"):
        actions.appeal(row=row, version=2, words="代为申诉", by=people["third"], today=DAY)


def test_a_third_person_answers_the_appeal(street: Unit, people: dict[str, User]) -> None:
    row = appealed(street, people)
    for name in ("first", "second", "lin"):
        with pytest.raises(Refused, match="没有提出"):
            actions.settle(row=row, version=3, uphold=True, words="维持", by=people[name], today=UNTIL)


def test_those_who_act_next_are_told(street: Unit, people: dict[str, User]) -> None:
    row = appealed(street, people)
    told = Notice.objects.filter(kind="veto", to=people["lin"]).values_list("title", flat=True)
    assert list(told) == ["阳光街道 2025年一票否决：已决定"]
    above = (
        Notice.objects.filter(kind="veto", to=people["third"]).order_by("id").values_list("title", flat=True)
    )
    assert list(above) == ["阳光街道 2025年一票否决：已提出", "阳光街道 2025年一票否决：申诉中"]
    assert row.state == State.APPEALED


def test_the_work_safety_appraisal_reads_the_veto_from_the_ledger(
    street: Unit, people: dict[str, User]
) -> None:
    year = Period.parse("2025")
    row = appealed(street, people)
    drain()
    assert values([street], [year], ["vetoes"]) == {(street.pk, "vetoes", "2025"): 1}
    indicator = schemes["work-safety-appraisal"].indicators["4.3"]
    assert [one.metric for one in indicator.metrics] == ["vetoes"]
    actions.settle(row=row, version=3, uphold=False, words="属实", by=people["third"], today=UNTIL)
    drain()
    assert values([street], [year], ["vetoes"]) == {(street.pk, "vetoes", "2025"): 0}
