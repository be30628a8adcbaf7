"""The English catalogue: what the source says in Chinese, and what of it has no English yet.

python tools/messages.py extract            bring the catalogue up to date with the source
python tools/messages.py add FILE…          take English from files of lines 中文<TAB>English
python tools/messages.py missing            list what has no English; exit 1 if there is any
python tools/messages.py compile            write the .mo beside the .po
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog, mofile, pofile
from babel.messages.extract import extract_from_file
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "safecommunity"
CATALOGUE = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "Message", "RefusedError")),
    "GeometryError": None,
    "ScheduleError": None,
    "LedgerFileError": (2,),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
}
LITERAL = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
CALL = re.compile(rf"\b(_|gettext|ngettext|pgettext)\(\s*({LITERAL}(?:\s*,\s*{LITERAL})*)", re.DOTALL)

FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)

Message = str | tuple[str, ...]


def main(command: str, *arguments: str) -> int:
    if command == "compile":
        with CATALOGUE.with_suffix(".mo").open("wb") as compiled:
            mofile.write_mo(compiled, read())
        return 0
    catalogue = up_to_date()
    if command == "missing":
        for message in (lacking := missing(catalogue)):
            print(message)
        return 1 if lacking else 0
    if command == "add":
        add(catalogue, [Path(argument) for argument in arguments])
    write(catalogue)
    return 0


def read() -> Catalog:
    if not CATALOGUE.exists():
        return empty()
    with CATALOGUE.open("rb") as text:
        return pofile.read_po(text, locale="en")


def empty() -> Catalog:
    """No dates of its making in the header: the file changes only when a text does."""
    return Catalog(
        locale="en",
        header_comment="# The English of what the source says in Chinese; see tools/messages.py.",
        project="SafeCommunity",
        version="1",
        msgid_bugs_address="none",
        creation_date=FIRST_DAY,
        revision_date=FIRST_DAY,
        last_translator="SafeCommunity",
        language_team="SafeCommunity",
        fuzzy=False,
    )


def write(catalogue: Catalog) -> None:
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as text:
        pofile.write_po(text, catalogue, width=0, sort_output=True, omit_header=False, no_location=True)


def up_to_date() -> Catalog:
    """The messages the source has now, with the English the catalogue already knew."""
    known, fresh = read(), empty()
    for message, context in source_messages():
        old = known.get(message, context)
        fresh.add(message, old.string if old and not old.fuzzy else None, context=context)
    return fresh


def source_messages() -> Iterator[tuple[Message, str | None]]:
    for path in sorted(SOURCE.rglob("*.py")):
        for _line, message, _comments, context in extract_from_file("python", path, keywords=KEYWORDS):
            yield message, context
    for path in sorted((SOURCE / "web" / "templates").rglob("*")):
        if path.suffix in {".html", ".txt", ".svg"}:
            yield from template_messages(path)


def template_messages(path: Path) -> Iterator[tuple[Message, str | None]]:
    for name, arguments in CALL.findall(templatize(path.read_text(encoding="utf-8"), origin=str(path))):
        texts = ast.literal_eval(f"({arguments},)")
        if name == "pgettext":
            yield texts[1], texts[0]
        elif name == "ngettext":
            yield texts[:2], None
        else:
            yield texts[0], None


def missing(catalogue: Catalog) -> list[str]:
    """What has no English, or lost a placeholder on the way."""
    return [
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogue
        if message.id and not all(usable(message.id, english) for english in strings(message.string))
    ]


def strings(string: Message | None) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string or "",)


def usable(message: Message, english: str) -> bool:
    placeholders = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
    plural = message if isinstance(message, str) else message[1]
    return bool(english) and set(placeholders.findall(english)) <= set(placeholders.findall(plural))


def add(catalogue: Catalog, files: list[Path]) -> None:
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            chinese, tab, english = (part.replace("\\n", "\n") for part in line.partition("\t"))
            if not tab:
                print(f"{path.name}:{number}: no tab / 没有制表符： {line}", file=sys.stderr)
            elif (message := catalogue.get(chinese)) is not None:
                message.string = (english, english) if isinstance(message.id, tuple) else english


if __name__ == "__main__":
    settings.configure(USE_I18N=True)
    sys.exit(main(*sys.argv[1:]))
