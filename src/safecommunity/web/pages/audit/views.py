"""The log: who did what to which thing and when, refused attempts too; nothing here changes it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.audit.actions import record
from safecommunity.audit.models import Line
from safecommunity.audit.queries import found
from safecommunity.jobs.actions import enqueue
from safecommunity.jobs.models import Job
from safecommunity.jobs.tasks import arguments_of
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.acts import acts, said, who
from safecommunity.web.pages.audit.forms import LookFor
from safecommunity.web.step_up import proved_lately

ROWS = 50


@requires(Permission.AUDIT_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    """Fifty lines at a time, from the newest on; the next page begins behind the last line of this one."""
    names = acts()
    form = LookFor(request.GET, acts=list(names.items()))
    lines = found(unit.path, form.asked(), with_system=_is_top(unit))
    if (before := request.GET.get("before", "")).isdigit():
        lines = lines.filter(pk__lt=int(before[:18]))
    page = list(lines[: ROWS + 1])
    context = {
        "form": form,
        "table": [(line, who(line), said(line, names), _change(line)) for line in page[:ROWS]],
        "older": page[ROWS - 1].pk if len(page) > ROWS else None,
        "checked": Job.objects.in_unit(unit).filter(kind="audit.verify").order_by("-id").first(),
    }
    return render(request, "audit/index.html", context)


@require_POST
@requires(Permission.AUDIT_VIEW)
@exactly_once
def verify(request: PersonRequest, unit: Unit) -> HttpResponse:
    """Every chain is walked in the background; the answer waits on this page."""
    enqueue("audit.verify", unit=unit, arguments={}, by=request.user, unique="all", title=_("核对日志"))
    messages.success(request, _("正在后台核对，完成后在本页显示结果。"))
    return redirect("audit:index", unit.slug)


@require_POST
@requires(Permission.AUDIT_VIEW)
@proved_lately
@exactly_once
def export(request: PersonRequest, unit: Unit) -> HttpResponse:
    """What is on the screen, all pages of it, as a file in the tray."""
    asked = arguments_of(LookFor(request.POST, acts=list(acts().items())).asked())
    arguments = {"asked": asked, "with_system": _is_top(unit)}
    enqueue("audit.export", unit=unit, arguments=arguments, by=request.user, title=_("导出日志"))
    record("audit.exported", unit, by=request.user, unit=unit, after={"asked": asked})
    return redirect("jobs:index", unit.slug)


def _is_top(unit: Unit) -> bool:
    """Lines that belong to no unit (sign-ins, the system's own acts) are read at the top."""
    return unit.parent_id is None


def _change(line: Line) -> list[tuple[str, str, str]]:
    """Each field that a line tells of, with what it was and what it became."""
    names: dict[str, Any] = dict.fromkeys([*line.before, *line.after])
    return [(name, _text(line.before.get(name)), _text(line.after.get(name))) for name in names]


def _text(value: Any) -> str:
    if value is None or value == "":
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
