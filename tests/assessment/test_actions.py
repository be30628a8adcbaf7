from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from safecommunity import library
from safecommunity.accounts.models import User
from safecommunity.assessment import actions, figures, queries
from safecommunity.assessment.models import Assessment, Grade, PlannedAction
from safecommunity.audit.models import Line
from safecommunity.core.scoring import AnswerError, Mark
from safecommunity.library import shelf
from safecommunity.units.models import Unit
from safecommunity.units.scope import StaleRecord
from tests import make
from tests.assessment import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> User:
    return make.member(unit)


@pytest.fixture
def form(unit: Unit, lin: User) -> Assessment:
    return made.assessment(unit, lin)


def fresh(assessment: Assessment) -> Assessment:
    found = queries.assessment(assessment.unit, assessment.pk)
    assert found is not None
    return found


@pytest.mark.requirement("R137", "R192")
def test_an_assessment_begins_with_every_item_open_and_what_the_records_suggest(
    unit: Unit, lin: User
) -> None:
    made.entries(unit, "meetings", "2026-02-10", "2026-05-10", "2026-08-10", "2026-11-10")
    made.metric(unit, "meetings", 4)

    assessment = made.assessment(unit, lin)

    assert Grade.objects.in_unit(unit).filter(confirmed_at=None).count() == 50
    assert (assessment.confirmed, assessment.full, assessment.band) == (0, Decimal(150), "fail")
    assert assessment.suggested["2.2"]["answers"]["presence"] == "C"
    assert assessment.points == assessment.suggested_points > 0
    assert Line.objects.filter(act="assessment.started").count() == 1


def test_a_confirmed_grade_counts_instead_of_the_suggested(form: Assessment, lin: User) -> None:
    after = made.confirm(form, "1.1", made.answers("AAB"), lin)

    assert (after.points, after.confirmed_points, after.confirmed) == (Decimal("2.64"), Decimal("2.64"), 1)
    assert "1.1" not in after.zeros
    assert fresh(form).points == Decimal("2.64")
    assert fresh(form).elements["1"] == ["2.64", "15.0", 4, 1, 5]


@pytest.mark.requirement("R225")
def test_a_grade_that_differs_from_the_suggestion_needs_a_reason(form: Assessment, lin: User) -> None:
    with pytest.raises(actions.NotPossible, match="理由"):
        made.confirm(form, "1.1", made.answers("AAA"), lin, reason="")
    with pytest.raises(AnswerError):
        made.confirm(form, "1.1", {"presence": "A"}, lin)

    assert fresh(form).confirmed == 0


def test_who_confirmed_when_and_why_stays_with_the_grade(form: Assessment, lin: User) -> None:
    made.confirm(form, "1.1", made.answers("AAB"), lin, reason="文件已核", remark="原件在办公室")

    row = made.grade(form, "1.1")
    line = Line.objects.get(act="grade.confirmed")
    assert (row.confirmed_by, row.confirmed_at, row.reason, row.remark) == (
        lin,
        made.NOW,
        "文件已核",
        "原件在办公室",
    )
    assert (line.actor, line.after["answers"]) == ("lin", made.answers("AAB"))


def test_two_people_cannot_overwrite_one_another(form: Assessment, lin: User) -> None:
    first, second = made.grade(form, "1.1"), made.grade(form, "1.1")
    actions.confirm(
        grade=first, answers=made.answers("AAB"), by=lin, now=made.NOW, version=first.version, reason="是"
    )

    with pytest.raises(StaleRecord):
        actions.confirm(
            grade=second, answers=made.answers("CCC"), by=lin, now=made.NOW, version=1, reason="否"
        )


def test_saving_a_grade_costs_the_same_however_many_assessments_there_are(
    unit: Unit, lin: User, django_assert_max_num_queries: object
) -> None:
    counts = []
    for _round in range(2):
        assessment = made.assessment(unit, lin)
        row = made.grade(assessment, "1.1")
        with django_assert_max_num_queries(14) as captured:  # type: ignore[operator]
            actions.confirm(
                grade=row, answers=made.answers("AAB"), by=lin, now=made.NOW, version=1, reason="是"
            )
        counts.append(len(captured))
        for _more in range(3):
            made.assessment(unit, lin)

    assert counts[0] == counts[1]


