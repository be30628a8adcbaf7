"""Targets set, broken down, handed down, moved between units; letters signed by both sides."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from safecommunity.accounts.models import User
from safecommunity.audit.models import Line
from safecommunity.notices.models import Notice
from safecommunity.targets import actions, queries
from safecommunity.targets.models import Pledge, Revision, Target
from safecommunity.units.models import Unit
from safecommunity.units.scope import StaleRecord
from tests import make
from tests.targets import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Unit:
    return make.unit("广安市", kind="city-office")


@pytest.fixture
def boss(city: Unit) -> User:
    return make.member(city, "city-office", "boss")


@pytest.fixture
def counties(city: Unit) -> list[Unit]:
    return [made.county(city)[0], made.county(city, "岳池县", "chen")[0]]


@pytest.fixture
def row(city: Unit, boss: User) -> Target:
    return made.target(city, boss)


def person(name: str) -> User:
    return User.objects.get(username=name)


def test_a_unit_sets_a_target_once_for_a_metric_and_a_year(city: Unit, boss: User, row: Target) -> None:
    with pytest.raises(actions.Refused, match="2013年已有"):
        made.target(city, boss)
    assert made.target(city, boss, year=2014, due_date=date(2014, 10, 30)).pk
    assert Line.objects.filter(act="target.set").count() == 2


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"metric": "no-such"}, "没有这个指标"),
        ({"amount": -1}, "不能小于零"),
        ({"due_date": date(2014, 1, 1)}, "2013年以内"),
    ],
)
def test_bad_targets_are_refused_in_words(city: Unit, boss: User, facts: dict, words: str) -> None:
    with pytest.raises(actions.Refused, match=words):
        made.target(city, boss, **facts)


def test_shares_that_do_not_add_up_are_kept_but_not_handed_down_unexplained(
    row: Target, boss: User, counties: list[Unit]
) -> None:
    made.shared(row, boss, {counties[0]: 2, counties[1]: 3})
    assert [one.amount for one in queries.shares_of(row)] == [2, 3]
    with pytest.raises(actions.Refused, match="少 1"):
        actions.issue(target=row, version=row.version, by=boss, today=made.TODAY)
    made.shared(row, boss, {}, explanation="其余1个由经济开发区承担")
    actions.issue(target=row, version=row.version, by=boss, today=made.TODAY)
    assert row.issued_date == made.TODAY


def test_shares_above_the_target_are_named_too(row: Target, boss: User, counties: list[Unit]) -> None:
    made.shared(row, boss, {counties[0]: 4, counties[1]: 3})
    with pytest.raises(actions.Refused, match="多 1"):
        actions.issue(target=row, version=row.version, by=boss, today=made.TODAY)


def test_a_rate_is_asked_of_each_unit_and_not_added_up(city: Unit, boss: User, counties: list[Unit]) -> None:
    rate = made.target(city, boss, 95, metric="unit-survey-rate")
    made.issued(rate, boss, {counties[0]: 95, counties[1]: 98})
    assert queries.gap(rate, [Decimal(95), Decimal(98)]) == 0
    assert rate.issued_date


def test_negative_and_strange_shares_leave_everything_as_it_was(
    row: Target, boss: User, counties: list[Unit]
) -> None:
    made.shared(row, boss, {counties[0]: 6})
    version = row.version
    with pytest.raises(actions.Refused, match="不能小于零"):
        made.shared(row, boss, {counties[0]: -1})
    with pytest.raises(actions.Refused, match="不是本单位的直接下级"):
        made.shared(row, boss, {counties[0]: 1, make.unit("别处", kind="county-office"): 5})
    row.refresh_from_db()
    assert (row.version, [one.amount for one in queries.shares_of(row)]) == (version, [6])


def test_two_people_reallocating_at_once_lose_nothing(row: Target, boss: User, counties: list[Unit]) -> None:
    seen = Target.objects.below(row.unit).get(pk=row.pk)
    made.shared(row, boss, {counties[0]: 6})
    with pytest.raises(StaleRecord):
        made.shared(seen, boss, {counties[0]: 1, counties[1]: 5})
    assert [one.amount for one in queries.shares_of(row)] == [6]


def test_nothing_handed_down_is_seen_below_before(row: Target, boss: User, counties: list[Unit]) -> None:
    made.shared(row, boss, {counties[0]: 6})
    assert list(queries.targets(counties[0], 2013)) == []
    actions.issue(target=row, version=row.version, by=boss, today=made.TODAY)
    assert [one.amount for one in queries.targets(counties[0], 2013)] == [6]
    (told,) = Notice.objects.filter(to=person("lin"))
    assert told.title == "上级下达2013年目标：启动建设数：省级 6。"
    assert not Notice.objects.filter(to=person("chen")).exists()
    with pytest.raises(actions.Refused, match="已经下达过"):
        actions.issue(target=row, version=row.version, by=boss, today=made.TODAY)


def test_a_target_shared_with_nobody_is_not_handed_down(row: Target, boss: User) -> None:
    with pytest.raises(actions.Refused, match="还没有分解"):
        actions.issue(target=row, version=row.version, by=boss, today=made.TODAY)


def test_reallocation_keeps_the_value_before_who_and_why(
    row: Target, boss: User, counties: list[Unit]
) -> None:
    made.issued(row, boss, {counties[0]: 2, counties[1]: 4})
    with pytest.raises(actions.Refused, match="写明调整的原因"):
        made.shared(row, boss, {counties[0]: 3, counties[1]: 3})
    made.shared(row, boss, {counties[0]: 3, counties[1]: 3}, reason="岳池县一个镇撤并")
    found = queries.revisions(list(queries.shares_of(row)), row.unit)
    told = {(one.unit.name, one.before, one.after, one.reason, one.by) for one in found}
    assert told == {
        ("前锋区", 2, 3, "岳池县一个镇撤并", boss),
        ("岳池县", 4, 3, "岳池县一个镇撤并", boss),
    }


def test_a_share_moved_away_stays_at_zero_with_its_history(
    row: Target, boss: User, counties: list[Unit]
) -> None:
    made.issued(row, boss, {counties[0]: 2, counties[1]: 4})
    amounts = {counties[0].pk: None, counties[1].pk: Decimal(6)}
    actions.allocate(
        target=row, version=row.version, shares=amounts, explanation="", reason="前锋区今年不申报", by=boss
    )
    assert [one.amount for one in queries.shares_of(row)] == [0, 6]
    assert Revision.objects.below(counties[0]).get().before == 2


def test_after_handing_down_a_difference_is_refused_until_it_is_explained(
    row: Target, boss: User, counties: list[Unit]
) -> None:
    made.issued(row, boss, {counties[0]: 2, counties[1]: 4})
    with pytest.raises(actions.Refused, match="少 1"):
        made.shared(row, boss, {counties[0]: 1}, reason="减一个")
    assert [one.amount for one in queries.shares_of(row)] == [2, 4]
    assert not Revision.objects.below(row.unit).exists()


def test_a_share_is_broken_down_further_by_its_unit_and_changed_from_above(
    row: Target, boss: User, counties: list[Unit]
) -> None:
    made.issued(row, boss, {counties[0]: 1, counties[1]: 5})
    town = make.unit("代市镇", parent=counties[0], kind="township")
    share = queries.targets(counties[0], 2013).get()
    made.issued(share, person("lin"), {town: 1})
    assert [one.amount for one in queries.targets(town, 2013)] == [1]
    with pytest.raises(actions.Refused, match="由上级调整"):
        actions.change_target(
            target=share, version=share.version, amount=Decimal(0), due_date=made.DUE, basis="",
            reason="少些", by=person("lin"),
        )  # fmt: skip
    with pytest.raises(actions.Refused, match="由上级调整"):
        actions.withdraw(target=share, version=share.version, by=person("lin"))


def test_a_changed_target_keeps_what_it_was(row: Target, boss: User) -> None:
    given = {"amount": Decimal(8), "due_date": made.DUE, "basis": "补充通知", "by": boss}
    with pytest.raises(actions.Refused, match="写明调整的原因"):
        actions.change_target(target=row, version=row.version, reason=" ", **given)
    actions.change_target(target=row, version=row.version, reason="省里追加两个", **given)
    (kept,) = queries.revisions([row], row.unit)
    assert (kept.before, kept.after, row.amount) == (6, 8, 8)


def test_only_what_was_not_handed_down_is_taken_back(row: Target, boss: User, counties: list[Unit]) -> None:
    other = made.target(row.unit, boss, metric="meetings")
    made.shared(other, boss, {counties[0]: 6})
    actions.withdraw(target=other, version=other.version, by=boss)
    assert [one.pk for one in Target.objects.below(row.unit)] == [row.pk]
    made.issued(row, boss, {counties[0]: 6})
    with pytest.raises(actions.Refused, match="已经下达"):
        actions.withdraw(target=row, version=row.version, by=boss)


@pytest.mark.requirement("R174")
def test_a_letter_is_signed_above_and_acknowledged_below(
    row: Target, boss: User, counties: list[Unit]
) -> None:
    lin = person("lin")
    with pytest.raises(actions.Refused, match="还没有向这个单位下达"):
        actions.sign(unit=counties[0], year=2013, by=boss, today=made.TODAY)
    made.issued(row, boss, {counties[0]: 2, counties[1]: 4})
    with pytest.raises(actions.Refused, match="由上级单位签发"):
        actions.sign(unit=counties[0], year=2013, by=lin, today=made.TODAY)
    letter = actions.sign(unit=counties[0], year=2013, by=boss, today=made.TODAY)
    assert [(one["metric"], one["amount"], one["due"]) for one in letter.lines] == [
        (made.STARTS, "2", "2013-10-30")
    ]
    with pytest.raises(actions.Refused, match="目标没有变化"):
        actions.sign(unit=counties[0], year=2013, by=boss, today=made.TODAY)
    for stranger in (boss, person("chen")):
        with pytest.raises(actions.Refused, match="自己的创建办"):
            actions.acknowledge(pledge=letter, version=1, by=stranger, today=made.TODAY)
    day = date(2013, 5, 8)
    actions.acknowledge(pledge=letter, version=1, by=lin, today=day)
    assert (letter.acknowledged_by, letter.acknowledged_date) == (lin, day)
    with pytest.raises(actions.Refused, match="每份一次"):
        actions.acknowledge(pledge=letter, version=letter.version, by=lin, today=day)
    acts = Line.objects.filter(act__startswith="pledge.").order_by("seq").values_list("act", flat=True)
    assert list(acts) == ["pledge.signed", "pledge.acknowledged"]
    assert Notice.objects.filter(to=boss, title="前锋区已签收2013年责任书。").exists()


def test_a_letter_whose_targets_moved_is_signed_anew(row: Target, boss: User, counties: list[Unit]) -> None:
    made.issued(row, boss, {counties[0]: 2, counties[1]: 4})
    first = actions.sign(unit=counties[0], year=2013, by=boss, today=made.TODAY)
    made.shared(row, boss, {counties[0]: 3, counties[1]: 3}, reason="调整")
    assert not queries.is_current(first)
    with pytest.raises(actions.Refused, match="重新签发"):
        actions.acknowledge(pledge=first, version=1, by=person("lin"), today=made.TODAY)
    second = actions.sign(unit=counties[0], year=2013, by=boss, today=made.TODAY)
    assert second.number == 2
    assert queries.letters(row.unit, 2013, counties) == {counties[0].pk: queries.Letter(second, True)}
    assert Pledge.objects.in_unit(counties[0]).count() == 2


def test_two_people_acknowledging_at_once(row: Target, boss: User, counties: list[Unit]) -> None:
    made.issued(row, boss, {counties[0]: 6})
    letter = actions.sign(unit=counties[0], year=2013, by=boss, today=made.TODAY)
    seen = queries.pledge(counties[0], letter.uuid)
    assert seen is not None
    actions.acknowledge(pledge=letter, version=1, by=person("lin"), today=made.TODAY)
    with pytest.raises((StaleRecord, actions.Refused)):
        actions.acknowledge(pledge=seen, version=1, by=person("lin"), today=made.TODAY)
