"""Cards in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from safecommunity.core.fields import mask, place_text, shown_value
from safecommunity.core.injuries import Likeness
from safecommunity.library import codes
from safecommunity.surveillance import queries
from safecommunity.surveillance.models import InjuryCase
from safecommunity.surveillance.queries import LISTS, Ask
from safecommunity.surveillance.wording import word
from safecommunity.web.components.words import local


@dataclass(frozen=True, slots=True)
class Cell:
    code: str
    label: str
    text: str
    is_sealed: bool


@dataclass(frozen=True, slots=True)
class Filter:
    name: str
    label: str
    choices: list[tuple[str, str, bool]]


def who(row: InjuryCase) -> str:
    """`女 72岁`, as far as it is said."""
    parts = [
        word("sex", row.sex) if row.sex else "",
        _("%(age)s岁") % {"age": row.age} if row.age is not None else "",
    ]
    return " ".join(part for part in parts if part) or "—"


def said(row: InjuryCase) -> dict[str, str]:
    """The words of a list's line."""
    names = ("cause", "place", "severity", "outcome")
    return {**{name: word(name, getattr(row, name)) for name in names}, "who": who(row)}


def sections(row: InjuryCase, revealed: Mapping[str, str]) -> Iterator[tuple[str, list[Cell]]]:
    """What a card says, section by section; sealed values masked unless revealed."""
    form = queries.form()
    for section in form.sections:
        cells = []
        for field in section.fields:
            if field.code not in row.data:
                continue
            held = row.data[field.code]
            if field.personal == "masked" and isinstance(held, Mapping):
                held = mask(field, held)
            text = revealed.get(field.code) or local(shown_value(field, place_text(held)))
            cells.append(Cell(field.code, local(field.words), text, field.code in row.sealed))
        if cells:
            yield local(section, "label"), cells


def filters(ask: Ask, names: Iterable[str]) -> list[Filter]:
    """Choices for a list's questions."""
    labels = labels_of()
    return [
        Filter(
            name,
            labels[name],
            [
                (code, local(one), code in ask.fields.get(name, ()))
                for code, one in codes[LISTS[name]].items()
            ],
        )
        for name in names
    ]


def labels_of() -> dict[str, str]:
    """Counted field → what it is called."""
    fields = queries.form().fields
    return {name: _("年龄组") if name == "band" else local(fields[name].words) for name in queries.COUNTED}


def like(found: Likeness) -> str:
    """How alike two cards are, in words."""
    labels = {
        **labels_of(),
        "person": _("同一个人"),
        "injured_date": _("日期"),
        "age": _("年龄"),
        "hour": _("时点"),
    }
    grades = {"sure": _("几乎可以肯定是同一次"), "likely": _("很可能是同一次"), "possible": _("可能是同一次")}
    agree = _("、").join(labels[name] for name in found.agree)
    return _("%(grade)s：%(fields)s相同") % {"grade": grades[found.grade], "fields": agree}
