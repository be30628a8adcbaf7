import json
import logging

import pytest

REPORT = {
    "csp-report": {
        "violated-directive": "script-src",
        "blocked-uri": "https://evil.example/x.js",
        "document-uri": "http://127.0.0.1/u1/",
    }
}


@pytest.mark.django_db
def test_a_violation_becomes_one_line_of_the_log(client, caplog):
    with caplog.at_level(logging.WARNING, "safecommunity.csp"):
        response = client.post("/csp/", json.dumps(REPORT), content_type="application/csp-report")
    assert response.status_code == 204
    assert caplog.messages == ["script-src stopped https://evil.example/x.js on http://127.0.0.1/u1/"]


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["", "no json", "[]", '{"csp-report": 1}', "x" * 9000])
def test_nonsense_does_no_harm(client, body):
    assert client.post("/csp/", body, content_type="application/csp-report").status_code == 204


@pytest.mark.django_db
def test_it_can_only_be_posted_to(client):
    assert client.get("/csp/").status_code == 405
