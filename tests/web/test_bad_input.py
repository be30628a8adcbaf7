"""Every page with nonsense in its address and its form: an answer in words, never a broken page."""

import pytest

from safecommunity.units.models import Unit
from tests import make
from tests.web.test_matrix import ROWS, filled, method_of, places  # noqa: F401

NONSENSE = [
    {},
    {"page": "abc", "sort": "'; drop table x", "q": "%_\\\x00", "year": "9" * 20, "period": "二〇二六"},
    {
        "page": "-1",
        "from": "2026-13-45",
        "to": "0000-00-00",
        "state": "[]",
        "code": "../../etc/passwd",
        "pk": "NaN",
    },
    {"page": "9" * 400, "q": "🧯" * 2000, "version": "-5", "scheme": "none", "unit": "-", "kind": "{{7*7}}"},
    {
        "version": "1e309",
        "name": "\u202e",
        "title": "<script>alert(1)</script>",
        "date": "tomorrow",
        "next": "//evil.example",
    },
]


@pytest.mark.parametrize("route", ROWS)
def test_nonsense_gets_an_answer(route, places):  # noqa: F811
    entry, known = ROWS[route]
    own = Unit.objects.get(slug=places["own"])
    client = make.client(make.member(own, role="city-office", username="cheng"))
    address = filled(route, known, own.slug)
    for method in {"get", method_of(entry, client, address)}:
        for nonsense in NONSENSE:
            response = getattr(client, method)(address, nonsense)
            assert response.status_code < 500, (method, nonsense)
