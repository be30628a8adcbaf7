"""Findings on their page; the way from one, or from an alert, to a project, a target, an inspection plan."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from safecommunity.audit.models import Line
from safecommunity.hazards.models import Plan
from safecommunity.ledgers.models import Entry
from safecommunity.library import watches
from safecommunity.surveillance import actions
from safecommunity.surveillance.models import Alert, Followed, Lead
from safecommunity.targets.models import Target
from safecommunity.units.models import Unit
from safecommunity.web.pages.hazards import planning
from safecommunity.web.pages.injuries import alerts, analysis
from safecommunity.web.pages.ledgers import views as ledger_views
from safecommunity.web.pages.targets import views as target_views
from tests import make
from tests.surveillance.test_alerts import quiet
from tests.surveillance.test_figures import put
from tests.surveillance.test_findings import LAST, everyday, falls, street
from tests.web.pages.test_injuries import send, shown, url

__all__ = ["street"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (analysis, alerts, planning, ledger_views, target_views):
        monkeypatch.setattr(module, "today", lambda: LAST)


@pytest.fixture
def lin(street: Unit) -> Client:
    return make.client(make.member(street, "office", "lin"))


def opened(client: Client, answer: object) -> dict[str, object]:
    """What the form holds that a redirect leads to."""
    page = client.get(answer["Location"])  # type: ignore[index]
    assert page.status_code == 200
    return dict(page.context["form"].initial)


@pytest.mark.requirement("R101", "R123", "R124")
def test_findings_are_sentences_with_their_records_and_a_sheet(street: Unit, lin: Client) -> None:
    address = url("injuries:findings", street)
    assert "还不能找" in shown(lin, address)
    everyday(street)
    assert "没有明显多于其余" in shown(lin, address)
    falls(street)
    page = lin.get(address)
    rows, text = page.context["rows"], page.content.decode()
    assert rows[0].name in text
    assert rows[0].sentence in text
    assert "也可能只是登记得更全" in text
    assert "按在伤害里的占比比较" in text
    assert f"{rows[0].row.count} 张" in shown(lin, rows[0].url)
    only = lin.get(address + "?kind=vulnerable").context["rows"]
    assert only
    assert all("vulnerable" in one.row.kinds for one in only)
    counts = [one.row.count for one in lin.get(address + "?sort=count").context["rows"]]
    assert counts == sorted(counts, reverse=True)
    assert "还不能找" in shown(lin, address + "?to=2025-01-01")
    answer = send(lin, url("injuries:findings-export", street))
    cells = make.sheet_rows(answer)
    assert cells[0][0] == rows[0].name
    assert cells[0][2] == rows[0].row.count
    assert any("Benjamini" in str(row[1]) for row in cells)
    assert Line.objects.filter(act="injury-findings.exported").count() == 1
    found = lin.get(f"/api/units/{street.slug}/injury-findings?to={LAST}").json()
    assert found["findings"][0]["sentence"] == rows[0].sentence
    one = make.questions(lambda: lin.get(address))
    falls(street, 3)
    assert make.questions(lambda: lin.get(address)) == one


def test_who_may_not_does_not(street: Unit, lin: Client) -> None:
    everyday(street)
    falls(street)
    key = lin.get(url("injuries:findings", street)).context["rows"][0].key
    send(lin, url("injuries:finding-lead", street), key=key, to="project")
    lead = Lead.objects.in_unit(street).get()
    viewer = make.client(make.member(street, "viewer", "zhou"))
    stranger = make.client(make.member(make.unit("别处街道"), "office", "wu"))
    for name, arguments in (("findings", ()), ("lead", (lead.uuid,))):
        address = url(f"injuries:{name}", street, *arguments)
        assert viewer.get(address).status_code == 403
        assert stranger.get(address).status_code == 404
    for name in ("findings-export", "finding-lead"):
        assert send(viewer, url(f"injuries:{name}", street)).status_code == 403
    reporter = make.client(make.member(street, "reporter", "qian"))
    assert send(reporter, url("injuries:finding-lead", street), key=key, to="target").status_code == 404
    assert "设为目标" not in shown(reporter, url("injuries:findings", street))


@pytest.mark.requirement("R118", "R120", "R142")
def test_a_finding_becomes_a_project_a_target_and_a_plan_that_link_back(street: Unit, lin: Client) -> None:
    everyday(street)
    falls(street)
    told = lin.get(url("injuries:findings", street)).context["rows"][0]
    make_of = url("injuries:finding-lead", street)
    answer = send(lin, make_of, key=told.key, to="project")
    first = opened(lin, answer)
    lead = Lead.objects.in_unit(street).get()
    assert told.name in str(first["name"])
    assert told.sentence in str(first["background"])
    assert first["baseline"] == told.row.count
    assert int(str(first["target"])) < told.row.count
    posted = {name: value for name, value in first.items() if value} | {
        "client_uuid": str(first["client_uuid"]), "group": "老年人安全组", "measures": "装扶手",
        "interventions": ["facility"], "goal": "减少跌倒",
    }  # fmt: skip
    assert send(lin, answer["Location"], **posted).status_code == 302
    entry = Entry.objects.in_unit(street).get(ledger="promotion-projects")
    back = url("injuries:lead", street, lead.uuid)
    assert back in shown(lin, url("ledgers:entry", street, "promotion-projects", entry.pk))

    answer = send(lin, make_of, key=told.key, to="target")
    first = opened(lin, answer)
    assert (first["year"], first["due_date"]) == (2027, date(2027, 12, 31))
    assert told.row.count / 2 < int(str(first["amount"])) < 160
    assert send(lin, answer["Location"], **first).status_code == 302
    target = Target.objects.in_unit(street).get()
    assert back in shown(lin, url("targets:detail", street, target.uuid))

    answer = send(lin, make_of, key=told.key, to="inspection")
    first = opened(lin, answer)
    assert first["to_date"] == date(2027, 2, 17)
    plan = {name: value for name, value in first.items() if value}
    plan |= {"checklists": first["checklists"] or ["home"]}
    assert send(lin, answer["Location"], **plan).status_code == 302
    row = Plan.objects.in_unit(street).get()
    assert back in shown(lin, url("hazards:plan", street, row.uuid))

    page = shown(lin, back)
    for name in (entry.title, row.name, "2027"):
        assert name in page
    assert Followed.objects.in_unit(street).count() == 3
    assert "据此建立 3 项" in shown(lin, url("injuries:findings", street))
    answer = send(lin, make_of, key="group=children&cause=firearm", to="project")
    assert answer["Location"].startswith(url("injuries:findings", street))


@pytest.mark.requirement("R164")
def test_an_alert_becomes_a_proposal_but_a_restricted_one_does_not(street: Unit, lin: Client) -> None:
    monday = date(2026, 11, 16)
    quiet(street, monday)
    put(street, monday - timedelta(days=3), 11)
    actions.look(unit=street, watch=watches["weekly"], today=monday, by=None)
    row = Alert.objects.in_unit(street).get(series="cause=fall&place=home")
    page = shown(lin, url("injuries:alert", street, row.uuid))
    assert "提出促进项目" in page
    make_of = url("injuries:alert-lead", street, row.uuid)
    first = opened(lin, send(lin, make_of, to="project"))
    assert first["baseline"] == 12
    assert "每周" in str(first["goal"])
    assert "往常平均" in str(first["background"])
    lead = Lead.objects.in_unit(street).get()
    assert url("injuries:lead", street, lead.uuid) in shown(lin, url("injuries:alert", street, row.uuid))
    send(lin, make_of, to="target")
    assert Lead.objects.in_unit(street).count() == 1
    Alert.objects.in_unit(street).filter(pk=row.pk).update(is_restricted=True)
    Lead.objects.in_unit(street).delete()
    assert "提出促进项目" not in shown(lin, url("injuries:alert", street, row.uuid))
    assert send(lin, make_of, to="project")["Location"] == url("injuries:alert", street, row.uuid)
    assert not Lead.objects.in_unit(street).exists()
