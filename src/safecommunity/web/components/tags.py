"""The components of the pages: `{% load components %}`. The style page shows each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.template import Library
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.reports.queries import papers_about as papers_of
from safecommunity.surveillance.queries import lead_behind as lead_of
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.web.components import shapes
from safecommunity.web.components.icons import shapes as icon_shapes
from safecommunity.web.components.states import HEAT, LIGHTS, STATES, STEPS, TONES, State
from safecommunity.web.components.words import local
from safecommunity.web.last_unit import last_unit
from safecommunity.web.nav import Entry, entries

register = Library()
register.filter("local", local)

STATIC = Path(__file__).parent.parent / "static"
STYLES = (
    "css/tokens.css",
    "css/base.css",
    "css/layout.css",
    *sorted(f"css/components/{path.name}" for path in (STATIC / "css" / "components").glob("*.css")),
    "css/print.css",
)
MODULES = ("theme", "menu", "confirm", "palette", "forms", "drop", "bulk", "toast", "tips", "leave")


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """An icon; without a label it is decoration and hidden from screen readers."""
    css = f"icon {css}".strip()
    inner = mark_safe(icon_shapes(str(name)))  # noqa: S308 -- markup of the installed icon set
    if label:
        return format_html(
            '<svg class="{}" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>', css, label, inner
        )
    return format_html('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', css, inner)


@register.simple_tag
def badge(state: str, word: str = "", tone: str = "", icon_name: str = "") -> SafeString:
    """A state as icon and word; an unknown state needs its word."""
    known = STATES.get(state) or State(word or state, "circle")
    return format_html(
        '<span class="badge" data-tone="{}">{}{}</span>',
        tone or known.tone,
        icon(icon_name or known.icon),
        word or known.word,
    )


@register.inclusion_tag("components/papers_about.html", takes_context=True)
def papers_about(context: Context, kind: str, uuid: UUID) -> dict[str, Any]:
    """The papers about one thing of the page's unit, and where to make one."""
    unit, person = context["unit"], context["request"].user
    may_see = can(person, Permission.REPORT_VIEW, unit)
    return {
        "unit": unit,
        "kind": kind,
        "uuid": uuid,
        "papers": papers_of(unit, kind, uuid)[:20] if may_see else [],
        "may_see": may_see,
        "may_make": can(person, Permission.REPORT_MAKE, unit),
    }


@register.inclusion_tag("components/lead_behind.html", takes_context=True)
def lead_behind(context: Context, kind: str, thing: object) -> dict[str, Any]:
    """The finding or alert that a thing of the page's unit was made of, and what a project brought."""
    unit, person = context["unit"], context["request"].user
    may_see = can(person, Permission.INJURY_VIEW, unit)
    lead = lead_of(unit, kind, str(thing)) if may_see else None
    return {"unit": unit, "lead": lead, "project": thing if may_see and kind == "project" else None}


@register.simple_block_tag
def hold(content: str) -> str:
    """`{% hold as name %}…{% endhold %}` keeps a rendered piece for use in more than one place."""
    return mark_safe(content.strip())  # noqa: S308 -- a piece of a template, already escaped


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, state: str = "", remark: str = "", suffix: str = "") -> dict[str, Any]:
    """A form field with label, help, errors and its state (saved, waiting, invalid, locked, remark)."""
    widget = bound.field.widget
    state = "invalid" if bound.errors else state or ("locked" if bound.field.disabled else "")
    state = state or ("remark" if remark else "")
    return {
        "field": bound,
        "state": state,
        "mark": STATES.get(state),
        "remark": remark,
        "suffix": suffix,
        "inline": isinstance(widget, CheckboxInput),
        "grouped": isinstance(widget, RadioSelect | CheckboxSelectMultiple),
    }


@register.inclusion_tag("components/error_summary.html", takes_context=True)
def error_summary(context: Context, form: Any) -> dict[str, Any]:
    """All errors of a form in one place at its top, each leading to its field; and that files are gone."""
    fields = [bound for bound in form if bound.errors]
    return {"form": form, "fields": fields, "had_files": bool(context["request"].FILES)}


@register.simple_tag
def once() -> SafeString:
    """The hidden key that lets a form be answered exactly once, however often it is sent."""
    return format_html('<input type="hidden" name="request_key" value="{}">', uuid4().hex)


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Context, page: Page[Any]) -> dict[str, Any]:
    paginator = page.paginator
    return {
        "page": page,
        "numbers": list(paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)),
        "gap": paginator.ELLIPSIS,
        "request": context.get("request"),
    }


