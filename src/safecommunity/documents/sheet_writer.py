"""Writing plain tables as .xlsx or .csv, row by row, in memory that does not grow with the table.

Text that a spreadsheet program would take for a formula gets an apostrophe in front; `restored` takes it off.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

from safecommunity.documents.sheets import column_letters

_RISKY = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NEUTRALISED = re.compile("'+[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LOOKS_ESCAPED = re.compile(r"_(x[0-9A-Fa-f]{4}_)")
_EPOCH = date(1899, 12, 30).toordinal()
_BATCH = 500
_LISTS = "choices"
_LONGEST = 32_767  # characters of a cell
_LARGEST = 1e15  # a spreadsheet keeps 15 digits of a number


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column as written: its heading and its width in characters."""

    label: str
    width: int = 14


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column of a template: what may be typed into it. `choices` become a drop-down list."""

    label: str
    note: str
    example: str
    required: bool
    choices: tuple[str, ...] = ()
    is_date: bool = False
    is_text: bool = False


def neutralised(text: str) -> str:
    """Text that no spreadsheet program runs: an apostrophe before what begins like a formula."""
    return f"'{text}" if _RISKY.match(text) else text


def restored(text: str) -> str:
    """The text before `neutralised`."""
    return text[1:] if text[:1] == "'" and _NEUTRALISED.match(text) else text


def write_xlsx(
    path: Path, *, name: str, columns: Sequence[SheetColumn], rows: Iterable[Sequence[Any]]
) -> int:
    """Write one sheet with a frozen, filterable heading row; the number of rows below it.

    Cells: None, text, int, float, truth values, dates, moments; anything else as its text.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for part, text in {**_PARTS, "xl/workbook.xml": _workbook(name)}.items():
            archive.writestr(part, text)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as stream:
            return _write_sheet(stream, columns, iter(rows))


def write_csv(path: Path, *, columns: Sequence[SheetColumn], rows: Iterable[Sequence[Any]]) -> int:
    """Write UTF-8 with a byte order mark, which Excel and WPS need; the number of rows below the heading."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([neutralised(column.label) for column in columns])
        for row in rows:
            writer.writerow([_text_cell(value) for value in row])
            count += 1
    return count


def _text_cell(value: Any) -> Any:
    if isinstance(value, str):
        return neutralised(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date | time) else value


def _write_sheet(stream: IO[bytes], columns: Sequence[SheetColumn], rows: Iterator[Sequence[Any]]) -> int:
    letters = [column_letters(index) for index in range(len(columns))]
    stream.write(_sheet_head(letters, columns).encode())
    count = 0
    while batch := list(islice(rows, _BATCH)):
        lines = [_row(letters, number, row) for number, row in enumerate(batch, count + 2)]
        stream.write("".join(lines).encode())
        count += len(batch)
    stream.write(f'</sheetData><autoFilter ref="A1:{letters[-1]}{count + 1}"/></worksheet>'.encode())
    return count


def _sheet_head(letters: Sequence[str], columns: Sequence[SheetColumn]) -> str:
    widths = "".join(
        f'<col min="{index}" max="{index}" width="{column.width}" customWidth="1"/>'
        for index, column in enumerate(columns, 1)
    )
    cells = "".join(
        _text(f'{letter}1" s="1', column.label) for letter, column in zip(letters, columns, strict=True)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols>{widths}</cols><sheetData><row r="1">{cells}</row>'
    )


def _row(letters: Sequence[str], number: int, row: Sequence[Any]) -> str:
    cells = [_cell(f"{letter}{number}", value) for letter, value in zip(letters, row, strict=True)]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(place: str, value: Any) -> str:
    kind = value.__class__
    if value is None or value == "":
        return ""
    if kind is str:
        return _text(place, value)
    if kind is bool:
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if (kind is int or kind is float) and abs(value) < _LARGEST:
        return f'<c r="{place}"><v>{value}</v></c>'
    if kind is date:
        return f'<c r="{place}" s="2"><v>{value.toordinal() - _EPOCH}</v></c>'
    if kind is datetime:
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return f'<c r="{place}" s="3"><v>{value.toordinal() - _EPOCH + seconds / 86400}</v></c>'
    return _text(place, str(value))


def _text(place: str, value: str) -> str:
    text = _escaped(neutralised(value)[:_LONGEST])
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _escaped(text: str) -> str:
    if _UNWRITABLE.search(text):
        text = _UNWRITABLE.sub("", text)
    if "_x" in text:
        text = _LOOKS_ESCAPED.sub(r"_x005F_\1", text)
    if "&" in text or "<" in text or ">" in text or "\r" in text:
        text = escape(text, {"\r": "&#13;"})
    return text


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_FORMAT = "application/vnd.openxmlformats-"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = {
    "[Content_Types].xml": f"""{_XML}<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="{_FORMAT}package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{_FORMAT}officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{_FORMAT}officedocument.spreadsheetml.styles+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml"
 ContentType="{_FORMAT}officedocument.spreadsheetml.worksheet+xml"/>
