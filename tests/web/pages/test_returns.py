"""Monthly returns on the pages: who may, who may not, who does not even see them."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from safecommunity.accounts.models import User
from safecommunity.returns import actions, queries
from safecommunity.returns.models import Return, State
from safecommunity.units.models import Unit
from safecommunity.web.pages.returns import views
from tests import make
from tests.programmes import made as programmes
from tests.returns import made

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "today", lambda: made.TODAY)


@pytest.fixture
def city() -> Unit:
    return make.unit("石家庄市", kind="city-office")


@pytest.fixture
def chief(city: Unit) -> Client:
    return make.client(make.member(city, "city-office", "chief"))


@pytest.fixture
def street(city: Unit) -> Unit:
    return make.unit("阳光街道", parent=city)


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


def url(name: str, unit: Unit, *more: str) -> str:
    return reverse(f"returns:{name}", args=[unit.slug, *more])


def row_of(unit: Unit) -> Return:
    row = queries.month_return(unit, made.MONTH)
    assert row is not None
    return row


@pytest.mark.requirement("R202", "R203")
def test_from_records_to_the_summary_on_the_pages(city: Unit, chief: Client, street: Unit, lin: User) -> None:
    made.drill(street, "2026-10-08")
    mine, month = make.client(lin), made.MONTH.code
    assert "编制2026年10月月报" in mine.get(url("index", street)).content.decode()
    assert mine.post(url("compile", street), {"month": month})["Location"] == url("detail", street, month)
    said = {"version": 1, "w_evaluation": "已评估", "w_next": "演练", "f_drills": "2", "r_drills": "漏登一次"}
    assert mine.post(url("edit", street, month), said).status_code == 302
    assert "<s>1</s> 2 次" in mine.get(url("detail", street, month)).content.decode()
    mine.post(url("submit", street, month), {"version": row_of(street).version})
    chief.post(
        url("step", street, month, "send-back"), {"version": row_of(street).version, "reason": "请补充"}
    )
    assert "请补充" in mine.get(url("detail", street, month)).content.decode()
    mine.post(url("submit", street, month), {"version": row_of(street).version})
    chief.post(url("step", street, month, "check"), {"version": row_of(street).version})
    assert chief.post(url("summarise", city), {"month": month})["Location"] == url("detail", city, month)
    assert (row_of(street).state, row_of(city).figures["drills"]) == (State.SUMMARISED, "2")


@pytest.mark.requirement("R203")
def test_a_summary_lists_who_is_not_in_it_and_what_is_overdue_there(
    city: Unit, chief: Client, street: Unit, lin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five states beside one another: figures, declared zero, filed late, sent back, nothing filed."""
    monkeypatch.setattr(views, "today", lambda: date(2026, 11, 20))
    above = make.member(city, "city-office", "above")
    made.drill(street, "2026-10-08")
    rows = [made.submitted(street, lin)]
    for name, day in (("零街道", made.TODAY), ("迟街道", date(2026, 11, 12)), ("退街道", made.TODAY)):
        unit, person = made.street(city, name, name)
        rows.append(made.submitted(unit, person, today=day))
    for row in rows[:3]:
        actions.check(row=row, version=row.version, by=above)
    actions.send_back(row=rows[3], version=rows[3].version, by=above, reason="补充")
    silent, zhao = made.street(city, "未街道", "zhao")
    programmes.started(silent, zhao)
    actions.summarise(unit=city, month=made.MONTH, by=above)
    answer = chief.get(url("detail", city, made.MONTH.code))
    counted = {word: count for _state, word, count in answer.context["counts"]}
    assert counted == {
        "已报数据": 1, "零报告": 1, "迟报": 1, "已退回": 1, "未报": 1, "未到期": 0, "尚未启动": 0,
    }  # fmt: skip
    late = queries.tasks_of(silent, "late", made.MONTH, made.TODAY)
    absent = {line.unit.name: values for line, _state, _word, values in answer.context["absent"]}
    assert absent == {
        "退街道": [("月末逾期任务", 0), ("月末逾期未整改隐患", None)],
        "未街道": [("月末逾期任务", len(late)), ("月末逾期未整改隐患", None)],
    }
    assert late
    assert answer.context["sums"][0] == ("月末逾期任务", len(late))
    assert row_of(city).values["tasks-late"] == 0
    papers = [
        f"document={one}&amp;period={made.MONTH.code}" for one in ("monthly-summary", "monthly-bulletin")
    ]
    assert [one in answer.content.decode() for one in papers] == [True, True]


