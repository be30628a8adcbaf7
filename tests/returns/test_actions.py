from __future__ import annotations

from datetime import date, timedelta

import pytest

from safecommunity.accounts.models import User
from safecommunity.audit.models import Line
from safecommunity.core.periods import Period
from safecommunity.hazards import actions as hazards
from safecommunity.notices.models import Notice
from safecommunity.returns import actions, queries
from safecommunity.returns.models import Return, State
from safecommunity.units.models import Unit
from safecommunity.units.scope import StaleRecord
from tests import make
from tests.hazards import made as found
from tests.returns import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Unit:
    return make.unit("石家庄市", kind="city-office")


@pytest.fixture
def chief(city: Unit) -> User:
    return make.member(city, "city-office", "chief")


@pytest.fixture
def street(city: Unit) -> Unit:
    return make.unit("阳光街道", parent=city)


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


def test_a_return_counts_the_month_at_and_beneath_the_unit_and_nothing_else(street: Unit, lin: User) -> None:
    below = make.unit("锦绣社区", parent=street, kind="neighbourhood")
    made.drill(street, "2026-10-01")
    made.drill(below, "2026-10-31")
    made.drill(below, "2026-11-01")
    row = made.compiled(street, lin)
    assert (row.figures["drills"], row.figures["injured"]) == ("2", None)
    figure = row.rules.figures["drills"]
    assert queries.records_of(street, figure, made.MONTH, made.TODAY).count() == 2


@pytest.mark.requirement("R161", "R202")
def test_hidden_hazards_stand_in_a_return_as_they_were_when_its_month_ended() -> None:
    here, march, later = found.town(), Period.parse("2026-03"), found.NOW + timedelta(days=40)
    found.closed(here, place="一号楼")
    found.guaranteed(here, place="二号楼")
    row = found.assigned(here, place="三号楼")
    hazards.fix(hazard=row, version=row.version, text="已打开", by=here.keeper, now=later)
    found.closed(here, place="四号楼", now=later)
    void = found.hazard(here, place="五号楼")
    hazards.void(hazard=void, version=void.version, words="看错了", by=here.lin, now=found.NOW)
    april = made.compiled(here.street, here.lin, march.next())
    whole = made.compiled(here.street, here.lin, march)
    codes = [f"hidden-hazards-{one}" for one in ("found", "fixed", "on-time", "overdue", "major")]
    assert [whole.figures[code] for code in codes] == ["3", "1", "1", "2", "1"]
    assert [april.figures[code] for code in codes] == ["1", "2", "1", "1", "1"]
    for code in codes:
        records = queries.records_of(here.street, whole.rules.figures[code], march, made.TODAY)
        assert str(records.count()) == whole.figures[code]


@pytest.mark.requirement("R202")
def test_a_return_goes_up_is_sent_back_goes_up_again_and_is_summarised(
    city: Unit, chief: User, street: Unit, lin: User
) -> None:
    made.drill(street, "2026-10-08")
    row = made.submitted(street, lin)
    actions.send_back(row=row, version=row.version, by=chief, reason="漏报两次演练")
    actions.write(
        row=row, version=row.version, words=made.WORDS, corrections={"drills": ("3", "两次未登记")},
        is_zero=False, by=lin,
    )  # fmt: skip
    actions.submit(row=row, version=row.version, by=lin, today=made.TODAY)
    actions.check(row=row, version=row.version, by=chief)
    whole = actions.summarise(unit=city, month=made.MONTH, by=chief)
    row.refresh_from_db()
    assert (row.state, whole.is_summary, whole.figures["drills"]) == (State.SUMMARISED, True, "3")
    taken = [(one.act, one.figures.get("drills")) for one in queries.steps(row)]
    assert taken == [
        ("submit", "1"), ("send_back", None), ("submit", "3"), ("check", None), ("summarise", None),
    ]  # fmt: skip
    assert row.figures["drills"] == "1"
    assert row.corrections["drills"]["reason"] == "两次未登记"


