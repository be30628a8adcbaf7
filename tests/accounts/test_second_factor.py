"""The second factor: sealed, each code once, recovery codes once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from safecommunity.accounts import actions, queries, signing
from safecommunity.accounts.actions import Wrong
from safecommunity.accounts.models import RecoveryCode, SecondFactor, User
from safecommunity.accounts.signing import Locked
from safecommunity.core import one_time_codes as codes
from tests import make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
STEP = timedelta(seconds=codes.STEP_SECONDS)


@pytest.fixture
def lin() -> User:
    return make.user("lin")


@pytest.fixture
def secret(lin: User) -> bytes:
    secret = actions.begin_second_factor(user=lin, by=lin)
    actions.confirm_second_factor(user=lin, code=code_of(secret, NOW), now=NOW, by=lin)
    return secret


def code_of(secret: bytes, at: datetime) -> str:
    return codes.code_at(secret, codes.step_of(at.timestamp()))


def test_a_factor_counts_only_once_a_code_of_it_was_entered(lin: User) -> None:
    secret = actions.begin_second_factor(user=lin, by=lin)
    assert not queries.has_second_factor(lin)
    with pytest.raises(Wrong):
        actions.confirm_second_factor(user=lin, code="000000", now=NOW, by=lin)
    assert len(actions.confirm_second_factor(user=lin, code=code_of(secret, NOW), now=NOW, by=lin)) == 10
    assert queries.has_second_factor(lin)


def test_the_secret_is_sealed_and_bound_to_its_owner(lin: User, secret: bytes) -> None:
    factor = SecondFactor.objects.get()
    assert codes.as_text(secret) not in factor.secret
    SecondFactor.objects.update(user=make.user("zhou"))
    with pytest.raises(ValueError, match="secondfactor"):
        signing.check_second_factor(User.objects.get(username="zhou"), "123456", now=NOW)


def test_each_code_works_once_and_older_ones_no_more(lin: User, secret: bytes) -> None:
    later = NOW + 2 * STEP
    with pytest.raises(Wrong):
        signing.check_second_factor(lin, code_of(secret, NOW), now=NOW)
    signing.check_second_factor(lin, code_of(secret, later), now=later)
    for at in (later, later - STEP):
        with pytest.raises(Wrong):
            signing.check_second_factor(lin, code_of(secret, at), now=later)


def test_five_wrong_codes_lock_the_factor(lin: User, secret: bytes) -> None:
    for _ in range(5):
        with pytest.raises(Wrong):
            signing.check_second_factor(lin, "000000", now=NOW)
    with pytest.raises(Locked):
        signing.check_second_factor(lin, code_of(secret, NOW + STEP), now=NOW + STEP)


def test_a_recovery_code_works_once_in_any_writing_and_is_kept_as_a_hash(lin: User, secret: bytes) -> None:
    first, second, *_rest = actions.new_recovery_codes(user=lin, by=lin)
    assert all(first not in row.digest for row in RecoveryCode.objects.all())
    signing.check_second_factor(lin, f" {first.lower()} ", now=NOW)
    with pytest.raises(Wrong):
        signing.check_second_factor(lin, first, now=NOW)
    signing.check_second_factor(lin, second.replace("-", ""), now=NOW)
    assert queries.recovery_codes_left(lin) == 8


def test_new_recovery_codes_end_the_old_ones(lin: User, secret: bytes) -> None:
    old = actions.new_recovery_codes(user=lin, by=lin)[0]
    actions.new_recovery_codes(user=lin, by=lin)
    with pytest.raises(Wrong):
        signing.check_second_factor(lin, old, now=NOW)


def test_beginning_again_does_not_weaken_a_factor_in_force(lin: User, secret: bytes) -> None:
    actions.begin_second_factor(user=lin, by=lin)
    later = NOW + 3 * STEP
    signing.check_second_factor(lin, code_of(secret, later), now=later)


def test_a_removed_factor_is_gone_with_its_recovery_codes(lin: User, secret: bytes) -> None:
    actions.remove_second_factor(user=lin, by=lin)
    assert not queries.has_second_factor(lin)
    assert queries.recovery_codes_left(lin) == 0
