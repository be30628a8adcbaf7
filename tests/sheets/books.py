"""Sheets for the vehicles ledger and what happens to them."""

from __future__ import annotations

import io

from safecommunity.jobs import worker
from safecommunity.library import ledgers
from safecommunity.sheets import actions, queries
from safecommunity.sheets.models import ImportBatch


def workbook(rows):
    import xlsxwriter

    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("台账")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return content.getvalue()


def upload(unit, by, code, content, name="台账.xlsx"):
    return actions.upload(chunks=[content], name=name, ledger=ledgers[code], unit=unit, by=by)


def again(batch):
    return ImportBatch.objects.in_unit(batch.unit).get(pk=batch.pk)


def checked(unit, by, code, content, name="台账.xlsx"):
    """A batch whose columns were matched as proposed and whose rows are checked."""
    batch = upload(unit, by, code, content, name)
    worker.drain()
    batch = again(batch)
    assert batch.state == "matching", batch.reason
    actions.match(batch=batch, version=batch.version, keys=batch.columns, by=by)
    worker.drain()
    return again(batch)


def confirmed(batch, mode):
    actions.confirm(batch=batch, version=batch.version, mode=mode, by=batch.by)
    worker.drain()
    return again(batch)


def shown(batch, outcome):
    rows = queries.shown_rows(batch, queries.staged(batch, outcome), masked=False)
    return [(row.number, [(line.cell, str(line.remark or line.after)) for line in row.lines]) for row in rows]
