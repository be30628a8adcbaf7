"""Read one hostile spreadsheet inside a process that may use little memory, little time and nothing else.

Started by `documents.sheets` as `python -I sheet_child.py FILE NAME SHEET`; imports the standard library and
python-calamine only. Writes JSON lines to standard output: first what the file is, then batches of rows,
then the count; or one line `{"refused": code, ...}`. Cells are null, text, number, true/false, or a list:
`["d", iso date]`, `["t", iso moment or time]`, `["f"]` a formula, `["e"]` an error value such as #N/A.
"""

from __future__ import annotations

import bisect
import codecs
import contextlib
import csv
import datetime
import json
import os
import re
import resource
import stat
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 30
ROWS = 200_000
COLUMNS = 200
MEMBERS = 2_000
UNPACKED_BYTES = 400 * 1024 * 1024
LISTED_BYTES = 5 * 1024 * 1024
ODD_CELLS = 200_000
TEXT_LENGTH = 32_767
SHEET_NAMES = 200

_CHUNK = 1 << 18
_BATCH_ROWS = 500
_BATCH_LENGTH = 1 << 20

Odd = dict[int, dict[int, str]]


class Refused(Exception):
    """The file is not read: `code` says why, `facts` where."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.code = code
        self.facts = facts
        super().__init__(code)


def main(path: Path, name: str, sheet: str) -> None:
    _confine()
    try:
        for message in _messages(path, name, sheet):
            _say(message)
    except Refused as refused:
        _say({"refused": refused.code, **refused.facts})
    except MemoryError:
        _say({"refused": "too-heavy"})


def _confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    os.nice(5)


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message, ensure_ascii=False, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def _messages(path: Path, name: str, sheet: str) -> Iterator[dict[str, Any]]:
    kind = _kind(path)
    extension = Path(name).suffix.lower()
    if extension not in {"xlsx": (".xlsx",), "csv": (".csv", ".txt")}[kind]:
        raise Refused("extension", extension=extension, kind=kind)
    head, rows = _workbook(path, sheet) if kind == "xlsx" else _text(path)
    yield {"kind": kind, **head}
    count = 0
    for batch in _batches(rows):
        count += len(batch)
        yield {"rows": batch}
    yield {"end": count}


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip():
        raise Refused("empty")
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise Refused("encrypted" if _mentions(path, "EncryptedPackage".encode("utf-16-le")) else "xls")
    if (
        start.lstrip(b"\xef\xbb\xbf \t\r\n")
        .lower()
        .startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta"))
    ):
        raise Refused("html")
    if b"\x00" in start and not start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Refused("binary")
    return "csv"


def _mentions(path: Path, needle: bytes) -> bool:
    tail = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if needle in tail + chunk:
                return True
            tail = chunk[-len(needle) :]
    return False


def _batches(rows: Iterable[tuple[int, list[Any]]]) -> Iterator[list[tuple[int, list[Any]]]]:
    batch: list[tuple[int, list[Any]]] = []
    length = 0
    for number, cells in rows:
        if not any(cell is not None and cell != "" for cell in cells):
            continue
        batch.append((number, cells))
        length += sum(len(cell) for cell in cells if cell.__class__ is str)
        if len(batch) == _BATCH_ROWS or length > _BATCH_LENGTH:
            yield batch
            batch, length = [], 0
    if batch:
        yield batch


# Text files


def _text(path: Path) -> tuple[dict[str, Any], Iterator[tuple[int, list[Any]]]]:
    encoding, lines = _encoding(path)
    delimiter = _delimiter(path, encoding)
    head = {"sheets": [], "sheet": "", "encoding": encoding, "delimiter": delimiter, "height": lines}
    return head, _records(path, encoding, delimiter)


def _encoding(path: Path) -> tuple[str, int]:
    """The encoding by its mark, else UTF-8, else GB18030, and the number of lines.

    The whole file must decode, nothing is replaced.
    """
    with path.open("rb") as file:
        start = file.read(4)
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if start.startswith(mark):
            return encoding, _lines(path, encoding)
    try:
        return "utf-8", _lines(path, "utf-8")
    except Refused as refused:
        if refused.code != "encoding":
            raise
    return "gb18030", _lines(path, "gb18030")


def _lines(path: Path, encoding: str) -> int:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line = 1
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                text = decoder.decode(chunk)
                if "\x00" in text:
                    raise Refused("binary")
                line += text.count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise Refused("encoding", row=line + chunk[: error.start].count(b"\n")) from error
    return line


def _delimiter(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="") as file:
        sample = [line for line in (file.readline(TEXT_LENGTH) for _ in range(20)) if line.strip()]
    return max(",;\t", key=lambda delimiter: _evenness(sample, delimiter))


def _evenness(sample: list[str], delimiter: str) -> tuple[int, int]:
    """How many lines share the commonest number of columns above one, then that number."""
    widths = [len(cells) for cells in csv.reader(sample, delimiter=delimiter) if len(cells) > 1]
    commonest = max(widths, key=widths.count, default=1)
    return widths.count(commonest), commonest


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[Any]]]:
    csv.field_size_limit(TEXT_LENGTH)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        number = 0
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise Refused("quotes", row=number + 1, line=reader.line_num) from error
            if cells is None:
                return
            number += 1
            if number > ROWS:
                raise Refused("rows", limit=ROWS)
            if len(cells) > COLUMNS:
                raise Refused("columns", row=number, limit=COLUMNS)
            yield number, list(cells)


# Workbooks


def _workbook(path: Path, wanted: str) -> tuple[dict[str, Any], Iterator[tuple[int, list[Any]]]]:
    names, sheet, odd = _inspected(path, wanted)
    found = _laid_out(path, sheet)
    head = {"sheets": names, "sheet": sheet, "encoding": "", "delimiter": "", "height": found.total_height}
    return head, _cells(found, odd)


_DAMAGE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, ElementTree.ParseError,
    EOFError, OSError, NotImplementedError, RuntimeError, KeyError, ValueError,
)  # fmt: skip


def _inspected(path: Path, wanted: str) -> tuple[list[str], str, Odd]:
    """The names of the shown sheets, the one that is read and its odd cells.

    Every member was unpacked once, counted and looked at.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_directory(archive)
            left = [UNPACKED_BYTES]
            parts = _sheets(archive, left)
            names = [name for name, _part, is_shown in parts if is_shown]
            sheet = wanted or names[0]
            part = next((part for name, part, _shown in parts if name == sheet), None)
            if part is None:
                raise Refused("no-sheet", sheet=sheet)
            archive.getinfo(part)  # raises KeyError where the part is missing
            odd: Odd = {}
            for member in archive.infolist():
                chunks = _unpacked(archive, member, left)
                if member.filename == part:
                    odd = _odd_cells(chunks, sheet)
                for _rest in chunks:
                    pass
            return names, sheet, odd
    except _DAMAGE as error:
        raise Refused("damaged") from error