def test_a_correction_needs_a_reason_and_a_number(street: Unit, lin: User) -> None:
    row = made.compiled(street, lin)
    for text, reason, words in (
        ("3", " ", "原因"),
        ("三", "x", "数字"),
        ("-1", "x", "不小于零"),
        ("1e99", "x", "不小于"),
    ):
        with pytest.raises(actions.Refused, match=words):
            actions.write(
                row=row,
                version=row.version,
                words={},
                corrections={"drills": (text, reason)},
                is_zero=False,
                by=lin,
            )


def test_nothing_at_all_is_filed_only_as_a_declared_zero(street: Unit, lin: User) -> None:
    row = made.compiled(street, lin)
    actions.write(row=row, version=row.version, words=made.WORDS, corrections={}, is_zero=False, by=lin)
    with pytest.raises(actions.Refused, match="零报告"):
        actions.submit(row=row, version=row.version, by=lin, today=made.TODAY)
    actions.write(row=row, version=row.version, words=made.WORDS, corrections={}, is_zero=True, by=lin)
    actions.submit(row=row, version=row.version, by=lin, today=made.TODAY)
    assert queries.standing(row, row.due_date, made.TODAY) == "zero"


def test_figures_are_not_filed_as_zero(street: Unit, lin: User) -> None:
    made.drill(street, "2026-10-08")
    row = made.compiled(street, lin)
    actions.write(row=row, version=row.version, words=made.WORDS, corrections={}, is_zero=True, by=lin)
    with pytest.raises(actions.Refused, match="不能按零报告"):
        actions.submit(row=row, version=row.version, by=lin, today=made.TODAY)


@pytest.mark.requirement("R184")
def test_no_return_goes_up_without_the_stage_evaluation_of_the_month(street: Unit, lin: User) -> None:
    row = made.compiled(street, lin)
    with pytest.raises(actions.Refused, match="阶段评估"):
        actions.submit(row=row, version=row.version, by=lin, today=made.TODAY)
    assert {"projects-under-way", "projects-evaluated-now"} <= row.figures.keys()


def test_the_month_must_be_over_and_begun(street: Unit, lin: User) -> None:
    row = made.compiled(street, lin)
    with pytest.raises(actions.Refused, match="还没有过完"):
        actions.submit(row=row, version=row.version, by=lin, today=date(2026, 10, 31))
    with pytest.raises(actions.Refused, match="还没有开始"):
        made.compiled(street, lin, made.MONTH.next().next())


def test_a_unit_does_not_check_its_own_return(street: Unit, lin: User) -> None:
    row = made.submitted(street, lin)
    with pytest.raises(actions.Refused, match="上级"):
        actions.check(row=row, version=row.version, by=lin)


def test_a_filed_return_is_locked_until_the_level_above_opens_it(
    street: Unit, lin: User, chief: User
) -> None:
    row = made.submitted(street, lin)
    with pytest.raises(actions.Refused, match="已报送"):
        actions.write(row=row, version=row.version, words={}, corrections={}, is_zero=True, by=lin)
    with pytest.raises(actions.Refused, match="已经报送"):
        made.compiled(street, lin)
    actions.check(row=row, version=row.version, by=chief)
    with pytest.raises(actions.Refused, match="原因"):
        actions.reopen(row=row, version=row.version, by=chief, reason="")
    actions.reopen(row=row, version=row.version, by=chief, reason="数据有误")
    assert row.is_open
    assert Line.objects.filter(act="return.reopen").get().reason == "数据有误"


def test_a_stale_save_and_a_second_step_are_refused(street: Unit, lin: User, chief: User) -> None:
    row = made.compiled(street, lin)
    old = row.version
    actions.write(row=row, version=old, words=made.WORDS, corrections={}, is_zero=True, by=lin)
    with pytest.raises(StaleRecord):
        actions.write(row=row, version=old, words={}, corrections={}, is_zero=True, by=lin)
    with pytest.raises(StaleRecord):
        actions.submit(row=row, version=old, by=lin, today=made.TODAY)
    assert Return.objects.in_unit(street).get().words == made.WORDS


