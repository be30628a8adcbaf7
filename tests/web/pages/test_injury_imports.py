"""The import of injury sheets on its pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from safecommunity.jobs.worker import drain
from safecommunity.surveillance.models import CardImport
from safecommunity.units.models import Unit
from tests import make
from tests.core.test_card_sheets import FRENCH
from tests.surveillance.test_imports import HOSPITAL
from tests.web.pages.test_injuries import send, shown, url

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R162")]


@pytest.fixture
def street(settings: Any, tmp_path: Any) -> Unit:
    settings.DATA = tmp_path
    return make.unit("阳光街道")


@pytest.fixture
def lin(street: Unit) -> Client:
    return make.client(make.member(street, "office", "lin"))


def file(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("table.csv", text.encode(), "text/csv")


def test_a_known_source_comes_in_at_once(street: Unit, lin: Client) -> None:
    imports = url("injuries:imports", street)
    assert "法国道路交通" in shown(lin, imports)
    assert send(lin, imports, source="traffic-police").status_code == 422
    answer = send(lin, imports, file=file(FRENCH), sheet="fr-onisr-persons", source="traffic-police")
    assert answer.status_code == 302
    assert 'hx-trigger="every 1s"' in shown(lin, answer["Location"])
    drain()
    page = shown(lin, answer["Location"])
    assert "已导入" in page
    for name in ("explore", "cards"):
        address = f"{url(f'injuries:{name}', street)}?from=2005-01-01&to=2005-01-02"
        assert address.replace("&", "&amp;") in page
        assert "2005-01-01" in shown(lin, address)
    assert 'hx-trigger="every 1s"' not in page
    assert "table.csv" in shown(lin, imports)


def test_another_source_is_matched_by_hand(street: Unit, lin: Client) -> None:
    answer = send(lin, url("injuries:imports", street), file=file(HOSPITAL), sheet="", source="clinic")
    drain()
    assert "受伤日期" in shown(lin, answer["Location"])
    row = CardImport.objects.in_unit(street).get()
    match = url("injuries:match", street, row.pk)
    said = {**row.columns, "cause": "外因", "version": str(row.version)}
    answer = send(lin, match, **said)
    assert answer.status_code == 422
    assert "伤害发生日期" in answer.content.decode()
    assert send(lin, match, **said, injured_date="受伤日期").status_code == 302
    drain()
    page = shown(lin, url("injuries:import", street, row.pk))
    assert "不存在的原因" in page


def test_who_may_not_and_who_is_from_elsewhere(street: Unit) -> None:
    zhou = make.client(make.member(street, "viewer", "zhou"))
    wu = make.client(make.member(make.unit("别处街道"), "office", "wu"))
    for name, more in (("imports", []), ("import", [1])):
        assert zhou.get(url(f"injuries:{name}", street, *more)).status_code == 403
        assert wu.get(url(f"injuries:{name}", street, *more)).status_code == 404
