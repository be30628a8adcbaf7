"""The public pages: what a stranger may send and see, with the clock passed in."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver, reverse

from safecommunity.accounts.models import User
from safecommunity.config.checks import patterns
from safecommunity.core.form_tokens import numbers
from safecommunity.residents import actions, queries
from safecommunity.residents.models import Follow, Report
from safecommunity.units.models import Unit
from safecommunity.web.pages.report import views
from tests import make
from tests.residents import made
from tests.residents.made import NOW, TODAY

pytestmark = pytest.mark.django_db

PUBLIC_PAGES = {
    "start": views.WITHOUT_ACCOUNT,
    "new": views.WITHOUT_ACCOUNT,
    "follow": views.WITHOUT_ACCOUNT,
    "find": views.BY_RECEIPT,
    "status": views.BY_RECEIPT,
    "judge": views.BY_RECEIPT,
    "notices": views.TOLD,
    "injuries": views.TOLD,
    "code": "the code leads to the page that is open to all",
}


class Clock:
    now: datetime = NOW

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(views, "now", lambda: clock.now)
    monkeypatch.setattr(views, "today", lambda: clock.now.date())
    return clock


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> User:
    return make.member(unit)


def url(name: str, unit: Unit, *more: object) -> str:
    return reverse(f"report:{name}", args=[unit.slug, *more])


def filled(client: Client, address: str, **values: Any) -> dict[str, Any]:
    """The form as a person sends it: with its token and the sum worked out."""
    page = client.get(address).content.decode()
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    said = {"kind": "danger", "words": "三号楼楼道堆满纸箱", "homepage": ""}
    return {**said, "token": found[1], "total": sum(numbers(found[1])), **values}


def send(client: Client, unit: Unit, clock: Clock, **values: Any) -> Any:
    form = filled(client, url("new", unit), **values)
    clock.pass_(seconds=30)
    return client.post(url("new", unit), form)


def reports(unit: Unit) -> list[Report]:
    return list(Report.objects.in_unit(unit))


def test_what_is_open_to_all_is_an_exact_list() -> None:
    get_resolver()
    found = {
        str(one.name): one.callback.guard for one in patterns() if one.callback.__module__ == views.__name__
    }
    assert found == {name: f"public: {why}" for name, why in PUBLIC_PAGES.items()}


@pytest.mark.requirement("R153", "R154")
def test_a_stranger_reports_and_sees_how_it_goes_on(
    client: Client, unit: Unit, lin: User, clock: Clock
) -> None:
    answer = send(client, unit, clock, phone="13812345678", spot_words="东侧")
    assert answer.status_code == 302
    (row,) = reports(unit)
    page = client.get(answer.headers["Location"]).content.decode()
    assert "收到了，谢谢您" in page
    assert re.search(r'id="receipt">[0-9A-Z]{4}(-[0-9A-Z]{4}){4}<', page)
    assert not [told for told in (row.words, "13812345678", "东侧") if told in page]
    actions.accept(
        row=row, version=1, subject="楼道堆放杂物", field="fire", body=None, due_date=None,
        reply="马上就来", by=lin, today=TODAY,
    )  # fmt: skip
    page = client.get(answer.headers["Location"].partition("?")[0]).content.decode()
    assert ("马上就来" in page, "我们会在 2026-07-15 前答复" in page) == (True, True)
    assert row.words not in page


def test_a_form_sent_twice_is_one_report(client: Client, unit: Unit, clock: Clock) -> None:
    form = filled(client, url("new", unit))
    clock.pass_(seconds=30)
    answers = [client.post(url("new", unit), form) for _ in range(3)]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len(reports(unit)) == 1


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "提交得太快了"), (3601, "超过一小时"), (30, None), (3600, None)]
)
def test_a_token_lives_from_four_seconds_to_an_hour(
    client: Client, unit: Unit, clock: Clock, seconds: int, words: str | None
) -> None:
    form = filled(client, url("new", unit), words="楼上漏水")
    clock.pass_(seconds=seconds)
    answer = client.post(url("new", unit), form)
    assert (answer.status_code, len(reports(unit))) == ((302, 1) if words is None else (422, 0))
    if words:
        page = answer.content.decode()
        assert (words in page, "楼上漏水" in page) == (True, True)


def test_a_page_left_open_is_sent_again_with_the_new_token(client: Client, unit: Unit, clock: Clock) -> None:
    form = filled(client, url("new", unit))
    clock.pass_(hours=2)
    page = client.post(url("new", unit), form).content.decode()
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    assert found[1] != form["token"]
    clock.pass_(seconds=10)
    again = {**form, "token": found[1], "total": sum(numbers(found[1]))}
    assert client.post(url("new", unit), again).status_code == 302


def test_a_token_of_another_page_and_none_at_all_are_refused(
    client: Client, unit: Unit, clock: Clock
) -> None:
    form = filled(client, url("new", make.unit("安康街道")))
    clock.pass_(seconds=30)
    for token in (form["token"], "", "1.2.3.4.5", "x" * 500):
        assert client.post(url("new", unit), {**form, "token": token}).status_code == 422
    assert reports(unit) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"homepage": "http://spam"}, {"total": "77"}, {"total": ""}, {"words": ""}, {"words": "字" * 2001},
        {"phone": "12"}, {"kind": "spam"}, {"field": "spam"}, {"words": "a\0b"},
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client: Client, unit: Unit, clock: Clock, wrong: dict[str, str]
) -> None:
    answer = send(client, unit, clock, spot_words="东侧楼梯口", **wrong)
    assert answer.status_code == 422
    assert "东侧楼梯口" in answer.content.decode()
    assert reports(unit) == []


def test_photos_that_are_none_too_many_or_too_large_are_refused_in_words(
    client: Client, unit: Unit, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def file(name: str, content: bytes) -> SimpleUploadedFile:
        return SimpleUploadedFile(name, content)

    good = next(iter(made.photo().chunks))
    for photos, words in (
        ([file("a.jpg", b"%PDF-1.7 ...")], "不是照片"),
        ([file("a.jpg", b"<html></html>")], "认不出"),
        ([file("a.png", good)], "扩展名"),
        ([file("a.jpg", b"")], "空"),
        ([file(f"{n}.jpg", good) for n in range(7)], "最多 6 张"),
        ([file("a.jpg", good + b"\0" * 10_000_001)], "超过 10 MB"),
    ):
        answer = send(client, unit, clock, photos=photos)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert reports(unit) == []
    assert send(client, unit, clock, photos=[file("a.jpg", good)]).status_code == 302
    assert queries.photos(reports(unit)[0]).count() == 1


def test_beyond_the_brake_it_is_still_received(client: Client, unit: Unit, clock: Clock) -> None:
    forms = [filled(client, url("new", unit)) for _ in range(6)]
    clock.pass_(seconds=10)
    photo = next(iter(made.photo().chunks))
    answers = [
        client.post(url("new", unit), {**form, "photos": SimpleUploadedFile("a.jpg", photo)})
        for form in forms
    ]
    assert [answer.status_code for answer in answers] == [302] * 6
    page = client.get(answers[-1].headers["Location"]).content.decode()
    assert ("照片没有收下" in page, "已收到，正在核对" in page) == (True, True)
    assert sum(row.is_held for row in reports(unit)) == 1


def test_a_place_comes_along_and_one_that_makes_no_sense_is_left_out(
    client: Client, unit: Unit, clock: Clock
) -> None:
    send(client, unit, clock, latitude="38.03", longitude="114.46", area="999")
    send(client, unit, clock, latitude="98", longitude="114.46")
    send(client, unit, clock, latitude="nan", longitude="114.46")
    places = [(row.area, row.latitude) for row in sorted(reports(unit), key=lambda row: row.pk)]
    assert places == [("", 38.03), ("", None), ("", None)]


def test_what_is_near_is_offered_and_followed(client: Client, unit: Unit, lin: User, clock: Clock) -> None:
    spot = queries.Spot("", 114.46, 38.03)
    row = made.accepted(unit, lin, spot=spot)
    waiting = made.received(unit, 2, spot=spot, words="不该看到的话")
    page = client.get(f"{url('new', unit)}?latitude=38.0301&longitude=114.4601").content.decode()
    assert ("附近已有人反映" in page, row.subject in page, "不该看到的话" in page) == (True, True, False)
    assert row.words not in page
    form = filled(client, url("follow", unit, row.uuid))
    clock.pass_(seconds=10)
    answer = client.post(url("follow", unit, row.uuid), form)
    assert row.subject in client.get(answer.headers["Location"]).content.decode()
    assert Follow.objects.in_unit(unit).count() == 1
    assert client.get(url("follow", unit, waiting.uuid)).status_code == 404


def test_a_receipt_is_typed_as_people_write_it(client: Client, unit: Unit) -> None:
    made.received(unit, 1)
    number = made.number(1)
    answer = client.get(url("find", unit), {"receipt": number.lower().replace("-", "")})
    assert answer.headers["Location"] == url("status", unit, number)
    for wrong in (made.number(2), "abc", ""):
        assert client.get(url("find", unit), {"receipt": wrong}).status_code == 422
    assert client.get(url("status", unit, made.number(2))).status_code == 404
    assert client.get(url("status", make.unit("安康街道"), number)).status_code == 404


def test_only_the_reporter_is_asked_and_once(client: Client, unit: Unit, lin: User, clock: Clock) -> None:
    row = made.accepted(unit, lin, 1)
    actions.follow(row=row, receipt=made.number("f"), now=NOW, by=None)
    actions.solve(row=row, version=row.version, reply="已处理", by=lin)
    actions.answer(row=row, version=row.version, reply="已清理", by=lin, today=date(2026, 7, 6))
    own, follower = (url("status", unit, made.number(one)) for one in (1, "f"))
    assert "真的解决了吗" not in client.get(own).content.decode()
    clock.pass_(days=30)
    assert "真的解决了吗" in client.get(own).content.decode()
    assert "真的解决了吗" not in client.get(follower).content.decode()
    client.post(url("judge", unit, made.number("f")), {"fixed": "no"})
    row.refresh_from_db()
    assert row.verdict == ""
    for said in ("no", "yes"):
        client.post(url("judge", unit, made.number(1)), {"fixed": said})
    row.refresh_from_db()
    assert (row.verdict, row.state) == ("no", "open")


@pytest.mark.requirement("R155")
def test_public_figures_hide_small_numbers(client: Client, unit: Unit, lin: User) -> None:
    for serial in range(7):
        made.accepted(unit, lin, serial, field="fire", address=f"10.0.1.{serial}")
    made.accepted(unit, lin, "x", field="traffic", address="10.0.2.1")
    for serial in range(6):
        made.accepted(unit, lin, f"y{serial}", field="home", address=f"10.0.3.{serial}")
    actions.publish(unit=unit, title="一起电动车火灾", words="请勿上楼充电", by=lin, today=TODAY)
    page = client.get(url("notices", unit)).content.decode()
    assert "一起电动车火灾" in page
    assert "<dt>受伤人数</dt><dd>没有数据" in page
    cells = re.findall(r'<td class="number">([^<]*)</td>', page)
    assert sorted(cells[::2]) == ["&lt;5", "…", "…"]
    assert "2025-07-01 至 2026-07-01" in page


def test_units_without_a_public_page_and_wrong_addresses_are_not_found(client: Client, unit: Unit) -> None:
    office = make.unit("石家庄市", kind="city-office")
    for name in ("start", "new", "find", "notices", "code"):
        assert client.get(url(name, unit)).status_code == 200
        assert client.get(url(name, office)).status_code == 404
    assert client.get("/report/nowhere/").status_code == 404


def test_the_code_is_a_picture_without_script_or_style(client: Client, unit: Unit) -> None:
    answer = client.get(url("code", unit))
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert b"<path" in answer.content
    assert not re.search(rb"style|script", answer.content)


def test_large_letters_stay_until_they_are_taken_back(client: Client, unit: Unit) -> None:
    start = url("start", unit)
    answer = client.post(reverse("front:letters"), {"letters": "large", "next": start})
    assert answer.headers["Location"] == start
    assert 'data-letters="large"' in client.get(start).content.decode()
    client.post(reverse("front:letters"), {"letters": "usual", "next": start})
    assert "data-letters" not in client.get(start).content.decode()
    elsewhere = client.post(reverse("front:letters"), {"letters": "large", "next": "https://evil.example/"})
    assert elsewhere.headers["Location"] == "/"


def test_the_start_page_asks_few_questions(client: Client, unit: Unit, lin: User) -> None:
    made.accepted(unit, lin, 1)
    one = make.questions(lambda: client.get(url("start", unit)))
    made.accepted(unit, lin, 2)
    made.accepted(unit, lin, 3)
    assert make.questions(lambda: client.get(url("start", unit))) == one < 8
