from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from safecommunity.accounts.actions import make_token
from safecommunity.accounts.models import User
from safecommunity.assessment.models import Sheet
from safecommunity.reviews import queries
from safecommunity.reviews.models import Review
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
    return answer.status_code, json.loads(answer.content or b"null")


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


def walker(base: str) -> Any:
    """Steps on one thing, each from the version the step before left behind; answers (status, answer)."""
    seen = {"version": 0}

    def step(
        person: User, method: str, name: str, data: Any = None, at: int | None = None
    ) -> tuple[int, Any]:
        status, answer = ask(person, method, f"{base}{name}", data, seen["version"] if at is None else at)
        if at is None and isinstance(answer, dict):
            seen["version"] = answer.get("version", seen["version"])
        return status, answer

    return step


def all_marked(who: Cast, row: Review, base: str) -> None:
    """Both members fill their sheets in and seal them; the lead hands the team's in."""
    sheets = f"/units/{who.street.slug}/assessments/{row.on_site_id}/sheets"
    for person in (who.lead, who.member):
        (own,) = ask(person, "GET", sheets)[1]
        made.fill(Sheet.objects.in_unit(row.unit).get(pk=own["id"]), row.rules, "A")
        answers = {"answers": {"presence": "A", "trace": "A", "effect": "B"}}
        assert ask(person, "PUT", f"{sheets}/{own['id']}/marks/1.1", answers)[0] == 200
        assert ask(person, "POST", f"{sheets}/{own['id']}/submit", {"version": own["version"]})[0] == 200
    assert ask(who.member, "POST", f"{base}/consensus")[0] == 422
    assert ask(who.lead, "POST", f"{base}/consensus")[0] == 200
    found = ask(who.lead, "GET", sheets)[1]
    team = next(one for one in found if one["is_consensus"])
    assert len(found) == 3
    assert ask(who.lead, "POST", f"{sheets}/{team['id']}/submit", {"version": team["version"]})[0] == 200


@pytest.mark.requirement("R195", "R196", "R199")
def test_a_program_takes_the_site_the_decision_the_title_and_its_withdrawal(who: Cast) -> None:
    row, day = made.on_site(who), timezone.localdate().isoformat()
    base = f"/units/{who.street.slug}/reviews/{row.uuid}"
    step = walker(base)
    step(who.lin, "GET", "")
    missing = step(who.city_checker, "GET", "/team")[1]
    assert (missing["candidates"], len(missing["unready"])) == (["zhang", "wang"], 3)
    for person, is_lead in (("zhang", True), ("wang", False)):
        asked = {"person": person, "is_lead": is_lead}
        assert ask(who.city_checker, "POST", f"{base}/team", asked)[0] == 201
    assert ask(who.city_checker, "DELETE", f"{base}/team/wang")[0] == 204
    assert ask(who.city_checker, "POST", f"{base}/team", {"person": "wang"})[0] == 201
    for person in (who.lead, who.member):
        assert step(person, "POST", "/declare", {"is_free": True}, at=1)[0] == 200
    agenda = [{"day": day, "time": "09:00", "what": "首次会议"}]
    visit = {"visit_from": day, "visit_to": day, "agenda": agenda}
    assert step(who.city_checker, "POST", "/arrange", visit)[0] == 200
    told = ask(who.lin, "GET", f"{base}/team")[1]
    assert (told["unready"], told["agenda"], told["candidates"]) == ([], agenda, [])
    assert step(who.lead, "POST", "/open-scoring")[1]["state"] == "on-site"
    row = made.fresh(row)
    found = {"indicator": "1.1", "text": "名单不全", "severity": "minor"}
    scored = f"/units/{who.street.slug}/assessments/{row.on_site_id}"
    assert ask(who.member, "POST", f"{scored}/findings", found)[0] == 201
    all_marked(who, row, base)
    assert step(who.lead, "POST", "/conclude", {"opinion": "建议命名"})[1]["state"] == "rectifying"
    (one,) = ask(who.lin, "GET", f"{base}/findings")[1]
    assert step(who.city_checker, "POST", "/rectify", {})[0] == 422
    shown = {"text": "已补", "file": made.file(who.street, who.lin).pk}
    assert (
        ask(who.lin, "PUT", f"{base}/findings/{one['id']}/correction", shown)[1]["correction"]["text"]
        == "已补"
    )
    verify = f"/findings/{one['id']}/verify"
    closed = step(who.lead, "POST", verify, {"verification": "属实"}, at=one["version"])[1]
    assert closed["closed_at"]
    assert step(who.city_checker, "POST", "/rectify", {"words": "属实"})[1]["state"] == "deciding"
    decided = {"outcome": "named", "words": "同意", "number": "市安社1", "named_date": day}
    assert step(who.city_checker, "POST", "/decide", decided)[1]["state"] == "named"
    shown = ask(who.lin, "GET", base)[1]
    assert (shown["opinion"], shown["decision"], shown["decided_date"]) == ("建议命名", "同意", day)
    title = f"/units/{who.street.slug}/titles/{shown['title']}"
    held = ask(who.lin, "GET", title)[1]
    assert (held["standing"], held["granted_by"], len(held["duties"]) > 0) == ("valid", "石家庄市", True)
    assert ask(who.lin, "POST", f"{title}/withdraw", {"reason": "事故"}, held["version"])[0] == 403
    gone = ask(who.county_checker, "POST", f"{title}/withdraw", {"reason": "事故"}, held["version"])[1]
    assert (gone["standing"], gone["ended_reason"]) == ("withdrawn", "事故")


