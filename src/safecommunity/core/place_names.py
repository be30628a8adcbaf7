"""Which neighbourhood or grid the words of an address name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SUFFIXES = ("社区居民委员会", "社区居委会", "居民委员会", "村民委员会", "居委会", "村委会", "社区")
LONGEST = 20
_ENDS = re.compile("(?=社区|居委)|(?<=村)")


def short(name: str) -> str:
    """A neighbourhood's own name: `支农路社区居委会` → `支农路`, `李家村村民委员会` → `李家村`."""
    return name.removesuffix(next((one for one in SUFFIXES if name.endswith(one)), ""))


@dataclass(frozen=True, slots=True)
class Directory:
    """`codes`: own name → the neighbourhoods called so; `grids`: neighbourhood → code and name of each."""

    codes: Mapping[str, Sequence[str]]
    grids: Mapping[str, Sequence[tuple[str, str]]]

    def named_in(self, words: str) -> str:
        """The code of the place the words name, "" where they name none or do not tell which.

        A road of the same name is not taken for the neighbourhood: 社区, 居委 or 村 has to follow. A grid
        counts beside its neighbourhood only. The time does not depend on how many places are known.
        """
        told = {own for own in _candidates(words) if own in self.codes}
        longest = max(told, key=len, default="")
        found = self.codes.get(longest, ())
        if len(found) != 1 or any(own not in longest for own in told):
            return ""
        inside = [code for code, name in self.grids.get(found[0], ()) if name in words]
        return inside[0] if len(inside) == 1 else found[0]


def directory(neighbourhoods: Mapping[str, str], grids: Iterable[tuple[str, str, str]]) -> Directory:
    """`neighbourhoods`: code → name; `grids`: the code of the neighbourhood, the grid's code and its name."""
    codes: dict[str, list[str]] = {}
    inside: dict[str, list[tuple[str, str]]] = {}
    for code, name in neighbourhoods.items():
        codes.setdefault(short(name), []).append(code)
    for parent, code, name in grids:
        inside.setdefault(parent, []).append((code, name))
    return Directory(codes, inside)


def _candidates(words: str) -> Iterable[str]:
    """What may be the own name of a neighbourhood: two letters or more that end where one may end."""
    for end in (found.start() for found in _ENDS.finditer(words)):
        for begin in range(max(0, end - LONGEST), end - 1):
            yield words[begin:end]
