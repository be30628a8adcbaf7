"""Risk points: registered, graded by a method or directly, called to review, closed; the ledger follows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from safecommunity.accounts.models import User
from safecommunity.audit.models import Line
from safecommunity.ledgers.models import Entry
from safecommunity.notices.models import Notice
from safecommunity.risks import actions, queries
from safecommunity.risks.models import Evaluation, ReviewCall, RiskPoint, State
from safecommunity.units.models import Unit
from safecommunity.units.scope import StaleRecord
from tests import make
from tests.risks import made
from tests.risks.made import DAY, GENERAL, LARGER, LOW, MAJOR, evaluation, graded, point, values

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> User:
    return make.member(unit, "officer", "lin")


def kept(row: RiskPoint) -> dict[str, Any]:
    return Entry.objects.in_unit(row.unit).get(ledger="risk-points", client_uuid=row.uuid).data


@pytest.mark.requirement("R158", "R181")
def test_points_are_numbered_in_their_unit_and_have_no_grade_at_first(unit: Unit, lin: User) -> None:
    first, second = point(unit, lin), point(unit, lin, name="配电间")
    other = point(make.unit("安康街道"))
    assert [first.code, second.code, other.code] == ["FX-0001", "FX-0002", "FX-0001"]
    assert (first.grade, first.review_date) == ("", None)
    assert not Entry.objects.in_unit(unit).filter(ledger="risk-points").exists()


def test_who_only_looks_registers_nothing(unit: Unit) -> None:
    zhou = make.member(unit, "viewer", "zhou")
    with pytest.raises(PermissionDenied):
        point(unit, zhou)
    row = point(unit)
    with pytest.raises(PermissionDenied):
        evaluation(row, by=zhou)
    with pytest.raises(PermissionDenied):
        actions.close(point=row, version=1, reason="拆除", by=zhou, today=DAY)


@pytest.mark.parametrize(
    "change",
    [
        {"field": "sky"},
        {"kind": "ghost"},
        {"events": ["meteor"]},
        {"groups": ["giants"]},
        {"longitude": 114.5},
        {"division": "130104001001"},
    ],
)
def test_facts_outside_the_lists_or_the_area_are_refused(unit: Unit, change: dict[str, Any]) -> None:
    with pytest.raises(actions.Refused):
        point(unit, **change)


def test_the_business_must_be_one_of_the_units_own(unit: Unit) -> None:
    elsewhere = make.unit("安康街道")
    shop = Entry.objects.create(unit=elsewhere, path=elsewhere.path, ledger="premises", title="商店")
    with pytest.raises(actions.Refused, match="所属单位"):
        point(unit, premises=shop)


def test_an_evaluation_grades_the_point_and_sets_the_day_of_the_next(unit: Unit, lin: User) -> None:
    row = point(unit, lin)
    one = evaluation(row, LARGER, by=lin)
    assert (one.before_product, one.before_grade) == (540, "major")
    assert (one.after_product, one.after_grade, one.grade) == (270, "larger", "larger")
    assert (row.grade, row.evaluated_date) == ("larger", DAY)
    assert row.review_date == DAY + timedelta(days=180)


@pytest.mark.requirement("R158", "R159", "R181")
def test_the_ledger_keeps_grade_controls_and_responsibility(unit: Unit) -> None:
    row = graded(unit, GENERAL, longitude=114.5, latitude=38.0)
    assert kept(row) == {
        "number": "FX-0001", "name": "充电棚", "kind": "facility", "field": "fire",
        "place": {"address": "幸福里3号楼旁", "longitude": 114.5, "latitude": 38.0},
        "events": ["electric", "fire"], "groups": ["elderly-80"],
        "people": 40, "state": "open", "grade": "general", "before_grade": "major",
        "method": "作业条件危险性评价法（LEC）", "product": 126, "directly": False, "controlled": True,
        "controls": "工程技术措施：加装烟感\n应急处置措施：先断电\n再疏散", "level": "社区或单位负责人",
        "responsible": "王建国", "evaluated_date": "2026-06-01", "review_date": "2027-06-01",
    }  # fmt: skip


def test_a_direct_rule_makes_it_red_regardless_of_the_figures(unit: Unit) -> None:
    row = point(unit)
    one = evaluation(row, LOW, direct=["crowd"])
    assert (one.after_grade, one.grade, row.grade) == ("low", "major", "major")
    assert kept(row)["directly"] is True
    assert row.review_date == DAY + timedelta(days=90)


def test_the_matrix_method_grades_too(unit: Unit) -> None:
    chosen = {"likelihood": "2", "severity": "4"}
    one = actions.evaluate(
        point=point(unit), version=1, method="ls", before={"likelihood": "5", "severity": "4"}, after=chosen,
        direct=[], controls={"management": "巡查"}, reason="first", note="", on_date=DAY, by=None, today=DAY,
    )  # fmt: skip
    assert (one.before_grade, one.after_product, one.grade) == ("major", Decimal(8), "general")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"after": values(("3", "7", "15"))}, "选择表中的一个值"),
        ({"after": {"likelihood": "3"}}, "选择表中的一个值"),
        ({"before": values(LOW), "after": values(MAJOR)}, "不能大于控制前"),
        ({"controls": {"engineering": " "}}, "写明靠哪些管控措施"),
        ({"method": "guess"}, "没有这种评价方法"),
        ({"direct": ["bad-luck"]}, "没有这种评价方法或直接判定"),
        ({"on_date": DAY + timedelta(days=1)}, "不能在今天以后"),
    ],
)
def test_an_evaluation_that_cannot_be_is_refused(unit: Unit, change: dict[str, Any], words: str) -> None:
    row = point(unit)
    given = {"after": change.pop("after", values(GENERAL)), **change}
    with pytest.raises(actions.Refused, match=words):
        actions.evaluate(
            point=row, version=1, by=None, today=DAY,
            **{
                "method": "lec", "before": values(MAJOR), "direct": [], "controls": {"management": "巡查"},
                "reason": "first", "note": "", "on_date": DAY, **given,
            },
        )  # fmt: skip
    assert not queries.evaluations(row).exists()


def test_every_evaluation_stays_and_says_how_long_it_held(unit: Unit) -> None:
    row = graded(unit, MAJOR, date(2026, 1, 10))
    evaluation(row, GENERAL, on_date=DAY)
    newest, first = queries.evaluations(row)
    assert (first.number, first.grade, first.until_date) == (1, "major", DAY)
    assert (newest.number, newest.grade, newest.until_date) == (2, "general", None)
    with pytest.raises(actions.Refused, match="2026-06-01"):
        evaluation(row, LOW, on_date=date(2026, 5, 31))


def test_two_people_do_not_evaluate_the_same_state(unit: Unit) -> None:
    row = point(unit)
    seen = queries.point(unit, row.uuid)
    assert seen is not None
    evaluation(row, GENERAL)
    with pytest.raises(StaleRecord):
        evaluation(seen, LOW, version=1)
    with pytest.raises(StaleRecord):
        actions.edit(point=seen, version=1, values=made.FACTS, by=make.member(unit))


def test_facts_change_without_the_grade_and_the_log_says_what(unit: Unit, lin: User) -> None:
    row = graded(unit, GENERAL)
    actions.edit(point=row, version=row.version, values={**made.FACTS, "responsible": "李秀英"}, by=lin)
    assert kept(row)["responsible"] == "李秀英"
    assert row.grade == "general"
    line = Line.objects.filter(act="risk.changed").get()
    assert (line.before, line.after) == ({"responsible": "王建国"}, {"responsible": "李秀英"})


def test_what_is_gone_leaves_the_map_and_stays_readable(unit: Unit, lin: User) -> None:
    row = graded(unit, MAJOR)
    actions.close(
        point=row, version=row.version, reason="充电棚已拆除", by=lin, today=DAY + timedelta(days=9)
    )
    assert (kept(row)["state"], kept(row)["closed_date"]) == ("closed", "2026-06-10")
    assert "review_date" not in kept(row)
    assert queries.standing(unit, DAY + timedelta(days=8)).count() == 1
    assert not queries.standing(unit, DAY + timedelta(days=9)).exists()
    with pytest.raises(actions.Refused, match="已经消除"):
        evaluation(row, LOW, on_date=DAY + timedelta(days=10), today=DAY + timedelta(days=10))
    acts = Line.objects.filter(act__startswith="risk.").order_by("seq").values_list("act", flat=True)
    assert list(acts) == ["risk.added", "risk.evaluated", "risk.closed"]
    back = DAY + timedelta(days=20)
    with pytest.raises(actions.Refused, match="为什么"):
        actions.reopen(point=row, version=row.version, reason=" ", by=lin, today=back)
    actions.reopen(point=row, version=row.version, reason="又搭起来了", by=lin, today=back)
    assert (kept(row)["state"], row.review_date, row.grade) == ("open", back, "major")
    assert not queries.standing(unit, back - timedelta(days=1)).exists()
    assert [one.grade for one in queries.standing(unit, back)] == ["major"]
    evaluation(row, LOW, on_date=back, today=back)
    assert [one.grade for one in queries.standing(unit, back)] == ["low"]


@pytest.mark.requirement("R157")
def test_an_accident_calls_for_a_review_once_and_the_review_answers_it(unit: Unit, lin: User) -> None:
    row, source = graded(unit, GENERAL), uuid4()
    call = {"point": row, "reason": "accident", "words": "起火", "on_date": DAY, "by": None, "source": source}
    assert actions.call_review(**call)
    assert not actions.call_review(**call)
    assert row.review_date == DAY
    assert Notice.objects.get(to=lin).title == "风险点“充电棚”要重新评价：起火"
    evaluation(row, LOW, reason="accident")
    answered = ReviewCall.objects.in_unit(unit).get()
    assert answered.answer == queries.evaluations(row).first()
    assert row.review_date == DAY + timedelta(days=365)


def hazard(unit: Unit, day: date, **data: Any) -> Entry:
    place = {"longitude": data.pop("longitude", None), "latitude": data.pop("latitude", None)}
    return Entry.objects.create(
        unit=unit, path=unit.path, ledger="hazards", title="飞线充电", record_date=day, data=data, **place
    )


HERE = {"longitude": 114.5, "latitude": 38.0}
NEAR = {"longitude": 114.5003, "latitude": 38.0}  # 26 m
FAR = {"longitude": 114.501, "latitude": 38.0}  # 88 m


@pytest.mark.parametrize(
    ("data", "called"),
    [
        ({"is_repeat": True, **NEAR}, 1),
        ({"is_repeat": True, **FAR}, 0),
        ({"is_repeat": False, **NEAR}, 0),
        ({"is_repeat": True}, 0),
    ],
)
def test_a_repeated_hazard_nearby_calls_for_a_review(unit: Unit, data: dict[str, Any], called: int) -> None:
    graded(unit, GENERAL, **HERE)
    hazard(unit, DAY + timedelta(days=3), **data)
    today = DAY + timedelta(days=4)
    assert actions.remind(root=unit, today=today, by=None) == called
    assert actions.remind(root=unit, today=today, by=None) == 0
    assert ReviewCall.objects.in_unit(unit).count() == called


def test_a_repeated_hazard_in_the_same_business_calls_wherever_it_lies(unit: Unit) -> None:
    shop = Entry.objects.create(unit=unit, path=unit.path, ledger="premises", title="商店")
    row = graded(unit, GENERAL, premises=shop)
    graded(unit, GENERAL, name="别处")
    hazard(unit, DAY + timedelta(days=3), is_repeat=True, premises=shop.pk)
    actions.remind(root=unit, today=DAY + timedelta(days=4), by=None)
    assert [call.point for call in ReviewCall.objects.in_unit(unit)] == [row]


def test_an_accident_at_the_same_address_calls_whatever_the_ledger_knows_of_positions(unit: Unit) -> None:
    row = graded(unit, GENERAL)
    graded(unit, GENERAL, name="别处", address="幸福里9号楼")
    Entry.objects.create(
        unit=unit, path=unit.path, ledger="accidents", title="火灾", record_date=DAY + timedelta(days=1),
        data={"place": "幸福里3号楼旁"},
    )  # fmt: skip
    actions.remind(root=unit, today=DAY + timedelta(days=2), by=None)
    (call,) = ReviewCall.objects.in_unit(unit)
    assert (call.point, call.reason, call.words) == (row, "accident", "附近发生事故：火灾")


def test_a_road_accident_nearby_calls(unit: Unit) -> None:
    graded(unit, GENERAL, **HERE)
    Entry.objects.create(
        unit=unit, path=unit.path, ledger="traffic-accidents", title="追尾",
        record_date=DAY + timedelta(days=1), data={"place": {"address": "路口"}}, **NEAR,
    )  # fmt: skip
    assert actions.remind(root=unit, today=DAY + timedelta(days=2), by=None) == 1


def test_what_was_known_when_the_point_was_evaluated_calls_for_nothing(unit: Unit) -> None:
    graded(unit, GENERAL, **HERE)
    hazard(unit, DAY - timedelta(days=1), is_repeat=True, **NEAR)
    hazard(unit, DAY, is_repeat=True, **NEAR)
    assert actions.remind(root=unit, today=DAY + timedelta(days=1), by=None) == 0


def test_overdue_reviews_are_told_once_to_the_nearest_who_may_act(unit: Unit, lin: User) -> None:
    below = make.unit("幸福里社区", parent=unit, kind="neighbourhood")
    graded(below, MAJOR)
    graded(below, MAJOR, name="配电间")
    graded(below, LOW, name="健身器材")
    late = DAY + timedelta(days=90)
    assert actions.remind(root=unit, today=late - timedelta(days=1), by=None) == 0
    assert actions.remind(root=unit, today=late, by=None) == 1
    assert actions.remind(root=unit, today=late + timedelta(days=1), by=None) == 0
    notice = Notice.objects.get(to=lin)
    assert notice.title == "有 2 个风险点已到复评期限，请重新评价。"
    assert notice.address == f"/{below.slug}/risks/?due=1"


def test_the_database_itself_allows_one_evaluation_in_force(unit: Unit) -> None:
    from django.db import IntegrityError

    row = graded(unit, GENERAL)
    one = queries.evaluations(row).get()
    one.pk, one.number = None, 2
    with pytest.raises(IntegrityError):
        Evaluation.objects.bulk_create([one])


def test_a_closed_point_is_not_called(unit: Unit, lin: User) -> None:
    row = graded(unit, MAJOR, **HERE)
    actions.close(point=row, version=row.version, reason="拆除", by=lin, today=DAY)
    assert row.state == State.CLOSED
    hazard(unit, DAY + timedelta(days=3), is_repeat=True, **NEAR)
    assert actions.remind(root=unit, today=DAY + timedelta(days=200), by=None) == 0
