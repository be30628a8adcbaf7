"""What the log tells, in words: the names of acts and the history of one thing."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from safecommunity import library
from safecommunity.audit.models import Line
from safecommunity.audit.queries import history


def acts() -> dict[str, str]:
    """Every act of the code list with its name in the language of the page."""
    english = (get_language() or "").startswith("en")
    return {one.code: one.name_en if english else one.name for one in library.codes["audit-acts"].values()}


def said(line: Line, names: dict[str, str]) -> str:
    """What was done; an attempt without the right names the right that was missing."""
    if line.act in names:
        return names[line.act]
    return _("越权尝试：%(act)s") % {"act": line.act} if line.outcome == "refused" else line.act


def who(line: Line) -> str:
    return line.actor_name or (_("系统") if line.actor == "system" else line.actor)


def lines_of(target: object, most: int) -> list[dict[str, Any]]:
    """The newest lines about one thing, as the history component takes them."""
    names = acts()
    return [
        {"at": line.at, "who": who(line), "what": said(line, names), "note": line.reason}
        for line in history(target)[:most]
    ]
