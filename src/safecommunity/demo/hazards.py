"""Plans, rounds and hidden hazards of a sub-district in every state, for the demonstration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from safecommunity.accounts.models import User
from safecommunity.core.hazards import GUARANTEES
from safecommunity.demo.photos import picture
from safecommunity.evidence.actions import attach
from safecommunity.hazards import actions, queries
from safecommunity.hazards.actions import Pictures, Report
from safecommunity.hazards.models import HiddenHazard, Visit
from safecommunity.ledgers.models import Entry
from safecommunity.units.models import Unit

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PLACES = 4
SAID = {
    "e-bike": ("楼道内停放电动自行车并拉线充电", "act", "fire", "high"),
    "escape": ("疏散楼梯间堆放杂物", "act", "fire", "high"),
    "fire-equipment": ("灭火器压力不足，三具已过期", "state", "fire", "medium"),
    "electrical": ("配电箱无门，电线老化裸露", "state", "workplace", "high"),
    "gas": ("厨房燃气软管超过使用年限，没有报警器", "state", "public-place", "high"),
    "road": ("小区出口减速带损坏，视线被广告牌遮挡", "state", "traffic", "low"),
    "signs": ("深基坑临边没有警示标志", "management", "workplace", "medium"),
    "three-in-one": ("一层仓库内违规住人，与经营区没有分隔", "management", "fire", "high"),
}
GUARANTEED = {
    "responsibility": "经营者为治理责任人，社区书记包保（演示）",
    "measures": "清退住宿人员，砌筑防火分隔（演示）",
    "funds": "经营者自筹2万元（演示）", "deadline": "十五个工作日内完成（演示）",
    "emergency": "治理期间停业、专人看守（演示）",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class People:
    """Who finds, who decides, who checks, who answers, who supervises from above."""

    finder: User
    office: User
    checker: User
    contact: User
    above: User


def load(unit: Unit, people: People, now: datetime, today: date) -> None:
    """A yearly plan, a patrol that found something, and hazards at every step of their way."""
    _plans(unit, people.office, today)
    _patrol(unit, people.finder, now - 9 * DAY, today - 9 * DAY)
    _registered(unit, people, "signs", now - 2 * HOUR)
    _graded(unit, people, "road", now - DAY)
    _assigned(unit, people, "fire-equipment", now - 6 * HOUR)
    _assigned(unit, people, "electrical", now - 5 * DAY)
    _fixed(unit, people, "gas", now - 20 * HOUR)
    for days in (150, 12):
        _closed(unit, people, "e-bike", now - days * DAY)
    _closed(unit, people, "escape", now - 40 * DAY, pictures=True)
    _listed(unit, people, "three-in-one", now - 4 * DAY)
    actions.remind(root=unit, now=now, by=None)


def _plans(unit: Unit, by: User, today: date) -> None:
    common: dict[str, Any] = {
        "year": today.year, "from_date": date(today.year, 1, 1), "to_date": date(today.year, 12, 31),
        "leader": by.display_name, "members": "消防、交通、卫生项目促进组", "unit": unit, "by": by,
    }  # fmt: skip
    lists = ["fire", "workplace"]
    actions.make_plan(
        **common, name="季度综合检查", kind="comprehensive", field="general", every="quarter",
        checklists=lists,
        grades=["major", "larger"],
    )  # fmt: skip
    actions.make_plan(
        **common,
        name="消防“双随机”抽查",
        kind="random",
        field="fire",
        every="quarter",
        checklists=["fire"],
        draw=5,
    )
    actions.make_rounds(root=unit, today=today, by=None)


def _patrol(unit: Unit, by: User, now: datetime, today: date) -> None:
    """A patrol with one item that failed, opened as a hazard and left for grading."""
    shops = list(queries.premises(unit).order_by("pk")[:PLACES])
    row = actions.start_round(
        unit=unit, kind="patrol", name=f"{today:%m月%d日}消防夜间巡查", field="fire",
        checklist_codes=["fire"],
        leader=by.display_name, due_date=today, premises=shops, places=["社区后巷"], by=by, today=today,
    )  # fmt: skip
    first, *others = queries.visits(row)
    _answer(first, by, now, {"fire/1.5": "fail"})
    for visit in others[:-1]:
        _answer(visit, by, now, {})
    actions.skip(visit=others[-1], version=others[-1].version, why="道路施工，改日再查（演示）", by=by)
    actions.open_from(visit=first, item="fire/1.5", by=by, now=now)
    row = queries.inspection(unit, row.client_uuid)  # type: ignore[assignment]
    actions.finish(
        inspection=row, version=row.version, opinion="继续盯住独立感烟探测器（演示）", by=by, now=now + HOUR
    )


def _answer(visit: Visit, by: User, now: datetime, other: dict[str, str]) -> None:
    usual = {"number": "2", "choice": "works", "photo": "na"}
    items = queries.items_of(visit.inspection)
    said = {code: (other.get(code, usual.get(item.answer, "pass")), "") for code, item in items.items()}
    actions.answer(visit=visit, version=visit.version, answers=said, by=by, now=now)


def _registered(unit: Unit, people: People, kind: str, at: datetime, **more: Any) -> HiddenHazard:
    text, cause, field, severity = SAID[kind]
    shops = list(queries.premises(unit).order_by("pk")[:20])
    shop: Entry = Random(kind).choice(shops)  # noqa: S311 - for show, and repeatable
    report = Report(
        place=shop.title, text=f"{text}（演示）", kind=kind, cause=cause, field=field, severity=severity,
        premises=shop, longitude=shop.longitude, latitude=shop.latitude, grade=more.get("grade", "general"),
    )  # fmt: skip
    found: Pictures = more.get("pictures", actions.NONE)
    return actions.register(unit=unit, report=report, by=people.finder, now=at, pictures=found).hazard


def _graded(unit: Unit, people: People, kind: str, at: datetime, **more: Any) -> HiddenHazard:
    row = _registered(unit, people, kind, at, **more)
    return actions.grade(
        hazard=row, version=row.version, grade=more.get("grade", "general"), severity=row.severity,
        by=people.office, now=at + HOUR,
    )  # fmt: skip


def _assigned(unit: Unit, people: People, kind: str, at: datetime, **more: Any) -> HiddenHazard:
    row = _graded(unit, people, kind, at, **more)
    return actions.assign(
        hazard=row, version=row.version, responsible_unit=row.place, responsible_person="经营者",
        measures="立即整改，拍照反馈（演示）", contact=people.contact, by=people.office, now=at + 2 * HOUR,
    )  # fmt: skip


def _fixed(unit: Unit, people: People, kind: str, at: datetime, **more: Any) -> HiddenHazard:
    row = _assigned(unit, people, kind, at, **more)
    after: Pictures = more.get("after", actions.NONE)
    return actions.fix(
        hazard=row, version=row.version, text="已按要求整改（演示）", by=people.contact, now=at + 9 * HOUR,
        pictures=after,
    )  # fmt: skip


def _closed(unit: Unit, people: People, kind: str, at: datetime, *, pictures: bool = False) -> None:
    more: dict[str, Any] = {}
    if pictures:
        more = {
            "pictures": _taken(unit, people.finder, at),
            "after": _taken(unit, people.finder, at + 9 * HOUR),
        }
    row = _fixed(unit, people, kind, at, **more)
    later = at + DAY
    row = actions.check(
        hazard=row,
        version=row.version,
        passed=True,
        opinion="现场查看，已整改（演示）",
        by=people.checker,
        now=later,
    )
    if row.is_repeat:
        row = actions.explain(
            hazard=row,
            version=row.version,
            root_cause="楼下没有集中充电棚（演示）",
            by=people.office,
            now=later,
        )
    actions.close(hazard=row, version=row.version, by=people.office, now=later)


def _listed(unit: Unit, people: People, kind: str, at: datetime) -> None:
    row = _assigned(unit, people, kind, at, grade="major")
    said = {name: GUARANTEED[name] for name in GUARANTEES}
    row = actions.guarantee(
        hazard=row, version=row.version, guarantees=said, by=people.office, now=at + 3 * HOUR
    )
    row = actions.begin(hazard=row, version=row.version, by=people.office, now=at + 4 * HOUR)
    actions.list_hazard(
        hazard=row, version=row.version, until=at.date() + 30 * DAY, supervisor="市创建办督办组（演示）",
        at=row.unit.parent, by=people.above, now=at + 5 * HOUR,
    )  # fmt: skip


def _taken(unit: Unit, by: User, at: datetime) -> Pictures:
    dice = Random(f"{at:%j%H}")  # noqa: S311 - for show, and repeatable
    sent = attach(chunks=[picture(at, dice)], name="现场.jpg", unit=unit, by=by, pictures_only=True)
    return Pictures(files=[sent.file])