@register.simple_tag(takes_context=True)
def querystring_with(context: Context, **changes: Any) -> str:
    """This page's address with some questions changed; None or "" takes one out; `page` restarts."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    for key, value in changes.items():
        query.pop(key, None)
        for one in value if isinstance(value, list | tuple) else [value]:
            if one not in (None, ""):
                query.appendlist(key, str(one))
    return f"?{query.urlencode()}" if query else "?"


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: Context, key: str, label: str, number: bool = False) -> dict[str, Any]:
    """A column head that sorts: first click ascending, second descending (`?sort=key`, `?sort=-key`)."""
    current = context["request"].GET.get("sort", "") or str(context.get("sort", ""))
    direction = {key: "ascending", f"-{key}": "descending"}.get(current, "none")
    target = f"-{key}" if direction == "ascending" else key
    signs = {"ascending": "arrow-up", "descending": "arrow-down", "none": "chevrons-up-down"}
    return {
        "label": label,
        "direction": direction,
        "address": querystring_with(context, sort=target),
        "sign": signs[direction],
        "number": number,
    }


@register.inclusion_tag("components/empty.html")
def empty(
    title: str, text: str = "", url: str = "", label: str = "", icon_name: str = "inbox"
) -> dict[str, Any]:
    """What a place says that holds nothing yet: why, and what to do next."""
    return {"title": title, "text": text, "url": url, "label": label, "icon_name": icon_name}


@register.inclusion_tag("components/ring.html")
def ring(
    points: Any, full: Any, marks: Iterable[Any] = (), label: str = "", tone: str = "", note: str = ""
) -> dict[str, Any]:
    """A score on a ring with the marks of its bands: `marks=[70, 90]` or, named, `[(75, "整改")]`."""
    whole = float(full)
    share = max(0.0, min(float(points or 0) / whole, 1.0)) if whole else 0.0
    pairs = [mark if isinstance(mark, list | tuple) else (mark, "") for mark in marks]
    return {
        "points": number(points) if points is not None else "—",
        "full": number(full),
        "arc": round(share * 100, 2),
        "marks": [shapes.ring_mark(float(at), whole, number(at), str(title)) for at, title in pairs if whole],
        "label": label,
        "tone": tone,
        "note": note,
    }


@register.inclusion_tag("components/heat.html")
def heat(
    months: Iterable[Sequence[Any]], label: str = "", key: bool = True, said: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A strip by month; a month is (label, state, count or None, url or ""), states as in HEAT.

    `said`: words of one's own for the states.
    """
    known = _worded(HEAT, said)
    cells = [
        {"name": name, "state": state, "count": count, "url": url, "mark": known[state]}
        for name, state, count, url in months
    ]
    used = {cell["state"] for cell in cells}
    marks = [(state, mark) for state, mark in known.items() if key and state in used]
    return {"cells": cells, "label": label, "key": marks}


