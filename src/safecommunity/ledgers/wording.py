"""Words of data files and messages of the core in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext

from safecommunity.core.messages import Message, Words


def local(words: Words | tuple[str, str]) -> str:
    """The Chinese or the English of a pair."""
    return words[1] if (get_language() or "").startswith("en") else words[0]


def told(message: Message) -> str:
    """A message of the core, translated, with the names in it in the reader's language."""
    params: dict[str, Any] = {
        name: local(value) if isinstance(value, Words) else value for name, value in message.params.items()
    }
    return gettext(message.text) % params
