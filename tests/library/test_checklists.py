"""Every checklist of the library holds together."""

from __future__ import annotations

import pytest

from safecommunity import library
from safecommunity.core.checklists import Checklist

LISTS = sorted(library.checklists)


@pytest.fixture(params=LISTS)
def checklist(request: pytest.FixtureRequest) -> Checklist:
    found: Checklist = library.checklists[request.param]
    return found


def test_every_section_has_items_and_every_text_its_english(checklist: Checklist) -> None:
    items = checklist.items.values()
    assert {item.section for item in items} == set(checklist.sections)
    words = [checklist.name, *checklist.sections.values(), *(item.text for item in items)]
    words += [choice.label for item in items for choice in item.choices]
    assert all(one.zh and one.en for one in words)


def test_every_item_says_where_it_was_found(checklist: Checklist) -> None:
    known = ("official", "found", "seed plan", "remembered", "ours")
    assert {item.code for item in checklist.items.values() if not item.source.startswith(known)} == set()


def test_two_items_never_say_the_same(checklist: Checklist) -> None:
    texts = [item.text.zh for item in checklist.items.values()]
    assert len(set(texts)) == len(texts)


@pytest.mark.requirement("R68", "R73")
def test_the_fire_checklist_asks_for_clear_ways_and_against_three_in_one() -> None:
    kinds = {item.kind for item in library.checklists["fire"].items.values()}
    assert {"fire-lane", "escape", "dangerous-goods", "three-in-one"} <= kinds


def test_every_field_of_daily_safety_has_a_checklist_of_a_length_that_gets_done() -> None:
    fields = set(library.codes["promotion-fields"]) - {"disabled", "general"}
    assert {one.field for one in library.checklists.values()} == fields
    assert {
        code: len(one.items) for code, one in library.checklists.items() if not 12 <= len(one.items) <= 25
    } == {}


def test_every_checklist_asks_for_a_figure_or_a_choice_and_for_a_picture(checklist: Checklist) -> None:
    answers = {item.answer for item in checklist.items.values()}
    assert answers & {"number", "choice"}
    assert "photo" in answers