def test_a_summary_asks_as_often_for_three_left_out_as_for_one(
    city: Unit, chief: Client, street: Unit, lin: User
) -> None:
    above = make.member(city, "city-office", "above")
    row = made.submitted(street, lin)
    actions.check(row=row, version=row.version, by=above)
    actions.summarise(unit=city, month=made.MONTH, by=above)
    make.unit("一街道", parent=city)
    page = lambda: chief.get(url("detail", city, made.MONTH.code))  # noqa: E731
    page()
    one = make.questions(page)
    for name in ("二街道", "三街道"):
        make.unit(name, parent=city)
    assert make.questions(page) == one


def test_every_figure_opens_its_records(street: Unit, lin: User) -> None:
    made.drill(street, "2026-10-08")
    made.compiled(street, lin)
    for code in ("drills", "tasks-due"):
        answer = make.client(lin).get(url("records", street, made.MONTH.code, code))
        assert ("演练" in answer.content.decode()) == (code == "drills")


def test_a_counted_task_leads_to_its_page(street: Unit, lin: User) -> None:
    task = min(programmes.queries.tasks(programmes.started(street, lin)), key=lambda one: one.due_date)
    made.compiled(street, lin)
    page = make.client(lin).get(url("records", street, made.MONTH.code, "tasks-late")).content.decode()
    assert reverse("programmes:task", args=[street.slug, task.programme.uuid, task.uuid]) in page


def test_whoever_sends_back_too_late_gets_the_reason_back(
    city: Unit, chief: Client, street: Unit, lin: User
) -> None:
    row = made.submitted(street, lin)
    actions.check(row=row, version=row.version, by=make.member(city, "city-office", "above"))
    late = {"version": row.version - 1, "reason": "三月的数据请再核对"}
    page = chief.post(url("step", street, row.month, "send-back"), late, follow=True).content.decode()
    assert "您写的是：三月的数据请再核对" in page
    assert row_of(street).state == State.CHECKED


def test_who_has_nobody_above_opens_its_summary_again(
    city: Unit, chief: Client, street: Unit, lin: User
) -> None:
    above = make.member(city, "city-office", "above")
    row = made.submitted(street, lin)
    actions.check(row=row, version=row.version, by=above)
    whole = actions.summarise(unit=city, month=made.MONTH, by=above)
    actions.write(row=whole, version=whole.version, words=made.WORDS, corrections={}, is_zero=True, by=above)
    actions.submit(row=whole, version=whole.version, by=above, today=made.TODAY)
    address = url("detail", city, made.MONTH.code)
    assert "重新开启" in chief.get(address).content.decode()
    assert "重新开启" not in make.client(lin).get(url("detail", street, row.month)).content.decode()
    said = {"version": whole.version, "reason": "补充一个县的数据"}
    chief.post(url("step", city, made.MONTH.code, "reopen"), said)
    assert row_of(city).state == State.RETURNED
    assert "补充一个县的数据" in chief.get(address).content.decode()


def test_a_viewer_reads_and_does_not_write(street: Unit, lin: User) -> None:
    row = made.submitted(street, lin)
    zhou = make.client(make.member(street, "viewer", "zhou"))
    assert zhou.get(url("detail", street, row.month)).status_code == 200
    assert zhou.get(url("edit", street, row.month)).status_code == 403
    assert zhou.post(url("step", street, row.month, "check"), {"version": row.version}).status_code == 403
    assert row_of(street).state == State.SUBMITTED


