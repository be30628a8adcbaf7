"""An award is proposed by one and decided by another; the ledgers keep it once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from safecommunity.accounts.models import User
from safecommunity.audit.models import Line
from safecommunity.ledgers.models import Entry
from safecommunity.notices.models import Notice
from safecommunity.supervision.actions import Refused, vetoes
from safecommunity.supervision.actions import awards as actions
from safecommunity.supervision.models.awards import Award, AwardState
from safecommunity.supervision.queries import awards as queries
from safecommunity.units.models import Unit
from safecommunity.units.scope import StaleRecord
from tests import make
from tests.supervision import made

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R167")]

DAY = date(2026, 1, 25)


@pytest.fixture
def streets() -> list[Unit]:
    return made.city(2)[1]


@pytest.fixture
def city(streets: list[Unit]) -> Unit:
    assert streets[0].parent is not None
    return streets[0].parent


@pytest.fixture
def people(city: Unit) -> list[User]:
    return made.inspectors(city)


def proposed(city: Unit, unit: Unit, by: User, **changes: Any) -> Award:
    values: dict[str, Any] = {
        "year": 2025, "honour": "安全社区创建先进单位", "level": "municipal", "holder_kind": "unit",
        "holder": "", "reason": "年度考核第一档", "money": None, "today": DAY, **changes,
    }  # fmt: skip
    return actions.propose(giver=city, unit=unit, by=by, **values)


def decided(row: Award, by: User, accept: bool = True) -> Award:
    return actions.decide(row=row, version=row.version, accept=accept, words="同意", by=by, today=DAY)


PERSON: dict[str, Any] = {
    "honour": "安全社区建设先进个人", "holder_kind": "person", "holder": "林晓", "money": Decimal("800"),
}  # fmt: skip


def kept(unit: Unit, ledger: str) -> list[dict[str, Any]]:
    return [one.data for one in Entry.objects.in_unit(unit).filter(ledger=ledger).order_by("id")]


def test_a_decided_award_stands_once_in_the_ledger_of_honours(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    lin = make.member(streets[0], "office", "lin")
    row = proposed(city, streets[0], people[0])
    assert kept(streets[0], "honours") == []
    decided(row, people[1])
    (honour,) = kept(streets[0], "honours")
    assert honour["holder"] == "街道1"
    assert (honour["name"], honour["awarded_by"], honour["awarded_date"], honour["direction"]) == (
        "安全社区创建先进单位", "石家庄市", "2026-01-25", "received",
    )  # fmt: skip
    assert kept(city, "funds") == []
    assert Notice.objects.filter(to=lin, title="获得表彰：街道1 安全社区创建先进单位").exists()
    acts = Line.objects.filter(act__startswith="award.").order_by("seq").values_list("act", flat=True)
    assert list(acts) == ["award.proposed", "award.decided"]


def test_a_person_is_honoured_and_the_money_stands_in_the_funds_of_who_gives_it(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    decided(proposed(city, streets[0], people[0], **PERSON), people[1])
    (honour,) = kept(streets[0], "honours")
    assert (honour["holder_kind"], honour["holder"], Decimal(str(honour["money"]))) == ("person", "林晓", 800)
    (spent,) = kept(city, "funds")
    assert (spent["use"], spent["kind"], Decimal(str(spent["amount"])), spent["payee"]) == (
        "awards", "expense", 800, "林晓",
    )  # fmt: skip


def test_who_proposed_does_not_decide_and_two_do_not_decide_at_once(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    row = proposed(city, streets[0], people[0])
    with pytest.raises(Refused, match="不是提名人"):
        decided(row, people[0])
    seen = queries.award(streets[0], people[2], row.uuid)
    assert seen is not None
    decided(row, people[1])
    with pytest.raises(StaleRecord):
        decided(seen, people[2])
    assert len(kept(streets[0], "honours")) == 1


def test_what_is_dropped_leaves_no_line_and_may_be_proposed_again(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    row = decided(proposed(city, streets[0], people[0]), people[1], accept=False)
    assert (row.state, kept(streets[0], "honours")) == (AwardState.DROPPED, [])
    assert proposed(city, streets[0], people[0]).state == AwardState.PROPOSED


@pytest.mark.requirement("R205")
def test_a_unit_vetoed_for_awards_gets_none_neither_proposed_nor_decided(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    row = proposed(city, streets[0], people[0])
    veto = vetoes.propose(
        unit=streets[0], year=2025, ground="task-failed", scope="both", reason="x", evidence="y",
        by=people[0], today=DAY,
    )  # fmt: skip
    vetoes.decide(
        row=veto, version=1, accept=True, words="否决", appeal_until=date(2026, 2, 9), by=people[1], today=DAY
    )
    with pytest.raises(Refused, match="街道1”2025年被一票否决"):
        decided(row, people[1])
    with pytest.raises(Refused, match="被一票否决"):
        proposed(city, streets[0], people[0], honour="另一项")
    assert proposed(city, streets[1], people[0]).state == AwardState.PROPOSED


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"year": 2027}, "2027年还没有开始"),
        ({"level": "galactic"}, "没有这个荣誉级别"),
        ({"holder_kind": "person", "holder": " "}, "受表彰的个人"),
    ],
)
def test_an_impossible_award_is_refused(
    city: Unit, streets: list[Unit], people: list[User], changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        proposed(city, streets[0], people[0], **changes)


def test_the_same_honour_once_and_only_from_above(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    proposed(city, streets[0], people[0])
    with pytest.raises(Refused, match="已经提名同一项荣誉"):
        proposed(city, streets[0], people[1])
    with pytest.raises(Refused, match="下级单位"):
        proposed(city, city, people[0])
    with pytest.raises(Refused, match="没有在“石家庄市”组织考核的权限"):
        proposed(city, streets[0], make.member(streets[0], "appraisal", "own"), honour="另一项")


def test_a_proposal_is_seen_by_those_who_decide_alone(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    lin = make.member(streets[0], "office", "lin")
    row = proposed(city, streets[0], people[0])
    assert queries.award(streets[0], lin, row.uuid) is None
    assert [one.pk for one in queries.awards(city, people[2])] == [row.pk]
    decided(row, people[1])
    assert [one.pk for one in queries.awards(streets[0], lin)] == [row.pk]


def test_the_decision_names_every_honour_with_those_who_get_it(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    for street in streets:
        decided(proposed(city, street, people[0]), people[1])
    decided(proposed(city, streets[0], people[0], **PERSON), people[1])
    assert queries.decision_places(city, 2025)["honoured"].splitlines() == [
        "（一）安全社区创建先进单位。街道1、街道2。", "（一）安全社区建设先进个人。街道1林晓。",
    ]  # fmt: skip
    assert queries.years(city) == [2025]
