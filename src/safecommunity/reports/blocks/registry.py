"""How a block gets its name, and the shapes most blocks yield."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from safecommunity.core.papers import Column, Figure, Note, Part, Table, Trace
from safecommunity.core.reports import Call, Scope
from safecommunity.reports.gathering import Records

Made = Sequence[Part]
Block = Callable[[Records, Call, Scope], Made]
BLOCKS: dict[str, Block] = {}
KINDS: dict[str, Block] = {}
MOST_ROWS = 200


def block(name: str) -> Callable[[Block], Block]:
    """Register the function of a block that a document file may ask for."""

    def register(function: Block) -> Block:
        BLOCKS[name] = function
        return function

    return register


def kind(name: str) -> Callable[[Block], Block]:
    """Register the function of a kind of block, `name:argument`."""

    def register(function: Block) -> Block:
        KINDS[name] = function
        return function

    return register


def table(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
    trace: Trace,
    *,
    anchors: Iterable[str] = (),
    refers: Iterable[str] = (),
) -> Made:
    """A table, or nothing where there are no rows."""
    found = tuple(tuple(row) for row in rows)
    made = Table(title, tuple(columns), found, trace, anchors=tuple(anchors), refers=tuple(refers))
    return (made,) if found else ()


def chart(code: str, title: str, words: str, rows: Sequence[Mapping[str, Any]], trace: Trace) -> Made:
    """A drawing, or nothing where there is nothing to draw."""
    return (Figure("chart", code, title, words, tuple(rows), trace),) if rows else ()


def rest(count: int, most: int) -> Made:
    """Says that a table is cut, when it is."""
    if count <= most:
        return ()
    return (Note(_("共 %(count)s 条，本表列出前 %(most)s 条。") % {"count": count, "most": most}),)
