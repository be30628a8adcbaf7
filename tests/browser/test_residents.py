"""A resident's report in a real browser on a phone: place, form, receipt, answer, and the staff behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from safecommunity.places.models import Division
from safecommunity.residents import queries
from safecommunity.web.clock import now
from tests import make
from tests.browser.conftest import Visit
from tests.browser.harness import check_page
from tests.residents import made


def _place() -> tuple[Division, Division]:
    street = Division.objects.create(code="130104001", name="东里街道", level=4)
    return street, Division.objects.create(code="130104001003", name="东里社区居委会", level=5)


@pytest.mark.requirement("R153", "R154")
def test_a_resident_reports_on_a_phone_and_reads_the_answer(visit: Visit, tmp_path: Path) -> None:
    street, _neighbourhood = _place()
    unit = make.unit(division=street, divisions=[street])
    lin = make.member(unit)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(next(iter(made.photo().chunks)))
    page = visit(f"/report/{unit.slug}/", width=390)
    check_page(page, "report-start-390")
    page.get_by_role("button", name="大字").click()
    check_page(page, "report-start-390-large")
    page.get_by_role("link", name="东里社区居委会").click()
    page.get_by_label("是什么情况").fill("楼道里堆满了纸箱")
    page.locator("input[type=file]").set_input_files(photo)
    page.locator(".drop-list img").wait_for()
    asked = page.get_by_text("请计算").first.inner_text()
    one, other = (int(part) for part in asked.removeprefix("请计算：").removesuffix(" = ？").split(" + "))
    page.get_by_label("请计算").fill(str(one + other))
    check_page(page, "report-new-390-large")
    page.wait_for_timeout(4000)  # a person takes longer than the least that the form wants
    page.get_by_role("button", name="提交").click()
    page.get_by_text("收到了，谢谢您").wait_for()
    check_page(page, "report-received-390-large")
    (row,) = queries.reports(unit)
    assert (row.area, queries.photos(row).count()) == ("130104001003", 1)

    staff = visit(f"/{unit.slug}/residents/", person=lin, width=390)
    check_page(staff, "residents-index-390")
    staff.get_by_role("link", name="楼道里堆满了纸箱").click()
    staff.get_by_label("对外公开的事项名称").fill("楼道堆放杂物")
    check_page(staff, "residents-detail-390")
    staff.get_by_role("button", name="受理").click()
    staff.get_by_text("已办理：受理").wait_for()
    page.reload()
    page.get_by_text("楼道堆放杂物").first.wait_for()
    page.get_by_role("heading", name="答复").wait_for()
    check_page(page, "report-status-390-large")


def test_somebody_else_is_shown_what_is_known_and_follows_it(visit: Visit) -> None:
    unit = make.unit()
    lin = make.member(unit)
    made.accepted(unit, lin, spot=queries.Spot("", 114.46, 38.03))
    page = visit(f"/report/{unit.slug}/new/?latitude=38.0301&longitude=114.4601", width=390)
    check_page(page, "report-near-390")
    page.get_by_role("link", name="就是这件，我要跟进").click()
    asked = page.get_by_text("请计算").first.inner_text()
    one, other = (int(part) for part in asked.removeprefix("请计算：").removesuffix(" = ？").split(" + "))
    page.get_by_label("请计算").fill(str(one + other))
    check_page(page, "report-follow-390")
    page.wait_for_timeout(4000)
    page.get_by_role("button", name="跟进").click()
    page.locator("#receipt").wait_for()


@pytest.mark.parametrize(("width", "theme"), [(1440, "dark"), (390, "light")])
def test_pages_of_reports_hold_in_every_width_and_theme(visit: Visit, width: int, theme: str) -> None:
    street, _neighbourhood = _place()
    unit = make.unit(division=street, divisions=[street])
    lin = make.member(unit)
    row = made.accepted(
        unit, lin, spot=queries.Spot("130104001003", 114.46, 38.03), pictures=[made.photo()], now=now()
    )
    made.received(unit, 2, phone="13812345678", now=now())
    base = f"/{unit.slug}/residents"
    for name in ("", "new/", "poster/?area=130104001003", "announcements/", f"{row.uuid}/?act=merge"):
        check_page(
            visit(f"{base}/{name}", person=lin, width=width, theme=theme), f"residents-{name[:8]}-{width}"
        )
    for name in ("", "notices/", "status/", f"r/{made.number(1)}/?new=1", f"follow/{row.uuid}/"):
        page = visit(f"/report/{unit.slug}/{name}", width=width, theme=theme, language="en")
        check_page(page, f"report-{name[:6]}-{width}")
