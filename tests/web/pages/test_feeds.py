"""The calendar of one's own tasks: a secret address that is made, renewed and ended."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from safecommunity.accounts.models import User
from safecommunity.units.models import Unit
from tests import make
from tests.programmes import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def street() -> Unit:
    return make.unit()


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


def address(person: Client) -> str:
    found = re.search(r'value="(http[^"]+\.ics)"', person.post(reverse("feeds:make")).content.decode())
    assert found
    return found[1]


def test_the_address_gives_ones_own_open_tasks_to_whoever_has_it(
    street: Unit, lin: User, client: Client
) -> None:
    row = made.started(street, lin)
    answer = client.get(address(make.client(lin)))
    content = answer.content.decode().replace("\r\n ", "")
    assert (answer["Content-Type"], content.count("BEGIN:VEVENT")) == ("text/calendar; charset=utf-8", 7)
    assert "SUMMARY:制定安全社区实施方案" in content
    assert (
        reverse("programmes:task", args=[street.slug, row.uuid, made.task(row, "committee").uuid]) in content
    )


def test_it_ends_when_it_is_renewed_ended_or_the_account_closed(lin: User, client: Client) -> None:
    mine = make.client(lin)
    first, second = address(mine), address(mine)
    assert [client.get(one).status_code for one in (first, second)] == [404, 200]
    mine.post(reverse("feeds:end"))
    assert client.get(second).status_code == 404
    third = address(mine)
    User.objects.filter(pk=lin.pk).update(is_active=False)
    assert client.get(third).status_code == 404


def test_it_is_shown_once_and_only_to_who_is_signed_in(lin: User, client: Client) -> None:
    mine = make.client(lin)
    shown = address(mine)
    assert shown not in mine.get(reverse("feeds:index")).content.decode()
    assert client.get(reverse("feeds:index")).status_code == 302
