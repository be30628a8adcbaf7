"""What Ctrl-K finds: pages, units, ledgers, records; only what the person may open."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.units.models import Unit
from safecommunity.web.nav import entries
from safecommunity.web.search import says, units_like

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
        found.append(Group(_("单位"), units(user, wanted)))
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
