from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from safecommunity.ledgers import actions, asking, queries
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.search import initials
from safecommunity.library import ledgers
from safecommunity.units.models import Unit
from tests import make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 1)

SHOP: dict[str, object] = {
    "name": "阳光饭店", "kind": "catering", "place": "建设路1号", "scale": "small", "surveyed": True,
    "surveyed_date": "2026-03-01", "risk_grade": "low", "employees": 12,
}  # fmt: skip


@pytest.fixture
def unit() -> Unit:
    return make.unit()


def premises(unit: Unit, name: str, **changes: object) -> Entry:
    return actions.add(ledger="premises", unit=unit, values={**SHOP, "name": name, **changes}, by=None)


def names(unit: Unit, **query: Any) -> list[str]:
    ledger = ledgers["premises"]
    asked = {key: value if isinstance(value, list) else [value] for key, value in query.items()}
    return [row.title for row in asking.found(unit, ledger, asking.parse(ledger, asked), TODAY)]


@pytest.mark.parametrize("wanted", ["阳光", "建设路", "ygfd", "YGFD", "阳光 建设路", "饭店"])
def test_a_record_is_found_by_characters_and_by_pinyin_initials(unit: Unit, wanted: str) -> None:
    premises(unit, "阳光饭店")
    premises(unit, "北辰机械厂", place="长安街2号")
    assert names(unit, q=wanted) == ["阳光饭店"]


def test_initials_are_read_in_context() -> None:
    assert initials("重庆市阳光街道 A1") == "cqsygjd a1"


def test_lists_narrow_by_choice_yes_no_several_values_and_what_is_missing(unit: Unit) -> None:
    premises(unit, "甲")
    premises(unit, "乙", kind="factory", surveyed=False, surveyed_date="", risk_grade="")
    premises(unit, "丙", kind="hotel", leading_body=True)
    assert sorted(names(unit, f_kind=["factory", "hotel"])) == sorted(["乙", "丙"])
    assert names(unit, f_surveyed="false") == ["乙"]
    assert names(unit, f_risk_grade="-") == ["乙"]
    assert names(unit, f_leading_body="true") == ["丙"]
    assert sorted(names(unit, f_leading_body="-")) == sorted(["甲", "乙"])


def test_lists_narrow_by_one_of_several_choices(unit: Unit) -> None:
    volunteer = {"name": "王五", "joined_date": "2026-01-01", "fields": ["fire", "traffic"]}
    actions.add(ledger="volunteers", unit=unit, values=volunteer, by=None)
    actions.add(
        ledger="volunteers", unit=unit, values={**volunteer, "name": "赵六", "fields": ["food"]}, by=None
    )
    ledger = ledgers["volunteers"]
    rows = asking.found(unit, ledger, asking.parse(ledger, {"f_fields": ["fire"]}), TODAY)
    assert [row.title for row in rows] == ["王五"]


def test_lists_narrow_by_the_day_of_the_record(unit: Unit) -> None:
    premises(unit, "甲", surveyed_date="2026-01-31")
    premises(unit, "乙", surveyed_date="2026-02-01")
    assert names(unit, **{"from": "2026-02-01", "to": "2026-02-28"}) == ["乙"]


def test_what_runs_out_is_seen_before_it_has(unit: Unit) -> None:
    premises(unit, "过期", licence_until="2026-05-31")
    premises(unit, "快到期", licence_until="2026-08-30")
    premises(unit, "有效", licence_until="2026-08-31")
    assert (names(unit, show="expired"), names(unit, show="expiring")) == (["过期"], ["快到期"])
    assert [row.title for row in queries.running_out(unit, TODAY, within_days=91)] == [
        "过期",
        "快到期",
        "有效",
    ]


def test_lists_sort_by_their_columns_in_both_directions_with_the_empty_last(unit: Unit) -> None:
    premises(unit, "甲", employees=9)
    premises(unit, "乙", employees=100)
    premises(unit, "丙", employees="")
    assert names(unit, sort="f_employees") == ["甲", "乙", "丙"]
    assert names(unit, sort="-f_employees") == ["乙", "甲", "丙"]


