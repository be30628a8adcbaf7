import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from safecommunity.jobs import worker
from safecommunity.ledgers.models import Entry
from tests import make
from tests.api.test_ledgers import Caller
from tests.sheets.books import workbook
from tests.sheets.test_imports import HEAD, car

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return make.unit()


@pytest.fixture
def lin(unit):
    return Caller(make.member(unit))


def upload(caller, unit, rows, ledger="vehicles"):
    file = SimpleUploadedFile("台账.xlsx", workbook(rows))
    return caller.client.post(f"/api/units/{unit.slug}/imports", {"ledger": ledger, "file": file})


def step(caller, unit, batch, name, **values):
    answer = caller.send(
        "post",
        f"/api/units/{unit.slug}/imports/{batch['id']}/{name}",
        {"version": batch["version"], **values},
    )
    assert answer.status_code == 200, answer.json()
    worker.drain()
    return caller.get(f"/api/units/{unit.slug}/imports/{batch['id']}").json()


def test_the_same_steps_as_on_the_pages(unit, lin):
    made = upload(lin, unit, [HEAD, car(1), car(2, 车辆类型="飞船")])
    assert made.status_code == 201
    worker.drain()
    batch = lin.get(f"/api/units/{unit.slug}/imports/{made.json()['id']}").json()
    assert (batch["state"], batch["columns"][0]) == ("matching", "plate")
    batch = step(lin, unit, batch, "match", columns=batch["columns"])
    assert (batch["new"], batch["refused"]) == (1, 1)
    (row,) = lin.get(f"/api/units/{unit.slug}/imports/{batch['id']}/rows?outcome=refused").json()
    assert (row["number"], row["lines"][0]["cell"]) == (3, "台账!B3")
    batch = step(lin, unit, batch, "run", mode="good")
    assert (batch["state"], Entry.objects.in_unit(unit).count()) == ("done", 1)
    assert step(lin, unit, batch, "undo")["state"] == "undone"


def test_what_cannot_be_done_is_said(unit, lin):
    batch = upload(lin, unit, [HEAD, car(1)]).json()
    address = f"/api/units/{unit.slug}/imports/{batch['id']}"
    assert lin.send("post", f"{address}/run", {"version": 1, "mode": "all"}).status_code == 422
    assert lin.send("post", f"{address}/run", {"version": 1, "mode": "some"}).status_code == 422
    assert lin.send("post", f"{address}/drop", {"version": 9}).status_code == 409
    assert upload(lin, unit, [HEAD], ledger="nothing").status_code == 404


def test_a_list_comes_out_through_the_tray(unit, lin):
    made = lin.send("post", f"/api/units/{unit.slug}/exports/vehicles", {"kind": "csv"})
    assert made.status_code == 201
    worker.drain()
    job = lin.get(f"/api/units/{unit.slug}/jobs/{made.json()['id']}").json()
    assert job["state"] == "done"
    file = lin.get(f"/api/units/{unit.slug}/jobs/{job['id']}/file")
    assert b"".join(file.streaming_content).startswith("\ufeff记录编号,".encode())
    assert lin.send("post", f"/api/units/{unit.slug}/exports/vehicles", {"kind": "doc"}).status_code == 422
    assert lin.send("post", f"/api/units/{unit.slug}/exports/vehicles", {"in_full": True}).status_code == 422


def test_the_viewer_and_the_stranger(unit, lin):
    batch = upload(lin, unit, [HEAD, car(1)]).json()
    zhou = Caller(make.member(unit, "viewer", "zhou"))
    wu = Caller(make.member(make.unit("别处"), "office", "wu"))
    root = f"/api/units/{unit.slug}"
    for caller, code in ((zhou, 403), (wu, 404)):
        assert upload(caller, unit, [HEAD]).status_code == code
        for address in ("/imports", f"/imports/{batch['id']}", f"/imports/{batch['id']}/rows"):
            assert caller.get(root + address).status_code == code
        for name in ("sheet", "match", "run", "drop", "undo", "refusals"):
            values = {"version": 1, "heading_row": 1, "columns": [], "mode": "all"}
            assert caller.send("post", f"{root}/imports/{batch['id']}/{name}", values).status_code == code
        assert caller.send("post", f"{root}/exports/vehicles", {}).status_code == code
