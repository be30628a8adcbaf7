"""Division codes: levels, parents, ranges, grids."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safecommunity.core import divisions
from safecommunity.core.divisions import CodeError, Level

CODES = st.sampled_from([2, 4, 6, 9, 12]).flatmap(
    lambda length: st.from_regex(rf"[1-9][0-9]{{{length - 1}}}", fullmatch=True)
)


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("13", Level.PROVINCE),
        ("1301", Level.PREFECTURE),
        ("130102", Level.COUNTY),
        ("130102001", Level.SUB_DISTRICT),
        ("130102001001", Level.NEIGHBOURHOOD),
    ],
)
def test_the_length_of_a_code_is_its_level(code: str, level: Level) -> None:
    assert divisions.level_of(code) is level


@pytest.mark.parametrize(
    "code", ["", "1", "130", "13010", "13010200", "1301020010", "13a1", "03", "1301", " 13"]
)
def test_other_lengths_and_letters_are_refused_with_a_reason(code: str) -> None:
    with pytest.raises(CodeError, match=r"区划代码|网格"):
        divisions.grid_code(code, 1)


def test_the_ancestors_of_a_neighbourhood_are_its_prefixes() -> None:
    assert divisions.ancestors_of("511603104001") == ("51", "5116", "511603", "511603104")


def test_a_padded_code_is_cut_at_its_level_and_never_elsewhere() -> None:
    assert divisions.at_level("130102000000", Level.COUNTY) == "130102"
    assert divisions.at_level("441900", Level.COUNTY) == "441900"
    with pytest.raises(CodeError, match="不是第 2 级"):
        divisions.at_level("130102000000", Level.PREFECTURE)
    with pytest.raises(CodeError, match="不是第 4 级"):
        divisions.at_level("130102", Level.SUB_DISTRICT)


@given(CODES)
def test_padding_and_cutting_give_the_code_back(code: str) -> None:
    assert divisions.at_level(divisions.padded(code), divisions.level_of(code)) == code


@given(CODES)
def test_the_parent_is_the_last_ancestor_and_one_level_up(code: str) -> None:
    above = divisions.ancestors_of(code)
    assert divisions.parent_of(code) == (above[-1] if above else "")
    assert len(above) == divisions.level_of(code) - 1


@given(CODES, CODES)
def test_the_range_below_a_code_holds_exactly_what_begins_with_it(code: str, other: str) -> None:
    first, end = divisions.below(code)
    assert (first <= other < end) == other.startswith(code)


@pytest.mark.parametrize("twin", ["2", "12", "130103", "13010", "139999", "130102001001999"])
def test_a_twin_prefix_is_not_below(twin: str) -> None:
    first, end = divisions.below("130102")
    assert (first <= twin < end) is twin.startswith("130102")


@given(st.from_regex(r"[1-9][0-9]{11}", fullmatch=True), st.integers(1, 999))
def test_a_grid_code_is_split_into_what_it_was_made_of(neighbourhood: str, serial: int) -> None:
    assert divisions.split_grid(divisions.grid_code(neighbourhood, serial)) == (neighbourhood, serial)


@pytest.mark.parametrize("code", ["130102001001000", "13010200100101", "13010200100101x"])
def test_a_grid_code_of_serial_zero_or_wrong_length_is_refused(code: str) -> None:
    with pytest.raises(CodeError, match="网格"):
        divisions.split_grid(code)


def test_the_urban_rural_class_is_one_of_seven_or_not_given() -> None:
    assert list(divisions.URBAN_RURAL) == ["111", "112", "121", "122", "123", "210", "220"]
    assert divisions.check_urban_rural("") == ""
    assert divisions.check_urban_rural("220") == "220"
    with pytest.raises(CodeError, match="城乡分类"):
        divisions.check_urban_rural("113")
