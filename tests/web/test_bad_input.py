"""Every page with nonsense in its address and its form: an answer in words, never a broken page."""

import pytest
from django.db import transaction

from safecommunity.units.models import Unit
from tests import make
from tests.web.test_matrix import PAGES, ROWS, filled, method_of, places  # noqa: F401

NONSENSE = [
    {},
    {
        "page": "abc",
        "sort": "'; drop table x",
        "q": "%_\\\x00",
        "year": "9" * 20,
        "period": "二〇二六",
        "from": "0001-01-01",
        "to": "9999-12-31",
        "since": "0001-01-01",
        "until": "9999-12-31",
        "month": "9999-12",
        "due_date": "9999-12-31",
    },
    {
        "page": "-1",
        "from": "2026-13-45",
        "to": "0000-00-00",
        "state": "[]",
        "code": "../../etc/passwd",
        "pk": "NaN",
    },
    {
        "page": "9" * 400,
        "q": "🧯" * 2000,
        "version": "-5",
        "scheme": "none",
        "unit": "-",
        "kind": "{{7*7}}",
        "to": "0001-01-01",
        "year": "9998",
        "month": "1000-01",
        "date": "0001-01-01",
    },
    {
        "version": "1e309",
        "name": "\u202e",
        "title": "<script>alert(1)</script>",
        "date": "tomorrow",
        "next": "//evil.example",
    },
]


@pytest.mark.parametrize("page", PAGES)
def test_nonsense_gets_an_answer(page, places):  # noqa: F811
    own = Unit.objects.get(slug=places["own"])
    client = make.client(make.member(own, role="city-office", username="cheng"))
    for route in PAGES[page]:
        entry, known = ROWS[route]
        address = filled(route, known, own.slug)
        with transaction.atomic():
            for method in {"get", method_of(entry, client, address)}:
                for nonsense in NONSENSE:
                    response = getattr(client, method)(address, nonsense)
                    assert response.status_code < 500, (route, method, nonsense)
            transaction.set_rollback(True)
