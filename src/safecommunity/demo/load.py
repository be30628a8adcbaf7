"""Loads the demonstration through the same actions that people use."""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db import transaction

from safecommunity.accounts import actions as accounts
from safecommunity.accounts.models import User
from safecommunity.analysis.optimise import best_plans
from safecommunity.assessment import actions as assessment
from safecommunity.assessment import queries as assessments
from safecommunity.core import one_time_codes
from safecommunity.core.division_files import read
from safecommunity.core.ledgers import LedgerType
from safecommunity.core.periods import Period
from safecommunity.demo import (
    appointments,
    appraisals,
    hazards,
    injuries,
    neighbourhoods,
    official,
    programmes,
    residents,
    returns,
    reviews,
    risks,
    targets,
    vetoes,
    visits,
)
from safecommunity.demo.photos import picture
from safecommunity.demo.records import YEAR, Setting, script, values
from safecommunity.evidence import actions as evidence
from safecommunity.jobs.models import Job
from safecommunity.jobs.worker import drain
from safecommunity.ledgers import actions as ledger_actions
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.queries import unique_key
from safecommunity.library import bodies, ledgers
from safecommunity.metrics import actions as metrics
from safecommunity.places import actions as places
from safecommunity.places import queries as place_queries
from safecommunity.places.models import Division
from safecommunity.reports import actions as reports
from safecommunity.targets import actions as aims
from safecommunity.units import actions as units
from safecommunity.units.models import Body, Unit
from safecommunity.units.permissions import ROLES

PASSWORD = "anquan-shequ-demo"  # noqa: S105 - published on purpose; refused on any reachable host
SIGN_INS = "sign-ins.json"
GENERATED = "演示数据：由程序按固定种子生成，不是真实记录。"
PHOTOS = 8
HALF_YEAR = 7
CONFIRMED_SHARE = 0.8
SUPERSEDED = ("metrics.refresh", "assessment.suggest")


@dataclass(frozen=True, slots=True)
class Programme:
    """A unit of `plans.toml` as it was made, and what the file says of it."""

    unit: Unit
    said: dict[str, Any]
    children: tuple[Unit, ...]

    @property
    def keepers(self) -> tuple[Unit, ...]:
        return self.children or (self.unit,)


@cache
def plan() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("plans.toml").read_text(encoding="utf-8"))


def load(now: datetime, today: date) -> None:
    """Divisions, units, people, a year of records up to `today`, metrics, assessments, a report."""
    with transaction.atomic():
        _divisions()
        made: dict[str, Programme] = {}
        for said in plan()["units"]:
            made[said["division"]] = _programme(said, made)
        people = _people(made, now)
        for one in made.values():
            if "scale" in one.said:
                _record_year(one, today)
        _targets(made)
        shared = {code: one.unit for code, one in made.items()}
        targets.load(shared, people["guangan"], people["daishi"], today)
        metrics.refresh_all(today=today, years=[today.year - 1, today.year])
        _forget_jobs()
        for one in made.values():
            _assess(one, people, now, today)
        for one in made.values():
            if "programme" in one.said:
                programmes.load(one.unit, one.said["programme"], _office(one, people), today)
        aims.adopt(unit=made["130104001"].unit, year=today.year, by=people["dongli"])
        aims.adopt(unit=made["500115002"].unit, year=today.year + 1, by=people["yanjia"])
        for one in made.values():
            appointments.organise(one.unit, one.children)
            for unit in (one.unit, *one.children):
                appointments.load(unit, _office(one, people), today)
        official.load(made["130104001"].unit, people["dongli"], people["dongli-zhuren"], today)
        street = made["130104001"]
        laid = neighbourhoods.Street(street.unit, street.children, tuple(street.said["point"]))
        neighbourhoods.load(laid, people["dongli"], today)
        risks.load(street.unit, street.children, street.said["point"], people["dongli"], today)
        areas = [one.slug for one in street.children]
        residents.load(street.unit, areas, tuple(street.said["point"]), people["dongli"], now)
        judged = street.children[0]
        vetoes.load(judged, people["kaohe"], people["shijiazhuang"], people["dongli"], today)
        watched = [people[name] for name in ("xiaofang", "dongli", "kaohe", "qiye", "shijiazhuang")]
        hazards.load(street.unit, hazards.People(*watched), now, today)
        reviews.load({code: one.unit for code, one in made.items()}, people, today, now)
        sent = [people[name] for name in ("shijiazhuang", "shi-ducha", "shi-kaohe")]
        visits.load(made["1301"].unit, made["130104001"].unit, sent, people["dongli"], now, today)
        injuries.load(laid, people["dongli"], today, now)
        visits.unannounced(
            shared["5116"], shared["511603104"], [people["guangan"], people["guangan-ducha"]], now, today
        )
        group = Body.objects.in_unit(street.unit).get(name="消防安全项目促进组")
        visits.of_group(group, people["kaohe"], now, today)
        vetoes.of_county(shared["511621"], people["guangan-ducha"], people["guangan"], today)
        returns.load(shared["1301"], people["shijiazhuang"], today)
        returns.load(shared["5116"], people["guangan"], today)
        returns.of_street(street.unit, people["dongli"], people["shijiazhuang"], today)
        districts = [made[code].unit for code in ("130102", "130104", "130105", "130107", "130108")]
        appraisals.load(made["1301"].unit, districts, sent[1:], now, today)
    drain()