def test_compiling_again_keeps_words_and_corrections(street: Unit, lin: User) -> None:
    row = made.compiled(street, lin)
    actions.write(
        row=row,
        version=row.version,
        words=made.WORDS,
        corrections={"drills": ("5", "补记")},
        is_zero=False,
        by=lin,
    )
    made.drill(street, "2026-10-09")
    again = made.compiled(street, lin)
    assert (again.figures["drills"], again.values["drills"], again.words) == ("1", 5, made.WORDS)


@pytest.mark.requirement("R202")
@pytest.mark.parametrize(("month", "day"), [("2026-10", date(2026, 11, 6)), ("2026-09", date(2026, 10, 13))])
def test_the_deadline_is_the_fifth_working_day_and_no_holiday_counts(month: str, day: date) -> None:
    assert queries.due(Period.parse(month)) == day


def test_a_return_filed_after_the_day_stays_late_when_sent_back_and_filed_again(
    street: Unit, lin: User, chief: User
) -> None:
    row = made.submitted(street, lin, today=date(2026, 11, 20))
    assert (row.due_date, row.is_late) == (date(2026, 11, 6), True)
    actions.send_back(row=row, version=row.version, by=chief, reason="补充")
    assert queries.standing(row, row.due_date, date(2026, 11, 21)) == "returned"
    actions.submit(row=row, version=row.version, by=lin, today=date(2026, 11, 21))
    assert queries.standing(row, row.due_date, date(2026, 11, 21)) == "late"


def test_who_has_not_filed_is_told_once_and_the_level_above_when_overdue(
    city: Unit, street: Unit, lin: User, chief: User
) -> None:
    def told(day: date) -> int:
        return actions.remind(root=city, today=day, by=None)

    assert [told(date(2026, 11, 2)), told(date(2026, 11, 4)), told(date(2026, 11, 4))] == [0, 1, 0]
    assert told(date(2026, 11, 10)) == 2
    assert {one.to.username for one in Notice.objects.all()} == {"lin", "chief"}


@pytest.mark.requirement("R203")
def test_a_summary_adds_up_what_was_checked_only(city: Unit, chief: User, street: Unit, lin: User) -> None:
    other, wu = made.street(city, "安康街道", "wu")
    for unit in (street, other):
        made.drill(unit, "2026-10-08")
    with pytest.raises(actions.Refused, match="审核通过"):
        actions.summarise(unit=city, month=made.MONTH, by=chief)
    mine, _theirs = made.submitted(street, lin), made.submitted(other, wu)
    actions.check(row=mine, version=mine.version, by=chief)
    whole = actions.summarise(unit=city, month=made.MONTH, by=chief)
    assert (whole.figures["drills"], whole.sources) == ("1", [str(mine.uuid)])
    lines = queries.board(city, made.MONTH, made.TODAY)
    assert [one.unit for one in queries.left_out(whole, lines)] == [other]


def test_compiling_asks_the_database_as_often_for_three_units_as_for_one(city: Unit, chief: User) -> None:
    def compile_all() -> None:
        rows = queries.filers(city)
        queries.compiled(city, rows, made.MONTH, made.TODAY)

    make.unit("一街道", parent=city)
    one = make.questions(compile_all)
    make.unit("二街道", parent=city)
    make.unit("三街道", parent=city)
    assert make.questions(compile_all) == one


def test_a_figure_outside_the_own_history_is_marked(city: Unit, street: Unit, lin: User) -> None:
    month = made.MONTH
    for count in (8, *[1] * 7):
        for _drill in range(count):
            made.drill(street, f"{month.code}-05")
        made.submitted(street, lin, month)
        month = month.previous()
    assert [(one.figure.code, one.value, one.verdict) for one in queries.unusual(city, made.MONTH)] == [
        ("drills", 8, "high")
    ]
