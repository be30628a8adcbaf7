from __future__ import annotations

import pytest

from safecommunity.core.place_names import directory, short

NEIGHBOURHOODS = {
    "130104001001": "支农路社区居委会",
    "130104001021": "恒大社区居委会",
    "130104001022": "恒大第一社区居委会",
    "130104001030": "李家村村民委员会",
    "130104001040": "和社区",
}
GRIDS = [(code, f"{code}001", "第一网格") for code in ("130104001001", "130104001021")]


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("支农路社区居委会", "支农路"), ("李家村村民委员会", "李家村"), ("幸福里社区居民委员会", "幸福里"),
        ("仓红", "仓红"),
    ],
)  # fmt: skip
def test_a_neighbourhoods_own_name_is_what_stands_before_its_committee(name: str, own: str) -> None:
    assert short(name) == own


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("东里街道支农路社区2号楼", "130104001001"),
        ("支农路居委会门前", "130104001001"),
        ("支农路社区第一网格3号楼", "130104001001001"),
        ("恒大社区第一网格", "130104001021001"),
        ("恒大第一社区5号楼", "130104001022"),
        ("李家村东头水塘", "130104001030"),
        ("支农路12号", ""),
        ("第一网格", ""),
        ("和社区活动室", ""),
        ("支农路社区和恒大社区交界", ""),
        ("", ""),
    ],
)
def test_the_words_name_one_place_or_none(words: str, code: str) -> None:
    assert directory(NEIGHBOURHOODS, GRIDS).named_in(words) == code


def test_two_neighbourhoods_of_one_name_are_not_told_apart() -> None:
    both = {"130104001001": "新村社区", "130104002001": "新村社区居委会"}
    assert directory(both, []).named_in("新村社区1号楼") == ""
