"""Tokens of public forms with the clock passed in; receipts as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safecommunity.core import form_tokens
from safecommunity.core.form_tokens import Limits, TokenRefused

NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
LIMITS = Limits(least=4, most=3600)
TOKEN = form_tokens.issue("secret", "report/a", NOW, "n0nce", (7, 5))


def read(token: str = TOKEN, *, page: str = "report/a", seconds: float = 10, secret: str = "secret") -> str:
    return form_tokens.nonce_of(secret, page, token, NOW + timedelta(seconds=seconds), LIMITS)


def refusal(token: str = TOKEN, **changes: object) -> str:
    with pytest.raises(TokenRefused) as caught:
        read(token, **changes)  # type: ignore[arg-type]
    return caught.value.code


def test_a_token_is_good_for_its_page_from_the_least_to_the_most_seconds() -> None:
    assert read() == "n0nce"
    assert read(seconds=4) == read(seconds=3600) == "n0nce"
    assert refusal(seconds=3.9) == "early"
    assert refusal(seconds=3601) == "late"
    assert refusal(seconds=-60) == "early"
    assert refusal(page="report/b") == refusal(secret="other") == "forged"


def test_the_numbers_to_add_are_in_the_token_and_cannot_be_chosen() -> None:
    assert form_tokens.numbers(TOKEN) == (7, 5)
    assert refusal(TOKEN.replace(".7.5.", ".1.1.")) == "forged"


@given(st.text())
def test_what_is_no_token_is_refused_and_has_no_numbers(text: str) -> None:
    assert refusal(text) == "forged"
    assert all(isinstance(one, int) for one in form_tokens.numbers(text))


@given(st.binary(min_size=1, max_size=40).map(bytes.hex))
def test_a_receipt_follows_from_the_nonce_and_is_read_as_people_write_it(nonce: str) -> None:
    receipt = form_tokens.receipt("secret", nonce)
    assert receipt == form_tokens.receipt("secret", nonce) != form_tokens.receipt("other", nonce)
    written = receipt.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert form_tokens.read_receipt(written) == form_tokens.read_receipt(receipt) == receipt


def test_a_receipt_holds_at_least_eighty_bits_and_other_text_is_none() -> None:
    assert form_tokens.RECEIPT_SIGNS * 5 >= 80
    assert len({form_tokens.receipt("secret", str(number)) for number in range(2000)}) == 2000
    assert form_tokens.read_receipt("ABCD") == form_tokens.read_receipt("U" * 20) == ""
