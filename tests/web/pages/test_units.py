"""Units and their bodies on the pages: who may, who may not, who does not even see them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from safecommunity import library
from safecommunity.core.division_files import Row
from safecommunity.core.divisions import level_of
from safecommunity.ledgers import actions as ledgers
from safecommunity.places.actions import import_divisions
from safecommunity.units import actions, queries
from safecommunity.units.models import Body, Unit
from tests import make

pytestmark = pytest.mark.django_db
FACTS = {
    "name": "阳光街道", "short_name": "", "start_date": "2026-01-05", "filing_date": "", "area": "12.5",
    "population": "43000", "households": "", "address": "", "contact": "林晓", "phone": "13800001234",
    "about": "", "divisions": "",
}  # fmt: skip
BODY = {
    "name": "消防组",
    "kind": "project-group",
    "field": "fire",
    "duties": "调查\n制定计划",
    "position": "0",
}


@pytest.fixture
def unit() -> Unit:
    city = make.unit("石家庄市创建办", kind="city-office", slug="1301")
    return make.unit(parent=city, slug="sunny")


@pytest.fixture
def lin(unit: Unit):
    return make.client(make.member(unit))


@pytest.fixture
def zhou(unit: Unit):
    return make.client(make.member(unit, "viewer", "zhou"))


@pytest.fixture
def wu():
    return make.client(make.member(make.unit("彩虹街道"), username="wu"))


def group(unit: Unit) -> Body:
    return actions.apply_bodies(unit=unit, plan=library.bodies["neighbourhood-leading-group"], by=None)[0]


def divisions(*codes: str) -> None:
    import_divisions(
        rows=(Row(code, f"区划{code}", level_of(code)) for code in codes), source_version="t", by=None
    )


LOOKED_AT = ["units:index", "units:bodies", "units:body-sets"]
WRITTEN = ["units:edit", "units:new", "units:new-body"]


@pytest.mark.parametrize("name", LOOKED_AT)
def test_who_may_look_looks_and_a_stranger_finds_nothing(unit: Unit, lin, zhou, wu, name: str) -> None:
    url = reverse(name, args=["sunny"])
    assert [client.get(url).status_code for client in (lin, zhou, wu)] == [200, 200, 404]


@pytest.mark.parametrize("name", WRITTEN)
def test_who_may_write_writes_and_others_are_refused(unit: Unit, lin, zhou, wu, name: str) -> None:
    url = reverse(name, args=["sunny"])
    assert [client.get(url).status_code for client in (lin, zhou, wu)] == [200, 403, 404]


def test_the_pages_of_one_body_have_the_same_three_answers(unit: Unit, lin, zhou, wu) -> None:
    body = group(unit)
    post = queries.appointments(body)[0]
    looked = reverse("units:body", args=["sunny", body.pk])
    assert [client.get(looked).status_code for client in (lin, zhou, wu)] == [200, 200, 404]
    for name, pk in [("edit-body", body.pk), ("appoint", body.pk), ("appointment", post.pk)]:
        url = reverse(f"units:{name}", args=["sunny", pk])
        assert [client.get(url).status_code for client in (lin, zhou, wu)] == [200, 403, 404]
    url = reverse("units:apply-bodies", args=["sunny", "city-pilot"])
    assert [client.get(url).status_code for client in (lin, zhou, wu)] == [200, 403, 404]
    for name, pk in [("remove-body", body.pk), ("remove-appointment", post.pk)]:
        url = reverse(f"units:{name}", args=["sunny", pk])
        assert [client.post(url).status_code for client in (zhou, wu)] == [403, 404]


def test_a_body_of_another_unit_is_not_found_under_ones_own(unit: Unit, lin) -> None:
    foreign = group(make.unit("彩虹街道"))
    assert lin.get(reverse("units:body", args=["sunny", foreign.pk])).status_code == 404


@pytest.mark.requirement("R1")
def test_the_network_is_told_level_by_level_with_who_has_no_body_yet(unit: Unit) -> None:
    """City, district, sub-district and neighbourhood: the four levels, and where a body is lacking."""
    city = unit.parent
    assert city is not None
    county = make.unit("桥西区创建办", kind="county-office", parent=city)
    street = make.unit("东里街道", parent=county)
    blocks = [make.unit(name, kind="neighbourhood", parent=street) for name in ("甲社区", "乙社区")]
    for one in (city, street, blocks[0]):
        actions.add_body(unit=one, by=None, kind="leading-group", name="领导小组")
    actions.add_body(
        unit=blocks[1], by=None, kind="leading-group", name="撤销的小组", to_date=date(2020, 1, 1)
    )
    answer = make.client(make.member(city, "city-office", "chief")).get(
        reverse("units:index", args=[city.slug])
    )
    told = {str(word): (one["units"], one["organised"]) for word, one in answer.context["network"]}
    assert told == {"市": (1, 1), "区县": (1, 0), "街道、乡镇": (2, 1), "社区、村": (2, 1)}
    assert list(answer.context["lacking"]) == [county, unit, blocks[1]]
    assert "还没有机构：" in answer.content.decode()


@pytest.mark.requirement("R4", "R218")
def test_a_unit_covers_several_divisions_named_by_their_codes(unit: Unit, lin) -> None:
    divisions("130102", "130104")
    url = reverse("units:edit", args=["sunny"])
    wrong = lin.post(url, {**FACTS, "version": unit.version, "divisions": "130102 999999"})
    assert (wrong.status_code, "区划表中没有 999999" in wrong.content.decode()) == (422, True)
    assert "13800001234" in wrong.content.decode()
    lin.post(url, {**FACTS, "version": unit.version, "divisions": "130102，130104"})
    unit.refresh_from_db()
    assert queries.division_codes(unit) == ("130102", "130104")
    assert (unit.start_date, str(unit.area), unit.population) == (date(2026, 1, 5), "12.500", 43000)
    assert "区划130104" in lin.get(reverse("units:index", args=["sunny"])).content.decode()
    assert 'type="date" name="start_date" value="2026-01-05"' in lin.get(url).content.decode()


def test_two_who_edit_at_once_see_both_versions(unit: Unit, lin) -> None:
    url = reverse("units:edit", args=["sunny"])
    seen = {**FACTS, "version": unit.version}
    assert lin.post(url, seen).status_code == 302
    stale = lin.post(url, {**seen, "address": "解放路 1 号"})
    assert (stale.status_code, "解放路 1 号" in stale.content.decode()) == (409, True)


@pytest.mark.requirement("R218")
def test_a_unit_is_made_under_the_one_above_it_with_a_kind_that_fits(unit: Unit) -> None:
    divisions("130102003")
    city = make.client(make.member(unit.parent, "city-office"))
    url = reverse("units:new", args=["1301"])
    facts = {
        **FACTS,
        "name": "广安街道",
        "kind": "sub-district",
        "slug": "130102003",
        "divisions": "130102003",
    }
    assert city.post(url, {**facts, "kind": "neighbourhood"}).status_code == 422
    assert city.post(url, {**facts, "slug": "sunny"}).status_code == 422
    assert city.post(url, facts)["Location"] == "/130102003/units/"
    made = Unit.objects.get(slug="130102003")
    assert (made.parent, made.division.code, made.path.startswith(unit.parent.path)) == (
        unit.parent,
        "130102003",
        True,
    )
    assert "广安街道" in city.get(reverse("units:index", args=["1301"])).content.decode()


@pytest.mark.requirement("R106", "R107")
def test_a_set_is_shown_first_and_added_on_confirmation(unit: Unit, lin) -> None:
    url = reverse("units:apply-bodies", args=["sunny", "sub-district-described"])
    page = lin.get(url).content.decode()
    assert "新增这 13 个机构" in page
    assert not queries.bodies(unit).exists()
    key = {"request_key": "a" * 32}
    assert lin.post(url, key).status_code == 302
    assert lin.post(url, key).status_code == 302
    assert queries.bodies(unit).count() == 13
    assert "这一套的机构都已经有了" in lin.get(url).content.decode()


def test_an_unknown_set_is_not_found(unit: Unit, lin) -> None:
    assert lin.get(reverse("units:apply-bodies", args=["sunny", "nothing"])).status_code == 404


def test_a_body_is_made_changed_and_its_duties_are_numbered_on_output(unit: Unit, lin) -> None:
    made = lin.post(reverse("units:new-body", args=["sunny"]), BODY)
    page = lin.get(made["Location"]).content.decode()
    assert "<li>调查</li><li>制定计划</li>" in page
    body = queries.bodies(unit).get()
    url = reverse("units:edit-body", args=["sunny", body.pk])
    ended = {**BODY, "version": 1, "from_date": "2026-02-01", "to_date": "2026-01-01"}
    assert "结束日期不能早于开始日期" in lin.post(url, ended).content.decode()
    assert lin.post(url, {**BODY, "version": 1, "seat": "派出所"}).status_code == 302
    assert lin.post(url, {**BODY, "version": 1}).status_code == 409
    assert queries.bodies(unit).get().seat == "派出所"


GROUPS = [one for one in library.bodies["sub-district-described"].bodies if one.field]
WORK: dict[str, dict[str, Any]] = {
    "diagnoses": {
        "name": "风险调查", "kind": "risk", "methods": ["survey"], "started_date": "2026-02-01",
        "finished_date": "2026-03-01",
        "key_problems": "跌倒", "key_groups": "老人", "key_places": "楼道",
    },
    "plans": {
        "name": "促进计划", "kind": "group", "year": 2026, "body": "项目组", "goals": "下降5%",
        "measures": "换装烟感", "issued_date": "2026-03-01", "covers": ["high-risk-people", "vulnerable"],
    },
    "safety-signs": {
        "number": "1", "kind": "warning", "content": "当心", "place": "门口", "set_date": "2026-03-01",
        "intact": True,
    },
    "promotion-projects": {
        "name": "促进项目", "group": "项目组", "background": "调查",
        "goal": "下降20%", "interventions": ["facility"],
        "measures": "加装扶手", "started_date": "2026-03-01", "ends_date": "2026-12-31",
        "focus": ["high-risk-people", "high-risk-places", "vulnerable"],
    },
    "rules": {"name": "工作制度", "kind": "group-work", "version": "1.0", "in_force_date": "2026-03-01"},
    "emergency-plans": {
        "name": "应急预案", "kind": "comprehensive", "level": "special", "issued_date": "2026-03-01",
        "body": "项目组",
    },
    "corrective-actions": {
        "name": "反复出现", "source": "monitoring", "kind": "preventive", "found_date": "2026-03-01",
        "cause": "无", "measure": "增设", "responsible": "物业", "due_date": "2026-05-01",
    },
    "activities": {
        "name": "培训", "kind": "training", "held_date": "2026-03-01", "groups": ["residents"], "persons": 30,
        "content": "技能",
    },
}  # fmt: skip


@pytest.mark.requirement("R117", "R119", "R120", "R122", "R124", "R125", "R180")
@pytest.mark.parametrize("group", GROUPS, ids=lambda one: one.key)
def test_every_group_sees_which_of_its_duties_are_done(unit: Unit, lin, group) -> None:
    actions.apply_bodies(unit=unit, plan=library.bodies["sub-district-described"], by=None)
    body = queries.bodies(unit).get(name=group.name)
    url = reverse("units:body", args=["sunny", body.pk])
    page = lin.get(url)
    assert [row["count"] for row in page.context["work"]] == [0] * len(WORK)
    for row in page.context["work"]:
        assert lin.get(row["address"]).context["form"]["field"].value() == group.field
    for ledger, values in WORK.items():
        ledgers.add(ledger=ledger, unit=unit, values={**values, "field": group.field}, by=None)
        other = "water" if group.field != "water" else "fire"
        ledgers.add(
            ledger=ledger,
            unit=unit,
            values={**values, TITLES.get(ledger, "name"): "别组", "field": other},
            by=None,
        )
    rows = lin.get(url).context["work"]
    assert [(row["count"], row["latest"]) for row in rows] == [(1, date(2026, 3, 1))] * len(WORK)
    for row in rows:
        assert len(lin.get(row["address"]).context["rows"]) == 1


@pytest.mark.parametrize(
    ("plan", "duties"),
    [
        pytest.param(
            "prefecture-city", ["加强指导与服务，当好参谋，及时帮助协调解决创建工作中出现的问题"],
            marks=pytest.mark.requirement("R177"), id="safety-committee-office",
        ),
        pytest.param(
            "sub-district-leading-group",
            ["制定和完善各项制度，明确工作职责和目标，落实责任",
             "深入开展宣传教育，使居民积极主动参与创建活动",
             "指导和督促检查村（居）委会、相关单位安全社区创建工作的开展"],
            marks=pytest.mark.requirement("R213", "R214", "R215"), id="leading-group",
        ),
    ],
)  # fmt: skip
def test_the_first_body_of_a_plan_has_the_duties_of_its_text(
    unit: Unit, zhou, plan: str, duties: list[str]
) -> None:
    body = actions.apply_bodies(unit=unit, plan=library.bodies[plan], by=None)[0]
    page = zhou.get(reverse("units:body", args=["sunny", body.pk]))
    assert [duty for duty in duties if duty not in page.context["duties"]] == []


TITLES = {"safety-signs": "number"}


def test_the_work_of_a_group_is_not_shown_to_who_may_not_see_ledgers(unit: Unit) -> None:
    actions.apply_bodies(unit=unit, plan=library.bodies["sub-district-described"], by=None)
    body = queries.bodies(unit).get(name="消防安全项目促进组")
    administrator = make.client(make.member(unit, "system-admin", "chen"))
    page = administrator.get(reverse("units:body", args=["sunny", body.pk]))
    assert (page.status_code, page.context["work"]) == (200, [])


def test_a_body_beneath_itself_is_refused_on_the_form(unit: Unit, lin) -> None:
    body = group(unit)
    rescue = queries.bodies(unit).filter(parent=body)[0]
    url = reverse("units:edit-body", args=["sunny", body.pk])
    answer = lin.post(url, {**BODY, "kind": "leading-group", "version": 1, "parent": rescue.pk})
    assert (answer.status_code, "它自己或它的下级" in answer.content.decode()) == (422, True)


@pytest.mark.requirement("R41")
def test_an_appointment_has_term_and_document_and_shows_in_the_chart(unit: Unit, lin, zhou) -> None:
    body = group(unit)
    person = {
        "post": "组长", "person": "林晓", "organ": "居委会主任", "phone": "13800001234",
        "from_date": "2026-01-01", "to_date": "", "document": "街办发〔2026〕1号", "position": "0",
    }  # fmt: skip
    assert lin.post(reverse("units:appoint", args=["sunny", body.pk]), person).status_code == 302
    url = reverse("units:body", args=["sunny", body.pk])
    assert "13800001234" in lin.get(url).content.decode()
    seen = zhou.get(url).content.decode()
    assert ("街办发〔2026〕1号" in seen, "138****1234" in seen, "13800001234" in seen) == (True, True, False)
    chart = lin.get(reverse("units:bodies", args=["sunny"])).content.decode()
    assert "<svg" in chart
    assert "组长：林晓" in chart


def test_a_body_with_members_is_not_removed_and_the_page_says_why(unit: Unit, lin) -> None:
    body = group(unit)
    url = reverse("units:remove-body", args=["sunny", body.pk])
    answer = lin.post(url, {"version": "1"}, follow=True)
    assert "还有成员或下级机构" in answer.content.decode()
    assert queries.bodies(unit).filter(pk=body.pk).exists()
    rescue = queries.bodies(unit).filter(parent=body)[0]
    lin.post(reverse("units:remove-body", args=["sunny", rescue.pk]), {"version": "1"})
    assert not queries.bodies(unit).filter(pk=rescue.pk).exists()


def test_a_misentered_appointment_is_removed_unless_somebody_changed_it(unit: Unit, lin) -> None:
    post = queries.appointments(group(unit))[0]
    url = reverse("units:remove-appointment", args=["sunny", post.pk])
    assert "别人刚刚改过" in lin.post(url, {"version": "9"}, follow=True).content.decode()
    lin.post(url, {"version": "1"})
    assert not queries.serving(unit, date(2026, 1, 1)).filter(pk=post.pk).exists()


@pytest.mark.parametrize("name", ["units:index", "units:bodies"])
def test_three_rows_ask_no_more_than_one(unit: Unit, name: str) -> None:
    city = make.client(make.member(unit.parent, "city-office"))
    asked = []
    for more in (0, 2):
        for number in range(more):
            make.unit(f"街道{number}", parent=unit.parent)
            actions.add_body(unit=unit.parent, by=None, kind="team", name=f"队{number}")
        if not more:
            actions.add_body(unit=unit.parent, by=None, kind="team", name="队")
        asked.append(make.questions(lambda: city.get(reverse(name, args=["1301"]))))
    assert asked[0] == asked[1]


def test_a_unit_above_is_a_link_only_for_those_who_may_open_it(db: None) -> None:
    city = make.unit("石家庄市", kind="city-office", slug="1301")
    unit = make.unit("东里街道", parent=city, slug="130104001")
    address, link = reverse("units:index", args=[unit.slug]), reverse("units:index", args=[city.slug])
    own = make.client(make.member(unit)).get(address).content.decode()
    assert "石家庄市" in own
    assert f'href="{link}"' not in own
    assert (
        f'href="{link}"' in make.client(make.member(city, "city-office", "wu")).get(address).content.decode()
    )
