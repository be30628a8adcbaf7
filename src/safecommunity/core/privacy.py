"""What others may see of a person: masked values, and counts too small to be told."""

from __future__ import annotations

import re
from collections.abc import Sequence

SMALLEST_TOLD = 5
RESIDENT_IN_TEXT = re.compile(r"(?<!\d)(\d{3})\d{11}(\d{3}[\dXx])(?!\d)")
MOBILE_IN_TEXT = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")


def mask_resident_id(number: str) -> str:
    """110***********002X: the first three and the last four places stay."""
    return number[:3] + "*" * (len(number) - 7) + number[-4:] if len(number) > 7 else "*" * len(number)


def mask_phone(number: str) -> str:
    """138****0001; of a fixed line the area code and the last two digits stay."""
    if re.fullmatch(r"1\d{10}", number):
        return f"{number[:3]}****{number[-4:]}"
    area, hyphen, rest = number.partition("-")
    if hyphen:
        return f"{area}-{'*' * max(len(rest) - 2, 0)}{rest[-2:]}"
    return number if len(number) <= 6 else "*" * (len(number) - 2) + number[-2:]


def mask_name(name: str) -> str:
    """张*: the first character stays."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


def mask_text(text: str) -> str:
    """Three stars, whatever the length."""
    return "***" if text else ""


def hide_numbers(text: str) -> str:
    """Free text (log, error, audit line) with identity and mobile numbers masked."""
    text = RESIDENT_IN_TEXT.sub(r"\1***********\2", text)
    return MOBILE_IN_TEXT.sub(r"\1****\2", text)


def small_count(count: int, limit: int = SMALLEST_TOLD) -> str:
    """The count as told in public: "<5" for 1 to 4; nought names nobody and is told."""
    return f"<{limit}" if 0 < count < limit else str(count)


def suppressed(counts: Sequence[int], limit: int = SMALLEST_TOLD) -> list[str]:
    """The parts of a total that is told too: no hidden count can be reckoned from it.

    As many of the next smallest ones are hidden with the small ones, as "…", as it takes until each small one
    may still be anything below the limit; where no number of them is enough, all are, the noughts too.
    """
    told = [small_count(count, limit) for count in counts]
    small = [count for count in counts if 0 < count < limit]
    others = sorted((i for i in range(len(counts)) if counts[i] >= limit), key=lambda i: counts[i])
    also = 0
    while small and not _uncertain(small, [counts[i] for i in others], also, limit):
        if also == len(others):
            return ["…"] * len(counts)
        told[others[also]] = "…"
        also += 1
    return told


def _uncertain(small: Sequence[int], others: Sequence[int], also: int, limit: int) -> bool:
    """Whether a small count may be anything for whoever knows the rule; `also`: how many hide with them."""
    total, rest = sum(small) + sum(others[:also]), len(small) - 1
    hidden = also * others[also] if also < len(others) else total  # what hides with them is at most that
    largest = total - rest - also * limit
    smallest = total - rest * (limit - 1) - (hidden if also else 0)
    return largest >= limit - 1 and smallest <= 1
