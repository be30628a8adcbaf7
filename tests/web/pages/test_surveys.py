"""How many to ask, and what the answers say: the pages, their sheets, and who may open them."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from safecommunity.units.models import Unit
from safecommunity.web.pages.surveys import views
from tests import make
from tests.surveillance.test_surveys import questionnaire, street_with
from tests.web.pages.test_injuries import shown, url

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R101")]
ASKED = "asked-130104001001=100&yes-130104001001=80&asked-130104001002=100&yes-130104001002=40"


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "today", lambda: date(2026, 6, 1))


@pytest.fixture
def street() -> Unit:
    return street_with({"001": 6000, "002": 4000})


@pytest.fixture
def lin(street: Unit) -> Client:
    return make.client(make.member(street, "office", "lin"))


def test_a_plan_is_made_of_the_units_own_people_and_taken_along(street: Unit, lin: Client) -> None:
    page = url("surveys:plan", street)
    text = shown(lin, page)
    # 384.15 / (1 + 383.15 / 10000) / 0.9 = 411.1
    assert "要问 412 人：比例在 50% 上下时，误差不超过正负 5 个百分点。" in text
    assert "总人数 10000。按 2025 年人口分到各处" in text
    assert "每户问 2 人，约走 206 户" in shown(lin, page + "?each=2")
    rows = make.sheet_rows(lin.post(url("surveys:export", street) + "?each=2"))
    assert rows[:2] == [("001社区", 6000, 247, 124), ("002社区", 4000, 165, 83)]
    assert "Cochran 1977" in "".join(str(row[1]) for row in rows)


def test_what_the_last_questionnaire_found_is_expected_of_the_next(street: Unit, lin: Client) -> None:
    questionnaire(street, "2026-05-01", 300, "75.5")
    text = shown(lin, url("surveys:plan", street))
    assert "比例在 75.5% 上下时" in text
    assert 'value="75.5"' in text


def test_nonsense_is_refused_in_words_and_missing_people_are_said(street: Unit, lin: Client) -> None:
    page = url("surveys:plan", street)
    assert "field-error" in shown(lin, page + "?margin=0")
    assert 'class="story"' not in shown(lin, page + "?share=nonsense")
    assert lin.post(url("surveys:export", street) + "?margin=0").status_code == 404
    alone = make.unit("某园区")
    here = make.client(make.member(alone, "office", "lin"))
    text = shown(here, url("surveys:plan", alone))
    assert "没有总人数，按人很多来算。没有填人口，或要问的比人口还多，不能分到各处。" in text
    assert reverse("places:population", args=[alone.slug]) in text


@pytest.mark.requirement("R103")
def test_answers_become_a_share_of_everybody_and_are_compared(street: Unit, lin: Client) -> None:
    questionnaire(street, "2025-05-01", 200, "50")
    questionnaire(street, "2025-11-01", 200, "62")
    page = url("surveys:result", street)
    assert 'class="story"' not in shown(lin, page)
    response = lin.get(f"{page}?{ASKED}")
    text = response.content.decode()
    assert "问了 200 人，按人口加权，知晓率 64.0%，真实大致在 57.7%—69.9% 之间。" in text
    assert "80.0%（71.1—86.7）" in text
    assert "还不能说有变化" not in text
    later, earlier = response.context["form"].known
    text = shown(lin, f"{page}?{ASKED}&before={earlier.entry.pk}")
    assert "上一次（2025-05-01，200 人）50.0%，这次 64.0%，多 14.0 个百分点" in text
    assert "不像是偶然" in text
    text = shown(lin, f"{page}?{ASKED}&before={later.entry.pk}")
    assert "还不能说有变化" in text
    rows = make.sheet_rows(lin.post(f"{url('surveys:result-export', street)}?{ASKED}"))
    assert rows[0] == ("001社区", 6000, 100, 80, 80, 71.1, 86.7)
    assert "知晓率 64.0%" in "".join(str(row[1]) for row in rows)


def test_a_result_is_recorded_once_in_the_ledger(street: Unit, lin: Client) -> None:
    response = lin.get(f"{url('surveys:result', street)}?{ASKED}")
    record = response.context["record"]
    assert parse_qs(urlsplit(record).query) == {"kind": ["kap"], "sample": ["200"], "awareness": ["64.0"]}
    form = shown(lin, record)
    assert 'value="200"' in form
    assert 'value="64.0"' in form
    expert = make.client(make.member(street, "expert", "qian"))
    assert expert.get(f"{url('surveys:result', street)}?{ASKED}").context["record"] == ""


def test_numbers_that_do_not_fit_are_refused_beside_their_field(street: Unit, lin: Client) -> None:
    page = url("surveys:result", street)
    text = shown(lin, f"{page}?asked-130104001001=10&yes-130104001001=11&asked-130104001002=1")
    assert "知道的不能比问的多。" in text
    assert "每处至少要问 2 人。" in text
    assert 'class="story"' not in text
    assert lin.post(url("surveys:result-export", street)).status_code == 404


def test_the_way_there_is_beside_the_ledger_and_the_methods(street: Unit, lin: Client) -> None:
    page = url("surveys:plan", street)
    assert page in shown(lin, reverse("ledgers:list", args=[street.slug, "diagnoses"]))
    assert page not in shown(lin, reverse("ledgers:list", args=[street.slug, "drills"]))
    assert page in shown(lin, url("injuries:methods", street))


@pytest.mark.parametrize("name", ["plan", "result"])
def test_only_who_sees_the_ledgers_may_open_them(street: Unit, name: str) -> None:
    page = url(f"surveys:{name}", street)
    assert make.client(make.member(street, "audit-admin", "zhou")).get(page).status_code == 403
    assert make.client(make.member(make.unit("别处街道"), "office", "wu")).get(page).status_code == 404


def test_more_parts_and_questionnaires_ask_no_more_questions() -> None:
    counts = []
    unit = street_with({"001": 6000})
    lin = make.client(make.member(unit, "office", "lin"))
    for more in (0, 2):
        for number in range(more):
            questionnaire(unit, f"2025-0{number + 1}-01", 200, "50")
        counts.append(make.questions(lambda: lin.get(url("surveys:result", unit))))
    assert counts[0] == counts[1]
