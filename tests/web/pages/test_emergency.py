"""The page of emergency rights, seen by administrators, by others and by a stranger."""

from __future__ import annotations

import pytest
from django.utils import timezone

from safecommunity.safekeeping import emergency
from safecommunity.units.models import Emergency, Unit
from safecommunity.units.permissions import Permission, can
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return make.unit()


def test_administrators_only(unit: Unit) -> None:
    address = f"/{unit.slug}/emergency-rights/"
    stranger = make.client(make.member(make.unit("别处"), "system-admin", "wu"))
    assert make.client(make.member(unit)).get(address).status_code == 403
    assert stranger.get(address).status_code == 404
    for name, role in (("chen", "system-admin"), ("he", "security-admin"), ("lu", "audit-admin")):
        assert make.proved(make.client(make.member(unit, role, name))).get(address).status_code == 200


def test_one_asks_another_grants(unit: Unit) -> None:
    chen, he = make.member(unit, "system-admin", "chen"), make.member(unit, "security-admin", "he")
    address = f"/{unit.slug}/emergency-rights/"
    asking, deciding = make.proved(make.client(chen)), make.proved(make.client(he))
    empty = asking.post(f"{address}ask/", {"role": "office", "reason": ""})
    assert empty.status_code == 422
    assert "请写明原因" in empty.content.decode()
    assert asking.post(f"{address}ask/", {"role": "office", "reason": "断网抢修"}).status_code == 302
    row = Emergency.objects.get()
    assert asking.post(f"{address}{row.pk}/", {"grant": "yes"}).status_code == 422
    assert "批准一小时" not in asking.get(address).content.decode()
    assert "批准一小时" in deciding.get(address).content.decode()
    assert deciding.post(f"{address}{row.pk}/", {"grant": "yes"}).status_code == 302
    chen = type(chen).objects.get(pk=chen.pk)
    assert can(chen, Permission.LEDGER_EDIT, unit)


def test_who_has_not_shown_who_they_are_lately_is_asked_first(unit: Unit) -> None:
    chen = make.client(make.member(unit, "system-admin", "chen"))
    address = f"/{unit.slug}/emergency-rights/"
    assert chen.get(address).status_code == 200
    chen.post(f"{address}ask/", {"role": "office", "reason": "断网抢修"})
    assert not Emergency.objects.exists()


def test_the_list_asks_as_often_for_three_as_for_one(unit: Unit) -> None:
    chen = make.member(unit, "system-admin", "chen")
    looking = make.proved(make.client(chen))
    counts = []
    for roles in (["office"], ["officer", "viewer"]):
        for role in roles:
            emergency.ask(unit=unit, role=role, reason="演练", by=chen, now=timezone.now())
        counts.append(make.questions(lambda: looking.get(f"/{unit.slug}/emergency-rights/")))
    assert counts[0] == counts[1]
