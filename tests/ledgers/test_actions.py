import uuid
from typing import Any

import pytest

from safecommunity.audit.models import Line
from safecommunity.core.messages import Message
from safecommunity.jobs.models import Job
from safecommunity.ledgers import actions, queries
from safecommunity.ledgers.actions import DuplicateEntry, InvalidEntry, NewRow
from safecommunity.ledgers.models import Entry, SealedKey
from safecommunity.library import ledgers
from safecommunity.units.models import Unit
from safecommunity.units.scope import StaleRecord
from tests import make

pytestmark = pytest.mark.django_db

DRILL: dict[str, object] = {
    "name": "消防疏散演练", "kind": "fire", "form": "full", "held_date": "2026-03-05", "organiser": "创建办",
    "persons": 40, "scenario": "三楼起火，疏散到广场",
}  # fmt: skip
DRIVER: dict[str, object] = {
    "name": "张三", "id_number": "11010519491231002X", "phone": "13800000001", "class": "c1",
    "reviewed_on_time": True,
}  # fmt: skip


@pytest.fixture
def unit() -> Unit:
    return make.unit()


def add(unit: Unit, ledger: str = "drills", **changes: object) -> Entry:
    values = {**({"drills": DRILL, "drivers": DRIVER}[ledger]), **changes}
    return actions.add(ledger=ledger, unit=unit, values=values, by=None)


@pytest.mark.requirement("R45")
def test_a_drill_is_recorded_with_its_day_its_title_and_a_line_in_the_log(unit: Unit) -> None:
    lin = make.member(unit)
    entry = actions.add(ledger="drills", unit=unit, values=DRILL, by=lin)
    assert (entry.title, str(entry.record_date), entry.version) == (
        "消防疏散演练 · 2026-03-05",
        "2026-03-05",
        1,
    )
    line = Line.objects.get(act="entry.added")
    assert (line.actor, line.target, line.after["persons"]) == ("lin", f"ledgers.entry:{entry.pk}", 40)


def test_saving_a_record_asks_for_its_metrics_once(unit: Unit) -> None:
    entry = add(unit)
    actions.change(entry=entry, version=1, values={**DRILL, "held_date": "2025-03-05"}, by=None)
    job = Job.objects.in_unit(unit).get(kind="metrics.refresh")
    assert job.arguments == {"ledger": "drills", "years": [2025, 2026]}


def test_wrong_values_are_refused_by_column_and_nothing_is_saved(unit: Unit) -> None:
    with pytest.raises(InvalidEntry) as caught:
        add(unit, persons="许多", held_date="")
    assert sorted(caught.value.errors) == ["held_date", "persons"]
    assert Entry.objects.in_unit(unit).count() == 0


def test_the_same_record_sent_again_is_the_same_record(unit: Unit) -> None:
    uid = uuid.uuid4()
    first = actions.add(ledger="drills", unit=unit, values=DRILL, by=None, client_uuid=uid)
    again = actions.add(ledger="drills", unit=unit, values=DRILL, by=None, client_uuid=uid)
    assert first.pk == again.pk
    assert Line.objects.filter(act="entry.added").count() == 1


def test_a_second_record_with_the_same_unique_fields_is_refused_until_the_first_is_withdrawn(
    unit: Unit,
) -> None:
    first = add(unit)
    with pytest.raises(DuplicateEntry) as caught:
        add(unit)
    assert caught.value.existing == first
    actions.withdraw(entry=first, version=1, reason="重复", by=make.member(unit))
    second = add(unit)
    with pytest.raises(DuplicateEntry):
        actions.restore(entry=first, version=2, by=make.member(unit))
    assert [row.pk for row in Entry.objects.in_unit(unit).filter(withdrawn_at=None)] == [second.pk]


def test_the_same_record_may_stand_in_two_units(unit: Unit) -> None:
    assert add(unit).unique_key == add(make.unit("建设路街道")).unique_key


