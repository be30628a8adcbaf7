"""A draw is fair, leaves conflicts out, and comes out the same for whoever repeats it."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safecommunity.core.draws import (
    Candidate,
    CannotDraw,
    Drawn,
    Drum,
    Inspector,
    draw,
    fingerprint,
    list_text,
    number,
    program,
    read_list,
)

CODES = st.text("abcdef阳光123-\"'\\{}", min_size=1, max_size=6)
BARRED = Inspector("p", frozenset("a"))
SEEDS = st.text(min_size=1, max_size=20).filter(lambda text: text.strip() and text.isprintable())


@st.composite
def drums(draw_from: st.DrawFn) -> Drum:
    codes = draw_from(st.lists(CODES, min_size=1, max_size=12, unique=True))
    candidates = tuple(
        Candidate(code, draw_from(st.sampled_from(["red", "blue"])), draw_from(st.integers(1, 5)))
        for code in codes
    )
    there = Counter(one.stratum for one in candidates)
    counts = {stratum: draw_from(st.integers(0, most)) for stratum, most in there.items()}
    people = draw_from(st.lists(CODES, min_size=3, max_size=6, unique=True))
    inspectors = tuple(
        Inspector(code, draw_from(st.frozensets(st.sampled_from(codes))) if place > 1 else frozenset())
        for place, code in enumerate(people)
    )
    return Drum(candidates, counts, inspectors, draw_from(st.integers(0, 2)))


def simple(units: int = 6, count: int = 2) -> Drum:
    return Drum(
        tuple(Candidate(f"u{place}") for place in range(units)),
        {"": count},
        (Inspector("lin", frozenset({"u0", "u1"})), Inspector("zhou"), Inspector("wu")),
        2,
    )


def test_this_list_and_this_seed_give_this_result() -> None:
    drum = simple()
    assert fingerprint(drum) == "7b92ef425b782aa372352230fea344a0b9271fbe6935da6aa9eb13dd5a5835dd"
    assert draw(drum, "2026-11-24 双色球 03 08 17 21 25 30 11") == (
        Drawn(code="u0", team=("wu", "zhou")),
        Drawn(code="u4", team=("lin", "wu")),
    )


@given(drums(), SEEDS)
def test_it_comes_out_the_same_in_any_order_of_the_list(drum: Drum, seed: str) -> None:
    turned = Drum(
        drum.candidates[::-1],
        dict(reversed(drum.counts.items())),
        drum.inspectors[::-1],
        drum.team,
    )
    assert draw(turned, seed) == draw(drum, f" {seed} ")
    assert draw(read_list(list_text(drum)), seed) == draw(drum, seed)


@given(drums(), SEEDS)
def test_each_stratum_has_its_count_and_no_conflict_is_sent(drum: Drum, seed: str) -> None:
    found = draw(drum, seed)
    stratum = {one.code: one.stratum for one in drum.candidates}
    conflicts = {one.code: one.conflicts for one in drum.inspectors}
    assert Counter(stratum[one.code] for one in found) == Counter(drum.counts)
    assert all(len(set(one.team)) == drum.team for one in found)
    assert not any(one.code in conflicts[person] for one in found for person in one.team)


@given(drums(), SEEDS, st.data())
def test_a_changed_list_has_another_fingerprint(drum: Drum, seed: str, data: st.DataObject) -> None:
    lost = data.draw(st.sampled_from(drum.candidates))
    rest = tuple(one for one in drum.candidates if one != lost)
    assert fingerprint(Drum(rest, {}, drum.inspectors, drum.team)) != fingerprint(drum)


@pytest.mark.parametrize("seed", ["8", "a'b\"\\n{}", "春分 3 月 20 日"])
def test_a_stranger_repeats_it_with_the_printed_program(seed: str) -> None:
    drum = Drum(
        tuple(Candidate(f"街道{place}", "红" if place % 3 else "蓝", 1 + place % 4) for place in range(40)),
        {"红": 6, "蓝": 3},
        tuple(Inspector(f"p{place}", frozenset({f"街道{place}"})) for place in range(5)),
        2,
    )
    lines = [f"list {fingerprint(drum)}", *(" ".join([one.code, *one.team]) for one in draw(drum, seed))]
    said = subprocess.run(
        [sys.executable, "-X", "utf8", "-I", "-c", program(drum, seed)],
        capture_output=True, check=True, encoding="utf-8",
    )  # fmt: skip
    assert said.stdout.splitlines() == lines


def test_weight_three_is_drawn_three_times_as_often() -> None:
    drum = Drum((Candidate("heavy", weight=3), Candidate("light")), {"": 1})
    times = Counter(draw(drum, str(seed))[0].code for seed in range(2000))
    assert 1420 <= times["heavy"] <= 1580


def test_every_unit_is_equally_likely_and_the_work_is_shared() -> None:
    drum = Drum(
        tuple(Candidate(f"u{place}") for place in range(5)),
        {"": 4},
        tuple(Inspector(f"p{place}") for place in range(4)),
        1,
    )
    times: Counter[str] = Counter()
    for seed in range(1000):
        found = draw(drum, str(seed))
        times.update(one.code for one in found)
        assert Counter(person for one in found for person in one.team) == {
            f"p{place}": 1 for place in range(4)
        }
    assert all(740 <= times[f"u{place}"] <= 860 for place in range(5))


@pytest.mark.parametrize(
    ("make", "reason", "about"),
    [
        (lambda: Drum((Candidate("a"), Candidate("a")), {}), "twice", "a"),
        (lambda: Drum((Candidate(""),), {}), "twice", ""),
        (lambda: Drum((Candidate("a", weight=0),), {}), "weight", "a"),
        (lambda: Drum((Candidate("a", weight=101),), {}), "weight", "a"),
        (lambda: Drum((Candidate("a"),), {"": 2}), "count", ""),
        (lambda: Drum((Candidate("a"),), {"red": 1}), "count", "red"),
        (lambda: Drum((Candidate("a"),), {"": 1}, (), 1), "team", ""),
        (lambda: draw(Drum((Candidate("a"),), {"": 1}), " "), "seed", ""),
        (lambda: draw(Drum((Candidate("a"),), {"": 1}, (BARRED,), 1), "7"), "conflicts", "a"),
        (lambda: read_list("[]"), "list", ""),
        (lambda: read_list("{"), "list", ""),
        (lambda: read_list('{"candidates":[["a","","x"]]}'), "list", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused_by_name(make, reason, about) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(CannotDraw) as refused:
        make()
    assert (refused.value.reason, refused.value.about) == (reason, about)


def test_the_number_of_a_ticket_is_plain_hmac() -> None:
    # RFC 4231, test case 2
    assert number("Jefe", "what do ya want for nothing?") == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
