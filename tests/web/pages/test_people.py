"""Users and roles on the pages: who grants, what excludes what, who can never be taken away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from safecommunity.accounts.models import OneTimeLink, RequestKey, User
from safecommunity.audit.models import Line
from safecommunity.units.models import RoleHolding, Unit
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return make.unit(slug="sunny", parent=make.unit("市创建办", kind="city-office", slug="1301"))


@pytest.fixture
def lin(unit: Unit):
    """The security administrator of the unit."""
    return make.proved(make.client(make.member(unit, "security-admin", "lin")))


@pytest.fixture
def zhou(unit: Unit):
    return make.proved(make.client(make.member(unit, "viewer", "zhou")))


@pytest.fixture
def wu():
    return make.proved(make.client(make.member(make.unit("彩虹街道"), "security-admin", "wu")))


@pytest.fixture
def officer(unit: Unit) -> User:
    return make.member(unit, "officer", "chen")


def url(name: str, *args: object) -> str:
    return reverse(f"people:{name}", args=["sunny", *args])


def role(name: str = "officer", **more: str) -> dict[str, str]:
    return {"role": name, "on": "sunny", "from_date": "2026-01-01", "to_date": "", **more}


def new_person(**more: str) -> dict[str, str]:
    return {"username": "chen", "display_name": "陈静", "organ": "", "phone": "13800001234", **role(), **more}


def test_who_may_and_who_may_not(unit: Unit, lin, zhou, wu, officer: User) -> None:
    for name, args in [("index", ()), ("person", (officer.pk,)), ("new", ()), ("edit", (officer.pk,))]:
        assert [client.get(url(name, *args)).status_code for client in (lin, zhou, wu)] == [200, 403, 404]
    held = RoleHolding.objects.get(user=officer)
    for name, args in [
        ("grant", ()), ("withdraw", (held.pk,)), ("link", ()),
        ("close", ()), ("reopen", ()), ("reset-factor", ()),
    ]:  # fmt: skip
        address = url(name, officer.pk, *args)
        assert [client.post(address).status_code for client in (zhou, wu)] == [403, 404]


def test_the_office_sees_the_people_and_grants_nothing(unit: Unit, officer: User) -> None:
    office = make.proved(make.client(make.member(unit, "office", "sun")))
    assert office.get(url("index")).status_code == 200
    assert office.post(url("grant", officer.pk), role()).status_code == 403


def test_a_person_is_made_with_a_role_and_a_link_that_nothing_keeps(lin) -> None:
    made = lin.post(url("new"), {**new_person(to_date="2026-12-31"), "request_key": "k" * 32})
    chen = User.objects.get(username="chen")
    assert made["Location"] == url("person", chen.pk)
    held = RoleHolding.objects.get(user=chen)
    assert (held.role, held.unit.slug, str(held.to_date), held.granted_by) == (
        "officer",
        "sunny",
        "2026-12-31",
        "lin",
    )
    page = lin.post(url("link", chen.pk)).content.decode()
    secret = page.split("/account/link/")[1].split("/")[0]
    assert OneTimeLink.objects.get().user == chen
    assert all(secret not in key.body for key in RequestKey.objects.all())
    assert secret not in str(list(Line.objects.values_list("after", "reason")))


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"username": "zhou"}, "已被使用"),
        ({"username": "Chen Jing"}, "小写字母"),
        ({"to_date": "2025-01-01"}, "结束日期不能早于开始日期"),
        ({"on": "1301"}, ""),
    ],
)
def test_a_bad_person_is_refused_and_nothing_typed_is_lost(
    lin, zhou, facts: dict[str, str], reason: str
) -> None:
    answer = lin.post(url("new"), new_person(**facts))
    page = answer.content.decode()
    assert (answer.status_code, reason in page, "13800001234" in page) == (422, True, True)
    assert not User.objects.filter(display_name="陈静").exists()


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("system-admin", "audit-admin", "必须由三个人分别担任"),
        ("officer", "security-admin", "必须由三个人分别担任"),
        ("audit-admin", "office", "此人是管理员，不能兼任业务角色"),
    ],
)
def test_administrators_exclude_one_another_and_the_page_says_why(
    unit: Unit, lin, first: str, second: str, reason: str
) -> None:
    chen = make.member(unit, first, "chen")
    answer = lin.post(url("grant", chen.pk), role(second))
    assert (answer.status_code, reason in answer.content.decode()) == (422, True)
    assert [held.role for held in RoleHolding.objects.filter(user=chen)] == [first]


def test_a_role_reaches_only_units_the_administrator_reaches(unit: Unit, lin, officer: User) -> None:
    assert lin.post(url("grant", officer.pk), role(on="1301")).status_code == 422
    below = make.unit("广合社区", parent=unit, kind="neighbourhood", slug="guanghe")
    assert lin.post(url("grant", officer.pk), role("reporter", on="guanghe")).status_code == 302
    assert RoleHolding.objects.get(user=officer, role="reporter").unit == below


def test_nobody_grants_to_themselves(lin) -> None:
    me = User.objects.get(username="lin")
    assert lin.post(url("grant", me.pk), role()).status_code == 403


def test_a_withdrawn_role_ends_at_once(unit: Unit, lin, officer: User) -> None:
    client = make.client(officer)
    assert client.get(reverse("units:index", args=["sunny"])).status_code == 200
    held = RoleHolding.objects.get(user=officer)
    assert lin.post(url("withdraw", officer.pk, held.pk))["Location"] == url("index")
    assert client.get(reverse("units:index", args=["sunny"])).status_code == 302


def test_the_last_security_administrator_is_neither_withdrawn_nor_closed(unit: Unit, lin) -> None:
    me = User.objects.get(username="lin")
    held = RoleHolding.objects.get(user=me)
    answer = lin.post(url("withdraw", me.pk, held.pk), follow=True)
    assert "最后一位安全管理员" in answer.content.decode()
    assert lin.post(url("close", me.pk)).status_code == 403
    assert RoleHolding.objects.filter(pk=held.pk).exists()


def test_a_role_of_somebody_else_is_not_withdrawn_under_this_name(
    unit: Unit, lin, zhou, officer: User
) -> None:
    held = RoleHolding.objects.get(user__username="zhou")
    assert lin.post(url("withdraw", officer.pk, held.pk)).status_code == 404


def test_a_closed_account_is_signed_out_and_may_be_opened_again(lin, officer: User) -> None:
    client = make.client(officer)
    lin.post(url("close", officer.pk), {"reason": "调离"})
    assert client.get("/account/").status_code == 302
    assert "已停用" in lin.get(url("person", officer.pk)).content.decode()
    assert Line.objects.get(act="user.closed").reason == "调离"
    lin.post(url("reopen", officer.pk))
    assert User.objects.get(pk=officer.pk).is_active


def test_an_account_with_roles_elsewhere_is_left_to_who_reaches_them_all(lin, officer: User) -> None:
    make.member(make.unit("彩虹街道"), "viewer", "chen")
    assert lin.post(url("close", officer.pk)).status_code == 403
    assert lin.post(url("link", officer.pk)).status_code == 403
    assert "看不到的单位还有角色" in lin.get(url("person", officer.pk)).content.decode()


def test_a_lost_telephone_is_reset_by_another_and_never_by_oneself(lin, officer: User) -> None:
    assert lin.post(url("reset-factor", officer.pk)).status_code == 302
    assert lin.post(url("reset-factor", User.objects.get(username="lin").pk)).status_code == 403


def test_changing_rights_asks_again_who_is_there(unit: Unit, officer: User) -> None:
    client = make.client(make.member(unit, "security-admin", "lin"))
    asked = client.post(url("grant", officer.pk), role("reporter"))
    assert (
        "再确认一次是您本人" in asked.content.decode(),
        RoleHolding.objects.filter(role="reporter").count(),
    ) == (True, 0)
    client.post(url("grant", officer.pk), {**role("reporter"), "proof": make.PASSWORD})
    assert RoleHolding.objects.filter(role="reporter").count() == 1


def test_the_list_finds_by_name_and_role_and_marks_what_was_long_unused(lin, zhou, officer: User) -> None:
    User.objects.filter(pk=officer.pk).update(last_login=timezone.now() - timedelta(days=91))
    page = lin.get(url("index"), {"role": "officer"}).content.decode()
    assert ("chen" in page, "zhou" in page, "久未使用" in page) == (True, False, True)
    assert "zhou" in lin.get(url("index"), {"q": "周"}).content.decode()


def test_three_people_ask_no_more_than_one(unit: Unit, lin) -> None:
    asked = []
    for names in ([], ["sun", "qian"]):
        for name in names:
            make.member(unit, "viewer", name)
        asked.append(make.questions(lambda: lin.get(url("index"))))
    assert asked[0] == asked[1]
