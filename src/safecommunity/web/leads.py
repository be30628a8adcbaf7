"""From a finding or an alert to a project, a target or a plan of inspection, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.library import checklists, codes
from safecommunity.surveillance import actions, queries, wording
from safecommunity.surveillance.leads import offered as may_make
from safecommunity.surveillance.models import Followed, Lead
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can

YEAR = 365.25
PROJECTS = "promotion-projects"
SHORT = timedelta(days=89)  # a plan that begins late in a year goes on into the next
LATE = 10  # from this month on a target is for the next year
FIELD_FROM = (("cause", "injury-causes"), ("group", "age-groups"), ("place", "injury-places"))
METRIC_OF = {"fall": "fall-injuries"}
ANY_METRIC = "injury-cases"
LONGEST = {"project": 200, "target": 300, "inspection": 120}
Kind = Followed.Kind


@dataclass(frozen=True, slots=True)
class Way:
    """Where a thing is made and where it stands."""

    make: str
    show: str
    arguments: tuple[str, ...]
    icon: str


WAYS = {
    Kind.PROJECT: Way("ledgers:add", "ledgers:entry", (PROJECTS,), "target"),
    Kind.TARGET: Way("targets:new", "targets:detail", (), "flag"),
    Kind.INSPECTION: Way("hazards:new-plan", "hazards:plan", (), "clipboard-check"),
}


def offered(user: User, unit: Unit) -> list[tuple[str, str, str]]:
    """Value, word and icon of what this person may make of a lead."""
    labels = {
        Kind.PROJECT: _("提出促进项目"),
        Kind.TARGET: _("设为目标"),
        Kind.INSPECTION: _("安排检查"),
    }
    return [(kind.value, labels[kind], WAYS[kind].icon) for kind in may_make(user, unit)]


def form_of(lead: Lead, kind: str) -> str:
    """The address of the form, filled in from the lead."""
    way = WAYS[Kind(kind)]
    return f"{reverse(way.make, args=[lead.unit.slug, *way.arguments])}?lead={lead.uuid}"


def page_of(row: Followed) -> str:
    """The address of what was made."""
    way = WAYS[Kind(row.kind)]
    return reverse(way.show, args=[row.unit.slug, *way.arguments, row.thing])


def asked(request: HttpRequest, unit: Unit) -> Lead | None:
    """The lead that the address of a form names, if the person may see it."""
    try:
        uid = UUID(request.GET.get("lead", ""))
    except ValueError:
        return None
    person = cast("User", request.user)
    return queries.lead(unit, uid) if can(person, Permission.INJURY_VIEW, unit) else None


def follow(lead: Lead | None, kind: str, thing: object, title: str, by: User) -> None:
    """Note what a form made, where it came from a lead."""
    if lead:
        actions.follow(lead=lead, kind=kind, thing=str(thing), title=title, by=by)


def first_values(lead: Lead | None, kind: str, today: date, by: User) -> dict[str, Any]:
    """What a form of this kind holds at first; {} without a lead."""
    makers = {Kind.PROJECT: _project, Kind.TARGET: _target, Kind.INSPECTION: _inspection}
    return makers[Kind(kind)](lead, today, by) if lead else {}


def field_of(lead: Lead) -> str:
    """The field of safety that a lead belongs to, by its cause, else its group, else its place."""
    said = dict(lead.key)
    for name, listed in FIELD_FROM:
        if said.get(name) in codes[listed] and (found := codes[listed][said[name]].extra["field"]):
            return found
    return "general"


def _project(lead: Lead, today: date, by: User) -> dict[str, Any]:
    now, then, unit = _aim(lead)
    said = {"name": lead.title, "now": now, "then": then, "unit": unit}
    return {
        "name": _("%(name)s 干预项目") % said,
        "field": field_of(lead),
        "leader": by.display_name,
        "background": lead.sentence,
        "focus": _focus(lead),
        "target_people": lead.title,
        "goal": _("“%(name)s”的伤害由%(unit)s %(now)s 起降到 %(then)s 起以下。") % said if now else "",
        "indicator": _("“%(name)s”的伤害起数（%(unit)s）") % said if now else "",
        "baseline": now, "target": then,
        "started_date": today.isoformat(),
        "ends_date": (today + timedelta(days=364)).isoformat(),
    }  # fmt: skip


def _target(lead: Lead, today: date, by: User) -> dict[str, Any]:
    year = today.year + (today.month >= LATE)
    metric = METRIC_OF.get(dict(lead.key).get("cause", ""), ANY_METRIC)
    found: dict[str, Any] = {
        "year": year, "due_date": date(year, 12, 31), "metric": metric,
        "basis": lead.sentence[: LONGEST["target"]],
    }  # fmt: skip
    if "around" in lead.figures:
        half = (lead.figures["count"] - lead.figures["expected"]) / 2
        found["amount"] = round((lead.figures["around"] - half) * YEAR / lead.days)
    return found


def _inspection(lead: Lead, today: date, by: User) -> dict[str, Any]:
    field, said = field_of(lead), dict(lead.key)
    places = [
        queries.areas(lead.unit).get(said["area"], said["area"]) if "area" in said else "",
        wording.word("place", said["place"]) if "place" in said else "",
    ]
    name = _("%(name)s 专项检查") % {"name": lead.title}
    return {
        "name": name[: LONGEST["inspection"]], "year": today.year, "kind": "special", "field": field,
        "checklists": [code for code, one in checklists.items() if one.field == field],
        "every": "month", "from_date": today, "to_date": max(date(today.year, 12, 31), today + SHORT),
        "places": " ".join(one for one in places if one), "leader": by.display_name,
    }  # fmt: skip


def _aim(lead: Lead) -> tuple[int, int, str]:
    """Events now, and without half of the excess, a year; of an alert now and as usual, a week."""
    figures: Mapping[str, float] = lead.figures
    if "count" not in figures:
        return 0, 0, ""
    scale, unit = (1.0, _("每周")) if lead.alert else (YEAR / lead.days, _("每年"))
    now, rest = figures["count"] * scale, figures["expected"] * scale
    then = rest if lead.alert else (now + rest) / 2
    return round(now), round(then), unit


def _focus(lead: Lead) -> list[str]:
    from safecommunity.surveillance.findings import kinds  # slow import

    words = {"people": "high-risk-people", "environment": "high-risk-places", "vulnerable": "vulnerable"}
    return [words[name] for name in kinds(tuple(map(tuple, lead.key)))]
