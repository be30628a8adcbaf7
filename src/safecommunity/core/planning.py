"""What to do to reach a band: the candidate actions, what sets of them yield, and the plan chosen.

This module prepares the problem and explains the solution, exactly and with `Decimal`; choosing is done by
`safecommunity.analysis.optimise`. For every indicator each subset of its actions is scored by the scheme's
own rule, so floors, bands and vetoes need no approximation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from .schemes import Action, Scheme
from .scoring import NO_MARK, Mark, Outcome, better, is_vetoed, needed_points, points, score

MEASURES = ("effort", "cost", "time")
MOST_SHARED = 10


class PlanError(ValueError):
    """The actions of a scheme cannot be planned: `actions` wait for one another, or an item has too many."""

    def __init__(self, reason: str, actions: Sequence[str]) -> None:
        super().__init__(f"{reason}: {', '.join(actions)}")
        self.reason = reason
        self.actions = tuple(actions)


@dataclass(frozen=True, slots=True)
class Choice:
    """Doing just `actions` of those that touch `indicator` yields `points`; `stops`: still zero or vetoed."""

    indicator: str
    actions: frozenset[str]
    points: Decimal
    stops: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """All that is needed to choose: admissible actions with their finish in days, and the choices per item.

    `fixed` are the points of items no action touches; `needed` the points of the wished band.
    `stuck` are items that hold the band back and that no admissible action lifts.
    """

    actions: Mapping[str, Action]
    finish: Mapping[str, int]
    choices: Mapping[str, tuple[Choice, ...]]
    fixed: Decimal
    needed: Decimal
    stuck: tuple[str, ...]

    @property
    def most_points(self) -> Decimal:
        """Points when every admissible action is done."""
        most = (max(each.points for each in row) for row in self.choices.values())
        return self.fixed + sum(most, Decimal(0))


@dataclass(frozen=True, slots=True)
class Step:
    """One chosen action: when it ends (days from the start), what it adds when the others are done too."""

    action: str
    ends: int
    gain: Decimal
    lifts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Chosen actions in the order they can be done, their sums, and the outcome they lead to."""

    steps: tuple[Step, ...]
    effort: Decimal
    cost: Decimal
    days: int
    outcome: Outcome

    @property
    def actions(self) -> frozenset[str]:
        return frozenset(step.action for step in self.steps)


def finish_days(actions: Mapping[str, Action]) -> dict[str, int]:
    """Earliest end of each action in days, prerequisites first; one not in `actions` is done already."""
    finish: dict[str, int] = {}
    waiting = dict(actions)
    while waiting:
        ready = [code for code, each in waiting.items() if waiting.keys().isdisjoint(each.after)]
        if not ready:
            raise PlanError("措施互为前提", sorted(waiting))
        for code in ready:
            action = waiting.pop(code)
            started = max((finish[before] for before in action.after if before in finish), default=0)
            finish[code] = started + action.days
    return finish


def candidates(scheme: Scheme, marks: Mapping[str, Mark], done: Collection[str] = ()) -> dict[str, Action]:
    """The actions worth considering: not done, and raising some answer, or leading to one that does.

    A prerequisite whose own gain is reached already counts as done; one without a gain never is by itself.
    """
    useful = {
        code for code, each in scheme.actions.items() if code not in done and _raises(scheme, marks, each)
    }
    open_actions = {
        code: each
        for code, each in scheme.actions.items()
        if code in useful or (code not in done and not any(each.gain.values()))
    }
    wanted = set(useful)
    while useful:
        useful = {
            before for code in useful for before in open_actions[code].after if before in open_actions
        } - wanted
        wanted |= useful
    return {code: each for code, each in open_actions.items() if code in wanted}


def _raises(scheme: Scheme, marks: Mapping[str, Mark], action: Action) -> bool:
    return any(
        not marks.get(code, NO_MARK).not_applicable
        and _after(scheme, code, marks.get(code, NO_MARK), [gain]) != marks.get(code, NO_MARK).answers
        for code, gain in action.gain.items()
    )


