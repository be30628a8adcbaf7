"""Makes what tests of hazards need: a city, its street with a neighbourhood, and who works there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image

from safecommunity.accounts.models import User
from safecommunity.core.hazards import GUARANTEES
from safecommunity.hazards import actions
from safecommunity.hazards.models import HiddenHazard
from safecommunity.ledgers import actions as ledgers
from safecommunity.ledgers.models import Entry
from safecommunity.units.models import Unit
from tests import make

HERE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 4, 10, tzinfo=HERE)
FOUND: dict[str, Any] = {
    "place": "建设路1号阳光饭店", "text": "安全出口上锁", "kind": "escape", "cause": "act", "field": "fire",
    "severity": "high", "longitude": 114.51, "latitude": 38.04,
}  # fmt: skip
SHOP: dict[str, object] = {
    "kind": "catering", "place": "建设路1号", "scale": "small", "state": "operating", "surveyed": "true",
    "surveyed_date": "2026-01-05", "risk_grade": "major", "employees": "12",
}  # fmt: skip


@dataclass(frozen=True)
class Town:
    """石家庄市 above 阳光街道 above 和平社区; lin runs the street's office."""

    city: Unit
    street: Unit
    block: Unit

    @cached_property
    def mayor(self) -> User:
        return make.member(self.city, "city-office", "mayor")

    @cached_property
    def lin(self) -> User:
        return make.member(self.street, "office", "lin")

    @cached_property
    def second(self) -> User:
        return make.member(self.street, "office", "second")

    @cached_property
    def officer(self) -> User:
        return make.member(self.block, "officer", "officer")

    @cached_property
    def keeper(self) -> User:
        """A contact of a shop in the neighbourhood."""
        return make.member(self.block, "contact", "keeper")


def town() -> Town:
    city = make.unit("石家庄市", kind="city-office")
    street = make.unit("阳光街道", parent=city)
    return Town(city, street, make.unit("和平社区", parent=street, kind="neighbourhood"))


def hazard(here: Town, *, by: User | None = None, now: datetime = NOW, **more: Any) -> HiddenHazard:
    report = actions.Report(**{**FOUND, **more})
    return actions.register(unit=here.block, report=report, by=by or here.officer, now=now).hazard


def graded(here: Town, grade: str = "general", severity: str = "high", **more: Any) -> HiddenHazard:
    row = hazard(here, **more)
    at = more.get("now", NOW)
    return actions.grade(hazard=row, version=row.version, grade=grade, severity=severity, by=here.lin, now=at)


def assigned(here: Town, grade: str = "general", severity: str = "high", **more: Any) -> HiddenHazard:
    row, at = graded(here, grade, severity, **more), more.get("now", NOW)
    return actions.assign(
        hazard=row, version=row.version, responsible_unit="阳光饭店", responsible_person="赵强",
        measures="立即打开安全出口", contact=here.keeper, by=here.lin, now=at,
    )  # fmt: skip


def guaranteed(here: Town, **more: Any) -> HiddenHazard:
    """A major hazard, assigned, with its five guarantees."""
    row = assigned(here, "major", **more)
    said = {name: f"{name}：已落实" for name in GUARANTEES}
    return actions.guarantee(hazard=row, version=row.version, guarantees=said, by=here.lin, now=NOW)


def fixed(here: Town, **more: Any) -> HiddenHazard:
    row, at = assigned(here, **more), more.get("now", NOW)
    at += timedelta(hours=2)
    return actions.fix(hazard=row, version=row.version, text="已打开", by=here.keeper, now=at)


def closed(here: Town, **more: Any) -> HiddenHazard:
    row, at = fixed(here, **more), more.get("now", NOW) + timedelta(hours=4)
    row = actions.check(
        hazard=row, version=row.version, passed=True, opinion="已打开", by=here.officer, now=at
    )
    if row.is_repeat:
        row = actions.explain(hazard=row, version=row.version, root_cause="没人管钥匙", by=here.lin, now=at)
    return actions.close(hazard=row, version=row.version, by=here.lin, now=at)


def shop(unit: Unit, name: str, longitude: float | None = 114.51, **more: object) -> Entry:
    place = {} if longitude is None else {"place.longitude": str(longitude), "place.latitude": "38.04"}
    return ledgers.add(ledger="premises", unit=unit, values={**SHOP, "name": name, **place, **more}, by=None)


def picture(shade: int = 90) -> bytes:
    content = BytesIO()
    Image.new("RGB", (64, 48), (shade, 120, 150)).save(content, "JPEG")
    return content.getvalue()


def pieces(content: bytes) -> Iterator[bytes]:
    yield content
