"""Appraisals and awards on the pages: the way through, who may, who may not, who does not see."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from safecommunity.accounts.models import User
from safecommunity.correspondence.models import OfficialDocument
from safecommunity.jobs.worker import drain
from safecommunity.metrics.actions import refresh_all
from safecommunity.reports.queries import content_of
from safecommunity.supervision.actions import appraisals as actions
from safecommunity.supervision.actions import awards as award_actions
from safecommunity.supervision.models.appraisals import Appraisal
from safecommunity.supervision.models.awards import Award
from safecommunity.units.models import Unit
from safecommunity.web.pages.supervision import appraisals, awards
from tests import make
from tests.reports import made as papers
from tests.supervision import made
from tests.supervision.test_appraisals import DAY, POINTS, YEAR, equipment, opened, settled
from tests.supervision.test_awards import PERSON, proposed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    settings.DATA, settings.EVIDENCE = tmp_path, tmp_path / "evidence"
    settings.REPORTS = tmp_path / "reports"
    for module in (appraisals, awards):
        monkeypatch.setattr(module, "today", lambda: DAY)
    monkeypatch.setattr(appraisals, "now", lambda: made.NOW)


@pytest.fixture
def streets() -> list[Unit]:
    return made.city(4)[1]


@pytest.fixture
def city(streets: list[Unit]) -> Unit:
    assert streets[0].parent is not None
    return streets[0].parent


@pytest.fixture
def people(city: Unit) -> list[User]:
    return made.inspectors(city)


@pytest.fixture
def chen(people: list[User]) -> Client:
    return make.client(people[0])


def url(name: str, unit: Unit, *more: object) -> str:
    return reverse(f"supervision:{name}", args=[unit.slug, *more])


def send(client: Client, address: str, **values: Any) -> Any:
    return client.post(address, {"request_key": str(uuid4()), **values})


OPENING = {
    "year": str(YEAR), "scheme": "work-safety-appraisal", "kinds": ["sub-district"], "margin": "2",
    "least_group": "3", "least_cases": "20",
}  # fmt: skip
PROPOSAL = {
    "year": "2025", "honour": "安全社区创建先进单位", "level": "municipal", "holder_kind": "unit",
    "reason": "年度考核第一档", "money": "5000",
}  # fmt: skip


@pytest.mark.requirement("R137", "R201")
def test_from_the_beginning_to_the_second_edition(
    city: Unit, streets: list[Unit], people: list[User], chen: Client
) -> None:
    lin = make.client(make.member(streets[3], "office", "lin"))
    assert send(chen, url("new-appraisal", city), **OPENING).status_code == 302
    drain()
    row = Appraisal.objects.in_unit(city).get()
    page = url("appraisal", city, row.uuid)
    assert "未定稿" in chen.get(page).content.decode()
    early = send(chen, url("publish", city, row.uuid), version="1")
    assert early.status_code == 422
    assert "还有 4 个单位的评定没有由考核单位定稿" in early.content.decode()
    settled(row, people[0], POINTS)
    shown = chen.get(page).content.decode()
    assert shown.count("<strong>1–2</strong>") == 2
    assert "本单位的考核结果" not in lin.get(url("appraisals", streets[3])).content.decode()
    assert send(chen, url("publish", city, row.uuid), version="1").status_code == 302
    told = lin.get(url("appraisals", streets[3])).content.decode()
    assert "70" in told
    assert "共 4 个" in told
    edition = chen.get(url("edition", city, row.uuid, 1)).content.decode()
    assert "1–2" in edition
    assert send(chen, url("reopen", city, row.uuid), version="2", reason="补交材料").status_code == 302
    drain()
    assert "重新考核：补交材料" in chen.get(page).content.decode()
    assert chen.get(url("edition", city, row.uuid, 1)).status_code == 200
    assert chen.get(url("edition", city, row.uuid, 2)).status_code == 404


def test_a_unit_is_left_out_on_the_page(city: Unit, people: list[User], chen: Client) -> None:
    row = opened(city, people[0])
    form = chen.get(url("appraisal", city, row.uuid)).context["forms"]["leave_out"]
    key = next(iter(form.rows))
    assert send(chen, url("leave-out", city, row.uuid), unit=key, reason="年内撤并").status_code == 302
    assert "年内撤并" in chen.get(url("appraisal", city, row.uuid)).content.decode()
    assert send(chen, url("leave-out", city, row.uuid), unit=key, reason="旧页面").status_code == 422


def test_rates_are_shown_with_their_limits(
    city: Unit, streets: list[Unit], people: list[User], chen: Client
) -> None:
    row = opened(city, people[0])
    address = url("rates", city, row.uuid)
    assert "没有数据" in chen.get(address).content.decode()
    for unit, intact in zip(streets, (95, 90, 40, 10), strict=True):
        equipment(unit, intact, is_intact=True)
    refresh_all(today=DAY, years=[YEAR])
    shown = chen.get(f"{address}?metric=fire-equipment-intact-rate").content.decode()
    assert "消防设施完好率" in shown
    assert "例数太少" in shown
    assert chen.get(f"{address}?metric=none").status_code == 200


def test_the_second_of_two_and_the_impossible_are_told(city: Unit, people: list[User], chen: Client) -> None:
    answer = send(chen, url("new-appraisal", city), **{**OPENING, "year": "2027"})
    assert answer.status_code == 422
    assert "2027年还没有开始" in answer.content.decode()
    row = opened(city, people[0])
    settled(row, people[0], POINTS)
    actions.publish(row=row, version=row.version, by=people[1], now=made.NOW)
    assert send(chen, url("publish", city, row.uuid), version="1").status_code == 409


def test_the_viewer_reads_and_the_neighbour_sees_nothing(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    row = opened(city, people[0])
    zhou = make.client(make.member(city, "viewer", "zhou"))
    assert zhou.get(url("appraisal", city, row.uuid)).status_code == 200
    assert zhou.get(url("new-appraisal", city)).status_code == 403
    assert zhou.get(url("propose-award", city)).status_code == 403
    for name in ("gather", "leave-out", "publish", "reopen"):
        assert send(zhou, url(name, city, row.uuid), version="1").status_code == 403
    wu = make.client(make.member(streets[0], "office", "wu"))
    assert wu.get(url("appraisal", city, row.uuid)).status_code == 404
    assert wu.get(url("appraisal", streets[0], row.uuid)).status_code == 404


@pytest.mark.requirement("R167")
def test_an_award_is_proposed_decided_papered(
    city: Unit, streets: list[Unit], people: list[User], chen: Client
) -> None:
    ding = make.client(people[1])
    answer = send(chen, url("propose-award", city), unit=streets[0].slug, **PROPOSAL)
    assert answer.status_code == 302
    row = Award.objects.in_unit(streets[0]).get()
    page = url("award", streets[0], row.uuid)
    lin = make.client(make.member(streets[0], "office", "lin"))
    assert lin.get(page).status_code == 404
    assert 'name="accept"' not in chen.get(page).content.decode()
    said = {"version": "1", "accept": "yes", "words": "同意"}
    assert send(ding, url("decide-award", streets[0], row.uuid), **said).status_code == 302
    assert lin.get(page).status_code == 200
    for _time in range(2):
        assert send(chen, url("award-decision", city), year="2025").status_code == 302
    paper = OfficialDocument.objects.in_unit(city).get()
    assert "（一）安全社区创建先进单位。街道1。" in paper.body
    assert send(chen, url("award-decision", city), year="2024").status_code == 404
    asked = f"{reverse('reports:make', args=[streets[0].slug])}?about=award&subject={row.uuid}"
    assert "荣誉证书" in lin.get(asked).content.decode()


@pytest.mark.requirement("R137")
def test_appraisals_and_their_ranks_are_sorted_narrowed_and_taken_along(
    city: Unit, streets: list[Unit], people: list[User], chen: Client
) -> None:
    lin = make.client(make.member(streets[3], "office", "lin"))
    row = opened(city, people[0])
    settled(row, people[0], POINTS)
    actions.publish(row=row, version=row.version, by=people[0], now=made.NOW)
    later = opened(city, people[0], year=DAY.year)
    ranks = make.sheet_rows(chen.post(url("export-standings", city, row.uuid)))
    assert [(one[2], one[1]) for one in ranks[:2]] == [("街道1", "1–2"), ("街道2", "1–2")]
    years = lambda asked: [  # noqa: E731
        one[0] for one in make.sheet_rows(chen.post(f"{url('export-appraisals', city)}?{asked}"))
    ]
    assert (years("sort=year"), years("sort=-year")) == ([YEAR, later.year], [later.year, YEAR])
    assert (years("state=open"), years("state=published")) == ([later.year], [YEAR])
    told = make.sheet_rows(lin.post(url("export-appraisals", streets[3])))
    assert [(one[0], one[2], one[5]) for one in told] == [(YEAR, city.name, 70)]
    assert make.sheet_rows(lin.post(f"{url('export-appraisals', streets[3])}?state=open")) == []
    page = chen.get(f"{url('appraisals', city)}?state=published").content.decode()
    assert (f">{YEAR}</a>" in page, f">{later.year}</a>" in page) == (True, False)
    assert lin.post(url("export-standings", city, row.uuid)).status_code == 404


def test_awards_are_looked_for_sorted_and_taken_along(
    city: Unit, streets: list[Unit], people: list[User], chen: Client
) -> None:
    for street, money in zip(streets[:3], (None, 500, 800), strict=True):
        proposed(city, street, people[0], money=money)
    page = chen.get(f"{url('awards', city)}?sort=-money").content.decode()
    assert page.index("街道3</a>") < page.index("街道2</a>") < page.index("街道1</a>")
    sheet = make.sheet_rows(chen.post(f"{url('export-awards', city)}?q=街道&sort=money"))
    assert [(row[0], row[6]) for row in sheet] == [("街道2", 500), ("街道3", 800), ("街道1", None)]
    assert make.sheet_rows(chen.post(f"{url('export-awards', city)}?q=没有")) == []


@pytest.mark.requirement("R167")
def test_the_certificate_says_what_was_decided(city: Unit, streets: list[Unit], people: list[User]) -> None:
    row = award_actions.decide(
        row=proposed(city, streets[0], people[0], **PERSON), version=1, accept=True, words="同意",
        by=people[1], today=DAY,
    )  # fmt: skip
    paper = papers.paper(streets[0], people[1], "award-certificate", subject=row.uuid)
    said = [part.text for part in content_of(paper).parts]  # type: ignore[union-attr]
    assert said == [
        "林晓：", "在2025年度安全社区建设工作中成绩突出，被评为“安全社区建设先进个人”。特发此证，以资鼓励。",
        "石家庄市", "2026年1月20日",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["appraisals", "awards"])
def test_a_list_asks_as_often_for_three_as_for_one(
    city: Unit, streets: list[Unit], people: list[User], chen: Client, name: str
) -> None:
    ask = lambda: chen.get(url(name, city))  # noqa: E731

    def more(number: int) -> None:
        opened(city, people[0], year=YEAR - number)
        send(chen, url("propose-award", city), unit=streets[number].slug, **PROPOSAL)

    more(0)
    ask()
    one = make.questions(ask)
    more(1)
    more(2)
    ask()
    assert make.questions(ask) == one
    assert ask().content.decode().count("<tr>") == 4


def test_it_is_said_in_english(city: Unit, people: list[User], chen: Client) -> None:
    row = opened(city, people[0])
    with translation.override("en"):
        page = chen.get(url("appraisal", city, row.uuid), headers={"accept-language": "en"})
    assert "Appraisal of 2025" in page.content.decode()
