"""The application on the phone in a real browser, with the network switched off and on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route

from safecommunity.hazards import actions, queries
from safecommunity.hazards.models import HiddenHazard, Photo, Visit
from safecommunity.ledgers.models import Entry
from safecommunity.units.models import Unit
from tests import make
from tests.browser.conftest import Visit as Open
from tests.browser.conftest import session_of
from tests.browser.harness import Program, check_page
from tests.hazards import made as town
from tests.hazards.made import Town
from tests.residents import made

OFFLINE = ("ERR_INTERNET_DISCONNECTED", "Failed to load resource", "ERR_FAILED")
SENT = "已联网，都发出去了"
CLOCK_OFF = """
const Right = Date;
window.Date = class extends Right {
  constructor(...given) { super(...(given.length ? given : [Right.now() - 3 * 86400000])); }
  static now() { return Right.now() - 3 * 86400000; }
};
"""
IMPATIENT = """
const timeout = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (time) => timeout(time > 15000 ? 1000 : time);
"""
KEPT = """async () => {
  const request = indexedDB.open("phone", 1);
  await new Promise((resolve) => { request.onsuccess = resolve; });
  const said = {};
  for (const store of request.result.objectStoreNames) {
    const all = request.result.transaction(store).objectStore(store).getAll();
    await new Promise((resolve) => { all.onsuccess = resolve; });
    const text = (one) =>
      one instanceof ArrayBuffer ? String.fromCharCode(...new Uint8Array(one)) : String(one);
    said[store] = all.result.map((row) => Object.values(row).map(text).join("|"));
  }
  request.result.close();
  return said;
}"""


def dismissed(page: Page, act: Callable[[], None]) -> str:
    """The words of the question `act` raises, answered with no while `act` may still wait for it."""
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        act()
    return asked.value.message


def ready(page: Page) -> None:
    """The shell is kept and the area is here."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.get_by_text(SENT).wait_for()
    page.reload()
    page.get_by_text(SENT).wait_for()


def register(
    page: Page, text: str, photo: Path | None = None, taps: int = 1, place: str = "建设路1号阳光饭店"
) -> None:
    page.get_by_role("button", name="登记隐患").click()
    page.get_by_label("场所、地点").fill(place)
    page.get_by_label("隐患描述").fill(text)
    if photo:
        page.get_by_label("照片").set_input_files(photo)
    page.get_by_role("button", name="存下并发送").click(click_count=taps)
    page.get_by_role("heading", name="待发送").wait_for()


def nothing_left(page: Page) -> None:
    page.get_by_role("button", name="待发送").click()
    page.get_by_text("没有等待发送的记录").wait_for()


def texts(unit: Unit) -> list[str]:
    return list(HiddenHazard.objects.below(unit).order_by("id").values_list("text", flat=True))


@pytest.fixture
def here() -> Town:
    return town.town()


@pytest.fixture
def phone(visit: Open) -> Iterator[Open]:
    """`visit`; nothing is asked of the server any more when the test's records go."""
    pages: list[Page] = []

    def opened(*where: Any, **how: Any) -> Page:
        pages.append(visit(*where, **how))
        return pages[-1]

    yield opened
    for page in pages:
        page.wait_for_load_state("networkidle")
        page.goto("about:blank")


@pytest.fixture
def program(here: Town, tmp_path: Path) -> Iterator[tuple[Program, str]]:
    """A server that may be killed, with the town as its data and the officer's session."""
    session = session_of(here.officer)
    one = Program(tmp_path)
    one.start()
    yield one, session
    one.kill()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(next(iter(made.photo(place=True).chunks)))
    return path


@pytest.mark.requirement("R46")
def test_what_is_registered_without_a_network_is_sent_once_when_it_returns(
    phone: Open, here: Town, photo: Path
) -> None:
    page = phone("/phone/", person=here.officer, width=390)
    ready(page)
    check_page(page, "phone-today")
    page.context.set_offline(True)
    page.reload()
    page.get_by_role("heading", name="今天的检查").wait_for()
    register(page, "安全出口上锁", photo, taps=2)
    register(page, "灭火器过期")
    page.get_by_text("没有网络").wait_for()
    assert page.locator("#waiting li").count() == 2
    assert texts(here.block) == []
    kept = page.evaluate(KEPT)
    assert len(kept["photos"]) == 1
    assert not [row for rows in kept.values() for row in rows if "安全出口" in row or "JFIF" in row]
    with page.expect_request("**/hazards/batch"):
        page.context.set_offline(False)
    nothing_left(page)
    assert texts(here.block) == ["安全出口上锁", "灭火器过期"]
    row = HiddenHazard.objects.below(here.block).earliest("id")
    sent = Photo.objects.in_unit(here.block).get()
    assert (sent.file is not None, row.longitude) == (True, pytest.approx(114.5))
    assert page.evaluate(KEPT)["photos"] == []
    check_page(page, "phone-outbox", expected=OFFLINE)


