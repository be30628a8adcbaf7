"""A report's way through the actions: who, when, how often, and what the ledger keeps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from safecommunity.accounts.models import User
from safecommunity.audit.models import Line
from safecommunity.core.periods import Period
from safecommunity.documents.media import MediaRefused
from safecommunity.evidence.models import File
from safecommunity.jobs.worker import drain
from safecommunity.ledgers.models import Entry
from safecommunity.library import bodies
from safecommunity.metrics.queries import values
from safecommunity.notices.models import Notice
from safecommunity.places.models import Division
from safecommunity.residents import actions, brakes, queries
from safecommunity.residents.actions import Picture
from safecommunity.residents.models import Follow, Report, State, Window
from safecommunity.residents.queries import Spot
from safecommunity.units import actions as units
from safecommunity.units.models import Unit
from safecommunity.units.scope import StaleRecord
from tests import make
from tests.residents import made
from tests.residents.made import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> User:
    return make.member(unit)


def line(unit: Unit) -> dict[str, Any]:
    return Entry.objects.in_unit(unit).get(ledger="resident-reports").data


def asked(row: Report) -> date:
    assert row.answered_date is not None
    return row.answered_date + timedelta(days=21)


@pytest.mark.requirement("R154")
def test_raised_solved_answered_and_what_the_ledger_keeps(unit: Unit, lin: User) -> None:
    row = made.received(unit)
    assert not Entry.objects.in_unit(unit).filter(ledger="resident-reports").exists()
    actions.accept(
        row=row, version=1, subject="楼道堆放杂物", field="fire", body=None, due_date=None, reply="已受理",
        by=lin, today=TODAY,
    )  # fmt: skip
    actions.begin(row=row, version=2, reply="正在清理", by=lin)
    actions.solve(row=row, version=3, reply="清理完毕", by=lin)
    actions.answer(row=row, version=4, reply="已清理，请放心", by=lin, today=date(2026, 7, 6))
    assert line(unit) == {
        "subject": "楼道堆放杂物", "kind": "danger", "field": "fire", "source": "online", "state": "answered",
        "received_date": "2026-07-01", "due_date": "2026-07-15", "responded_date": "2026-07-06",
        "response_days": 3,
    }  # fmt: skip
    acts = Line.objects.filter(act__startswith="report.").order_by("seq").values_list("act", flat=True)
    assert list(acts) == [f"report.{act}" for act in ("received", "accept", "begin", "solve", "answer")]


def test_the_same_receipt_again_is_the_same_report(unit: Unit) -> None:
    first = made.received(unit, "a")
    assert made.received(unit, "a", words="另外的话").pk == first.pk
    assert Report.objects.in_unit(unit).get().words == "三号楼楼道堆满纸箱"
    assert Window.objects.count() == 3


def test_beyond_the_brakes_a_report_waits_without_photos(unit: Unit) -> None:
    rows = [made.received(unit, serial, pictures=[made.photo()]) for serial in range(7)]
    assert [row.is_held for row in rows] == [False] * 5 + [True] * 2
    assert [queries.photos(row).count() for row in rows] == [1] * 5 + [0] * 2
    assert not made.received(unit, "other", address="10.0.0.2").is_held
    assert not made.received(unit, "later", now=NOW + timedelta(minutes=1)).is_held


def test_an_address_has_thirty_a_day_and_a_page_three_hundred_an_hour(unit: Unit) -> None:
    def touch(times: int, address: str, hours: int = 0) -> list[bool]:
        moments = [NOW + timedelta(hours=hours, minutes=number % 60) for number in range(times)]
        return [brakes.touched(queries.rules(), unit, address, moment) for moment in moments]

    assert touch(31, "10.0.0.1") == [False] * 30 + [True]
    assert [touch(1, f"10.1.0.{n}")[0] for n in range(270)] == [False] * 269 + [True]
    assert touch(1, "10.1.0.1", hours=1) == [False]
    other = make.unit("安康街道")
    assert not brakes.touched(queries.rules(), other, "10.2.0.1", NOW)


def test_counts_whose_time_is_over_are_dropped_and_name_nobody(unit: Unit) -> None:
    brakes.touched(queries.rules(), unit, "10.0.0.1", NOW)
    assert not Window.objects.filter(key__contains="10.0").exists()
    assert brakes.forget(before=NOW + timedelta(hours=2)) == 2
    assert brakes.forget(before=NOW + timedelta(days=2)) == 1


def test_staff_writes_for_a_caller_and_no_brake_holds_them(unit: Unit, lin: User) -> None:
    rows = [made.received(unit, serial, by=lin, source="phone") for serial in range(7)]
    assert not any(row.is_held for row in rows)
    assert rows[0].by == lin
    assert not Window.objects.exists()


def test_a_photo_is_kept_without_exif_and_its_place_only_if_the_person_agrees(unit: Unit) -> None:
    shut = made.received(unit, 1, pictures=[made.photo(place=True)])
    assert (shut.longitude, queries.photos(shut).get().file.longitude) == (None, None)
    told = made.received(unit, 2, pictures=[made.photo(shade=90, place=True)], keep_place=True)
    assert (told.longitude, told.latitude) == (pytest.approx(114.5), pytest.approx(38.0417, abs=1e-4))
    file = queries.photos(told).get().file
    assert (file.by, file.taken_at is not None, file.longitude) == (None, True, told.longitude)


def test_what_is_no_photo_is_refused_and_nothing_is_kept(unit: Unit) -> None:
    with pytest.raises(MediaRefused):
        made.received(unit, pictures=[Picture("x.jpg", [b"<html>"])])
    assert not Report.objects.in_unit(unit).exists()


def test_without_room_the_words_are_taken_all_the_same(unit: Unit, settings: Any) -> None:
    settings.UNIT_QUOTA_BYTES = 0
    row = made.received(unit, pictures=[made.photo()])
    assert not queries.photos(row).exists()


def test_the_telephone_number_is_sealed_shown_with_a_reason_and_erased(unit: Unit, lin: User) -> None:
    row = made.answered(unit, lin, phone="13812345678")
    assert "13812345678" not in row.phone
    assert actions.show_phone(row=row, reason="回访", by=lin) == "13812345678"
    assert Line.objects.get(act="report.phone-shown").reason == "回访"
    day = date(2026, 7, 6) + timedelta(days=60)
    assert actions.erase_contacts(root=unit, today=day, by=None) == 0
    assert actions.erase_contacts(root=unit, today=day + timedelta(days=1), by=None) == 1
    row.refresh_from_db()
    assert row.opened_phone == ""


@pytest.mark.requirement("R156")
def test_the_rules_send_it_to_the_body_in_charge_and_else_to_the_office(unit: Unit, lin: User) -> None:
    units.apply_bodies(unit=unit, plan=bodies["sub-district-described"], by=lin)
    fire = made.accepted(unit, lin, 1, field="fire")
    disabled = made.accepted(unit, lin, 2, field="disabled")
    general = made.accepted(unit, lin, 3, field="general")
    names = [row.body.name if row.body else "" for row in (fire, disabled, general)]
    assert names == ["消防安全项目促进组", "家居及残疾人安全项目促进组", "安全社区创建办公室"]
    assert made.accepted(make.unit("安康街道"), lin, 4).body is None


def test_staff_is_told_of_a_new_report(unit: Unit, lin: User) -> None:
    row = made.received(unit)
    told = Notice.objects.get(to=lin)
    assert told.address.endswith(f"/residents/{row.uuid}/")
    assert told.title == f"收到新的居民反映，请核对：{queries.called(row)}"


def test_a_report_is_called_by_its_subject_and_before_by_field_and_neighbourhood(unit: Unit) -> None:
    area = Division.objects.create(code="130104001001", name="北三条社区", level=5).code
    row = Report(unit=unit, kind="danger", words="王某家堆物")
    assert queries.called(row) == "安全问题"
    row.field, row.area = "fire", area
    assert queries.called(row) == "消防安全 · 北三条社区"
    row.subject = "楼道堆物"
    assert queries.called(row) == "楼道堆物"


def test_what_does_not_follow_is_refused_and_a_stale_save_too(unit: Unit, lin: User) -> None:
    row = made.received(unit)
    with pytest.raises(actions.Refused, match="待核对"):
        actions.answer(row=row, version=1, reply="好", by=lin, today=TODAY)
    with pytest.raises(actions.Refused, match="事项名称"):
        actions.accept(
            row=row, version=1, subject="  ", field="fire", body=None, due_date=None, reply="", by=lin,
            today=TODAY,
        )  # fmt: skip
    accepted = made.accepted(unit, lin, 2)
    with pytest.raises(StaleRecord):
        actions.begin(row=accepted, version=1, reply="", by=lin)


def test_who_is_turned_down_reads_why_and_the_photos_go(unit: Unit, lin: User) -> None:
    row = made.received(unit, pictures=[made.photo()])
    other = made.received(unit, 2, pictures=[made.photo(), made.photo(shade=10)])
    actions.decline(row=other, version=1, reply="不属于本辖区", by=lin, today=TODAY)
    kept = File.objects.in_unit(unit).filter(withdrawn_at=None)
    assert [file.pk for file in kept] == [queries.photos(row).get().file_id]
    assert not Entry.objects.in_unit(unit).filter(ledger="resident-reports").exists()


def test_what_was_accepted_and_then_turned_down_stays_in_the_ledger(unit: Unit, lin: User) -> None:
    row = made.accepted(unit, lin)
    actions.decline(row=row, version=2, reply="已转城管", by=lin, today=date(2026, 7, 2))
    assert (line(unit)["state"], line(unit)["response_days"]) == ("declined", 1)


def test_followers_and_merged_reports_see_the_one_that_is_handled(unit: Unit, lin: User) -> None:
    row, same = made.accepted(unit, lin, 1), made.received(unit, 2)
    third = made.accepted(unit, lin, 3)
    actions.follow(row=third, receipt=made.number("f"), now=NOW, by=None, address="10.0.0.9")
    actions.merge(row=same, version=1, into=third.uuid, reply="并案", by=lin)
    actions.merge(row=third, version=2, into=row.uuid, reply="并案", by=lin)
    assert [queries.by_receipt(unit, made.number(one)) for one in (1, 2, 3, "f")] == [row] * 4
    assert queries.followers(row) == 3
    with pytest.raises(actions.Refused, match="另一件"):
        actions.merge(row=row, version=2, into=third.uuid, reply="", by=lin)


def test_following_is_braked_and_only_for_what_is_open(unit: Unit, lin: User) -> None:
    row = made.accepted(unit, lin)
    made_ones = [
        actions.follow(row=row, receipt=made.number(f"f{n}"), now=NOW, by=None, address="10.0.0.9")
        for n in range(6)
    ]
    assert [one is not None for one in made_ones] == [True] * 5 + [False]
    again = actions.follow(row=row, receipt=made.number("f0"), now=NOW, by=None, address="10.0.0.9")
    assert again == made_ones[0]
    waiting = made.received(unit, 2)
    assert actions.follow(row=waiting, receipt=made.number("w"), now=NOW, by=None) is None
    assert Follow.objects.in_unit(unit).count() == 5


def test_it_is_asked_once_whether_it_was_really_fixed(unit: Unit, lin: User) -> None:
    row = made.answered(unit, lin, phone="13812345678")
    day = asked(row)
    assert actions.ask(root=unit, today=day - timedelta(days=1), by=None) == 0
    with pytest.raises(actions.Refused):
        actions.judge(row=row, is_fixed=True, by=None, today=day - timedelta(days=1))
    assert (actions.ask(root=unit, today=day, by=None), actions.ask(root=unit, today=day, by=None)) == (1, 0)
    assert Notice.objects.filter(to=lin, title__contains="回访").count() == 1
    row.refresh_from_db()
    actions.judge(row=row, is_fixed=True, by=None, today=day)
    assert (row.state, line(unit)["fixed"]) == (State.ANSWERED, True)
    with pytest.raises(actions.Refused):
        actions.judge(row=row, is_fixed=False, by=lin, today=day)


def test_a_no_opens_it_again_and_it_is_not_asked_twice(unit: Unit, lin: User) -> None:
    row = made.answered(unit, lin)
    actions.judge(row=row, is_fixed=False, by=None, today=asked(row))
    assert (row.state, line(unit)["fixed"], line(unit)["responded_date"]) == ("open", False, "2026-07-06")
    actions.solve(row=row, version=row.version, reply="", by=lin)
    actions.answer(row=row, version=row.version, reply="再次清理", by=lin, today=asked(row))
    assert not queries.is_asked(row, asked(row) + timedelta(days=100))


def test_the_figures_follow(unit: Unit, lin: User) -> None:
    row = made.answered(unit, lin, 1)
    made.accepted(unit, lin, 2)
    actions.judge(row=row, is_fixed=True, by=None, today=asked(row))
    drain()
    period = Period.parse("2026")
    found = {code: value for (_unit, code, _period), value in values([unit], [period]).items()}
    codes = (
        "resident-reports", "resident-reports-answered-rate", "resident-response-days",
        "resident-reports-fixed-rate",
    )  # fmt: skip
    assert [float(found[code]) for code in codes] == [2, 50, 3, 100]


def test_what_lies_close_by_is_found_by_point_and_by_area(unit: Unit, lin: User) -> None:
    near = made.accepted(unit, lin, 1, spot=Spot("130104001001", 114.4660, 38.0300))
    made.accepted(unit, lin, 2, spot=Spot("130104001001", 114.4760, 38.0300))
    made.received(unit, 3, spot=Spot("130104001001", 114.4660, 38.0300))
    assert queries.near(unit, Spot("", 114.4662, 38.0301)) == [near]
    assert queries.near(unit, Spot("130104001002")) == []
    assert len(queries.near(unit, Spot("130104001001"))) == 2


def test_another_units_receipt_opens_nothing(unit: Unit, lin: User) -> None:
    made.received(unit, 1)
    assert queries.by_receipt(make.unit("安康街道"), made.number(1)) is None


@pytest.mark.requirement("R155")
def test_an_announcement_is_told_until_it_is_taken_back(unit: Unit, lin: User) -> None:
    row = actions.publish(unit=unit, title="电动车起火", words="请勿上楼充电", by=lin, today=TODAY)
    assert list(queries.announcements(unit)) == [row]
    actions.take_back(row=row, version=1, by=lin)
    assert not queries.announcements(unit).exists()
