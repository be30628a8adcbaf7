"""Every risk method, direct rule and grade that ships fits the others."""

from __future__ import annotations

import pytest

from safecommunity import library
from safecommunity.library.shelf import HERE, LibraryError

CODES = sorted(file.stem for file in (HERE / "methods").glob("*.toml"))


def test_there_are_methods() -> None:
    assert {"lec", "ls"} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_method_can_be_read_and_has_words_in_both_languages(code: str) -> None:
    method = library.methods[code]
    words = [method.name, *(factor.name for factor in method.factors), *(band.name for band in method.bands)]
    words += [one for factor in method.factors for one in factor.values.values()]
    assert all(zh and en for zh, en in words)


def test_a_grade_that_is_not_in_the_list_is_refused() -> None:
    content = (HERE / "methods" / "ls.toml").read_bytes().replace(b'grade = "larger"', b'grade = "purple"')
    with pytest.raises(LibraryError, match="purple"):
        library.methods.parse("ls.toml", content)


def test_grades_say_colour_rank_level_and_days_to_the_next_review() -> None:
    grades = library.codes["risk-grades"]
    assert {code: grade.extra["colour"] for code, grade in grades.items()} == {
        "major": "red", "larger": "orange", "general": "yellow", "low": "blue",
    }  # fmt: skip
    ranks = [int(grade.extra["rank"]) for grade in grades.values()]
    days = [int(grade.extra["review_days"]) for grade in grades.values()]
    assert ranks == sorted(ranks, reverse=True)
    assert days == sorted(days)
    assert all(grade.extra["controlled_by"] and grade.extra["controlled_by_en"] for grade in grades.values())


def test_direct_rules_name_grades() -> None:
    for rule in library.codes["direct-risks"].values():
        assert rule.extra["grade"] in library.codes["risk-grades"]


def test_what_calls_for_a_review_is_a_record_of_a_ledger_and_gives_a_reason() -> None:
    for rule in library.codes["review-calls"].values():
        assert rule.extra["reason"] in {"accident", "hazard", "change"}
        ledger = library.ledgers.get(rule.extra["ledger"])
        if ledger and rule.extra["field"]:
            assert rule.extra["field"] in ledger.fields
