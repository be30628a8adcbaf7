import pytest
from django.db import DatabaseError, connection, transaction

from safecommunity.units import wall
from safecommunity.units.models import Body
from safecommunity.units.permissions import seen
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_application(settings):
    """The wall built, and the connection working as a role that is no superuser."""
    if connection.vendor != "postgresql":
        pytest.skip("row-level security is PostgreSQL's; the PostgreSQL run shows it")
    settings.ROW_WALL = True
    wall.build()
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS wall_application")
        cursor.execute("CREATE ROLE wall_application")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO wall_application")
        cursor.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO wall_application")
    return lambda: connection.cursor().execute("SET LOCAL ROLE wall_application")


def body(unit):
    return Body.objects.create(unit=unit, path=unit.path, kind="office", name="办公室")


def test_the_database_itself_shows_only_what_the_person_reaches(as_application):
    city = make.unit("石家庄市", kind="city-office")
    street, twin = make.unit("甲街道", parent=city), make.unit("乙街道", parent=city)
    rows = {unit.pk: body(unit) for unit in (street, twin)}
    lin, above = make.member(street), make.member(city, "city-office", "zhou")
    as_application()
    everything = lambda: set(Body.objects.everything(reason="to show the wall"))  # noqa: E731
    assert everything() == set()
    wall.narrow(seen(lin))
    assert everything() == {rows[street.pk]}
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        body(twin)
    wall.narrow(seen(above))
    assert everything() == set(rows.values())
    wall.narrow(["/"])
    assert everything() == set(rows.values())


def test_every_table_of_unit_rows_is_behind_the_wall():
    assert {"units_body", "units_appointment", "jobs_job"} <= set(wall.tables())
