"""Sheets into cards, findings and alerts into leads through the API: the same checks as the pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from safecommunity.accounts.actions import make_token
from safecommunity.accounts.models import User
from safecommunity.api import injury_leads
from safecommunity.jobs.worker import drain
from safecommunity.surveillance import actions
from safecommunity.surveillance.models import Lead
from safecommunity.units.models import Unit
from tests import make
from tests.api.test_programmes import ask
from tests.surveillance.test_cases import ASSAULT, FALL
from tests.surveillance.test_findings import LAST, everyday, falls, street
from tests.surveillance.test_imports import HOSPITAL

__all__ = ["street"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock:
        localdate = staticmethod(lambda: LAST)

    monkeypatch.setattr(injury_leads, "timezone", Clock)


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


def sent(person: User, unit: Unit, **form: str) -> Any:
    _token, secret = make_token(user=person, name="t", days=1, now=timezone.now(), by=person)
    file = SimpleUploadedFile("table.csv", HOSPITAL.encode())
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    return client.post(f"/api/units/{unit.slug}/injury-imports", {"file": file, **form})


@pytest.mark.requirement("R162")
def test_a_sheet_is_matched_taken_in_and_remembered(
    street: Unit, lin: User, settings: Any, tmp_path: Any
) -> None:
    settings.DATA = tmp_path
    base = f"/units/{street.slug}/injury-imports"
    assert sent(lin, street, source="nobody").status_code == 422
    assert sent(lin, street, source="clinic", sheet="no-such-sheet").status_code == 422
    made = sent(lin, street, source="clinic").json()
    one = f"{base}/{made['id']}"
    drain()
    row = ask(lin, "GET", one)[1]
    assert (row["state"], row["headings"][0]) == ("matching", "受伤日期")
    matched = {"columns": {**row["columns"], "injured_date": "受伤日期", "cause": "外因"}}
    assert ask(lin, "POST", f"{one}/match", {"columns": {"nothing": "年龄"}}, row["version"])[0] == 422
    assert ask(lin, "POST", f"{one}/match", {"columns": {"age": "没有的列"}}, row["version"])[0] == 422
    assert ask(lin, "POST", f"{one}/match", matched)[0] == 428
    assert ask(lin, "POST", f"{one}/match", matched, row["version"])[0] == 200
    drain()
    assert [(one["state"], one["added"], one["refused"]) for one in ask(lin, "GET", base)[1]] == [
        ("done", 2, 1)
    ]
    mappings = f"/units/{street.slug}/injury-mappings"
    assert ask(lin, "GET", mappings)[1] == [{"source": "clinic", **matched}]
    viewer, stranger = make.member(street, "viewer", "wu"), make.member(make.unit("别处街道"), "office", "he")
    for address in (base, one, mappings):
        assert ask(viewer, "GET", address)[0] == 403
        assert ask(stranger, "GET", address)[0] == 404


@pytest.mark.requirement("R101", "R123")
def test_a_finding_is_taken_up_once_by_who_may_make_something_of_it(street: Unit, lin: User) -> None:
    everyday(street)
    falls(street)
    base = f"/units/{street.slug}/injury-findings"
    one = ask(lin, "GET", f"{base}?to={LAST}")[1]["findings"][0]
    made = [ask(lin, "POST", f"{base}/lead", {"key": one["key"]}) for _time in range(2)]
    assert [status for status, _row in made] == [201, 201]
    lead = made[0][1]
    assert (made[1][1], lead["key"], lead["figures"]["count"]) == (lead, one["key"], one["count"])
    assert Lead.objects.in_unit(street).count() == 1
    assert ask(lin, "POST", f"{base}/lead", {"key": {"cause": "firearm"}})[0] == 404
    actions.follow(lead=Lead.objects.in_unit(street).get(), kind="project", thing="7", title="防跌倒", by=lin)
    whole = ask(lin, "GET", f"/units/{street.slug}/injury-leads/{lead['uuid']}")[1]
    assert (whole["made"], whole["things"]) == (1, [{"kind": "project", "thing": "7", "title": "防跌倒"}])
    assert [row["made"] for row in ask(lin, "GET", f"/units/{street.slug}/injury-leads")[1]] == [1]
    viewer, stranger = make.member(street, "viewer", "wu"), make.member(make.unit("别处街道"), "office", "he")
    assert ask(viewer, "POST", f"{base}/lead", {"key": one["key"]})[0] == 403
    assert ask(stranger, "POST", f"{base}/lead", {"key": one["key"]})[0] == 404


def test_an_alert_is_taken_up_unless_it_is_of_restricted_cards(street: Unit, lin: User) -> None:
    grave = {"outcome": "died", "severity": "severe", "injured_date": LAST.isoformat()}
    for values in (FALL, ASSAULT):
        actions.add_case(unit=street, values={**values, **grave}, by=None, today=LAST)
    alerts = f"/units/{street.slug}/injury-alerts"
    answers = [ask(lin, "POST", f"{alerts}/{row['uuid']}/lead") for row in ask(lin, "GET", alerts)[1]]
    assert sorted(status for status, _row in answers) == [201, 422]
    (lead,) = Lead.objects.in_unit(street)
    assert lead.title in lead.sentence
