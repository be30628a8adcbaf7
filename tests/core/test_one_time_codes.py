"""One-time codes against the vectors of RFC 4226 (appendix D) and RFC 6238 (appendix B)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safecommunity.core import one_time_codes as codes

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("counter", "code"),
    list(
        enumerate(
            [
                "755224",
                "287082",
                "359152",
                "969429",
                "338314",
                "254676",
                "287922",
                "162583",
                "399871",
                "520489",
            ]
        )
    ),
)
def test_the_ten_codes_of_rfc_4226_come_out(counter: int, code: str) -> None:
    assert codes.code_at(SECRET, counter) == code


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"), (1111111109, "081804"), (1111111111, "050471"),
        (1234567890, "005924"), (2000000000, "279037"), (20000000000, "353130"),
    ],
)  # fmt: skip
def test_the_times_of_rfc_6238_give_the_last_six_of_its_eight_digits(seconds: int, code: str) -> None:
    assert codes.code_at(SECRET, codes.step_of(seconds)) == code


def test_a_code_counts_one_step_early_or_late_and_no_further() -> None:
    now = 1_700_000_000
    step = codes.step_of(now)
    assert [codes.matching_step(SECRET, codes.code_at(SECRET, step + d), now) for d in (-2, -1, 0, 1, 2)] == [
        None, step - 1, step, step + 1, None,
    ]  # fmt: skip


@given(st.integers(100, 2**40))
def test_a_code_of_a_used_step_is_not_taken_again(step: int) -> None:
    code, now = codes.code_at(SECRET, step), step * codes.STEP_SECONDS
    found = codes.matching_step(SECRET, code, now)
    assert found is not None
    again = codes.matching_step(SECRET, code, now, after=found)
    assert again is None or again > found


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "٣٣٣٣٣٣", "1" * 5000])
def test_what_is_no_code_is_no_code(code: str) -> None:
    assert codes.matching_step(SECRET, code, 59) is None


def test_the_address_carries_issuer_account_and_secret() -> None:
    assert codes.address(SECRET, account="lin", issuer="安全社区") == (
        "otpauth://totp/%E5%AE%89%E5%85%A8%E7%A4%BE%E5%8C%BA:lin"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E5%AE%89%E5%85%A8%E7%A4%BE%E5%8C%BA"
    )


def test_secrets_and_recovery_codes_are_new_each_time() -> None:
    assert len({codes.new_secret() for _ in range(20)}) == 20
    assert len({codes.recovery_code() for _ in range(20)}) == 20
    assert all(len(code) == 11 and code[5] == "-" for code in [codes.recovery_code()])