@register.inclusion_tag("components/lights.html")
def lights(
    columns: Sequence[str], rows: Iterable[Any], label: str = "", said: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Units × elements; a row is (name, url, cells), a cell (state, text, url), states as in LIGHTS.

    `said`: words of one's own for the states.
    """
    marks = _worded(LIGHTS, said)
    words = {state: str(escape(str(mark.word))) for state, mark in marks.items()}
    table = [
        {"name": name, "url": url, "cells": mark_safe("".join(_light(words, *cell) for cell in cells))}  # noqa: S308
        for name, url, cells in rows
    ]
    return {"columns": columns, "rows": table, "label": label, "key": marks.items()}


def _worded(marks: Mapping[str, State], said: Mapping[str, Any] | None) -> dict[str, State]:
    return {state: replace(mark, word=(said or {}).get(state, mark.word)) for state, mark in marks.items()}


def _light(words: dict[str, str], state: str, text: Any, url: str) -> str:
    """One cell, written out here because a city has tens of thousands; its sign is a symbol drawn once."""
    word = words[state]
    inner = (
        f'class="light" data-state="{state}" title="{word}"><svg class="icon" viewBox="0 0 24 24" '
        f'aria-hidden="true"><use href="#light-{state}"></use></svg><span>{escape(text or "—")}</span>'
        f'<span class="unseen">{word}</span>'
    )
    return f'<td><a href="{escape(url)}" {inner}</a></td>' if url else f"<td><span {inner}</span></td>"


@register.simple_tag
def light_symbols() -> SafeString:
    """The signs of the lights, to be drawn again and again."""
    signs = ((state, mark_safe(icon_shapes(mark.icon))) for state, mark in LIGHTS.items())  # noqa: S308
    symbols = format_html_join("", '<symbol id="light-{}" viewBox="0 0 24 24">{}</symbol>', signs)
    return format_html('<svg class="unseen" aria-hidden="true">{}</svg>', symbols)


@register.inclusion_tag("components/strip.html")
def strip(steps: Iterable[Sequence[Any]], label: str = "") -> dict[str, Any]:
    """A life cycle; a step is (word, state, note), states done now todo stopped."""
    return {
        "steps": [
            {
                "word": step[0],
                "state": step[1],
                "note": step[2] if len(step) > 2 else "",
                "icon": STEPS[step[1]],
            }
            for step in steps
        ],
        "label": label or _("办理进度"),
    }


@register.inclusion_tag("components/history.html")
def history(lines: Iterable[Any]) -> dict[str, Any]:
    """What happened, newest first; a line has `at`, `who`, `what` and perhaps `note`."""
    return {"lines": lines}


@register.inclusion_tag("components/meter.html")
def meter(done: Any, total: Any, label: str) -> dict[str, Any]:
    """Progress, how much was looked at; never how good it is."""
    return {"done": done, "total": total, "label": label, "finished": bool(total) and done >= total}


@register.inclusion_tag("components/tile.html")
def tile(
    label: str,
    value: Any,
    unit: str = "",
    note: str = "",
    url: str = "",
    icon_name: str = "",
    state: str = "",
) -> dict[str, Any]:
    """A figure that opens the records behind it."""
    return {
        "label": label,
        "value": value,
        "unit": unit,
        "note": note,
        "url": url,
        "icon_name": icon_name,
        "state": state,
    }


@register.inclusion_tag("components/drop.html")
def drop(name: str = "files", accept: str = "", many: bool = True, help_text: str = "") -> dict[str, Any]:
    """A place for files: choose, drop, paste, or take with the phone's camera."""
    return {"name": name, "accept": accept, "many": many, "help_text": help_text, "key": uuid4().hex[:8]}


@register.inclusion_tag("components/trend.html")
def trend(values: Sequence[float | None], label: str, low: str = "", high: str = "") -> dict[str, Any]:
    """A line through a short series; the sentence in `label` says it in words."""
    return {"stretches": shapes.trend_points(values), "label": label, "low": low, "high": high}


@register.filter
def number(value: Any, places: int | None = None) -> str:
    """1234.50 → 1,234.5; None → —."""
    if value is None or value == "":
        return "—"
    exact = Decimal(str(value))
    if places is None:
        places = len(f"{exact:f}".partition(".")[2].rstrip("0"))
    return f"{exact:,.{places}f}"


@register.filter
def percent(value: Any, places: int = 1) -> str:
    """A share of one as per cent: 0.9567 → 95.7 %; None → —."""
    if value is None or value == "":
        return "—"
    return f"{Decimal(str(value)) * 100:,.{places}f}%"


@register.filter
def tone_icon(level_tag: str) -> str:
    """The icon of a message by its level."""
    return TONES.get(level_tag, "info")


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """A value of a mapping by a key that is itself a variable."""
    return mapping.get(key) if mapping else None


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """`light`, `dark`, or "" for what the system says."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request else ""
    return chosen if chosen in {"light", "dark"} else ""


@register.simple_tag(takes_context=True)
def letters(context: Context) -> str:
    """`large`, or "" for the usual size."""
    request = context.get("request")
    return "large" if request and request.COOKIES.get("letters") == "large" else ""


@register.simple_tag(takes_context=True)
def theme_attributes(context: Context) -> SafeString:
    """What the reader chose for this browser: light or dark, large letters."""
    chosen = [("theme", theme(context)), ("letters", letters(context))]
    return format_html_join("", ' data-{}="{}"', (pair for pair in chosen if pair[1]))


@register.simple_tag(takes_context=True)
def csrf_headers(context: Context) -> SafeString:
    """Every htmx request carries the token."""
    token = context.get("csrf_token")
    return format_html('hx-headers=\'{{"X-CSRFToken": "{}"}}\'', token) if token else SafeString("")


@register.simple_tag
@cache
def stylesheets() -> SafeString:
    """Every style sheet, a new component's by itself; the order of the layers is declared in the first."""
    return format_html_join("\n  ", '<link rel="stylesheet" href="{}">', ((static(path),) for path in STYLES))


@register.simple_tag
@cache
def scripts() -> SafeString:
    """The modules that every page has; they import nothing, so that file names may carry a hash."""
    return format_html_join(
        "\n  ", '<script type="module" src="{}"></script>', ((static(f"js/{name}.js"),) for name in MODULES)
    )


@register.simple_tag(takes_context=True)
def frame_unit(context: Context) -> Unit | None:
    """The unit in view; on pages about oneself the one last looked at."""
    request = context.get("request")
    if request is None:
        return None
    if not hasattr(request, "frame_unit"):
        request.frame_unit = getattr(request, "unit", None) or last_unit(request)
    return cast("Unit | None", request.frame_unit)


@register.simple_tag(takes_context=True)
def sections(context: Context) -> list[Entry]:
    """The menu of the person for the unit in view."""
    unit = frame_unit(context)
    if unit is None:
        return []
    match = context["request"].resolver_match
    return list(entries(context["request"].user, unit, match.namespace if match else ""))


@register.simple_tag(takes_context=True)
def may(context: Context, permission: str) -> bool:
    """Whether the person may do this on the unit in view, so that no link leads to a refusal."""
    person, unit = cast("User | None", context.get("user")), cast("Unit | None", context.get("unit"))
    return person is not None and unit is not None and can(person, Permission(permission), unit)
