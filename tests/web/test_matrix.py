"""Every address × every role × own, child, sibling, parent, prefix twin and absent unit: nobody sees across.

The rows are the addresses themselves, so a new page is in the matrix without being listed.
"""

import re

import pytest
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


@pytest.mark.parametrize("route", ROWS)
def test_nobody_sees_across(route, places):
    entry, known = ROWS[route]
    guard = Permission(entry.callback.guard)
    own = Unit.objects.get(slug=places["own"])
    for role, about in ROLES.items():
        client = make.client(make.member(own, role=role, username=f"the-{role}"))
        method = method_of(entry, client, filled(route, known, places["own"]))
        told = {where: asked(client, method, filled(route, known, places[where])) for where in places}
        assert {told[where][0] for where in HIDDEN} == {404}, (role, told)
        assert len({told[where][1] for where in HIDDEN}) == 1, role
        if guard not in about.permissions:
            assert {told[where][0] for where in ("own", "child")} == {403}, (role, told)
        else:
            assert not {told[where][0] for where in ("own", "child")} & {403, 500}, (role, told)


@pytest.mark.parametrize("route", ROWS)
def test_a_stranger_is_asked_to_sign_in(route, places, client):
    entry, known = ROWS[route]
    address = filled(route, known, places["own"])
    response = getattr(client, method_of(entry, client, address))(address)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/account/sign-in/")


def test_the_matrix_has_rows():
    assert len(ROWS) >= 30
