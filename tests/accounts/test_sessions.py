"""Sessions: idle and absolute limits, listed, closable."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from safecommunity.accounts import actions, queries
from safecommunity.accounts.models import Session, User
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lin() -> User:
    return make.user("lin")


def is_open(client: Client) -> bool:
    from safecommunity.accounts.sessions import SessionStore

    return "_auth_user_id" in SessionStore(client.cookies[settings.SESSION_COOKIE_NAME].value).load()


def test_a_session_names_its_person_and_closing_the_row_ends_it(lin: User) -> None:
    here, there = make.client(lin), make.client(lin)
    assert len(queries.sessions(lin, timezone.now())) == 2
    key = there.cookies[settings.SESSION_COOKIE_NAME].value
    assert actions.close_sessions(user=lin, by=lin, only=key) == 1
    assert (is_open(here), is_open(there)) == (True, False)


@pytest.mark.parametrize(("minutes", "stays"), [(29, True), (31, False)])
def test_a_session_left_alone_for_half_an_hour_is_over(lin: User, minutes: int, stays: bool) -> None:
    client = make.client(lin)
    Session.objects.update(seen_at=timezone.now() - timedelta(minutes=minutes))
    assert is_open(client) is stays
    assert Session.objects.exists() is stays


def test_use_keeps_a_session_open_but_not_beyond_twelve_hours(lin: User) -> None:
    client = make.client(lin)
    Session.objects.update(seen_at=timezone.now() - timedelta(minutes=20))
    assert is_open(client)
    assert Session.objects.get().seen_at > timezone.now() - timedelta(minutes=1)
    row = Session.objects.get()
    assert timedelta(hours=12) == row.expire_date - row.opened_at
    Session.objects.update(expire_date=timezone.now())
    assert not is_open(client)


def test_saving_a_session_again_does_not_lengthen_it(lin: User) -> None:
    client = make.client(lin)
    before = Session.objects.get().expire_date
    session = client.session
    session["something"] = 1
    session.save()
    assert Session.objects.get().expire_date == before


def test_a_new_password_closes_every_other_session(lin: User) -> None:
    here, there = make.client(lin), make.client(lin)
    key = here.cookies[settings.SESSION_COOKIE_NAME].value
    actions.set_password(user=lin, password="another long pass-phrase", by=lin, keep_session=key)
    assert (is_open(here), is_open(there)) == (True, False)


def test_a_closed_account_is_signed_out_everywhere(lin: User) -> None:
    client = make.client(lin)
    actions.close_user(user=lin, by=None)
    assert not is_open(client)