def test_a_stranger_sees_nothing(street: Unit, lin: User) -> None:
    made.compiled(street, lin)
    wu = make.client(make.member(make.unit("安康街道"), "office", "wu"))
    for name, more in (("index", ()), ("board", ()), ("detail", (made.MONTH.code,))):
        assert wu.get(url(name, street, *more)).status_code == 404


def test_a_stale_form_shows_both_and_a_bad_one_keeps_what_was_typed(street: Unit, lin: User) -> None:
    row = made.compiled(street, lin)
    page, month = make.client(lin), row.month
    answer = page.post(url("edit", street, month), {"version": 1, "f_drills": "三", "r_drills": "数错了"})
    assert (answer.status_code, "数错了" in answer.content.decode()) == (422, True)
    actions.write(row=row, version=1, words=made.WORDS, corrections={}, is_zero=True, by=lin)
    answer = page.post(url("edit", street, month), {"version": 1, "w_next": "我写的"})
    assert (answer.status_code, "我写的" in answer.content.decode()) == (409, True)


@pytest.mark.parametrize("month", ["2026-13", "2026", "2026-Q1", "0001-01", "x"])
def test_what_is_no_month_is_not_found(street: Unit, lin: User, month: str) -> None:
    assert make.client(lin).get(url("detail", street, month)).status_code == 404


def test_the_board_keeps_the_states_apart(city: Unit, chief: Client, street: Unit, lin: User) -> None:
    made.drill(street, "2026-10-08")
    made.submitted(street, lin)
    other, wu = made.street(city, "安康街道", "wu")
    made.submitted(other, wu)
    make.unit("平安街道", parent=city)
    text = chief.get(url("board", city)).content.decode()
    assert "3 个单位，已报 2 个，其中按时 2 个" in text
    assert [text.count(word) > 0 for word in ("已报数据", "零报告", "未到期")] == [True, True, True]
    assert "10 已报数据" in text
    sheet = make.sheet_rows(chief.post(f"{url('export-board', city)}?month={made.MONTH.code}"))
    assert {row[0]: row[-1] for row in sheet} == {
        street.name: "已报数据", other.name: "零报告", "平安街道": "未到期",
    }  # fmt: skip
    assert make.client(wu).post(url("export-board", city)).status_code == 404
    assert '<th scope="row">2026年10月</th><td class="number">2 / 3</td><td class="number">66.7%' in text


def test_months_before_a_unit_began_are_not_asked_of_it(
    city: Unit, chief: Client, street: Unit, lin: User
) -> None:
    made.submitted(street, lin)
    late = make.unit("平安街道", parent=city, start_date=date(2026, 10, 20))
    board = {one.unit: one for one in queries.board(city, made.MONTH, made.TODAY)}
    assert [one for _month, one in board[late].months[-3:]] == ["not-asked", "not-asked", "not-due"]
    assert [one.total for one in queries.course(list(board.values()))][:2] == [2, 1]

    late.start_date = date(2026, 11, 1)
    late.save()
    text = chief.get(url("board", city)).content.decode()
    assert "1 个单位，已报 1 个" in text
    assert "尚未启动" in text
    street.start_date = late.start_date
    street.save()
    assert [one.total for one in queries.course(queries.board(city, made.MONTH, made.TODAY))] == [1]


def test_the_board_asks_as_often_for_three_units_as_for_one(
    city: Unit, chief: Client, street: Unit, lin: User
) -> None:
    made.submitted(street, lin)
    chief.get(url("board", city))
    one = make.questions(lambda: chief.get(url("board", city)))
    for name, person in (("安康街道", "wu"), ("平安街道", "zhao")):
        made.submitted(*made.street(city, name, person))
    assert make.questions(lambda: chief.get(url("board", city))) == one
