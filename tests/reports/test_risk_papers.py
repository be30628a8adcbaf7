"""Papers about risks: the register, the notice board, the card at the post, the emergency card."""

from __future__ import annotations

from datetime import date

import pytest

from safecommunity.core.papers import Table
from safecommunity.core.periods import Period
from safecommunity.core.reports import Call
from safecommunity.ledgers.models import Entry
from safecommunity.reports.blocks import BLOCKS
from safecommunity.reports.gathering import Records
from safecommunity.reports.subjects import SUBJECTS
from safecommunity.reports.values import NAMED
from safecommunity.risks import actions
from safecommunity.units.models import Unit
from tests import make
from tests.risks.made import DAY, GENERAL, LARGER, LOW, MAJOR, evaluation, graded, point

pytestmark = pytest.mark.django_db
KIND = SUBJECTS["risk-point"]


@pytest.fixture
def unit() -> Unit:
    return make.unit()


def records(unit: Unit, today: date = DAY, language: str = "zh") -> Records:
    return Records(unit, Period.parse("2026"), today=today, language=language)


def table(unit: Unit, block: str, **options: object) -> Table:
    (made,) = BLOCKS[block](records(unit, **options), Call(block, "", {}), {})  # type: ignore[arg-type]
    assert isinstance(made, Table)
    return made


@pytest.mark.requirement("R181", "R186")
def test_the_register_lists_every_open_point_the_highest_first(unit: Unit) -> None:
    graded(unit, LOW, name="健身器材")
    graded(unit, MAJOR, name="加油站")
    gone = graded(unit, MAJOR, name="旧仓库")
    actions.close(point=gone, version=gone.version, reason="拆除", by=make.member(unit), today=DAY)
    point(unit, name="未评价")
    rows = table(unit, "risks.register").rows
    assert [row[1] for row in rows] == ["加油站", "健身器材"]
    assert rows[0] == (
        "FX-0002", "加油站", "幸福里3号楼旁", "火灾、触电", "D 540", "重大", "重大",
        "工程技术措施：加装烟感；应急处置措施：先断电\n再疏散", "街道（乡镇）主要负责人", "物业公司 王建国",
        "2026-08-30",
    )  # fmt: skip


def test_the_board_names_only_major_and_larger_risks_and_counts_all(unit: Unit) -> None:
    graded(unit, LARGER, name="液化气瓶")
    graded(unit, GENERAL, name="水池")
    assert [row[:2] for row in table(unit, "risks.board").rows] == [("较大", "液化气瓶")]
    counted = table(unit, "risks.counts")
    assert [(row[0], row[2]) for row in counted.rows] == [
        ("重大", "0"), ("较大", "1"), ("一般", "1"), ("低", "0"),
    ]  # fmt: skip


def test_the_board_and_the_register_say_where_nothing_is_done_yet(unit: Unit) -> None:
    evaluation(point(unit, name="液化气瓶"), MAJOR, controls={})
    assert table(unit, "risks.board").rows[0][4] == table(unit, "risks.register").rows[0][7] == "尚未落实"


def test_without_points_nothing_is_made_up(unit: Unit) -> None:
    for block in ("risks.counts", "risks.register", "risks.board"):
        assert BLOCKS[block](records(unit), Call(block, "", {}), {}) == ()


def test_the_card_says_grade_colour_and_what_to_do(unit: Unit) -> None:
    row = graded(unit, GENERAL)
    found = KIND.load(unit, row.uuid)
    said = {name: value(found, records(unit)).text for name, value in KIND.values.items()}
    assert said["grade"] + said["colour"] + said["level"] == "一般黄色社区或单位负责人"
    assert (said["evaluated"], said["review"]) == ("2026年6月1日", "2027年6月1日")
    (steps,) = KIND.parts["emergency"](found, records(unit), Call("subject", "", {}))
    assert isinstance(steps, Table)
    assert steps.rows == (("1", "先断电"), ("2", "再疏散"))
    (controls,) = KIND.parts["controls"](found, records(unit), Call("subject", "", {}))
    assert isinstance(controls, Table)
    assert controls.rows == (("工程技术措施", "加装烟感"),)
    (dangers,) = KIND.parts["dangers"](found, records(unit), Call("subject", "", {}))
    assert isinstance(dangers, Table)
    assert ("受影响人数", "40") in dangers.rows


def test_the_sheet_shows_every_evaluation_as_it_was_multiplied(unit: Unit) -> None:
    row = graded(unit, MAJOR, date(2026, 1, 10))
    evaluation(row, GENERAL)
    (made,) = KIND.parts["evaluations"](row, records(unit), Call("subject", "", {}))
    assert isinstance(made, Table)
    assert made.rows[0] == (
        "2026-06-01", "作业条件危险性评价法（LEC）", "D = 6 × 6 × 15 = 540", "D = 3 × 6 × 7 = 126", "一般",
    )  # fmt: skip
    assert len(made.rows) == 2


@pytest.mark.requirement("R119", "R159")
def test_the_card_lists_the_signs_set_up_for_the_point(unit: Unit) -> None:
    row = graded(unit, GENERAL)
    kept = Entry.objects.in_unit(unit).get(ledger="risk-points")
    sign = {"number": "BS1", "kind": "warning", "content": "当心触电", "risk_point": kept.pk}
    Entry.objects.create(unit=unit, path=unit.path, ledger="safety-signs", title="BS1", data=sign)
    Entry.objects.create(
        unit=unit,
        path=unit.path,
        ledger="safety-signs",
        title="BS2",
        data={**sign, "risk_point": kept.pk + 1},
    )
    (made,) = KIND.parts["signs"](row, records(unit), Call("subject", "", {}))
    assert isinstance(made, Table)
    assert made.rows == (("BS1", "警告标志", "当心触电"),)


def test_a_paper_of_the_running_year_speaks_of_today_and_one_of_a_past_year_of_its_end(unit: Unit) -> None:
    said = [NAMED["period.until"](records(unit, today), {}).text for today in (DAY, date(2027, 2, 1))]
    assert said == ["2026年6月1日", "2026年12月31日"]
