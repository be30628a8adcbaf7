"""Files of bodies: what is read, and what is refused naming the key."""

from typing import Any

import pytest

from safecommunity.core.bodies import BodyFileError, parse
from safecommunity.core.messages import Words

COMMITTEE = {"key": "committee", "kind": "promotion-committee", "name": "促进委员会", "name_en": "Committee"}
FIRE = {
    "key": "fire",
    "kind": "project-group",
    "name": "消防组",
    "name_en": "Fire group",
    "parent": "committee",
    "field": "fire",
    "posts": [{"post": "组长", "post_en": "Head", "who": "所长", "who_en": "chief"}],
    "duties": [{"text": "调查", "text_en": "Survey", "source": "R117"}],
}


def a_file(*bodies: dict[str, Any]) -> dict[str, Any]:
    words = {"name": "一套", "name_en": "A set", "note": "说明", "note_en": "Note"}
    return {**words, "source": "ours", "wording": "ours", "unit_kinds": ["township"], "bodies": list(bodies)}


def test_a_body_has_parent_field_posts_and_duties() -> None:
    body = parse("x", a_file(COMMITTEE, FIRE)).bodies[1]
    assert (body.parent, body.field, body.seat) == ("committee", "fire", Words("", ""))
    assert [(post.post.zh, post.who.en) for post in body.posts] == [("组长", "chief")]
    assert [(duty.text.en, duty.source) for duty in body.duties] == [("Survey", "R117")]


@pytest.mark.parametrize(
    ("bodies", "key", "reason"),
    [
        ((FIRE,), "fire", "its parent committee is not listed before it"),
        ((COMMITTEE, COMMITTEE), "committee", "is there twice"),
        ((), "bodies", "holds none"),
    ],
)
def test_a_tree_that_does_not_hold_is_refused(bodies: tuple[Any, ...], key: str, reason: str) -> None:
    with pytest.raises(BodyFileError) as refused:
        parse("x", a_file(*bodies))
    assert (refused.value.key, refused.value.reason) == (key, reason)


def test_a_missing_english_name_is_refused() -> None:
    with pytest.raises(KeyError, match="name_en"):
        parse("x", a_file({"key": "a", "kind": "team", "name": "队"}))
