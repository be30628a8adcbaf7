"""Hidden hazards: the states they pass through, what may be done in each, deadlines, recurrence, clocks."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from safecommunity.core.checklists import GRADES, SEVERITIES
from safecommunity.core.messages import Message, Words
from safecommunity.core.working_days import Calendar

Row = TypeVar("Row")
STATES = (
    "registered",
    "graded",
    "assigned",
    "rectifying",
    "waiting",
    "passed",
    "closed",
    "duplicate",
    "void",
)
ENDED = frozenset({"closed", "duplicate", "void"})
TO_BE_FIXED = frozenset({"graded", "assigned", "rectifying"})
GUARANTEES = ("responsibility", "measures", "funds", "deadline", "emergency")
UNITS = ("hours", "working-days")
END_OF_DAY = time(23, 59)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Act:
    """What may be done: `before` in which states; `after` the state it leads to, "" when it stays.

    `power`: report (whoever reports hazards may), manage (whoever decides over them), answer (also the one
    who was told to put it right).
    """

    name: str
    before: frozenset[str]
    after: str
    power: str


def _act(name: str, before: str, after: str, power: str) -> Act:
    return Act(name, frozenset(before.split()), after, power)


ACTS = {
    act.name: act
    for act in (
        _act("grade", "registered graded", "graded", "report"),
        _act("assign", "graded assigned", "assigned", "report"),
        _act("guarantee", "graded assigned rectifying", "", "answer"),
        _act("begin", "assigned", "rectifying", "answer"),
        _act("fix", "graded assigned rectifying", "waiting", "answer"),
        _act("pass", "waiting", "passed", "report"),
        _act("fail", "waiting", "rectifying", "report"),
        _act("explain", "graded assigned rectifying waiting passed", "", "answer"),
        _act("close", "passed", "closed", "manage"),
        _act("ask", "assigned rectifying", "", "answer"),
        _act("grant", "assigned rectifying", "", "manage"),
        _act("deny", "assigned rectifying", "", "manage"),
        _act("escalate", "registered graded assigned rectifying", "", "report"),
        _act("transfer", "registered graded", "registered", "manage"),
        _act("list", "graded assigned rectifying waiting", "", "manage"),
        _act("delist", "passed", "", "manage"),
        _act("duplicate", "registered graded", "duplicate", "report"),
        _act("void", "registered graded assigned", "void", "manage"),
    )
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. `asked`: more time was asked for; `explained`: the root cause was given."""

    state: str = "registered"
    grade: str = ""
    guarantees: frozenset[str] = frozenset()
    is_listed: bool = False
    asked: bool = False
    is_repeat: bool = False
    explained: bool = False


def refusal(facts: Facts, act: str) -> Message | None:
    """Why this cannot be done now, None when it can."""
    if facts.state not in ACTS[act].before:
        return Message("这处隐患现在不能这样办理，请刷新页面看它的当前状态。")
    for wrong, message in _REFUSALS.get(act, ()):
        if wrong(facts):
            return message
    return None


def after(facts: Facts, act: str, *, grade: str = "", guarantees: frozenset[str] = frozenset()) -> Facts:
    """What the act leads to. `grade` is that of `grade`, `guarantees` those of `guarantee`.

    Raises ValueError where `refusal` has something to say.
    """
    if message := refusal(facts, act):
        raise ValueError(str(message))
    found = replace(facts, state=ACTS[act].after or facts.state)
    changes: dict[str, dict[str, Any]] = {
        "grade": {"grade": grade},
        "guarantee": {"guarantees": facts.guarantees | guarantees},
        "explain": {"explained": True},
        "ask": {"asked": True},
        "grant": {"asked": False},
        "deny": {"asked": False},
        "fix": {"asked": False},
        "transfer": {"grade": "", "guarantees": frozenset()},
        "list": {"is_listed": True},
        "delist": {"is_listed": False},
    }
    return replace(found, **changes.get(act, {}))


def is_guaranteed(facts: Facts) -> bool:
    """Whether everything that a major hazard needs before its treatment is laid down."""
    return facts.grade != "major" or facts.guarantees >= set(GUARANTEES)


_NOT_GUARANTEED = Message("重大隐患要先落实责任、措施、资金、时限、预案，才能开始整改。")
_REFUSALS: Mapping[str, tuple[tuple[Any, Message], ...]] = {
    "grade": ((lambda facts: facts.is_listed, Message("挂牌督办的隐患不能改等级，请先摘牌。")),),
    "guarantee": ((lambda facts: facts.grade != "major", Message("只有重大隐患需要五落实治理方案。")),),
    "begin": ((lambda facts: not is_guaranteed(facts), _NOT_GUARANTEED),),
    "fix": (
        (lambda facts: not is_guaranteed(facts), _NOT_GUARANTEED),
        (
            lambda facts: facts.grade == "major" and facts.state != "rectifying",
            Message("重大隐患按治理方案开始整改后，才能提交整改结果。"),
        ),
    ),
    "close": (
        (lambda facts: facts.is_listed, Message("挂牌督办的隐患要先批准摘牌，才能销号。")),
        (
            lambda facts: facts.is_repeat and not facts.explained,
            Message("这是反复出现的隐患，请先写明根本原因，再销号。"),
        ),
    ),
    "ask": ((lambda facts: facts.asked, Message("已经申请过延期，请等待审批。")),),
    "grant": ((lambda facts: not facts.asked, Message("没有等待审批的延期申请。")),),
    "deny": ((lambda facts: not facts.asked, Message("没有等待审批的延期申请。")),),
    "transfer": ((lambda facts: facts.is_listed, Message("挂牌督办的隐患不能移交。")),),
    "list": (
        (lambda facts: facts.grade != "major", Message("只有重大隐患可以挂牌督办。")),
        (lambda facts: facts.is_listed, Message("这处隐患已经挂牌督办。")),
    ),
    "delist": ((lambda facts: not facts.is_listed, Message("这处隐患没有挂牌督办。")),),
    "duplicate": ((lambda facts: facts.is_listed, Message("挂牌督办的隐患不能并入另一处。")),),
    "void": ((lambda facts: facts.is_listed, Message("挂牌督办的隐患不能作废，请先摘牌。")),),
}


