"""What Ctrl-K finds: pages, units, ledgers, records; only what the person may open."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.ledgers.queries import open_kinds
from safecommunity.units.models import Unit
from safecommunity.web.components.words import local
from safecommunity.web.nav import entries
from safecommunity.web.search import entries_like, says, units_like

MOST = 6


@dataclass(frozen=True, slots=True)
class Hit:
    label: str
    url: str
    icon: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    hits: list[Hit]


def groups(user: User, unit: Unit, wanted: str) -> list[Group]:
    """Groups with at least one hit; with nothing asked, the pages."""
    found = [Group(_("页面"), pages(user, unit, wanted))]
    if wanted:
        found += [
            Group(_("单位"), units(user, wanted)),
            Group(_("台账"), ledgers_like(user, unit, wanted)),
            Group(_("记录"), records(user, unit, wanted)),
        ]
    return [group for group in found if group.hits]


def pages(user: User, unit: Unit, wanted: str) -> list[Hit]:
    return [
        Hit(entry.label, entry.url, entry.icon)
        for entry in entries(user, unit, "")
        if not wanted or says(entry.label, wanted)
    ]


def units(user: User, wanted: str) -> list[Hit]:
    found = units_like(user, wanted).select_related("parent")[:MOST]
    return [
        Hit(
            one.name,
            reverse("home:index", args=[one.slug]),
            "building-2",
            one.parent.name if one.parent else "",
        )
        for one in found
    ]


def ledgers_like(user: User, unit: Unit, wanted: str) -> list[Hit]:
    return [
        Hit(local(kind), reverse("ledgers:list", args=[unit.slug, kind.code]), "notebook-tabs")
        for kind in open_kinds(user, unit)
        if says(kind.name, wanted) or says(kind.name_en, wanted)
    ][:MOST]


def records(user: User, unit: Unit, wanted: str) -> list[Hit]:
    """From the second letter on: one letter alone would find nearly everything."""
    kinds = {kind.code: kind for kind in open_kinds(user, unit)}
    if len(wanted) < 2 or not kinds:
        return []
    return [
        Hit(
            entry.title,
            reverse("ledgers:entry", args=[entry.unit.slug, entry.ledger, entry.pk]),
            "file",
            f"{local(kinds[entry.ledger])} · {entry.unit}",
        )
        for entry in entries_like(unit, wanted, kinds, MOST)
    ]
