"""A paper as the page shows it: its parts, its figures with the way to their records, its state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from safecommunity.core.papers import Figure, NumberLine, Part, Table, Trace, caption, numbers
from safecommunity.core.papers import Paper as Content
from safecommunity.ledgers.wording import local
from safecommunity.library import documents
from safecommunity.reports import queries
from safecommunity.reports.models import Paper
from safecommunity.reports.subjects import SUBJECTS
from safecommunity.units.models import Unit


def kind_of(row: Paper) -> str:
    """The name of the document type, or its code when its file is gone."""
    return local(documents[row.document].name) if row.document in documents else row.document


def about(row: Paper) -> tuple[str, str] | None:
    """The kind of thing a paper is about and the address of its page; None when it is about none."""
    kind = SUBJECTS.get(row.subject_kind)
    thing = kind.load(row.unit, row.subject) if kind and row.subject else None
    if kind is None or thing is None:
        return None
    name, arguments = kind.page(thing)
    return f"{kind.name}：{kind.title(thing)}", reverse(name, args=[row.unit.slug, *arguments])


def parts(row: Paper, content: Content) -> Iterator[dict[str, Any]]:
    """The parts of a paper for the preview."""
    for part in content.parts:
        yield {"kind": type(part).__name__.lower(), "part": part, **_more(row, content, part)}


def _more(row: Paper, content: Content, part: Part) -> dict[str, Any]:
    if isinstance(part, Figure):
        drawn = queries.drawn(part, content.language, "page")
        svg = mark_safe(drawn)  # noqa: S308 -- drawn here; every text in it is escaped
        return {"svg": svg, "caption": caption(part, content.language), "url": link(row.unit, part.trace)}
    if isinstance(part, Table):
        aligned = [
            [(cell, column.align) for cell, column in zip(cells, part.columns, strict=True)]
            for cells in part.rows
        ]
        return {
            "rows": aligned,
            "caption": caption(part, content.language),
            "url": link(row.unit, part.trace),
        }
    if hasattr(part, "runs"):
        return {"runs": [(run, link(row.unit, run.trace) if run.name else "") for run in part.runs]}
    return {}


def figures(unit: Unit, content: Content) -> list[tuple[NumberLine, str]]:
    """Every figure of a paper with the address of its records."""
    return [(line, link(unit, line.trace)) for line in numbers(content)]


def link(unit: Unit, trace: Trace | None) -> str:
    """Where the records behind a figure are; "" where there is no such page."""
    if trace is None:
        return ""
    name, arguments, query = _target(trace)
    try:
        address = reverse(name, args=[unit.slug, *arguments])
    except NoReverseMatch:
        return ""
    asked = urlencode({key: value for key, value in query.items() if value})
    return f"{address}?{asked}" if asked else address


def _target(trace: Trace) -> tuple[str, list[str], dict[str, str]]:
    code = trace.code
    match trace.kind:
        case "ledger":
            return "ledgers:list", [code], {"from": trace.since, "to": trace.until}
        case "ledgers":
            return "ledgers:index", [], {}
        case "metric":
            return "metrics:detail", [code], {"period": trace.period}
        case "metrics":
            return "metrics:index", [], {"period": trace.period}
        case "assessment":
            return "assessment:detail", [code], {}
        case "plan":
            return "assessment:tasks", [], {}
        case "indicator":
            assessment, _slash, indicator = code.partition("/")
            return "assessment:indicator", [assessment, indicator], {}
        case "evidence":
            return ("evidence:files", [], {"indicator": code}) if code else ("evidence:index", [], {})
        case "file":
            return "evidence:detail", [code], {}
        case "page":
            name, *arguments = code.split(" ")
            return name, arguments, {}
        case "bodies":
            return "units:bodies", [], {}
        case "returns":
            return "returns:detail", [trace.period], {}
        case "targets":
            return "targets:index", [], {"year": trace.period}
    return "units:index", [], {}


def steps(row: Paper) -> list[tuple[str, str, str]]:
    """The life of a paper for the strip."""
    made, frozen = _moment(row.made_at), _moment(row.frozen_at)
    states = {
        Paper.State.MAKING: ("now", "todo", "todo"),
        Paper.State.READY: ("done", "now", "todo"),
        Paper.State.FROZEN: ("done", "done", "done"),
    }[Paper.State(row.state)]
    words = ((_("生成"), made), (_("核对"), ""), (_("定稿"), frozen))
    return [(word, state, note) for (word, note), state in zip(words, states, strict=True)]


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
