"""The page of what a project brought: from the project, in sentences, with its records and its sheet."""

from __future__ import annotations

import pytest
from django.test import Client

from safecommunity.audit.models import Line
from safecommunity.ledgers.models import Entry
from safecommunity.surveillance import actions
from safecommunity.units.models import Unit
from safecommunity.web.pages.injuries import effects
from tests import make
from tests.surveillance.test_effects import START, TODAY, monthly
from tests.surveillance.test_hotspots import CODES, street_of
from tests.web.pages.test_injuries import shown, url

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R142", "R184")]


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "today", lambda: TODAY)


@pytest.fixture
def street() -> Unit:
    return street_of(CODES[:2])


@pytest.fixture
def lin(street: Unit) -> Client:
    return make.client(make.member(street, "office", "lin"))


def project(street: Unit, name: str = "防跌倒") -> Entry:
    row = Entry(unit=street, path=street.path, ledger="promotion-projects", title=name, record_date=START)
    Entry.objects.bulk_create([row])
    return row


def test_a_project_is_judged_by_the_injuries_of_its_lead(street: Unit, lin: Client) -> None:
    monthly(street, [20] * 12 + [10] * 22)
    monthly(street, [30] * 34, CODES[1])
    row, person = project(street), make.member(street, "office", "lin")
    lead = actions.take_up(
        unit=street, title="跌倒", sentence="多", key=(("area", CODES[0]), ("cause", "fall")),
        first=START, last=TODAY, figures={}, by=person,
    )  # fmt: skip
    actions.follow(lead=lead, kind="project", thing=str(row.pk), title=row.title, by=person)
    assert f"?project={row.pk}" in shown(lin, url("ledgers:entry", street, row.ledger, row.pk))
    page = lin.get(url("injuries:effect", street) + f"?project={row.pk}")
    text = page.content.decode()
    assert "01社区 · 跌倒、坠落" in text
    assert "开始以前每月 20 起，以后每月 10 起。" in text
    assert "没有对照，同时发生的别的变化也算在里面" in text
    answer = shown(lin, url("injuries:effect", street) + f"?project={row.pk}&other=rest")
    assert "和对照的变化相比，少约 5 成；真实变化在少约" in answer
    assert "不像是偶然" in answer
    records = page.context["rows"][0][-1]
    assert "10 张" in shown(lin, records)
    rows = make.sheet_rows(lin.post(url("injuries:effect-export", street) + f"?project={row.pk}"))
    assert rows[0][:2] == ("2024-01", 20)
    assert Line.objects.filter(act="injury-figures.exported", after__table="effect").exists()


@pytest.mark.parametrize(
    "query", ["", "?project=1&cause=x&area=y&other=rest", "?from=2026-11-19", "?from=0001-01-01&other=rest"]
)
def test_nonsense_and_nothing_are_no_error(street: Unit, lin: Client, query: str) -> None:
    text = shown(lin, url("injuries:effect", street) + query)
    assert "选一个促进项目" in text or "还不能说有没有效果" in text
    assert lin.post(url("injuries:effect-export", street) + query).status_code == 404


def test_more_projects_ask_no_more_questions(street: Unit, lin: Client) -> None:
    monthly(street, [3] * 30)
    row, counts = project(street), []
    for more in ((), ("乙", "丙")):
        for name in more:
            project(street, name)
        address = url("injuries:effect", street) + f"?project={row.pk}"
        counts.append(make.questions(lambda at=address: lin.get(at)))  # type: ignore[misc]
    assert counts[0] == counts[1]
