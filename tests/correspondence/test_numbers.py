"""Numbers given by many at once have neither gaps nor doubles."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from safecommunity.accounts.models import User
from safecommunity.correspondence import actions, queries
from safecommunity.units.models import Unit
from tests import make
from tests.correspondence import made

AT_ONCE, EACH = 6, 3


@pytest.mark.django_db(transaction=True)
def test_numbers_given_at_once_have_neither_gaps_nor_doubles() -> None:
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads share one connection to a database in memory")
    unit = make.unit()
    lin, wang = made.people(unit)
    rows = [made.until("sign", unit, lin, wang) for _n in range(AT_ONCE * EACH)]

    def give(start: int) -> None:
        try:
            here, person = Unit.objects.get(pk=unit.pk), User.objects.get(pk=lin.pk)
            for row in rows[start::AT_ONCE]:
                found = queries.document(here, row.uuid)
                assert found
                actions.advance(
                    document=found, act="number", version=found.version, by=person, today=made.TODAY
                )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(give, range(AT_ONCE)))
    assert sorted(one.serial for one in queries.numbers(unit)) == list(range(1, AT_ONCE * EACH + 1))
    assert len({row.number for row in queries.documents(unit)}) == AT_ONCE * EACH
