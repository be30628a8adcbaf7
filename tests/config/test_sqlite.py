"""Two programs write one SQLite file; what a transaction does until its turn comes."""

import pytest
from django.db import ConnectionHandler, OperationalError

from safecommunity.config import environment
from safecommunity.config.sqlite import base


@pytest.fixture
def opened(tmp_path, db):
    """Makes connections to one file, each as a program of its own has it."""
    made = []

    def connect(**options):
        database = environment.database("", tmp_path)
        database["OPTIONS"] |= options
        made.append(ConnectionHandler({"default": database})["default"])
        made[-1].ensure_connection()
        return made[-1]

    yield connect
    for one in made:
        one.close()


def _begin(connection):
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def test_who_waits_to_write_asks_in_even_steps_until_the_turn_comes(opened, monkeypatch):
    first, second = opened(), opened()
    _begin(first)
    waited = []

    def wait(seconds):
        waited.append(seconds)
        if len(waited) == 30:
            first.rollback()

    monkeypatch.setattr(base.time, "sleep", wait)
    _begin(second)
    assert waited == [base.STEP] * 30
    second.rollback()
    assert second.connection.execute("PRAGMA busy_timeout").fetchone() == (20_000,)


def test_who_waits_too_long_is_told_that_the_file_is_busy(opened):
    first, second = opened(), opened(timeout=0)
    _begin(first)
    with pytest.raises(OperationalError, match="locked"):
        _begin(second)
    first.rollback()
    _begin(second)
    second.rollback()


def test_another_fault_is_not_waited_out(opened, monkeypatch):
    connection = opened()
    monkeypatch.setattr(connection, "transaction_mode", "NEVER")
    with pytest.raises(OperationalError, match="syntax"):
        _begin(connection)
