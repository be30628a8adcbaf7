"""Makes what tests need. The cast: lin records, zhou looks on, wu belongs to another unit."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from itertools import count
from time import time
from typing import Any

import openpyxl
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from safecommunity.accounts.models import User
from safecommunity.units import actions
from safecommunity.units.models import Unit

PASSWORD = "an ordinary long pass-phrase"
NAMES = {"lin": "林晓", "zhou": "周敏", "wu": "吴强"}
_serial = count(1)


def unit(
    name: str = "阳光街道", parent: Unit | None = None, kind: str = "sub-district", **facts: Any
) -> Unit:
    slug = facts.pop("slug", f"u{next(_serial)}")
    return actions.create(name=name, kind=kind, slug=slug, parent=parent, by=None, **facts)


def user(username: str = "lin", **facts: Any) -> User:
    facts.setdefault("display_name", NAMES.get(username, username))
    made = User(username=username, **facts)
    made.set_password(PASSWORD)
    made.save()
    return made


def member(at: Unit, role: str = "office", username: str = "lin") -> User:
    """A person with a role on a unit; the same person again when the name is known."""
    person = User.objects.filter(username=username).first() or user(username)
    actions.grant(user=person, unit=at, role=role, by=None)
    return User.objects.get(pk=person.pk)


def client(person: User) -> Client:
    signed_in = Client()
    signed_in.force_login(person)
    return signed_in


def proved(signed_in: Client) -> Client:
    """The person has just shown once more who they are."""
    session = signed_in.session
    session["proved"] = time()
    session.save()
    return signed_in


def sheet_rows(response: Any) -> list[tuple[Any, ...]]:
    """What a list taken along as a sheet holds below its heads."""
    sheet = openpyxl.load_workbook(BytesIO(response.content)).active
    return list(sheet.iter_rows(min_row=2, values_only=True))


def questions(ask: Callable[[], object]) -> int:
    """How many queries the database was asked."""
    with CaptureQueriesContext(connection) as asked:
        ask()
    return len(asked)
