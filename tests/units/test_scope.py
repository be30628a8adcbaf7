import pytest
from django.db import IntegrityError, transaction

from safecommunity.units.models import Body
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import ScopeMissing, StaleRecord, change
from tests import make

pytestmark = pytest.mark.django_db


def body(unit, name="领导小组"):
    return Body.objects.create(unit=unit, path=unit.path, kind="leading-group", name=name)


@pytest.mark.parametrize(
    "query",
    [
        lambda rows: rows.all(),
        lambda rows: rows.filter(name="x"),
        lambda rows: rows.get(pk=1),
        lambda rows: rows.count(),
        lambda rows: rows.exists(),
        lambda rows: rows.aggregate(),
        lambda rows: rows.in_bulk(),
        lambda rows: rows.values("name"),
        lambda rows: rows.first(),
        lambda rows: rows.none(),
        lambda rows: rows.get_or_create(name="x"),
        lambda rows: rows.everything(reason=""),
    ],
)
def test_a_query_without_a_scope_refuses(query):
    with pytest.raises(ScopeMissing):
        query(Body.objects)


def test_a_role_reaches_its_unit_and_what_lies_below_but_nothing_beside():
    city = make.unit("石家庄市", kind="city-office")
    street = make.unit("阳光街道", parent=city)
    twin = make.unit("阳光新街道", parent=city)
    mine, other = body(street), body(twin)
    office = make.member(street)
    above = make.member(city, role="city-office", username="zhou")
    stranger = make.member(make.unit("别处街道"), username="wu")
    seen = lambda user: list(Body.objects.for_user(user, Permission.LEDGER_VIEW))  # noqa: E731
    assert seen(office) == [mine]
    assert seen(above) == [mine, other]
    assert seen(stranger) == []


def test_a_path_that_begins_with_the_same_digits_is_no_descendant():
    units = [make.unit(f"单位{number}") for number in range(12)]
    first = min(units, key=lambda unit: unit.pk)
    for unit in units:
        body(unit)
    tenfold = [unit for unit in units if unit.path.startswith(first.path.rstrip("/")) and unit != first]
    assert [row.unit_id for row in Body.objects.below(first)] == [first.pk]
    assert all(not Body.objects.below(first).filter(unit=unit).exists() for unit in tenfold)


def test_a_stale_save_is_refused_and_shows_what_stands_there_now():
    row = body(make.unit())
    copy = Body.objects.in_unit(row.unit).get(pk=row.pk)
    change(row, version=1, name="促进委员会")
    with pytest.raises(StaleRecord) as refusal:
        change(copy, version=1, name="指导委员会")
    assert refusal.value.current.name == "促进委员会"
    assert Body.objects.in_unit(row.unit).get().version == 2


def test_the_database_refuses_a_path_without_its_slash():
    unit = make.unit()
    with pytest.raises(IntegrityError), transaction.atomic():
        type(unit).objects.filter(pk=unit.pk).update(path="/1")
