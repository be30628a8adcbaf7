"""What residents report, as it goes on its way: states, routing rules, words of answer, brakes.

The states and what leads from one to the next are here and nowhere else; who handles what, within how many
days, how often one address may write, and what an answer says before it is edited is a data file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from safecommunity.core.form_tokens import Limits
from safecommunity.core.messages import Words
from safecommunity.core.working_days import DAY, Calendar

STATES = ("received", "open", "handling", "solved", "answered", "declined", "merged")
CLOSED = ("answered", "declined", "merged")
ACTS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "accept": (("received",), "open"),
    "pass-on": (("open", "handling"), "open"),
    "begin": (("open",), "handling"),
    "solve": (("open", "handling"), "solved"),
    "answer": (("solved",), "answered"),
    "decline": (("received", "open", "handling"), "declined"),
    "merge": (("received", "open", "handling"), "merged"),
    "reopen": (("answered",), "open"),
}
PLACES = ("subject", "body", "due")
METRES_PER_DEGREE = 6_371_008.8 * math.pi / 180


class Impossible(ValueError):
    """This act does not follow from that state."""


class ParticipationFileError(ValueError):
    """A participation file that cannot be used: which key, why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key, self.reason = key, reason


@dataclass(frozen=True, slots=True)
class Route:
    """Empty conditions hold for all. `body` is a kind of body, `groups` its fields: the first that exists."""

    kinds: tuple[str, ...]
    fields: tuple[str, ...]
    areas: tuple[str, ...]
    body: str
    groups: tuple[str, ...]

    def fits(self, kind: str, field: str, area: str) -> bool:
        return (
            (not self.kinds or kind in self.kinds)
            and (not self.fields or field in self.fields)
            and (not self.areas or area.startswith(self.areas))
        )


@dataclass(frozen=True, slots=True)
class Brake:
    """At most `most` within each `seconds` for one `whose`: an address or a unit."""

    whose: str
    seconds: int
    most: int

    def window(self, now: datetime) -> int:
        """The number of the stretch of time that this moment lies in."""
        return int(now.timestamp()) // self.seconds

    def ends(self, now: datetime) -> datetime:
        return datetime.fromtimestamp((self.window(now) + 1) * self.seconds, tz=now.tzinfo)


@dataclass(frozen=True, slots=True)
class Participation:
    """`unit_kinds` have a public page; days are calendar days where not said otherwise."""

    code: str
    source: str
    wording: str
    unit_kinds: tuple[str, ...]
    words: int
    photos: int
    photo_bytes: int
    near_metres: int
    form: Limits
    due_workdays: int
    ask_after_days: int
    contact_days: int
    told_days: int
    brakes: tuple[Brake, ...]
    routes: tuple[Route, ...]
    replies: Mapping[str, Words]

    def route(self, kind: str, field: str, area: str) -> Route | None:
        """The first rule that fits; None: the unit's office."""
        return next((route for route in self.routes if route.fits(kind, field, area)), None)


def after(state: str, act: str) -> str:
    """The state that an act leads to. Raises Impossible."""
    before, then = ACTS[act]
    if state not in before:
        raise Impossible(f"{act} after {state}")
    return then


def possible(state: str) -> tuple[str, ...]:
    """The acts that may follow, in the order of the work."""
    return tuple(act for act, (before, _then) in ACTS.items() if state in before)


def filled(template: str, *, subject: str, body: str, due: str) -> str:
    """An answer before it is edited."""
    return template.replace("{subject}", subject).replace("{body}", body).replace("{due}", due)


def asks(answered: date | None, verdict: str, today: date, days: int) -> bool:
    """Whether the reporter is to be asked if it was really fixed: once, some weeks after the answer."""
    return answered is not None and not verdict and today >= answered + timedelta(days=days)


def workdays_between(calendar: Calendar, first: date, last: date) -> int:
    """Working days after `first` up to and with `last`: 0 for an answer on the same day."""
    days = (first + DAY * number for number in range(1, (last - first).days + 1))
    return sum(calendar.is_working(day) for day in days)


def workday_after(calendar: Calendar, day: date, count: int) -> date:
    """The `count`-th working day after a day."""
    while count:
        day += DAY
        count -= calendar.is_working(day)
    return day


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Between two (longitude, latitude) of one town: the plane is near enough."""
    shrink = math.cos(math.radians((one[1] + other[1]) / 2))
    return math.hypot((one[0] - other[0]) * shrink, one[1] - other[1]) * METRES_PER_DEGREE


def parse(code: str, data: Mapping[str, Any]) -> Participation:
    """The rules from the parsed TOML of `participation/<code>.toml`. Raises ParticipationFileError."""
    numbers = (
        "words", "photos", "photo_bytes", "near_metres", "due_workdays", "ask_after_days", "contact_days",
        "told_days",
    )  # fmt: skip
    return Participation(
        code=code,
        source=str(data["source"]),
        wording=str(data["wording"]),
        unit_kinds=tuple(data["unit_kinds"]),
        form=_limits(data["form"]),
        brakes=tuple(_brake(f"brakes {number}", one) for number, one in enumerate(data["brakes"], start=1)),
        routes=tuple(_route(f"routes {number}", one) for number, one in enumerate(data["routes"], start=1)),
        replies=_replies(data["replies"]),
        **{name: _positive(name, data[name]) for name in numbers},
    )


def _limits(data: Mapping[str, Any]) -> Limits:
    limits = Limits(_positive("form.least", data["least"]), _positive("form.most", data["most"]))
    if limits.least >= limits.most:
        raise ParticipationFileError("form.least", "应小于 most")
    return limits


def _brake(key: str, data: Mapping[str, Any]) -> Brake:
    if data["whose"] not in ("address", "unit"):
        raise ParticipationFileError(f"{key}.whose", "应为 address 或 unit")
    seconds, most = (_positive(f"{key}.{name}", data[name]) for name in ("seconds", "most"))
    return Brake(data["whose"], seconds, most)


def _route(key: str, data: Mapping[str, Any]) -> Route:
    unknown = sorted(set(data) - {"kinds", "fields", "areas", "body", "groups"})
    if unknown:
        raise ParticipationFileError(f"{key}.{unknown[0]}", "不认识这个键")
    kinds, fields, areas, groups = (
        tuple(map(str, data.get(name, ()))) for name in ("kinds", "fields", "areas", "groups")
    )
    return Route(kinds, fields, areas, str(data["body"]), groups)


def _replies(data: Mapping[str, Any]) -> dict[str, Words]:
    acts: Sequence[str] = [name for name in data if not name.endswith("_en")]
    for name, text in data.items():
        if name.removesuffix("_en") not in ACTS:
            raise ParticipationFileError(f"replies.{name}", "没有这个办理环节")
        if "{" in filled(text, **dict.fromkeys(PLACES, "")):
            raise ParticipationFileError(f"replies.{name}", "只能用 {subject}、{body}、{due}")
    for act in acts:
        if f"{act}_en" not in data:
            raise ParticipationFileError(f"replies.{act}_en", "缺少英文")
    return {act: Words(data[act], data[f"{act}_en"]) for act in acts}


def _positive(key: str, value: Any) -> int:
    if not isinstance(value, int) or value < 1:
        raise ParticipationFileError(key, "应为正整数")
    return value
