"""The page of doubts about the cards: silence first, each doubt with its records, and the sheet."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from safecommunity.audit.models import Line
from safecommunity.units.models import Unit
from safecommunity.web.pages.injuries import analysis
from tests import make
from tests.surveillance.test_quality import LAST, daily
from tests.web.pages.test_injuries import shown, url

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R162")]


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "today", lambda: LAST)


@pytest.fixture
def street() -> Unit:
    return make.unit("阳光街道")


@pytest.fixture
def lin(street: Unit) -> Client:
    return make.client(make.member(street, "office", "lin"))


def test_every_doubt_opens_its_records(street: Unit, lin: Client) -> None:
    address = url("injuries:quality", street)
    assert "这段时间没有伤害卡" in shown(lin, address)
    daily(street, range(40, 340, 2), sex="male")
    daily(street, range(40), source="school")
    daily(street, range(30), source="school", hour=0, cause="traffic", place="home", remark="请核对")
    page = lin.get(address)
    text = page.content.decode()
    assert "有 1 个来源很久没有来卡：先问清楚" in text
    assert "阳光街道 · 医疗机构：以前每周约 3.2 起" in text
    ((_said, silent),) = page.context["silent"]
    assert "150 张" in shown(lin, silent)
    ((_name, count, unlikely),) = page.context["unlikely"]
    assert count == 30
    assert "30 张" in shown(lin, unlikely)
    sentence, heap = page.context["heaps"][-1]
    assert sentence.startswith("0 时 45 起，前后各时平均 8 起")
    assert "45 张" in shown(lin, heap)
    cells = {label: (count, often, at) for label, count, _share, often, at in page.context["sources"][1][-1]}
    assert cells["性别"][:2] == (70, True)
    assert "70 张" in shown(lin, cells["性别"][2])
    rows = make.sheet_rows(lin.post(url("injuries:quality-export", street)))
    assert rows[1][:3] == ("学校", 70, 0)
    assert Line.objects.filter(act="injury-figures.exported").count() == 1


def test_a_day_on_which_cards_heap_up_opens_them_and_what_came_late_is_not_known_of_a_sheet(
    street: Unit, lin: Client
) -> None:
    daily(street, range(336), hour=None, by_hand=False)
    daily(street, range(50), injured_date=date(2026, 6, 15), hour=None, by_hand=False)
    page = lin.get(url("injuries:quality", street))
    ((sentence, heap),) = page.context["heaps"]
    assert sentence.startswith("每月 15 日 61 起")
    assert "61 张" in shown(lin, heap)
    ((_name, total, late, is_late, _cells),) = page.context["sources"]
    assert (total, late, is_late) == (386, None, False)
    assert make.sheet_rows(lin.post(url("injuries:quality-export", street)))[0][1:3] == (386, None)


def test_more_sources_ask_no_more_questions(street: Unit, lin: Client) -> None:
    counts = []
    for more in (("clinic",), ("school", "survey")):
        for source in more:
            daily(street, range(0, 300, 5), source=source, remark="请核对")
        counts.append(make.questions(lambda: lin.get(url("injuries:quality", street))))
    assert counts[0] == counts[1]