</Types>""",
    "_rels/.rels": f"""{_XML}<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>
</Relationships>""",
    "xl/_rels/workbook.xml.rels": f"""{_XML}<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>
</Relationships>""",
    "xl/styles.xml": f"""{_XML}<styleSheet xmlns="{_MAIN}">
<numFmts count="2">
<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>
<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/>
</numFmts>
<fonts count="2">
<font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="宋体"/></font>
</fonts>
<fills count="2">
<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>
</fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="4">
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
</cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>""",
}


def _workbook(name: str) -> str:
    sheet = f'<sheet name={quoteattr(sheet_name(name))} sheetId="1" r:id="rId1"/>'
    return f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheet}</sheets></workbook>'


def sheet_name(text: str) -> str:
    """A name a worksheet may have: at most 31 characters, none of []:*?/\\, no apostrophe at an end."""
    return re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", text).strip(" '")[:31] or "Sheet1"


@dataclass(frozen=True, slots=True)
class TemplateWords:
    """The headings of the explanation sheet, in the reader's language."""

    sheet: str
    explanation: str
    column: str
    required: str
    note: str
    choices: str
    example: str
    yes: str


def write_template(
    path: Path, *, columns: Sequence[TemplateColumn], words: TemplateWords, rows: int = 1000
) -> None:
    """An empty workbook to type into: headings with notes, drop-down lists, an explanation of each column.

    Number formats hold for whole columns, drop-down lists for the first `rows` rows.
    """
    import xlsxwriter  # slow import

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        _write_entry_sheet(book, columns, words, rows)
        _write_explanation(book, columns, words)
        lists = book.add_worksheet(_LISTS)
        lists.hide()
        for index, column in enumerate(columns):
            lists.write_column(0, index, column.choices)


def _write_entry_sheet(book: Any, columns: Sequence[TemplateColumn], words: TemplateWords, rows: int) -> None:
    sheet = book.add_worksheet(sheet_name(words.sheet))
    sheet.freeze_panes(1, 0)
    look = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
    heading, needed = book.add_format(look), book.add_format({**look, "bg_color": "#E6EEF0"})
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    for index, column in enumerate(columns):
        form = day if column.is_date else text if column.is_text else None
        sheet.set_column(index, index, max(12, min(30, 2 * len(column.label) + 2)), form)
        sheet.write_string(0, index, column.label, needed if column.required else heading)
        if column.note:
            sheet.write_comment(0, index, column.note)
        if column.choices:
            letters = column_letters(index)
            source = f"={_LISTS}!${letters}$1:${letters}${len(column.choices)}"
            warning = {"validate": "list", "source": source, "error_type": "warning"}
            sheet.data_validation(1, index, rows, index, warning)


def _write_explanation(book: Any, columns: Sequence[TemplateColumn], words: TemplateWords) -> None:
    sheet = book.add_worksheet(sheet_name(words.explanation))
    sheet.freeze_panes(1, 0)
    bold, wrapped = (
        book.add_format({"bold": True, "bottom": 1}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    heads = (words.column, words.required, words.note, words.choices, words.example)
    for index, (head, width) in enumerate(zip(heads, (24, 8, 50, 40, 24), strict=True)):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, head, bold)
    for number, column in enumerate(columns, 1):
        required = words.yes if column.required else ""
        cells = (column.label, required, column.note, "、".join(column.choices), column.example)
        for index, cell in enumerate(cells):
            sheet.write(number, index, neutralised(cell) or None, wrapped)
