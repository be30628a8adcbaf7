from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from safecommunity.accounts.actions import make_token
from safecommunity.accounts.models import User
from safecommunity.reviews import queries
from tests import make
from tests.reviews import made
from tests.reviews.made import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def who() -> Cast:
    return made.cast()


def ask(
    person: User, method: str, path: str, data: Any = None, version: int | None = None
) -> tuple[int, Any]:
    _token, secret = make_token(user=person, name="t", days=1, now=timezone.now(), by=person)
    headers = {"Authorization": f"Bearer {secret}"}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    body = "" if data is None else json.dumps(data)
    answer = Client(headers=headers).generic(method, f"/api{path}", body, "application/json")
    return answer.status_code, json.loads(answer.content)


@pytest.mark.requirement("R194")
def test_a_program_files_applies_and_the_levels_check(who: Cast) -> None:
    base = f"/units/{who.street.slug}/reviews"
    given = {
        "scheme": "municipal-45", "leader": "王", "contact": "林", "phone": "1", "plan": "两年",
        "begun_date": "2025-01-06",
    }  # fmt: skip
    assert ask(who.lin, "POST", base, {**given, "scheme": "none"})[0] == 422
    assert ask(who.lin, "POST", base, {**given, "begun_date": "2190-01-01"})[0] == 422
    status, row = ask(who.lin, "POST", base, given)
    assert (status, row["state"]) == (201, "intent")
    one, seen = f"{base}/{row['uuid']}", {"version": row["version"]}

    def step(person: User, name: str, data: Any = None) -> tuple[int, str]:
        status, answer = ask(person, "POST", f"{one}/{name}", data, seen["version"])
        seen["version"] = answer.get("version", seen["version"])
        return status, answer.get("state", answer.get("detail"))

    assert ask(who.lin, "POST", f"{one}/file", {"filed": {"municipal": "2025-01-07"}})[0] == 428
    assert step(who.lin, "file", {"filed": {"municipal": "2025-01-07"}}) == (200, "filed")
    receipt = {"centre": "municipal", "number": "7", "receipt_date": "2025-01-09"}
    assert step(who.lin, "receive", receipt) == (200, "building")
    own = made.self_assessment(who.street, who.lin, "municipal-45", "pass")
    assert step(who.lin, "self-assess", {"assessment": own.pk + 99})[0] == 404
    assert step(who.lin, "self-assess", {"assessment": own.pk}) == (200, "self-assessed")
    unmet = [one["code"] for one in ask(who.lin, "GET", one)[1]["conditions"] if not one["is_met"]]
    assert unmet == ["papers"]
    assert step(who.lin, "apply")[0] == 422
    for code in ask(who.lin, "GET", one)[1]["papers"]:
        file = made.file(who.street, who.lin)
        assert ask(who.lin, "PUT", f"{one}/papers", {"code": code, "file": file.pk})[0] == 200
    assert step(who.lin, "apply") == (200, "applied")
    assert ask(who.lin, "POST", f"{one}/pass-up", {"checked": []}, seen["version"])[0] == 403
    assert ask(who.county_checker, "POST", f"{one}/pass-up", {"checked": []}, 1)[0] == 412
    assert step(who.county_checker, "send-back", {"reason": "缺章"}) == (200, "returned")
    assert step(who.lin, "apply") == (200, "applied")
    papers = ["application", "self-assessment", "work-report"]
    assert step(who.county_checker, "pass-up", {"checked": papers}) == (200, "applied")
    assert step(who.city_checker, "pass-up", {"checked": papers}) == (200, "documents")
    assert step(who.city_checker, "accept", {}) == (200, "on-site")
    assert step(who.lin, "give-up", {"reason": "不办了"}) == (200, "given-up")


@pytest.mark.requirement("R172")
def test_a_program_reads_titles_by_level_and_year(who: Cast) -> None:
    made.named(who)
    base = f"/units/{who.city.slug}/titles"
    (status, found) = ask(who.city_checker, "GET", f"{base}?level=municipal&year=2026")
    assert (status, [one["number"] for one in found]) == (200, ["市安社1"])
    assert ask(who.city_checker, "GET", f"{base}?level=national")[1] == []
    assert [one["state"] for one in ask(who.city_checker, "GET", f"/units/{who.city.slug}/reviews")[1]] == [
        "named"
    ]


def test_the_stranger_and_the_viewer(who: Cast) -> None:
    row = made.begun(who)
    other = make.unit("西里街道", parent=who.county)
    wu, zhou = make.member(other, "office", "wu"), make.member(who.street, "viewer", "zhou")
    assert ask(wu, "GET", f"/units/{who.street.slug}/reviews/{row.uuid}")[0] == 404
    assert ask(wu, "GET", f"/units/{other.slug}/reviews/{row.uuid}")[0] == 404
    assert ask(zhou, "GET", f"/units/{who.street.slug}/reviews/{row.uuid}")[0] == 200
    assert (
        ask(zhou, "POST", f"/units/{who.street.slug}/reviews/{row.uuid}/give-up", {"reason": "x"}, 1)[0]
        == 403
    )
    assert queries.reviews(who.street).get().state == "intent"
