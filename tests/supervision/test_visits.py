"""From the list to the draw, from the visit to the accepted answer: who may when, and what it leaves."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from safecommunity.accounts.models import User
from safecommunity.audit.models import Line
from safecommunity.core.draws import draw, read_list
from safecommunity.notices.models import Notice
from safecommunity.supervision.actions import Refused
from safecommunity.supervision.actions import visits as actions
from safecommunity.supervision.models.visits import DrawRecord, FindingState, Round, RoundState, VisitState
from safecommunity.supervision.queries import visits as queries
from safecommunity.units.actions import add_body
from safecommunity.units.models import Unit
from safecommunity.units.scope import StaleRecord
from tests import make
from tests.supervision import made

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R204")]

BEFORE = made.DAY - timedelta(days=1)
LATER = made.DAY + timedelta(days=14)


@pytest.fixture
def streets() -> list[Unit]:
    return made.city()[1]


@pytest.fixture
def city(streets: list[Unit]) -> Unit:
    assert streets[0].parent is not None
    return streets[0].parent


@pytest.fixture
def people(city: Unit) -> list[User]:
    return made.inspectors(city)


@pytest.fixture
def lin(streets: list[Unit]) -> User:
    return make.member(streets[0], "office", "lin")


def acts(prefix: str) -> list[str]:
    rows = Line.objects.filter(act__startswith=prefix).order_by("seq")
    return list(rows.values_list("act", flat=True))


def titles(person: User) -> list[str]:
    return list(Notice.objects.filter(to=person).order_by("id").values_list("title", flat=True))


# --- the draw ---------------------------------------------------------------------------------------------


def test_list_digest_and_seed_come_in_this_order_and_the_draw_follows(city: Unit, people: list[User]) -> None:
    row = made.planned(city, people)
    with pytest.raises(Refused, match="先固定名单"):
        actions.enter_seed(row=row, version=1, seed="7", source="彩票", by=people[0], now=made.NOW)
    actions.fix(row=row, version=1, by=people[0], now=made.NOW, today=made.DAY)
    kept = (row.list_text, row.digest)
    seeded = actions.enter_seed(
        row=row, version=2, seed=made.SEED, source=made.SOURCE, by=people[0], now=made.NOW
    )
    assert [(one.unit.slug, tuple(one.drawn)) for one in seeded] == [
        (one.code, one.team) for one in draw(read_list(kept[0]), made.SEED)
    ]
    assert all({str(one) for one in visit.team.all()} == set(visit.drawn) for visit in seeded)
    assert (row.state, (row.list_text, row.digest)) == (RoundState.DRAWN, kept)
    assert acts("round.") == ["round.planned", "round.fixed", "round.drawn"]


def test_the_seed_is_entered_once(city: Unit, people: list[User]) -> None:
    row = made.drawn(city, people)
    with pytest.raises(Refused, match="种子不能再改"):
        actions.enter_seed(row=row, version=row.version, seed="8", source="彩票", by=people[0], now=made.NOW)
    assert Round.objects.in_unit(city).get().seed == made.SEED


def test_the_database_itself_refuses_a_seed_without_a_list(city: Unit, people: list[User]) -> None:
    row = made.planned(city, people)
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.in_unit(city).filter(pk=row.pk).update(seed="7", drawn_at=made.NOW)


def test_a_fixed_list_takes_no_change(city: Unit, streets: list[Unit], people: list[User]) -> None:
    row = made.fixed(city, people)
    said: dict[str, Any] = {"row": row, "version": row.version, "by": people[0]}
    with pytest.raises(Refused, match="名单已经固定"):
        actions.weigh(unit=streets[0], weight=5, reason="重点", **said)
    with pytest.raises(Refused, match="名单已经固定"):
        actions.declare(unit=streets[0], inspector=people[0], reason="亲属", **said)
    with pytest.raises(Refused, match="名单已经固定"):
        actions.change_round(values=made.values(), inspectors=people, today=made.DAY, **said)


def test_whoever_repeats_the_draw_gets_the_planned_visits(city: Unit, people: list[User]) -> None:
    row = made.drawn(city, people)
    repeated = queries.repeated(row)
    assert repeated is not None
    assert repeated.digest_holds
    assert queries.holds(row, repeated.drawn)
    done = subprocess.run(
        [sys.executable, "-c", queries.program_of(row.list_text, row.seed)],
        capture_output=True, text=True, check=True, env={"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    printed = done.stdout.splitlines()
    assert printed[0] == f"list {row.digest}"
    assert printed[1:] == [" ".join([one.code, *one.team]) for one in repeated.drawn]


def test_a_list_altered_afterwards_or_a_visit_moved_shows(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    row = made.drawn(city, people)
    visit = made.visits(row)[0]
    visit.drawn = ["somebody else"]
    visit.save()
    repeated = queries.repeated(row)
    assert repeated is not None
    assert not queries.holds(row, repeated.drawn)
    row.list_text = row.list_text.replace('"team":2', '"team":1')
    altered = queries.repeated(row)
    assert altered is not None
    assert not altered.digest_holds


def test_weights_and_reasons_stand_in_the_list_and_zero_leaves_out(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    row = made.planned(city, people, counts={"sub-district": 1})
    actions.weigh(row=row, version=1, unit=streets[0], weight=3, reason="隐患多", by=people[0])
    actions.weigh(row=row, version=2, unit=streets[1], weight=0, reason="刚督查过", by=people[0])
    with pytest.raises(Refused, match="写明原因"):
        actions.weigh(row=row, version=3, unit=streets[2], weight=2, reason=" ", by=people[0])
    actions.fix(row=row, version=3, by=people[0], now=made.NOW, today=made.DAY)
    assert {one.code: one.weight for one in read_list(row.list_text).candidates} == {
        streets[0].slug: 3, streets[2].slug: 1,
    }  # fmt: skip


def test_own_units_what_lies_beneath_and_declared_conflicts_are_left_out(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    below = make.unit("锦绣社区", parent=streets[0], kind="neighbourhood")
    make.member(streets[0], "office", "chen")
    row = made.planned(city, people, counts={"sub-district": 3, "neighbourhood": 1}, team=1)
    actions.declare(
        row=row, version=1, inspector=people[1], unit=streets[1], reason="配偶在该街道任职", by=people[0]
    )
    actions.fix(row=row, version=2, by=people[0], now=made.NOW, today=made.DAY)
    barred = {one.code: one.conflicts for one in read_list(row.list_text).inspectors}
    assert barred == {
        "chen": {streets[0].slug, below.slug}, "ding": {streets[1].slug}, "feng": frozenset(),
    }  # fmt: skip


def test_a_list_that_some_seed_could_not_draw_is_not_fixed(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    make.member(streets[0], "office", "chen")
    row = made.planned(city, people[:2], team=2)
    with pytest.raises(Refused, match="街道1”回避后凑不齐"):
        actions.fix(row=row, version=1, by=people[0], now=made.NOW, today=made.DAY)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends_date": BEFORE}, "不能早于开始日期"),
        ({"starts_date": BEFORE - timedelta(days=9), "ends_date": BEFORE}, "已经过去"),
        ({"counts": {"sub-district": 4}}, "不能超过下级单位数"),
        ({"counts": {"park": 1}}, "不能超过下级单位数"),
        ({"team": 4}, "不能超过选定的督查人员数"),
        ({"team": 0}, "每组至少 1 人"),
    ],
)  # fmt: skip
def test_an_impossible_plan_is_refused(
    city: Unit, people: list[User], changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        made.planned(city, people, **changes)


def test_only_who_supervises_plans_and_only_such_people_are_sent(
    city: Unit, streets: list[Unit], people: list[User], lin: User
) -> None:
    said: dict[str, Any] = {"unit": city, "values": made.values(), "today": made.DAY}
    with pytest.raises(Refused, match="没有在“石家庄市”组织督查的权限"):
        actions.plan_round(inspectors=people, by=lin, **said)
    with pytest.raises(Refused, match="林晓”没有这个单位的督查权限"):
        actions.plan_round(inspectors=[*people, lin], by=people[0], **said)


def test_two_do_not_draw_at_once(city: Unit, people: list[User]) -> None:
    row = made.fixed(city, people)
    seen = queries.one_round(city, row.uuid)
    assert seen is not None
    said: dict[str, Any] = {"version": 2, "source": made.SOURCE, "now": made.NOW}
    actions.enter_seed(row=row, seed="1", by=people[0], **said)
    with pytest.raises(StaleRecord):
        actions.enter_seed(row=seen, seed="2", by=people[1], **said)
    assert len(made.visits(row)) == 2


def test_a_round_is_given_up_before_its_draw_and_stays_on_record(city: Unit, people: list[User]) -> None:
    row = made.fixed(city, people)
    actions.cancel_round(row=row, version=2, reason="名单漏了一个街道", by=people[0])
    shown = DrawRecord.objects.get(uuid=row.uuid)
    assert (shown.digest, shown.cancelled_reason) == (row.digest, "名单漏了一个街道")
    again = made.drawn(city, people)
    with pytest.raises(Refused, match="已经抽签"):
        actions.cancel_round(row=again, version=again.version, reason="不满意", by=people[0])


def test_the_public_record_shows_the_digest_first_and_unannounced_draws_when_they_are_over(
    city: Unit, people: list[User]
) -> None:
    open_row = made.fixed(city, people)
    assert DrawRecord.objects.get(uuid=open_row.uuid).list_text == open_row.list_text
    secret = made.drawn(city, people, kind="unannounced")
    shown = DrawRecord.objects.get(uuid=secret.uuid)
    assert (shown.digest, shown.title, shown.list_text, shown.seed) == (secret.digest, "", "", "")
    for visit in made.visits(secret):
        made.finished(made.scheduled(visit, list(visit.team.all())), people[0])
    assert DrawRecord.objects.get(uuid=secret.uuid).seed == made.SEED


# --- visits -----------------------------------------------------------------------------------------------


def test_an_unannounced_visit_is_unknown_to_the_unit_until_it_is_over(
    city: Unit, streets: list[Unit], people: list[User], lin: User
) -> None:
    row = made.arranged(city, streets[0], people[:2], kind="unannounced")
    made.found(row, people[0])
    assert list(queries.visits(streets[0], lin)) == []
    assert queries.visit(streets[0], lin, row.uuid) is None
    assert [one.pk for one in queries.visits(city, people[2])] == [row.pk]
    assert not Line.objects.filter(path=streets[0].path, act__startswith="visit").exists()
    assert titles(lin) == []
    made.finished(row, people[0])
    assert [one.pk for one in queries.visits(streets[0], lin)] == [row.pk]
    assert titles(lin) == ["督查结果：三季度督查，发现问题 1 个，其中 1 个要反馈。"]


def test_an_unannounced_visit_is_hidden_from_a_supervisor_who_belongs_to_the_unit(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    make.member(streets[0], "officer", "feng")
    row = made.arranged(city, streets[0], people[:2], kind="unannounced")
    feng = User.objects.get(username="feng")
    assert queries.visit(streets[0], feng, row.uuid) is None
    secret = made.drawn(city, people[:2], kind="unannounced")
    assert not queries.may_see_draw(feng, secret)
    assert queries.may_see_draw(people[0], secret)


def test_a_viewer_above_does_not_see_it_either(city: Unit, streets: list[Unit], people: list[User]) -> None:
    zhou = make.member(city, "viewer", "zhou")
    row = made.arranged(city, streets[0], people[:2], kind="unannounced")
    assert queries.visit(streets[0], zhou, row.uuid) is None


def test_an_announced_visit_is_told_with_its_day(
    city: Unit, streets: list[Unit], people: list[User], lin: User
) -> None:
    made.arranged(city, streets[0], people[:2])
    assert titles(lin) == ["2126-10-12 将到你单位督查：三季度督查"]


@pytest.mark.parametrize("days", [-1, 31])
def test_the_day_lies_in_the_round_and_not_in_the_past(
    city: Unit, streets: list[Unit], people: list[User], days: int
) -> None:
    row = made.arranged(city, streets[0], people[:2])
    with pytest.raises(Refused, match="督查日期应在"):
        actions.schedule(
            row=row, version=row.version, day=made.DAY + timedelta(days=days), team=people[:2], reason="",
            by=people[0], today=made.DAY,
        )  # fmt: skip


def test_people_are_replaced_with_a_reason_and_never_by_someone_in_conflict(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    make.member(streets[0], "office", "feng")
    row = made.arranged(city, streets[0], people[:2])
    said: dict[str, Any] = {"row": row, "day": made.DAY, "by": people[0], "today": made.DAY}
    with pytest.raises(Refused, match="写明原因"):
        actions.schedule(version=row.version, team=people[:1], reason="", **said)
    with pytest.raises(Refused, match="应当回避"):
        actions.schedule(version=row.version, team=people[2:], reason="ding病假", **said)
    actions.schedule(version=row.version, team=people[:1], reason="ding病假", **said)
    assert row.team_reason == "ding病假"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"due_date": made.DAY}, "反馈期限应在今天以后"),
        ({"due_date": made.DAY - timedelta(days=3)}, "反馈期限应在今天以后"),
        ({"severity": "terrible"}, "没有这种问题程度"),
    ],
)
def test_a_finding_with_a_past_deadline_or_an_unknown_severity_is_refused(
    city: Unit, streets: list[Unit], people: list[User], changes: dict[str, Any], words: str
) -> None:
    row = made.arranged(city, streets[0], people[:2])
    with pytest.raises(Refused, match=words):
        made.found(row, people[0], **changes)


def test_nothing_is_found_or_ended_before_the_day(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    row = made.arranged(city, streets[0], people[:2])
    early = made.DAY - timedelta(days=1)
    with pytest.raises(Refused, match="还没有到"):
        actions.add_finding(
            row=row, text="x", basis="y", severity="general", due_date=LATER, by=people[0], today=early
        )
    with pytest.raises(Refused, match="还没有到"):
        actions.finish(row=row, version=row.version, summary="好", by=people[0], now=made.NOW, today=early)


def test_two_do_not_end_a_visit_at_once_and_nothing_is_added_afterwards(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    row = made.arranged(city, streets[0], people[:2])
    seen = queries.visit(streets[0], people[0], row.uuid)
    assert seen is not None
    made.finished(row, people[0])
    with pytest.raises(StaleRecord):
        made.finished(seen, people[1])
    with pytest.raises(Refused, match="已经结束"):
        made.found(row, people[0])


def test_a_visit_with_findings_is_not_cancelled(city: Unit, streets: list[Unit], people: list[User]) -> None:
    row = made.arranged(city, streets[0], people[:2])
    one = made.found(row, people[0])
    with pytest.raises(Refused, match="已经登记了问题"):
        actions.cancel_visit(row=row, version=row.version, reason="雨", by=people[0])
    one.visit = row
    actions.drop_finding(finding=one, version=1, by=people[0])
    actions.cancel_visit(row=row, version=row.version, reason="雨", by=people[0])
    assert row.state == VisitState.CANCELLED


def test_the_same_visit_sent_twice_is_arranged_once(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    first = made.arranged(city, streets[0], people[:2])
    said = {name: getattr(first, name) for name in made.ARRANGED}
    again = actions.arrange(
        supervisor=city, unit=streets[0], values=said, team=people[:2], by=people[0], today=made.DAY,
        uuid=first.uuid,
    )  # fmt: skip
    assert again.pk == first.pk


@pytest.mark.requirement("R141")
def test_a_group_of_ones_own_is_supervised_and_gets_suggestions_that_need_no_answer(
    streets: list[Unit],
) -> None:
    street = streets[0]
    group = add_body(unit=street, by=None, kind="project-group", name="消防安全组")
    kaohe, zu = make.member(street, "appraisal", "kaohe"), make.member(street, "project-group", "zu")
    row = made.arranged(street, street, [kaohe], body=group)
    made.found(row, kaohe, text="建议每月公布进展", severity="suggestion", due_date=None)
    made.found(row, kaohe, text="二季度项目没有评估", severity="general")
    made.finished(row, kaohe)
    suggestion, slow = made.told(row)
    assert suggestion.state == FindingState.NOTED
    slow.visit = row
    assert queries.may_answer(zu, slow)
    assert not queries.may_answer(kaohe, slow)
    assert titles(zu)[-1] == "督查结果：三季度督查，发现问题 2 个，其中 1 个要反馈。"


def test_a_unit_supervises_what_lies_beneath_it_or_its_own_groups_only(
    city: Unit, streets: list[Unit], people: list[User]
) -> None:
    head = make.member(streets[0], "office", "head")
    said = {name: value for name, value in made.values().items() if name in made.ARRANGED}
    for unit in (streets[0], streets[1], city):
        with pytest.raises(Refused, match="督查对象应是下级单位"):
            actions.arrange(
                supervisor=streets[0], unit=unit, values=said, team=[head], by=head, today=made.DAY
            )


# --- answers ----------------------------------------------------------------------------------------------


def answered(finding: Any, by: User, day: Any = made.DAY) -> Any:
    return actions.answer(
        finding=finding, version=finding.version, words="已清理，安排专人巡查", files=(), by=by,
        now=made.NOW, today=day,
    )  # fmt: skip


def decided(finding: Any, by: User, accept: bool, **changes: Any) -> Any:
    said: dict[str, Any] = {"reason": "", "due_date": None, "now": made.NOW, "today": made.DAY, **changes}
    return actions.decide(finding=finding, version=finding.version, accept=accept, by=by, **said)


@pytest.fixture
def finding(city: Unit, streets: list[Unit], people: list[User], lin: User) -> Any:
    row = made.arranged(city, streets[0], people[:2])
    made.found(row, people[0])
    made.finished(row, people[0])
    one = made.told(row)[0]
    one.visit = row
    return one


def test_the_unit_answers_the_supervisor_sends_back_and_then_accepts(
    finding: Any, people: list[User], lin: User
) -> None:
    answered(finding, lin)
    with pytest.raises(Refused, match="写明原因"):
        decided(finding, people[0], False)
    with pytest.raises(Refused, match="新的反馈期限"):
        decided(finding, people[0], False, reason="没有照片", due_date=made.DAY)
    decided(finding, people[0], False, reason="没有照片", due_date=LATER)
    assert (finding.state, finding.due_date) == (FindingState.RETURNED, LATER)
    answered(finding, lin)
    decided(finding, people[1], True)
    assert finding.state == FindingState.ACCEPTED
    assert titles(lin)[-2:] == [
        "督查问题的反馈被退回：消防通道堆放杂物（没有照片）", "督查问题的反馈已确认：消防通道堆放杂物",
    ]  # fmt: skip
    assert acts("visit.")[-4:] == ["visit.answered", "visit.sent-back", "visit.answered", "visit.accepted"]


def test_only_the_unit_answers_and_only_the_supervisor_decides(
    finding: Any, streets: list[Unit], people: list[User], lin: User
) -> None:
    neighbour, looker = make.member(streets[1], "office", "wu"), make.member(streets[0], "viewer", "zhou")
    for person in (people[0], people[2], neighbour, looker):
        with pytest.raises(Refused, match="被督查的单位自己"):
            answered(finding, person)
    answered(finding, lin)
    for person in (lin, neighbour):
        with pytest.raises(Refused, match="组织督查的单位确认"):
            decided(finding, person, True)


def test_an_answer_twice_at_once_is_given_once(finding: Any, lin: User) -> None:
    seen = queries.finding(finding.visit, finding.uuid)
    answered(finding, lin)
    with pytest.raises(StaleRecord):
        answered(seen, lin)


@pytest.mark.requirement("R204")
def test_more_time_is_asked_for_with_a_reason_and_granted_or_refused_by_the_supervisor(
    finding: Any, streets: list[Unit], people: list[User], lin: User
) -> None:
    now = {"now": made.NOW, "today": made.DAY}

    def asks(by: User, until: Any = LATER, why: str = "要等配件") -> Any:
        return actions.ask_for_time(
            finding=finding, version=finding.version, until=until, why=why, by=by, **now
        )

    def says(grant: bool, reason: str, by: User) -> Any:
        return actions.decide_time(
            finding=finding, version=finding.version, grant=grant, reason=reason, by=by, **now
        )

    old = finding.due_date
    for person in (people[0], people[2], make.member(streets[1], "office", "wu")):
        with pytest.raises(Refused, match="被督查的单位自己"):
            asks(person)
    for until, why, words in ((old, "要等配件", "晚于现在的期限"), (LATER, " ", "写明原因")):
        with pytest.raises(Refused, match=words):
            asks(lin, until, why)
    stale = queries.finding(finding.visit, finding.uuid)
    asks(lin)
    with pytest.raises(Refused, match="已经申请延期"):
        asks(lin)
    with pytest.raises(StaleRecord):
        answered(stale, lin)
    with pytest.raises(Refused, match="申请人自己不能审批"):
        says(True, "同意", lin)
    with pytest.raises(Refused, match="写明原因"):
        says(False, "", people[0])
    says(False, "可以先清出通道", people[0])
    assert finding.due_date == old
    asks(lin)
    says(True, "配件月底到", people[1])
    assert finding.due_date == LATER
    asks(lin, LATER + timedelta(days=9))
    answered(finding, lin)
    with pytest.raises(Refused, match="组织督查的单位审批"):
        says(True, "同意", people[0])
    kept = queries.extensions(finding.visit)[finding.pk]
    assert [(one.state, one.from_date, one.reason) for one in kept] == [
        ("refused", old, "可以先清出通道"), ("granted", old, "配件月底到"), ("lapsed", LATER, ""),
    ]  # fmt: skip
    assert titles(lin)[-2:] == [
        "督查问题的延期申请没有同意：消防通道堆放杂物（可以先清出通道）",
        f"督查问题的反馈期限已延至 {LATER}：消防通道堆放杂物",
    ]
    assert f"街道1申请把督查问题的反馈期限延至 {LATER}：消防通道堆放杂物" in titles(people[0])
    assert acts("visit.time-") == [
        f"visit.time-{act}" for act in ("asked", "refused", "asked", "granted", "asked")
    ]


def test_a_late_answer_says_so(finding: Any, lin: User) -> None:
    assert answered(finding, lin, day=finding.due_date + timedelta(days=1)).is_late


def test_what_is_due_is_told_what_is_overdue_again_and_after_a_week_one_level_up(
    finding: Any, city: Unit, people: list[User], lin: User
) -> None:
    def told(days: int) -> int:
        return actions.remind(root=city, today=finding.due_date + timedelta(days=days), by=None)

    assert [told(-4), told(-3), told(-2), told(1), told(6)] == [0, 1, 0, 1, 0]
    assert told(7) == len(people)
    assert titles(lin)[-2:] == [
        "督查问题要在 2126-10-19 前反馈：消防通道堆放杂物",
        "督查问题已过 2126-10-19 的反馈期限：消防通道堆放杂物",
    ]
    assert titles(people[2])[-1].startswith("街道1逾期没有反馈督查问题")
    answered(finding, lin)
    assert told(30) == 0


def test_results_are_circulated_once_to_every_unit_of_the_list_when_all_is_done(
    city: Unit, streets: list[Unit], people: list[User], lin: User
) -> None:
    row = made.drawn(city, people)
    wu = make.member(streets[1], "office", "wu")
    with pytest.raises(Refused, match="还有 2 个单位没有督查完"):
        actions.circulate(row=row, version=row.version, by=people[0])
    for visit in made.visits(row):
        made.scheduled(visit, list(visit.team.all()))
        made.found(visit, people[0])
        made.finished(visit, people[0])
    assert actions.circulate(row=row, version=row.version, by=people[0]) == 2
    for person in (lin, wu):
        assert titles(person)[-1] == "督查通报：三季度督查，共督查2个单位，发现问题2个，其中严重问题2个。"
    with pytest.raises(Refused, match="通报一次"):
        actions.circulate(row=row, version=row.version, by=people[0])
