"""Signing in and one's own account, as a browser sees them."""

from __future__ import annotations

import re
import time

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safecommunity.accounts import actions, queries
from safecommunity.accounts.models import ApiToken, Session, User
from safecommunity.accounts.sealing import digest
from safecommunity.audit.models import Line
from safecommunity.core import one_time_codes as codes
from tests import make

pytestmark = pytest.mark.django_db
SIGN_IN, PROFILE = "/account/sign-in/", "/account/"


@pytest.fixture
def lin() -> User:
    return make.member(make.unit(slug="sunny"))


def sign_in(client: Client, **more: str):
    return client.post(SIGN_IN, {"username": "lin", "password": make.PASSWORD, **more})


def enrolled(user: User) -> bytes:
    secret = actions.begin_second_factor(user=user, by=user)
    code = codes.code_at(secret, codes.step_of(time.time()) - 1)
    actions.confirm_second_factor(user=user, code=code, now=timezone.now(), by=user)
    return secret


def test_the_right_password_opens_a_session_with_limits_and_leaves_a_line(lin: User, client: Client) -> None:
    answer = sign_in(client, next="/sunny/")
    assert (answer.status_code, answer["Location"]) == (302, "/sunny/")
    row = Session.objects.get(user=lin)
    assert (row.idle_seconds, row.ip) == (1800, "127.0.0.1")
    assert Line.objects.filter(act="session.opened", outcome="done", actor="lin").count() == 1


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(lin: User, client: Client) -> None:
    pages = [client.post(SIGN_IN, {"username": name, "password": "wrong"}) for name in ("lin", "nobody")]
    texts = [re.sub(r'value="[^"]*"', "", page.content.decode()) for page in pages]
    assert [page.status_code for page in pages] == [422, 422]
    assert texts[0] == texts[1]
    assert "用户名或密码不对" in texts[0]


def test_too_many_tries_are_told_how_long_to_wait(lin: User, client: Client) -> None:
    for _ in range(5):
        client.post(SIGN_IN, {"username": "lin", "password": "wrong"})
    answer = sign_in(client)
    assert answer.status_code == 429
    assert "请在 15 分钟后再试" in answer.content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(lin: User, client: Client, target: str) -> None:
    assert sign_in(client, next=target)["Location"] == "/"


def test_a_second_factor_is_asked_before_the_session_opens(lin: User, client: Client) -> None:
    secret = enrolled(lin)
    assert sign_in(client)["Location"] == reverse("accounts:code")
    assert client.get(PROFILE).status_code == 302
    wrong = client.post(reverse("accounts:code"), {"code": "000000"})
    assert (wrong.status_code, "验证码不对" in wrong.content.decode()) == (422, True)
    code = codes.code_at(secret, codes.step_of(time.time()))
    assert client.post(reverse("accounts:code"), {"code": code})["Location"] == "/"
    assert client.get(PROFILE).status_code == 200


def test_the_second_step_without_the_first_leads_back(client: Client) -> None:
    assert client.get(reverse("accounts:code"))["Location"] == SIGN_IN


def test_an_account_closed_between_the_two_steps_does_not_get_in(lin: User, client: Client) -> None:
    secret = enrolled(lin)
    sign_in(client)
    actions.close_user(user=lin, by=None)
    code = codes.code_at(secret, codes.step_of(time.time()))
    assert client.post(reverse("accounts:code"), {"code": code})["Location"] == SIGN_IN


