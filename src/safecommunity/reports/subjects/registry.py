"""What a paper may be about besides a unit and a period: one thing, found by its uuid in the unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from safecommunity.core.papers import Part, Trace
from safecommunity.core.reports import Call, ReportType, Value, subject_names
from safecommunity.reports.gathering import Records
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission

Load = Callable[[Unit, UUID], Any]
ValueOf = Callable[[Any, Records], Value]
PartOf = Callable[[Any, Records, Call], Sequence[Part]]


class SubjectGone(Exception):
    """The thing a paper is about can no longer be found."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing: how one is found, what it is called, what a sentence and a block may ask of it.

    `permission`: who may see such a thing, and papers about it. `page(thing)`: the url name of its page and
    the arguments after the unit's slug. `load` gives None when the unit has no such thing.
    """

    code: str
    name: Any
    permission: Permission
    page: Callable[[Any], tuple[str, tuple[Any, ...]]]
    load: Load
    title: Callable[[Any], str] = str
    values: dict[str, ValueOf] = field(default_factory=dict)
    parts: dict[str, PartOf] = field(default_factory=dict)

    def value(self, name: str) -> Callable[[ValueOf], ValueOf]:
        """Register the function of a value: `{subject.<name>}`."""

        def register(function: ValueOf) -> ValueOf:
            self.values[name] = function
            return function

        return register

    def part(self, name: str) -> Callable[[PartOf], PartOf]:
        """Register the function of a part: `subject:<name>`."""

        def register(function: PartOf) -> PartOf:
            self.parts[name] = function
            return function

        return register

    def trace(self, thing: Any, what: str) -> Trace:
        """That a figure was read from the thing itself."""
        name, arguments = self.page(thing)
        return Trace("page", " ".join([name, *map(str, arguments)]), what, count=1)

    def lacks(self, report: ReportType) -> tuple[str, ...]:
        """The values and parts a document type asks for and this kind does not have."""
        values, parts = subject_names(report)
        return (*sorted({*values} - self.values.keys()), *sorted({*parts} - self.parts.keys()))


SUBJECTS: dict[str, Kind] = {}


def subject(
    code: str,
    *,
    name: Any,
    permission: Permission,
    page: Callable[[Any], tuple[str, tuple[Any, ...]]],
    title: Callable[[Any], str] = str,
) -> Callable[[Load], Kind]:
    """Register a kind of thing by the function that finds one in a unit."""

    def register(load: Load) -> Kind:
        SUBJECTS[code] = Kind(code, name, permission, page, load, title)
        return SUBJECTS[code]

    return register
