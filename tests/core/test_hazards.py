"""The way of a hidden hazard: whatever is done, its promises hold."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from safecommunity import library
from safecommunity.core import hazards as core
from safecommunity.core.hazards import ACTS, ENDED, GUARANTEES, STATES, Facts, Limit
from safecommunity.core.working_days import Calendar
from safecommunity.library.shelf import LibraryError

HERE = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar(off=frozenset({date(2026, 10, 1), date(2026, 10, 2)}), on=frozenset({date(2026, 10, 10)}))
ALL = frozenset(GUARANTEES)
Move = tuple[str, str, frozenset[str]]
moves = some.lists(
    some.tuples(
        some.sampled_from(sorted(ACTS)), some.sampled_from(["general", "major"]),
        some.frozensets(some.sampled_from(GUARANTEES)),
    ),
    max_size=40,
)  # fmt: skip


def walk(said: list[Move], facts: Facts = Facts()) -> list[tuple[str, Facts, Facts]]:  # noqa: B008
    """Everything that was possible of what was tried: act, facts before, facts after."""
    taken = []
    for act, grade, guarantees in said:
        if core.refusal(facts, act) is None:
            later = core.after(facts, act, grade=grade, guarantees=guarantees)
            taken.append((act, facts, later))
            facts = later
    return taken


@given(moves, some.booleans())
def test_whatever_is_done_the_promises_hold(said: list[Move], is_repeat: bool) -> None:
    taken = walk(said, Facts(is_repeat=is_repeat))
    for act, before, later in taken:
        assert later.state in STATES
        assert before.state not in ENDED
        if later.state == "closed":
            assert (act, before.state, before.is_listed) == ("close", "passed", False)
            assert before.explained or not is_repeat
        if later.state == "passed" and before.state != "passed":
            assert (act, before.state) == ("pass", "waiting")
        if later.state in {"rectifying", "waiting"} and later.grade == "major" and before.state == "assigned":
            assert before.guarantees >= ALL
        if later.is_listed:
            assert later.grade == "major"
        if later.state in {"duplicate", "void"}:
            assert not before.is_listed
        if before.state != "registered":
            assert later.grade or later.state == "registered"


@given(moves)
def test_what_is_ended_stays_as_it_is(said: list[Move]) -> None:
    for end in ENDED:
        assert walk(said, Facts(state=end, grade="general")) == []


@given(some.sampled_from(sorted(ACTS)), some.sampled_from(STATES), some.booleans(), some.booleans())
def test_what_is_refused_is_said_and_cannot_be_done(act: str, state: str, listed: bool, asked: bool) -> None:
    facts = Facts(state=state, grade="general", is_listed=listed, asked=asked)
    told = core.refusal(facts, act)
    if told is not None:
        assert str(told)
        with pytest.raises(ValueError, match=str(told)[:6]):
            core.after(facts, act)


def test_the_shortest_way_of_a_general_hazard() -> None:
    acts = ["grade", "assign", "fix", "pass", "close"]
    assert [later.state for _act, _before, later in walk([(act, "general", ALL) for act in acts])] == [
        "graded", "assigned", "waiting", "passed", "closed",
    ]  # fmt: skip


def test_a_failed_check_leads_back_and_a_second_one_may_pass() -> None:
    acts = ["grade", "assign", "fix", "fail", "fix", "pass", "close"]
    taken = walk([(act, "general", ALL) for act in acts])
    assert [later.state for _a, _b, later in taken][3:] == ["rectifying", "waiting", "passed", "closed"]


@pytest.mark.parametrize("missing", GUARANTEES)
def test_a_major_hazard_is_not_begun_before_all_five_guarantees(missing: str) -> None:
    facts = Facts(state="assigned", grade="major", guarantees=ALL - {missing})
    assert "责任、措施、资金、时限、预案" in str(core.refusal(facts, "begin"))
    assert core.refusal(facts, "fix") is not None
    ready = core.after(facts, "guarantee", guarantees=frozenset({missing}))
    assert core.after(ready, "begin").state == "rectifying"


def test_a_listed_hazard_is_closed_only_after_the_delisting() -> None:
    facts = Facts(state="passed", grade="major", is_listed=True)
    assert "摘牌" in str(core.refusal(facts, "close"))
    assert core.after(core.after(facts, "delist"), "close").state == "closed"


def test_what_came_back_is_closed_only_with_its_root_cause() -> None:
    facts = Facts(state="passed", grade="general", is_repeat=True)
    assert "根本原因" in str(core.refusal(facts, "close"))
    assert core.after(core.after(facts, "explain"), "close").state == "closed"


def at(day: int, hour: int = 10, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=HERE)


@pytest.mark.parametrize(
    ("limit", "start", "due"),
    [
        (Limit(24, "hours"), at(30), at(1, month=10)),
        (Limit(1, "working-days"), at(28), at(29).replace(hour=23, minute=59)),
        (Limit(3, "working-days"), at(30), at(7, month=10).replace(hour=23, minute=59)),
        (Limit(6, "working-days"), at(30), at(10, month=10).replace(hour=23, minute=59)),
    ],
)
def test_deadlines_count_hours_or_working_days(limit: Limit, start: datetime, due: datetime) -> None:
    assert core.deadline(limit, start, CALENDAR) == due


@given(some.integers(1, 60), some.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_deadline_in_working_days_falls_on_one_with_so_many_between(count: int, day: date) -> None:
    due = core.working_days_after(day, count, CALENDAR)
    between = [day + timedelta(days=n) for n in range(1, (due - day).days + 1)]
    assert sum(CALENDAR.is_working(one) for one in between) == count
    assert CALENDAR.is_working(due)


def test_what_came_back_has_less_time_but_never_none() -> None:
    rules = library.hazards["rules"]
    assert core.limit_for(rules, "general", "high", is_repeat=False) == Limit(24, "hours")
    assert core.limit_for(rules, "general", "high", is_repeat=True) == Limit(12, "hours")
    for grade, severity in rules.limits:
        assert core.limit_for(rules, grade, severity, is_repeat=True).amount >= 1


NOW = at(20)
FIVE = timedelta(minutes=5)


@pytest.mark.parametrize(
    ("said", "sent", "taken", "is_off"),
    [
        (None, None, NOW, False),
        (NOW - timedelta(hours=3), NOW, NOW - timedelta(hours=3), False),
        (at(20, 7), at(20, 8), at(20, 9), True),
        (at(20, 15), at(20, 16), at(20, 9), True),
        (at(21), None, NOW, True),
        (NOW + timedelta(minutes=3), None, NOW, False),
        (datetime(1970, 1, 1, tzinfo=HERE), None, NOW, True),
    ],
)
def test_a_wrong_clock_is_put_right_and_told(
    said: datetime | None, sent: datetime | None, taken: datetime, is_off: bool
) -> None:
    assert core.settled(said, sent, NOW, FIVE) == core.Moment(taken, is_off)


moments = some.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=some.just(HERE))


@given(some.none() | moments, some.none() | moments)
def test_no_clock_makes_a_hazard_of_tomorrow(said: datetime | None, sent: datetime | None) -> None:
    moment = core.settled(said, sent, NOW, FIVE)
    assert NOW - timedelta(days=366) <= moment.at <= NOW


def test_the_same_place_is_known_however_it_is_spaced() -> None:
    assert core.place_key(None, "阳光 里 3号楼") == core.place_key(None, "阳光里3号楼 ")
    assert core.place_key(7, "阳光里") != core.place_key(None, "阳光里")


RULES = (library.shelf.HERE / "hazards" / "rules.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("remind_hours = 24", "remind_hours = 0", "remind_hours"),
        ("repeat_share = 0.5", "repeat_share = 2", "repeat_share"),
        ('severity = "low", amount = 7', 'severity = "none", amount = 7', "limits"),
        ('unit = "hours"', 'unit = "weeks"', "limits.unit"),
        ("amount = 24", 'amount = "24"', "limits.amount"),
        ("link_days = 30", "links = 30", "link_days"),
    ],
)
def test_bad_rules_are_refused_by_key(old: str, new: str, key: str) -> None:
    assert old in RULES
    with pytest.raises(LibraryError) as caught:
        library.hazards.parse("rules.toml", RULES.replace(old, new, 1).encode())
    assert caught.value.key == key
