"""Granting and withdrawing: who remains able to grant, and open sessions."""

from __future__ import annotations

import pytest

from safecommunity.accounts.models import Session
from safecommunity.units import actions
from safecommunity.units.actions import LastAdministrator
from safecommunity.units.models import RoleHolding
from tests import make

pytestmark = pytest.mark.django_db


def test_the_last_security_administrator_stays() -> None:
    top = make.unit(kind="city-office")
    first = make.member(top, "security-admin", "lin")
    holding = RoleHolding.objects.get(user=first)
    with pytest.raises(LastAdministrator):
        actions.withdraw(holding=holding, by=first)
    second = make.member(top, "security-admin", "zhou")
    actions.withdraw(holding=holding, by=second)
    assert list(RoleHolding.objects.values_list("user__username", flat=True)) == ["zhou"]


def test_a_closed_account_does_not_count_as_the_other_administrator() -> None:
    top = make.unit(kind="city-office")
    first = make.member(top, "security-admin", "lin")
    make.member(top, "security-admin", "zhou")
    type(first).objects.filter(username="zhou").update(is_active=False)
    with pytest.raises(LastAdministrator):
        actions.withdraw(holding=RoleHolding.objects.get(user=first), by=first)


def test_a_change_of_roles_closes_the_sessions_of_that_person_only() -> None:
    unit = make.unit()
    lin, zhou = make.member(unit), make.member(unit, "viewer", "zhou")
    admin = make.member(unit, "security-admin", "wu")
    for person in (lin, zhou):
        make.client(person)
    actions.grant(user=zhou, unit=unit, role="officer", by=admin)
    assert list(Session.objects.values_list("user__username", flat=True)) == ["lin"]
    actions.withdraw(holding=RoleHolding.objects.get(user=lin), by=admin)
    assert not Session.objects.exists()
