"""Reports as tests need them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from PIL import Image

from safecommunity.accounts.models import User
from safecommunity.core.form_tokens import receipt
from safecommunity.residents import actions
from safecommunity.residents.actions import Picture, Said
from safecommunity.residents.models import Report
from safecommunity.units.models import Unit

NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
TODAY = date(2026, 7, 1)


def number(serial: object) -> str:
    return receipt("tests", str(serial))


def received(
    unit: Unit, serial: object = 1, *, by: User | None = None, address: str = "10.0.0.1",
    now: datetime = NOW, **said: Any,
) -> Report:  # fmt: skip
    values = {"kind": "danger", "words": "三号楼楼道堆满纸箱", "field": "fire", **said}
    return actions.receive(
        unit=unit, said=Said(**values), receipt=number(serial), now=now, by=by, address=address
    )


def accepted(unit: Unit, by: User, serial: object = 1, **said: Any) -> Report:
    row = received(unit, serial, **said)
    return actions.accept(
        row=row, version=row.version, subject="三号楼楼道堆放杂物", field=row.field or "general", body=None,
        due_date=None, reply="已受理", by=by, today=TODAY,
    )  # fmt: skip


def answered(unit: Unit, by: User, serial: object = 1, **said: Any) -> Report:
    row = accepted(unit, by, serial, **said)
    actions.solve(row=row, version=row.version, reply="已处理", by=by)
    return actions.answer(row=row, version=row.version, reply="已清理", by=by, today=date(2026, 7, 6))


def photo(name: str = "楼道.jpg", shade: int = 200, place: bool = False) -> Picture:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:06:30 09:30:00"
    if place:
        exif.get_ifd(0x8825).update({1: "N", 2: (38.0, 2.0, 30.0), 3: "E", 4: (114.0, 30.0, 0.0)})
    file = BytesIO()
    Image.new("RGB", (64, 48), (shade, 80, 40)).save(file, format="JPEG", exif=exif)
    return Picture(name, [file.getvalue()])