def test_nonsense_in_an_address_is_left_out() -> None:
    unknown = {"sort": ["-password"], "show": ["all"], "f_none": ["1"]}
    unreadable = {"from": ["x"], "f_kind": [""], "q": ["a\x00"]}
    assert asking.parse(ledgers["premises"], {**unknown, **unreadable}) == asking.Ask()


def test_a_unit_sees_itself_and_what_lies_beneath_and_nothing_beside(unit: Unit) -> None:
    child = make.unit("第一社区", parent=unit, kind="neighbourhood")
    for at, name in [(unit, "街道"), (child, "社区"), (make.unit("别处街道"), "别处")]:
        premises(at, name)
    assert sorted(names(unit)) == sorted(["街道", "社区"])
    assert names(unit, own="1") == ["街道"]
    assert names(child) == ["社区"]


def test_a_sealed_number_is_found_whole_and_never_in_part(unit: Unit) -> None:
    driver = {"name": "张三", "id_number": "11010519491231002X", "class": "c1", "reviewed_on_time": True}
    actions.add(ledger="drivers", unit=unit, values=driver, by=None)
    ledger = ledgers["drivers"]

    def count(text: str) -> int:
        return asking.found(unit, ledger, asking.parse(ledger, {"q": [text]}), TODAY).count()

    assert [count(text) for text in ["11010519491231002x", "1101051949", "002X", "张三", "zs"]] == [
        1,
        0,
        0,
        1,
        1,
    ]


def test_the_standing_of_every_ledger_is_one_query(unit: Unit, django_assert_num_queries: Any) -> None:
    premises(unit, "甲", licence_until="2026-05-31")
    premises(unit, "乙", employees=9_999)
    gone = premises(unit, "丙")
    actions.withdraw(entry=gone, version=1, reason="重复", by=make.member(unit))
    with django_assert_num_queries(1):
        standing = queries.standings(unit, TODAY)
    assert list(standing) == ["premises"]
    found = standing["premises"]
    assert (found.count, found.expired, found.expiring, found.starred) == (2, 1, 0, 1)


def test_months_count_what_is_dated_in_them(unit: Unit) -> None:
    for name, day in [("甲", "2026-01-31"), ("乙", "2026-01-01"), ("丙", "2026-12-31"), ("丁", "2025-01-01")]:
        premises(unit, name, surveyed_date=day)
    assert queries.by_month(unit, "premises", 2026) == {1: 2, 12: 1}


def test_a_record_says_which_indicators_of_which_schemes_it_speaks_for(unit: Unit) -> None:
    used = {(use.scheme, use.indicator) for use in queries.uses(premises(unit, "甲"))}
    assert {("national-2006", "3.2"), ("national-2006", "5.3")} <= used
    assert {scheme for scheme, _indicator in used} > {"national-2006"}


def test_the_list_of_a_street_a_district_and_a_city_is_a_range_of_the_index(unit: Unit) -> None:
    city = make.unit("某市", kind="city-office")
    district = make.unit("某区", parent=city, kind="county-office")
    ledger = ledgers["premises"]
    elsewhere = make.unit("远处街道")
    Entry.objects.bulk_create(  # on a few rows the guess of a plan is anybody's
        Entry(unit=elsewhere, path=elsewhere.path, ledger="premises", title=f"{number}")
        for number in range(3_000)
    )
    premises(unit, "甲")
    if connection.vendor == "postgresql":
        connection.cursor().execute("ANALYZE ledgers_entry")
    for at in (unit, district, city):
        plan = asking.found(at, ledger, asking.Ask(), TODAY).explain()
        assert "entry_by_path" in plan or "entry_by_expiry" in plan
        assert connection.vendor != "sqlite" or "path>" in plan.replace(" ", "")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads small tables through")
def test_a_record_is_found_by_what_names_it_without_reading_the_ledger_through(unit: Unit) -> None:
    with CaptureQueriesContext(connection) as asked:
        queries.by_unique_key(unit, ledgers["premises"], ["0" * 64])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked[0]['sql']}")
        assert "INDEX entry_unique" in str(cursor.fetchall())
