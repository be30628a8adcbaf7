"""Bodies of a unit: sets applied, duties, appointments, the chart."""

from __future__ import annotations

from datetime import date

import pytest

from safecommunity import library
from safecommunity.audit.models import Line
from safecommunity.units import actions, queries
from safecommunity.units.actions import GoesRound, InUse
from safecommunity.units.models import Appointment, Body, Unit
from safecommunity.units.scope import StaleRecord
from tests import make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


@pytest.fixture
def unit() -> Unit:
    return make.unit()


def apply(unit: Unit, code: str) -> list[Body]:
    return actions.apply_bodies(unit=unit, plan=library.bodies[code], by=None)


@pytest.mark.requirement("R106", "R107", "R136", "R145")
def test_a_set_is_applied_with_parents_duties_and_fields(unit: Unit) -> None:
    made = apply(unit, "sub-district-described")
    assert len(made) == 13
    committee, fire = made[0], next(body for body in made if body.field == "fire")
    assert fire.parent == committee
    assert committee.duties.splitlines()[1] == "制定安全社区建设规划与目标"
    assert [body.kind for body in queries.bodies(unit)][-2:] == ["appraisal-group", "office"]


def test_a_set_applied_again_adds_nothing_and_changes_nothing(unit: Unit) -> None:
    apply(unit, "sub-district-described")
    committee = queries.bodies(unit)[0]
    actions.change_body(body=committee, version=1, by=make.user(), duties="自己的职责")
    assert apply(unit, "sub-district-described") == []
    assert queries.bodies(unit)[0].duties == "自己的职责"


@pytest.mark.requirement("R107")
def test_the_other_version_of_a_plan_adds_only_what_is_not_there(unit: Unit) -> None:
    apply(unit, "sub-district-described")
    added = apply(unit, "sub-district-announced")
    assert [body.name for body in added] == [
        "交通安全领导小组", "防灾减灾安全领导小组", "环境安全领导小组", "公共场所安全领导小组",
        "家居安全领导小组", "学校安全领导小组", "儿童安全领导小组",
    ]  # fmt: skip
    assert {body.parent.name for body in added} == {"安全社区建设促进委员会"}


@pytest.mark.requirement("R11", "R12", "R13")
def test_posts_of_a_plan_become_vacant_posts_to_be_filled() -> None:
    city = make.unit(kind="city-office")
    committee, office = apply(city, "city-pilot")
    posts = queries.appointments(committee)
    assert [(one.post, one.person, one.organ) for one in posts][:2] == [
        ("主任", "", "副市长"),
        ("副主任", "", "市政府副秘书长"),
    ]
    assert office.seat == "市安监局"


@pytest.mark.requirement("R41")
def test_who_serves_on_a_day_stands_in_the_chart(unit: Unit) -> None:
    group = apply(unit, "neighbourhood-leading-group")[0]
    chair, deputy, _members = queries.appointments(group)
    lin = make.user()
    actions.change_appointment(
        appointment=chair,
        version=1,
        by=lin,
        person="林晓",
        from_date=date(2026, 1, 1),
        document="街办发〔2026〕1号",
    )
    actions.change_appointment(
        appointment=deputy, version=1, by=lin, person="周敏", to_date=date(2026, 2, 28)
    )
    row = queries.chart_rows(unit, TODAY)[0]
    assert (row["name"], row["parent"]) == ("社区安全领导小组", None)
    assert row["members"] == ["组长：林晓", "成员：辖区相关单位"]


def test_names_of_people_reach_the_log_masked(unit: Unit) -> None:
    group = apply(unit, "neighbourhood-leading-group")[0]
    actions.appoint(body=group, by=None, person="欧阳晓明", post="成员", phone="13800001234")
    line = Line.objects.filter(act="appointment.made").first()
    assert line is not None
    assert line.after["person"] == "欧***"
    assert "欧阳晓明" not in f"{line.title}{line.after}"
    assert "13800001234" not in str(line.after)


def test_a_stale_appointment_is_refused(unit: Unit) -> None:
    group = apply(unit, "neighbourhood-leading-group")[0]
    chair = queries.appointments(group)[0]
    lin = make.user()
    actions.change_appointment(appointment=chair, version=1, by=lin, person="林晓")
    with pytest.raises(StaleRecord):
        actions.remove_appointment(appointment=chair, version=1, by=lin)
    actions.remove_appointment(appointment=chair, version=2, by=lin)
    assert not Appointment.objects.in_unit(unit).filter(pk=chair.pk).exists()


def test_a_body_with_members_or_bodies_beneath_stays(unit: Unit) -> None:
    group, rescue, _patrol = apply(unit, "neighbourhood-leading-group")
    lin = make.user()
    with pytest.raises(InUse):
        actions.remove_body(body=group, version=1, by=lin)
    actions.remove_body(body=rescue, version=1, by=lin)
    assert not Body.objects.in_unit(unit).filter(pk=rescue.pk).exists()


def test_a_body_cannot_stand_beneath_itself(unit: Unit) -> None:
    group, rescue, _patrol = apply(unit, "neighbourhood-leading-group")
    with pytest.raises(GoesRound):
        actions.change_body(body=group, version=1, by=make.user(), parent=rescue)


def test_sets_of_two_units_do_not_touch(unit: Unit) -> None:
    other = make.unit("彩虹街道")
    apply(unit, "sub-district-leading-group")
    assert list(queries.bodies(other)) == []
    assert len(apply(other, "sub-district-leading-group")) == 3


@pytest.mark.requirement("R1", "R7", "R10")
def test_three_levels_have_their_bodies_and_the_network_reaches_the_neighbourhood() -> None:
    city = make.unit("市创建办", kind="city-office")
    county = make.unit("区创建办", kind="county-office", parent=city)
    street = make.unit("广安街道", parent=county)
    neighbourhood = make.unit("广合社区", kind="neighbourhood", parent=street)
    assert [one.level for one in queries.above(neighbourhood)] == [2, 3, 4, 5]
    for unit, code in [
        (city, "city-pilot"),
        (street, "sub-district-described"),
        (neighbourhood, "neighbourhood-leading-group"),
    ]:
        assert unit.kind in library.bodies[code].unit_kinds
        apply(unit, code)
    assert list(queries.bodies(county)) == []
    assert queries.bodies(neighbourhood)[0].name == "社区安全领导小组"
