"""Every scheme and crosswalk file of the library holds together."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from safecommunity import library
from safecommunity.core.crosswalks import Crosswalk
from safecommunity.core.planning import finish_days
from safecommunity.core.schemes import Band, Element, Indicator, Parts, Scheme, question_codes
from safecommunity.core.scoring import Mark, check, points
from safecommunity.core.suggestions import Facts, suggest_all
from safecommunity.library.shelf import HERE, LibraryError
from safecommunity.units.models import UNIT_KINDS

SCHEMES = sorted(library.schemes)
CROSSWALKS = sorted(library.crosswalks)
LEDGERS = set(library.ledgers)
METRICS = set(library.metrics)


@pytest.fixture(params=SCHEMES)
def scheme(request: pytest.FixtureRequest) -> Scheme:
    found: Scheme = library.schemes[request.param]
    return found


@pytest.fixture(params=CROSSWALKS)
def crosswalk(request: pytest.FixtureRequest) -> Crosswalk:
    found: Crosswalk = library.crosswalks[request.param]
    return found


@pytest.mark.requirement("R99", "R216", "R217")
def test_the_schemes_of_the_sources_are_there() -> None:
    assert SCHEMES == [
        "chongqing-2009", "isccc-6", "municipal-45", "national-2006", "shijiazhuang", "sichuan-provincial",
        "work-safety-appraisal",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "elements", "indicators", "full"),
    [
        ("national-2006", 12, 50, 150), ("sichuan-provincial", 12, 50, 150),
        ("municipal-45", 12, 45, 100), ("isccc-6", 6, 6, 6),
        ("chongqing-2009", 12, 23, 100), ("shijiazhuang", 7, 46, 42), ("work-safety-appraisal", 4, 9, 100),
    ],
)  # fmt: skip
def test_each_scheme_has_its_size(code: str, elements: int, indicators: int, full: int) -> None:
    scheme = library.schemes[code]

    assert (len(scheme.elements), len(scheme.indicators), scheme.points) == (elements, indicators, full)


@pytest.mark.parametrize(
    ("code", "bands"),
    [
        ("national-2006", [("pass", 100), ("rectify", 75), ("fail", 0)]),
        ("municipal-45", [("pass", 90), ("fail", 0)]),
        ("chongqing-2009", [("title", 90), ("qualified", 70), ("not-qualified", 0)]),
    ],
)
@pytest.mark.requirement("R219", "R220")
def test_the_marks_are_those_of_the_papers(code: str, bands: list[tuple[str, int]]) -> None:
    assert [(band.code, band.at_least) for band in library.schemes[code].bands] == bands


def test_points_add_up_and_bands_descend_to_zero(scheme: Scheme) -> None:
    marks = [band.at_least for band in scheme.bands]

    assert sum(element.points for element in scheme.elements) == scheme.points
    assert marks == sorted(set(marks), reverse=True)
    assert marks[-1] == 0
    assert marks[0] <= scheme.points


def test_every_text_has_its_english(scheme: Scheme) -> None:
    things: list[Band | Element] = [*scheme.bands, *scheme.elements]
    pairs = [(each.name, each.name_en) for each in things]
    pairs += [(each.text, each.text_en) for each in (*scheme.indicators.values(), *scheme.actions.values())]
    pairs += [(need.label, need.label_en) for item in scheme.indicators.values() for need in item.evidence]

    assert [pair for pair in pairs if not pair[0] or not pair[1] or pair[0] == pair[1]] == []
    assert [english for _, english in pairs if any("一" <= sign <= "鿿" for sign in english)] == []


def test_every_ledger_and_metric_is_one_we_have(scheme: Scheme) -> None:
    items = scheme.indicators.values()

    needs = [need for item in items for need in item.evidence if need.ledger]
    assert {need.ledger for need in needs} <= LEDGERS
    for need in needs:
        choices = library.ledgers[need.ledger].fields[need.field].choices if need.field else {}
        assert set(need.values) <= set(choices), need.key
    assert {target.metric for item in items for target in item.metrics} <= METRICS
    assert {getattr(item.rule, "metric", "") for item in items} <= METRICS | {""}


def test_every_action_can_be_planned_and_answers_its_questions(scheme: Scheme) -> None:
    assert finish_days(scheme.actions).keys() == scheme.actions.keys()
    for action in scheme.actions.values():
        for code, answers in action.gain.items():
            item = scheme.indicators[code]
            check(scheme, item, Mark(worst(item) | answers))


def worst(item: Indicator) -> dict[str, str]:
    answer = item.rule.grades[-1].code if isinstance(item.rule, Parts) else "0"
    return dict.fromkeys(question_codes(item.rule), answer)


def test_every_point_of_a_counted_item_can_be_reached_by_its_actions(scheme: Scheme) -> None:
    for item in scheme.indicators.values():
        if not item.actions or not item.is_counted:
            continue
        answers: dict[str, str] = {}
        for action in item.actions:
            answers |= action.gain[item.code]
        assert points(item.rule, answers) >= item.points * Decimal("0.7"), item.code


def test_nothing_recorded_earns_nothing_of_what_needs_papers(scheme: Scheme) -> None:
    nothing = Facts(dt.date(2026, 11, 1), 11, {}, {}, {})

    suggested = suggest_all(scheme, nothing)

    earned = {
        code: points(scheme.indicators[code].rule, each.answers)
        for code, each in suggested.items()
        if scheme.indicators[code].evidence and not hasattr(scheme.indicators[code].rule, "faults")
    }
    assert set(earned.values()) <= {Decimal(0)}


def test_a_crosswalk_names_indicators_of_both_schemes(crosswalk: Crosswalk) -> None:
    left, right = library.schemes[crosswalk.left], library.schemes[crosswalk.right]

    assert {pair[0] for pair in crosswalk.pairs} <= left.indicators.keys()
    assert {pair[1] for pair in crosswalk.pairs} == set(right.indicators)
    assert len(set(crosswalk.pairs)) == len(crosswalk.pairs)
    assert crosswalk.name
    assert crosswalk.name_en


def test_the_way_to_a_title_names_what_exists(scheme: Scheme) -> None:
    if scheme.procedure is None:
        return
    kinds = {kind for kind, _name in UNIT_KINDS}
    assert scheme.procedure.assessor in kinds
    assert {one.metric for one in scheme.procedure.limits} <= METRICS
    assert scheme.procedure.after in {"", *library.codes["honour-levels"]}
    assert scheme.level in library.codes["honour-levels"]


@pytest.mark.requirement("R170", "R195", "R199")
def test_the_provincial_way_is_its_own_and_its_items_are_lent_by_the_national_form() -> None:
    own, lender = library.schemes["sichuan-provincial"], library.schemes["national-2006"]
    assert own.indicators == lender.indicators
    assert (own.level, own.bands) == ("provincial", lender.bands)
    assert own.procedure is not None
    assert lender.procedure is not None
    assert own.procedure.after == ""
    assert lender.procedure.after == own.level
    assert own.title is not None
    named = dt.date(2013, 10, 30)
    assert own.title.review_dates(named) == [
        ("spot-check", dt.date(2015, 10, 30)),
        ("re-assessment", dt.date(2016, 10, 30)),
    ]


def test_a_scheme_that_borrows_from_nowhere_is_refused_with_the_key_at_fault() -> None:
    text = (HERE / "schemes" / "sichuan-provincial.toml").read_text(encoding="utf-8")
    with pytest.raises(LibraryError) as error:
        library.schemes.parse("x.toml", text.replace('"national-2006"', '"nowhere"', 1).encode())
    assert error.value.key == "items_of"
