"""What is said to people, kept apart from how it is translated: a Chinese text and its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Words(NamedTuple):
    """The same words in both languages, for names that come from data files."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh


@dataclass(frozen=True, slots=True)
class Message:
    """`text` is Chinese with %(name)s places and is also the key of its translation."""

    text: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.params


class RefusedError(ValueError):
    """A value that cannot be taken; `.message` says why."""

    def __init__(self, text: str, **params: object) -> None:
        self.message = Message(text, params)
        super().__init__(str(self.message))
