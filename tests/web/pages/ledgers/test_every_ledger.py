"""Every ledger's list and form, with everything they can be asked and much that makes no sense."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from safecommunity.core.ledgers import LedgerType
from safecommunity.ledgers import asking
from safecommunity.library import ledgers
from safecommunity.units.models import Unit
from safecommunity.web.pages.ledgers.display import keeper
from tests import make

pytestmark = pytest.mark.django_db

JUNK = ["-", "x" * 6_000, "\x00", "😀", "1e999", "-1", "9" * 40, "2026-02-30", "<script>", "%(name)s", "[]"]
VALUES = ["-", "true", "1", "abc", "9" * 40]


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture(params=sorted(ledgers))
def ledger(request: pytest.FixtureRequest) -> LedgerType:
    return ledgers[request.param]


def test_every_question_of_a_list_is_answered(unit: Unit, ledger: LedgerType) -> None:
    names = [f"f_{code}" for code in ledger.fields]
    questions = [
        *({"show": [show]} for show in asking.SHOWN),
        *({"sort": [f"{sign}{sort}"]} for sort in [*asking.SORTS, *names] for sign in ("", "-")),
        *({name: VALUES} for name in names),
    ]
    for question in questions:
        ask = asking.parse(ledger, question)
        assert list(asking.found(unit, ledger, ask, date(2026, 6, 1))) == []


def test_every_list_and_form_opens_and_nonsense_is_refused(unit: Unit, ledger: LedgerType) -> None:
    lin = make.client(make.member(unit))
    assert lin.get(reverse("ledgers:list", args=[unit.slug, ledger.code])).status_code == 200
    address = reverse("ledgers:add", args=[unit.slug, ledger.code])
    if ledger.kept_by:
        assert [lin.get(address).status_code, lin.post(address, {}).status_code] == [403, 403]
        return
    assert lin.get(address).status_code == 200
    for turn in range(0, len(JUNK), 4):
        keys = enumerate(column.key for column in ledger.columns)
        typed = {key: JUNK[(turn + place) % len(JUNK)] for place, key in keys}
        assert lin.post(address, typed).status_code == 422


def test_a_stranger_sees_no_ledger(unit: Unit, ledger: LedgerType) -> None:
    wu: Client = make.client(make.member(make.unit("别处街道"), "office", "wu"))
    for page in ("list", "map", "add", "bulk"):
        assert wu.get(reverse(f"ledgers:{page}", args=[unit.slug, ledger.code])).status_code == 404


@pytest.mark.parametrize("code", [code for code in sorted(ledgers) if ledgers[code].kept_by])
def test_the_way_to_the_work_shows_to_those_who_may_go_it(unit: Unit, code: str) -> None:
    address = keeper(ledgers[code], unit)
    for role in ("office", "contact"):
        person = make.client(make.member(unit, role, role))
        page = person.get(reverse("ledgers:list", args=[unit.slug, code])).content.decode()
        may_go = person.get(address).status_code == 200
        assert ("去办理" in page) == may_go == (role == "office")