def test_a_stale_save_is_refused(unit: Unit) -> None:
    entry = add(unit)
    actions.change(entry=entry, version=1, values={**DRILL, "persons": 41}, by=None)
    with pytest.raises(StaleRecord) as caught:
        actions.change(entry=entry, version=1, values={**DRILL, "persons": 42}, by=None)
    current: Any = caught.value.current
    assert (current.data["persons"], current.version) == (41, 2)


def test_the_log_holds_only_what_a_change_changed(unit: Unit) -> None:
    entry = add(unit)
    actions.change(entry=entry, version=1, values={**DRILL, "persons": 41}, by=None, reason="补报")
    line = Line.objects.get(act="entry.changed")
    assert (line.before, line.after, line.reason) == ({"persons": 40}, {"persons": 41}, "补报")


def test_an_unusual_value_is_taken_starred_and_explained(unit: Unit) -> None:
    entry = add(unit, persons=5000)
    assert entry.is_starred
    assert entry.remark == "参演人数：比通常的3000大，请核对"


@pytest.mark.requirement("R76")
def test_identity_numbers_and_telephones_are_nowhere_in_the_rows(unit: Unit) -> None:
    entry = add(unit, "drivers")
    stored = [*Entry.objects.in_unit(unit).values(), *SealedKey.objects.in_unit(unit).values()]
    written = str([*stored, *Line.objects.values(), *Job.objects.in_unit(unit).values()])
    assert "11010519491231002X" not in written
    assert "13800000001" not in written
    assert entry.data["id_number"] == "110***********002X"
    assert entry.data["phone"] == "138****0001"
    assert queries.opened(entry)["id_number"] == "11010519491231002X"


def test_a_sealed_value_does_not_open_in_another_record(unit: Unit) -> None:
    from safecommunity.accounts.sealing import SealBroken

    one, other = add(unit, "drivers"), add(unit, "drivers", id_number="440524188001010014")
    other.sealed = one.sealed
    with pytest.raises(SealBroken):
        queries.opened(other)


def test_a_masked_value_that_comes_back_keeps_what_it_stands_for(unit: Unit) -> None:
    entry = add(unit, "drivers")
    actions.change(entry=entry, version=1, values={**entry.data, "name": "张三丰"}, by=None)
    assert queries.opened(entry)["id_number"] == "11010519491231002X"
    assert queries.opened(entry)["phone"] == "13800000001"
    assert entry.title == "张三丰 · C1 小型汽车"


def test_the_same_person_twice_is_noticed_though_the_number_is_sealed(unit: Unit) -> None:
    add(unit, "drivers")
    with pytest.raises(DuplicateEntry):
        add(unit, "drivers", name="另一个名字")


def test_showing_a_personal_value_says_who_looked_and_why(unit: Unit) -> None:
    entry = add(unit, "drivers")
    shown = actions.reveal(entry=entry, field="phone", reason="核实地址", by=make.member(unit))
    assert shown == "13800000001"
    line = Line.objects.get(act="entry.personal-shown")
    assert (line.actor, line.after, line.reason) == ("lin", {"field": "phone"}, "核实地址")


def test_withdrawing_hides_nothing_and_can_be_undone(unit: Unit) -> None:
    lin = make.member(unit)
    entry = actions.withdraw(entry=add(unit), version=1, reason="登记错误", by=lin)
    assert (entry.withdrawn_reason, entry.version) == ("登记错误", 2)
    actions.restore(entry=entry, version=2, by=lin)
    assert (entry.withdrawn_at, entry.withdrawn_reason) == (None, "")


def test_a_bulk_change_changes_all_or_none(unit: Unit) -> None:
    lin = make.member(unit)
    rows = [add(unit), add(unit, held_date="2026-04-05")]
    with pytest.raises(InvalidEntry):
        actions.bulk_change(entries=rows, values={"form": "无"}, by=lin)
    actions.bulk_change(entries=rows, values={"form": "table"}, by=lin)
    assert [row.data["form"] for row in Entry.objects.in_unit(unit)] == ["table", "table"]


