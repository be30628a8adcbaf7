"""Who heads the bodies of the demonstration: invented people in the posts that the plans name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random

from safecommunity.accounts.models import User
from safecommunity.demo.records import person_name
from safecommunity.library import bodies
from safecommunity.units import actions, queries
from safecommunity.units.models import Unit

COUNTY_GROUP = "安全社区创建工作领导小组"
DOCUMENT = "关于成立安全社区创建机构的通知（演示）"
HEADS = {"promotion-committee": "主任", "office": "主任"}
SEVERAL = ("市内五区", "各", "辖区")  # a post of the plan that several people hold stays open


def organise(unit: Unit, beneath: Sequence[Unit]) -> None:
    """A county has a leading group; of the neighbourhoods beneath a unit every fourth has none yet."""
    if unit.kind == "county-office":
        actions.add_body(unit=unit, by=None, kind="leading-group", name=COUNTY_GROUP)
    for number, one in enumerate(beneath, start=1):
        if number % 4:
            actions.apply_bodies(unit=one, plan=bodies["neighbourhood-leading-group"], by=None)


def load(unit: Unit, by: User, today: date) -> None:
    """Every post for one person is filled, and every body without posts has a head."""
    dice = Random(f"bodies/{unit.slug}")  # noqa: S311 - for show, and repeatable
    facts = {"from_date": date(today.year, 2, 1), "document": DOCUMENT}
    for body in queries.bodies(unit):
        posts = list(queries.appointments(body))
        for post in posts:
            if not post.person and not post.organ.startswith(SEVERAL):
                name = person_name(dice)
                actions.change_appointment(
                    appointment=post, version=post.version, by=by, person=name, **facts
                )
        if not posts:
            head = HEADS.get(body.kind, "组长")
            actions.appoint(body=body, by=by, post=head, person=person_name(dice), **facts)
