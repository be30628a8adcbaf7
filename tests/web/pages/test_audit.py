"""The log on the page: who reads it, what they find, and that nothing passes it by."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

import safecommunity
from safecommunity import library
from safecommunity.audit.actions import record, refused
from safecommunity.audit.models import Head, Line
from safecommunity.jobs.models import Job
from safecommunity.jobs.worker import drain
from safecommunity.units.models import Unit
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return make.unit(slug="sunny", parent=make.unit("市创建办", kind="city-office", slug="1301"))


@pytest.fixture
def lin(unit: Unit):
    return make.proved(make.client(make.member(unit, "audit-admin", "lin")))


def url(name: str = "index", slug: str = "sunny") -> str:
    return reverse(f"audit:{name}", args=[slug])


def test_who_may_and_who_may_not(unit: Unit, lin) -> None:
    zhou = make.proved(make.client(make.member(unit, "viewer", "zhou")))
    wu = make.proved(make.client(make.member(make.unit("彩虹街道"), "audit-admin", "wu")))
    assert [client.get(url()).status_code for client in (lin, zhou, wu)] == [200, 403, 404]
    for name in ("verify", "export"):
        assert [client.post(url(name)).status_code for client in (lin, zhou, wu)] == [302, 403, 404]


def test_a_refused_attempt_is_in_the_log_with_who_and_from_where(unit: Unit, lin) -> None:
    zhou = make.client(make.member(unit, "viewer", "zhou"))
    zhou.get(reverse("units:edit", args=["sunny"]))
    page = lin.get(url(), {"outcome": "refused"}).content.decode()
    assert ("周敏" in page, "越权尝试：unit.edit" in page, "127.0.0.1" in page) == (True, True, True)


def test_lines_are_found_by_person_act_object_and_day(unit: Unit, lin) -> None:
    chen = make.user("chen", display_name="陈静")
    record("grid.added", "网格甲", by=chen, unit=unit, after={"households": 300})
    record("grid.removed", "网格乙", by=None, unit=unit)
    today, tomorrow = timezone.localdate(), timezone.localdate() + timedelta(days=1)
    for question, first, second in [
        ({"who": "chen"}, True, False),
        ({"who": "陈"}, True, False),
        ({"act": "grid.removed"}, False, True),
        ({"target": "网格"}, True, True),
        ({"since": today, "until": today, "target": "网格"}, True, True),
        ({"since": tomorrow}, False, False),
        ({"since": "no day", "who": "chen"}, True, False),
        ({"since": "0001-01-01", "until": "9999-12-31", "target": "网格"}, True, True),
    ]:
        page = lin.get(url(), question).content.decode()
        assert ("网格甲" in page, "网格乙" in page) == (first, second), question
    assert "300" in lin.get(url(), {"who": "chen"}).content.decode()


def test_lines_of_another_unit_and_of_the_system_are_not_shown(unit: Unit, lin) -> None:
    record("grid.added", "别处的网格", by=None, unit=make.unit("彩虹街道"))
    refused("session.opened", "unknown account", by=None, reason="system line")
    page = lin.get(url()).content.decode()
    assert ("别处的网格" in page, "system line" in page) == (False, False)
    top = make.client(make.member(unit.parent, "audit-admin", "sun"))
    page = top.get(url(slug="1301")).content.decode()
    assert ("别处的网格" in page, "system line" in page) == (False, True)


def test_pages_follow_one_another_without_gap_or_repeat(unit: Unit, lin) -> None:
    for number in range(120):
        record("grid.added", f"第{number}号", by=None, unit=unit)
    seen, address = [], url()
    while address:
        page = lin.get(address).content.decode()
        seen += re.findall(r"第(\d+)号", page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = url() + older[1].replace("&amp;", "&") if older else ""
    assert [int(number) for number in seen] == list(range(119, -1, -1))


def test_a_check_on_demand_says_that_all_holds_or_where_it_does_not(unit: Unit, lin) -> None:
    lin.post(url("verify"))
    drain()
    assert "全部完好" in lin.get(url()).content.decode()
    head = Head.objects.get(chain=unit.path.split("/")[1])
    Head.objects.filter(chain=head.chain).update(mac="0" * 64)
    lin.post(url("verify"))
    drain()
    assert re.search(rf"链 {head.chain} 在第 \d+ 行断开（tail）", lin.get(url()).content.decode())


def test_an_export_holds_what_was_asked_and_is_itself_in_the_log(unit: Unit, lin) -> None:
    record("grid.added", "=1+1", by=None, unit=unit)
    record("grid.removed", "网格乙", by=None, unit=unit)
    assert lin.post(url("export"), {"act": "grid.added"})["Location"] == reverse("jobs:index", args=["sunny"])
    drain()
    job = Job.objects.in_unit(unit).get(kind="audit.export")
    assert (job.state, job.result) == ("done", {"rows": 1})
    assert Line.objects.filter(act="audit.exported").count() == 1


def test_a_whole_export_asks_again_who_is_there(unit: Unit) -> None:
    client = make.client(make.member(unit, "audit-admin", "lin"))
    assert "再确认一次是您本人" in client.post(url("export")).content.decode()
    assert not Job.objects.in_unit(unit).exists()


def test_three_lines_ask_no_more_than_one(unit: Unit, lin) -> None:
    asked = []
    for more in (0, 2):
        for number in range(more):
            record("grid.added", f"{number}", by=None, unit=unit)
        asked.append(make.questions(lambda: lin.get(url())))
    assert asked[0] == asked[1]


def test_every_act_of_the_code_has_its_words() -> None:
    call = re.compile(r"\b(?:record|refused)\(\s*\"([a-z.-]+)\"")
    source = Path(safecommunity.__file__).parent
    acts = {act for path in source.rglob("*.py") for act in call.findall(path.read_text(encoding="utf-8"))}
    assert acts - set(library.codes["audit-acts"]) == set()