def test_many_rows_are_added_with_one_line_and_a_repeat_adds_nothing(unit: Unit) -> None:
    drills = ledgers["drills"]
    rows = [NewRow(drills.check({**DRILL, "name": f"演练{n}"}).clean, {}, uuid.uuid4()) for n in range(2_500)]
    assert actions.add_many(ledger="drills", unit=unit, rows=rows, by=None, source="表.xlsx") == 2_500
    assert actions.add_many(ledger="drills", unit=unit, rows=rows, by=None, source="表.xlsx") == 0
    line = Line.objects.get(act="entries.added")
    assert (line.target, line.after, line.reason) == ("ledgers.drills", {"count": 2_500}, "表.xlsx")


def test_many_rows_of_which_one_is_taken_add_nothing(unit: Unit) -> None:
    add(unit)
    clean = ledgers["drills"].check(DRILL).clean
    other = ledgers["drills"].check({**DRILL, "name": "另一个"}).clean
    rows = [NewRow(other, {}, uuid.uuid4()), NewRow(clean, {}, uuid.uuid4())]
    with pytest.raises(DuplicateEntry):
        actions.add_many(ledger="drills", unit=unit, rows=rows, by=None, source="表.xlsx")
    assert Entry.objects.in_unit(unit).count() == 1


def test_many_changes_and_withdrawals_leave_one_line_each(unit: Unit) -> None:
    entries = [add(unit), add(unit, held_date="2026-04-05")]
    star = {"persons": Message("比通常的大")}
    rows = [(entry, {**entry.data, "persons": 50}, star) for entry in entries]
    assert actions.change_many(rows=rows, by=None, source="表.xlsx") == 2
    assert {row.data["persons"] for row in Entry.objects.in_unit(unit)} == {50}
    assert actions.withdraw_many(entries=entries, reason="撤销导入", by=None) == 2
    acts = Line.objects.filter(act__startswith="entries.").order_by("id").values_list("act", "after")
    assert list(acts) == [("entries.changed", {"count": 2}), ("entries.withdrawn", {"count": 2})]


def test_a_reference_is_found_by_title_or_id_and_a_wrong_one_is_refused(unit: Unit) -> None:
    shop = {"name": "阳光饭店", "kind": "restaurant", "place": "建设路1号", "licensed": False}
    business = actions.add(ledger="food-businesses", unit=unit, values=shop, by=None)
    worker = {"name": "李四", "health_certified": False, "trained": False}
    by_title, by_id = (
        actions.add(ledger="food-workers", unit=unit, values={**worker, "business": named}, by=None)
        for named in ("阳光饭店", business.pk)
    )
    assert by_title.data["business"] == by_id.data["business"] == business.pk
    with pytest.raises(InvalidEntry) as caught:
        actions.add(ledger="food-workers", unit=unit, values={**worker, "business": "没有的饭店"}, by=None)
    assert list(caught.value.errors) == ["business"]
    assert queries.related(business) == {"food-workers": 2}
    assert queries.titles(unit, [by_title, by_id]) == {business.pk: "阳光饭店"}


def test_a_record_of_another_unit_cannot_be_referred_to(unit: Unit) -> None:
    shop = {"name": "别处饭店", "kind": "restaurant", "place": "建设路1号", "licensed": False}
    foreign = actions.add(ledger="food-businesses", unit=make.unit("别处街道"), values=shop, by=None)
    worker = {"name": "李四", "health_certified": False, "trained": False, "business": foreign.pk}
    with pytest.raises(InvalidEntry):
        actions.add(ledger="food-workers", unit=unit, values=worker, by=None)


def test_a_view_saved_again_under_its_name_is_replaced(unit: Unit) -> None:
    lin, zhou = make.member(unit), make.member(unit, "viewer", "zhou")
    for query in ("show=expired", "show=expiring"):
        actions.save_view(unit=unit, ledger="drills", name="到期", query=query, is_shared=False, by=lin)
    assert [view.query for view in queries.views(unit, "drills", lin)] == ["show=expiring"]
    assert list(queries.views(unit, "drills", zhou)) == []
    actions.save_view(unit=unit, ledger="drills", name="到期", query="", is_shared=True, by=lin)
    assert [view.name for view in queries.views(unit, "drills", zhou)] == ["到期"]
