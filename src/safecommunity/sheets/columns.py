"""What the columns of a ledger are called in a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from safecommunity.core.headings import folded, matched
from safecommunity.core.ledgers import LedgerType
from safecommunity.core.messages import Words
from safecommunity.library import codes
from safecommunity.sheets.models import ImportBatch
from safecommunity.units.models import Unit

RECORD = "#"
AS_PARTS = "%"  # ends the key of a percentage column whose numbers are parts of one, as Excel keeps 95%
RECORD_WORDS = Words("记录编号", "Record number")


def names(ledger: LedgerType) -> dict[str, tuple[str, ...]]:
    """Column key → what its heading may be; RECORD is the number an exported row carries."""
    own = {column.key: (column.label, column.label_en, column.key) for column in ledger.columns}
    return {RECORD: tuple(RECORD_WORDS), **own}


def plain(key: str) -> str:
    """The ledger's own key of a column."""
    return key.removesuffix(AS_PARTS)


def percentages(ledger: LedgerType) -> frozenset[str]:
    """The columns that a sheet may hold as 95 or, in Excel's percent format, as 0.95."""
    return frozenset(field.code for field in ledger.fields.values() if field.kind == "percentage")


def choices(ledger: LedgerType) -> frozenset[str]:
    """What a heading may be matched to."""
    return frozenset(names(ledger)) | {key + AS_PARTS for key in percentages(ledger)}


def missing(ledger: LedgerType, keys: Sequence[str]) -> list[Words]:
    """The required columns that no heading is matched to; a record's number stands for all of them."""
    used = {plain(key) for key in keys}
    if RECORD in used:
        return []
    fields = ledger.fields.values()
    return [one.words for one in fields if one.required and one.default is None and one.code not in used]


def proposed(ledger: LedgerType, headings: Sequence[object], unit: Unit) -> list[str]:
    """For each heading the column it most likely is, "" for none."""
    return matched(headings, names(ledger), synonyms=_synonyms(), known=_remembered(ledger, unit))


def _remembered(ledger: LedgerType, unit: Unit) -> Mapping[str, str]:
    """What people of this unit chose when they last took a sheet into this ledger; how they had percentages
    read is asked anew of every sheet.
    """
    done = ImportBatch.objects.in_unit(unit).filter(ledger=ledger.code, state=ImportBatch.State.DONE)
    last = done.order_by("-id").first()
    if last is None:
        return {}
    pairs = zip(last.headings, last.columns, strict=True)
    return {folded(heading): plain(key) for heading, key in pairs if heading}


def _synonyms() -> list[list[str]]:
    words = codes["column-words"].values()
    return [[word.name, word.name_en, *word.extra["others"].split(";")] for word in words]
