"""Notices: told once, ticked off by whom they were told, carried by e-mail where there is a server."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core import mail

from safecommunity.audit.models import Line
from safecommunity.jobs.worker import drain
from safecommunity.notices import actions, queries
from safecommunity.notices.models import Notice
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from tests import make

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)


@pytest.fixture
def unit() -> Unit:
    return make.unit(name="阳光街道", slug="ygjd")


def tell(unit: Unit, *to, key: str = "task:1:due") -> int:
    return actions.notify(unit=unit, to=to, kind="task", title="方案三天后到期", key=key, address="/ygjd/")


def test_a_thing_is_told_once_to_each(unit):
    lin, zhou = make.member(unit), make.member(unit, role="viewer", username="zhou")
    assert [tell(unit, lin, lin), tell(unit, lin, zhou), tell(unit, lin, zhou)] == [1, 1, 0]
    assert Notice.objects.count() == 2
    assert Line.objects.filter(act="notice.sent").count() == 2


def test_who_is_to_be_told_holds_the_role_on_this_unit_and_is_no_administrator(unit):
    child = make.unit("锦绣社区", parent=unit, kind="neighbourhood")
    lin = make.member(unit)
    make.member(unit, role="system-admin", username="chen")
    officer = make.member(child, role="officer", username="qin")
    assert queries.holders(unit, Permission.UNIT_VIEW) == [lin]
    assert queries.holders(child, Permission.TASK_DO) == [officer]
    assert queries.holders(child, Permission.TARGET_EDIT) == []
    block = make.unit("和平社区", parent=child, kind="neighbourhood")
    assert queries.nearest_holders(block, Permission.TASK_DO) == [officer]
    assert queries.nearest_holders(block, Permission.TARGET_EDIT) == [lin]
    assert make.questions(lambda: queries.nearest_holders(block, Permission.TARGET_EDIT)) == 1
    assert queries.nearest_holders(block, Permission.SYSTEM_RUN) == []


def test_the_list_shows_mine_only_and_following_one_ticks_it_off(unit):
    lin, wu = make.member(unit), make.member(make.unit(name="建设路街道"), username="wu")
    tell(unit, lin)
    notice = Notice.objects.get()
    client = make.client(lin)
    assert "方案三天后到期" in client.get("/account/notices/").content.decode()
    assert "方案三天后到期" not in make.client(wu).get("/account/notices/").content.decode()
    assert make.client(wu).post(f"/account/notices/{notice.pk}/").status_code == 404
    assert client.post(f"/account/notices/{notice.pk}/").headers["Location"] == "/ygjd/"
    assert queries.unread(lin) == 0
    assert "没有提醒" in client.get("/account/notices/?show=unread").content.decode()


def test_all_are_ticked_off_at_once_and_counted_in_the_bar(unit):
    lin = make.member(unit)
    for number in range(3):
        tell(unit, lin, key=f"task:{number}")
    client = make.client(lin)
    assert '<span class="count">3</span>' in client.get("/ygjd/tray/").content.decode()
    assert client.post("/account/notices/read/").status_code == 302
    assert queries.unread(lin) == 0


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long(unit, count, django_assert_max_num_queries):
    lin = make.member(unit)
    for number in range(count):
        tell(unit, lin, key=f"task:{number}")
    client = make.client(lin)
    with django_assert_max_num_queries(8):
        client.get("/account/notices/")


def test_mail_goes_out_once_to_those_with_an_address(unit, settings):
    settings.EMAIL_HOST, settings.SITE = "mail.example", "https://aq.example"
    lin, zhou = make.member(unit), make.member(unit, role="viewer", username="zhou")
    lin.email = "lin@example.org"
    lin.save(update_fields=["email"])
    tell(unit, lin, zhou)
    drain()
    tell(unit, lin, zhou)
    drain()
    assert [(one.to, one.subject) for one in mail.outbox] == [
        (["lin@example.org"], "阳光街道：方案三天后到期")
    ]
    assert "https://aq.example/ygjd/" in mail.outbox[0].body


def test_without_a_server_nothing_is_mailed(unit):
    lin = make.member(unit)
    lin.email = "lin@example.org"
    lin.save(update_fields=["email"])
    tell(unit, lin)
    drain()
    assert mail.outbox == []


def test_what_was_read_long_ago_is_forgotten(unit):
    lin = make.member(unit)
    tell(unit, lin, key="old")
    tell(unit, lin, key="new")
    Notice.objects.filter(key="old").update(read_at=datetime(2025, 1, 1, tzinfo=UTC))
    assert actions.forget(before=NOW) == 1
    assert Notice.objects.get().key == "new"