def test_what_does_not_apply_scales_the_marks_and_says_why(form: Assessment, lin: User) -> None:
    row = made.grade(form, "5.10")

    after = actions.mark_not_applicable(grade=row, reason="辖区无水域", by=lin, now=made.NOW, version=1)

    assert (after.full, after.confirmed) == (Decimal(147), 1)
    assert made.grade(form, "5.10").reason == "辖区无水域"
    with pytest.raises(AnswerError, match="理由"):
        actions.mark_not_applicable(
            grade=made.grade(form, "5.9"), reason=" ", by=lin, now=made.NOW, version=1
        )


def test_a_scheme_that_refuses_not_applicable_is_obeyed(unit: Unit, lin: User) -> None:
    assessment = made.assessment(unit, lin, "isccc-6")

    with pytest.raises(AnswerError, match="不允许"):
        actions.mark_not_applicable(
            grade=made.grade(assessment, "I1"), reason="无", by=lin, now=made.NOW, version=1
        )


def test_a_decision_can_be_taken_back(form: Assessment, lin: User) -> None:
    made.confirm(form, "1.1", made.answers("AAB"), lin)
    row = made.grade(form, "1.1")

    after = actions.withdraw(grade=row, by=lin, version=row.version)

    assert (after.confirmed, after.points, made.grade(form, "1.1").mark) == (0, Decimal(0), Mark())


def test_an_element_is_confirmed_as_suggested_at_once(unit: Unit, lin: User) -> None:
    made.entries(unit, "meetings", "2026-02-10", "2026-05-10", "2026-08-10", "2026-11-10")
    assessment = made.assessment(unit, lin)
    made.confirm(assessment, "1.1", made.answers("AAA"), lin)

    number = actions.confirm_as_suggested(
        assessment=assessment, indicators=["1.1", "1.2", "1.3"], by=lin, now=made.NOW
    )

    rows = queries.grades(fresh(assessment))
    assert number == 2
    assert rows["1.1"].answers == made.answers("AAA")
    assert rows["1.2"].answers == assessment.suggested["1.2"]["answers"]
    assert fresh(assessment).confirmed == 3


def test_after_submission_a_change_asks_why(form: Assessment, lin: User) -> None:
    with pytest.raises(actions.NotPossible, match="50"):
        actions.submit(assessment=fresh(form), by=lin, version=1)
    made.all_graded(form, "BBB", lin)
    submitted = actions.submit(assessment=fresh(form), by=lin, version=1)

    with pytest.raises(actions.NotPossible, match="原因"):
        made.confirm(submitted, "1.1", made.answers("AAA"), lin)
    after = made.confirm(submitted, "1.1", made.answers("AAA"), lin, why="补交了文件")

    assert (after.points, after.band, after.state) == (Decimal("105.90"), "pass", "submitted")
    assert Line.objects.filter(act="grade.confirmed", reason="补交了文件").count() == 1


def test_a_frozen_assessment_keeps_all_that_led_to_it_under_a_hash(form: Assessment, lin: User) -> None:
    made.all_graded(form, "BBB", lin)
    frozen = actions.freeze(assessment=fresh(form), by=lin, now=made.NOW, version=1)

    kept = fresh(frozen)
    assert (kept.state, kept.points, kept.band) == ("frozen", Decimal("105.00"), "pass")
    assert kept.digest == figures.digest(kept.snapshot)
    assert kept.snapshot["grades"]["1.1"]["confirmed_by"] == "林晓"
    with pytest.raises(actions.NotPossible, match="定稿"):
        made.confirm(kept, "1.1", made.answers("AAA"), lin, why="改")
    with pytest.raises(actions.NotPossible, match="定稿"):
        actions.freeze(assessment=kept, by=lin, now=made.NOW, version=kept.version)


def test_new_records_change_suggestions_of_the_unit_and_of_those_above_but_no_decision(lin: User) -> None:
    city = make.unit("市", kind="city-office")
    street = make.unit("街道", parent=city)
    above, own = made.assessment(city, lin), made.assessment(street, lin)
    made.confirm(own, "7.4", made.answers("CCC"), lin)
    made.entries(street, "drills", "2026-02-10", "2026-05-10", "2026-08-10", "2026-11-10")
    made.metric(street, "drills", 4)

    changed = [
        actions.suggest(root=unit, units=[unit], by=None, today=made.TODAY, now=made.NOW)
        for unit in (city, street, street)
    ]

    assert changed == [1, 1, 0]
    for assessment in (above, own):
        assert fresh(assessment).suggested["7.4"]["answers"] == made.answers("AAA")
    assert made.grade(own, "7.4").answers == made.answers("CCC")
    assert fresh(own).suggested_points > fresh(own).points > 0


