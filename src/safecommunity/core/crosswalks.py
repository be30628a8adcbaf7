"""Which indicators of two standards ask for the same thing, so that one piece of evidence serves both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


class CrosswalkError(ValueError):
    """A crosswalk file says something that cannot be: `key` names where, `reason` says why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key = key
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """`pairs`: (indicator of `left`, indicator of `right`), read in both directions."""

    code: str
    name: str
    name_en: str
    left: str
    right: str
    source: str
    wording: str
    pairs: tuple[tuple[str, str], ...]


def parse(code: str, data: Mapping[str, Any]) -> Crosswalk:
    """Read the crosswalk `code`: `[pairs]` maps an indicator of `left` to a list of indicators of `right`."""
    texts = {}
    for key in ("name", "name_en", "left", "right", "source", "wording"):
        value = data.get(key)
        if not isinstance(value, str) or not value:
            raise CrosswalkError(key, "应为非空文字")
        texts[key] = value
    rows = data.get("pairs")
    if not isinstance(rows, Mapping) or not rows:
        raise CrosswalkError("pairs", "应为非空的表")
    for key, codes in rows.items():
        if not isinstance(codes, list) or not codes:
            raise CrosswalkError(f"pairs.{key}", "应为非空的一组指标")
    pairs = tuple((str(left), str(right)) for left, codes in rows.items() for right in codes)
    return Crosswalk(code=code, **texts, pairs=pairs)


def same(crosswalks: Iterable[Crosswalk], scheme: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Indicator of `scheme` → the (scheme, indicator) pairs whose evidence serves it too, one step away."""
    found: dict[str, list[tuple[str, str]]] = {}
    for walk in crosswalks:
        for left, right in walk.pairs:
            if walk.left == scheme:
                found.setdefault(left, []).append((walk.right, right))
            if walk.right == scheme:
                found.setdefault(right, []).append((walk.left, left))
    return {code: tuple(others) for code, others in found.items()}
