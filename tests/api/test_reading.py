"""No write of the API takes text that a database cannot hold."""

import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from safecommunity.accounts.actions import make_token
from safecommunity.api.root import api
from tests import make

pytestmark = pytest.mark.django_db
NUL = {"name": "甲\0乙", "values": {"name": ["\0"]}}


def writes():
    for address, methods in api.get_openapi_schema()["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                yield method, address


WRITES = list(writes())


def test_there_are_writes_to_try():
    assert len(WRITES) >= 20


@pytest.mark.parametrize(("method", "address"), WRITES)
def test_a_nul_is_refused_in_words(method, address):
    unit = make.unit(name="阳光街道", slug="ygjd")
    lin = make.member(unit, role="city-office")
    _token, secret = make_token(user=lin, name="试验", days=1, now=timezone.now(), by=lin)
    filled = re.sub(r"\{([^}]+)\}", lambda found: "ygjd" if found[1] == "slug" else "1", address)
    answer = getattr(Client(headers={"Authorization": f"Bearer {secret}"}), method)(
        filled, json.dumps(NUL), content_type="application/json", headers={"If-Match": '"1"'}
    )
    assert answer.status_code in {403, 404, 422}, answer.content
    assert answer.status_code != 422 or "NUL" in answer.json()["detail"]
