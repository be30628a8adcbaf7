"""What the application on the phone is made of, who it says is signed in, and the API for its session."""

from __future__ import annotations

import json
import re
from base64 import b64decode

import pytest
from django.test import Client
from django.urls import reverse

from safecommunity.accounts.sealing import device_key
from tests import make

pytestmark = pytest.mark.django_db


def content(client: Client, address: str) -> str:
    """What is served there, read to its end; fails for what is not."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    body = b"".join(answer) if answer.streaming else answer.content
    answer.close()
    return body.decode()


def files(client: Client) -> list[str]:
    """What the service worker keeps."""
    found = re.search(r"const FILES = (\[.*?\]);", content(client, reverse("phone:worker")))
    assert found
    listed: list[str] = json.loads(found[1])
    return listed


def test_the_shell_holds_nobodys_data_and_needs_no_session(client: Client) -> None:
    make.member(make.unit("阳光街道"))
    answer = client.get(reverse("phone:shell"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert not [told for told in ("阳光街道", "csrfmiddlewaretoken") if told in page]
    assert set(answer.cookies) == set()


def test_everything_that_the_service_worker_keeps_is_there_and_is_all_it_needs(client: Client) -> None:
    kept = files(client)
    texts = {name: content(client, name) for name in kept}
    shell = texts[reverse("phone:shell")]
    assert set(re.findall(r'(?:src|href)="(/static/[^"]*)"', shell)) <= set(kept)
    modules = {name: text for name, text in texts.items() if "/js/phone/" in name}
    for name, text in modules.items():
        imported = {f"/static/js/phone/{one}" for one in re.findall(r'from "\./([\w.]+)"', text)}
        assert imported <= set(kept), name


def test_another_language_is_another_version_of_the_shell(client: Client) -> None:
    def version(language: str) -> str:
        client.cookies["language"] = language
        return content(client, reverse("phone:worker")).splitlines()[0]

    assert version("zh-hans") == version("zh-hans") != version("en")


def test_the_manifest_names_the_application(client: Client) -> None:
    said = client.get(reverse("phone:manifest")).json()
    assert (said["start_url"], said["scope"], said["display"]) == ("/phone/", "/phone/", "standalone")


def test_who_is_signed_in_gets_their_own_units_and_key(client: Client) -> None:
    street = make.unit("阳光街道")
    block = make.unit("和平社区", parent=street, kind="neighbourhood")
    make.unit("安康街道")
    lin = make.member(street, "officer")
    zhou = make.member(block, "officer", "zhou")
    said = make.client(lin).get(reverse("phone:me")).json()
    assert [one["slug"] for one in said["units"]] == [street.slug, block.slug]
    assert said["roots"] == [street.slug]
    assert b64decode(said["key"]) == device_key(lin.pk) != device_key(zhou.pk)
    viewer = make.member(street, "viewer", "he")
    assert make.client(viewer).get(reverse("phone:me")).json()["units"] == []
    assert client.get(reverse("phone:me")).status_code == 302


def test_a_session_may_ask_the_api_and_a_forged_write_may_not() -> None:
    unit = make.unit()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make.member(unit))
    path = f"/api/units/{unit.slug}/resident-reports"
    body = {"kind": "danger", "words": "路灯不亮"}
    assert strict.get(path).status_code == 200
    assert strict.post(path, body, "application/json").status_code == 403
    token = strict.get(reverse("phone:me")).json()["token"]
    answer = strict.post(path, body, "application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 201
    assert Client().get(path).status_code == 401
    assert Client().post(path, body, "application/json").status_code == 401
