"""Small schemes for tests: the on-site form of 50 items and a form of any rule kinds."""

from __future__ import annotations

from typing import Any

from safecommunity.core.schemes import Scheme, parse
from safecommunity.core.scoring import Mark


def national(**changes: Any) -> Scheme:
    """Fifty items of three points, as the on-site form has them."""
    return parse("form", form() | changes)


def form() -> dict[str, Any]:
    thresholds = {"A": "1", "B": "0.6", "C": "0.01"}
    parts = [("presence", "0.8", "papers"), ("trace", "1.0", "records"), ("effect", "1.2", "metrics")]
    grades = [("A", "1"), ("B", "0.7"), ("C", "0.3"), ("D", "0")]
    bands = [("pass", 100, True), ("rectify", 75, False), ("fail", 0, False)]
    return {
        "name": "表", "name_en": "Form", "version": "1", "level": "national", "issuer": "协会",
        "issuer_en": "Association", "source": "N1", "note": "注", "note_en": "note", "points": 150,
        "any_zero_fails": True, "not_applicable": "scale",
        "grades": [{"code": code, "name": code, "name_en": code, "share": share} for code, share in grades],
        "parts": [
            {"code": code, "name": code, "name_en": code, "points": worth, "basis": basis,
             "thresholds": thresholds}
            for code, worth, basis in parts
        ],
        "bands": [
            {"code": code, "name": code, "name_en": code, "at_least": least, "is_passing": passing,
             "meaning": "意", "meaning_en": "meaning"}
            for code, least, passing in bands
        ],
        "elements": [
            {"code": "1", "name": "要素", "name_en": "Element",
             "indicators": [indicator(str(number), {"kind": "parts"}) for number in range(1, 51)]}
        ],
    }  # fmt: skip


def indicator(code: str, rule: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "code": code, "text": "项", "text_en": "item", "rule": rule, "source": "N1", "wording": "ours", **more
    }  # fmt: skip


def municipal(*rules: dict[str, Any], full: int = 100, **changes: Any) -> Scheme:
    """A scheme of other rule kinds: 70 qualified, 90 the municipal title."""
    bands = [("title", 90, True), ("qualified", 70, True), ("not-qualified", 0, False)]
    data = form() | {
        "points": full,
        "any_zero_fails": False,
        "bands": [
            {"code": code, "name": code, "name_en": code, "at_least": least, "is_passing": passing,
             "meaning": "意", "meaning_en": "meaning"}
            for code, least, passing in bands
        ],
        "elements": [
            {"code": "1", "name": "要素", "name_en": "Element",
             "indicators": [indicator(str(number), rule) for number, rule in enumerate(rules, 1)]}
        ],
    } | changes  # fmt: skip
    return parse("municipal", data)


def graded(*grades: str) -> Mark:
    return Mark(dict(zip(("presence", "trace", "effect"), grades, strict=True)))


def sheet(*groups: tuple[int, str]) -> dict[str, Mark]:
    """(33, "AAA"), (17, "CCC") … → marks of items 1, 2, 3 …"""
    marks = [graded(*grades) for number, grades in groups for _ in range(number)]
    return {str(number): mark for number, mark in enumerate(marks, 1)}
