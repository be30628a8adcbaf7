"""Cards: who may enter and see what, what the ledger keeps, merging and taking it back."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from safecommunity.accounts.models import User
from safecommunity.audit.models import Line
from safecommunity.core import injuries
from safecommunity.core.periods import Period
from safecommunity.jobs.worker import drain
from safecommunity.ledgers.models import Entry
from safecommunity.metrics.queries import values as metric_values
from safecommunity.places.models import Boundary, Division, Grid
from safecommunity.surveillance import actions, queries
from safecommunity.surveillance.models import InjuryCase
from safecommunity.units.models import Unit
from safecommunity.units.scope import StaleRecord
from tests import make

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 1)
NUMBER = "110101195402011221"
FALL = {
    "injured_date": "2026-10-02", "hour": "9", "place": "home", "cause": "fall", "activity": "vital",
    "intent": "unintentional", "sex": "female", "age": "72", "nature": "fracture", "body_part": "leg",
    "severity": "moderate", "outcome": "admitted", "occupation": "retired", "source": "clinic",
    "fall_type": "stairs",
}  # fmt: skip
NAMED = {"name": "李桂兰", "id_number": NUMBER, "phone": "13800001234", "diagnosis": "股骨颈骨折"}
ASSAULT = {**FALL, "cause": "blunt", "intent": "assault", "assailant": "family", "nature": "bruise"}


@pytest.fixture
def street() -> Unit:
    return make.unit("阳光街道")


@pytest.fixture
def below(street: Unit) -> Unit:
    return make.unit("锦绣社区", parent=street, kind="neighbourhood")


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


@pytest.fixture
def officer(street: Unit) -> User:
    return make.member(street, "officer", "zhou")


def added(unit: Unit, by: User | None, **changes: Any) -> InjuryCase:
    return actions.add_case(unit=unit, values={**FALL, **changes}, by=by, today=TODAY)


def line(row: InjuryCase) -> Entry:
    return Entry.objects.in_unit(row.unit).get(client_uuid=row.uuid)


@pytest.mark.requirement("R101", "R162")
def test_a_card_is_kept_in_the_ledger_without_personal_data_and_counted(street: Unit, lin: User) -> None:
    row = added(street, lin, **NAMED)
    assert line(row).data == {
        "injured_date": "2026-10-02", "cause": "fall", "place": "home", "activity": "vital", "sex": "female",
        "age_band": "65-74", "severity": "moderate", "outcome": "admitted", "source": "clinic",
        "restricted": False,
    }  # fmt: skip
    drain()
    found = metric_values(
        [street], [Period.parse("2026")], ["injury-cases", "fall-injuries", "injury-deaths"]
    )
    assert {key[1]: value for key, value in found.items()} == {
        "injury-cases": 1, "fall-injuries": 1, "injury-deaths": 0,
    }  # fmt: skip


def test_personal_values_are_sealed_and_never_in_the_log(street: Unit, lin: User) -> None:
    row = added(street, lin, **NAMED)
    row.refresh_from_db()
    assert row.data["name"] == "李**"
    assert row.data["id_number"] == "110***********1221"
    assert queries.opened(row)["id_number"] == NUMBER
    kept = repr(list(Line.objects.values_list("before", "after", "title"))) + repr([row.data, row.sealed])
    for secret in (NUMBER, "13800001234", "李桂兰", "股骨颈"):
        assert secret not in kept


def test_the_same_card_sent_again_is_one_card(street: Unit, lin: User) -> None:
    uid = uuid.uuid4()
    rows = [actions.add_case(unit=street, values=FALL, by=lin, today=TODAY, uid=uid) for _time in range(2)]
    assert rows[0].pk == rows[1].pk
    assert InjuryCase.objects.in_unit(street).count() == 1


def test_a_wrong_card_is_refused_by_column_and_nothing_is_kept(street: Unit, lin: User) -> None:
    with pytest.raises(actions.InvalidCard) as found:
        added(street, lin, cause="", hour="30")
    assert set(found.value.errors) == {"cause", "hour"}
    assert not Entry.objects.in_unit(street).exists()


def test_who_may_not_enter_is_refused(street: Unit) -> None:
    viewer = make.member(street, "viewer", "wu")
    with pytest.raises(PermissionDenied):
        added(street, viewer)
    row = added(street, None)
    for act in (
        lambda: actions.change_case(row=row, version=1, values=FALL, by=viewer, today=TODAY),
        lambda: actions.withdraw_case(row=row, version=1, reason="x", by=viewer),
        lambda: actions.restore_case(row=row, version=1, by=viewer),
        lambda: actions.keep_apart(row=row, other=row, by=viewer),
        lambda: actions.merge_cases(row=row, version=1, other=row, by=viewer),
        lambda: actions.unmerge_case(row=row, version=1, by=viewer),
        lambda: actions.take_in(unit=street, rows=[], by=viewer, source="x"),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_a_change_keeps_what_came_back_masked_and_refuses_a_stale_save(street: Unit, lin: User) -> None:
    row = added(street, lin, **NAMED)
    masked = {**FALL, "name": "李**", "id_number": "110***********1221", "outcome": "home"}
    actions.change_case(row=row, version=1, values=masked, by=lin, today=TODAY)
    assert queries.opened(row)["name"] == "李桂兰"
    assert "phone" not in row.data
    assert line(row).data["outcome"] == "home"
    with pytest.raises(StaleRecord):
        actions.change_case(row=row, version=1, values=FALL, by=lin, today=TODAY)


def test_a_withdrawn_card_leaves_the_ledger_and_comes_back(street: Unit, lin: User) -> None:
    row = added(street, lin)
    actions.withdraw_case(row=row, version=1, reason="填错了", by=lin)
    assert line(row).withdrawn_at is not None
    assert not queries.cases(street, lin).exists()
    with pytest.raises(actions.Refused, match="先恢复"):
        actions.change_case(row=row, version=2, values=FALL, by=lin, today=TODAY)
    actions.restore_case(row=row, version=2, by=lin)
    assert line(row).withdrawn_at is None
    assert queries.cases(street, lin).count() == 1


def test_restricted_cards_are_known_to_few_and_tell_the_ledger_little(
    street: Unit, lin: User, officer: User
) -> None:
    row = actions.add_case(unit=street, values=ASSAULT, by=None, today=TODAY)
    assert row.is_restricted
    assert line(row).data == {
        "injured_date": "2026-10-02", "severity": "moderate", "outcome": "admitted", "source": "clinic",
        "restricted": True,
    }  # fmt: skip
    assert queries.case(street, lin, row.uuid) is not None
    assert queries.case(street, officer, row.uuid) is None
    assert not queries.cases(street, officer).exists()
    assert queries.hidden(street, officer)
    assert not queries.hidden(street, lin)
    assert "assault" not in repr(list(Line.objects.values_list("title", "before", "after")))


def test_who_entered_a_restricted_card_still_sees_it(street: Unit, officer: User) -> None:
    row = actions.add_case(unit=street, values=ASSAULT, by=officer, today=TODAY)
    assert queries.case(street, officer, row.uuid) is not None
    with pytest.raises(PermissionDenied):
        actions.reveal(row=row, field="assailant", reason="好奇", by=officer)


def test_looking_at_a_sealed_value_is_logged_with_its_reason(street: Unit, lin: User, officer: User) -> None:
    row = added(street, lin, **NAMED)
    assert actions.reveal(row=row, field="phone", reason="回访", by=lin) == "13800001234"
    said = Line.objects.get(act="injury.personal-shown")
    assert (said.actor, said.reason, said.after) == ("lin", "回访", {"field": "phone"})
    with pytest.raises(PermissionDenied):
        actions.reveal(row=row, field="phone", reason="回访", by=officer)


@pytest.mark.requirement("R162")
def test_the_same_injury_from_two_sources_is_found_merged_and_taken_apart_again(
    street: Unit, below: Unit, lin: User
) -> None:
    clinic = added(street, lin, id_number=NUMBER)
    told = {"id_number": NUMBER, "source": "neighbourhood", "phone": "13800001234", "alcohol": "no"}
    other = added(below, lin, **told)
    ((found, like),) = queries.alike(street, lin, clinic)
    assert (found.pk, like.grade) == (other.pk, "sure")
    assert [(one.pk, two.pk) for one, two, _like in queries.doubles(street, lin)] == [(clinic.pk, other.pk)]

    actions.merge_cases(row=clinic, version=1, other=other, by=lin)
    assert queries.opened(clinic)["phone"] == "13800001234"
    assert clinic.data["alcohol"] == "no"
    assert clinic.source == "clinic"
    assert line(other).withdrawn_at is not None
    assert [row.pk for row in queries.cases(street, lin)] == [clinic.pk]
    assert [row.pk for row in queries.merged_into(street, clinic)] == [other.pk]

    other = queries.case(street, lin, other.uuid) or other
    actions.unmerge_case(row=other, version=other.version, by=lin)
    kept = queries.case(street, lin, clinic.uuid)
    assert kept is not None
    assert not {"phone", "alcohol"} & set(kept.data)
    assert kept.filled == {}
    assert line(other).withdrawn_at is None
    assert queries.cases(street, lin).count() == 2


def test_what_was_said_to_be_two_injuries_is_not_shown_again(street: Unit, lin: User) -> None:
    one, other = added(street, lin, id_number=NUMBER), added(street, lin, id_number=NUMBER)
    actions.keep_apart(row=one, other=other, by=lin)
    assert queries.alike(street, lin, one) == []
    assert queries.doubles(street, lin) == []


def test_unnamed_cards_of_one_source_are_not_doubted(street: Unit, lin: User) -> None:
    one = added(street, lin)
    added(street, lin)
    assert queries.alike(street, lin, one) == []
    added(street, lin, source="police")
    ((_other, like),) = queries.alike(street, lin, one)
    assert like.grade == "possible"


def test_a_restricted_card_does_not_go_into_an_open_one(street: Unit, lin: User) -> None:
    plain = added(street, lin)
    restricted = actions.add_case(unit=street, values=ASSAULT, by=lin, today=TODAY)
    with pytest.raises(actions.Refused, match="保留受限"):
        actions.merge_cases(row=plain, version=1, other=restricted, by=lin)


def test_many_cards_are_taken_in_once_with_one_line_in_the_log(street: Unit, lin: User) -> None:
    checked = injuries.check(queries.form(), FALL, queries.rules(), TODAY)
    rows = [(uuid.uuid5(uuid.NAMESPACE_URL, str(number)), checked) for number in range(20)]
    assert actions.take_in(unit=street, rows=rows, by=lin, source="test") == 20
    assert actions.take_in(unit=street, rows=rows, by=lin, source="test") == 0
    assert queries.cases(street, lin).count() == 20
    assert Entry.objects.in_unit(street).filter(ledger="injuries").count() == 20
    assert Line.objects.filter(act="injuries.added").count() == 1


def test_a_point_is_found_in_its_neighbourhood() -> None:
    division = Division.objects.create(code="130104001", name="东里街道", level=4)
    Division.objects.create(code="130104001002", name="锦绣社区", level=5)
    unit = make.unit(division=division, divisions=[division])
    ring = [[114.0, 38.0], [114.1, 38.0], [114.1, 38.1], [114.0, 38.1], [114.0, 38.0]]
    Boundary.objects.create(
        code="130104001002", geometry={"type": "Polygon", "coordinates": [ring]},
        west=114.0, south=38.0, east=114.1, north=38.1,
    )  # fmt: skip
    point = {"spot": "3号楼", "spot.longitude": "114.05", "spot.latitude": "38.05"}
    assert added(unit, None, **point).area == "130104001002"
    assert added(unit, None, **{**point, "spot.longitude": "115"}).area == ""
    assert added(unit, None, grid="130104001002003").area == "130104001002003"
    assert queries.areas(unit) == {"130104001002": "锦绣社区"}
    chosen = {"spot.division": "130104001"}
    assert added(unit, None, **point, **chosen).area == "130104001002"  # nearer than what was chosen
    chosen = {"spot.division": "130104001003"}
    assert added(unit, None, **point, **chosen).area == "130104001003"  # a person has the last word


@pytest.mark.requirement("R162")
def test_without_a_point_the_words_of_the_address_tell_the_grid() -> None:
    street = Division.objects.create(code="130104001", name="东里街道", level=4)
    area = Division.objects.create(code="130104001002", name="锦绣社区居委会", level=5)
    Grid.objects.create(code="130104001002003", division=area, name="第三网格")
    unit = make.unit(division=street, divisions=[street])
    assert added(unit, None, spot="东里街道锦绣社区3号楼").area == "130104001002"
    assert added(unit, None, spot="锦绣社区第三网格楼梯口").area == "130104001002003"
    assert added(unit, None, spot="锦绣路3号").area == ""
    checked = injuries.check(queries.form(), {**FALL, "spot": "锦绣社区1号楼"}, queries.rules(), TODAY)
    rows = [(uuid.uuid5(uuid.NAMESPACE_URL, str(number)), checked) for number in range(4)]
    asked = [
        make.questions(lambda part=part: actions.take_in(unit=unit, rows=part, by=None, source="test"))
        for part in (rows[:1], rows[1:])
    ]
    assert asked[0] == asked[1]
    assert InjuryCase.objects.in_unit(unit).filter(area="130104001002").count() == 5
