"""The API of evidence: the same actions, the same checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from safecommunity.evidence import queries, store
from safecommunity.ledgers.models import Entry
from safecommunity.units.models import Unit
from tests import make
from tests.api.test_ledgers import Caller
from tests.evidence.test_evidence import PDF, photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.DATA, settings.EVIDENCE = tmp_path, tmp_path / "evidence"


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> Caller:
    return Caller(make.member(unit))


@pytest.fixture
def zhou(unit: Unit) -> Caller:
    return Caller(make.member(unit, "viewer", "zhou"))


@pytest.fixture
def wu() -> Caller:
    return Caller(make.member(make.unit("月光街道"), "office", "wu"))


def at(unit: Unit, rest: str = "files") -> str:
    return f"/api/units/{unit.slug}/{rest}"


def attach(caller: Caller, unit: Unit, content: bytes = PDF, name: str = "预案.pdf", **said: Any) -> Any:
    return caller.client.post(at(unit), {"file": SimpleUploadedFile(name, content), **said})


def test_a_file_is_attached_read_and_served(unit: Unit, lin: Caller) -> None:
    entry = Entry.objects.create(unit=unit, path=unit.path, ledger="drills", title="演练")
    said = {"indicators": "national-2006/7.1 national-2006/10.1", "entry": entry.pk, "remark": "第三版"}
    made = attach(lin, unit, **said)
    assert made.status_code == 201
    kept = lin.get(at(unit, f"files/{made.json()['id']}"))
    assert (kept.json()["title"], kept.json()["entry"], kept["ETag"]) == ("预案", entry.pk, '"1"')
    served = lin.get(at(unit, f"files/{made.json()['id']}/content"))
    assert b"".join(served.streaming_content) == PDF
    assert served["Content-Disposition"].startswith("attachment")
    assert lin.get(at(unit)).json()["count"] == 1
    assert attach(lin, unit).status_code == 200


def test_a_bad_file_or_indicator_is_refused_in_words(unit: Unit, lin: Caller) -> None:
    assert "认不出这个文件" in attach(lin, unit, b"MZ", "a.jpg").json()["detail"]
    assert attach(lin, unit, indicators="national-2006/99.9").status_code == 422
    assert attach(lin, unit, entry=12345).status_code == 404


def test_a_viewer_may_look_but_not_attach_and_a_stranger_finds_nothing(
    unit: Unit, lin: Caller, zhou: Caller, wu: Caller
) -> None:
    pk = attach(lin, unit).json()["id"]
    for rest in ("files", f"files/{pk}", "citations?indicator=national-2006/7.1"):
        assert [caller.get(at(unit, rest)).status_code for caller in (lin, zhou, wu)] == [200, 200, 404]
    assert [attach(caller, unit, photo(), "a.jpg").status_code for caller in (zhou, wu)] == [403, 404]
    said = {"file": pk, "indicator": "national-2006/7.1"}
    assert [c.send("post", at(unit, "citations"), said).status_code for c in (zhou, wu)] == [403, 404]


def test_describing_and_withdrawing_name_the_version(unit: Unit, lin: Caller) -> None:
    pk = attach(lin, unit).json()["id"]
    said = {"title": "防汛预案", "proof_date": "2026-05-01", "remark": ""}
    assert lin.send("put", at(unit, f"files/{pk}"), said).status_code == 428
    assert lin.send("put", at(unit, f"files/{pk}"), said, If_Match='"1"').json()["title"] == "防汛预案"
    assert lin.send("put", at(unit, f"files/{pk}"), said, If_Match='"1"').status_code == 412
    why = {"reason": "传错了"}
    assert lin.send("post", at(unit, f"files/{pk}/withdraw"), why, If_Match='"2"').status_code == 204
    assert lin.get(at(unit, f"files/{pk}")).status_code == 404


def test_citing_once_and_taking_back(unit: Unit, lin: Caller) -> None:
    pk = attach(lin, unit).json()["id"]
    said = {"file": pk, "indicator": "national-2006/7.1", "period": "2026"}
    made = lin.send("post", at(unit, "citations"), said)
    assert made.status_code == 201
    assert lin.send("post", at(unit, "citations"), said).status_code == 409
    assert lin.send("post", at(unit, "citations"), {"indicator": "national-2006/7.1"}).status_code == 422
    assert [row["file"] for row in lin.get(at(unit, "citations?indicator=national-2006/7.1")).json()] == [pk]
    assert lin.client.delete(at(unit, f"citations/{made.json()['id']}")).status_code == 204
    assert queries.citations(unit).count() == 0


def test_altered_bytes_are_gone(unit: Unit, lin: Caller) -> None:
    made = attach(lin, unit).json()
    store.path_of(made["sha256"]).write_bytes(b"other")
    assert lin.get(at(unit, f"files/{made['id']}/content")).status_code == 410
