"""The archive as files to hand over: a catalogue, or one zip with numbered folders and an index."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from safecommunity.core.fields import mask, shown_value
from safecommunity.core.schemes import Scheme
from safecommunity.documents.media import KINDS
from safecommunity.documents.sheet_writer import SheetColumn, write_xlsx
from safecommunity.evidence import archive, store
from safecommunity.evidence.archive import Item
from safecommunity.evidence.models import File
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.wording import local
from safecommunity.library import ledgers
from safecommunity.units.models import Unit

SQUEEZED = {"docx", "xlsx", "pptx", "pdf"}
Told = Callable[[int], None]


def group_names() -> dict[str, str]:
    """The kinds of things in the archive in the reader's language."""
    return {
        archive.RECORD: _("台账记录"), "picture": _("图片"), "document": _("文档"), "table": _("表格"),
        "video": _("录像"), "audio": _("录音"),
    }  # fmt: skip


def write_catalogue(path: Path, unit: Unit, scheme: Scheme, year: int, *, told: Told) -> int:
    """The catalogue as a sheet; how many lines."""
    rows = _rows(scheme, archive.items(unit, scheme, year), _Places(scheme), told)
    return _sheet(path, _("档案目录"), catalogue_heads(), rows)


def write_archive(path: Path, unit: Unit, scheme: Scheme, year: int, *, told: Told) -> int:
    """One zip: a folder for each element and indicator, its files, its records as sheets, and an index.

    A file that serves several indicators lies in the first one's folder; the index says where. Personal
    values in the sheets are masked. Files go in one at a time, so memory does not grow with the archive.
    """
    places = _Places(scheme)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as package,
        tempfile.TemporaryDirectory() as made,
    ):
        folder = Path(made)
        index = folder / "index.xlsx"
        packed = _packed(package, archive.items(unit, scheme, year), places)
        count = _sheet(index, _("档案目录"), catalogue_heads(), _rows(scheme, packed, places, told))
        for file in archive.unfiled(unit, year):
            _put(package, file, places.of_unfiled(file))
        for indicator in scheme.indicators.values():
            _put_records(package, unit, scheme, indicator.code, year, places, folder)
        package.write(index, _("00 档案目录.xlsx"), zipfile.ZIP_DEFLATED)
    return count


def catalogue_heads() -> list[str]:
    filed = [_("要素"), _("评定指标"), _("序号"), _("类别")]
    return [*filed, _("名称"), _("证明日期"), _("单位"), _("位置"), _("SHA-256")]


class _Places:
    """Where each thing lies in the zip; a file seen before keeps its first place."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.of_file: dict[int, str] = {}
        self.counts: dict[str, int] = {}

    def number(self, indicator: str) -> int:
        self.counts[indicator] = self.counts.get(indicator, 0) + 1
        return self.counts[indicator]

    def folder(self, indicator: str) -> str:
        element = self.scheme.element_of(indicator)
        place = self.scheme.elements.index(element) + 1
        return f"{place:02} {clean_name(local((element.name, element.name_en)))}/{clean_name(indicator)}"

    def of(self, item: Item) -> str:
        if item.file is None:
            assert item.entry is not None
            return f"{self.folder(item.indicator)}/{_sheet_of(item.entry.ledger)}"
        if item.file.pk not in self.of_file:
            self.of_file[item.file.pk] = f"{self.folder(item.indicator)}/{_file_name(item.file)}"
        return self.of_file[item.file.pk]

    def of_unfiled(self, file: File) -> str:
        return f"{_('99 未归类')}/{_file_name(file)}"


def clean_name(text: str, longest: int = 60) -> str:
    """Text as a folder or file name on every system."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", text).strip(" .")[:longest] or "_"


def _file_name(file: File) -> str:
    day = f"{file.proof_date:%Y-%m-%d} " if file.proof_date else ""
    return f"{day}{clean_name(file.title)} {file.pk}{KINDS[file.kind].extensions[0]}"


def _sheet_of(ledger: str) -> str:
    return f"{clean_name(local(ledgers[ledger].words))}.xlsx"


def _rows(scheme: Scheme, items: Iterable[Item], places: _Places, told: Told) -> Iterator[list[Any]]:
    names = group_names()
    for count, item in enumerate(items, start=1):
        indicator = scheme.indicators[item.indicator]
        element = scheme.element_of(item.indicator)
        yield [
            f"{element.code} {local((element.name, element.name_en))}",
            f"{indicator.code} {local((indicator.text, indicator.text_en))}",
            places.number(item.indicator),
            names[item.kind],
            item.title,
            item.day,
            item.unit,
            places.of(item),
            item.file.sha256 if item.file else "",
        ]
        told(count)


def _packed(package: zipfile.ZipFile, items: Iterable[Item], places: _Places) -> Iterator[Item]:
    for item in items:
        if item.file and item.file.pk not in places.of_file:
            _put(package, item.file, places.of(item))
        yield item


def _put(package: zipfile.ZipFile, file: File, place: str) -> None:
    how = zipfile.ZIP_DEFLATED if file.kind in SQUEEZED else zipfile.ZIP_STORED
    package.write(store.verified(file.sha256), place, how)


def _put_records(
    package: zipfile.ZipFile,
    unit: Unit,
    scheme: Scheme,
    code: str,
    year: int,
    places: _Places,
    folder: Path,
) -> None:
    """One sheet for each ledger whose records file themselves under the indicator."""
    indicator = scheme.indicators[code]
    for ledger in sorted({need.ledger for need in indicator.evidence if need.ledger}):
        rows = archive.records_of(unit, [indicator], year).filter(ledger=ledger)
        if not rows.exists():
            continue
        sheet = folder / "records.xlsx"
        fields = ledgers[ledger].fields.values()
        heads = [*(local(field.words) for field in fields), _("所属单位")]
        _sheet(
            sheet,
            local(ledgers[ledger].words),
            heads,
            (_shown(entry) for entry in rows.iterator(chunk_size=500)),
        )
        package.write(sheet, f"{places.folder(code)}/{_sheet_of(ledger)}", zipfile.ZIP_DEFLATED)


def _shown(entry: Entry) -> list[str]:
    cells = [
        local(shown_value(field, mask(field, entry.data.get(code))))
        for code, field in entry.type.fields.items()
    ]
    return [*cells, entry.unit.name]


def _sheet(path: Path, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    columns = [SheetColumn(head, 14 if len(head) < 8 else 24) for head in heads]
    return write_xlsx(path, name=name[:31], columns=columns, rows=rows)
