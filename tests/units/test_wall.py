from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from safecommunity.hazards import actions, queries
from safecommunity.hazards.models import HiddenHazard, Inspection
from safecommunity.units import wall
from safecommunity.units.models import Body
from safecommunity.units.permissions import seen
from tests import make
from tests.hazards import made

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


@pytest.mark.requirement("R96")
def test_an_officer_records_in_the_round_of_the_street_whose_own_row_the_wall_hides(as_application):
    here = made.town()
    other = make.unit("光明社区", parent=here.street, kind="neighbourhood")
    whole = actions.start_round(
        unit=here.street, kind="comprehensive", name="街道联查", field="fire", checklist_codes=["fire"],
        leader="林晓", due_date=date(2099, 3, 4), by=here.lin, today=date(2026, 3, 4),
        premises=[made.shop(here.block, "阳光饭店"), made.shop(other, "光明超市")], team=[here.officer.pk],
    )  # fmt: skip
    part = queries.inspections(here.block).get()
    visit = queries.visits(part).get()
    usual = {"number": "2", "choice": "works"}
    said = {
        code: {"value": usual.get(item.answer, "pass"), "pictures": [{"sha256": "a" * 64}]}
        for code, item in queries.items_of(part).items()
    }
    said["fire/2.2"]["value"] = "fail"
    officer, lin, stranger = map(make.client, (here.officer, here.lin, make.member(other, "officer", "li")))
    address = reverse("hazards:visit", args=[here.block.slug, visit.client_uuid])
    stop = f"/api/units/{here.block.slug}/stops/{visit.client_uuid}"
    as_application()
    assert stranger.get(address).status_code == 404
    assert "街道联查" in officer.get(address).content.decode()
    how = {"content_type": "application/json", "headers": {"If-Match": '"1"'}}
    assert officer.put(stop, {"answers": said}, **how).status_code == 200
    opened = {"client_uuid": "0d8a3c52-3bd1-4d1c-8f25-6b6f0b1f6c01", "item": "fire/2.2"}
    for status in (201, 200):
        sent = officer.post(f"{stop}/hazards", opened, content_type="application/json")
        assert sent.status_code == status
    assert set(Inspection.objects.everything(reason="to show the wall")) == {part}
    page = lin.get(reverse("hazards:inspection", args=[here.street.slug, whole.client_uuid]))
    assert (page.context["done"], page.context["total"]) == (1, 2)
    assert [row for row, *_badge in page.context["hazards"]] == [
        HiddenHazard.objects.in_unit(here.block).get()
    ]


def test_every_table_of_unit_rows_is_behind_the_wall():
    assert {"units_body", "units_appointment", "jobs_job"} <= set(wall.tables())
