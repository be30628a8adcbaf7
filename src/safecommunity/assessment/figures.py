"""The figures an assessment shows, worked out from its marks; and its suggestions as they are kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from safecommunity.core.schemes import Scheme
from safecommunity.core.scoring import ZERO, Mark, Outcome, score
from safecommunity.core.suggestions import Reason, Suggestion


def kept(suggestions: Mapping[str, Suggestion]) -> dict[str, Any]:
    """Suggestions as JSON."""
    return {
        code: {
            "answers": dict(each.answers),
            "reasons": [[reason.code, reason.part, dict(reason.values)] for reason in each.reasons],
        }
        for code, each in suggestions.items()
    }


def suggestions_of(data: Mapping[str, Any]) -> dict[str, Suggestion]:
    """Suggestions read back from JSON."""
    return {
        code: Suggestion(each["answers"], tuple(Reason(*reason) for reason in each["reasons"]))
        for code, each in data.items()
    }


def suggested_marks(data: Mapping[str, Any]) -> dict[str, Mark]:
    """The suggested marks in kept suggestions; items without an answer are left out."""
    return {code: Mark(each["answers"]) for code, each in data.items() if each["answers"]}


def effective(confirmed: Mapping[str, Mark], suggested: Mapping[str, Mark]) -> dict[str, Mark]:
    """What counts for now: the confirmed mark where there is one, else the suggested."""
    return {**suggested, **{code: mark for code, mark in confirmed.items() if mark.is_given}}


def figures(scheme: Scheme, confirmed: Mapping[str, Mark], data: Mapping[str, Any]) -> dict[str, Any]:
    """The derived fields of an `Assessment`: points, verdict, zeros, vetoes, progress, by element."""
    given = {code: mark for code, mark in confirmed.items() if mark.is_given}
    suggested = suggested_marks(data)
    outcome = score(scheme, effective(given, suggested))
    sure = {code: outcome.scored[code] for code in given if code in outcome.scored}
    return {
        "points": outcome.points,
        "full": outcome.full,
        "suggested_points": score(scheme, suggested).points if given else outcome.points,
        "confirmed_points": sum(sure.values(), ZERO),
        "confirmed": len(given),
        "band": outcome.band.code,
        "zeros": list(outcome.zeros),
        "vetoes": list(outcome.vetoes),
        "missing": list(outcome.missing),
        "elements": _by_element(scheme, outcome, given),
    }


def _by_element(scheme: Scheme, outcome: Outcome, given: Mapping[str, Mark]) -> dict[str, list[Any]]:
    stopped = {*outcome.zeros, *outcome.vetoes}
    return {
        element.code: [
            str(sum((outcome.scored.get(item.code, ZERO) for item in element.indicators), ZERO)),
            str(element.points),
            sum(item.code in stopped for item in element.indicators),
            sum(item.code in given for item in element.indicators),
            len(element.indicators),
        ]
        for element in scheme.elements
    }


def digest(snapshot: Mapping[str, Any]) -> str:
    """SHA-256 of a snapshot, whatever the order of its keys."""
    text = json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
