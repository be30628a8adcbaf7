"""Sheets of other offices: mapped by a file or by hand, taken in exactly once, refused in words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from safecommunity.accounts.models import User
from safecommunity.jobs.models import Job
from safecommunity.jobs.worker import drain
from safecommunity.ledgers.models import Entry
from safecommunity.sheets import store
from safecommunity.surveillance import actions, queries, tasks
from safecommunity.surveillance.models import CardImport, Pack
from safecommunity.units.models import Unit
from safecommunity.units.scope import StaleRecord
from tests import make
from tests.core.test_card_sheets import AMERICAN, FRENCH, VICTORIAN

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R162")]
HOSPITAL = """受伤日期,外因,年龄,性别,严重程度,结局,医院
2026-10-02,跌倒、坠落,72,女,中度,住院,市一院
2026-10-03,烧烫伤,5,男,轻度,处理后离院,市一院
2026-10-04,不存在的原因,5,男,轻度,处理后离院,市一院
"""


@pytest.fixture
def street(settings: object, tmp_path: object) -> Unit:
    settings.DATA = tmp_path  # type: ignore[attr-defined]
    return make.unit()


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


def uploaded(unit: Unit, by: User, text: str, sheet: str = "", source: str = "clinic") -> CardImport:
    row = actions.upload_cards(
        chunks=[text.encode()], name="table.csv", unit=unit, sheet=sheet, source=source, by=by
    )
    drain()
    return again(row)


def test_a_row_that_comes_twice_in_one_sheet_is_counted_as_there(street: Unit, lin: User) -> None:
    twice = VICTORIAN + VICTORIAN.splitlines()[-1] + "\n"
    row = uploaded(street, lin, twice, "vic-road-crash")
    assert (row.added, row.known) == (7, 3)


def test_an_import_knows_between_which_days_its_injuries_lie(
    street: Unit, lin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "CHUNK", 1)
    row = uploaded(street, lin, AMERICAN, "us-fars-accident")
    assert (row.first_day, row.last_day) == (date(2013, 1, 3), date(2013, 1, 6))
    row = uploaded(street, lin, AMERICAN.splitlines()[0] + "\n", "us-fars-accident")
    assert (row.state, row.first_day, row.last_day) == ("done", None, None)


def again(row: CardImport) -> CardImport:
    found = queries.card_import(row.unit, row.pk)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("sheet", "text", "added", "skipped"),
    [
        ("fr-onisr-persons", FRENCH, 2, 1),
        ("vic-road-crash", VICTORIAN, 7, 0),
        ("us-fars-accident", AMERICAN, 3, 0),
    ],
)
def test_real_rows_come_in_through_their_mapping_and_once(
    street: Unit, lin: User, sheet: str, text: str, added: int, skipped: int
) -> None:
    row = uploaded(street, lin, text, sheet, "traffic-police")
    assert (row.state, row.added, row.skipped, row.refused) == ("done", added, skipped, 0)
    assert queries.cases(street, lin).count() == added
    assert Entry.objects.in_unit(street).filter(ledger="injuries").count() == added
    second = uploaded(street, lin, text, sheet, "traffic-police")
    assert (second.added, second.known) == (0, added)
    assert queries.cases(street, lin).count() == added


def test_the_figures_are_packed_before_a_sheet_is_said_to_be_in(
    street: Unit, lin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed: list[bool] = []
    taken_in = actions.sheet_taken_in

    def told(*, row: CardImport) -> None:
        packed.extend(one.packed == one.mark for one in Pack.objects.in_unit(row.unit))
        taken_in(row=row)

    monkeypatch.setattr(actions, "sheet_taken_in", told)
    assert uploaded(street, lin, VICTORIAN, "vic-road-crash").state == "done"
    assert packed
    assert all(packed)


def test_a_sheet_is_matched_by_hand_and_the_match_is_remembered_for_its_source(
    street: Unit, lin: User
) -> None:
    row = uploaded(street, lin, HOSPITAL)
    assert row.state == "matching"
    assert row.columns == {
        "age": "年龄", "sex": "性别", "severity": "严重程度", "outcome": "结局",
    }  # fmt: skip
    columns = {**row.columns, "injured_date": "受伤日期", "cause": "外因", "facility": "医院"}
    with pytest.raises(actions.Refused, match="只能对应一栏"):
        actions.match_columns(row=row, version=row.version, columns={**columns, "place": "医院"}, by=lin)
    with pytest.raises(actions.Refused, match="发生日期"):
        actions.match_columns(row=row, version=row.version, columns=row.columns, by=lin)
    stale = again(row)
    actions.match_columns(row=row, version=row.version, columns=columns, by=lin)
    with pytest.raises(StaleRecord):
        actions.match_columns(row=stale, version=stale.version, columns=columns, by=lin)
    drain()
    row = again(row)
    assert (row.state, row.added, row.refused) == ("done", 2, 1)
    ((number, reason),) = row.refusals
    assert number == 4
    assert reason.startswith("伤害原因：“不存在的原因”不在可选项中")
    assert uploaded(street, lin, HOSPITAL).columns == columns
    assert uploaded(street, lin, HOSPITAL, source="police").columns != columns


def test_a_sheet_without_the_headings_of_its_mapping_is_refused_in_words(street: Unit, lin: User) -> None:
    row = uploaded(street, lin, HOSPITAL, "fr-onisr-persons")
    assert row.state == "refused"
    assert "crash_id" in row.reason
    assert uploaded(street, lin, "\x00\x01").state == "refused"


@pytest.mark.parametrize("sheet", ["vic-road-crash", "fr-onisr-persons"])
def test_the_file_is_let_go_when_it_is_through_or_refused(
    street: Unit, lin: User, sheet: str, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        row = uploaded(street, lin, VICTORIAN, sheet)
    assert not store.path_of(row.file).exists()


def test_a_job_that_was_killed_goes_on_behind_the_place_reached(
    street: Unit, lin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "CHUNK", 1)
    taken = actions.take_sheet_rows
    calls: list[int] = []

    def once(**given: object) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        taken(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(actions, "take_sheet_rows", once)
    row = uploaded(street, lin, VICTORIAN, "vic-road-crash")
    assert (row.state, row.added) == ("running", 4)
    job = Job.objects.in_unit(street).get(kind="surveillance.import-run")
    assert job.error
    Job.objects.in_unit(street).filter(pk=job.pk).update(due_at=None)
    drain()
    assert (again(row).state, again(row).added) == ("done", 7)
    assert queries.cases(street, lin).count() == 7


def test_who_may_not_enter_cards_may_not_import_them(street: Unit, lin: User) -> None:
    viewer = make.member(street, "viewer", "wu")
    with pytest.raises(PermissionDenied):
        uploaded(street, viewer, FRENCH, "fr-onisr-persons")
    row = uploaded(street, lin, HOSPITAL)
    with pytest.raises(PermissionDenied):
        actions.match_columns(row=row, version=row.version, columns={}, by=viewer)
    assert queries.card_import(make.unit("别处街道"), row.pk) is None


def test_what_a_sheet_has_no_column_for_makes_no_card_doubtful(street: Unit, lin: User) -> None:
    """A clinic that knows no occupation is not asked for it; one that leaves it empty is."""
    for text, doubted in ((HOSPITAL, 0), (with_occupation(HOSPITAL), 1)):
        row = uploaded(street, lin, text)
        columns = {**row.columns, "injured_date": "受伤日期", "cause": "外因"}
        actions.match_columns(row=row, version=row.version, columns=columns, by=lin)
        drain()
        assert queries.cases(street, lin).exclude(remark="").count() == doubted


def with_occupation(text: str) -> str:
    first, *rest = text.splitlines()
    return "\n".join([f"{first},职业", *(f"{line}," for line in rest)])


def test_cards_with_coordinates_are_located_without_a_question_for_each(street: Unit, lin: User) -> None:
    heads, _unhurt, hurt = FRENCH.splitlines()[:3]

    def taken(numbers: range) -> int:
        text = "\n".join([heads, *(hurt.replace("1821", str(number)) for number in numbers)])
        return make.questions(lambda: uploaded(street, lin, text, "fr-onisr-persons"))

    assert taken(range(3000, 3001)) >= taken(range(4000, 4030))
    assert queries.cases(street, lin).count() == 31
