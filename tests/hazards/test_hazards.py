"""Hidden hazards from finding to closing: who may, in which order, what is kept and who is told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from safecommunity.accounts.models import User
from safecommunity.audit.models import Line
from safecommunity.documents.media import MediaRefused
from safecommunity.evidence.models import File
from safecommunity.hazards import actions, queries
from safecommunity.hazards.actions import Expected, Pictures, Refused
from safecommunity.hazards.models import HiddenHazard, Photo, Step
from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress
from safecommunity.ledgers.actions import KeptElsewhere, withdraw
from safecommunity.ledgers.models import Entry
from safecommunity.notices.models import Notice
from safecommunity.places.models import Boundary, Division
from safecommunity.reports.models import Paper
from safecommunity.reports.queries import papers_about
from safecommunity.reports.tasks import about
from safecommunity.units.scope import StaleRecord
from tests import make
from tests.hazards import made
from tests.hazards.made import NOW, Town

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def here() -> Town:
    return made.town()


def line(row: HiddenHazard) -> dict[str, Any]:
    """The row of the kept ledger."""
    return Entry.objects.in_unit(row.unit).get(client_uuid=row.client_uuid).data


def notices(user: User) -> list[str]:
    return list(Notice.objects.filter(to=user).order_by("id").values_list("title", flat=True))


def acts(row: HiddenHazard) -> list[str]:
    return list(Step.objects.in_unit(row.unit).filter(hazard=row).values_list("act", flat=True))


@pytest.mark.requirement("R161", "R191")
def test_from_finding_to_closing_with_a_check_that_failed(here: Town) -> None:
    row = made.fixed(here)
    row = actions.check(
        hazard=row, version=row.version, passed=False, opinion="又锁上了", by=here.officer, now=NOW + DAY
    )
    assert (row.state, row.fixed_at) == ("rectifying", None)
    row = actions.fix(
        hazard=row, version=row.version, text="拆了锁", by=here.keeper, now=NOW + DAY, cost=Decimal("30")
    )
    row = actions.check(
        hazard=row, version=row.version, passed=True, opinion="", by=here.officer, now=NOW + 2 * DAY
    )
    row = actions.close(hazard=row, version=row.version, by=here.lin, now=NOW + 2 * DAY)
    assert row.state == "closed"
    assert acts(row) == ["register", "grade", "assign", "fix", "fail", "fix", "pass", "close"]
    assert [(one.number, one.result, one.opinion) for one in queries.rectifications(row)] == [
        (1, "fail", "又锁上了"), (2, "pass", ""),
    ]  # fmt: skip
    kept = line(row)
    assert (kept["state"], kept["done_date"], kept["closed_date"]) == ("closed", "2026-03-05", "2026-03-06")
    assert (kept["accepted_by"], kept["overseer"], kept["on_time"]) == ("officer", "和平社区", True)
    logged = Line.objects.filter(act__startswith="hazard.").order_by("id").values_list("act", flat=True)
    assert list(logged) == ["hazard.registered", *(f"hazard.{act}" for act in acts(row)[1:])]


@pytest.mark.requirement("R55", "R161")
def test_the_ledger_holds_the_fifteen_columns_and_nobody_edits_them_by_hand(here: Town) -> None:
    row = made.closed(here)
    filled = set(line(row))
    columns = {
        "place", "problem", "grade", "kind", "found_date", "found_by", "measures", "due_date",
        "responsible_unit", "responsible_person", "done_date", "accepted_by", "overseer", "closed_date",
    }  # fmt: skip
    assert columns <= filled
    entry = Entry.objects.in_unit(here.block).get(client_uuid=row.client_uuid)
    with pytest.raises(KeptElsewhere):
        withdraw(entry=entry, version=entry.version, reason="不要了", by=here.lin)


def test_a_replay_gives_the_first_hazard_and_makes_no_second(here: Town) -> None:
    uid = uuid4()
    say = lambda: actions.register(  # noqa: E731
        unit=here.block, report=actions.Report(**made.FOUND), by=here.officer, now=NOW, client_uuid=uid
    )
    first, again = say(), say()
    assert (first.is_new, again.is_new) == (True, False)
    assert first.hazard.pk == again.hazard.pk
    assert queries.hazards(here.city).count() == 1


def test_a_uuid_taken_by_another_unit_tells_nothing(here: Town) -> None:
    taken = made.hazard(here)
    other = make.unit("安康街道", parent=here.city)
    wu = make.member(other, "office", "wu")
    with pytest.raises(Refused, match="重新登记") as caught:
        actions.register(
            unit=other, report=actions.Report(**made.FOUND), by=wu, now=NOW, client_uuid=taken.client_uuid
        )
    assert taken.place not in str(caught.value)


def test_numbers_follow_one_another_within_a_unit_and_year(here: Town) -> None:
    rows = [made.hazard(here, place=f"建设路{n}号") for n in range(3)]
    assert [row.number for row in rows] == ["2026-0001", "2026-0002", "2026-0003"]


@pytest.mark.requirement("R95")
def test_what_is_beyond_the_officers_power_goes_up_at_once(here: Town) -> None:
    assert here.lin
    row = made.hazard(here)
    with pytest.raises(Refused, match="请立即上报"):
        actions.grade(
            hazard=row, version=row.version, grade="major", severity="high", by=here.officer, now=NOW
        )
    row = actions.escalate(
        hazard=row, version=row.version, words="要停业整改，超出职权", by=here.officer, now=NOW
    )
    assert row.handler == here.street
    assert any("下级上报隐患" in one for one in notices(here.lin))
    with pytest.raises(Refused, match="没有办理这一步的权限"):
        actions.grade(
            hazard=row, version=row.version, grade="general", severity="high", by=here.officer, now=NOW
        )
    row = actions.grade(hazard=row, version=row.version, grade="major", severity="high", by=here.lin, now=NOW)
    assert row.grade == "major"


@pytest.mark.requirement("R95")
def test_the_officer_orders_immediate_removal(here: Town) -> None:
    row = made.hazard(here)
    row = actions.grade(
        hazard=row, version=row.version, grade="general", severity="high", by=here.officer, now=NOW
    )
    row = actions.fix(hazard=row, version=row.version, text="当场打开", by=here.officer, now=NOW)
    with pytest.raises(Refused, match="不能是同一个人"):
        actions.check(hazard=row, version=row.version, passed=True, opinion="", by=here.officer, now=NOW)
    row = actions.check(hazard=row, version=row.version, passed=True, opinion="", by=here.lin, now=NOW)
    assert row.state == "passed"


def test_the_top_has_nobody_to_hand_up_to(here: Town) -> None:
    report = actions.Report(**made.FOUND)
    row = actions.register(unit=here.city, report=report, by=here.mayor, now=NOW).hazard
    with pytest.raises(Refused, match="没有上级单位"):
        actions.escalate(hazard=row, version=row.version, words="太大", by=here.mayor, now=NOW)


@pytest.mark.parametrize("who", ["viewer", "contact", "expert"])
def test_who_may_not_report_registers_nothing(here: Town, who: str) -> None:
    zhou = make.member(here.block, who, "zhou")
    with pytest.raises(Refused):
        actions.register(unit=here.block, report=actions.Report(**made.FOUND), by=zhou, now=NOW)


def test_a_contact_answers_what_is_theirs_and_nothing_else(here: Town) -> None:
    row = made.assigned(here)
    other = make.member(here.block, "contact", "other")
    with pytest.raises(Refused):
        actions.fix(hazard=row, version=row.version, text="好了", by=other, now=NOW)
    for act in ("assign", "pass", "close", "void", "escalate"):
        assert not queries.may(here.keeper, row, act)
    assert queries.acts(here.keeper, row) == ["begin", "fix", "explain", "ask"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"place": "  "}, "请写明地点和问题"),
        ({"longitude": 200.0}, "经纬度超出范围"),
        ({"latitude": None}, "经度和纬度要一起填写"),
    ],
)
def test_what_cannot_be_registered_is_said(here: Town, more: dict[str, Any], told: str) -> None:
    with pytest.raises(Refused, match=told):
        made.hazard(here, **more)


def test_a_stale_step_changes_nothing(here: Town) -> None:
    row = made.graded(here)
    with pytest.raises(StaleRecord):
        actions.void(hazard=row, version=row.version - 1, words="不是隐患", by=here.lin, now=NOW)
    assert queries.hazard(here.block, row.client_uuid).state == "graded"  # type: ignore[union-attr]


def test_a_position_outside_the_unit_is_taken_with_a_mark(here: Town) -> None:
    division = Division.objects.create(code="130104001001", name="和平社区", level=5)
    here.block.divisions.add(division)
    square = [[114.5, 38.0], [114.6, 38.0], [114.6, 38.1], [114.5, 38.1], [114.5, 38.0]]
    Boundary.objects.create(
        code=division.code, geometry={"type": "Polygon", "coordinates": [square]}, west=114.5, south=38.0,
        east=114.6, north=38.1,
    )  # fmt: skip
    assert not made.hazard(here).is_outside
    assert made.hazard(here, longitude=116.4).is_outside
    assert not made.hazard(here, longitude=None, latitude=None).is_outside


def test_a_wrong_clock_is_put_right_and_both_times_are_kept(here: Town) -> None:
    said = NOW - timedelta(hours=5)
    row = made.hazard(here, at=said, sent_at=NOW - timedelta(hours=2))
    assert (row.found_at, row.device_at, row.is_clock_off) == (NOW - timedelta(hours=3), said, True)
    right = made.hazard(here, at=NOW - timedelta(hours=3), sent_at=NOW)
    assert (right.found_at, right.is_clock_off) == (NOW - timedelta(hours=3), False)


def test_the_deadline_follows_the_grade_and_a_longer_one_is_refused(here: Town) -> None:
    row = made.assigned(here)
    assert row.due_at == NOW + DAY
    medium = made.graded(here, severity="medium", place="另一处")
    common: dict[str, Any] = {
        "hazard": medium, "version": medium.version, "responsible_unit": "阳光饭店", "measures": "整改",
        "responsible_person": "赵强", "by": here.lin, "now": NOW,
    }  # fmt: skip
    with pytest.raises(Refused, match="最迟 2026-03-09 23:59"):
        actions.assign(**common, due_at=NOW + 30 * DAY)
    with pytest.raises(Refused, match="已经过去"):
        actions.assign(**common, due_at=NOW - DAY)
    assert actions.assign(**common, due_at=NOW + DAY).due_at == NOW + DAY


def test_only_contacts_of_the_unit_are_told_to_put_it_right(here: Town) -> None:
    row = made.graded(here)
    stranger = make.member(here.city, "viewer", "stranger")
    with pytest.raises(Refused, match="不是这个单位的联系人"):
        actions.assign(
            hazard=row, version=row.version, responsible_unit="店", responsible_person="人", measures="改",
            contact=stranger, by=here.lin, now=NOW,
        )  # fmt: skip


def test_more_time_is_asked_for_and_granted_or_denied(here: Town) -> None:
    row = made.assigned(here)
    until = NOW + 5 * DAY
    with pytest.raises(Refused, match="晚于"):
        actions.ask(hazard=row, version=row.version, until=NOW, why="配件未到", by=here.keeper, now=NOW)
    row = actions.ask(hazard=row, version=row.version, until=until, why="配件未到", by=here.keeper, now=NOW)
    with pytest.raises(Refused, match="已经申请过"):
        actions.ask(hazard=row, version=row.version, until=until, why="再要", by=here.keeper, now=NOW)
    with pytest.raises(Refused, match="没有办理"):
        actions.decide(hazard=row, version=row.version, granted=True, by=here.keeper, now=NOW)
    row = actions.decide(hazard=row, version=row.version, granted=True, by=here.lin, now=NOW)
    assert (row.due_at, row.asked_until) == (until, None)
    row = actions.ask(
        hazard=row, version=row.version, until=until + DAY, why="还没到", by=here.keeper, now=NOW
    )
    row = actions.decide(hazard=row, version=row.version, granted=False, by=here.lin, now=NOW, words="不行")
    assert row.due_at == until
    assert notices(here.keeper)[-1].startswith("延期申请未批准")


def test_a_major_hazard_needs_its_five_guarantees_before_it_is_begun(here: Town) -> None:
    row = made.assigned(here, "major")
    with pytest.raises(Refused, match="责任、措施、资金、时限、预案"):
        actions.begin(hazard=row, version=row.version, by=here.keeper, now=NOW)
    with pytest.raises(Refused, match="五落实里没有"):
        actions.guarantee(hazard=row, version=row.version, guarantees={"luck": "有"}, by=here.keeper, now=NOW)
    said = {
        "responsibility": "赵强",
        "measures": "拆除",
        "funds": "2万元",
        "deadline": "3月底",
        "emergency": " ",
    }
    row = actions.guarantee(hazard=row, version=row.version, guarantees=said, by=here.keeper, now=NOW)
    with pytest.raises(Refused, match="预案"):
        actions.begin(hazard=row, version=row.version, by=here.keeper, now=NOW)
    row = actions.guarantee(
        hazard=row, version=row.version, guarantees={"emergency": "停业、派人看守"}, by=here.keeper, now=NOW
    )
    assert actions.begin(hazard=row, version=row.version, by=here.keeper, now=NOW).state == "rectifying"


@pytest.mark.requirement("R67")
def test_a_listed_hazard_stays_until_another_person_approves_the_delisting(here: Town) -> None:
    row = made.guaranteed(here)
    with pytest.raises(Refused, match="挂牌督办由"):
        actions.list_hazard(
            hazard=row,
            version=row.version,
            until=NOW.date() + 30 * DAY,
            supervisor="王",
            by=here.officer,
            now=NOW,
        )
    row = actions.list_hazard(
        hazard=row, version=row.version, until=NOW.date() + 30 * DAY, supervisor="王市长", by=here.mayor,
        at=here.city, now=NOW,
    )  # fmt: skip
    assert (row.overseer, line(row)["supervisor"], line(row)["overseer"]) == (here.city, "王市长", "石家庄市")
    row = actions.begin(hazard=row, version=row.version, by=here.keeper, now=NOW)
    row = actions.fix(hazard=row, version=row.version, text="已拆除", by=here.keeper, now=NOW)
    row = actions.check(hazard=row, version=row.version, passed=True, opinion="", by=here.mayor, now=NOW)
    with pytest.raises(Refused, match="摘牌"):
        actions.close(hazard=row, version=row.version, by=here.lin, now=NOW)
    for person in (here.lin, here.mayor):
        assert not queries.may(person, row, "delist")
    other = make.member(here.city, "city-office", "vice")
    row = actions.delist(hazard=row, version=row.version, by=other, now=NOW)
    assert actions.close(hazard=row, version=row.version, by=here.lin, now=NOW).state == "closed"
    assert line(row)["is_listed"] is False


def test_what_comes_back_is_flagged_has_less_time_and_asks_why(here: Town) -> None:
    first = made.closed(here)
    row = made.assigned(here, now=NOW + 30 * DAY)
    assert (row.is_repeat, row.earlier_id) == (True, first.pk)
    assert row.due_at == NOW + 30 * DAY + timedelta(hours=12)
    row = actions.fix(hazard=row, version=row.version, text="打开", by=here.keeper, now=NOW + 30 * DAY)
    row = actions.check(
        hazard=row, version=row.version, passed=True, opinion="", by=here.officer, now=NOW + 31 * DAY
    )
    with pytest.raises(Refused, match="根本原因"):
        actions.close(hazard=row, version=row.version, by=here.lin, now=NOW + 31 * DAY)
    row = actions.explain(
        hazard=row, version=row.version, root_cause="钥匙无人管", by=here.lin, now=NOW + 31 * DAY
    )
    actions.close(hazard=row, version=row.version, by=here.lin, now=NOW + 31 * DAY)
    assert line(row)["is_repeat"] is True


@pytest.mark.parametrize(
    "other", [{"kind": "electrical"}, {"cause": "state"}, {"place": "别处"}, {"now": NOW + 200 * DAY}]
)
def test_another_place_kind_cause_or_time_is_no_repetition(here: Town, other: dict[str, Any]) -> None:
    made.closed(here)
    assert not made.hazard(here, **{"now": NOW + 30 * DAY, **other}).is_repeat


def test_the_same_while_the_first_is_open_is_a_duplicate_not_a_repetition(here: Town) -> None:
    first, again = made.graded(here), made.hazard(here)
    assert (again.is_repeat, again.earlier) == (False, first)
    again = actions.merge(hazard=again, version=again.version, into=first, by=here.officer, now=NOW)
    assert (again.state, line(again)["state"]) == ("duplicate", "void")
    with pytest.raises(Refused, match="另一处有效的隐患"):
        actions.merge(hazard=first, version=first.version, into=again, by=here.officer, now=NOW)


def test_a_void_hazard_stays_with_its_reason(here: Town) -> None:
    row = made.hazard(here)
    with pytest.raises(Refused, match="作废的原因"):
        actions.void(hazard=row, version=row.version, words=" ", by=here.lin, now=NOW)
    row = actions.void(hazard=row, version=row.version, words="是装饰门", by=here.lin, now=NOW)
    assert queries.hazards(here.block).get().state == "void"
    assert line(row)["state"] == "void"


def test_a_hazard_is_given_to_the_unit_it_belongs_to_with_all_it_has(here: Town) -> None:
    other = make.unit("民主社区", parent=here.street, kind="neighbourhood")
    file = attached(here)
    row = actions.register(
        unit=here.block, report=actions.Report(**made.FOUND), by=here.officer, now=NOW,
        pictures=Pictures(files=[file]),
    ).hazard  # fmt: skip
    old = Entry.objects.in_unit(here.block).get(client_uuid=row.client_uuid)
    with pytest.raises(Refused, match="自己管辖的单位"):
        actions.transfer(hazard=row, version=row.version, to=other, words="", by=here.officer, now=NOW)
    row = actions.transfer(
        hazard=row, version=row.version, to=other, words="在对面社区", by=here.lin, now=NOW
    )
    assert (row.unit, row.handler, row.state) == (other, other, "registered")
    assert queries.hazard(here.block, row.client_uuid) is None
    assert queries.photos(row).count() == 1
    assert acts(row) == ["register", "transfer"]
    old.refresh_from_db()
    assert (old.data["state"], line(row)["state"]) == ("moved", "open")


def test_it_is_not_given_beyond_ones_own_units(here: Town) -> None:
    foreign = make.unit("保定市", kind="city-office")
    row = made.hazard(here)
    with pytest.raises(Refused, match="自己管辖的单位"):
        actions.transfer(hazard=row, version=row.version, to=foreign, words="", by=here.lin, now=NOW)


def letters(row: HiddenHazard) -> list[Paper]:
    """The papers about a hazard when the worker has done, twice, what it was last asked to."""
    job = Job.objects.in_unit(row.unit).filter(kind="reports.about").latest("id")
    for _time in range(2):
        about(job, Progress(job))
    return list(papers_about(row.unit, "hazard", row.client_uuid))


@pytest.mark.requirement("R59", "R94")
def test_overdue_goes_up_level_by_level_with_a_notice_and_once_a_time(here: Town) -> None:
    assert here.mayor and here.lin  # noqa: PT018
    row = made.assigned(here)
    assert actions.remind(root=here.city, now=NOW + timedelta(hours=1), by=None) == 3
    assert actions.remind(root=here.city, now=NOW + timedelta(hours=2), by=None) == 0
    actions.remind(root=here.city, now=NOW + timedelta(hours=25), by=None)
    row.refresh_from_db()
    assert (row.overseer, line(row)["overseer"]) == (here.street, "阳光街道")
    assert len(letters(row)) == 1
    assert actions.remind(root=here.city, now=NOW + timedelta(hours=26), by=None) == 0
    actions.remind(root=here.city, now=NOW + 7 * DAY, by=None)
    row.refresh_from_db()
    assert row.overseer == here.city
    assert sum("已提级督办" in one for one in notices(here.mayor)) == 1
    actions.remind(root=here.city, now=NOW + 20 * DAY, by=None)
    assert [one.facts["to"] for one in queries.steps(row) if one.act == "step-up"] == ["阳光街道", "石家庄市"]
    assert [one.document for one in letters(row)] == ["hazard-supervision"] * 2


def test_what_waits_for_its_check_is_not_overdue(here: Town) -> None:
    row = made.fixed(here)
    actions.remind(root=here.city, now=NOW + 9 * DAY, by=None)
    row.refresh_from_db()
    assert row.overseer is None


def test_a_link_answers_its_one_hazard_until_it_ends(here: Town) -> None:
    row = made.assigned(here)
    token = actions.make_link(hazard=row, name="赵强", by=here.officer, now=NOW)
    link = queries.link(token, NOW)
    assert link is not None
    assert queries.linked(link) == row
    assert token not in str(vars(link))
    row = actions.fix(hazard=row, version=row.version, text="已打开", link=link, now=NOW)
    assert queries.rectifications(row).get().by_name == "赵强"
    assert queries.link(token, NOW + 31 * DAY) is None
    actions.end_links(hazard=row, by=here.officer, now=NOW)
    assert queries.link(token, NOW) is None
    with pytest.raises(Refused, match="派发以后"):
        actions.make_link(hazard=row, name="赵强", by=here.officer, now=NOW)


def test_an_answer_sent_twice_is_one(here: Town) -> None:
    row, uid = made.assigned(here), uuid4()
    for _time in range(2):
        row = actions.fix(
            hazard=row, version=row.version, text="已打开", by=here.keeper, now=NOW, client_uuid=uid
        )
    assert queries.rectifications(row).count() == 1


def attached(here: Town, shade: int = 90) -> File:
    from safecommunity.evidence.actions import attach

    return attach(chunks=[made.picture(shade)], name="a.jpg", unit=here.block, by=here.officer).file


@pytest.fixture
def announced(here: Town) -> tuple[HiddenHazard, bytes, str]:
    """A hazard that speaks of a picture that has not come."""
    content = made.picture()
    sha256 = hashlib.sha256(content).hexdigest()
    row = actions.register(
        unit=here.block, report=actions.Report(**made.FOUND), by=here.officer, now=NOW,
        pictures=Pictures(expected=[Expected(sha256, NOW)]),
    ).hazard  # fmt: skip
    return row, content, sha256


def test_a_picture_comes_later_and_may_come_again(
    here: Town, announced: tuple[HiddenHazard, bytes, str]
) -> None:
    row, content, sha256 = announced
    assert queries.awaited(row) == [sha256]
    for _time in range(2):
        rows = actions.take_photo(of=row, sha256=sha256, chunks=[content], name="a.jpg", by=here.officer)
    assert [one.file.sent_sha256 for one in rows if one.file] == [sha256]
    assert queries.awaited(row) == []
    assert Photo.objects.in_unit(here.block).count() == 1


def sent_short(content: bytes) -> bytes:
    return content[:-20]


def as_text(content: bytes) -> bytes:
    return b"%PDF-1.4 not a picture" + content[:1]


@pytest.mark.parametrize(("spoil", "told"), [(sent_short, "没有传完整"), (as_text, "没有传完整")])
def test_other_bytes_than_announced_are_refused(
    here: Town, announced: tuple[HiddenHazard, bytes, str], spoil: Callable[[bytes], bytes], told: str
) -> None:
    row, content, sha256 = announced
    with pytest.raises(MediaRefused, match=told):
        actions.take_photo(of=row, sha256=sha256, chunks=[spoil(content)], name="a.jpg", by=here.officer)
    assert queries.awaited(row) == [sha256]


def test_what_is_no_picture_is_refused(here: Town) -> None:
    content = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40)
    sha256 = hashlib.sha256(content).hexdigest()
    row = actions.register(
        unit=here.block, report=actions.Report(**made.FOUND), by=here.officer, now=NOW,
        pictures=Pictures(expected=[Expected(sha256)]),
    ).hazard  # fmt: skip
    with pytest.raises(MediaRefused, match="只收照片"):
        actions.take_photo(of=row, sha256=sha256, chunks=[content], name="a.wav", by=here.officer)


def test_a_picture_nobody_announced_is_refused(here: Town) -> None:
    row = made.hazard(here)
    with pytest.raises(Refused, match="没有登记这张照片"):
        actions.take_photo(of=row, sha256="0" * 64, chunks=[b""], name="a.jpg", by=here.officer)


def test_too_many_pictures_are_refused_and_nothing_is_left(here: Town) -> None:
    many = Pictures(expected=[Expected(f"{n:064}") for n in range(10)])
    with pytest.raises(Refused, match="最多 9 张"):
        actions.register(
            unit=here.block, report=actions.Report(**made.FOUND), by=here.officer, now=NOW, pictures=many
        )
    assert queries.hazards(here.block).count() == 0


def test_statistics_count_what_they_say(here: Town) -> None:
    made.closed(here)
    made.assigned(here, "major", place="二处")
    late = made.assigned(here, place="三处")
    row = made.hazard(here, place="四处")
    actions.void(hazard=row, version=row.version, words="误报", by=here.lin, now=NOW)
    found = queries.statistics(here.city, NOW.date(), NOW.date(), NOW + 2 * DAY)
    assert (found.found, found.closed, found.fixed, found.on_time) == (3, 1, 1, 1)
    assert (found.open_now, found.open_major, found.overdue) == (2, 1, 1)
    assert late.due_at == NOW + DAY
    assert queries.counted_by(here.city, "grade", NOW.date(), NOW.date()) == [
        ("general", 2, 1),
        ("major", 1, 0),
    ]
    units = queries.by_unit(here.city, NOW.date(), NOW.date(), NOW + 2 * DAY)
    assert [(one["unit__name"], one["found"], one["overdue"]) for one in units] == [("和平社区", 3, 1)]


@pytest.mark.parametrize(
    ("ask", "count"),
    [
        ({}, 3), ({"state": "assigned"}, 1), ({"grade": "general"}, 2), ({"text": "饭店"}, 2),
        ({"text": "FD"}, 2),
        ({"text": "没有的"}, 0), ({"mark": "overdue"}, 1), ({"mark": "open"}, 2), ({"kind": "gas"}, 1),
        ({"first": NOW.date(), "last": NOW.date()}, 2), ({"mark": "nonsense"}, 3),
    ],
)  # fmt: skip
def test_lists_find_what_is_asked(here: Town, ask: dict[str, Any], count: int) -> None:
    made.closed(here)
    made.assigned(here, place="民主路9号饭店")
    made.hazard(here, place="河边", kind="gas", now=datetime(2026, 3, 1, 9, tzinfo=made.HERE))
    ask = {name: value.lower() if name == "text" else value for name, value in ask.items()}
    assert queries.found(here.city, queries.Ask(**ask), NOW + 2 * DAY).count() == count
