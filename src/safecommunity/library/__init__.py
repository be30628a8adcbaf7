"""What varies is data: one file per scheme, ledger, metric, document …, each shelf a mapping code → object.

A shelf's parser is called as f(code, data) and imported at the first read, so that reading one kind of file
does not load the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from safecommunity.library.shelf import HERE, LibraryError, Shelf, add_folder, decode

if TYPE_CHECKING:
    from safecommunity.core.bodies import BodySet
    from safecommunity.core.card_sheets import CardSheet
    from safecommunity.core.charts import Chart
    from safecommunity.core.checklists import Checklist
    from safecommunity.core.codes import CodeList
    from safecommunity.core.crosswalks import Crosswalk
    from safecommunity.core.hazards import Rules
    from safecommunity.core.ledgers import LedgerType
    from safecommunity.core.metrics import Metric
    from safecommunity.core.official import Kind
    from safecommunity.core.participation import Participation
    from safecommunity.core.programmes import Template
    from safecommunity.core.reports import ReportType
    from safecommunity.core.returns import Form
    from safecommunity.core.risk import Method
    from safecommunity.core.schemes import Scheme
    from safecommunity.core.watches import Watch
    from safecommunity.core.working_days import Calendar

__all__ = [
    "LibraryError", "Shelf", "add_folder", "bodies", "calendars", "card_sheets", "cards", "charts",
    "checklists", "codes", "crosswalks", "documents", "hazards", "ledgers", "methods", "metrics",
    "official", "participation", "programmes", "returns", "schemes", "watches", "working_days",
]  # fmt: skip

LENT = ("points", "grades", "parts", "bands", "elements")

codes: Shelf[CodeList] = Shelf("codes", "safecommunity.core.codes:parse")
ledgers: Shelf[LedgerType] = Shelf("ledgers", "safecommunity.library:ledger")
schemes: Shelf[Scheme] = Shelf("schemes", "safecommunity.library:scheme")
crosswalks: Shelf[Crosswalk] = Shelf("crosswalks", "safecommunity.core.crosswalks:parse")
metrics: Shelf[Metric] = Shelf("metrics", "safecommunity.core.metrics:parse")
documents: Shelf[ReportType] = Shelf("documents", "safecommunity.core.reports:parse")
official: Shelf[Kind] = Shelf("official", "safecommunity.core.official:parse")
card_sheets: Shelf[CardSheet] = Shelf("card-sheets", "safecommunity.core.card_sheets:parse")
cards: Shelf[LedgerType] = Shelf("cards", "safecommunity.library:ledger")
charts: Shelf[Chart] = Shelf("charts", "safecommunity.core.charts:parse")
bodies: Shelf[BodySet] = Shelf("bodies", "safecommunity.core.bodies:parse")
returns: Shelf[Form] = Shelf("returns", "safecommunity.core.returns:parse")
methods: Shelf[Method] = Shelf("methods", "safecommunity.library:method")
participation: Shelf[Participation] = Shelf("participation", "safecommunity.core.participation:parse")
programmes: Shelf[Template] = Shelf("programmes", "safecommunity.core.programmes:parse")
checklists: Shelf[Checklist] = Shelf("checklists", "safecommunity.library:checklist")
watches: Shelf[Watch] = Shelf("watches", "safecommunity.core.watches:parse")
hazards: Shelf[Rules] = Shelf("hazards", "safecommunity.core.hazards:parse")
calendars: Shelf[Calendar] = Shelf("calendars", "safecommunity.core.working_days:parse")


def ledger(code: str, data: Any) -> LedgerType:
    """A ledger file's data with the code lists it names. Raises LedgerFileError."""
    from safecommunity.core import ledger_files

    return ledger_files.parse(code, data, codes)


def checklist(code: str, data: Any) -> Checklist:
    """A checklist file's data with the code lists it names. Raises ChecklistFileError."""
    from safecommunity.core import checklists

    return checklists.parse(code, data, codes)


def method(code: str, data: Any) -> Method:
    """A risk method file's data; its bands name grades of the code list. Raises MethodFileError."""
    from safecommunity.core import risk

    return risk.parse(code, data, codes["risk-grades"])


def scheme(code: str, data: Any) -> Scheme:
    """A scheme file's data; `items_of` lends it items, parts, grades, points and bands of one of our files.

    Raises SchemeError.
    """
    from safecommunity.core.schemes import SchemeError, parse

    if "items_of" not in data:
        return parse(code, data)
    file = HERE / "schemes" / f"{data['items_of']}.toml"
    if not file.is_file():
        raise SchemeError("items_of", f"没有方案文件 {data['items_of']!r}")
    lender = decode(file.name, file.read_bytes())
    return parse(code, {**{key: lender[key] for key in LENT if key in lender}, **data})


def working_days() -> Calendar:
    """The statutory calendar of the State Council's yearly notices, changed by the deployment's own files."""
    from chinese_calendar.constants import holidays, workdays

    from safecommunity.core.working_days import Calendar

    calendar = Calendar(frozenset(holidays), frozenset(workdays), frozenset(day.year for day in holidays))
    for own in calendars.values():
        calendar = calendar.changed(own)
    return calendar
