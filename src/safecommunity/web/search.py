"""Finding by characters or by pinyin initials, for the unit switcher and Ctrl-K."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from django.db.models import Q, QuerySet

from safecommunity.accounts.models import User
from safecommunity.ledgers.models import Entry
from safecommunity.units.models import Unit
from safecommunity.units.queries import visible

INITIALS_AMONG = 2_000


def units_like(user: User, wanted: str) -> QuerySet[Unit]:
    """Visible units whose name, short name or code holds the words; Latin letters also match initials.

    Initials are computed for the first INITIALS_AMONG visible units only: a city's own, not a nation's.
    """
    seen = visible(user)
    match = Q(name__icontains=wanted) | Q(short_name__icontains=wanted) | Q(slug__startswith=wanted)
    if wanted.isascii() and wanted.isalpha():
        names = seen.values_list("pk", "name")[:INITIALS_AMONG]
        match |= Q(pk__in=[pk for pk, name in names if wanted.lower() in initials(name)])
    return seen.filter(match)


def says(text: str, wanted: str) -> bool:
    """Does a text hold the words, by characters or by pinyin initials?"""
    wanted = wanted.lower()
    return wanted in text.lower() or (wanted.isascii() and wanted in initials(text))


def entries_like(unit: Unit, wanted: str, ledgers: Collection[str], most: int) -> list[Entry]:
    """The newest standing entries of these ledgers, here and beneath, holding every word or initial."""
    rows = Entry.objects.below(unit).filter(withdrawn_at=None, ledger__in=ledgers)
    for word in wanted.lower().split():
        rows = rows.filter(search__contains=word)
    return list(rows.select_related("unit").defer("data", "sealed").order_by("-id")[:most])


@lru_cache(maxsize=8_192)
def initials(text: str) -> str:
    """阳光街道 → ygjd."""
    from pypinyin import Style, lazy_pinyin  # slow import

    return "".join(part[:1] for part in lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()