def sign_ins() -> list[dict[str, str]]:
    """How to sign in, as it was written down when the demonstration was made."""
    listed: list[dict[str, str]] = json.loads((settings.DATA / SIGN_INS).read_text(encoding="utf-8"))
    return listed


def _divisions() -> None:
    folder = Path(str(places.__file__)).parent / "data"
    for name in ("divisions-county.csv", "divisions-demo.csv"):
        places.import_divisions(rows=read(folder / name), source_version="2023-06-30", by=None)


def _programme(said: dict[str, Any], made: dict[str, Programme]) -> Programme:
    """The unit with its bodies and, where the file says `below`, its neighbourhoods."""
    parent = made[said["parent"]].unit if "parent" in said else None
    unit = _unit(said["division"], said["name"], said["kind"], parent, said)
    if "bodies" in said:
        units.apply_bodies(unit=unit, plan=bodies[said["bodies"]], by=None)
    below = place_queries.children(unit.slug) if said.get("below") else ()
    children = [_unit(each.code, _short(each.name), "neighbourhood", unit, {}) for each in below]
    return Programme(unit, said, tuple(children))


def _unit(code: str, name: str, kind: str, parent: Unit | None, said: dict[str, Any]) -> Unit:
    division = Division.objects.get(code=code)
    return units.create(
        name=name,
        short_name=said.get("short_name", ""),
        kind=kind,
        slug=code,
        parent=parent,
        division=division,
        divisions=[division],
        about="\n".join(text for text in (said.get("about"), said.get("plan"), GENERATED) if text),
        by=None,
    )


def _short(name: str) -> str:
    return name.removesuffix("居委会").removesuffix("居民委员会").removesuffix("村民委员会")


def _people(made: dict[str, Programme], now: datetime) -> dict[str, User]:
    """Everybody with the same published password; administrators with a second factor. By user name."""
    people, listed = {}, []
    for said in plan()["people"]:
        unit = made[said["unit"]].unit
        user = accounts.create_user(username=said["username"], display_name=said["name"], by=None, unit=unit)
        accounts.set_password(user=user, password=PASSWORD, by=user)
        units.grant(user=user, unit=unit, role=said["role"], by=None, from_date=date(now.year - 1, 1, 1))
        secret = _second_factor(user, now) if ROLES[said["role"]].administrator else ""
        people[user.username] = user
        listed.append(
            {
                "username": user.username,
                "role": said["role"],
                "unit": unit.short_name or unit.name,
                "name": said["name"],
                "secret": secret,
            }
        )
    path = settings.DATA / SIGN_INS
    path.touch(mode=0o600)
    path.write_text(json.dumps(listed, ensure_ascii=False, indent=1), encoding="utf-8")
    return people


def _second_factor(user: User, now: datetime) -> str:
    """The secret to type into an authenticator, in force a minute ago so that a code of now still counts."""
    secret = accounts.begin_second_factor(user=user, by=user)
    earlier = now - timedelta(minutes=1)
    code = one_time_codes.code_at(secret, one_time_codes.step_of(earlier.timestamp()))
    accounts.confirm_second_factor(user=user, code=code, now=earlier, by=user)
    return one_time_codes.as_text(secret)


def _record_year(one: Programme, today: date) -> None:
    for code in _linked_last(ledgers):
        for keeper, rows in _rows(one, ledgers[code], today).items():
            ledger_actions.add_many(ledger=code, unit=keeper, rows=rows, by=None, source=GENERATED)


def _linked_last(codes: Iterable[str]) -> list[str]:
    """The ledgers that people write, in an order in which what is referred to comes first."""
    by_hand = (code for code in codes if not ledgers[code].kept_by)
    return sorted(by_hand, key=lambda code: "link" in script()[code])


