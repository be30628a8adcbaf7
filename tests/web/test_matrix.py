"""Every address × own, child, sibling, parent, prefix twin and absent unit: nobody sees across.

Each is asked by one role that has its guard's permission and by one that has not; one address of each guard
by every role. The rows are the addresses themselves, so a new page is in the matrix without being listed.
"""

import re
from itertools import groupby

import pytest
from django.db import transaction
from django.urls import converters
from django.urls.resolvers import URLPattern, URLResolver, get_resolver

from safecommunity.units.models import Unit
from safecommunity.units.permissions import ROLES, Permission
from tests import make

SAMPLES = {
    converters.IntConverter: "987654",
    converters.StringConverter: "none",
    converters.SlugConverter: "none",
    converters.PathConverter: "none/none",
    converters.UUIDConverter: "00000000-0000-4000-8000-000000000000",
}
HIDDEN = ("sibling", "parent", "twin", "absent")
SECRET = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"')


def addresses(resolver=None, prefix="", kinds=()):
    for entry in (resolver or get_resolver()).url_patterns:
        route, known = prefix + str(entry.pattern), {**dict(kinds), **entry.pattern.converters}
        if isinstance(entry, URLResolver):
            yield from addresses(entry, route, known.items())
        elif "slug" in known and route.startswith("<slug:slug>/"):
            yield entry, route, known


ROWS = {route: (entry, known) for entry, route, known in addresses()}
PAGES = {page: list(routes) for page, routes in groupby(ROWS, key=lambda route: route.split("/")[1])}
FIRST = {entry.callback.guard: route for route, (entry, _known) in reversed(ROWS.items())}


def filled(route: str, known: dict, slug: str) -> str:
    def sample(found: re.Match) -> str:
        name = found[1].rpartition(":")[2]
        return slug if name == "slug" else SAMPLES[type(known[name])]

    return "/" + re.sub(r"<([^>]+)>", sample, route)


@pytest.fixture
def places(db):
    """The units seen from 阳光街道; the twin's path begins with the same digits."""
    city = make.unit("石家庄市", kind="city-office")
    own = make.unit("阳光街道", parent=city)
    twin = make.unit("孪生街道")
    Unit.objects.filter(pk=twin.pk).update(path=f"{own.path[:-1]}0/")
    return {
        "own": own.slug,
        "child": make.unit("锦绣社区", parent=own, kind="neighbourhood").slug,
        "sibling": make.unit("安康街道", parent=city).slug,
        "parent": city.slug,
        "twin": twin.slug,
        "absent": "no-such-unit",
    }


def asked(client, method, address):
    response = getattr(client, method)(address)
    body = b"" if response.streaming else SECRET.sub(b"", response.content)
    return response.status_code, body.replace(address.encode(), b"")


def method_of(entry: URLPattern, client, address) -> str:
    return "post" if client.get(address).status_code == 405 else "get"


@pytest.fixture
def people(places):
    own = Unit.objects.get(slug=places["own"])
    return {role: make.client(make.member(own, role=role, username=f"the-{role}")) for role in ROLES}


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_across(page, places, people):
    for route in PAGES[page]:
        with transaction.atomic():
            check_row(route, places, people)
            transaction.set_rollback(True)


def check_row(route, places, people):
    entry, known = ROWS[route]
    guard = Permission(entry.callback.guard)
    may = {role: guard in about.permissions for role, about in ROLES.items()}
    two = {may[role]: role for role in ROLES}.values()
    method = method_of(entry, people[next(iter(two))], filled(route, known, places["own"]))
    for role in ROLES if route == FIRST[guard] else two:
        seen = places if role in two else ["own"]
        told = {where: asked(people[role], method, filled(route, known, places[where])) for where in seen}
        hidden = [told[where] for where in HIDDEN if where in told]
        assert {status for status, _body in hidden} <= {404}, (route, role, told)
        assert len({body for _status, body in hidden}) <= 1, (route, role)
        for where in {"own", "child"} & told.keys():
            status = told[where][0]
            assert status not in {403, 500} if may[role] else status == 403, (route, role, told)


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_asked_to_sign_in(page, places, client):
    for route in PAGES[page]:
        entry, known = ROWS[route]
        address = filled(route, known, places["own"])
        response = getattr(client, method_of(entry, client, address))(address)
        assert response.status_code == 302, route
        assert response.headers["Location"].startswith("/account/sign-in/"), route


def test_the_matrix_has_rows():
    assert sum(map(len, PAGES.values())) == len(ROWS) >= 30
