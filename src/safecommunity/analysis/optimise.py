"""The cheapest set of actions that reaches a band: an exact integer programme, solved by HiGHS.

Variables: one yes/no per action, one yes/no per (indicator, subset of its actions). Each indicator takes
exactly one subset, the one made of the actions chosen; prerequisites are implications. Points are counted in
hundredths, effort in tenths of a person-day and money in hundredths of a yuan: every coefficient is whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from safecommunity.core.planning import Plan, Problem, plan
from safecommunity.core.schemes import Scheme
from safecommunity.core.scoring import Mark

ALTERNATIVES = 2
ORDER = {
    "effort": ("effort", "cost", "time", "number"),
    "cost": ("cost", "effort", "time", "number"),
    "time": ("time", "effort", "cost", "number"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One linear constraint: least ≤ Σ weight × variable ≤ most."""

    weights: Mapping[int, float]
    least: float = -float("inf")
    most: float = float("inf")


@dataclass(slots=True)
class Model:
    """Columns of the programme: actions first, then choices, then the finish time in days."""

    problem: Problem
    actions: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    columns: int = 0


def best_plans(
    scheme: Scheme, marks: Mapping[str, Mark], problem: Problem, *, measure: str = "effort"
) -> list[Plan]:
    """The best plan and up to two alternatives that each drop something of every better plan.

    `measure`: "effort" (person-days), "cost" (yuan) or "time" (days to the last finish); the other two break
    ties. Empty when the band cannot be reached with the admissible actions.
    """
    if problem.stuck or problem.most_points < problem.needed:
        return []
    model = _model(problem)
    plans: list[Plan] = []
    while len(plans) <= ALTERNATIVES:
        chosen = _solve(model, measure)
        if chosen is None:
            break
        plans.append(plan(scheme, marks, problem, chosen))
        if not chosen:
            break
        dropped = {model.actions.index(code): 1.0 for code in chosen}
        model.rows.append(Row(dropped, most=len(chosen) - 1))
    return plans


def _model(problem: Problem) -> Model:
    model = Model(problem, list(problem.actions))
    number = {code: index for index, code in enumerate(model.actions)}
    column = len(model.actions)
    score_row: dict[int, float] = {}
    for row in problem.choices.values():
        touching = sorted({code for choice in row for code in choice.actions})
        columns = range(column, column + len(row))
        model.rows.append(Row(dict.fromkeys(columns, 1.0), 1, 1))
        for code in touching:
            links = {at: 1.0 for at, choice in zip(columns, row, strict=True) if code in choice.actions}
            model.rows.append(Row({**links, number[code]: -1.0}, 0, 0))
        score_row |= {at: _hundredths(choice.points) for at, choice in zip(columns, row, strict=True)}
        column += len(row)
    model.rows.append(Row(score_row, least=_hundredths(problem.needed - problem.fixed)))
    for code, index in number.items():
        model.rows += [
            Row({index: 1.0, number[before]: -1.0}, most=0)
            for before in problem.actions[code].after
            if before in number
        ]
        model.rows.append(Row({index: float(problem.finish[code]), column: -1.0}, most=0))
    model.columns = column + 1
    return model


def _solve(model: Model, measure: str) -> frozenset[str] | None:
    """Actions of the optimum by `measure`, then by the other measures in turn; None when nothing fits."""
    held: list[Row] = []
    chosen: frozenset[str] | None = None
    for each in ORDER[measure]:
        weights = _weights(model, each)
        solution = _minimise(model, weights, held)
        if solution is None:
            return chosen
        chosen = frozenset(code for index, code in enumerate(model.actions) if solution[index] > 0.5)
        held.append(Row(weights, most=sum(weight * solution[at] for at, weight in weights.items()) + 0.01))
    return chosen


def _weights(model: Model, measure: str) -> dict[int, float]:
    if measure == "time":
        return {model.columns - 1: 1.0}
    actions = [model.problem.actions[code] for code in model.actions]
    return {index: _WEIGHTS[measure](action) for index, action in enumerate(actions)}


_WEIGHTS: dict[str, Any] = {
    "effort": lambda action: float(round(action.effort * 10)),
    "cost": lambda action: float(round(action.cost * 100)),
    "number": lambda action: 1.0,
}


def _minimise(model: Model, weights: Mapping[int, float], held: Sequence[Row]) -> list[float] | None:
    import numpy as np  # slow import
    from scipy.optimize import Bounds, LinearConstraint, milp  # slow import
    from scipy.sparse import csr_array  # slow import

    rows = [row for row in (*model.rows, *held) if row.weights]
    if any(not row.weights and row.least > 0 for row in model.rows):
        return None
    if not rows:
        return [0.0] * model.columns
    entries = [(at, column, weight) for at, row in enumerate(rows) for column, weight in row.weights.items()]
    lines, columns, values = zip(*entries, strict=True)
    matrix = csr_array((values, (lines, columns)), shape=(len(rows), model.columns))
    objective = np.zeros(model.columns)
    for column, weight in weights.items():
        objective[column] = weight
    whole = np.ones(model.columns)
    whole[-1] = 0
    upper = np.ones(model.columns)
    upper[-1] = max(model.problem.finish.values(), default=0)
    result = milp(
        objective,
        integrality=whole,
        bounds=Bounds(np.zeros(model.columns), upper),
        constraints=LinearConstraint(matrix, [row.least for row in rows], [row.most for row in rows]),
        options={"mip_rel_gap": 0.0},
    )
    return None if result.x is None or result.status != 0 else [float(value) for value in result.x]


def _hundredths(value: Decimal) -> float:
    return float(round(value * 100))
