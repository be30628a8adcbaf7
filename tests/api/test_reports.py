from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from safecommunity.accounts.actions import make_token
from safecommunity.accounts.models import User
from safecommunity.jobs import worker
from safecommunity.units.models import Unit
from tests import make
from tests.reports import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> User:
    return make.member(unit)


def ask(person: User, method: str, path: str, data: Any = None) -> tuple[int, Any]:
    _token, secret = make_token(user=person, name="t", days=1, now=timezone.now(), by=person)
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    body = "" if data is None else json.dumps(data)
    response = client.generic(method, f"/api{path}", body, "application/json")
    if response.streaming:
        return response.status_code, b"".join(response.streaming_content)
    return response.status_code, json.loads(response.content)


def test_a_program_makes_a_paper_freezes_it_and_issues_it_again(unit: Unit, lin: User) -> None:
    base = f"/units/{unit.slug}/papers"
    assert {one["code"] for one in ask(lin, "GET", "/documents")[1]} >= {"work-report", "ledger-print"}
    given = {"document": "ledger-print", "period": "2025", "ledger": "meetings"}
    status, begun = ask(lin, "POST", base, given)
    assert (status, begun["state"]) == (201, "making")
    worker.drain()
    _status, paper = ask(lin, "GET", f"{base}/{begun['id']}")
    assert paper["content"]["title"] == "阳光街道会议台账"
    assert ask(lin, "GET", f"{base}/{begun['id']}/files/pdf")[1].startswith(b"%PDF")
    assert ask(lin, "POST", f"{base}/{begun['id']}/freeze", {"version": 1})[0] == 409
    status, frozen = ask(lin, "POST", f"{base}/{begun['id']}/freeze", {"version": paper["version"]})
    assert (status, frozen["state"]) == (200, "frozen")
    status, newer = ask(lin, "POST", f"{base}/{begun['id']}/reissue")
    assert (status, newer["issue"], newer["replaces"]) == (201, 2, begun["id"])
    assert [one["id"] for one in ask(lin, "GET", base)[1]] == [newer["id"], begun["id"]]


@pytest.mark.parametrize(
    "change", [{"period": "soon"}, {"ledger": "none"}, {"document": "poem"}, {"language": "fr"}]
)
def test_a_wrong_request_is_refused_in_words(unit: Unit, lin: User, change: dict[str, str]) -> None:
    given = {"document": "ledger-print", "period": "2025", "ledger": "meetings", **change}
    status, answer = ask(lin, "POST", f"/units/{unit.slug}/papers", given)
    assert (status, bool(answer["detail"])) == (422, True)


def test_programs_see_and_do_what_their_owner_may(unit: Unit, lin: User) -> None:
    paper = made.paper(unit, lin, "ledger-print", ledger="meetings")
    zhou = make.member(unit, "viewer", "zhou")
    wu = make.member(make.unit("彩虹街道"), username="wu")
    base = f"/units/{unit.slug}/papers"
    given = {"document": "ledger-print", "period": "2025", "ledger": "meetings"}
    assert [ask(person, "GET", f"{base}/{paper.pk}")[0] for person in (lin, zhou, wu)] == [200, 200, 404]
    assert [ask(person, "POST", base, given)[0] for person in (lin, zhou, wu)] == [201, 403, 404]
    assert ask(wu, "GET", f"{base}/{paper.pk}/files/docx")[0] == 404
    assert ask(lin, "GET", f"{base}/{paper.pk}/files/exe")[0] == 404


def test_a_program_makes_and_lists_papers_about_a_thing(unit: Unit, lin: User) -> None:
    about = str(made.meeting(unit, "2025-03-03").client_uuid)
    given = {"document": "record-sheet", "period": "2025", "subject": about}
    status, answer = ask(lin, "POST", f"/units/{unit.slug}/papers", given)
    assert (status, answer["subject_kind"], answer["subject"]) == (201, "entry", about)
    listed = [
        ask(lin, "GET", f"/units/{unit.slug}/papers?subject={subject}")[1]
        for subject in (about, "00000000-0000-4000-8000-000000000000")
    ]
    assert [len(rows) for rows in listed] == [1, 0]
