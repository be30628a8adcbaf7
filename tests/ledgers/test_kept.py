"""A ledger that the work itself writes: kept in step by its app, closed to hands, open to every figure."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from safecommunity.audit.models import Line
from safecommunity.jobs.models import Job
from safecommunity.ledgers import actions
from safecommunity.ledgers.actions import KeptElsewhere
from safecommunity.ledgers.models import Entry
from safecommunity.library import ledgers
from safecommunity.units.models import Unit
from tests import make

pytestmark = pytest.mark.django_db

THING = uuid.UUID("00000000-0000-4000-8000-000000000001")
DRILL = {
    "name": "消防疏散演练", "kind": "fire", "form": "full", "held_date": "2026-03-05", "organiser": "创建办",
    "persons": 40, "scenario": "三楼起火，疏散到广场",
}  # fmt: skip


@pytest.fixture
def unit() -> Unit:
    return make.unit(name="阳光街道", slug="ygjd")


@pytest.fixture(autouse=True)
def _kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(ledgers["drills"]), "kept_by", "units:body")


def keep(unit: Unit, **changes: object) -> Entry:
    return actions.keep(ledger="drills", unit=unit, client_uuid=THING, values={**DRILL, **changes}, by=None)


def test_the_line_is_added_once_and_changes_as_the_thing_changes(unit: Unit) -> None:
    first, again, changed = keep(unit), keep(unit), keep(unit, persons=55)
    assert first.pk == again.pk == changed.pk
    assert Entry.objects.in_unit(unit).get().data["persons"] == 55
    acts = list(Line.objects.filter(act__startswith="entry.").order_by("seq").values_list("act", flat=True))
    assert acts == ["entry.added", "entry.changed"]
    assert Job.objects.in_unit(unit).get(kind="metrics.refresh").arguments["ledger"] == "drills"


def test_nobody_writes_it_by_hand(unit: Unit) -> None:
    entry, lin = keep(unit), make.member(unit)
    with pytest.raises(KeptElsewhere, match="应急演练台账"):
        actions.add(ledger="drills", unit=unit, values=DRILL, by=lin)
    with pytest.raises(KeptElsewhere):
        actions.change(entry=entry, version=1, values=DRILL, by=lin)
    with pytest.raises(KeptElsewhere):
        actions.withdraw(entry=entry, version=1, reason="误登", by=lin)


def test_the_pages_lead_to_where_the_work_is_done(unit: Unit) -> None:
    client = make.client(make.member(unit))
    page = client.get("/ygjd/ledgers/drills/").content.decode()
    assert "去办理" in page
    assert "新增记录" not in page
    refused = client.get("/ygjd/ledgers/drills/add/")
    assert refused.status_code == 403
    assert "由业务办理自动登记" in refused.content.decode()


def test_no_sheet_goes_into_it(unit: Unit) -> None:
    client = make.client(make.member(unit))
    file = SimpleUploadedFile("演练.csv", "演练名称\n消防\n".encode())
    answer = client.post("/ygjd/imports/into/drills/", {"file": file, "request_key": "k1"})
    assert answer.status_code == 403
    assert "由业务办理自动登记" in answer.content.decode()
