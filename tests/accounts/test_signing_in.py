"""Names and passwords: counted tries, nothing told, closed accounts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from safecommunity.accounts import actions, attempts, queries, signing
from safecommunity.accounts.actions import Taken, Wrong
from safecommunity.accounts.models import ApiToken, Attempts, User
from safecommunity.accounts.signing import LinkUsed, Locked
from safecommunity.audit.models import Line
from tests import make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def lin() -> User:
    return make.user("lin", created_at=NOW)


def enter(password: str, *, username: str = "lin", at: datetime = NOW, ip: str = "10.0.0.1") -> User:
    return signing.check_password(username, password, ip=ip, now=at)


def wrong(times: int, **where: object) -> None:
    for _ in range(times):
        with pytest.raises(Wrong):
            enter("wrong password", **where)  # type: ignore[arg-type]


def test_the_right_password_gives_the_person(lin: User) -> None:
    assert enter(make.PASSWORD) == lin


@pytest.mark.parametrize("username", ["lin", "nobody"])
def test_the_sixth_try_waits_fifteen_minutes_whether_the_account_exists_or_not(
    lin: User, username: str
) -> None:
    wrong(5, username=username)
    with pytest.raises(Locked) as locked:
        enter(make.PASSWORD, username=username)
    assert locked.value.until == NOW + 15 * MINUTE
    with pytest.raises(Locked):
        enter(make.PASSWORD, username=username, at=NOW + 14 * MINUTE)


def test_after_the_pause_the_right_password_works_and_clears_the_count(lin: User) -> None:
    wrong(5)
    assert enter(make.PASSWORD, at=NOW + 16 * MINUTE) == lin
    wrong(4, at=NOW + 17 * MINUTE)
    assert enter(make.PASSWORD, at=NOW + 17 * MINUTE) == lin


def test_each_pause_is_twice_as_long_until_a_day_of_quiet(lin: User) -> None:
    wrong(5)
    wrong(5, at=NOW + 15 * MINUTE)
    with pytest.raises(Locked) as second:
        enter(make.PASSWORD, at=NOW + 16 * MINUTE)
    assert second.value.until == NOW + 45 * MINUTE
    wrong(5, at=NOW + timedelta(days=2))
    with pytest.raises(Locked) as later:
        enter("x", at=NOW + timedelta(days=2))
    assert later.value.until == NOW + timedelta(days=2, minutes=15)


def test_tries_are_not_forgotten_by_spreading_them_over_the_window(lin: User) -> None:
    for minute in (0, 14, 28, 42, 56):
        wrong(1, at=NOW + minute * MINUTE)
    with pytest.raises(Locked):
        enter(make.PASSWORD, at=NOW + 57 * MINUTE)


def test_an_address_may_fail_thirty_times_and_successes_do_not_help_it(lin: User) -> None:
    for number in range(29):
        wrong(1, username=f"guess{number}")
    assert enter(make.PASSWORD) == lin
    assert enter(make.PASSWORD) == lin
    wrong(1, username="guess29")
    with pytest.raises(Locked):
        enter(make.PASSWORD)
    assert enter(make.PASSWORD, ip="10.0.0.2") == lin


def test_upper_case_and_spaces_do_not_give_more_tries(lin: User) -> None:
    for name in ("LIN", " lin", "Lin ", "lin", "liN"):
        wrong(1, username=name)
    with pytest.raises(Locked):
        enter(make.PASSWORD)


def test_counting_keeps_no_name_and_no_address_in_clear(lin: User) -> None:
    wrong(1)
    assert all("lin" not in row.key and "10.0" not in row.key for row in Attempts.objects.all())


def test_every_failure_is_in_the_log_and_an_unknown_name_is_not(lin: User) -> None:
    wrong(1)
    wrong(1, username="my password by mistake")
    lines = Line.objects.filter(act="session.opened", outcome="refused").order_by("id")
    assert [(line.target, line.reason) for line in lines] == [
        (f"accounts.user:{lin.pk}", "wrong password from 10.0.0.1"),
        ("unknown account", "wrong password from 10.0.0.1"),
    ]


@pytest.mark.parametrize(
    "facts",
    [{"is_active": False}, {"ends_date": date(2026, 3, 1)}, {"last_login": NOW - timedelta(days=91)}],
)
def test_closed_ended_and_long_unused_accounts_are_refused_like_a_wrong_password(
    lin: User, facts: dict[str, object]
) -> None:
    User.objects.filter(pk=lin.pk).update(**facts)
    with pytest.raises(Wrong):
        enter(make.PASSWORD)


def test_an_account_unused_for_ninety_days_is_closed_by_the_nightly_round(lin: User) -> None:
    make.user("zhou", created_at=NOW, last_login=NOW + timedelta(days=80))
    assert actions.close_unused(now=NOW + timedelta(days=91), by=None) == 1
    assert list(User.objects.filter(is_active=False)) == [lin]
    assert Line.objects.get(act="user.closed").reason == "unused for 90 days"
    zhou = User.objects.get(username="zhou")
    actions.reopen_user(user=lin, by=zhou, now=NOW + timedelta(days=92), ends_date=None)
    assert actions.close_unused(now=NOW + timedelta(days=93), by=None) == 0


@pytest.mark.parametrize("password", ["short", "1234567890123", "password123", "linlinlin-lin", "qwertyuiop"])
def test_weak_passwords_are_refused(lin: User, password: str) -> None:
    with pytest.raises(ValidationError):
        actions.set_password(user=User(username="linlinlin", display_name="林晓"), password=password, by=lin)


def test_a_link_sets_one_password_once_within_three_days(lin: User) -> None:
    wrong(5)
    secret = actions.make_link(user=lin, by=None, now=NOW)
    assert signing.link_owner(secret, NOW) == lin
    with pytest.raises(LinkUsed):
        signing.link_owner(secret, NOW + timedelta(hours=73))
    signing.use_link(secret, "another long pass-phrase", now=NOW)
    with pytest.raises(LinkUsed):
        signing.use_link(secret, "a third long pass-phrase", now=NOW)
    assert enter("another long pass-phrase") == lin


def test_a_newer_link_ends_the_older_one_and_so_does_a_new_password(lin: User) -> None:
    old, new = (actions.make_link(user=lin, by=None, now=NOW) for _ in range(2))
    with pytest.raises(LinkUsed):
        signing.link_owner(old, NOW)
    actions.set_password(user=lin, password="another long pass-phrase", by=lin)
    with pytest.raises(LinkUsed):
        signing.link_owner(new, NOW)


def test_a_user_name_is_taken_whatever_its_case(lin: User) -> None:
    with pytest.raises(Taken):
        actions.create_user(username="LIN", display_name="另一个林", by=lin, unit=None)


def test_a_key_for_programs_is_kept_as_a_hash_and_ends_when_revoked_or_closed(lin: User) -> None:
    token, secret = actions.make_token(user=lin, name="月报", days=30, now=NOW, by=lin)
    assert secret not in str(ApiToken.objects.values_list().get())
    assert list(queries.tokens(lin, NOW)) == [token]
    assert list(queries.tokens(lin, NOW + timedelta(days=31))) == []
    actions.revoke_token(token=token, by=lin, now=NOW)
    assert list(queries.tokens(lin, NOW)) == []
    other, _secret = actions.make_token(user=lin, name="导出", days=30, now=NOW, by=lin)
    actions.close_user(user=lin, by=None)
    other.refresh_from_db()
    assert other.revoked_at is not None


def test_a_try_that_is_locked_is_never_evaluated(lin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong(5)
    evaluated: list[str] = []
    monkeypatch.setattr(signing, "authenticate", lambda **given: evaluated.append(given["username"]))
    with pytest.raises(Locked):
        enter(make.PASSWORD)
    assert evaluated == []


def test_the_guard_counts_before_and_not_after() -> None:
    guard = attempts.account("lin")
    assert [attempts.take(guard, NOW) for _ in range(5)] == [None] * 5
    assert attempts.take(guard, NOW) == NOW + 15 * MINUTE
