from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from safecommunity.audit import queries
from safecommunity.audit.actions import record, refused, together
from safecommunity.audit.chain import COLUMNS, canonical, mac
from safecommunity.audit.models import Head, Line
from tests import make

LINE = {
    **{name: name for name in COLUMNS},
    "seq": 1,
    "at": datetime(2026, 3, 1, tzinfo=UTC),
    "before": {},
    "after": {"name": "é"},
}


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_is_covered(column):
    other = {"seq": 2, "at": LINE["at"] + timedelta(microseconds=1)}.get(column, {"altered": 1})
    assert mac({**LINE, column: other}, "key") != mac(LINE, "key")


def test_the_canonical_form_does_not_depend_on_order_or_on_how_an_accent_is_written():
    decomposed = {**LINE, "after": {"name": "e\N{COMBINING ACUTE ACCENT}"}}
    assert canonical(dict(reversed(decomposed.items()))) == canonical(LINE)


@pytest.fixture
def chain(db):
    unit = make.unit()
    lin = make.member(unit)
    for number in range(3):
        record("thing.done", f"thing {number}", by=lin, unit=unit, after={"number": number})
    return unit.path.split("/")[1]


def tampered(statement, *parameters):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_line_no_update")
            cursor.execute("DROP TRIGGER audit_line_no_delete")
        else:
            cursor.execute("ALTER TABLE audit_line DISABLE TRIGGER USER")
        cursor.execute(statement, parameters)


def test_an_untouched_log_holds(chain):
    assert queries.verify() == []
    assert Head.objects.get(chain=chain).seq == Line.objects.filter(chain=chain).count()


@pytest.mark.parametrize(
    "column", ["actor", "actor_name", "ip", "unit", "path", "act", "target", "title", "reason", "outcome"]
)
def test_an_altered_line_is_noticed(chain, column):
    tampered(f"UPDATE audit_line SET {column} = 'other' WHERE chain = %s AND seq = 2", chain)
    assert queries.verify() == [queries.Break(chain, 2, "altered")]


def test_a_missing_line_is_noticed(chain):
    tampered("DELETE FROM audit_line WHERE chain = %s AND seq = 2", chain)
    assert queries.verify() == [queries.Break(chain, 2, "missing")]


def test_a_cut_tail_is_noticed(chain):
    last = Head.objects.get(chain=chain).seq
    tampered("DELETE FROM audit_line WHERE chain = %s AND seq = %s", chain, last)
    assert queries.verify() == [queries.Break(chain, last, "tail")]


def test_a_chain_without_its_head_is_noticed(chain):
    tampered("DELETE FROM audit_head WHERE chain = %s", chain)
    assert queries.verify() == [queries.Break(chain, 1, "missing")]


@pytest.mark.parametrize("write", [lambda lines: lines.update(act="x"), lambda lines: lines.delete()])
def test_the_database_refuses_to_change_or_delete_a_line(chain, write):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        write(Line.objects.filter(chain=chain))


def test_a_refused_attempt_is_told_with_who_and_from_where(db):
    unit = make.unit()
    wu = make.user("wu")
    wu.ip = "10.1.2.3"
    refused("ledger.edit", "/u1/ledgers/", by=wu, unit=unit)
    line = Line.objects.first()
    assert (line.act, line.outcome, line.actor, line.ip, line.unit) == (
        "ledger.edit",
        "refused",
        "wu",
        "10.1.2.3",
        unit.name,
    )


def test_lines_of_one_act_are_written_together_and_only_of_what_was_done(db):
    unit = make.unit()
    record("thing.begun", "thing", by=None)
    start = Line.objects.count()

    @together()
    def undone() -> None:
        record("thing.undone", "thing", by=None, unit=unit)
        raise ValueError("undone")

    @together()
    def act(*, times: int) -> None:
        for number in range(times):
            record("thing.done", f"thing {number}", by=None, unit=unit)
        with pytest.raises(ValueError, match="undone"):
            undone()
        record("thing.ended", "thing", by=None)

    assert make.questions(lambda: act(times=3)) == make.questions(lambda: act(times=1))
    written = Line.objects.order_by("id")[start:].values_list("act", "target")
    done = [("thing.done", f"thing {number}") for number in range(3)]
    assert list(written) == [*done, ("thing.ended", "thing"), done[0], ("thing.ended", "thing")]
    assert queries.verify() == []


def test_the_log_of_one_top_unit_is_not_shown_to_another(db):
    first, second = make.unit("甲街道"), make.unit("乙街道")
    assert {line.unit for line in queries.under([first.path])} == {"甲街道"}
    assert {line.unit for line in queries.under([first.path, second.path])} == {"甲街道", "乙街道"}
