"""The page of the trend: sentences first, the break in the line, years with their rates, and the sheet."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from safecommunity.audit.models import Line
from safecommunity.units.models import Unit
from safecommunity.web.pages.injuries import trends
from tests import make
from tests.surveillance.test_hotspots import CODES, street_of
from tests.surveillance.test_trends import TODAY, monthly, peopled, wave
from tests.web.pages.test_injuries import shown, url

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R142", "R160", "R163")]


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trends, "today", lambda: TODAY)


@pytest.fixture
def street() -> Unit:
    return street_of(CODES[:2], people=0)


@pytest.fixture
def lin(street: Unit) -> Client:
    return make.client(make.member(street, "office", "lin"))


@pytest.mark.requirement("R101", "R124")
def test_a_fall_is_told_with_its_limits_and_what_to_check_first(street: Unit, lin: Client) -> None:
    peopled()
    monthly(street, wave(60, lambda at: 0.9 ** (at / 12)))
    address = url("injuries:trend", street)
    page = lin.get(address)
    text = page.content.decode()
    assert "2021-01 到 2026-10（70 个月），起数平均每年少约 10%；真实变化在每年少约 1" in text
    assert "不像是偶然：先核对有没有漏报，再当作好消息。" in text
    assert url("injuries:quality", street) in text
    assert "每年 1 月前后最多，约是 7 月前后的 1.5 倍。" in text
    assert "年龄都按2020年全国人口普查来算，2021 年每千人" in text
    assert "两个范围不相交，不像是偶然。" in text
    assert "少活的年数" in text
    assert page.context["chart"]["breaks"] == []
    newest, records, crude, alike = page.context["years"][0]
    assert (newest.year, f"{newest.rates.crude.value:.1f}（" in crude, alike[-1]) == (2025, True, "）")
    assert f"{newest.rates.count} 张" in shown(lin, records)
    (year, total, cells), *_older = page.context["calendar"]
    assert (year, total, cells[10:]) == (2026, sum(page.context["found"].counts[-10:]), [None, None])
    assert f"{cells[0][0].count} 张" in shown(lin, cells[0][1])
    assert "年龄都按世界标准人口" in shown(lin, f"{address}?standard=who")
    assert address in shown(lin, url("injuries:compare", street))
    assert address in shown(lin, url("injuries:index", street))
    explorer = shown(lin, url("injuries:explore", street) + "?from=2025-01-01&to=2025-12-31")
    assert "合计每年每千人 " in explorer
    assert "年龄都按2020年全国人口普查来算，是 " in explorer
    assert 'id="trend"' in shown(lin, url("injuries:methods", street))


def test_where_the_series_jumps_the_line_breaks_and_what_follows_is_told_alone(
    street: Unit, lin: Client
) -> None:
    monthly(street, wave(30, lambda at: 1.8 if at >= 40 else 1))
    page = lin.get(url("injuries:trend", street))
    text = page.content.decode()
    assert "从 2024 年 5 月前后起，登记数明显变了（多约 8 成）。" in text
    assert "先核对登记办法和来源有没有变，都没变才可能是真的变了。" in text
    assert "2024-05 到 2026-10（30 个月），起数平均每年" in text
    assert "还不能说有变化。" in text
    assert text.count("有断开以前的月份，不和后面比") == 4
    assert [len(points.split()) for points in page.context["chart"]["lines"]] == [40, 30]
    assert [month for _x, month in page.context["chart"]["breaks"]] == [date(2024, 5, 1)]
    monthly(street, [2, 3] * 35, cause="burn")
    burns = shown(lin, url("injuries:trend", street) + "?cause=burn")
    assert "全部伤害的登记数明显变了（多约 7 成），这里也断开。" in burns
    short = shown(lin, url("injuries:trend", street) + "?to=2026-03-31")
    assert "这以后只有 23 个整月，不满 24 个，还不能说走势。" in short


def test_few_cards_have_numbers_and_no_rates(street: Unit, lin: Client) -> None:
    assert "没有可以看走势的卡" in shown(lin, url("injuries:trend", street))
    assert lin.post(url("injuries:trend-export", street)).status_code == 404
    peopled()
    monthly(street, [1, 0, 0, 0, 0, 0] * 10)
    monthly(street, [2] * 20, cause="burn")
    assert shown(lin, url("injuries:trend", street) + "?cause=fall").count("数量太少，不算率") == 10
    assert "起数太少，不能说走势。" in shown(lin, url("injuries:trend", street) + "?cause=fall")
    text = shown(lin, url("injuries:trend", street) + f"?area={CODES[1]}&cause=burn")
    assert "没有可以看走势的卡" in text
    text = shown(lin, url("injuries:trend", street) + "?from=2025-01-01")
    assert "走势要看满 24 个整月的登记，现在有 22 个，还不能说。" in text


def test_the_years_are_taken_along_with_what_is_said_of_them(street: Unit, lin: Client) -> None:
    peopled()
    monthly(street, wave(30))
    monthly(street, [1] * 12, date(2025, 1, 1), band="")
    monthly(street, [1], date(2025, 6, 1), outcome="died")
    answer = lin.post(url("injuries:trend-export", street) + "?standard=who")
    rows = make.sheet_rows(answer)
    assert rows[0][:4] == (2026, None, None, None)
    assert (rows[0][13], rows[0][24]) == (37, None)
    count = sum(rows[1][13:])
    assert (rows[1][:4], rows[1][10:13]) == ((2025, count, 20_000, 2024), (12, 1, 5))
    assert rows[1][4] == pytest.approx(count / 20, abs=0.001)
    notes = {row[0]: row[1] for row in rows if isinstance(row[0], str)}
    assert notes["标准人口"] == "世界标准人口（世卫组织2000—2025年）"
    assert notes["怎么算的"].startswith("率：起数÷人口")
    assert any(row[0] == "结论" and "起数平均每年" in row[1] for row in rows)
    line = Line.objects.get(act="injury-figures.exported")
    assert (line.after, line.target) == ({"table": "trend"}, "2021-01-01—2026-10-01")


def test_who_looks_on_sees_no_restricted_cards_and_strangers_see_nothing(street: Unit, lin: Client) -> None:
    monthly(street, [3] * 30)
    monthly(street, [4] * 30, is_restricted=True)
    address = url("injuries:trend", street)
    officer = make.client(make.member(street, "officer", "zhou"))
    assert [page.context["found"].counts[0] for page in (lin.get(address), officer.get(address))] == [7, 3]
    assert "受限的卡不在您看到的数字里" in shown(officer, address)
    expert = make.client(make.member(street, "expert", "qian"))
    stranger = make.client(make.member(make.unit("别处街道"), "office", "he"))
    for who, status in ((expert, 403), (stranger, 404)):
        assert who.get(address).status_code == status
        assert who.post(url("injuries:trend-export", street)).status_code == status


def test_more_years_ask_no_more_questions(street: Unit, lin: Client) -> None:
    counts = []
    for years in ((2024,), (2021, 2022)):
        for year in years:
            peopled(year=year)
            monthly(street, [3] * 24, date(year, 1, 1))
        counts.append(make.questions(lambda: lin.get(url("injuries:trend", street))))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "query", ["?standard=x&area=y&sex=z", "?from=9999-12-31", "?to=0001-01-01", "?sex=-&band=-", "?from=x"]
)
def test_nonsense_is_no_error(street: Unit, lin: Client, query: str) -> None:
    peopled()
    monthly(street, [3] * 30)
    assert "走势" in shown(lin, url("injuries:trend", street) + query)
