"""The map of where more are hurt: its sentence, its table, its records, its sheet."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from django.test import Client

from safecommunity.audit.models import Line
from safecommunity.places.models import Grid
from safecommunity.surveillance import repeats
from safecommunity.units.models import Unit
from safecommunity.web.pages.injuries import analysis
from tests import make
from tests.surveillance.test_hotspots import (
    CODES,
    CORNER,
    LAST,
    grids_of,
    hurt,
    lin,
    square_of,
    street,
    street_of,
)
from tests.surveillance.test_repeats import cards
from tests.surveillance.test_surges import everywhere, on_days
from tests.web.pages.test_injuries import shown, url

__all__ = ["lin", "street"]
pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R102", "R160")]


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "today", lambda: LAST)


@pytest.fixture
def seen(street: Unit) -> Client:
    return make.client(make.member(street, "office", "lin"))


def test_what_lies_together_is_a_calm_sentence_whose_places_open_their_records(
    street: Unit, seen: Client
) -> None:
    for code in CODES:
        hurt(street, code, 40 if code in CORNER else 11)
    page = seen.get(url("injuries:places", street) + "?cause=fall")
    text = page.content.decode()
    assert "相邻的 2 处合计 80 起，和各处一样时应约 29 起，是 2.7 倍（大致 2.2—3.4 倍）" in text
    assert "可能性不到千分之一" in text
    assert "Kulldorff" not in text
    assert len(page.context["map"]["marks"]) == len(CODES)
    _one, _word, tone, records, sign, _around = page.context["rows"][0]
    assert (tone, sign) == ("red", "map-pin")
    assert "40 张" in shown(seen, records)
    rows = make.sheet_rows(seen.post(url("injuries:places-export", street)))
    assert rows[0][1:4] == (40, 2000, pytest.approx(20, rel=0.01))
    assert "相邻的 2 处" in "".join(str(row[1]) for row in rows)
    assert Line.objects.filter(act="injury-figures.exported").count() == 1


def test_places_that_lately_had_more_are_told_and_open_the_records_of_those_days(
    street: Unit, seen: Client
) -> None:
    everywhere(street)
    assert "近 90 天看不出哪一片最近突然多起来" in shown(seen, url("injuries:places", street))
    for code in CORNER:
        on_days(street, code, [0, 2, 4, 6])
    page = seen.get(url("injuries:places", street))
    assert "最近 7 天，这 2 处有 8 起；照近 90 天里各处、各时的份额应约 2 起" in page.content.decode()
    (_name, records), _other = page.context["surge_places"]
    assert "4 张" in shown(seen, records)
    rows = make.sheet_rows(seen.post(url("injuries:places-export", street)))
    assert ("突然多起来", "最近 7 天") in [(row[0], str(row[1])[:6]) for row in rows]


def test_a_low_place_is_first_asked_whether_it_records_all(street: Unit, seen: Client) -> None:
    for code in CODES:
        hurt(street, code, 1 if code == CODES[0] else 30)
    text = shown(seen, url("injuries:places", street))
    assert "没有明显偏高的；01社区偏低：先核对有没有漏报" in text
    assert "没有哪一片明显高于各处的平均" in text


def test_nothing_to_compare_is_said(seen: Client, street: Unit) -> None:
    assert "太少，不宜比较高低" in shown(seen, url("injuries:places", street))
    assert "没有这一级的地方" in shown(seen, url("injuries:places", street) + "?level=grid")


def test_grids_say_that_they_are_compared_by_households(street: Unit, seen: Client) -> None:
    for code in grids_of(street):
        hurt(street, code, 12)
    address = url("injuries:places", street) + "?level=grid"
    text = shown(seen, address)
    assert "按户数比，不是按人" in text
    assert "每千户年" in text
    response = seen.post(url("injuries:places-export", street) + "?level=grid")
    heads = next(openpyxl.load_workbook(BytesIO(response.content)).active.values)
    assert heads[:4] == ("网格", "起数", "户数", "每千户年")
    assert make.sheet_rows(response)[0][1:4] == (12, 100, pytest.approx(120, rel=0.01))
    Grid.objects.update(households=None)
    assert "没有户数，只有起数" in shown(seen, address)
    assert "没有户数，比的是在本地全部伤害里的占比" in shown(seen, address + "&cause=fall")


def test_places_high_with_those_round_them_are_a_mark_in_table_map_and_sheet() -> None:
    codes = square_of(5)
    unit = street_of(codes)
    for place, code in enumerate(codes):
        hurt(unit, code, 40 if place < 10 else 8)
    seen = make.client(make.member(unit, "office", "lin"))
    page = seen.get(url("injuries:places", unit))
    text = page.content.decode()
    assert "高的地方彼此挨着：全凭偶然排成这样的可能性不到千分之一" in text
    assert "这里和周围都高" in text
    assert "Moran" not in text
    labels = [one["properties"]["label"] for one in page.context["map"]["areas"]["features"]]
    assert any(label.endswith("；这里和周围都高") for label in labels)
    rows = make.sheet_rows(seen.post(url("injuries:places-export", unit)))
    assert "这里和周围都高" in {row[6] for row in rows}
    assert "Anselin" in shown(seen, url("injuries:methods", unit))


def test_an_even_map_says_that_high_places_are_not_seen_to_lie_together(street: Unit, seen: Client) -> None:
    for code in CODES:
        hurt(street, code, 11)
    text = shown(seen, url("injuries:places", street))
    assert "看不出高的地方挨着高的" in text
    assert "这里和周围" not in text


def test_what_is_soon_followed_close_by_is_told_with_its_cards(
    street: Unit, seen: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = url("injuries:places", street)
    assert "写了位置的不到 30 起" in shown(seen, address)
    cards(street, [(15 * at, at, 0) for at in range(20)])
    cards(street, [(15 * at + 5, at, 0) for at in range(20)])
    page = seen.get(address)
    text = page.content.decode()
    assert "7 天以内的有 20 对，全凭偶然应约 0.5 对，是 39 倍；偶然有这么多的可能性不到千分之一" in text
    assert "头一起发生后一周内就去现场看" in text
    assert "Knox" not in text
    assert "2026-10-13" in shown(seen, url("injuries:detail", street, page.context["latest"][0].earlier))
    cards(street, [(at, 50 + at, None) for at in range(40)])
    assert "写了位置的不到六成" in shown(seen, address)
    monkeypatch.setattr(repeats, "LARGEST", 79)
    assert "请到下一级看" in shown(seen, address)


def test_what_is_not_seen_to_be_soon_followed_says_so(street: Unit, seen: Client) -> None:
    cards(street, [(9 * at, at, 0) for at in range(40)])
    text = shown(seen, url("injuries:places", street))
    assert "看不出一起之后附近很快又有：相距 100 米、7 天以内的有 0 对，全凭偶然应约 0 对。" in text


def test_more_places_ask_no_more_questions() -> None:
    counts = []
    for size in (1, 3):
        unit = street_of([f"13010400{size}00{n}" for n in range(1, size + 1)])
        hurt(unit, f"13010400{size}001", 3)
        client = make.client(make.member(unit, "office", f"lin{size}"))
        counts.append(make.questions(lambda c=client, u=unit: c.get(url("injuries:places", u))))  # type: ignore[misc]
    assert counts[0] == counts[1]
