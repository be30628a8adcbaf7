"""What varies is data: one file per scheme, ledger, metric, document …, each shelf a mapping code → object.

A shelf's parser is called as f(code, data) and imported at the first read, so that reading one kind of file
does not load the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from safecommunity.library.shelf import LibraryError, Shelf, add_folder

if TYPE_CHECKING:
    from safecommunity.core.bodies import BodySet
    from safecommunity.core.charts import Chart
    from safecommunity.core.codes import CodeList
    from safecommunity.core.crosswalks import Crosswalk
    from safecommunity.core.ledgers import LedgerType
    from safecommunity.core.metrics import Metric
    from safecommunity.core.official import Kind
    from safecommunity.core.reports import ReportType
    from safecommunity.core.returns import Form
    from safecommunity.core.schemes import Scheme

__all__ = [
    "LibraryError", "Shelf", "add_folder", "bodies", "charts", "codes", "crosswalks", "documents", "ledgers",
    "metrics", "official", "programmes", "returns", "schemes",
]  # fmt: skip

codes: Shelf[CodeList] = Shelf("codes", "safecommunity.core.codes:parse")
ledgers: Shelf[LedgerType] = Shelf("ledgers", "safecommunity.library:ledger")
schemes: Shelf[Scheme] = Shelf("schemes", "safecommunity.core.schemes:parse")
crosswalks: Shelf[Crosswalk] = Shelf("crosswalks", "safecommunity.core.crosswalks:parse")
metrics: Shelf[Metric] = Shelf("metrics", "safecommunity.core.metrics:parse")
documents: Shelf[ReportType] = Shelf("documents", "safecommunity.core.reports:parse")
official: Shelf[Kind] = Shelf("official", "safecommunity.core.official:parse")
charts: Shelf[Chart] = Shelf("charts", "safecommunity.core.charts:parse")
bodies: Shelf[BodySet] = Shelf("bodies", "safecommunity.core.bodies:parse")
returns: Shelf[Form] = Shelf("returns", "safecommunity.core.returns:parse")
programmes: Shelf[Any] = Shelf("programmes")


def ledger(code: str, data: Any) -> LedgerType:
    """A ledger file's data with the code lists it names. Raises LedgerFileError."""
    from safecommunity.core import ledger_files

    return ledger_files.parse(code, data, codes)
