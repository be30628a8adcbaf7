"""Sets of bodies (committees, groups, offices, teams) that a plan asks for, with their duties and posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from safecommunity.core.messages import Words


class BodyFileError(ValueError):
    """A file of bodies that cannot be used: which key, why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key, self.reason = key, reason


@dataclass(frozen=True, slots=True)
class Duty:
    text: Words
    source: str


@dataclass(frozen=True, slots=True)
class Post:
    """A post in a body and who holds it by office, never a person's name."""

    post: Words
    who: Words


@dataclass(frozen=True, slots=True)
class BodyPlan:
    """One body of a set; `parent` is the key of the body above it, or empty."""

    key: str
    kind: str
    name: Words
    parent: str
    field: str
    seat: Words
    posts: tuple[Post, ...]
    duties: tuple[Duty, ...]


@dataclass(frozen=True, slots=True)
class BodySet:
    """A set as its file lists it, parents before children; `unit_kinds` is whom it suits."""

    code: str
    name: Words
    source: str
    wording: str
    note: Words
    unit_kinds: tuple[str, ...]
    bodies: tuple[BodyPlan, ...]


def parse(code: str, data: Mapping[str, Any]) -> BodySet:
    """Raises BodyFileError for unknown parents and doubled keys, KeyError for what is missing."""
    bodies: list[BodyPlan] = []
    for row in data["bodies"]:
        body = _body(row)
        known = {earlier.key for earlier in bodies}
        if body.key in known:
            raise BodyFileError(body.key, "is there twice")
        if body.parent and body.parent not in known:
            raise BodyFileError(body.key, f"its parent {body.parent} is not listed before it")
        bodies.append(body)
    if not bodies:
        raise BodyFileError("bodies", "holds none")
    return BodySet(
        code=code,
        name=_words(data, "name"),
        source=data["source"],
        wording=data["wording"],
        note=_words(data, "note"),
        unit_kinds=tuple(data["unit_kinds"]),
        bodies=tuple(bodies),
    )


def _body(row: Mapping[str, Any]) -> BodyPlan:
    return BodyPlan(
        key=row["key"],
        kind=row["kind"],
        name=_words(row, "name"),
        parent=row.get("parent", ""),
        field=row.get("field", ""),
        seat=_words(row, "seat") if "seat" in row else Words("", ""),
        posts=tuple(Post(_words(post, "post"), _words(post, "who")) for post in row.get("posts", ())),
        duties=tuple(Duty(_words(duty, "text"), duty["source"]) for duty in row.get("duties", ())),
    )


def _words(row: Mapping[str, Any], key: str) -> Words:
    return Words(row[key], row[f"{key}_en"])
