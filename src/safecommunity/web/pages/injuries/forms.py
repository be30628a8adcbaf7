"""The card as a form, and the small forms beside it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from safecommunity.core.fields import mask
from safecommunity.core.injuries import BRANCHES
from safecommunity.library import codes
from safecommunity.surveillance import queries
from safecommunity.surveillance.models import InjuryCase
from safecommunity.units.models import Unit
from safecommunity.web.columns import ColumnsForm, defaults, shown_values


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the card: what is asked, what may be added; `branch`: when it is asked at all."""

    code: str
    label: str
    first: list[list[forms.BoundField]]
    more: list[list[forms.BoundField]]

    @property
    def branch(self) -> str:
        return self.code if self.code in BRANCHES else ""

    @property
    def is_open(self) -> bool:
        """Whether something is said, or wrong, in what may be added."""
        return any(bound.errors or bound.value() for line in self.more for bound in line)


class CaseForm(ColumnsForm):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput, max_value=10**9)
    uid = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, unit: Unit, data: Any = None, *, row: InjuryCase | None = None, first: Any = None
    ) -> None:
        form = queries.form()
        initial = initial_of(row) if row else {"uid": uuid.uuid4(), **defaults(form), **(first or {})}
        super().__init__(form, unit, data, initial=initial)
        self.fields["grid"].widget = forms.Select(choices=[("", "—"), *queries.areas(unit).items()])

    def parts(self) -> Iterator[Part]:
        for section, (label, lines) in zip(self.ledger.sections, self.sections(), strict=True):
            is_branch = section.code in BRANCHES
            first = [line for line in lines if is_branch or line[0].field.required]
            yield Part(section.code, label, first, [line for line in lines if line not in first])


def branches() -> dict[str, dict[str, str]]:
    """Field → code → the part of the card it opens, for the script that shows and hides them."""
    return {
        field: {one.code: one.extra["branch"].replace("-", "") for one in codes[name].values()}
        for field, name in (("cause", "injury-causes"), ("intent", "injury-intents"))
    }


def initial_of(row: InjuryCase) -> dict[str, Any]:
    """The values of a card by column as its form shows them, personal ones masked."""
    form = queries.form()
    held = {
        code: mask(form.fields[code], value) if form.fields[code].personal == "masked" else value
        for code, value in row.data.items()
    }
    return {"version": row.version, **shown_values(form, held)}


class VersionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, max_value=10**9)


class WhyForm(VersionForm):
    reason = forms.CharField(label=_("原因"), max_length=200)


class ShowForm(forms.Form):
    field = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("查看原因"), max_length=200)


class OtherForm(VersionForm):
    """The other card of a pair."""

    other = forms.UUIDField(widget=forms.HiddenInput)