def _rows(one: Programme, ledger: LedgerType, today: date) -> dict[Unit, list[ledger_actions.NewRow]]:
    """A year of one ledger by who keeps it; the same again for the same day."""
    said, rows, seen = script()[ledger.code], defaultdict(list), set()
    count = said["count"] if said.get("whole") else max(1, round(said["count"] * one.said["scale"]))
    keepers = one.keepers if said.get("at") == "below" else (one.unit,)
    targets = _link_targets(one, ledger, said)
    for number in range(count):
        keeper = keepers[number % len(keepers)]
        dice = Random(f"{one.unit.slug}/{ledger.code}/{number}")  # noqa: S311 - for show, and repeatable
        made = values(ledger, _setting(one, keeper, today), number, count, dice)
        if targets:
            field, entries = targets
            made[field] = str(dice.choice(entries))
        checked = ledger.check(made, fill=True)
        if checked.errors:
            raise ValueError(f"{ledger.code}: {checked.errors}")
        key = (keeper, unique_key(ledger, checked.clean))
        if key[1] and key in seen:
            continue
        seen.add(key)
        uid = uuid5(NAMESPACE_URL, f"demo/{one.unit.slug}/{ledger.code}/{number}")
        rows[keeper].append(ledger_actions.NewRow(checked.clean, checked.unusual, uid))
    return rows


def _link_targets(one: Programme, ledger: LedgerType, said: dict[str, Any]) -> tuple[str, list[int]] | None:
    """The field that refers to another ledger and that ledger's entries, if `records.toml` asks for it."""
    if "link" not in said:
        return None
    field = next(field.code for field in ledger.fields.values() if field.ledger == said["link"])
    found = Entry.objects.below(one.unit).filter(ledger=said["link"]).order_by("id")
    return field, list(found.values_list("pk", flat=True))


def _setting(one: Programme, keeper: Unit, today: date) -> Setting:
    longitude, latitude = one.said["point"]
    return Setting(
        unit=keeper.name,
        division=keeper.slug,
        plate=one.said["plate"],
        longitude=longitude,
        latitude=latitude,
        today=today,
        quality=one.said["quality"],
    )


def _targets(made: dict[str, Programme]) -> None:
    """The yearly targets a plan states, as an entry of the ledger of plans."""
    for one in made.values():
        if said := one.said.get("targets"):
            stated = {**said, "kind": "targets", "body": one.unit.name, "state": "issued"}
            ledger_actions.add(ledger="plans", unit=one.unit, values=stated, by=None, remark=one.said["plan"])


def _forget_jobs() -> None:
    """What the saved records asked for was just done for all units in one pass."""
    Job.objects.everything(reason="the demonstration is worked out in one pass").filter(
        kind__in=SUPERSEDED
    ).delete()


def _assess(one: Programme, people: dict[str, User], now: datetime, today: date) -> None:
    """Self-assessments of the year, mostly confirmed; photos, a plan, a report where the file asks."""
    office = _office(one, people)
    if one.said.get("photos"):
        _photos(one.unit, office, now)
    year = str(today.year if today.month >= HALF_YEAR else today.year - 1)
    begun = [
        assessment.start(unit=one.unit, scheme=scheme, period=year, by=office, today=today, now=now)
        for scheme in one.said.get("schemes", ())
    ]
    for each in begun:
        indicators = list(each.rules.indicators)
        chosen = indicators[: round(len(indicators) * one.said.get("confirmed", CONFIRMED_SHARE))]
        assessment.confirm_as_suggested(assessment=each, indicators=chosen, by=office, now=now)
    if "aims" in one.said:
        _accept(begun[0].pk, one, office, today)
    if "report" in one.said:
        reports.make(
            document=one.said["report"],
            period=Period.parse(year),
            unit=one.unit,
            by=office,
            assessment=begun[0],
        )


def _accept(pk: int, one: Programme, office: User, today: date) -> None:
    """The least work that reaches the verdict aimed at, accepted as tasks of the office."""
    row = assessments.assessments(one.unit).get(pk=pk)
    problem = assessments.gap(row, one.said["aims"], until=today + timedelta(days=YEAR), today=today)
    for best in best_plans(row.rules, assessments.present_marks(row), problem)[:1]:
        owners = dict.fromkeys(best.actions, office.display_name)
        assessment.accept_plan(assessment=row, plan=best, owners=owners, by=office, today=today)


def _office(one: Programme, people: dict[str, User]) -> User:
    return next((people[said["username"]] for said in _offices(one)), people["shijiazhuang"])


def _offices(one: Programme) -> list[dict[str, str]]:
    return [
        said
        for said in plan()["people"]
        if said["unit"] == one.said["division"] and said["role"] in {"office", "city-office"}
    ]


def _photos(unit: Unit, by: User, now: datetime) -> None:
    """Pictures of the newest drills and activities, each cited for what its record speaks for."""
    kept = (
        Entry.objects.in_unit(unit).filter(ledger__in=["drills", "activities"]).order_by("-record_date", "id")
    )
    for entry in kept[:PHOTOS]:
        dice = Random(entry.title)  # noqa: S311 - for show, and repeatable
        moment = datetime.combine(entry.record_date or now.date(), now.time())
        feeds = entry.type.feeds_of(entry.data)
        evidence.attach(
            chunks=[picture(moment, dice)],
            name=f"{entry.title[:60]}.jpg",
            unit=unit,
            by=by,
            title=entry.title[:120],
            remark=GENERATED,
            indicators=feeds[:1],
        )
