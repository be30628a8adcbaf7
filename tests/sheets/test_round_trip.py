"""Whatever a ledger can hold comes back from its own export as it was."""

from pathlib import Path

import pytest
from django.conf import settings as deployment
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safecommunity.core.identity import organisation_check, resident_check
from safecommunity.jobs import worker
from safecommunity.jobs.models import Job
from safecommunity.ledgers import actions as ledger_actions
from safecommunity.ledgers.models import Entry
from safecommunity.library import ledgers
from safecommunity.sheets import actions
from tests import make
from tests.sheets.books import checked, shown

pytestmark = pytest.mark.django_db
words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=30)
risky = st.tuples(
    st.sampled_from(["", "=", "+", "-", "@", "'", "''=", "\uff1d", "_x0041_", "<&>", "007"]), words
).map("".join)
texts = risky.filter(lambda text: text.strip())
days = st.dates().map(lambda day: day.replace(year=2020 + day.year % 10, day=min(day.day, 28)).isoformat())


def resident(serial):
    first = f"110101199003{1 + serial % 28:02d}{serial % 1000:03d}"
    return first + resident_check(first)


def organisation(serial):
    first = f"91130102M{serial:08d}"
    return first + organisation_check(first)


def values_of(field):
    """A strategy for values that a field may hold, as typed."""
    serial = st.integers(0, 99_999_999)
    kinds = {
        "text": texts,
        "long-text": texts,
        "person-name": texts,
        "integer": st.integers(int(field.min or 0), int(field.max or 10**6)),
        "decimal": st.decimals(field.min or 0, field.max or 10**6, places=3).map(str),
        "money": st.decimals(field.min or 0, field.max or 10**6, places=2).map(str),
        "percentage": st.decimals(0, 100, places=1).map(str),
        "date": days,
        "expiry-date": days,
        "month": days.map(lambda day: day[:7]),
        "year": days.map(lambda day: day[:4]),
        "yes-no": st.booleans(),
        "choice": st.sampled_from(sorted(field.choices) or [""]),
        "code": st.sampled_from(sorted(field.choices) or [""]),
        "multi-choice": st.lists(st.sampled_from(sorted(field.choices) or [""]), min_size=1),
        "person-id": serial.map(resident),
        "uscc": serial.map(organisation),
        "phone": serial.map(lambda number: f"138{number:08d}"),
        "plate": serial.map(lambda number: f"冀A{number % 100000:05d}"),
        "place": st.fixed_dictionaries({"address": texts}, optional={"division": st.just("130102001")}),
    }
    return kinds[field.kind]


def rows_of(ledger):
    fields = [field for field in ledger.fields.values() if field.kind != "link"]
    needed = {field.code for field in fields if field.required or field.code in ledger.unique}
    return st.fixed_dictionaries(
        {field.code: values_of(field) for field in fields if field.code in needed},
        optional={field.code: values_of(field) for field in fields if field.code not in needed},
    )


def exported(unit, person, ledger, kind):
    asked = {"query": "", "columns": "all", "kind": kind, "in_full": False, "reason": ""}
    job = actions.ask_for_export(ledger=ledger, unit=unit, by=person, **asked)
    worker.drain()
    job = Job.objects.in_unit(unit).get(pk=job.pk)
    assert job.state == "done", job.error
    return (Path(deployment.RESULTS) / job.file).read_bytes()


@pytest.mark.parametrize("code", ["premises", "vehicles", "vulnerable-people", "drills", "funds", "meetings"])
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.filter_too_much,
    ],
)
@given(data=st.data(), kind=st.sampled_from(["xlsx", "csv"]))
def test_an_export_comes_back_unchanged_from_any_ledger(data, kind, code):
    ledger = ledgers[code]
    unit = make.unit()
    person = make.member(unit)
    kept = 0
    for row in data.draw(st.lists(rows_of(ledger), min_size=1, max_size=4)):
        try:
            ledger_actions.add(ledger=code, unit=unit, values=row, by=None)
            kept += 1
        except (ledger_actions.InvalidEntry, ledger_actions.DuplicateEntry):
            continue
    before = list(Entry.objects.in_unit(unit).order_by("id").values("data", "sealed", "version"))
    batch = checked(unit, person, code, exported(unit, person, ledger, kind), f"a.{kind}")
    assert (batch.new, batch.changed, batch.unchanged, batch.refused) == (0, 0, kept, 0), shown(
        batch, "refused"
    )
    assert list(Entry.objects.in_unit(unit).order_by("id").values("data", "sealed", "version")) == before
