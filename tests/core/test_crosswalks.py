from __future__ import annotations

from typing import Any

import pytest

from safecommunity.core.crosswalks import CrosswalkError, parse, same


def data(**changes: Any) -> dict[str, Any]:
    texts = {"name": "对照", "name_en": "walk", "source": "ours", "wording": "ours"}
    return texts | {"left": "hub", "right": "six", "pairs": {"1": ["I1"], "2": ["I1", "I2"]}} | changes


@pytest.mark.requirement("R99")
def test_one_piece_of_evidence_serves_both_ways() -> None:
    walk = parse("walk", data())

    assert same([walk], "hub") == {"1": (("six", "I1"),), "2": (("six", "I1"), ("six", "I2"))}
    assert same([walk], "six") == {"I1": (("hub", "1"), ("hub", "2")), "I2": (("hub", "2"),)}
    assert same([walk], "other") == {}


@pytest.mark.parametrize(
    ("changes", "key"),
    [({"left": ""}, "left"), ({"pairs": {}}, "pairs"), ({"pairs": {"1": "I1"}}, "pairs.1")],
)
def test_a_bad_file_is_refused_with_the_key_at_fault(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(CrosswalkError) as error:
        parse("walk", data(**changes))

    assert error.value.key == key
