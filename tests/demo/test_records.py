from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from safecommunity.core import identity
from safecommunity.demo.records import Setting, organisation_code, resident_id, script, values
from safecommunity.library import ledgers

WRITTEN = sorted(code for code, ledger in ledgers.items() if not ledger.kept_by)
TODAY = date(2026, 11, 24)
SETTING = Setting("东里街道", "130104001", "冀A", 114.466, 38.03, TODAY, 0.9)


def year(code: str, setting: Setting = SETTING) -> list[dict[str, object]]:
    count = script()[code]["count"]
    return [values(ledgers[code], setting, number, count, Random(number)) for number in range(count)]


@pytest.mark.parametrize("code", WRITTEN)
def test_every_ledger_has_records_that_pass_its_own_checks(code):
    required_links = {
        field.code: "1" for field in ledgers[code].fields.values() if field.kind == "link" and field.required
    }
    for made in year(code):
        checked = ledgers[code].check({**made, **required_links}, fill=True)
        assert (checked.errors, checked.unusual) == ({}, {})


def test_records_are_the_same_for_the_same_day_and_lie_in_the_year_before_it():
    assert year("meetings") == year("meetings")
    days = [date.fromisoformat(str(made["held_date"])) for made in year("meetings")]
    assert days == sorted(days)
    assert TODAY - timedelta(days=366) <= days[0] <= days[-1] < TODAY


def test_a_unit_that_does_less_well_has_fewer_things_in_order():
    weak = Setting("东里街道", "130104001", "冀A", 114.466, 38.03, TODAY, 0.0)
    good, bad = (sum(bool(made["intact"]) for made in year("fire-equipment", one)) for one in (SETTING, weak))
    assert bad < good


def test_invented_numbers_pass_the_checks_of_real_ones():
    dice = Random(1)
    number = resident_id(SETTING, dice)
    assert identity.resident_id(number) == number
    assert number[14] == "9"
    code = organisation_code(SETTING, dice)
    assert identity.uscc(code) == code
