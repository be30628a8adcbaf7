"""Signing in, units, bodies, places, users and the log in a real browser, wide and narrow, light and dark."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from safecommunity import library
from safecommunity.audit.actions import refused
from safecommunity.core import geometry
from safecommunity.core import one_time_codes as codes
from safecommunity.core.division_files import Row
from safecommunity.core.divisions import level_of
from safecommunity.places import actions as places
from safecommunity.places.models import Division
from safecommunity.units import actions, queries
from safecommunity.units.models import Unit
from tests import make
from tests.browser.conftest import Visit
from tests.browser.harness import check_page

NAMES = {
    "13": "河北省", "1301": "石家庄市", "130102": "长安区", "130102003": "广安街道",
    "130102003008": "广合社区居民委员会", "130102003009": "东大街社区居民委员会",
}  # fmt: skip
RING = [[114.50, 38.04], [114.53, 38.04], [114.53, 38.06], [114.51, 38.07], [114.50, 38.04]]


@pytest.fixture
def unit() -> Unit:
    rows = (Row(code, name, level_of(code)) for code, name in NAMES.items())
    places.import_divisions(rows=rows, source_version="2023-06-30", by=None)
    city = make.unit("石家庄市创建办", kind="city-office", slug="1301")
    return make.unit(
        "广安街道", parent=city, slug="guangan", divisions=[Division.objects.get(code="130102003")]
    )


def filled(unit: Unit) -> Any:
    """The unit with bodies, grids, an outline and a year of population; whoever made them."""
    lin = make.member(unit)
    actions.apply_bodies(unit=unit, plan=library.bodies["sub-district-described"], by=None)
    actions.apply_bodies(unit=unit, plan=library.bodies["neighbourhood-leading-group"], by=None)
    for neighbourhood in Division.objects.filter(level=5):
        places.add_grid(
            division=neighbourhood, name="第一网格", households=320, member="陈静", by=lin, unit=unit
        )
    shape = geometry.from_geojson({"type": "Polygon", "coordinates": [RING]})
    places.set_boundary(
        code="130102003", shape=shape, source="街道测绘", approval_number="", by=lin, unit=unit
    )
    refused("unit.edit", "/guangan/units/edit/", by=lin, unit=unit)
    return lin


def test_a_person_signs_in_with_both_factors_and_out_again(visit: Visit, unit: Unit) -> None:
    make.member(unit, "security-admin", "lin")
    page = visit("/guangan/people/")
    check_page(page, "sign-in")
    page.get_by_label("用户名").fill("lin")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录").click()
    check_page(page, "sign-in-wrong", expected=("status of 422",))
    page.get_by_label("密码").fill(make.PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/account/second-factor/")
    page.complaints.clear()  # type: ignore[attr-defined]
    check_page(page, "second-factor")
    secret = codes.from_text(page.locator("code").inner_text().replace(" ", ""))
    page.get_by_label("验证码").fill(codes.code_at(secret, codes.step_of(time.time())))
    page.get_by_role("button", name="启用").click()
    page.wait_for_selector(".codes")
    check_page(page, "recovery-codes")
    page.goto("/guangan/people/")
    check_page(page, "people")
    page.goto("/account/")
    check_page(page, "profile")
    page.locator("summary", has_text="林晓").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/account/sign-in/")
    page.goto("/account/")
    assert page.url.endswith("/account/sign-in/?next=/account/")


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_pages_of_units_and_places_hold_in_every_width_and_theme(
    visit: Visit, unit: Unit, width: int, theme: str
) -> None:
    lin = filled(unit)
    group = queries.bodies(unit).filter(kind="leading-group")[0]
    post = queries.appointments(group)[0]
    page = visit("/guangan/units/", person=lin, width=width, theme=theme)
    for name, address in {
        "unit": "units/",
        "unit-edit": "units/edit/",
        "unit-new": "units/new/",
        "bodies": "units/bodies/",
        "body": f"units/bodies/{group.pk}/",
        "body-edit": f"units/bodies/{group.pk}/edit/",
        "body-sets": "units/bodies/sets/",
        "apply-bodies": "units/bodies/sets/sub-district-announced/",
        "appointment": f"units/appointments/{post.pk}/",
        "divisions": "places/divisions/?code=130102",
        "grids": "places/grids/",
        "grid-new": "places/grids/new/",
        "boundaries": "places/boundaries/",
        "population": "places/population/",
        "population-edit": "places/population/130102003/2025/",
        "audit": "audit/",
    }.items():
        page.goto(f"/guangan/{address}")
        check_page(page, f"{name}-{width}-{theme}")


def test_the_pages_are_complete_in_english(visit: Visit, unit: Unit) -> None:
    lin = filled(unit)
    for name, address in {"bodies": "units/bodies/", "audit": "audit/"}.items():
        check_page(visit(f"/guangan/{address}", person=lin, language="en"), f"{name}-english")


def test_a_boundary_is_uploaded_and_drawn_and_population_is_typed(
    visit: Visit, unit: Unit, tmp_path: Path
) -> None:
    lin = make.member(unit)
    file = tmp_path / "边界.geojson"
    file.write_text(json.dumps({"type": "Polygon", "coordinates": [RING]}), encoding="utf-8")
    page = visit("/guangan/places/boundaries/", person=lin)
    page.get_by_label("GeoJSON 文件").set_input_files(file)
    page.get_by_label("来源").fill("街道测绘")
    page.get_by_role("button", name="上传").click()
    page.wait_for_selector(".map svg path")
    check_page(page, "boundary-uploaded")
    page.goto("/guangan/places/population/130102003/2025/")
    page.get_by_label("0–4 岁 户籍男").fill("1200")
    page.get_by_label("0–4 岁 户籍女").fill("1100")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/population/?year=2025")
    assert "2,300" in page.locator("h1").inner_text()


def test_a_security_administrator_grants_a_role_and_is_asked_who_is_there(visit: Visit, unit: Unit) -> None:
    admin = make.member(unit, "security-admin", "lin")
    chen = make.member(unit, "viewer", "chen")
    page = visit(f"/guangan/people/{chen.pk}/", person=admin)
    check_page(page, "person")
    page.get_by_label("角色", exact=True).select_option("officer")
    page.get_by_role("button", name="授予").click()
    page.wait_for_selector("#proof")
    check_page(page, "prove")
    page.get_by_label("密码").fill(make.PASSWORD)
    page.get_by_role("button", name="继续").click()
    page.wait_for_url(f"**/people/{chen.pk}/")
    assert "安监员" in page.locator("table").first.inner_text()
