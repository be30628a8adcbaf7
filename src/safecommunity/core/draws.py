"""A random draw that anyone can repeat: which units are visited, and by whom.

The list is fixed first and its digest made known; then comes a public seed that nobody could choose knowing
the list (a lottery number, dice thrown before witnesses). From both everybody computes the same result:

- a unit of weight w puts w tickets into the drum of its stratum; the number of ticket k of unit u is
  HMAC-SHA256(seed, digest "|unit|" u "|" k);
- tickets are taken by ascending number until the stratum has its count; a unit counts once;
- units in ascending order of code are given their team: of the inspectors without a conflict those with the
  fewest units so far, then by ascending HMAC-SHA256(seed, digest "|team|" unit "|" inspector).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import digest as keyed

MOST_WEIGHT = 100


class CannotDraw(ValueError):
    """The list does not allow the draw; `reason` is a code, `about` the stratum, unit or inspector meant."""

    def __init__(self, reason: str, about: str = "") -> None:
        super().__init__(f"{reason}: {about}" if about else reason)
        self.reason, self.about = reason, about


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that may be drawn. `weight`: tickets, 1 to 100."""

    code: str
    stratum: str = ""
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Inspector:
    """Someone who may be sent. `conflicts`: codes of the units where this person may not go."""

    code: str
    conflicts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Drum:
    """All that is fixed before the seed is known. `counts`: stratum → units to draw; `team`: people each."""

    candidates: tuple[Candidate, ...]
    counts: Mapping[str, int]
    inspectors: tuple[Inspector, ...] = ()
    team: int = 0

    def __post_init__(self) -> None:
        _once([one.code for one in self.candidates])
        _once([one.code for one in self.inspectors])
        for one in self.candidates:
            if not 1 <= one.weight <= MOST_WEIGHT:
                raise CannotDraw("weight", one.code)
        there = Counter(one.stratum for one in self.candidates)
        for stratum, count in self.counts.items():
            if not 0 <= count <= there[stratum]:
                raise CannotDraw("count", stratum)
        if not 0 <= self.team <= len(self.inspectors):
            raise CannotDraw("team")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A unit that was drawn, with its team in the order of the draw."""

    code: str
    team: tuple[str, ...]


def list_text(drum: Drum) -> str:
    """The drum as the one text whose digest is made known: JSON, keys and rows sorted, no spaces."""
    said = {
        "candidates": sorted([one.code, one.stratum, one.weight] for one in drum.candidates),
        "counts": dict(drum.counts),
        "inspectors": sorted([one.code, sorted(one.conflicts)] for one in drum.inspectors),
        "team": drum.team,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_list(text: str) -> Drum:
    """The drum that `list_text` wrote. Raises CannotDraw."""
    try:
        said = json.loads(text)
        candidates = tuple(
            Candidate(str(code), str(of), int(weight)) for code, of, weight in said["candidates"]
        )
        inspectors = tuple(Inspector(str(code), frozenset(units)) for code, units in said["inspectors"])
        counts, team = {str(of): int(count) for of, count in said["counts"].items()}, int(said["team"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CannotDraw("list") from error
    return Drum(candidates, counts, inspectors, team)


def fingerprint(drum: Drum) -> str:
    """SHA-256 of `list_text` in UTF-8, 64 hexadecimal digits."""
    return sha256(list_text(drum).encode()).hexdigest()


def draw(drum: Drum, seed: str) -> tuple[Drawn, ...]:
    """The units drawn and their teams, by ascending code. Raises CannotDraw when conflicts leave too few."""
    if not seed.strip():
        raise CannotDraw("seed")
    mark = fingerprint(drum)
    codes = sorted(
        code for stratum in sorted(drum.counts) for code in _units(drum, stratum, seed.strip(), mark)
    )
    load = Counter[str]()
    found = []
    for code in codes:
        team = _team(drum, code, seed.strip(), mark, load)
        load.update(team)
        found.append(Drawn(code, team))
    return tuple(found)


def number(seed: str, text: str) -> str:
    """HMAC-SHA256 of the text with the seed as key, both UTF-8, as 64 hexadecimal digits."""
    return keyed(seed.encode(), text.encode(), "sha256").hex()


def program(drum: Drum, seed: str) -> str:
    """A Python program of its own, nothing of ours in it, that repeats the draw and prints a unit a line."""
    return PROGRAM.format(text=json.dumps(list_text(drum), ensure_ascii=True), seed=json.dumps(seed.strip()))


def _units(drum: Drum, stratum: str, seed: str, mark: str) -> Sequence[str]:
    tickets = sorted(
        (number(seed, f"{mark}|unit|{one.code}|{ticket}"), one.code)
        for one in drum.candidates
        if one.stratum == stratum
        for ticket in range(1, one.weight + 1)
    )
    return list(dict.fromkeys(code for _number, code in tickets))[: drum.counts[stratum]]


def _team(drum: Drum, unit: str, seed: str, mark: str, load: Mapping[str, int]) -> tuple[str, ...]:
    free = [one.code for one in drum.inspectors if unit not in one.conflicts]
    if len(free) < drum.team:
        raise CannotDraw("conflicts", unit)
    order = sorted(free, key=lambda code: (load[code], number(seed, f"{mark}|team|{unit}|{code}")))
    return tuple(order[: drum.team])


def _once(codes: Sequence[str]) -> None:
    for code, times in Counter(codes).items():
        if times > 1 or not code:
            raise CannotDraw("twice", code)


PROGRAM = """\
import collections, hashlib, hmac, json
text = {text}
seed = {seed}
data, mark = json.loads(text), hashlib.sha256(text.encode()).hexdigest()
def number(said):
    return hmac.new(seed.encode(), (mark + said).encode(), "sha256").hexdigest()
drawn = []
for stratum, count in data["counts"].items():
    best = {{
        code: min(number("|unit|%s|%d" % (code, k + 1)) for k in range(weight))
        for code, of, weight in data["candidates"] if of == stratum
    }}
    drawn += sorted(best, key=best.get)[:count]
load = collections.Counter()
print("list", mark)
for unit in sorted(drawn):
    free = [code for code, conflicts in data["inspectors"] if unit not in conflicts]
    free.sort(key=lambda code: (load[code], number("|team|%s|%s" % (unit, code))))
    team = free[:data["team"]]
    load.update(team)
    print(unit, *team)
"""
