"""Full-time safety officers: who may be one, the order of the hiring, the agreement, the two superiors."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from safecommunity.core.periods import Period
from safecommunity.correspondence.models import State
from safecommunity.ledgers import actions, queries
from safecommunity.ledgers.models import Entry
from safecommunity.library import ledgers
from safecommunity.metrics import actions as metrics
from safecommunity.metrics import queries as measured
from safecommunity.units.models import Unit
from tests import make
from tests.correspondence import made

TODAY = dt.date(2026, 11, 20)
OFFICERS = ledgers["officers"]
CANDIDATE: dict[str, Any] = {
    "name": "王建国", "id_number": "110105198512310010", "neighbourhood": "广合社区", "age": 40,
    "education": "senior-high", "resident": True, "laid_off": True, "state": "candidate",
    "listed_by": "市劳动就业服务局", "listed_date": "2026-04-01",
}  # fmt: skip
SELECTED = {
    **CANDIDATE, "state": "selected", "selected_date": "2026-04-05",
    "qualities": ["committed", "law-abiding", "principled"],
}  # fmt: skip
APPROVED = {
    **SELECTED, "state": "approved", "former_employer": "市棉纺厂", "employer_date": "2026-04-08",
    "safety_approved_date": "2026-04-12", "labour_approved_date": "2026-04-12",
}  # fmt: skip
TRAINED = {**APPROVED, "state": "trained", "medical_date": "2026-04-20", "exam_date": "2026-04-28"}
HIRED = {
    **TRAINED, "state": "hired", "hired_date": "2026-04-30", "agreement": "安监聘〔2026〕1号",
    "agreement_until": "2027-01-15", "full_time": True, "safety_authority": "长安区安监局",
    "committee": "广合社区居委会", "area": "全社区", "workplace": "居委会二楼", "minimum_wage": 2200,
    "wage": 2200,
}  # fmt: skip
CHAIN = [CANDIDATE, SELECTED, APPROVED, TRAINED, HIRED]
APPRAISAL = {
    "officer_name": "王建国", "neighbourhood": "广合社区", "year": 2026, "duties": "按月巡查", "score": 92,
    "result": "competent", "authority_view": "同意称职", "committee_view": "群众满意",
    "decided_date": "2026-11-10",
}  # fmt: skip


def refused(values: dict[str, Any], ledger: str = "officers") -> dict[str, str]:
    return {key: str(message) for key, message in ledgers[ledger].check(values).errors.items()}


@pytest.mark.requirement("R36")
@pytest.mark.parametrize(
    ("changes", "key"), [({"age": 46}, "age"), ({"education": "初中"}, "education"), ({"age": 17}, "age")]
)
def test_who_is_too_old_or_has_too_little_schooling_is_not_even_listed(
    changes: dict[str, Any], key: str
) -> None:
    assert refused(CANDIDATE) == {}
    assert refused({**CANDIDATE, "age": 45}) == {}
    assert set(refused(CANDIDATE | changes)) == {key}


@pytest.mark.requirement("R37", "R38", "R39")
@pytest.mark.parametrize("step", range(1, 5))
def test_every_step_wants_what_the_plan_asks_of_it_and_of_all_before(step: int) -> None:
    now, before = CHAIN[step], CHAIN[step - 1]
    assert refused(now) == {}
    own = set(now) - set(before)
    assert set(refused({**before, "state": now["state"]})) == own
    assert {"qualities"} <= set(refused({**CANDIDATE, "state": "hired"}))


@pytest.mark.requirement("R38", "R39")
@pytest.mark.parametrize(
    "key",
    ["selected_date", "employer_date", "safety_approved_date", "labour_approved_date", "medical_date",
     "exam_date", "hired_date"],
)  # fmt: skip
def test_no_step_of_the_hiring_comes_before_the_one_it_rests_on(key: str) -> None:
    assert key in refused({**HIRED, key: "2026-03-31"})


@pytest.mark.requirement("R15")
def test_the_wage_is_set_by_the_minimum_wage_of_the_city() -> None:
    assert refused({**HIRED, "wage": 2199.99}) == {"wage": "不能低于“本市月最低工资标准”"}
    assert set(refused({key: value for key, value in HIRED.items() if key != "minimum_wage"})) == {
        "minimum_wage"
    }


@pytest.mark.requirement("R9")
def test_an_officer_answers_to_two_superiors_and_both_speak_at_the_appraisal() -> None:
    for key in ("safety_authority", "committee"):
        assert set(refused({one: value for one, value in HIRED.items() if one != key})) == {key}
    for key in ("authority_view", "committee_view"):
        left = {one: value for one, value in APPRAISAL.items() if one != key}
        assert set(refused(left, "officer-appraisals")) == {key}


@pytest.mark.django_db
@pytest.mark.requirement("R8", "R36")
def test_a_neighbourhood_counts_once_it_has_a_qualified_full_time_officer_at_work() -> None:
    unit = make.unit()
    actions.add(
        ledger="area-facts",
        unit=unit,
        values={"year": 2026, "area": 8, "neighbourhoods": 2, "businesses": 90},
        by=None,
    )
    entry = actions.add(ledger="officers", unit=unit, values=TRAINED, by=None)
    assert value(unit, "officer-coverage") == 0
    actions.change(entry=entry, values=HIRED, version=entry.version, by=make.member(unit))
    assert value(unit, "officer-coverage") == Decimal("50.0")
    for number, changes in enumerate(({"laid_off": False}, {"resident": False}, {"full_time": False}), 1):
        other = {**HIRED, "id_number": RESIDENTS[number], "neighbourhood": "东里社区", **changes}
        actions.add(ledger="officers", unit=unit, values=other, by=None)
    assert value(unit, "officer-coverage") == Decimal("50.0")
    other = {**HIRED, "id_number": RESIDENTS[0], "neighbourhood": "东里社区"}
    actions.add(ledger="officers", unit=unit, values=other, by=None)
    assert value(unit, "officer-coverage") == Decimal("100.0")


@pytest.mark.django_db
def test_officers_at_work_are_appraised_every_year() -> None:
    unit = make.unit()
    actions.add(ledger="officers", unit=unit, values=HIRED, by=None)
    assert value(unit, "officers-appraised-rate") == 0
    actions.add(ledger="officer-appraisals", unit=unit, values=APPRAISAL, by=None)
    assert value(unit, "officers-appraised-rate") == Decimal("100.0")


@pytest.mark.django_db
@pytest.mark.requirement("R40")
def test_the_agreement_is_signed_by_both_sides_and_its_end_is_seen_coming() -> None:
    unit = make.unit()
    lin, wang = made.people(unit)
    body = (
        "甲方（聘用单位）：长安区安监局\n乙方（受聘人）：王建国\n甲乙双方经协商一致，签订本协议。\n"
        "一、聘用岗位和期限\n专职安监员，聘期自2026年4月30日至2027年1月15日。\n二、报酬\n每月2200元。"
    )
    paper = made.until(
        "sign", unit, lin, wang, kind="employment", title="聘用协议", body=body, addressee="",
        signature="长安区安监局、王建国",
    )  # fmt: skip
    assert paper.state == State.SIGNED
    entry = actions.add(ledger="officers", unit=unit, values=HIRED, by=lin)
    assert list(queries.running_out(unit, TODAY, ledger="officers", within_days=90)) == [entry]


RESIDENTS = ["110105198512310029", "110105198512310037", "110105198512310045", "110105198512310053"]


def value(unit: Unit, code: str) -> Decimal | None:
    metrics.refresh(unit=unit, today=TODAY, years=[2026], ledgers={entry.ledger for entry in standing(unit)})
    year = Period.parse("2026")
    return measured.values([unit], [year], [code]).get((unit.pk, code, year.code))


def standing(unit: Unit) -> list[Entry]:
    return list(Entry.objects.in_unit(unit))
