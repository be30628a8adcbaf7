"""The packed cards: the same counts as the table's own, whoever asks, at any moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Count
from django.db.models.functions import ExtractIsoWeekDay, Substr, TruncMonth, TruncWeek

from safecommunity.accounts.models import User
from safecommunity.jobs.worker import drain
from safecommunity.surveillance import actions, columns, queries
from safecommunity.surveillance.models import InjuryCase, Pack
from safecommunity.units.models import Unit
from tests import make
from tests.surveillance.test_cases import ASSAULT, FALL, TODAY, added

pytestmark = pytest.mark.django_db
NAMES = ("month", "week", "weekday", "hour", "area", "cause", "band", "sex", "outcome")
QUESTIONS: list[dict[str, list[str]]] = [
    {}, {"from": ["2025-03-01"], "to": ["2026-10-02"]}, {"cause": ["fall", "burn"], "sex": ["female"]},
    {"band": ["-"]}, {"hour": ["9"]}, {"weekday": ["4"]}, {"monthday": ["1"]}, {"monthday": ["2", "3"]},
    {"area": ["130104001"]}, {"show": ["withdrawn"]}, {"open": ["1"]},
]  # fmt: skip


@pytest.fixture
def city() -> Unit:
    return make.unit("某市", kind="city-office")


@pytest.fixture
def streets(city: Unit) -> list[Unit]:
    """Two sub-districts with cards of all sorts, one card in the name of zhou."""
    streets = [make.unit(name, parent=city) for name in ("东里街道", "裕强街道")]
    zhou = make.member(streets[0], "officer", "zhou")
    for street in streets:
        added(street, None, grid="130104001003" if street is streets[0] else "")
        added(street, None, hour="", sex="male")
        added(street, None, cause="burn", injured_date="2025-03-01", age="30", occupation="service")
        actions.add_case(unit=street, values=ASSAULT, by=None, today=TODAY)
        gone = added(street, None, cause="sharp")
        actions.withdraw_case(row=gone, version=1, reason="录错", by=make.member(street, "office", "lin"))
    actions.add_case(unit=streets[0], values={**ASSAULT, "hour": "23"}, by=zhou, today=TODAY)
    InjuryCase.objects.in_unit(streets[1]).filter(cause="burn").update(cause="no-longer-listed", band="")
    return streets


def table(unit: Unit, user: User, ask: queries.Ask) -> Counter[tuple[Any, ...]]:
    """What the table itself says."""
    rows = queries.cases(unit, user, ask).order_by().annotate(
        month=TruncMonth("injured_date"), week=TruncWeek("injured_date"),
        weekday=ExtractIsoWeekDay("injured_date") - 1,
        place12=Substr("area", 1, 12),
    )  # fmt: skip
    names = ["place12" if name == "area" else name for name in NAMES]
    return Counter({tuple(row[:-1]): row[-1] for row in rows.values_list(*names).annotate(n=Count("id"))})


def fresh(unit: Unit) -> list[bool]:
    return [one.packed == one.mark for one in Pack.objects.below(unit)]


@pytest.mark.requirement("R102")
def test_packed_and_unpacked_cards_are_counted_as_the_table_counts_them(
    city: Unit, streets: list[Unit]
) -> None:
    people = [
        make.member(city, "city-office", "he"), make.member(streets[0], "office", "lin"),
        make.member(streets[0], "officer", "zhou"), make.member(city, "viewer", "wu"),
    ]  # fmt: skip

    def compare() -> None:
        for user in people:
            for unit in (city, *streets):
                for query in QUESTIONS:
                    ask = queries.parse(query)
                    found = columns.asked(unit, user, ask)
                    assert found.counted(*NAMES) == table(unit, user, ask)

    compare()
    assert not any(fresh(city))
    actions.pack(unit=streets[0])
    compare()
    assert sum(fresh(city)) == 2
    drain()
    compare()
    assert all(fresh(city))


@pytest.mark.parametrize("names", [("cause", "area"), ("group",), ("cause", "sex", "outcome")])
def test_the_numbers_of_every_week_are_those_of_the_table(
    city: Unit, streets: list[Unit], names: tuple[str, ...]
) -> None:
    actions.pack(unit=streets[0])
    cards = columns.asked(city, None, queries.Ask())
    every = {key: n for key, n in cards.counted("week", *names).items() if all(key[1:])}
    first, last = min(every)[0], max(every)[0]

    def told(start: date) -> dict[tuple[Any, ...], int]:
        weeks = cards.weekly(names, start, (last - start).days // 7 + 1)
        return {
            (start + timedelta(days=7 * at), *said): n
            for said, counts in weeks.items()
            for at, n in enumerate(counts.tolist())
            if n
        }

    assert told(first) == every
    assert told(first + timedelta(days=7)) == {key: n for key, n in every.items() if key[0] > first}
    assert every


def test_every_write_is_counted_at_once(city: Unit, streets: list[Unit]) -> None:
    lin = make.member(streets[0], "office", "lin")
    row, other = added(streets[0], lin), added(streets[0], lin, sex="male")
    writes: list[Callable[[], object]] = [
        lambda: added(streets[0], lin, injured_date="2024-02-29"),
        lambda: actions.change_case(
            row=row, version=row.version, values={**FALL, "injured_date": "2025-05-05"}, by=lin, today=TODAY
        ),
        lambda: actions.withdraw_case(row=row, version=row.version, reason="录错", by=lin),
        lambda: actions.restore_case(row=row, version=row.version, by=lin),
        lambda: actions.merge_cases(row=row, version=row.version, other=other, by=lin),
        lambda: actions.unmerge_case(row=other, version=other.version, by=lin),
    ]
    for write in writes:
        actions.pack(unit=streets[0])
        before = columns.asked(city, lin, queries.Ask()).counted("month", "sex")
        write()
        assert columns.asked(city, lin, queries.Ask()).counted(*NAMES) == table(city, lin, queries.Ask())
        assert before != columns.asked(city, lin, queries.Ask()).counted("month", "sex")


def test_a_card_written_while_its_year_is_packed_leaves_the_pack_behind(
    streets: list[Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = columns.packed

    def slow(rows: Any) -> dict[str, Any]:
        held = packed(rows)
        added(streets[0], None)
        return held

    monkeypatch.setattr(columns, "packed", slow)
    assert actions.pack(unit=streets[0]) == 1
    behind = Pack.objects.in_unit(streets[0]).exclude(year=2025).get()
    assert behind.packed != behind.mark


def test_a_copy_that_was_spoilt_is_made_anew_by_one_command(city: Unit, streets: list[Unit]) -> None:
    drain()
    he = make.member(city, "city-office", "he")
    Pack.objects.below(city).filter(year=2026).update(cards=b"")
    Pack.objects.in_unit(streets[0]).filter(year=2025).delete()
    assert columns.asked(city, he, queries.Ask()).counted(*NAMES) != table(city, he, queries.Ask())
    call_command("pack_injuries", verbosity=0)
    assert columns.asked(city, he, queries.Ask()).counted(*NAMES) == table(city, he, queries.Ask())


def test_figures_ask_as_often_whatever_number_of_packs(city: Unit, streets: list[Unit]) -> None:
    he = make.member(city, "city-office", "he")
    drain()
    columns.asked(city, he, queries.Ask())  # reads the rights, once
    few = make.questions(lambda: columns.asked(streets[0], he, queries.Ask()))
    assert make.questions(lambda: columns.asked(city, he, queries.Ask())) == few
