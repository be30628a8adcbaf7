"""Names that come from data files carry both languages; this picks the one of the page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from safecommunity.core.messages import Words


def language() -> str:
    """`zh` or `en`: the language of the page."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def local(thing: Any, key: str = "name") -> str:
    """`thing.name` or `thing.name_en`; the Chinese one where there is no English. `Words` as they are."""
    if isinstance(thing, Words):
        return thing.en if language() == "en" else thing.zh
    english = getattr(thing, f"{key}_en", "") if language() == "en" else ""
    return str(english or getattr(thing, key, ""))
