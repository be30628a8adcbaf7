"""A conflict is shown in words, with what differs marked."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms

from safecommunity.web.conflicts import Side, worded

CHOICES = [("a", "商铺"), ("其他", [("b", "工厂")])]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (forms.ChoiceField(choices=CHOICES), "a", "商铺"),
        (forms.ChoiceField(choices=CHOICES), "b", "工厂"),
        (forms.ChoiceField(choices=CHOICES), "gone", "gone"),
        (forms.BooleanField(), True, "是"),
        (forms.BooleanField(), False, "否"),
        (forms.CharField(), "a", "a"),
        (forms.CharField(), None, None),
    ],
)
def test_a_value_is_shown_in_words(field: forms.Field, value: Any, words: Any) -> None:
    assert worded(field, value) == words


def test_nothing_and_an_empty_text_do_not_differ() -> None:
    assert not Side("备注", None, "").differs
    assert Side("人数", 60, 55).differs
