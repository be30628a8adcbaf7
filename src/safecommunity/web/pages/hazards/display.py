"""How hazards look: their badges, the strip of their life, the sides of their pictures, points on a map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity import library
from safecommunity.core.hazards import ENDED
from safecommunity.core.map_clusters import Cluster
from safecommunity.hazards.models import HiddenHazard, Photo, State, Step
from safecommunity.hazards.queries import URGENT, USUAL
from safecommunity.web import map_view
from safecommunity.web.components.words import local

BADGES = {
    "registered": "new", "graded": "doing", "assigned": "doing", "rectifying": "doing", "waiting": "waiting",
    "passed": "pass", "closed": "done", "duplicate": "cancelled", "void": "cancelled",
}  # fmt: skip
ROUND_BADGES = {"planned": "todo", "running": "doing", "done": "done", "cancelled": "cancelled"}
VISIT_BADGES = {"todo": "todo", "done": "done", "skipped": "missing"}
MAP_TONES = {
    URGENT: ("red", "triangle-alert", gettext_lazy("重大或已逾期")),
    USUAL: ("blue", "circle-dot", gettext_lazy("其他隐患")),
}
WAY = ("registered", "graded", "assigned", "rectifying", "waiting", "passed", "closed")
STEP_NAMES = {
    "register": gettext_lazy("登记"), "grade": gettext_lazy("核定等级"), "assign": gettext_lazy("派发整改"),
    "guarantee": gettext_lazy("填写五落实"), "begin": gettext_lazy("开始整改"),
    "fix": gettext_lazy("提交整改结果"),
    "pass": gettext_lazy("复查通过"), "fail": gettext_lazy("复查不通过"),
    "explain": gettext_lazy("写明根本原因"),
    "close": gettext_lazy("销号"), "ask": gettext_lazy("申请延期"), "grant": gettext_lazy("批准延期"),
    "deny": gettext_lazy("不批准延期"), "escalate": gettext_lazy("上报"), "transfer": gettext_lazy("移交"),
    "list": gettext_lazy("挂牌督办"), "delist": gettext_lazy("批准摘牌"),
    "duplicate": gettext_lazy("并入重复隐患"),
    "void": gettext_lazy("作废"), "step-up": gettext_lazy("逾期提级督办"),
}  # fmt: skip


def badge(row: HiddenHazard, now: datetime) -> tuple[str, str]:
    """State for the badge and its word; overdue comes first."""
    if is_overdue(row, now):
        return "overdue", _("已逾期")
    return BADGES[row.state], row.get_state_display()


def is_overdue(row: HiddenHazard, now: datetime) -> bool:
    return row.state in ("assigned", "rectifying") and row.due_at is not None and row.due_at < now


def strip(row: HiddenHazard, steps: Sequence[Step]) -> list[tuple[str, str, str]]:
    """Each state of the way with when it was last reached."""
    reached = {one.after: one for one in steps}
    at = WAY.index(row.state) if row.state in WAY else -1
    found = []
    for number, state in enumerate(WAY):
        one = reached.get(state)
        note = f"{timezone.localtime(one.at):%m-%d %H:%M}" if one and (number <= at or at < 0) else ""
        is_done = number < at or state == row.state == "closed" or (at < 0 and bool(one))
        found.append(
            (str(State(state).label), "done" if is_done else "now" if number == at else "todo", note)
        )
    if row.state in ENDED - {"closed"}:
        found.append((row.get_state_display(), "stopped", ""))
    return found


def history(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """What was done, the newest first."""
    return [
        {"at": one.at, "who": one.by_name, "what": STEP_NAMES[one.act], "note": _note(one)}
        for one in reversed(list(steps))
    ]


def sides(photos: Iterable[Photo]) -> list[tuple[str, list[Photo], int]]:
    """(word, pictures, how many have not arrived) for before and after, side by side."""
    rows = list(photos)
    words = {"before": _("整改前"), "after": _("整改后"), "check": _("复查")}
    found = []
    for side, word in words.items():
        own = [one for one in rows if one.side == side]
        here = [one for one in own if one.file]
        if own or side != "check":
            found.append((word, here, len(own) - len(here)))
    return found


def map_mark(one: Cluster, single: Mapping[int, HiddenHazard], now: datetime) -> dict[str, Any]:
    """One hazard with its words and address, or how many of each tone stand together."""
    said = [(tone, word, n) for key, (tone, _icon, word) in MAP_TONES.items() if (n := one.tones[key])]
    mark = map_view.mark(one, said[0][0], "、".join(f"{word} {n}" for _tone, word, n in said))
    row = single.get(one.keys[0]) if one.count == 1 else None
    if row is None:
        return mark
    address = reverse("hazards:detail", args=[row.unit.slug, row.client_uuid])
    return {**mark, "label": f"{row.number} {row.place} {badge(row, now)[1]}", "url": address}


def word(codes: str, code: str) -> str:
    """What a code is called; the code itself where the list has none."""
    known = library.codes[codes].get(code)
    return local(known) if known else code


def _note(one: Step) -> str:
    parts = [one.words]
    if to := one.facts.get("to") or one.facts.get("into"):
        parts.append(f"→ {to}")
    for key in ("due", "until"):
        if text := one.facts.get(key):
            parts.append(_("至 %(day)s") % {"day": text[:16].replace("T", " ")})
    return " ".join(part for part in parts if part)
