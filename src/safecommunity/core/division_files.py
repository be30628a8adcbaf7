"""Reads lists of divisions row by row, in bounded memory, whatever their size.

Formats: CSV or JSON with at least `code` and `name` (also `level` and `urban_rural`; others are ignored), as
in the files provinces, cities, areas, streets and villages of the public package china-division; its nested
`children` lists; and folders that hold such files.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from safecommunity.core.divisions import CodeError, Level, at_level, check_urban_rural, level_of

FOLDER_FILES = ("provinces", "cities", "areas", "streets", "villages")
CHUNK = 1 << 16
LONGEST_NAME = 100
LONGEST_ELEMENT = 64_000_000


class DivisionFileError(ValueError):
    """A file that cannot be read; the message names the file, the place and the reason, in Chinese."""


@dataclass(frozen=True, slots=True)
class Row:
    code: str
    name: str
    level: Level
    urban_rural: str = ""


def read(path: Path) -> Iterator[Row]:
    """All rows of a file, or of the known files of a folder (CSV before JSON). Raises DivisionFileError."""
    if path.is_dir():
        for file in _files_of(path):
            yield from read(file)
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for place, values in _csv(stream) if path.suffix.lower() == ".csv" else _json(stream):
                yield from _rows(values, f"{path.name} {place}")
    except UnicodeDecodeError as error:
        raise DivisionFileError(f"{path.name}：不是 UTF-8 编码，请另存为 UTF-8 后再导入") from error
    except (OSError, csv.Error) as error:
        raise DivisionFileError(f"{path.name}：不能读取({error})") from error


def _files_of(folder: Path) -> list[Path]:
    found = [
        next(file for file in both if file.is_file())
        for both in ((folder / f"{name}.csv", folder / f"{name}.json") for name in FOLDER_FILES)
        if any(file.is_file() for file in both)
    ]
    if not found:
        raise DivisionFileError(
            f"{folder.name}：文件夹中没有 {'、'.join(FOLDER_FILES)} 的 .csv 或 .json 文件"
        )
    return found


def _csv(stream: TextIO) -> Iterator[tuple[str, dict[str, Any]]]:
    reader = csv.DictReader(stream)
    for values in reader:
        yield f"第 {reader.line_num} 行", values


def _json(stream: TextIO) -> Iterator[tuple[str, dict[str, Any]]]:
    """The elements of one JSON array, decoded one after the other."""
    decoder = json.JSONDecoder()
    text, number, ended = stream.read(CHUNK).lstrip(), 0, False
    if not text.startswith("["):
        raise DivisionFileError(f"{stream.name}：应是一个 JSON 列表")
    text = text[1:]
    while True:
        text = text.lstrip(" \r\n\t,")
        if text.startswith("]"):
            return
        try:
            element, end = decoder.raw_decode(text)
        except (json.JSONDecodeError, RecursionError) as error:
            if ended or len(text) > LONGEST_ELEMENT:
                raise DivisionFileError(f"{stream.name}：第 {number + 1} 项不是有效的 JSON") from error
            more = stream.read(max(CHUNK, len(text)))
            ended = not more
            text += more
            continue
        number += 1
        text = text[end:]
        if not isinstance(element, dict):
            raise DivisionFileError(f"{stream.name}：第 {number} 项应是含 code 与 name 的对象")
        yield f"第 {number} 项", element


def _rows(values: dict[str, Any], place: str) -> Iterator[Row]:
    yield _row(values, place)
    children = values.get("children") or []
    if not isinstance(children, list) or not all(isinstance(child, dict) for child in children):
        raise DivisionFileError(f"{place}:children 应是列表")
    for child in children:
        yield from _rows(child, f"{place} {values['code']}")


def _row(values: dict[str, Any], place: str) -> Row:
    code, name = str(values.get("code") or "").strip(), str(values.get("name") or "").strip()
    if not code or not name:
        raise DivisionFileError(f"{place}：缺少 code 或 name")
    if len(name) > LONGEST_NAME:
        raise DivisionFileError(f"{place}：名称超过 {LONGEST_NAME} 个字")
    try:
        given = str(values.get("level") or "").strip()
        level = Level(int(given)) if given else level_of(code)
        return Row(
            at_level(code, level), name, level, check_urban_rural(str(values.get("urban_rural") or ""))
        )
    except CodeError as error:
        raise DivisionFileError(f"{place}：{error}") from error
    except ValueError as error:
        raise DivisionFileError(f"{place}：级别“{values['level']}”应为 1 至 5") from error
