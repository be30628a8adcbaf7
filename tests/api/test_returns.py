from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from safecommunity.accounts.actions import make_token
from safecommunity.accounts.models import User
from safecommunity.api import returns
from safecommunity.units.models import Unit
from tests import make
from tests.api.asking import ask
from tests.returns import made

pytestmark = pytest.mark.django_db

MONTH = made.MONTH.code


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock:
        now = staticmethod(timezone.now)
        localdate = staticmethod(lambda: made.TODAY)

    monkeypatch.setattr(returns, "timezone", Clock)


@pytest.fixture
def city() -> Unit:
    return make.unit("石家庄市", kind="city-office")


@pytest.fixture
def chief(city: Unit) -> User:
    return make.member(city, "city-office", "chief")


@pytest.mark.requirement("R202", "R203")
def test_a_program_compiles_writes_files_checks_and_sums_up(city: Unit, chief: User) -> None:
    street, lin = made.street(city)
    made.drill(street, "2026-10-08")
    one, whole = f"/units/{street.slug}/returns/{MONTH}", f"/units/{city.slug}/returns/{MONTH}"
    status, row = ask(lin, "POST", one)
    assert (status, row["state"], row["figures"]["drills"]) == (201, "draft", "1")
    assert row["due_date"] == "2026-11-06"
    said = {"words": made.WORDS, "corrections": {"drills": {"value": "2", "reason": "漏登一次"}}}
    assert ask(lin, "PUT", one, said)[0] == 428
    status, row = ask(lin, "PUT", one, said, row["version"])
    assert (status, row["figures"]["drills"], row["corrections"]["drills"]["by"]) == (
        200,
        "2",
        lin.display_name,
    )
    assert ask(lin, "PUT", one, said, 1)[0] == 412
    row = ask(lin, "POST", f"{one}/submit", version=row["version"])[1]
    row = ask(chief, "POST", f"{one}/send-back", {"reason": "请补充"}, row["version"])[1]
    (line,) = ask(chief, "GET", f"/units/{city.slug}/returns-board?month={MONTH}")[1]
    assert (row["state"], line["standing"]) == ("returned", "returned")
    row = ask(lin, "POST", f"{one}/submit", version=row["version"])[1]
    assert ask(chief, "POST", f"{one}/check", {}, row["version"])[1]["state"] == "checked"
    status, row = ask(chief, "POST", f"{whole}/summarise")
    assert (status, row["is_summary"], row["figures"]["drills"]) == (200, True, "2")
    assert [one["month"] for one in ask(lin, "GET", f"/units/{street.slug}/returns")[1]] == [MONTH]


def test_it_keeps_to_the_checks_of_the_pages(city: Unit, chief: User) -> None:
    street, lin = made.street(city)
    one = f"/units/{street.slug}/returns/{MONTH}"
    row = ask(lin, "POST", one)[1]
    answers = {
        "草稿不能审核": ask(chief, "POST", f"{one}/check", {}, 1),
        "没有数据也没有声明为零": ask(lin, "POST", f"{one}/submit", version=1),
        "没有这个数据项": ask(lin, "PUT", one, {"corrections": {"x": {"value": "1", "reason": "y"}}}, 1),
        "没有这个问题": ask(lin, "PUT", one, {"words": {"x": "y"}}, 1),
        "更正没有原因": ask(lin, "PUT", one, {"corrections": {"drills": {"value": "1", "reason": ""}}}, 1),
        "负数": ask(lin, "PUT", one, {"corrections": {"drills": {"value": "-1", "reason": "y"}}}, 1),
        "没有审核通过的": ask(chief, "POST", f"/units/{city.slug}/returns/{MONTH}/summarise"),
    }
    assert {name: status for name, (status, _told) in answers.items()} == dict.fromkeys(answers, 422)
    assert ask(lin, "GET", one)[1]["version"] == row["version"]
    assert [ask(lin, "GET", f"/units/{street.slug}/returns/{month}")[0] for month in ("2026-13", "2026")] == [
        404, 404,
    ]  # fmt: skip
    future = date(2027, 1, 1).strftime("%Y-%m")
    assert ask(lin, "POST", f"/units/{street.slug}/returns/{future}")[0] == 422
    zhou = make.member(street, "viewer", "zhou")
    assert [ask(zhou, "GET", one)[0], ask(zhou, "POST", one)[0]] == [200, 403]
    assert ask(make.member(make.unit("月光街道"), "office", "wu"), "GET", one)[0] == 404


def test_the_list_asks_as_often_for_three_returns_as_for_one(city: Unit) -> None:
    street, lin = made.street(city)
    made.compiled(street, lin)
    _token, secret = make_token(user=lin, name="t", days=1, now=timezone.now(), by=lin)
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    listed = lambda: client.get(f"/api/units/{street.slug}/returns")  # noqa: E731
    listed()
    one = make.questions(listed)
    for month in (made.MONTH.previous(), made.MONTH.previous().previous()):
        made.compiled(street, lin, month)
    assert make.questions(listed) == one
