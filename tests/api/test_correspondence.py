from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from safecommunity.accounts.actions import make_token
from safecommunity.accounts.models import User
from safecommunity.units.models import Unit
from tests import make
from tests.correspondence import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> User:
    return made.people(unit)[0]


@pytest.fixture
def wang(unit: Unit) -> User:
    return made.people(unit)[1]


def ask(
    person: User, method: str, path: str, data: Any = None, version: int | None = None
) -> tuple[int, Any]:
    _token, secret = make_token(user=person, name="t", days=1, now=timezone.now(), by=person)
    headers = {"Authorization": f"Bearer {secret}"}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    body = "" if data is None else json.dumps(data)
    answer = Client(headers=headers).generic(method, f"/api{path}", body, "application/json")
    is_json = answer.headers["Content-Type"].startswith("application/json")
    return answer.status_code, json.loads(answer.content) if is_json else answer.content


def test_a_program_takes_a_document_from_draft_to_issue(unit: Unit, lin: User, wang: User) -> None:
    base = f"/units/{unit.slug}/official"
    status, row = ask(lin, "POST", base, {"kind": "notice"})
    assert (status, row["state"]) == (201, "draft")
    one = f"{base}/{row['uuid']}"
    status, row = ask(lin, "PATCH", one, made.WRITTEN, row["version"])
    assert (status, row["title"]) == (200, made.WRITTEN["title"])
    for act, person in zip(made.WAY[:6], (lin, wang, wang, wang, lin, lin), strict=True):
        status, row = ask(person, "POST", f"{one}/steps", {"act": act}, row["version"])
        assert status == 200
    assert (row["state"], row["number"][-3:]) == ("issued", "〕1号")
    assert ask(lin, "GET", f"{base}/numbers")[1][0]["serial"] == 1
    assert ask(lin, "GET", f"{one}/files/pdf")[1].startswith(b"%PDF")
    assert [each["uuid"] for each in ask(lin, "GET", f"{base}?state=issued")[1]] == [row["uuid"]]


def test_an_old_version_and_an_unknown_step_are_refused(unit: Unit, lin: User) -> None:
    row = made.draft(unit, lin)
    one = f"/units/{unit.slug}/official/{row.uuid}"
    assert ask(lin, "PATCH", one, {"title": "x"}, row.version - 1)[0] == 412
    assert ask(lin, "PATCH", one, {"title": "x"})[0] == 428
    assert ask(lin, "POST", f"{one}/steps", {"act": "fly"}, row.version)[0] == 422
    assert ask(lin, "POST", f"{one}/steps", {"act": "sign"}, row.version)[0] == 422


def test_who_may_not_and_who_does_not_see(unit: Unit, lin: User) -> None:
    row = made.draft(unit, lin)
    base = f"/units/{unit.slug}/official"
    zhou, wu = make.member(unit, "viewer", "zhou"), make.member(make.unit("彩虹街道"), username="wu")
    assert ask(zhou, "POST", base, {"kind": "notice"})[0] == 403
    assert ask(wu, "GET", f"{base}/{row.uuid}")[0] == 404


def test_the_kinds_are_listed_with_both_names(lin: User) -> None:
    status, kinds = ask(lin, "GET", "/official-kinds")
    assert status == 200
    assert {"notice": "Notice"}.items() <= {one["code"]: one["name_en"] for one in kinds}.items()
