"""A paper with the evidence it speaks of, in one zip."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext as _

from safecommunity.documents.sheet_writer import SheetColumn, write_xlsx
from safecommunity.evidence.packing import clean_name, write_archive
from safecommunity.reports import queries, store
from safecommunity.reports.models import Paper


def write_package(path: Path, paper: Paper, *, told: Callable[[int], None]) -> int:
    """The archive of the paper's year in numbered folders with its index, the paper as Word and PDF and, from
    its second issue on, the list of what changed. Returns the lines of the index.

    Raises store.Damaged, evidence.store.Damaged.
    """
    assert paper.assessment is not None
    rules, year = paper.assessment.rules, paper.span.start.year
    lines = write_archive(path, paper.unit, rules, year, told=told)
    name = clean_name(paper.title)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, allowZip64=True) as package:
        package.write(store.verified(paper.pdf_sha256), f"00 {name}.pdf")
        package.write(store.verified(paper.docx_sha256), f"00 {name}.docx")
        if paper.replaces is not None:
            _put_changes(package, paper)
    return lines


def _put_changes(package: zipfile.ZipFile, paper: Paper) -> None:
    columns = [SheetColumn(_("位置"), 40), SheetColumn(_("原来"), 60), SheetColumn(_("现在"), 60)]
    rows = ([one.place, one.before, one.after] for one in queries.changes_of(paper))
    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder) / "changes.xlsx"
        write_xlsx(sheet, name=_("变化"), columns=columns, rows=rows)
        package.write(sheet, _("00 与上一版的变化.xlsx"))
