"""The home page: mine first, scores against their bands, what runs out; only what the person may see."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from safecommunity.accounts.models import User
from safecommunity.assessment import actions as assessment_actions
from safecommunity.assessment.models import Assessment, PlannedAction
from safecommunity.ledgers import actions as ledger_actions
from safecommunity.ledgers.models import Entry
from safecommunity.metrics.models import MetricValue
from safecommunity.programmes import actions
from safecommunity.units.models import Appointment, Body, Unit
from safecommunity.web.pages.home import cards, finds, todos
from tests import make
from tests.programmes import made as programmes

TODAY = dt.date(2026, 6, 15)
NOW = dt.datetime(2026, 6, 15, 9, 0, tzinfo=dt.UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return make.unit(name="阳光街道", slug="ygjd")


@pytest.fixture(autouse=True)
def _on_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("safecommunity.web.pages.home.views.today", lambda: TODAY)


def assessment(unit: Unit, by: Any, scheme: str = "national-2006") -> Assessment:
    return assessment_actions.start(unit=unit, scheme=scheme, period="2026", by=by, today=TODAY, now=NOW)


def planned_by(row: Assessment, owner: str, due: str, by: Any) -> PlannedAction:
    return PlannedAction.objects.create(
        unit=row.unit, path=row.path, assessment=row, action=f"{owner}{due}", indicator="1.1",
        text=f"{owner}补齐记录", owner=owner, due_date=due, effort=1, cost=0, gain=1, by=by,
    )  # fmt: skip


def entry(unit: Unit, title: str, expires: str) -> Entry:
    return Entry.objects.create(
        unit=unit, path=unit.path, ledger="special-operation-certificates", title=title, expires_date=expires
    )


def test_a_plan_is_offered_until_one_runs_and_gone_on_with_where_it_was_left(unit: Unit) -> None:
    lin = make.member(unit)
    zhou = make.member(unit, "viewer", "zhou")

    def home(person: User) -> str:
        return make.client(person).get(reverse("home:index", args=[unit.slug])).content.decode()

    assert "选择方案" in home(lin)
    assert "从一个方案开始创建" not in home(zhou)
    row = programmes.prepared(unit, lin)
    assert "接着准备" in home(lin)
    assert reverse("programmes:prepare", args=[unit.slug, row.uuid]) in home(lin)
    actions.start(programme=row, version=row.version, by=lin)
    assert "从一个方案开始创建" not in home(lin)


def test_mine_come_first_and_one_switch_adds_my_group(unit: Unit) -> None:
    lin = make.member(unit)
    row = assessment(unit, lin)
    body = Body.objects.create(unit=unit, path=unit.path, kind="project-group", name="消防组")
    for person, user in (("林晓", lin), ("赵勇", None)):
        Appointment.objects.create(
            unit=unit, path=unit.path, body=body, person=person, user=user, post="组员"
        )
    for owner, due in (
        ("赵勇", "2026-06-01"),
        ("林晓", "2026-07-01"),
        ("消防组", "2026-06-20"),
        ("陈静", "2026-06-02"),
    ):
        planned_by(row, owner, due, lin)
    mine = todos.todos(lin, unit, TODAY, with_group=False)
    assert ([one.owner for one in mine.rows], mine.total, mine.overdue, mine.others) == (["林晓"], 1, 0, 3)
    ours = todos.todos(lin, unit, TODAY, with_group=True)
    assert [one.owner for one in ours.rows] == ["林晓", "赵勇", "消防组"]
    assert (ours.total, ours.overdue, ours.others) == (3, 1, 1)


@pytest.mark.requirement("R219")
def test_the_ring_of_the_municipal_scheme_has_the_marks_70_and_90(unit: Unit) -> None:
    lin = make.member(unit)
    assessment(unit, lin, "chongqing-2009")
    (score,) = cards.scores(lin, unit)
    assert [int(mark) for mark in score.marks] == [70, 90]


def test_the_ring_of_the_national_scheme_has_the_marks_75_and_100(unit: Unit) -> None:
    lin = make.member(unit)
    row = assessment(unit, lin)
    (score,) = cards.scores(lin, unit)
    assert [int(mark) for mark in score.marks] == [75, 100]
    assert (score.band.is_passing, score.missing) == (False, 75 - row.points)


def test_only_the_newest_assessment_of_a_scheme_counts(unit: Unit) -> None:
    lin = make.member(unit)
    assessment(unit, lin)
    newer = assessment(unit, lin)
    assert [score.row.pk for score in cards.scores(lin, unit)] == [newer.pk]


def test_what_ran_out_and_what_soon_will_are_counted_apart(unit: Unit) -> None:
    lin = make.member(unit)
    for title, expires in (
        ("甲", "2026-06-14"),
        ("乙", "2026-06-15"),
        ("丙", "2026-08-14"),
        ("丁", "2026-08-15"),
    ):
        entry(unit, title, expires)
    found = cards.expiring(lin, unit, TODAY)
    assert ([row.title for row in found.rows], found.expired, found.soon) == (["甲", "乙", "丙"], 1, 2)


def test_alerts_count_zeros_and_contradictions_of_open_assessments(unit: Unit) -> None:
    lin = make.member(unit)
    row = assessment(unit, lin)
    (alert,) = cards.alerts(lin, unit, TODAY)
    assert alert.counts["zero-item"] == len(row.zeros) == 50


def test_a_strip_tells_months_with_records_from_those_without_and_those_to_come(unit: Unit) -> None:
    lin = make.member(unit)
    MetricValue.objects.create(
        unit=unit, path=unit.path, metric="drills", period="2026-03", numerator=4, as_of=NOW.date()
    )
    strip = next(strip for strip in cards.strips(lin, unit, TODAY) if "演练" in strip.name)
    assert [state for _name, state, _count, _url in strip.months] == [
        "none", "none", "some", "none", "none", "none",
        *["not-due"] * 6,
    ]  # fmt: skip
    assert strip.months[2][2] == "4"


def test_the_page_shows_it_all_in_words(unit: Unit) -> None:
    lin = make.member(unit)
    planned_by(assessment(unit, lin), "林晓", "2026-06-01", lin)
    entry(unit, "焊工证 · 张", "2026-06-14")
    page = make.client(lin).get("/ygjd/").content.decode()
    assert "林晓补齐记录" in page
    assert "焊工证 · 张" in page
    assert "已逾期" in page
    assert "分</small>" in page


@pytest.mark.parametrize("path", ["", "search/", "tray/", "home/alerts/", "home/months/"])
def test_a_stranger_finds_nothing_there(unit: Unit, path: str) -> None:
    wu = make.member(make.unit(name="建设路街道"), username="wu")
    assert make.client(make.member(unit)).get(f"/ygjd/{path}").status_code == 200
    assert make.client(wu).get(f"/ygjd/{path}").status_code == 404


def test_the_system_administrator_gets_a_home_without_working_data(unit: Unit) -> None:
    lin, chen = make.member(unit), make.member(unit, role="system-admin", username="chen")
    planned_by(assessment(unit, lin), "chen", "2026-06-01", lin)
    entry(unit, "焊工证 · 张", "2026-06-14")
    page = make.client(chen).get("/ygjd/").content.decode()
    assert "补齐记录" not in page
    assert "焊工证" not in page
    assert cards.strips(chen, unit, TODAY) == []


def test_the_home_page_costs_the_same_for_one_row_and_for_three(
    unit: Unit, django_assert_max_num_queries: Any
) -> None:
    lin = make.member(unit)
    row = assessment(unit, lin)
    client = make.client(lin)
    planned_by(row, "林晓", "2026-06-01", lin)
    entry(unit, "甲", "2026-06-14")
    client.get("/ygjd/")
    with django_assert_max_num_queries(100) as first:
        client.get("/ygjd/")
    for day in ("2026-06-02", "2026-06-03"):
        planned_by(row, "林晓", day, lin)
        entry(unit, day, day)
    with django_assert_max_num_queries(len(first)):
        client.get("/ygjd/")


def test_the_top_bar_counts_my_todos_and_my_running_jobs(unit: Unit) -> None:
    lin = make.member(unit)
    planned_by(assessment(unit, lin), "林晓", "2026-06-01", lin)
    page = make.client(lin).get("/ygjd/tray/").content.decode()
    assert '<span class="count">1</span>' in page


def test_nothing_asked_lists_the_pages(unit: Unit) -> None:
    lin = make.member(unit)
    (pages,) = finds.groups(lin, unit, "")
    assert pages.hits[0].url == "/ygjd/"


@pytest.mark.parametrize("wanted", ["工作台", "gzt"])
def test_a_page_is_found_by_its_name_or_initials(unit: Unit, wanted: str) -> None:
    lin = make.member(unit)
    assert [hit.label for hit in finds.pages(lin, unit, wanted)] == ["工作台"]


def test_the_palette_gets_the_answers_only(unit: Unit) -> None:
    client = make.client(make.member(unit))
    part = client.get("/ygjd/search/", {"q": "阳光"}, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div role="group"')
    assert "<html" in client.get("/ygjd/search/", {"q": "阳光"}).content.decode()


def drill(unit: Unit, topic: str) -> Entry:
    values = {
        "name": topic, "kind": "fire", "form": "full", "held_date": "2026-03-05", "organiser": "创建办",
        "persons": 40, "scenario": "疏散到广场",
    }  # fmt: skip
    return ledger_actions.add(ledger="drills", unit=unit, values=values, by=None)


@pytest.mark.parametrize("wanted", ["消防疏散", "xfss", "疏散 2026-03"])
def test_a_record_is_found_by_its_words_or_initials_and_opens(unit: Unit, wanted: str) -> None:
    lin = make.member(unit)
    entry = drill(unit, "消防疏散")
    (hit,) = finds.records(lin, unit, wanted)
    assert (hit.label, hit.url) == (entry.title, f"/ygjd/ledgers/drills/{entry.pk}/")


def test_records_of_another_unit_are_not_found(unit: Unit) -> None:
    other = make.unit(name="建设路街道")
    drill(other, "消防疏散")
    assert finds.records(make.member(unit), unit, "消防") == []


def test_a_ledger_is_found_and_a_restricted_one_only_by_whom_it_concerns(unit: Unit) -> None:
    lin, zhou = make.member(unit), make.member(unit, role="viewer", username="zhou")
    assert [hit.label for hit in finds.ledgers_like(zhou, unit, "消防设施")] == ["消防设施器材台账"]
    assert finds.ledgers_like(zhou, unit, "脆弱人群") == []
    assert [hit.label for hit in finds.ledgers_like(lin, unit, "脆弱人群")] == ["脆弱人群台账"]


def test_an_overdue_task_opens_the_indicator_it_closes(unit: Unit) -> None:
    lin = make.member(unit)
    row = assessment(unit, lin)
    planned_by(row, "林晓", "2026-06-01", lin)
    assert f'href="/ygjd/assessment/{row.pk}/items/1.1/"' in make.client(lin).get("/ygjd/").content.decode()


def test_what_runs_out_opens_its_record(unit: Unit) -> None:
    row = entry(unit, "焊工证 · 张", "2026-06-14")
    page = make.client(make.member(unit)).get("/ygjd/").content.decode()
    assert f'href="/ygjd/ledgers/special-operation-certificates/{row.pk}/"' in page


def test_points_held_down_by_zeros_are_said_to_be_so(unit: Unit) -> None:
    lin = make.member(unit)
    assessment(unit, lin)
    (score,) = cards.scores(lin, unit)
    assert not score.is_blocked
    score.row.points = 98
    assert score.is_blocked
