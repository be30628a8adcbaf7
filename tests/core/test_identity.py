from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safecommunity.core import identity
from safecommunity.core.messages import RefusedError

resident_ids = st.builds(
    lambda born, tail: f"110105{born:%Y%m%d}{tail:03d}",
    st.dates(date(1900, 1, 1), date(2026, 12, 31)),
    st.integers(0, 999),
).map(lambda first: first + identity.resident_check(first))


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_two_examples_of_the_standard_are_accepted(number: str) -> None:
    assert identity.resident_id(number) == number


def test_a_number_typed_with_blanks_small_x_or_full_width_digits_is_the_same_number() -> None:
    assert identity.resident_id(" 110105 19491231 002x ") == "11010519491231002X"
    assert identity.resident_id("11010519491231002X") == "11010519491231002X"


@pytest.mark.parametrize(
    "number",
    ["11010519491231002", "110105194912310021", "99010519491231002X", "11010519491331002X", "", "abc"],
)
def test_a_wrong_number_is_refused(number: str) -> None:
    with pytest.raises(RefusedError):
        identity.resident_id(number)


@given(resident_ids, st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_noticed(number: str, place: int, added: int) -> None:
    wrong = number[:place] + str((int(number[place]) + added) % 10) + number[place + 1 :]
    with pytest.raises(RefusedError):
        identity.resident_id(wrong)


def test_birthday_and_sex_are_read_from_the_number() -> None:
    assert identity.birth_date("11010519491231002X") == date(1949, 12, 31)
    assert identity.sex("11010519491231002X") == "female"
    assert identity.sex("440524188001010014") == "male"


@pytest.mark.parametrize("code", ["91350100M000100Y43", "914403001922038216", "9144030071526726XG"])
def test_real_credit_codes_are_accepted(code: str) -> None:
    assert identity.uscc(code.lower()) == code


@pytest.mark.parametrize("code", ["91350100M000100Y44", "91350100M000100Y4", "91350100I000100Y43", ""])
def test_a_wrong_credit_code_is_refused(code: str) -> None:
    with pytest.raises(RefusedError):
        identity.uscc(code)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 0000 0001", "13800000001"),
        ("138-0000-0001", "13800000001"),
        ("+86 13800000001", "13800000001"),
        ("(0311)86012345", "0311-86012345"),
        ("031186012345", "0311-86012345"),
        ("01065001234", "010-65001234"),
        ("400-800-1234", "400-800-1234"),
        ("12345", "12345"),
        ("96119", "96119"),
    ],
)
def test_telephones_are_brought_to_one_form(typed: str, kept: str) -> None:
    assert identity.phone(typed) == kept


@pytest.mark.parametrize("typed", ["1380000000", "23800000001", "电话", "", "0311-123"])
def test_a_wrong_telephone_is_refused(typed: str) -> None:
    with pytest.raises(RefusedError):
        identity.phone(typed)


def test_plates_are_brought_to_one_form_and_the_common_ones_are_known() -> None:
    assert identity.plate("冀a·12345") == "冀A12345"
    assert all(identity.is_plate(plate) for plate in ["冀A12345", "渝AD12345", "川A12345F", "冀A1234挂"])
    assert not any(identity.is_plate(plate) for plate in ["冀I12345", "A12345", "冀A1234"])