def _check_directory(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MEMBERS:
        raise Refused("members", limit=MEMBERS)
    names = [member.filename for member in members]
    for member in members:
        _check_name(member)
    if len({name.lower() for name in names}) != len(names):
        raise Refused("duplicate-names")
    if "xl/workbook.bin" in names or "mimetype" in names:
        raise Refused("other-format")
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise Refused("other-format")


_FORBIDDEN = (
    (re.compile(r"vbaproject|/macrosheets/|/dialogsheets/|/activex/|/ctrlprops/", re.I), "macro"),
    (re.compile(r"^xl/(externallinks/|connections\.xml|querytables/|model/)", re.I), "external"),
    (re.compile(r"/embeddings/|oleobject", re.I), "embedded"),
)


def _check_name(member: zipfile.ZipInfo) -> None:
    name = member.filename
    if name != member.orig_filename or re.search(r"[\\:\x00-\x1f]|^/|(^|/)\.\.?(/|$)", name):
        raise Refused("unclean-name")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Refused("symlink")
    if member.flag_bits & 0x1:
        raise Refused("encrypted")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("damaged")
    for pattern, code in _FORBIDDEN:
        if pattern.search(name):
            raise Refused(code, part=name)


_MARKUP = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.I)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*\bencoding\s*=\s*["']([^"']*)""")


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: list[int]) -> Iterator[bytes]:
    """What a member holds, looked at and counted off the bytes that are `left` while it is read:
    what the directory claims is not believed.
    """
    is_markup = member.filename.lower().endswith((".xml", ".rels", ".vml"))
    tail = None
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            if is_markup and tail is None:
                _check_encoding(chunk, member.filename)
            left[0] -= len(chunk)
            if left[0] < 0:
                raise Refused("unpacked", limit=UNPACKED_BYTES // (1024 * 1024))
            if is_markup and _MARKUP.search((tail or b"") + chunk):
                raise Refused("entities", part=member.filename)
            tail = chunk[-16:]
            yield chunk


def _check_encoding(start: bytes, part: str) -> None:
    """Markup in another encoding could hide a DOCTYPE from the search for it."""
    declared = _DECLARED.match(start.removeprefix(codecs.BOM_UTF8))
    if b"\x00" in start or (declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii")):
        raise Refused("entities", part=part)


_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"


def _sheets(archive: zipfile.ZipFile, left: list[int]) -> list[tuple[str, str, bool]]:
    types = _listed(archive, "[Content_Types].xml", left)
    if re.search(rb"macroEnabled", types, re.I):
        raise Refused("macro", part="[Content_Types].xml")
    for member in archive.namelist():
        if member.endswith(".rels"):
            _check_targets(archive, member, left)
    targets = {
        relation.get("Id"): (relation.get("Type", ""), relation.get("Target", ""))
        for relation in ElementTree.fromstring(_listed(archive, "xl/_rels/workbook.xml.rels", left))  # noqa: S314
    }
    found = []
    for element in ElementTree.fromstring(_listed(archive, "xl/workbook.xml", left)).iter():  # noqa: S314
        if element.tag not in (f"{_MAIN}sheet", f"{_STRICT}sheet"):
            continue
        relation = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
        kind, target = targets.get(relation, ("", ""))
        if kind.endswith("/worksheet"):
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            found.append((element.get("name", ""), part, element.get("state", "visible") == "visible"))
    if not any(is_shown for _name, _part, is_shown in found) or len(found) > SHEET_NAMES:
        raise Refused("no-sheet", sheet="")
    return found


def _listed(archive: zipfile.ZipFile, name: str, left: list[int]) -> bytes:
    member = archive.getinfo(name)
    if member.file_size > LISTED_BYTES:
        raise Refused("damaged")
    return b"".join(_unpacked(archive, member, left))


def _check_targets(archive: zipfile.ZipFile, name: str, left: list[int]) -> None:
    """Only hyperlinks may point outside: Excel makes them of every address typed, and nobody follows them."""
    for relation in ElementTree.fromstring(_listed(archive, name, left)):  # noqa: S314
        if relation.get("TargetMode") == "External" and not relation.get("Type", "").endswith("/hyperlink"):
            raise Refused("external", part=name)


_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_ARRAY = re.compile(rb"""<(?:\w+:)?f\s[^>]*\bt\s*=\s*["'](?:array|dataTable)""")
_ERROR = re.compile(rb"""<(?:\w+:)?c\s(?=[^>]*\bt\s*=\s*["']e["'])[^>]*\br\s*=\s*["']([A-Z]+\d+)""")
_REFERENCE = re.compile(rb"""<(?:\w+:)?c\s[^>]*\br\s*=\s*["']([A-Z]+\d+)""")
_FAR_START = re.compile(rb'r="(?:[A-Z]{3}|[H-Z][A-Z]|G[S-Z]|[A-Z]{1,2}0|[A-Z]{1,2}\d{6})')
_FAR = re.compile(
    rb"""\br\s*=\s*["']((?:[A-Z]{3,}|[H-Z][A-Z]|G[S-Z])\d+|[A-Z]+0*(?:[1-9]\d{6,}|[2-9]\d{5}))["'][^>]*(?<!/)>"""
)


def _odd_cells(chunks: Iterable[bytes], sheet: str) -> Odd:
    """Formulas ("f") and error values ("e") by row and column, both from 1; refuses cells beyond the limits.

    python-calamine tells neither apart from typed values, and lays a sheet out in memory up to its last cell.
    """
    odd: Odd = {}
    count = 0
    for text in _whole_cells(chunks):
        if far := _may_be_far(text) and _FAR.search(text):
            row, column = _place(far[1])
            if row > ROWS or column > COLUMNS:
                raise Refused("far-cell", sheet=sheet, cell=far[1].decode(), rows=ROWS, columns=COLUMNS)
        for kind, reference in [*_errors(text), *_formulas(text, sheet)]:
            row, column = _place(reference)
            odd.setdefault(row, {})[column] = kind
            count += 1
        if count > ODD_CELLS:
            raise Refused("formulas", sheet=sheet, limit=ODD_CELLS)
    return odd


def _whole_cells(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The sheet's markup in pieces that never cut a cell in two."""
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        cut = max(text.rfind(b"<c "), text.rfind(b":c "), text.rfind(b"</row"))
        if cut <= 0:
            if len(text) > 16 * _CHUNK:
                raise Refused("damaged")
            rest = text
            continue
        cut = text.rfind(b"<", 0, cut + 1)
        yield text[:cut]
        rest = text[cut:]
    yield rest


def _may_be_far(text: bytes) -> bool:
    """A quick look, where cells are written as every known program writes them, saves the thorough one."""
    is_usual = b":c " not in text and text.count(b' r="') >= text.count(b"<c ") + text.count(b"<row")
    return not is_usual or _FAR_START.search(text) is not None


def _errors(text: bytes) -> Iterator[tuple[str, bytes]]:
    if b't="e"' in text or b"t='e'" in text:
        for found in _ERROR.finditer(text):
            yield "e", found[1]


def _formulas(text: bytes, sheet: str) -> Iterator[tuple[str, bytes]]:
    if (b"<f" not in text and b":f" not in text) or not _FORMULA.search(text):
        return
    places = [(found.start(), found[1]) for found in _REFERENCE.finditer(text)]
    starts = [start for start, _reference in places]
    for formula in _FORMULA.finditer(text):
        index = bisect.bisect(starts, formula.start()) - 1
        if index < 0:
            raise Refused("damaged")
        reference = places[index][1]
        if _ARRAY.match(text, formula.start()):
            raise Refused("array-formula", sheet=sheet, cell=reference.decode())
        yield "f", reference


def _place(reference: bytes) -> tuple[int, int]:
    letters = reference.rstrip(b"0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return int(reference[len(letters) :]), column


def _laid_out(path: Path, name: str) -> Any:
    import python_calamine  # slow import

    try:
        sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name)
    except python_calamine.PasswordError as error:
        raise Refused("encrypted") from error
    except python_calamine.CalamineError as error:
        raise Refused("damaged") from error
    if sheet.end is not None and sheet.end[0] >= ROWS:
        raise Refused("rows", limit=ROWS)
    if sheet.end is not None and sheet.end[1] >= COLUMNS:
        raise Refused("columns", row=1, limit=COLUMNS)
    return sheet


def _cells(sheet: Any, odd: Odd) -> Iterator[tuple[int, list[Any]]]:
    offset = sheet.start[1] if sheet.start else 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [None] * offset + [_plain(cell) for cell in row]
        if number in odd:
            _mark(cells, odd[number])
        yield number, cells


def _mark(cells: list[Any], odd: dict[int, str]) -> None:
    for column, kind in odd.items():
        cells.extend([None] * (column - len(cells)))
        cells[column - 1] = [kind]


def _plain(cell: Any) -> Any:
    kind = cell.__class__
    if kind is str:
        return cell or None
    if kind is float:
        return int(cell) if cell.is_integer() and abs(cell) < 1e15 else cell
    if kind is datetime.date:
        return ["d", cell.isoformat()]
    if kind is datetime.datetime or kind is datetime.time:
        return ["t", cell.isoformat()]
    if kind is datetime.timedelta:
        return cell / datetime.timedelta(days=1)
    return cell


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
