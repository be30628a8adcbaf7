"""Rows and messages between reading and taking in: JSON, sealed where the ledger knows persons."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from safecommunity.accounts.sealing import seal, unseal
from safecommunity.core.ledgers import LedgerType
from safecommunity.core.messages import Message, Words
from safecommunity.documents.sheets import Cell, NotAValue

TIGHT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def packed(ledger: LedgerType, data: Any, place: str) -> str:
    """`place` names where the text will stand (table|column|row); only there can it be opened again."""
    text = TIGHT.encode(data)
    return seal(text, place) if ledger.knows_persons else text


def unpacked(ledger: LedgerType, text: str, place: str) -> Any:
    return json.loads(unseal(text, place) if ledger.knows_persons else text)


def shown(cell: Cell) -> str:
    """A cell as a person sees it."""
    if cell is None:
        return ""
    if isinstance(cell, NotAValue):
        return "#"
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def message_data(message: Message) -> dict[str, Any]:
    """A message as JSON; names in two languages stay pairs."""
    plain = (str, int, float, tuple)
    params = {
        name: value if isinstance(value, plain) else str(value) for name, value in message.params.items()
    }
    return {"text": message.text, "params": params}


def message_of(data: Mapping[str, Any]) -> Message:
    pairs = {
        name: Words(*value) if isinstance(value, list) else value for name, value in data["params"].items()
    }
    text = data["text"]
    return Message(text, pairs)
