"""Two people saved the same thing: both versions side by side, nothing typed is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm, ChoiceField, Field
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.choices import flatten_choices
from django.utils.translation import gettext as _

from safecommunity.units.scope import StaleRecord


@dataclass(frozen=True, slots=True)
class Side:
    """One field: what you typed, what stands there now."""

    label: str
    yours: Any
    theirs: Any

    @property
    def differs(self) -> bool:
        return str(self.yours or "") != str(self.theirs or "")


def stale_page(
    request: HttpRequest, form: BaseForm, error: StaleRecord, theirs: dict[str, Any] | None = None
) -> HttpResponse:
    """409 with three columns; the form is sent again with the current version in its hidden field."""
    current = theirs or {name: getattr(error.current, name, "") for name in form.fields}
    sides = [
        Side(
            str(field.label or name),
            worded(field, form.cleaned_data.get(name)),
            worded(field, current.get(name, "")),
        )
        for name, field in form.fields.items()
        if name != "version"
    ]
    context = {
        "form": form,
        "sides": sides,
        "current": error.current,
        "version": getattr(error.current, "version", ""),
    }
    return render(request, "409.html", context, status=409)


def given_back(why: str, typed: str) -> str:
    """Why something was not done, with what was typed for it, where no form is there to hold it."""
    return f"{why} {_('您写的是：%(words)s') % {'words': typed.strip()}}" if typed.strip() else why


def worded(field: Field, value: Any) -> Any:
    """A choice by its words, yes and no as such, anything else as it is."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if type(field) is ChoiceField:
        offered: Any = field.choices
        return dict(flatten_choices(offered)).get(value, value)
    return value
