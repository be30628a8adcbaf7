"""What the pages of supervision share: doing what may be refused, taking files in, giving lists out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.forms import CharField, DateField, Form
from django.http import HttpResponse
from django.utils.translation import gettext as _

from safecommunity.audit.actions import record
from safecommunity.documents.media import MediaRefused
from safecommunity.evidence.actions import QuotaReached, attach
from safecommunity.evidence.models import File
from safecommunity.ledgers.wording import told
from safecommunity.supervision.actions import Refused
from safecommunity.units.models import Unit
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest
from safecommunity.web.clock import today
from safecommunity.web.components.lists import sheet

Act = Callable[[], object]


def done(request: PersonRequest, form: Form, act: Act, words: str) -> int:
    """Do it and say so: 0 when done, else the status of the page that shows the form again.

    What was refused stands on the form. Where somebody else was faster, the form is ready to be sent again;
    see `typed` for steps that are no longer possible then.
    """
    try:
        act()
    except Refused as error:
        form.add_error(None, str(error))
        return 422
    except StaleRecord as error:
        again: Any = form.data.copy()  # type: ignore[attr-defined]
        again["version"] = getattr(error.current, "version", 0)
        form.data = again
        form.add_error(None, _("刚刚被别人办理过，请看过现在的情况再办。您写的内容还在下面。"))
        return 409
    messages.success(request, words)
    return 0


def typed(bound: Mapping[str, Form], status: int) -> list[tuple[Any, str]]:
    """What stands in a form that came too late: its step may be gone from the page, the words must not be."""
    if status != 409:
        return []
    return [
        (field.label, str(field.value()))
        for form in bound.values()
        for field in form
        if not field.is_hidden and isinstance(field.field, CharField | DateField) and field.value()
    ]


def taken(form: Form, sent: Sequence[Any], unit: Unit, by: Any, proof_date: date) -> list[File] | None:
    """The files as evidence of the unit; None when one was refused, which then stands on the form.

    Their hashes make a replay harmless, so this is done before the transaction begins.
    """
    files = []
    for one in sent:
        try:
            made = attach(chunks=one.chunks(), name=one.name, unit=unit, by=by, proof_date=proof_date)
        except MediaRefused as refusal:
            form.add_error("upload", f"{one.name}：{told(refusal.message)}")
        except QuotaReached as refusal:
            form.add_error("upload", f"{one.name}：{refusal}")
        else:
            files.append(made.file)
    return None if form.errors else files


def taken_along(
    request: PersonRequest, unit: Unit, title: str, act: str, columns: Any, rows: Any
) -> HttpResponse:
    """A list as a sheet, as it stands on the screen; who took it, and what was asked, stays in the log."""
    record(act, unit, by=request.user, unit=unit, after={"asked": request.GET.urlencode()[:300]})
    return sheet(name=f"{unit.name}{title} {today()}", title=title, columns=columns, rows=rows)
