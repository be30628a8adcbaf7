"""The way from intent to title (启动备案、申报、评定、命名): which step may follow which, on what conditions.

What varies by scheme (centres, window, time limits, papers, thresholds) is a `Procedure`, read from the
`[review]` table of the scheme's file; what is the same everywhere is the order of steps in `ways`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from safecommunity.core.messages import Words
from safecommunity.core.periods import months_later

FINAL = ("named", "qualified", "refused", "given-up")
Outcome = Literal["named", "qualified", "refused"]


@dataclass(frozen=True, slots=True)
class Named:
    """A centre a start is filed with, or a paper an application holds."""

    code: str
    name: Words


@dataclass(frozen=True, slots=True)
class Limit:
    """A metric that must lie within bounds over the years of building."""

    metric: str
    at_most: Decimal


@dataclass(frozen=True, slots=True)
class Procedure:
    """How one scheme takes a unit to its title.

    `centres`: with whom a start is filed, () when no filing is asked for. `assessor`: the kind of unit that
    assesses and decides. `after`: the level of the title that must be held first, "" for none. `window`:
    first and last day of the year ("01-01", "03-31") on which an application is taken, () for any day.
    `document_days`: working days for the document review, 0 when there is none. `titled`: the bands that
    bring the title; `again`: those under which the site is assessed again after rectification.
    `remind_days`: how many days before a date people are told.
    """

    source: str
    wording: str
    centres: tuple[Named, ...]
    assessor: str
    after: str
    window: tuple[str, ...]
    document_days: int
    rectify_days: int
    experts: int
    titled: tuple[str, ...]
    again: tuple[str, ...]
    limits: tuple[Limit, ...]
    papers: tuple[Named, ...]
    agenda: tuple[Words, ...]
    remind_days: tuple[int, ...]

    @property
    def first(self) -> str:
        return "intent" if self.centres else "building"

    @property
    def chain(self) -> tuple[str, ...]:
        """The steps of this scheme in their order, rectification included."""
        filing = ("intent", "filed") if self.centres else ()
        documents = ("documents",) if self.document_days else ()
        return (
            *filing, "building", "self-assessed", "applied", *documents, "on-site", "rectifying", "deciding"
        )  # fmt: skip

    def is_open_on(self, day: date) -> bool:
        """Whether an application is taken on this day; a window may reach over the turn of the year."""
        if not self.window:
            return True
        first, last = self.window
        at = f"{day:%m-%d}"
        return first <= at <= last if first <= last else at >= first or at <= last


def ways(procedure: Procedure) -> dict[tuple[str, str], tuple[str, ...]]:
    """(state, act) → the states it may lead to. What is not here cannot be done."""
    after_levels = "documents" if procedure.document_days else "on-site"
    found: dict[tuple[str, str], tuple[str, ...]] = {
        ("building", "self-assess"): ("self-assessed",),
        ("self-assessed", "self-assess"): ("self-assessed",),
        ("returned", "self-assess"): ("self-assessed",),
        ("self-assessed", "apply"): ("applied",),
        ("returned", "apply"): ("applied",),
        ("applied", "pass-up"): ("applied", after_levels),
        ("applied", "send-back"): ("returned",),
        ("on-site", "conclude"): ("rectifying", "deciding"),
        ("rectifying", "revisit"): ("on-site",),
        ("rectifying", "rectify"): ("deciding",),
        ("deciding", "decide"): ("named", "qualified", "refused"),
    }
    if procedure.centres:
        found["intent", "file"] = ("filed",)
        found["filed", "receive"] = ("filed", "building")
    if procedure.document_days:
        found["documents", "send-back"] = ("returned",)
        found["documents", "accept"] = ("on-site",)
    for state in (*procedure.chain, "returned"):
        found[state, "give-up"] = ("given-up",)
    return found


def outcomes(procedure: Procedure, band: str, is_passing: bool) -> tuple[Outcome, ...]:
    """How it may be decided under a verdict: a title only in a band that brings one."""
    if band in procedure.titled:
        return ("named", "refused")
    return ("qualified", "refused") if is_passing else ("refused",)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the conditions of an application look at.

    `running_from`: since when it is built, None when not begun. `verdict`: whether the frozen
    self-assessment passes, None without one. `levels`: of the valid titles held. `over`: the metrics beyond
    their limits. `vetoes`: those in force on applications. `missing`: the papers not there yet.
    """

    today: date
    running_from: date | None
    verdict: bool | None
    levels: frozenset[str]
    over: tuple[str, ...]
    vetoes: int
    missing: tuple[str, ...]
    has_levels: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of an application; `values` are what its sentence names."""

    code: str
    is_met: bool
    values: Mapping[str, object]


def conditions(procedure: Procedure, min_months: int, facts: Facts) -> tuple[Condition, ...]:
    """What an application needs, met or not, in the order shown; what a scheme does not ask is left out."""
    found: list[Condition] = []

    def add(code: str, is_met: bool, **values: object) -> None:
        found.append(Condition(code, is_met, values))

    if min_months:
        earliest = months_later(facts.running_from, min_months) if facts.running_from else None
        add("running", earliest is not None and earliest <= facts.today, months=min_months, earliest=earliest)
    add("verdict", facts.verdict is True, has_one=facts.verdict is not None)
    if procedure.after:
        add("title-before", procedure.after in facts.levels, level=procedure.after)
    if procedure.limits:
        add("accidents", not facts.over, metrics=facts.over)
    add("vetoes", not facts.vetoes, count=facts.vetoes)
    if procedure.papers:
        add("papers", not facts.missing, papers=facts.missing)
    if procedure.window:
        first, last = procedure.window
        add("window", procedure.is_open_on(facts.today), first=first, last=last)
    add("levels", facts.has_levels)
    return tuple(found)


def belongs(unit: str, assessor: str, held: Iterable[tuple[str, str]], *, free: Collection[str]) -> str:
    """The path through which a person belongs to an assessed unit; "" when there is none.

    Paths as of units ("/1/5/"). One belongs by a role on the unit, beneath it, or above it up to but without
    the assessing unit; the roles in `free` (those of visiting experts) tie nobody.
    """
    for path, role in held:
        below = path.startswith(unit)
        between = unit.startswith(path) and path.startswith(assessor) and path != assessor
        if role not in free and (below or between):
            return path
    return ""
