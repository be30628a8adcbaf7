"""The analysis pages: the month in a sentence, the explorer, comparisons, alerts, the public summary."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from safecommunity.analysis import rates
from safecommunity.audit.models import Line
from safecommunity.library import watches
from safecommunity.surveillance import actions, queries
from safecommunity.surveillance.models import Alert, InjuryCase
from safecommunity.units.models import Unit
from safecommunity.web.pages.injuries import alerts, analysis, sentences, telling
from tests import make
from tests.surveillance.test_alerts import quiet
from tests.surveillance.test_cases import ASSAULT, FALL
from tests.surveillance.test_figures import months, put
from tests.surveillance.test_hotspots import CODES, street_of
from tests.web.pages.test_injuries import send, shown, url

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
PAGES = ("index", "explore", "compare", "trend", "public", "methods", "alerts", "cards", "doubles")


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (analysis, alerts, telling):
        monkeypatch.setattr(module, "today", lambda: TODAY)


@pytest.fixture
def street() -> Unit:
    return make.unit("阳光街道")


@pytest.fixture
def lin(street: Unit) -> Client:
    return make.client(make.member(street, "office", "lin"))


@pytest.mark.requirement("R164", "R157")
def test_the_month_is_one_sentence_whose_phrases_open_their_records(street: Unit, lin: Client) -> None:
    months(street, 3)
    put(street, date(2026, 11, 3), 16)
    every = shown(lin, url("injuries:index", street) + "?month=2026-11")
    assert "65岁及以上老人 · 家中 · 跌倒、坠落（这个月全是）。" in every
    put(street, date(2026, 11, 3), cause="burn", place="trade", age="30", occupation="service")
    page = shown(lin, url("injuries:index", street) + "?month=2026-11")
    assert "2026年11月登记伤害 17 起" in page
    assert "比往常多" in page
    assert "65岁及以上老人 · 家中 · 跌倒、坠落 16 起" in page
    cards = url("injuries:cards", street)
    asked = (
        "place=home&amp;cause=fall" if "place=home&amp;cause=fall" in page else "cause=fall&amp;band=65-74"
    )
    assert asked in page
    answer = shown(lin, f"{cards}?cause=fall&band=65-74&place=home&from=2026-11-01&to=2026-11-30")
    assert "16 张" in answer
    assert "2026年10月" in shown(lin, url("injuries:index", street))
    assert "2026年10月" in shown(lin, url("injuries:index", street) + "?month=nonsense")


def test_too_little_past_is_said(street: Unit, lin: Client) -> None:
    assert "还没有伤害卡" in shown(lin, url("injuries:index", street))
    put(street, date(2026, 9, 3), 4)
    assert "还不能说多还是少" in shown(lin, url("injuries:index", street))


@pytest.mark.requirement("R101", "R102", "R160")
def test_the_explorer_keeps_its_questions_in_the_address(street: Unit, lin: Client) -> None:
    put(street, date(2026, 11, 3), 12)
    put(street, date(2026, 11, 3), 7, cause="burn")
    page = shown(lin, url("injuries:explore", street) + "?cause=fall")
    assert "12 起" in page
    assert "最多的是跌倒、坠落，12 起，占 100%" in page
    assert "还没有填人口" in page
    assert "cause=fall&amp;band=65-74&amp;sex=female" in page
    assert "没有符合条件" in shown(lin, url("injuries:explore", street) + "?cause=drowning")


def test_many_months_are_shown_as_years(street: Unit, lin: Client) -> None:
    put(street, date(2014, 5, 1), 4)
    put(street, date(2014, 8, 1), 2)
    put(street, date(2019, 8, 1), 3)
    base = url("injuries:explore", street)
    page = lin.get(f"{base}?from=2014-01-01&to=2019-12-31")
    told = {name: (count, share) for name, count, share in page.context["periods"]}
    assert (len(told), told["2014"], told["2019"], told["2016"]) == (6, (6, 100.0), (3, 50.0), (0, 0.0))
    assert "各年" in page.content.decode()
    few = lin.get(f"{base}?from=2014-05-01&to=2014-08-31")
    assert [name for name, _n, _share in few.context["periods"]] == [f"2014-0{n}" for n in range(5, 9)]
    for table in analysis.TABLES:
        answer = lin.get(url("injuries:export", street, table) + "?cause=fall")
        text = answer.content.decode("utf-8-sig")
        assert answer["Content-Type"].startswith("text/csv")
        assert "怎么算的" in text
    assert lin.get(url("injuries:export", street, "nothing")).status_code == 404


@pytest.mark.requirement("R142")
def test_periods_are_compared_and_small_numbers_are_said_to_be_small(street: Unit, lin: Client) -> None:
    put(street, date(2024, 12, 5))
    put(street, date(2025, 11, 2), 21)
    put(street, date(2026, 11, 2), 12)
    page = shown(lin, url("injuries:compare", street) + "?from=2026-11-01&to=2026-11-20")
    assert "本期 12 起，去年同期 21 起，少约 4 成" in page
    assert "还不能说有变化" in page
    put(street, date(2025, 11, 2), 30)
    assert "不像是偶然" in shown(lin, url("injuries:compare", street) + "?from=2026-11-01&to=2026-11-20")
    assert "数量太少" in shown(lin, url("injuries:compare", street) + "?from=2026-01-01&to=2026-01-30")


def test_a_change_is_told_as_finely_as_it_is_known() -> None:
    coarse, fine = rates.rate_ratio(12, 30, 21, 30), rates.rate_ratio(35_092, 365, 32_744, 365)
    assert "少约 4 成；但真实变化可能在少约 7 成到多约 2 成之间" in sentences.ratio(12, 21, 1, coarse)
    assert "多约 7%；真实变化在多约 6%到多约 9%之间" in sentences.ratio(35_092, 32_744, 1, fine)
    assert "先核对有没有漏报" in sentences.ratio(0, 32_744, 1, rates.rate_ratio(0, 365, 32_744, 365))


def test_the_explorer_says_how_many_cards_a_table_leaves_out(street: Unit, lin: Client) -> None:
    put(street, date(2026, 11, 3), 5)
    told = lin.get(url("injuries:explore", street)).context["told"]
    assert not any("没有写" in told[name] for name in ("people", "hours", "cross"))
    assert "这些卡都没有写，表里没有数。" in told["areas"]
    bare = {"unit": street, "path": street.path, "injured_date": date(2026, 11, 3), "cause": "fall"}
    InjuryCase.objects.insert([InjuryCase(**bare), InjuryCase(**bare)])
    actions.pack_anew(unit=street)
    told = lin.get(url("injuries:explore", street)).context["told"]
    for name in ("people", "hours", "cross"):
        assert "另有 2 起没有写，不在表里。" in told[name]


@pytest.mark.requirement("R155")
def test_the_public_is_told_no_small_count(street: Unit, lin: Client) -> None:
    put(street, date(2026, 10, 3), 12)
    put(street, date(2026, 10, 3), 7, cause="animal")
    put(street, date(2026, 10, 3), 2, cause="burn")
    page = shown(lin, url("injuries:public", street) + "?month=2026-10")
    assert "本月登记伤害 21 起" in page
    assert "&lt;5" in page
    assert "…" in page  # the next smallest goes too, or the two would follow from the sum
    assert 'class="number">7<' not in page
    assert 'class="number">12<' in page


@pytest.mark.requirement("R155")
def test_a_year_is_open_to_all_only_once_published_and_as_it_was_then(
    street: Unit, lin: Client, client: Client
) -> None:
    open_page = reverse("report:injuries", args=[street.slug])
    put(street, date(2025, 4, 3), 30)
    put(street, date(2025, 7, 3), 11, cause="animal", place="road")
    put(street, date(2025, 7, 3), 2, cause="burn")
    put(street, date(2025, 8, 1), 9, cause="sexual", intent="assault", assailant="family")
    assert client.get(open_page).status_code == 404
    assert "最多的是跌倒、坠落，30 起" in shown(lin, url("injuries:public", street))
    send(lin, url("injuries:publish-summary", street))
    put(street, date(2025, 4, 3), 5)
    page = shown(client, open_page)
    assert "2025年登记伤害 43 起" in page
    assert "&lt;5" in page
    assert "性侵犯" not in page
    assert re.search(r"春季[^<]*</th><td[^>]*>30<", page)
    assert 'class="number">2<' not in page
    assert open_page in shown(client, reverse("report:notices", args=[street.slug]))
    row = queries.summaries(street).get()
    assert row.told["total"] == "43"
    send(lin, url("injuries:withdraw-summary", street, row.uuid))
    assert client.get(open_page).status_code == 404
    acts = Line.objects.filter(act__startswith="injury-summary").values_list("act", flat=True)
    assert sorted(acts) == ["injury-summary.published", "injury-summary.withdrawn"]


@pytest.mark.requirement("R155")
def test_a_summary_is_refused_where_another_one_would_give_it_away(street: Unit) -> None:
    below = make.unit("锦绣社区", parent=street, kind="neighbourhood")
    he = make.member(street, "office", "he")
    zhou = make.member(street, "officer", "zhou")
    publish = actions.publish_summary
    with pytest.raises(PermissionDenied):
        publish(unit=street, year=2025, by=zhou, today=TODAY)
    with pytest.raises(actions.Refused):
        publish(unit=street, year=2026, by=he, today=TODAY)
    publish(unit=below, year=2025, by=he, today=TODAY)
    for unit in (street, below):
        with pytest.raises(actions.Refused):
            publish(unit=unit, year=2025, by=he, today=TODAY)
    assert publish(unit=street, year=2024, by=he, today=TODAY).told == {"total": "0", "tables": {}}


@pytest.mark.requirement("R164")
def test_an_alert_says_why_opens_its_records_and_is_handled(street: Unit, lin: Client) -> None:
    monday = date(2026, 11, 16)
    quiet(street, monday)
    put(street, monday - timedelta(days=3), 11)
    actions.look(unit=street, watch=watches["weekly"], today=monday, by=None)
    page = shown(lin, url("injuries:alerts", street))
    assert "家中 · 跌倒、坠落" in page
    row = Alert.objects.in_unit(street).get(series="cause=fall&place=home")
    detail = url("injuries:alert", street, row.uuid)
    assert detail in shown(lin, url("injuries:index", street))
    page = shown(lin, detail)
    assert "往常平均约" in page
    assert "from=2026-11-09&amp;to=2026-11-15" in page
    handle = url("injuries:handle", street, row.uuid)
    assert send(lin, handle, version="1", state="acted", note="").status_code == 422
    assert send(lin, handle, version="1", state="acted", note="楼道装扶手").status_code == 302
    assert "楼道装扶手" in shown(lin, detail)
    answer = send(lin, handle, version="1", state="false", note="看错了")
    assert answer.status_code == 422
    assert "看错了" in answer.content.decode()
    assert detail not in shown(lin, url("injuries:alerts", street) + "?state=new")
    assert "已核查 1 条" in shown(lin, url("injuries:methods", street))


def test_a_grave_event_leads_to_its_card(street: Unit, lin: Client) -> None:
    row = actions.add_case(
        unit=street, values={**FALL, "outcome": "died", "severity": "severe"}, by=None, today=TODAY
    )
    page = shown(lin, url("injuries:alerts", street))
    assert "伤害致死" in page
    assert "不论多少都要核查" in page
    found = Alert.objects.in_unit(street).get()
    assert url("injuries:detail", street, row.uuid) in shown(lin, url("injuries:alert", street, found.uuid))


def test_restricted_cards_are_not_in_the_figures_of_others(street: Unit, lin: Client) -> None:
    actions.add_case(unit=street, values=ASSAULT, by=None, today=TODAY)
    officer = make.client(make.member(street, "officer", "zhou"))
    address = url("injuries:index", street) + "?month=2026-10"
    assert "登记伤害 1 起" in shown(lin, address)
    assert "登记伤害 1 起" not in shown(officer, address)
    assert "不在您看到的数字里" in shown(officer, url("injuries:explore", street))


@pytest.mark.parametrize("name", ["explore", "compare", "findings", "places", "quality"])
@pytest.mark.parametrize("days", ["to=0001-01-01", "from=9999-12-31", "from=0001-01-01&to=9999-12-31"])
def test_days_far_from_any_card_find_none(street: Unit, lin: Client, name: str, days: str) -> None:
    assert lin.get(f"{url(f'injuries:{name}', street)}?{days}").status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_pages_open_for_who_may_not_for_others_and_ask_as_often_for_many(
    street: Unit, lin: Client, name: str
) -> None:
    address = url(f"injuries:{name}", street)

    def ask() -> None:
        assert lin.get(address).status_code == 200

    put(street, date(2026, 10, 3))
    ask()
    one = make.questions(ask)
    put(street, date(2026, 10, 4), 3)
    assert make.questions(ask) == one
    zhou = make.client(make.member(street, "viewer", "zhou"))
    wu = make.client(make.member(make.unit("别处街道"), "office", "wu"))
    assert zhou.get(address).status_code == 403
    assert wu.get(address).status_code == 404


def test_where_no_card_answers_none_is_said_to_leave_something_out() -> None:
    unit = street_of(CODES[:2])
    page = shown(make.client(make.member(unit, "office", "lin")), url("injuries:compare", unit))
    assert "人口或伤害数太少，不能比较各地" in page
    assert "这些卡都没有写" not in page
