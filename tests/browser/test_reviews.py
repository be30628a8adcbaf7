"""From intent to title and its renewal in a real browser: two experts' sealed sheets, one send-back."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from safecommunity.accounts.models import User
from safecommunity.assessment.models import Sheet
from safecommunity.reviews import actions, queries
from safecommunity.reviews.models import Review
from safecommunity.units.models import Unit
from tests.browser.conftest import Visit
from tests.browser.harness import check_page
from tests.reviews import made
from tests.reviews.made import Cast


def do(page: Page, step: str, *, sure: bool = False, **values: str) -> None:
    """Open the step's card, fill it in and send it; boxes are all ticked."""
    card = page.locator(f"#step-{step}")
    if card.get_attribute("open") is None:
        card.locator("summary").click()
    for name, value in values.items():
        field = card.locator(f'[name="{name}"]')
        kind = field.first.evaluate("(one) => one.type")
        if kind == "radio":
            card.locator(f'[name="{name}"][value="{value}"]').check()
        elif kind == "checkbox":
            for box in field.all():
                box.check()
        elif kind == "select-one":
            field.select_option(value)
        else:
            field.fill(value)
    with page.expect_navigation():
        card.locator("form > button").click()
        if sure:
            page.locator("#confirm [value=yes]").click()


def at(visit: Visit, row: Review, person: User, **look: Any) -> Page:
    return visit(f"/{row.unit.slug}/reviews/{row.uuid}/", person=person, **look)


@pytest.mark.requirement("R150", "R193", "R194", "R195")
def test_from_intent_to_title_and_on_to_its_renewal(visit: Visit) -> None:
    who = made.cast()
    row = building(visit, who)
    page = at(visit, row, who.lin)
    assert page.locator("#conditions .badge", has_text="未满足").count() == 2
    assert page.locator("#conditions button").is_disabled()
    check_page(page, "review-building")
    own = made.self_assessment(who.street, who.lin, "municipal-45", "pass")
    files = {one.code: made.file(who.street, who.lin, one.name.zh) for one in row.procedure.papers}
    page.reload()
    do(page, "self-assess", assessment=str(own.pk))
    for code, file in files.items():
        do(page, "attach", code=code, file=str(file.pk))
    do(page, "apply", sure=True)
    county = at(visit, row, who.county_checker)
    check_page(county, "review-applied")
    do(county, "send-back", reason="申请书没有盖章")
    page.reload()
    page.get_by_text("申请书没有盖章").wait_for()
    do(page, "apply", sure=True)
    county.reload()
    do(county, "pass-up", checked="all", words="齐全")
    city = at(visit, row, who.city_checker)
    do(city, "pass-up", checked="all", words="齐全")
    do(city, "accept", words="同意")
    on_site(visit, who, row, city)
    do(city, "decide", outcome="named", words="同意命名", number="市安社〔2026〕1号", sure=True)
    page.reload()
    page.get_by_role("link", name="市安社〔2026〕1号").click()
    check_page(page, "review-title")
    renewed(visit, who)


def building(visit: Visit, who: Cast) -> Review:
    page = visit(f"/{who.street.slug}/reviews/", person=who.lin)
    check_page(page, "reviews-empty")
    page.get_by_role("link", name="提出创建意向").first.click()
    page.locator("#id_scheme").select_option("municipal-45")
    for name, value in {"leader": "王主任", "contact": "林晓", "phone": "0311", "plan": "两年建成"}.items():
        page.locator(f"#id_{name}").fill(value)
    page.locator("#id_begun_date").fill("2025-01-06")
    check_page(page, "review-begin")
    page.get_by_role("button", name="提出创建意向").click()
    page.wait_for_url("**/reviews/*-*/")
    do(page, "file", **{"to-municipal": "2025-01-07"})
    do(page, "receive", number="7", receipt_date="2025-01-09")
    return queries.reviews(who.street).get()


def on_site(visit: Visit, who: Cast, row: Review, city: Page) -> None:
    day = timezone.localdate().isoformat()
    do(city, "appoint", person=str(who.lead.pk), is_lead="on")
    do(city, "appoint", person=str(who.member.pk))
    do(city, "arrange", visit_from=day, visit_to=day, agenda=f"{day} 09:00 首次会议\n{day} 16:00 末次会议")
    check_page(city, "review-team")
    lead, member = at(visit, row, who.lead, width=820), at(visit, row, who.member, width=820)
    for page in (lead, member):
        do(page, "declare", is_free="yes")
    lead.reload()
    do(lead, "open-scoring", sure=True)
    check_page(lead, "review-scoring")
    now = made.fresh(row)
    lead.get_by_role("link", name="评分表").first.click()
    assert lead.locator(".badge", has_text="已密封").count() == 1
    lead.locator("tbody th a").first.click()
    check_page(lead, "review-sheet")
    for person in (who.lead, who.member):
        made.marked(now, person)
    lead.goto(f"/{row.unit.slug}/reviews/{row.uuid}/")
    do(lead, "consensus")
    sheets = Sheet.objects.in_unit(row.unit).filter(assessment=now.on_site)
    assert sheets.filter(is_consensus=True).exists()
    lead.get_by_role("link", name="评分表").first.click()
    assert lead.locator(".badge", has_text="已密封").count() == 0
    lead.get_by_role("button", name="提交").click()
    lead.locator("#confirm [value=yes]").click()
    lead.get_by_text("评分表已提交并密封").wait_for()
    lead.goto(f"/{row.unit.slug}/reviews/{row.uuid}/")
    do(lead, "conclude", opinion="机构健全，措施有效，建议命名。", sure=True)
    city.reload()
    check_page(city, "review-deciding")


def renewed(visit: Visit, who: Cast) -> None:
    title = queries.titles(who.street).get()
    actions.remind(root=who.city, today=title.valid_until, by=None)
    page = visit("/account/notices/", person=who.lin)
    page.get_by_text("请及时申请复评").first.wait_for()
    begin(visit, who.street, who.lin)
    again = queries.reviews(who.street).exclude(renews=None).get()
    page = at(visit, again, who.lin, width=390, theme="dark")
    page.get_by_text("续期的称号").wait_for()
    check_page(page, "review-renewal-390")


def begin(visit: Visit, street: Unit, lin: User) -> None:
    page = visit(f"/{street.slug}/reviews/begin/", person=lin)
    page.locator("#id_scheme").select_option("municipal-45")
    for name, value in {"leader": "王主任", "contact": "林晓", "phone": "0311", "plan": "持续改进"}.items():
        page.locator(f"#id_{name}").fill(value)
    page.get_by_role("button", name="提出创建意向").click()
    page.wait_for_url("**/reviews/*-*/")


@pytest.mark.parametrize(("width", "theme"), [(1440, "dark"), (390, "light")])
def test_lists_and_titles_hold_in_every_width_and_theme(visit: Visit, width: int, theme: str) -> None:
    who = made.cast()
    made.named(who)
    row = made.applied(made.cast_beside(who))
    look: dict[str, Any] = {"width": width, "theme": theme}
    for name in ("", "inbox/", "titles/", "titles/register/"):
        unit = row.unit if "register" in name else who.city
        page = visit(f"/{unit.slug}/reviews/{name}", person=who.city_checker, **look)
        check_page(page, f"reviews-{name.strip('/').replace('/', '-') or 'list'}-{width}-{theme}")
    check_page(at(visit, row, who.county_checker, **look), f"review-{width}-{theme}")
