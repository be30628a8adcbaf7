"""Names of tasks in the reader's language."""

from __future__ import annotations

from django.utils.translation import get_language

from safecommunity.core.periods import Period
from safecommunity.core.programmes import Planned, Step
from safecommunity.ledgers.wording import local
from safecommunity.library import codes
from safecommunity.programmes.models import Task


def name(step: Step, part: str) -> str:
    """The step, with the period or the rule that tells it from its likes."""
    if not part:
        return local(step.name)
    is_english = (get_language() or "").startswith("en")
    if step.rules:
        rule = codes["rule-kinds"][part]
        return f"{step.name.en}: {rule.name_en}" if is_english else f"{step.name.zh}：{rule.name}"
    return f"{step.name.en} ({part})" if is_english else f"{step.name.zh}（{Period.parse(part).label()}）"


def planned_name(row: Planned) -> str:
    return name(row.step, row.part)


def task_name(task: Task) -> str:
    """The template's words, or the person's own."""
    return name(task.rules, task.part) if task.rules else task.text


def task_role(task: Task) -> str:
    return local(task.rules.role) if task.rules else task.role