def test_frozen_figures_never_move(form: Assessment, unit: Unit, lin: User) -> None:
    made.all_graded(form, "BBB", lin)
    actions.freeze(assessment=fresh(form), by=lin, now=made.NOW, version=1)
    made.entries(unit, "drills", "2026-02-10")

    assert actions.suggest(root=unit, units=[unit], by=None, today=made.TODAY, now=made.NOW) == 0


def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second version of the international scheme: one item reworded, one removed, grades renamed."""
    text = (shelf.HERE / "schemes" / "isccc-6.toml").read_text(encoding="utf-8")
    text = text.replace('"书面申请、现场访问"', '"书面申请"').replace("points = 6", "points = 5", 1)
    text = text.replace("at_least = 6", "at_least = 5")
    text = text[: text.index('[[elements]]\ncode = "6"')]
    text = text.replace("由社区治理体系内的跨部门团队领导的", "由跨部门团队领导的")
    (tmp_path / "schemes").mkdir()
    (tmp_path / "schemes" / "isccc-6@2.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(shelf, "_folders", [tmp_path])


def test_an_assessment_keeps_its_version_until_the_change_is_shown_and_applied(
    unit: Unit, lin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assessment = made.assessment(unit, lin, "isccc-6")
    made.confirm(assessment, "I1", {"programme": "fulfilled", "running": "partly"}, lin)
    made.confirm(assessment, "I6", {"programme": "fulfilled", "running": "fulfilled"}, lin)
    assert queries.upgrade_preview(fresh(assessment)) is None
    newer(tmp_path, monkeypatch)

    assert len(fresh(assessment).rules.indicators) == 6
    preview = queries.upgrade_preview(fresh(assessment))
    assert preview is not None
    assert (preview.version, preview.removed, preview.reworded) == (2, ("I6",), ("I1",))
    assert (preview.before.points, preview.after.points) == (Decimal("1.75"), Decimal("0.75"))

    upgraded = actions.upgrade(
        assessment=fresh(assessment), to_version=2, by=lin, now=made.NOW, today=made.TODAY, version=1
    )

    assert (upgraded.scheme_version, upgraded.points, upgraded.confirmed) == (2, Decimal("0.75"), 1)
    assert set(queries.grades(fresh(assessment))) == set(library.schemes["isccc-6"].indicators)


def sheet_of(assessment: Assessment, person: User, marks: dict[str, dict[str, str]]) -> None:
    sheet = actions.open_sheet(assessment=assessment, by=person)
    for code, given in marks.items():
        actions.mark_sheet(sheet=sheet, indicator=code, mark=Mark(given), by=person)
    actions.submit_sheet(sheet=sheet, by=person, now=made.NOW, version=sheet.version)


FULL = {"programme": "fulfilled", "running": "fulfilled"}
PART = {"programme": "fulfilled", "running": "partly"}


def test_sheets_are_sealed_until_all_are_submitted_and_the_consensus_decides(unit: Unit, lin: User) -> None:
    assessment = made.assessment(unit, lin, "isccc-6")
    chen, qian = make.member(unit, "expert", "chen"), make.member(unit, "expert", "qian")
    codes = list(assessment.rules.indicators)
    actions.open_sheet(assessment=assessment, by=qian)
    sheet_of(assessment, chen, dict.fromkeys(codes, FULL))

    assert [sheet.assessor for sheet in queries.visible_sheets(assessment, qian)] == [qian]
    assert queries.visible_sheets(assessment, lin) == []
    with pytest.raises(actions.NotPossible, match="合议"):
        actions.open_consensus(assessment=assessment, by=lin)

    sheet_of(assessment, qian, dict.fromkeys(codes, FULL) | {"I6": PART})
    assert len(queries.visible_sheets(assessment, lin)) == 2
    consensus = actions.open_consensus(assessment=assessment, by=lin)
    assert set(queries.sheet_marks([consensus])[consensus.pk]) == {*codes} - {"I6"}
    with pytest.raises(actions.NotPossible, match="1 项"):
        actions.submit_sheet(sheet=consensus, by=lin, now=made.NOW, version=1)

    actions.mark_sheet(sheet=consensus, indicator="I6", mark=Mark(PART), by=lin)
    actions.submit_sheet(sheet=consensus, by=lin, now=made.NOW, version=1)

    after = fresh(assessment)
    assert (after.points, after.confirmed, after.band) == (Decimal("5.75"), 6, "building")


def test_a_submitted_sheet_is_closed_and_only_ones_own_is_open(unit: Unit, lin: User) -> None:
    assessment = made.assessment(unit, lin, "isccc-6")
    chen = make.member(unit, "expert", "chen")
    sheet_of(assessment, chen, dict.fromkeys(assessment.rules.indicators, FULL))
    (sheet,) = queries.visible_sheets(assessment, chen)
    other = actions.open_sheet(assessment=assessment, by=lin)

    with pytest.raises(actions.NotPossible, match="密封"):
        actions.mark_sheet(sheet=sheet, indicator="I1", mark=Mark(PART), by=chen)
    with pytest.raises(actions.NotPossible, match="自己"):
        actions.mark_sheet(sheet=other, indicator="I1", mark=Mark(PART), by=chen)


@pytest.mark.requirement("R224")
def test_a_non_conformity_is_closed_with_its_verification(form: Assessment, lin: User) -> None:
    finding = actions.add_finding(
        assessment=form, indicator="7.4", text="演练没有评估记录", severity="minor", by=lin, owner="王五"
    )

    with pytest.raises(actions.NotPossible, match="验证"):
        actions.close_finding(finding=finding, verification=" ", by=lin, now=made.NOW, version=1)
    actions.close_finding(finding=finding, verification="已补评估", by=lin, now=made.NOW, version=1)

    (row,) = queries.findings_of(form)
    assert (row.closed_at, row.verification) == (made.NOW, "已补评估")


@pytest.mark.requirement("R192", "R224")
def test_the_gap_is_planned_and_accepted_as_tasks_with_owner_and_date(form: Assessment, lin: User) -> None:
    from safecommunity.analysis.optimise import best_plans

    made.all_graded(form, "BBB", lin, but=("1.1",))
    made.confirm(form, "1.1", made.answers("DDD"), lin)
    until = made.TODAY + dt.timedelta(days=60)
    problem = queries.gap(fresh(form), "pass", until=until, today=made.TODAY)

    (best, *others) = best_plans(form.rules, queries.present_marks(fresh(form)), problem)
    rows = actions.accept_plan(
        assessment=form, plan=best, owners={"found-body": "李主任"}, by=lin, today=made.TODAY
    )

    assert [step.action for step in best.steps] == ["found-body"]
    assert best.outcome.band.code == "pass"
    assert all("found-body" in other.actions for other in others)
    assert [(row.action, row.owner, row.due_date) for row in rows] == [
        ("found-body", "李主任", made.TODAY + dt.timedelta(days=20))
    ]
    assert actions.accept_plan(assessment=form, plan=best, owners={}, by=lin, today=made.TODAY) == []


def test_a_finished_task_is_not_planned_again(form: Assessment, lin: User) -> None:
    from safecommunity.analysis.optimise import best_plans

    made.all_graded(form, "BBB", lin, but=("1.1",))
    made.confirm(form, "1.1", made.answers("DDD"), lin)
    until = made.TODAY + dt.timedelta(days=60)
    problem = queries.gap(fresh(form), "pass", until=until, today=made.TODAY)
    best = best_plans(form.rules, queries.present_marks(fresh(form)), problem)[0]
    (task,) = actions.accept_plan(assessment=form, plan=best, owners={}, by=lin, today=made.TODAY)

    actions.change_action(
        planned=task,
        by=lin,
        now=made.NOW,
        version=1,
        state="done",
        owner="李",
        due_date=task.due_date,
        remark="",
    )

    (row,) = PlannedAction.objects.in_unit(form.unit)
    assert (row.state, row.done_at) == ("done", made.NOW)
    assert queries.gap(fresh(form), "pass", until=until, today=made.TODAY).stuck == ("1.1",)
