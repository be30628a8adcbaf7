"""Every ledger's pages, with everything they can be asked and much that makes no sense."""

import pytest
from django.test import Client
from django.urls import reverse

from safecommunity.core.ledgers import LedgerType
from safecommunity.ledgers.asking import SHOWN, SORTS
from safecommunity.library import ledgers
from safecommunity.units.models import Unit
from tests import make

pytestmark = pytest.mark.django_db

JUNK = [
    "",
    "-",
    "x" * 6_000,
    "\x00",
    "😀",
    "1e999",
    "-1",
    "9" * 40,
    "2026-02-30",
    "<script>",
    "是",
    "%(name)s",
    "[]",
]


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> Client:
    return make.client(make.member(unit))


@pytest.fixture(params=sorted(ledgers))
def ledger(request: pytest.FixtureRequest) -> LedgerType:
    return ledgers[request.param]


def test_every_question_of_a_list_is_answered(unit: Unit, lin: Client, ledger: LedgerType) -> None:
    address = reverse("ledgers:list", args=[unit.slug, ledger.code])
    fields = ledger.fields.values()
    questions = [
        *(f"show={show}" for show in SHOWN),
        *(
            f"sort={sign}{sort}"
            for sort in [*SORTS, *(f"f_{one.code}" for one in fields)]
            for sign in ("", "-")
        ),
        "&".join(f"f_{one.code}={value}" for one in fields for value in ("-", "true", "1", "abc")),
    ]
    answers = {question: lin.get(f"{address}?{question}").status_code for question in questions}
    assert {question for question, status in answers.items() if status != 200} == set()


def test_every_form_opens_and_refuses_nonsense(unit: Unit, lin: Client, ledger: LedgerType) -> None:
    address = reverse("ledgers:add", args=[unit.slug, ledger.code])
    assert lin.get(address).status_code == 200
    keys = [column.key for column in ledger.columns]
    for turn in range(len(JUNK)):
        typed = {key: JUNK[(turn + place) % len(JUNK)] for place, key in enumerate(keys)}
        assert lin.post(address, typed).status_code == 422


def test_a_stranger_sees_no_ledger(unit: Unit, ledger: LedgerType) -> None:
    wu = make.client(make.member(make.unit("别处街道"), "office", "wu"))
    for page in ("list", "map", "add", "bulk"):
        assert wu.get(reverse(f"ledgers:{page}", args=[unit.slug, ledger.code])).status_code == 404