def test_one_bad_record_among_several_says_why_and_stops_none_of_the_others(phone: Open, here: Town) -> None:
    """Its place was given to another neighbourhood meanwhile; once it is back, so is the record."""
    shop, other = town.shop(here.block, "旺旺超市"), make.unit("幸福社区", parent=here.street)
    page = phone("/phone/", person=here.officer, width=390)
    ready(page)
    page.context.set_offline(True)
    register(page, "安全出口上锁")
    register(page, "灭火器过期", place=shop.title)
    register(page, "电线老化")
    page.get_by_text("没有网络").wait_for()
    moved = Entry.objects.below(here.street).filter(pk=shop.pk)
    moved.update(unit=other, path=other.path)
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url.rpartition("/")[2]) if one.method == "POST" else None)
    page.context.set_offline(False)
    page.locator("#waiting li").get_by_text(f"没有单位场所 {shop.pk}").wait_for()
    assert page.locator("#waiting li").count() == 1
    check_page(page, "phone-refused", expected=OFFLINE)
    page.get_by_role("button", name="现在发送").click()
    page.get_by_text("有记录要您处理").wait_for()
    assert sent == ["batch", "hazards", "hazards", "hazards"]
    assert texts(here.block) == ["安全出口上锁", "电线老化"]
    moved.update(unit=here.block, path=here.block.path)
    page.get_by_role("button", name="再发一次").click()
    nothing_left(page)
    assert texts(here.block) == ["安全出口上锁", "电线老化", "灭火器过期"]


def test_blanks_are_no_place_and_no_words(phone: Open, here: Town) -> None:
    page = phone("/phone/", person=here.officer, width=390)
    ready(page)
    page.get_by_role("button", name="登记隐患").click()
    page.get_by_label("场所、地点").fill("   ")
    page.get_by_label("隐患描述").fill("   ")
    page.get_by_role("button", name="存下并发送").click()
    assert page.locator("#hazard-form :invalid").count() == 2
    assert page.evaluate(KEPT)["outbox"] == []


def test_the_same_outbox_sent_three_times_is_kept_once(phone: Open, here: Town, photo: Path) -> None:
    """Twice the server takes the record and its answer is lost; once the answer to the photo is lost."""
    page = phone("/phone/", person=here.officer, width=390)
    ready(page)
    lost: list[str] = []

    def lose(route: Route) -> None:
        kind = "photo" if "/pictures/" in route.request.url else "record"
        route.fetch()
        if lost.count(kind) < (1 if kind == "photo" else 2):
            lost.append(kind)
            route.abort()
        else:
            route.continue_()

    page.route("**/hazards**", lose)
    register(page, "安全出口上锁", photo)
    for _time in range(4):
        page.get_by_role("button", name="现在发送").click()
        page.wait_for_timeout(1500)
    nothing_left(page)
    assert sorted(lost) == ["photo", "record", "record"]
    assert texts(here.block) == ["安全出口上锁"]
    assert Photo.objects.in_unit(here.block).get().file is not None


@pytest.mark.requirement("R46")
def test_a_server_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    phone: Open, program: tuple[Program, str], photo: Path
) -> None:
    """It takes the first record, hangs at its photo, is killed with the photo in its hands and comes back."""
    server, session = program
    page = phone("/phone/", session=session, address=server.address, width=390)
    page.add_init_script(IMPATIENT)
    ready(page)
    page.route("**/pictures/**", lambda route: (server.freeze(), route.continue_()), times=1)
    register(page, "安全出口上锁", photo)
    register(page, "灭火器过期")
    page.get_by_text("正在发送").wait_for()
    page.get_by_text("没有网络").wait_for()
    server.kill()
    page.reload()
    page.get_by_text("没有网络").wait_for()
    register(page, "通道堵塞")
    page.get_by_text("没有网络").wait_for()
    assert page.locator("#waiting li").count() == 3
    check_page(page, "phone-killed", expected=(*OFFLINE, "ERR_CONNECTION"))
    server.start()
    page.get_by_role("button", name="现在发送").click()
    nothing_left(page)
    page.get_by_text(SENT).wait_for()
    kept = server.rows("select text from hazards_hiddenhazard order by id")
    assert kept == [("安全出口上锁",), ("灭火器过期",), ("通道堵塞",)]
    assert server.rows("select count(*), count(file_id) from hazards_photo") == [(1, 1)]


