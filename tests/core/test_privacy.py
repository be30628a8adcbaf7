from collections import defaultdict
from itertools import product

import pytest

from safecommunity.core import privacy


def test_masks_are_those_of_the_house() -> None:
    assert privacy.mask_resident_id("11010519491231002X") == "110***********002X"
    assert privacy.mask_phone("13800000001") == "138****0001"
    assert privacy.mask_phone("0311-86012345") == "0311-******45"
    assert privacy.mask_phone("12345") == "12345"
    assert [privacy.mask_name(name) for name in ["张三", "欧阳修远", "张", ""]] == ["张*", "欧***", "张*", ""]
    assert [privacy.mask_text(text) for text in ["高血压", ""]] == ["***", ""]


def test_numbers_inside_a_text_are_hidden() -> None:
    text = "林 11010519491231002X 电话13800000001,编号 202611240001"
    assert privacy.hide_numbers(text) == "林 110***********002X 电话138****0001,编号 202611240001"


@pytest.mark.parametrize(("count", "told"), [(0, "0"), (1, "<5"), (4, "<5"), (5, "5"), (120, "120")])
def test_small_counts_are_not_told(count: int, told: str) -> None:
    assert privacy.small_count(count) == told


def test_a_single_hidden_count_takes_a_neighbour_with_it() -> None:
    assert privacy.suppressed([3, 10, 7, 0]) == ["<5", "10", "…", "0"]
    assert privacy.suppressed([3, 2, 7]) == ["<5", "<5", "7"]
    assert privacy.suppressed([5, 6]) == ["5", "6"]


def test_what_no_number_of_neighbours_can_hide_is_not_told_at_all() -> None:
    assert privacy.suppressed([1, 1, 0]) == ["…", "…", "…"]
    assert privacy.suppressed([6, 2]) == ["…", "…"]


@pytest.mark.requirement("R155")
def test_no_small_count_follows_from_what_is_told_and_its_sum() -> None:
    """All rows of three counts up to a sum: whoever knows the rule finds several numbers for each."""
    alike = defaultdict(list)
    for counts in product(range(23), repeat=3):
        if sum(counts) < 23:
            alike[tuple(privacy.suppressed(counts)), sum(counts)].append(counts)
    narrowed = [
        (told, rows)
        for (told, _sum), rows in alike.items()
        for place, text in enumerate(told)
        if text == "<5" and len({row[place] for row in rows}) == 1
    ]
    assert narrowed == []
