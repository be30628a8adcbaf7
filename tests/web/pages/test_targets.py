"""Targets on the pages: who may, who may not, who does not even see them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from safecommunity.accounts.models import User
from safecommunity.correspondence.models import OfficialDocument
from safecommunity.places.models import Boundary
from safecommunity.programmes import actions
from safecommunity.targets import queries
from safecommunity.targets.models import Pledge, Target
from safecommunity.units.models import Unit
from safecommunity.web.pages.targets import pledges, views
from tests import make
from tests.programmes import made as programmes
from tests.targets import made

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (views, pledges):
        monkeypatch.setattr(module, "today", lambda: made.TODAY)


@pytest.fixture
def city() -> Unit:
    return make.unit("广安市", kind="city-office")


@pytest.fixture
def boss(city: Unit) -> User:
    return make.member(city, "city-office", "boss")


@pytest.fixture
def page(boss: User) -> Client:
    return make.client(boss)


@pytest.fixture
def county(city: Unit) -> Unit:
    return made.county(city)[0]


@pytest.fixture
def lin(county: Unit) -> Client:
    return make.client(User.objects.get(username="lin"))


@pytest.fixture
def zhou(city: Unit) -> Client:
    return make.client(make.member(city, "viewer", "zhou"))


@pytest.fixture
def wu() -> Client:
    return make.client(make.member(make.unit("别的市", kind="city-office"), "city-office", "wu"))


def url(name: str, unit: Unit, *more: object) -> str:
    return reverse(f"targets:{name}", args=[unit.slug, *more])


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined,no-any-return]


@pytest.mark.requirement("R173")
def test_a_city_sets_breaks_down_and_hands_down_its_targets(city: Unit, county: Unit, page: Client) -> None:
    assert "2013年还没有目标" in text(page.get(url("index", city)))
    given = {"metric": made.STARTS, "year": 2013, "amount": 15, "due_date": "2013-07-30", "basis": "川安办"}
    answer = page.post(url("new", city), given)
    row = Target.objects.in_unit(city).get()
    assert answer["Location"] == url("detail", city, row.uuid)
    shares = {"version": row.version, f"s_{county.pk}": "14", "explanation": ""}
    page.post(url("allocate", city, row.uuid), shares)
    shown = text(page.get(url("detail", city, row.uuid)))
    assert "分解合计少 1" in shown
    row.refresh_from_db()
    answer = page.post(url("issue", city, row.uuid), {"version": row.version}, follow=True)
    assert "请调整分解数，或写明差额的原因" in text(answer)
    shares |= {"version": row.version, "explanation": "另1个由市直园区承担"}
    page.post(url("allocate", city, row.uuid), shares)
    row.refresh_from_db()
    page.post(url("issue", city, row.uuid), {"version": row.version})
    row.refresh_from_db()
    assert row.issued_date == made.TODAY
    index = text(page.get(url("index", city)))
    assert all(words in index for words in ("启动建设数：省级", "0 / 14", "前锋区", "已下达"))


def test_what_the_plan_states_is_set_as_targets_at_once(city: Unit, boss: User, page: Client) -> None:
    row = programmes.prepared(city, boss, "prefecture-city", goal=date(2013, 10, 30), today=made.TODAY)
    shown = text(page.get(reverse("programmes:preview", args=[city.slug, row.uuid])))
    assert "启动建设数：省级 15 个" in shown
    actions.start(programme=row, version=row.version, by=boss)
    shown = text(page.get(url("index", city)))
    assert "启动建设数：国家级 2 个" in shown
    page.post(url("adopt", city), {"year": 2013})
    assert {(one.metric, one.amount) for one in queries.targets(city, 2013)} == {
        ("titles/provincial", 6), ("starts/provincial", 15), ("starts/national", 2),
    }  # fmt: skip
    assert "计划提出、还没有设定" not in text(page.get(url("index", city)))
    page.post(url("adopt", city), {"year": 2013})
    assert Target.objects.in_unit(city).count() == 3


def test_bad_numbers_keep_what_was_typed(city: Unit, county: Unit, boss: User, page: Client) -> None:
    row = made.target(city, boss)
    answer = page.post(url("allocate", city, row.uuid), {"version": row.version, f"s_{county.pk}": "-3"})
    assert (answer.status_code, 'value="-3"' in text(answer)) == (422, True)
    assert page.post(url("new", city), {"metric": made.STARTS, "year": 2013}).status_code == 422
    again = {"metric": made.STARTS, "year": 2013, "amount": 15, "due_date": "2013-07-30"}
    answer = page.post(url("new", city), again)
    assert (answer.status_code, "2013年已有这个指标的目标" in text(answer)) == (422, True)


def test_whoever_comes_second_sees_both_and_loses_nothing(
    city: Unit, county: Unit, boss: User, page: Client
) -> None:
    row = made.target(city, boss)
    seen = row.version
    made.shared(row, boss, {county: 6})
    answer = page.post(url("allocate", city, row.uuid), {"version": seen, f"s_{county.pk}": "5"})
    shown = text(answer)
    assert answer.status_code == 409
    assert 'value="5"' in shown
    assert "6 个" in shown
    assert f'value="{row.version}"' in shown
    answer = page.post(url("change", city, row.uuid), {
        "version": seen, "amount": 7, "due_date": "2013-10-30", "reason": "追加",
    })  # fmt: skip
    assert answer.status_code == 409


def test_a_double_click_sets_one_target(city: Unit, page: Client) -> None:
    key = re.search(r'name="request_key" value="([^"]+)"', text(page.get(url("new", city))))
    assert key
    given = {
        "request_key": key[1],
        "metric": made.STARTS,
        "year": 2013,
        "amount": 15,
        "due_date": "2013-07-30",
    }
    first, second = (page.post(url("new", city), given) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Target.objects.in_unit(city).count() == 1


def test_reallocation_shows_the_old_value_struck_through(
    city: Unit, county: Unit, boss: User, page: Client
) -> None:
    other, _chen = made.county(city, "岳池县", "chen")
    row = made.target(city, boss)
    made.issued(row, boss, {county: 2, other: 4})
    given = {"version": row.version, f"s_{county.pk}": 3, f"s_{other.pk}": 3, "explanation": ""}
    answer = page.post(url("allocate", city, row.uuid), given)
    assert (answer.status_code, "请写明调整的原因" in text(answer)) == (422, True)
    page.post(url("allocate", city, row.uuid), {**given, "reason": "一个镇撤并"})
    shown = text(page.get(url("detail", city, row.uuid)))
    assert "<del>2</del> <ins>3</ins>" in shown
    assert "一个镇撤并" in shown


@pytest.mark.requirement("R174")
def test_both_sides_sign_the_letter_and_it_becomes_a_paper(
    city: Unit, county: Unit, boss: User, page: Client, lin: Client
) -> None:
    made.issued(made.target(city, boss), boss, {county: 6})
    answer = page.post(url("sign", county), {"year": 2013})
    letter = Pledge.objects.in_unit(county).get()
    assert answer["Location"] == url("pledge", county, letter.uuid)
    assert "待签收" in text(lin.get(url("index", county)))
    assert "签收这份责任书" not in text(page.get(url("pledge", county, letter.uuid)))
    assert "签收这份责任书" in text(lin.get(url("pledge", county, letter.uuid)))
    answer = page.post(url("acknowledge", county, letter.uuid), {"version": 1}, follow=True)
    assert "自己的创建办签收" in text(answer)
    lin.post(url("acknowledge", county, letter.uuid), {"version": 1})
    assert "已签收" in text(page.get(url("index", city)))
    for _ in range(2):
        answer = page.post(url("document", county, letter.uuid))
    paper = OfficialDocument.objects.in_unit(city).get()
    assert answer["Location"] == reverse("correspondence:detail", args=[city.slug, paper.uuid])
    assert (paper.kind, paper.signature) == ("pledge", "广安市、前锋区")
    assert "广安市与前锋区签订本责任书" in paper.body
    assert "启动建设数：省级达到6个，2013年10月30日前完成。" in paper.body
    assert lin.post(url("document", county, letter.uuid)).status_code == 403


def test_a_letter_whose_targets_moved_says_so(city: Unit, county: Unit, boss: User, page: Client) -> None:
    row = made.target(city, boss)
    made.issued(row, boss, {county: 5}, explanation="一个留作机动")
    page.post(url("sign", county), {"year": 2013})
    first = Pledge.objects.in_unit(county).get()
    made.shared(row, boss, {county: 6}, reason="不再留机动")
    assert "按现在的目标重新签发" in text(page.get(url("pledge", county, first.uuid)))
    answer = page.post(url("sign", county), {"year": 2013})
    assert "<del>5</del> <ins>6 个</ins>" in text(page.get(answer["Location"]))


def test_the_map_draws_each_unit_in_its_state_and_names_those_without_a_place(
    city: Unit, county: Unit, boss: User, page: Client
) -> None:
    other, _chen = made.county(city, "岳池县", "chen")
    Boundary.objects.create(code=county.slug, geometry={}, west=106, south=30, east=107, north=31)
    made.issued(made.target(city, boss), boss, {county: 1, other: 5})
    made.start(county, User.objects.get(username="lin"))
    shown = text(page.get(url("map", city)))
    assert '"lat": 30.5' in shown
    assert '"tone": "done"' in shown
    assert re.search(r"不在图上：\s*岳池县", shown)
    assert page.get(url("map", county)).status_code == 200


def test_who_may_not_and_who_does_not_see(
    city: Unit, county: Unit, boss: User, zhou: Client, lin: Client, wu: Client
) -> None:
    row = made.target(city, boss)
    for client, status in ((zhou, 200), (lin, 404), (wu, 404)):
        assert client.get(url("index", city)).status_code == status
        assert client.get(url("detail", city, row.uuid)).status_code == status
    for client, status in ((zhou, 403), (lin, 404), (wu, 404)):
        assert client.get(url("new", city)).status_code == status
        assert client.post(url("issue", city, row.uuid), {"version": 1}).status_code == status
    assert zhou.get(url("detail", county, row.uuid)).status_code == 404


@pytest.mark.parametrize("counties", [1, 3])
def test_the_list_asks_a_fixed_number_of_questions(
    city: Unit, boss: User, page: Client, counties: int
) -> None:
    units = [made.county(city, f"第{n}县", f"user{n}")[0] for n in range(counties)]
    made.issued(made.target(city, boss, counties), boss, dict.fromkeys(units, 1))
    page.get(url("index", city))
    assert make.questions(lambda: page.get(url("index", city))) == 15
