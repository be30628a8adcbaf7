"""A folder of data files read as a mapping from code to parsed object."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, TypeVar

from safecommunity.core.messages import Message

T = TypeVar("T")
HERE = Path(__file__).parent
LARGEST = 1_000_000  # bytes of one file from outside
_folders: list[Path] = []


class LibraryError(Exception):
    """A data file that cannot be used: which file, which key, why; `message` is the why, translatable."""

    def __init__(self, file: str, key: str, reason: str, message: Message | None = None) -> None:
        super().__init__(f"{file}: {key}: {reason}" if key else f"{file}: {reason}")
        self.file, self.key, self.reason = file, key, reason
        self.message = message or Message(reason.replace("%", "%%"))


def add_folder(path: Path | str) -> None:
    """Also read data files below this folder (`<path>/ledgers/*.toml` …), the deployment's own."""
    folder = Path(path)
    if folder not in _folders:
        _folders.append(folder)


def decode(name: str, content: bytes) -> Any:
    """The plain data of a file: TOML → dict, JSON → as it is, CSV → list of dicts of text."""
    try:
        text = content.decode("utf-8-sig")
        if name.endswith(".toml"):
            return tomllib.loads(text)
        if name.endswith(".json"):
            return json.loads(text)
        return list(csv.DictReader(io.StringIO(text)))
    except (ValueError, csv.Error, RecursionError) as error:
        raise LibraryError(name, "", f"不能读出内容：{error}") from error


def split_name(name: str) -> tuple[str, int]:
    """`vehicles@2.toml` → ("vehicles", 2); a name without a version is version 1."""
    code, _, version = name.rsplit(".", 1)[0].partition("@")
    if version and not version.isdigit():
        raise LibraryError(name, "", "@ 后面应为整数")
    return code, int(version or 1)


class Shelf(Mapping[str, T], Generic[T]):
    """`shelf[code]`: the newest version of a file.

    Our own files are read once, the deployment's again whenever they change.
    `parser` is "module:function" called as f(code, data); it is imported at the first read.
    Our own bad file raises LibraryError; a deployment's bad file is left out and kept in `refused`.
    """

    def __init__(self, folder: str, parser: str = "") -> None:
        self.folder, self.parser = folder, parser
        self.refused: list[LibraryError] = []
        self._own: dict[tuple[str, int], T] | None = None
        self._every: dict[tuple[str, int], T] = {}
        self._all: dict[str, T] = {}
        self._seen: tuple[tuple[str, int, int], ...] | None = None

    def parse(self, name: str, content: bytes) -> T:
        """One file's object; raises LibraryError naming file, key and reason."""
        data, code = decode(name, content), split_name(name)[0]
        try:
            return self._parse(code, data)
        except LibraryError:
            raise
        except KeyError as error:
            raise LibraryError(name, str(error.args[0]), "缺少此键") from error
        except (ValueError, TypeError, AttributeError) as error:
            key, reason = getattr(error, "key", ""), getattr(error, "reason", str(error))
            raise LibraryError(name, str(key), str(reason), getattr(error, "message", None)) from error

    def __getitem__(self, code: str) -> T:
        return self._read()[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def version(self, code: str) -> int:
        """The version of the newest file of this code, 0 when there is none."""
        files = [*_files(HERE / self.folder), *self._deployment_files()]
        return max((version for name, version in map(_code_and_version, files) if name == code), default=0)

    def at(self, code: str, version: int) -> T:
        """This very version, for what was begun with it; KeyError when there is none."""
        self._read()
        return self._every[code, version]

    def _parse(self, code: str, data: Any) -> T:
        if not self.parser:
            return data  # type: ignore[no-any-return]
        module, function = self.parser.split(":")
        parse: Callable[[str, Any], T] = getattr(import_module(module), function)
        return parse(code, data)

    def _read(self) -> dict[str, T]:
        files = self._deployment_files()
        seen = tuple((str(file), (stat := file.stat()).st_mtime_ns, stat.st_size) for file in files)
        if self._own is None:
            own: dict[tuple[str, int], T] = {}
            for file in _files(HERE / self.folder):
                self._put(own, file)
            self._own = own
        if seen != self._seen:
            every, refused = dict(self._own), []
            for file in files:
                try:
                    self._put(every, file)
                except LibraryError as error:
                    refused.append(error)
            self._every = dict(sorted(every.items(), key=lambda pair: pair[0]))
            self._all = {code: found for (code, _version), found in self._every.items()}
            self.refused, self._seen = refused, seen
        return self._all

    def _put(self, every: dict[tuple[str, int], T], file: Path) -> None:
        code, version = split_name(file.name)
        if file.stat().st_size > LARGEST and HERE not in file.parents:
            raise LibraryError(file.name, "", "超过1 MB")
        if (code, version) in every:
            raise LibraryError(file.name, "", "这个代码和版本已经发布，修改请另发新版本")
        every[code, version] = self.parse(file.name, file.read_bytes())

    def _deployment_files(self) -> list[Path]:
        return [file for folder in _folders for file in _files(folder / self.folder)]


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.iterdir() if file.suffix in {".toml", ".csv", ".json"})


def _code_and_version(file: Path) -> tuple[str, int]:
    try:
        return split_name(file.name)
    except LibraryError:
        return file.stem, 0
