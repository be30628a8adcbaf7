"""What varies is data: one file per scheme, ledger, metric, document …, each shelf a mapping code → object.

A shelf's parser is `parse(code, data)` of a core module and is imported at the first read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from safecommunity.library.shelf import LibraryError, Shelf, add_folder

if TYPE_CHECKING:
    from safecommunity.core.codes import CodeList
    from safecommunity.core.ledgers import LedgerType

__all__ = [
    "LibraryError", "Shelf", "add_folder", "bodies", "charts", "codes", "crosswalks", "documents", "ledgers",
    "metrics", "programmes", "schemes",
]  # fmt: skip

codes: Shelf[CodeList] = Shelf("codes", "safecommunity.core.codes:parse")
ledgers: Shelf[LedgerType] = Shelf("ledgers", "safecommunity.core.ledgers:parse")
schemes: Shelf[Any] = Shelf("schemes", "safecommunity.core.schemes:parse")
crosswalks: Shelf[Any] = Shelf("crosswalks", "safecommunity.core.schemes:parse_crosswalk")
metrics: Shelf[Any] = Shelf("metrics", "safecommunity.core.metrics:parse")
documents: Shelf[Any] = Shelf("documents", "safecommunity.core.reports:parse")
charts: Shelf[Any] = Shelf("charts")
bodies: Shelf[Any] = Shelf("bodies")
programmes: Shelf[Any] = Shelf("programmes")
