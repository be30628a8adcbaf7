"""The base ledgers of a sub-district: kept by it and its neighbourhoods, listed on its page, taken along."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from safecommunity.hazards import actions as hazards
from safecommunity.jobs import worker
from safecommunity.jobs.models import Job
from safecommunity.units.models import Unit
from tests import make
from tests.hazards import made

pytestmark = pytest.mark.django_db

FACTORY = {**made.SHOP, "name": "向阳机械厂", "kind": "factory", "place": "工业路9号"}
KINDS = {"car": "小型客车", "dangerous-goods": "危险货物运输车", "school-bus": "校车", "tractor": "拖拉机"}


def typed_in(client: Client, unit: Unit, ledger: str, values: dict[str, Any]) -> None:
    address = reverse("ledgers:add", args=[unit.slug, ledger])
    key = client.get(address).context["form"]["client_uuid"].value()
    assert client.post(address, {**values, "client_uuid": str(key)}).status_code == 302


def taken_along(client: Client, unit: Unit, ledger: str) -> list[dict[str, Any]]:
    address = reverse("exports:start", args=[unit.slug, ledger])
    answer = client.post(address, {"columns": "all", "kind": "xlsx", "reason": ""})
    assert answer.status_code == 302
    worker.drain()
    job = Job.objects.in_unit(unit).exclude(file="").order_by("id").last()
    assert job is not None
    assert job.state == "done", job.error
    sheet = openpyxl.load_workbook(io.BytesIO((Path(settings.RESULTS) / job.file).read_bytes())).active
    assert sheet is not None
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


@pytest.mark.requirement("R185")
def test_producers_hidden_hazards_and_vehicles_of_all_kinds_are_kept_listed_and_taken_along() -> None:
    here, elsewhere = made.town(), make.unit("月光街道")
    lin, officer = make.client(here.lin), make.client(here.officer)
    wu = make.client(make.member(elsewhere, "office", "wu"))
    typed_in(lin, here.street, "premises", FACTORY)
    typed_in(wu, elsewhere, "premises", {**FACTORY, "name": "月光机械厂"})
    for place, kind in enumerate(KINDS):
        values = {"plated": "true", "plate": f"冀A1234{place}", "kind": kind, "owner": "向阳机械厂"}
        typed_in(officer if place else lin, here.block if place else here.street, "vehicles", values)
    made.closed(here, place="向阳机械厂")
    row = made.assigned(here, place="建设路口")
    hazards.void(hazard=made.hazard(here, place="误报"), version=1, words="看错了", by=here.lin, now=made.NOW)

    found = {code: taken_along(lin, here.street, code) for code in ("premises", "vehicles", "hazards")}
    listed = {
        code: lin.get(reverse("ledgers:list", args=[here.street.slug, code])).content.decode()
        for code in found
    }
    assert [one["单位或场所名称"] for one in found["premises"]] == ["向阳机械厂"]
    assert "月光机械厂" not in listed["premises"]
    assert {one["车辆类型"]: one["记录所在单位"] for one in found["vehicles"]} == {
        name: here.block.name if place else here.street.name for place, name in enumerate(KINDS.values())
    }
    assert {one["地点"]: one["状态"] for one in found["hazards"]} == {
        "向阳机械厂": "已销号", "建设路口": "未销号", "误报": "作废或重复",
    }  # fmt: skip
    for words in ("向阳机械厂", *KINDS.values()):
        assert words in listed["vehicles" if words in KINDS.values() else "premises"]
    assert row.number in listed["hazards"]
    assert wu.get(reverse("ledgers:list", args=[here.street.slug, "hazards"])).status_code == 404