def test_a_device_whose_clock_is_wrong_is_put_right(phone: Open, here: Town) -> None:
    page = phone("/phone/", person=here.officer, width=390)
    ready(page)
    page.add_init_script(CLOCK_OFF)
    page.reload()
    page.get_by_text(SENT).wait_for()
    register(page, "灭火器过期")
    nothing_left(page)
    row = HiddenHazard.objects.below(here.block).get()
    assert row.is_clock_off
    assert row.device_at is not None
    assert timezone.now() - row.device_at > timedelta(days=2)
    assert abs(timezone.now() - row.found_at) < timedelta(minutes=5)


def round_of(here: Town) -> Visit:
    round_ = actions.start_round(
        unit=here.block, by=here.officer, today=timezone.localdate(), checklist_codes=["workplace"],
        premises=[], places=["平安里3号楼"], kind="patrol", name="日常巡查", field="workplace",
        due_date=timezone.localdate() + timedelta(days=3), leader="李安",
    )  # fmt: skip
    return queries.visits(round_).get()


def answer_all(page: Page, failing: int = 0) -> None:
    """Every item passes, with a number and a photo where it asks for one; the first so many fail."""
    page.get_by_role("navigation").get_by_role("button", name="检查").click()
    page.locator("#rounds").get_by_role("button", name="检查").click()
    for at, item in enumerate(page.locator("#visit-items fieldset").all()):
        if item.locator("input[type=number]").count():
            item.locator("input[type=number]").fill("1")
        elif at < failing:
            item.get_by_label("不合格", exact=True).check()
        else:
            item.locator("input[type=radio]").nth(2 if item.get_by_label("不适用").count() else 0).check()


@pytest.mark.requirement("R46")
def test_a_place_is_inspected_without_a_network_and_a_failing_item_opens_a_hazard(
    phone: Open, here: Town
) -> None:
    place = round_of(here)
    page = phone("/phone/", person=here.officer, width=390)
    ready(page)
    page.context.set_offline(True)
    page.reload()
    answer_all(page, failing=1)
    check_page(page, "phone-visit", expected=OFFLINE)
    page.get_by_role("button", name="存下并发送").click()
    page.get_by_text("没有网络").wait_for()
    page.context.set_offline(False)
    nothing_left(page)
    place.refresh_from_db()
    assert place.state == Visit.State.DONE
    assert HiddenHazard.objects.below(here.block).get().visit_id == place.pk


def test_what_somebody_else_answered_meanwhile_is_shown_beside_ones_own(phone: Open, here: Town) -> None:
    place = round_of(here)
    page = phone("/phone/", person=here.officer, width=390)
    ready(page)
    page.context.set_offline(True)
    answer_all(page)
    page.get_by_role("button", name="存下并发送").click()
    page.get_by_text("没有网络").wait_for()
    actions.skip(visit=place, version=place.version, why="没有人在", by=here.lin)
    page.context.set_offline(False)
    page.get_by_text("别人先改了").wait_for()
    check_page(page, "phone-conflict", expected=OFFLINE)
    page.get_by_role("button", name="用我的覆盖").click()
    nothing_left(page)
    place.refresh_from_db()
    assert place.state == Visit.State.DONE


def test_signing_out_warns_of_unsent_work_and_leaves_nothing(phone: Open, here: Town) -> None:
    page = phone("/phone/", person=here.officer, width=390)
    ready(page)
    page.context.set_offline(True)
    register(page, "安全出口上锁")
    page.get_by_text("没有网络").wait_for()
    assert "条数： 1" in dismissed(page, lambda: page.get_by_role("button", name="退出登录").click())
    assert len(page.evaluate(KEPT)["outbox"]) == 1
    page.context.set_offline(False)
    page.route("**/hazards**", lambda route: route.abort())
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/account/sign-in/**")
    kept = page.evaluate("indexedDB.databases().then((all) => all.length)")
    assert (kept, texts(here.block)) == (0, [])


def test_signing_out_on_another_page_warns_of_unsent_work_too(phone: Open, here: Town) -> None:
    page = phone("/phone/", person=here.officer, width=1440)
    ready(page)
    page.route("**/hazards**", lambda route: route.abort())
    register(page, "安全出口上锁")
    page.get_by_text("没有网络").wait_for()
    page.goto("/account/")
    page.locator(".topbar .menu summary").last.click()
    assert "条数： 1" in dismissed(page, lambda: page.get_by_role("button", name="退出登录").click())
    page.goto("/phone/")
    page.get_by_text("没有网络").wait_for()
    assert len(page.evaluate(KEPT)["outbox"]) == 1
    page.goto("/account/")
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator(".topbar .menu summary").last.click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/account/sign-in/**")