@pytest.mark.requirement("R199", "R220")
def test_a_program_takes_a_title_down_and_writes_what_falls_due(who: Cast) -> None:
    base, named = f"/units/{who.street.slug}/titles", timezone.localdate() - timedelta(days=400)
    given = {"scheme": "municipal-45", "number": "7", "granted_by": "市", "named_date": named.isoformat()}
    assert ask(who.lin, "POST", base, given)[0] == 403
    assert ask(who.county_checker, "POST", base, {**given, "scheme": "none"})[0] == 422
    assert ask(who.county_checker, "POST", base, {**given, "named_date": "2190-01-01"})[0] == 422
    status, held = ask(who.county_checker, "POST", base, given)
    assert status == 201
    assert ask(who.county_checker, "POST", base, given)[0] == 422
    one = ask(who.lin, "GET", f"{base}/{held['uuid']}")[1]["duties"][0]
    duty, done = f"{base}/{held['uuid']}/duties/{one['uuid']}", named + timedelta(days=300)
    went = {"done_date": done.isoformat(), "outcome": "passed", "words": "按期报送"}
    assert ask(who.lin, "POST", duty, went, one["version"])[0] == 403
    assert (
        ask(who.county_checker, "POST", duty, {**went, "done_date": "2190-01-01"}, one["version"])[0] == 422
    )
    assert ask(who.county_checker, "POST", duty, went, 99)[0] == 412
    written = ask(who.county_checker, "POST", duty, went, one["version"])[1]["duties"][0]
    assert (written["outcome"], written["words"]) == ("passed", "按期报送")
    assert ask(who.county_checker, "POST", duty, went, written["version"])[0] == 422


@pytest.mark.requirement("R195", "R196")
def test_a_program_is_refused_where_the_pages_refuse(who: Cast) -> None:
    made.member(who.street, "appraisal", "qian")
    row = made.on_site(who)
    base = f"/units/{who.street.slug}/reviews/{row.uuid}"
    appoint = lambda person, name: ask(person, "POST", f"{base}/team", {"person": name})  # noqa: E731
    assert appoint(who.lin, "zhang")[0] == 403
    assert appoint(who.county_checker, "zhang")[0] == 422
    assert appoint(who.city_checker, "nobody")[0] == 422
    assert "隶属关系" in appoint(who.city_checker, "qian")[1]["detail"]
    assert appoint(who.city_checker, "wang")[0] == 201
    assert ask(who.city_checker, "DELETE", f"{base}/team/zhang")[0] == 404
    assert ask(who.lead, "POST", f"{base}/declare", {"is_free": True}, 1)[0] == 404
    assert ask(who.member, "POST", f"{base}/declare", {"is_free": True})[0] == 428
    assert ask(who.member, "POST", f"{base}/declare", {"is_free": False}, 1)[0] == 422
    assert ask(who.member, "POST", f"{base}/declare", {"is_free": False, "words": "亲属"}, 1)[0] == 200
    visit = {"visit_from": "2026-11-21", "visit_to": "2026-11-20", "agenda": []}
    assert ask(who.city_checker, "POST", f"{base}/arrange", visit, row.version)[0] == 422
    status, answer = ask(who.city_checker, "POST", f"{base}/open-scoring", None, row.version)
    assert (status, "有成员声明了利害关系" in answer["detail"]) == (422, True)
    assert ask(who.lin, "POST", f"{base}/open-scoring", None, row.version)[0] == 403
    for name, data in (("conclude", {"opinion": "x"}), ("consensus", None)):
        assert ask(who.member, "POST", f"{base}/{name}", data, row.version)[0] == 422
    decided = {"outcome": "named", "words": "x"}
    assert ask(who.city_checker, "POST", f"{base}/decide", decided, row.version)[0] == 422
    assert ask(who.city_checker, "POST", f"{base}/revisit", {}, row.version)[0] == 422
    stranger = made.member(make.unit("西里街道", parent=who.county), "office", "wu")
    assert ask(stranger, "GET", f"{base}/team")[0] == 404
    assert ask(stranger, "GET", f"{base}/findings")[0] == 404
    assert ask(who.lin, "PUT", f"{base}/findings/1/correction", {"text": "x", "file": 1})[0] == 404
    assert made.fresh(row).state == "on-site"


@pytest.mark.requirement("R172")
def test_a_program_reads_titles_by_level_and_year(who: Cast) -> None:
    made.named(who)
    base = f"/units/{who.city.slug}/titles"
    (status, found) = ask(who.city_checker, "GET", f"{base}?level=municipal&year=2026")
    assert (status, [one["number"] for one in found]) == (200, ["市安社1"])
    assert ask(who.city_checker, "GET", f"{base}?level=national")[1] == []
    assert len(ask(who.city_checker, "GET", f"{base}?standing=valid&sort=-until")[1]) == 1
    assert ask(who.city_checker, "GET", f"/units/{who.city.slug}/reviews?state=open")[1] == []
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