def test_an_administrator_sets_up_a_second_factor_before_anything_else(client: Client) -> None:
    make.member(make.unit(slug="sunny"), "security-admin", "lin")
    sign_in(client)
    assert Session.objects.get(user__username="lin").idle_seconds == 900
    enrolment = reverse("accounts:second-factor")
    assert client.get("/sunny/")["Location"] == enrolment
    page = client.get(enrolment).content.decode()
    secret = codes.from_text(re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", ""))
    assert 'style="' not in page
    assert client.post(enrolment, {"code": "000000"}).status_code == 422
    done = client.post(enrolment, {"code": codes.code_at(secret, codes.step_of(time.time()))})
    assert len(re.findall(r"<li><code>", done.content.decode())) == 10
    assert client.get("/sunny/").status_code == 200


def test_an_administrator_cannot_switch_the_second_factor_off() -> None:
    admin = make.member(make.unit(), "system-admin", "lin")
    enrolled(admin)
    answer = make.proved(make.client(admin)).post(reverse("accounts:remove-second-factor"))
    assert answer.status_code == 403
    assert queries.has_second_factor(admin)


def test_signing_out_clears_what_the_browser_kept(lin: User) -> None:
    client = make.client(lin)
    answer = client.post(reverse("accounts:sign-out"))
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get(PROFILE).status_code == 302
    assert client.get(reverse("accounts:sign-out")).status_code == 405


def test_a_link_sets_the_first_password_and_is_then_spent(client: Client) -> None:
    user = actions.create_user(username="zhou", display_name="周敏", by=None, unit=None)
    url = reverse("accounts:link", args=[actions.make_link(user=user, by=None, now=timezone.now())])
    assert "周敏" in client.get(url).content.decode()
    weak = client.post(url, {"new": "short", "again": "short"})
    assert weak.status_code == 422
    unequal = client.post(url, {"new": "a long pass-phrase", "again": "another"})
    assert "两次输入不一样" in unequal.content.decode()
    done = client.post(url, {"new": "a long pass-phrase", "again": "a long pass-phrase"})
    assert done["Location"] == SIGN_IN
    assert client.get(url).status_code == 410
    assert client.post(SIGN_IN, {"username": "zhou", "password": "a long pass-phrase"}).status_code == 302


def test_a_changed_password_needs_the_old_one_and_ends_the_other_sessions(lin: User) -> None:
    here, there = make.client(lin), make.client(lin)
    url, new = reverse("accounts:password"), "a long pass-phrase"
    assert here.post(url, {"old": "wrong", "new": new, "again": new}).status_code == 422
    assert here.post(url, {"old": make.PASSWORD, "new": new, "again": new})["Location"] == PROFILE
    assert here.get(PROFILE).status_code == 200
    assert there.get(PROFILE).status_code == 302


def test_sessions_are_listed_without_their_keys_and_closed_one_by_one(lin: User) -> None:
    here, there = make.client(lin), make.client(lin)
    page = here.get(PROFILE).content.decode()
    key = there.cookies[settings.SESSION_COOKIE_NAME].value
    assert key not in page
    (mark,) = re.findall(r'name="session" value="([0-9a-f]{16})"', page)
    here.post(reverse("accounts:close-session"), {"session": mark})
    assert (here.get(PROFILE).status_code, there.get(PROFILE).status_code) == (200, 302)


def test_another_persons_session_cannot_be_closed(lin: User) -> None:
    wu = make.client(make.member(make.unit(), username="wu"))
    lins = make.client(lin)
    key = lins.cookies[settings.SESSION_COOKIE_NAME].value
    wu.post(reverse("accounts:close-session"), {"session": digest(key)[:16]})
    assert lins.get(PROFILE).status_code == 200


def test_a_key_for_programs_is_shown_once_and_opens_the_api_until_revoked(lin: User) -> None:
    client = make.proved(make.client(lin))
    page = client.post(reverse("accounts:make-token"), {"name": "月报", "days": "30"}).content.decode()
    secret = re.search(r'value="(sc_[^"]+)"', page)[1]
    assert secret not in client.get(PROFILE).content.decode()
    token = ApiToken.objects.get()
    stranger = make.client(make.member(make.unit(), username="wu"))
    assert stranger.post(reverse("accounts:revoke-token", args=[token.pk])).status_code == 404
    client.post(reverse("accounts:revoke-token", args=[token.pk]))
    assert list(queries.tokens(lin, timezone.now())) == []


def test_a_role_without_the_right_gets_no_key_for_programs() -> None:
    zhou = make.member(make.unit(), "viewer", "zhou")
    answer = make.proved(make.client(zhou)).post(reverse("accounts:make-token"), {"name": "x", "days": "30"})
    assert answer.status_code == 403
    assert not ApiToken.objects.exists()


def test_what_was_typed_is_kept_while_the_person_proves_who_they_are(lin: User) -> None:
    client = make.client(lin)
    url = reverse("accounts:make-token")
    asked = client.post(url, {"name": "月报", "days": "30"})
    assert 'name="name" value="月报"' in asked.content.decode()
    wrong = client.post(url, {"name": "月报", "days": "30", "proof": "wrong"})
    assert (wrong.status_code, ApiToken.objects.count()) == (422, 0)
    right = client.post(url, {"name": "月报", "days": "30", "proof": make.PASSWORD})
    assert (right.status_code, ApiToken.objects.get().name) == (200, "月报")


def test_a_page_that_wants_a_fresh_proof_comes_back_after_it(lin: User) -> None:
    client = make.client(lin)
    enrolment = reverse("accounts:second-factor")
    asked = client.get(enrolment)
    assert asked["Location"].startswith(reverse("accounts:prove"))
    target = client.post(reverse("accounts:prove"), {"proof": make.PASSWORD, "next": enrolment})
    assert target["Location"] == enrolment
    assert client.get(enrolment).status_code == 200


def test_ones_own_facts_are_saved_and_a_bad_address_is_named(lin: User) -> None:
    client = make.client(lin)
    bad = client.post(reverse("accounts:facts"), {"phone": "13800001111", "email": "nowhere"})
    assert (bad.status_code, "13800001111" in bad.content.decode()) == (422, True)
    client.post(reverse("accounts:facts"), {"phone": "13800001111", "email": "lin@example.cn"})
    assert User.objects.get(pk=lin.pk).phone == "13800001111"
    assert "13800001111" not in str(list(Line.objects.values_list("after", flat=True)))


def test_the_profile_asks_as_many_questions_for_three_rows_as_for_one(lin: User) -> None:
    client = make.client(lin)
    asked = []
    for rows in (1, 2):
        for number in range(rows):
            make.client(lin)
            actions.make_token(user=lin, name=str(number), days=30, now=timezone.now(), by=lin)
        asked.append(make.questions(lambda: client.get(PROFILE)))
    assert asked[0] == asked[1]