def problem(
    scheme: Scheme, marks: Mapping[str, Mark], band: str, *, days: int, done: Collection[str] = ()
) -> Problem:
    """Everything admissible within `days` towards `band`, from the present `marks`. Raises `PlanError`."""
    wanted = candidates(scheme, marks, done)
    finish = finish_days(wanted)
    actions = {code: each for code, each in wanted.items() if finish[code] <= days}
    touching: dict[str, list[str]] = {}
    for code, action in actions.items():
        for indicator in action.gain:
            if not marks.get(indicator, NO_MARK).not_applicable:
                touching.setdefault(indicator, []).append(code)
    goal = next(each for each in scheme.bands if each.code == band)
    is_lowest = goal is scheme.failing
    choices = {
        code: _choices(scheme, code, marks.get(code, NO_MARK), [actions[each] for each in touching[code]])
        for code in touching
    }
    now = score(scheme, marks)
    untouched = [code for code in scheme.indicators if code not in touching]
    stuck = [] if is_lowest else _stuck(scheme, marks, choices, untouched)
    skipped = scheme.points - now.full
    return Problem(
        actions=actions,
        finish={code: finish[code] for code in actions},
        choices=choices if is_lowest else {code: _lifted(row) for code, row in choices.items()},
        fixed=sum((now.scored.get(code, Decimal(0)) for code in untouched), Decimal(0)),
        needed=needed_points(scheme, goal, skipped),
        stuck=tuple(stuck),
    )


def _lifted(row: tuple[Choice, ...]) -> tuple[Choice, ...]:
    return tuple(each for each in row if not each.stops) or row


def _stuck(
    scheme: Scheme,
    marks: Mapping[str, Mark],
    choices: Mapping[str, tuple[Choice, ...]],
    untouched: Iterable[str],
) -> list[str]:
    hopeless = {code for code, row in choices.items() if all(each.stops for each in row)}
    hopeless |= {
        code
        for code in untouched
        if not marks.get(code, NO_MARK).not_applicable
        and _stops(scheme, code, marks.get(code, NO_MARK).answers)
    }
    return [code for code in scheme.indicators if code in hopeless]


def _stops(scheme: Scheme, indicator: str, answers: Mapping[str, str]) -> bool:
    item = scheme.indicators[indicator]
    is_zero = item.is_counted and points(item.rule, answers) == 0
    return is_vetoed(item.rule, answers) or (scheme.any_zero_fails and is_zero)


def _choices(scheme: Scheme, indicator: str, mark: Mark, actions: Sequence[Action]) -> tuple[Choice, ...]:
    if len(actions) > MOST_SHARED:
        raise PlanError(f"指标 {indicator} 的候选措施超过 {MOST_SHARED} 个", [each.code for each in actions])
    rule = scheme.indicators[indicator].rule
    found = []
    for size in range(len(actions) + 1):
        for chosen in combinations(actions, size):
            answers = _after(scheme, indicator, mark, [each.gain[indicator] for each in chosen])
            done = frozenset(each.code for each in chosen)
            found.append(Choice(indicator, done, points(rule, answers), _stops(scheme, indicator, answers)))
    return tuple(found)


def _after(
    scheme: Scheme, indicator: str, mark: Mark, gains: Iterable[Mapping[str, str]]
) -> Mapping[str, str]:
    answers = dict(mark.answers)
    for gain in gains:
        answers = better(scheme.indicators[indicator].rule, answers, gain)
    return answers


def marks_after(scheme: Scheme, marks: Mapping[str, Mark], actions: Iterable[Action]) -> dict[str, Mark]:
    """The marks once `actions` are done; items marked not applicable stay so."""
    after = dict(marks)
    for action in actions:
        for indicator, gain in action.gain.items():
            mark = after.get(indicator, NO_MARK)
            if not mark.not_applicable:
                after[indicator] = Mark(better(scheme.indicators[indicator].rule, mark.answers, gain))
    return after


def plan(scheme: Scheme, marks: Mapping[str, Mark], problem: Problem, chosen: Collection[str]) -> Plan:
    """Write out a set of actions as a plan, with what each adds and lifts."""
    actions = [problem.actions[code] for code in problem.actions if code in chosen]
    outcome = score(scheme, marks_after(scheme, marks, actions))
    ordered = sorted(actions, key=lambda each: (problem.finish[each.code], each.code))
    return Plan(
        steps=tuple(_step(scheme, marks, problem, actions, each, outcome) for each in ordered),
        effort=sum((each.effort for each in actions), Decimal(0)),
        cost=sum((each.cost for each in actions), Decimal(0)),
        days=max((problem.finish[each.code] for each in actions), default=0),
        outcome=outcome,
    )


def _step(
    scheme: Scheme,
    marks: Mapping[str, Mark],
    problem: Problem,
    actions: Sequence[Action],
    action: Action,
    outcome: Outcome,
) -> Step:
    others = [each for each in actions if each.code != action.code]
    without = score(scheme, marks_after(scheme, marks, others))
    lifts = {*without.zeros, *without.vetoes, *without.missing}
    lifts -= {*outcome.zeros, *outcome.vetoes, *outcome.missing}
    return Step(
        action.code,
        problem.finish[action.code],
        outcome.points - without.points,
        tuple(code for code in scheme.indicators if code in lifts),
    )
