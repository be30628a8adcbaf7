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
RECORD_WORDS = Words("记录编号", "Record number")


def names(ledger: LedgerType) -> dict[str, tuple[str, ...]]:
    """Column key → what its heading may be; RECORD is the number an exported row carries."""
    own = {column.key: (column.label, column.label_en, column.key) for column in ledger.columns}
    return {RECORD: tuple(RECORD_WORDS), **own}


def proposed(ledger: LedgerType, headings: Sequence[object], unit: Unit) -> list[str]:
    """For each heading the column it most likely is, "" for none."""
    return matched(headings, names(ledger), synonyms=_synonyms(), known=_remembered(ledger, unit))


def _remembered(ledger: LedgerType, unit: Unit) -> Mapping[str, str]:
    """What people of this unit chose when they last took a sheet into this ledger."""
    done = ImportBatch.objects.in_unit(unit).filter(ledger=ledger.code, state=ImportBatch.State.DONE)
    last = done.order_by("-id").first()
    if last is None:
        return {}
    return {folded(heading): key for heading, key in zip(last.headings, last.columns, strict=True) if heading}


def _synonyms() -> list[list[str]]:
    words = codes["column-words"].values()
    return [[word.name, word.name_en, *word.extra["others"].split(";")] for word in words]
