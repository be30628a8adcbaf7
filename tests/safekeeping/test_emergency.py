from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from safecommunity.accounts.models import User
from safecommunity.audit.models import Line
from safecommunity.notices.models import Notice
from safecommunity.safekeeping import emergency
from safecommunity.units.models import Emergency, RoleHolding, Unit
from safecommunity.units.permissions import Permission, can
from tests import make

pytestmark = pytest.mark.django_db
CAST = {"xitong": "system-admin", "anquan": "security-admin", "shenji": "audit-admin"}


@pytest.fixture
def street() -> Unit:
    return make.unit(parent=make.unit("市", kind="city-office"))


@pytest.fixture
def three(street: Unit) -> dict[str, User]:
    assert street.parent is not None
    return {name: make.member(street.parent, role, name) for name, role in CAST.items()}


def ask(street: Unit, by: User) -> Emergency:
    return emergency.ask(
        unit=street, role="office", reason="机房失火，业务员联系不上", by=by, now=timezone.now()
    )


def again(person: User) -> User:
    return User.objects.get(pk=person.pk)


def test_two_administrators_and_an_hour(street: Unit, three: dict[str, User]) -> None:
    row = ask(street, three["xitong"])
    assert not can(again(three["xitong"]), Permission.LEDGER_EDIT, street)
    emergency.decide(row=row, grant=True, by=three["anquan"], now=timezone.now())
    assert can(again(three["xitong"]), Permission.LEDGER_EDIT, street)
    assert not can(again(three["xitong"]), Permission.LEDGER_EDIT, street.parent)
    held = RoleHolding.objects.get(user=three["xitong"], role="office")
    assert held.until is not None
    assert held.until - timezone.now() <= timedelta(hours=1)
    RoleHolding.objects.filter(pk=held.pk).update(until=timezone.now())
    assert not can(again(three["xitong"]), Permission.LEDGER_EDIT, street)


def test_all_three_are_told_and_the_log_keeps_the_reason(street: Unit, three: dict[str, User]) -> None:
    row = ask(street, three["anquan"])
    emergency.decide(row=row, grant=True, by=three["xitong"], now=timezone.now())
    told = Notice.objects.filter(kind="emergency").values_list("to__username", flat=True)
    assert sorted(told) == sorted([*CAST, *CAST])
    lines = Line.objects.filter(act__in=["emergency.asked", "emergency.decided"])
    assert {line.reason for line in lines} == {"机房失火，业务员联系不上"}


@pytest.mark.parametrize("decider", ["xitong", "shenji"])
def test_neither_the_one_who_asked_nor_the_reader_of_the_log_decides(
    street: Unit, three: dict[str, User], decider: str
) -> None:
    row = ask(street, three["xitong"])
    with pytest.raises(emergency.Refused, match="另一位"):
        emergency.decide(row=row, grant=True, by=three[decider], now=timezone.now())


def test_the_database_itself_refuses_one_person_alone(street: Unit, three: dict[str, User]) -> None:
    row = ask(street, three["xitong"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Emergency.objects.filter(pk=row.pk).update(decided_by=three["xitong"])


def test_what_cannot_be_asked_for(street: Unit, three: dict[str, User]) -> None:
    lin, now = make.member(street), timezone.now()
    for by, role, reason, words in (
        (lin, "officer", "急", "三员"),
        (three["xitong"], "audit-admin", "急", "业务角色"),
        (three["xitong"], "office", "  ", "原因"),
    ):
        with pytest.raises(emergency.Refused, match=words):
            emergency.ask(unit=street, role=role, reason=reason, by=by, now=now)
    ask(street, three["xitong"])
    with pytest.raises(emergency.Refused, match="正在等待"):
        ask(street, three["xitong"])


def test_it_is_decided_once_and_a_refusal_gives_nothing(street: Unit, three: dict[str, User]) -> None:
    row = ask(street, three["xitong"])
    emergency.decide(row=row, grant=False, by=three["anquan"], now=timezone.now())
    assert not can(again(three["xitong"]), Permission.LEDGER_EDIT, street)
    with pytest.raises(emergency.Refused, match="已经决定过"):
        emergency.decide(row=row, grant=True, by=three["anquan"], now=timezone.now())


def test_an_hour_that_is_over_may_be_asked_for_again(street: Unit, three: dict[str, User]) -> None:
    for _time in range(2):
        row = ask(street, three["xitong"])
        emergency.decide(row=row, grant=True, by=three["anquan"], now=timezone.now())
        RoleHolding.objects.filter(role="office").update(until=timezone.now())
    assert RoleHolding.objects.filter(role="office").count() == 1
