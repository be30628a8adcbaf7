"""Code lists: the words a field may take, with English, source and any further columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

COLUMNS = ("code", "name", "name_en", "source")


@dataclass(frozen=True, slots=True)
class Code:
    """One entry; `extra` holds the file's further columns as text."""

    code: str
    name: str
    name_en: str
    source: str
    extra: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CodeList(Mapping[str, Code]):
    """Codes in the order of their file."""

    code: str
    entries: Mapping[str, Code]

    def __getitem__(self, code: str) -> Code:
        return self.entries[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


def parse(code: str, rows: list[dict[str, Any]]) -> CodeList:
    """Rows of columns code, name, name_en, source (and any others). Raises ValueError or KeyError."""
    entries: dict[str, Code] = {}
    for number, row in enumerate(rows, start=2):
        if None in row:
            raise ValueError(f"第{number}行：格数比列数多")
        own = row["code"].strip()
        if not own or not row["name"] or not row["name_en"] or not row["source"]:
            raise ValueError(f"第{number}行：code、name、name_en、source 都要填")
        if own in entries:
            raise ValueError(f"第{number}行：代码{own}出现了两次")
        extra = {
            key: value or "" for key, value in row.items() if key not in {"code", "name", "name_en", "source"}
        }
        entries[own] = Code(own, row["name"], row["name_en"], row["source"], extra)
    if not entries:
        raise ValueError("没有任何代码")
    return CodeList(code, entries)
