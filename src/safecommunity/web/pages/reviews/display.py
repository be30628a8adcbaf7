"""How a review looks: its strip, its badges, its checklist."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from safecommunity.core.reviews import FINAL
from safecommunity.library import schemes as files
from safecommunity.reviews import queries
from safecommunity.reviews.models import Expert, Review, State
from safecommunity.reviews.wording import condition_words
from safecommunity.web.components.words import local

BADGES = {
    "intent": "draft", "filed": "waiting", "building": "doing", "self-assessed": "confirmed",
    "applied": "waiting", "returned": "returned", "documents": "waiting", "on-site": "doing",
    "rectifying": "rectify", "deciding": "waiting", "named": "pass", "qualified": "pass",
    "refused": "fail", "given-up": "cancelled",
}  # fmt: skip
BEFORE_APPLYING = ("building", "self-assessed", "returned")
FIXED_AT = {
    "verdict": ("assessment:index", ()),
    "title-before": ("reviews:titles", ()),
    "accidents": ("ledgers:list", ("injuries-summary",)),
    "vetoes": ("supervision:index", ()),
}


def act_words() -> dict[str, str]:
    """What each step is called in the history."""
    return {
        "begin": _("提出创建意向"), "file": _("报送启动备案"), "receive": _("登记备案回执"),
        "self-assess": _("选定自评"), "apply": _("申报"), "pass-up": _("审核通过"), "send-back": _("退回"),
        "accept": _("资料审查通过"), "conclude": _("出具评定意见"), "rectify": _("认定整改完成"),
        "revisit": _("安排再次现场评定"), "decide": _("作出决定"), "give-up": _("撤回"),
    }  # fmt: skip


def strip(row: Review) -> list[tuple[str, str, str]]:
    """The steps of the scheme's own way, and the title at its end."""
    chain = tuple(step for step in row.procedure.chain if not (row.renews_id and step in {"intent", "filed"}))
    at = "applied" if row.state == State.RETURNED else row.state
    found = []
    for place, step in enumerate(chain):
        if row.state in {State.NAMED, State.QUALIFIED, State.REFUSED}:
            state = "done"
        elif at in chain:
            here = chain.index(at)
            state = "done" if place < here else "now" if place == here else "todo"
        else:
            state = "todo"
        if row.state == State.RETURNED and step == "applied":
            state = "stopped"
        found.append((str(State(step).label), state, ""))
    ended = row.state in FINAL
    end = (
        State(row.state).label
        if ended
        else State.NAMED.label
        if row.procedure.titled
        else State.QUALIFIED.label
    )
    last = "todo" if not ended else "done" if row.state in {State.NAMED, State.QUALIFIED} else "stopped"
    return [*found, (str(end), last, row.decided_date.isoformat() if row.decided_date else "")]


def checklist(row: Review, today: date) -> list[tuple[str, bool, str]]:
    """(condition in words, whether it is met, where to put it right or "")."""
    return [
        (condition_words(row, one), one.is_met, "" if one.is_met else _fixed_at(row, one.code))
        for one in queries.checklist(row, today)
    ]


def _fixed_at(row: Review, code: str) -> str:
    if code == "papers":
        return "#step-attach"
    name, more = FIXED_AT.get(code, ("", ()))
    return reverse(name, args=[row.unit.slug, *more]) if name else ""


def papers(row: Review) -> list[tuple[str, Any]]:
    """(name of the paper, its file or None)."""
    given = queries.papers(row)
    return [
        (local(one.name), given[one.code].file if one.code in given else None) for one in row.procedure.papers
    ]


def filings(row: Review) -> list[tuple[str, Any]]:
    return [(queries.centre_name(row, one.centre), one) for one in queries.filings(row)]


def declared(one: Expert) -> tuple[str, str]:
    """Badge and word of a member's declaration."""
    if one.is_free is None:
        return "waiting", _("未声明")
    return ("confirmed", _("无利害关系")) if one.is_free else ("fail", _("申请回避"))


def verdict(row: Review) -> str:
    """The band of the assessment on site, once it is frozen."""
    if row.on_site is None or row.on_site.frozen_at is None:
        return ""
    return local(next(band for band in row.on_site.rules.bands if band.code == row.on_site.band))


def schemes() -> list[tuple[str, str]]:
    """(code, name) of the schemes that have a way to go."""
    return [(code, local(one)) for code, one in files.items() if one.procedure]


def review_heads() -> list[tuple[str, int]]:
    """The columns of the list of reviews as a sheet: (heading, width)."""
    return [
        (_("单位"), 24), (_("评定方案"), 36), (_("类型"), 10), (_("状态"), 12), (_("现在由谁办理"), 24),
        (_("办理期限"), 12), (_("提出日期"), 12),
    ]  # fmt: skip


def review_cells(row: Review) -> list[Any]:
    """A review's line under `review_heads`."""
    at = (row.level or row.unit).name if row.is_open else ""
    return [
        row.unit.name, local(row.rules), row.get_kind_display(), row.get_state_display(), at, row.answer_by,
        row.begun_date,
    ]  # fmt: skip