class RulesFileError(ValueError):
    """A file of hazard rules that cannot be used: which key, why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key, self.reason = key, reason


@dataclass(frozen=True, slots=True)
class Limit:
    """How long putting right may take: so many hours, or until the end of so many working days."""

    amount: int
    unit: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What a deployment may set. `limits` by (grade, severity).

    `remind_hours` before the deadline people are reminded; `step_up_days` working days lie between one level
    of supervision and the next; within `repeat_days` the same again is a repetition, whose limit is
    `repeat_share` of the usual one; `link_days` the address sent to a contact works; `listed_days` is how
    long a listing lasts when nobody says otherwise; a device's clock may be `clock_minutes` off.
    """

    name: Words
    source: str
    limits: Mapping[tuple[str, str], Limit]
    remind_hours: int
    step_up_days: int
    repeat_days: int
    repeat_share: float
    link_days: int
    listed_days: int
    most_photos: int
    clock_minutes: int


COUNTS = (
    "remind_hours",
    "step_up_days",
    "repeat_days",
    "link_days",
    "listed_days",
    "most_photos",
    "clock_minutes",
)


def parse(code: str, data: Mapping[str, Any]) -> Rules:
    """`Rules` from the parsed TOML. Raises RulesFileError; a missing key raises KeyError."""
    limits = {}
    for row in data["limits"]:
        key = (row["grade"], row["severity"])
        if row["unit"] not in UNITS:
            raise RulesFileError("limits.unit", f"应为 {'、'.join(UNITS)}")
        limits[key] = Limit(_count("limits.amount", row["amount"]), row["unit"])
    wanted = {(grade, severity) for grade in GRADES for severity in SEVERITIES}
    if set(limits) != wanted or len(data["limits"]) != len(wanted):
        raise RulesFileError("limits", "每个等级（general、major）和严重程度（high、medium、low）写一条")
    share = data["repeat_share"]
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        raise RulesFileError("repeat_share", "应大于 0，不大于 1")
    return Rules(
        name=Words(data["name"], data["name_en"]),
        source=data["source"],
        limits=limits,
        repeat_share=float(share),
        **{name: _count(name, data[name]) for name in COUNTS},
    )


def limit_for(rules: Rules, grade: str, severity: str, *, is_repeat: bool) -> Limit:
    """The time allowed; of what came back a share, at least one hour or day."""
    limit = rules.limits[grade, severity]
    if not is_repeat:
        return limit
    return replace(limit, amount=max(1, math.floor(limit.amount * rules.repeat_share)))


def deadline(limit: Limit, start: datetime, calendar: Calendar) -> datetime:
    """When the time is up, counted from `start` in local time."""
    if limit.unit == "hours":
        return start + timedelta(hours=limit.amount)
    day = working_days_after(start.date(), limit.amount, calendar)
    return datetime.combine(day, END_OF_DAY, start.tzinfo)


def working_days_after(day: date, count: int, calendar: Calendar) -> date:
    """The `count`-th working day after a day; `count` from 1."""
    while count:
        day += DAY
        count -= calendar.is_working(day)
    return day


def place_key(premises: int | None, place: str) -> str:
    """By what two hazards are known to be at the same place."""
    return f"premises:{premises}" if premises else "".join(place.lower().split())


def apart(rows: Iterable[Row], key: Callable[[Row], Hashable]) -> list[list[Row]]:
    """The rows in their order, cut where a key would come again within a piece."""
    pieces: list[list[Row]] = []
    seen: set[Hashable] = set()
    for row in rows:
        if not pieces or key(row) in seen:
            pieces.append([])
            seen = set()
        pieces[-1].append(row)
        seen.add(key(row))
    return pieces


@dataclass(frozen=True, slots=True)
class Moment:
    """When it happened as we take it, and whether the device's clock was wrong."""

    at: datetime
    is_off: bool


def settled(said: datetime | None, sent: datetime | None, now: datetime, tolerance: timedelta) -> Moment:
    """The time a device gave, put right by how far its clock is off at sending.

    `said`: when it happened, `sent`: when it was sent, both by the device; `now`: the server's. What would
    still lie in the future, or more than a year back, is taken to have happened now.
    """
    if said is None:
        return Moment(now, is_off=False)
    off = now - sent if sent else timedelta(0)
    is_off = abs(off) > tolerance
    at = said + off if is_off else said
    if at > now + tolerance or at < now - 366 * DAY:
        return Moment(now, is_off=True)
    return Moment(min(at, now), is_off=is_off)


def _count(key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 3650:
        raise RulesFileError(key, "应为 1 到 3650 的整数")
    return value
