"""Calendar files (iCalendar, RFC 5545): whole-day entries that any calendar program can subscribe to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

LONGEST = 75  # bytes of a line


@dataclass(frozen=True, slots=True)
class Entry:
    """A whole day. `uid` stays the same when the day moves, so that the entry moves too."""

    uid: str
    day: date
    title: str
    text: str = ""
    address: str = ""


def written(name: str, entries: Iterable[Entry], *, host: str, now: datetime) -> str:
    """The file, its lines ended and folded as the standard asks. `now`: in UTC."""
    stamp = f"{now:%Y%m%dT%H%M%SZ}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//SafeCommunity//Tasks//ZH", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", f"X-WR-CALNAME:{escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT6H"]
    for entry in entries:
        lines += ["BEGIN:VEVENT", f"UID:{entry.uid}@{host}", f"DTSTAMP:{stamp}"]
        lines += [f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}"]
        lines += [f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}", "TRANSP:TRANSPARENT"]
        lines += [f"SUMMARY:{escaped(entry.title)}"]
        lines += [f"DESCRIPTION:{escaped(entry.text)}"] if entry.text else []
        lines += [f"URL:{entry.address}"] if entry.address else []
        lines += ["END:VEVENT"]
    lines += ["END:VCALENDAR", ""]
    return "\r\n".join(folded(line) for line in lines)


def escaped(text: str) -> str:
    """Text as a value: separators escaped, line breaks as \\n, other control characters gone."""
    for mark in "\\;,":
        text = text.replace(mark, f"\\{mark}")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(letter for letter in text if letter.isprintable() or letter == "\t")


def folded(line: str) -> str:
    """The line in pieces of at most 75 bytes, cut between characters, each further one after a blank."""
    pieces, size = [""], 0
    for letter in line:
        width = len(letter.encode())
        if size + width > LONGEST:
            pieces.append("")
            size = 1
        pieces[-1] += letter
        size += width
    return "\r\n ".join(pieces)
