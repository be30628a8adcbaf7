from __future__ import annotations

import datetime as dt
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from safecommunity.core.schemes import SchemeError, Title, parse
from tests.core.made import form


def broken(*path: str | int, value: Any) -> dict[str, Any]:
    """The form with one place changed."""
    data = deepcopy(form())
    place: Any = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return data


FIRST = ("elements", 0, "indicators", 0)
ITEM = "elements[0].indicators[0]"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (broken("name_en", value=""), "name_en"),
        (broken("points", value=149), "points"),
        (broken("points", value="many"), "points"),
        (broken("not_applicable", value="ignore"), "not_applicable"),
        (broken("bands", 1, "at_least", value=100), "bands"),
        (broken("bands", 2, "at_least", value=1), "bands"),
        (broken("bands", value=[]), "bands"),
        (broken("grades", 3, "share", value=2), "grades[3].share"),
        (broken("grades", 1, "share", value=1), "grades"),
        (broken("parts", 0, "basis", value="luck"), "parts[0].basis"),
        (broken("parts", 0, "thresholds", value={"E": 1}), "parts[0].thresholds.E"),
        (broken("elements", value=[]), "elements"),
        (broken("elements", value="all"), "elements"),
        (broken(*FIRST, "rule", value={"kind": "dice"}), "elements[0].indicators[0].rule.kind"),
        (broken(*FIRST, "rule", value={"kind": "yes-no"}), "elements[0].indicators[0].rule.points"),
        (broken(*FIRST, "rule", value={"kind": "bands", "steps": []}), f"{ITEM}.rule.steps"),
        (
            broken(*FIRST, "rule", value={"kind": "deduct", "points": 3, "faults": []}),
            "elements[0].indicators[0].rule.faults",
        ),
        (broken(*FIRST, "wording", value="guessed"), "elements[0].indicators[0].wording"),
        (broken(*FIRST, "code", value="2"), "indicators"),
        (broken(*FIRST, "metrics", value=[{"metric": "drills"}]), f"{ITEM}.metrics[0].at_least"),
        (
            broken(*FIRST, "evidence", value=[{"label": "a", "label_en": "a", "months": 13}]),
            "elements[0].indicators[0].evidence[0].months",
        ),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_the_key_at_fault(data: dict[str, Any], key: str) -> None:
    with pytest.raises(SchemeError) as error:
        parse("form", data)

    assert error.value.key == key


def act(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "text": "做", "text_en": "do", "gain": {"presence": "A"}, "effort": 1} | more


@pytest.mark.parametrize(
    ("action", "key"),
    [
        (act("a", after=["b"]), "actions.a.after"),
        (act("a", gain={"luck": "A"}), "actions.a.gain"),
        (act("a", also={"99": {"presence": "A"}}), "actions.a.also"),
        (act("a", effort="0.05"), "elements[0].indicators[0].actions[0].effort"),
    ],
)
def test_an_action_that_leads_nowhere_is_refused(action: dict[str, Any], key: str) -> None:
    with pytest.raises(SchemeError) as error:
        parse("form", broken(*FIRST, "actions", value=[action]))

    assert error.value.key == key


def test_numbers_of_a_file_become_exact() -> None:
    data = form()
    data["parts"][0]["points"] = 0.8

    assert parse("form", data).indicators["1"].points == Decimal("3.0")


@pytest.mark.parametrize(("ends", "last"), [("day-before", 9), ("anniversary", 10)])
def test_a_title_of_three_years_ends_as_its_scheme_states(ends: str, last: int) -> None:
    title = Title("称号", "title", 3, ends, "found", ())

    assert title.end_date(dt.date(2019, 4, 10)) == dt.date(2022, 4, last)


def test_a_title_named_on_a_leap_day_has_its_anniversary_on_the_last_of_february() -> None:
    assert Title("称号", "title", 3, "anniversary", "found", ()).end_date(dt.date(2020, 2, 29)) == dt.date(
        2023, 2, 28
    )


def test_reviews_fall_due_after_naming() -> None:
    data = form() | {
        "title": {
            "name": "称号", "name_en": "title", "years": 3, "ends": "day-before", "wording": "found",
            "reviews": [{"code": "spot-check", "name": "抽验", "name_en": "Spot check", "within_months": 24}],
        }
    }  # fmt: skip
    title = parse("form", data).title

    assert title is not None
    assert title.review_dates(dt.date(2019, 12, 31)) == [("spot-check", dt.date(2021, 12, 31))]


def test_a_scheme_knows_the_element_of_an_indicator() -> None:
    assert parse("form", form()).element_of("50").code == "1"


def reviewed(**changes: Any) -> dict[str, Any]:
    """The form with a title and a way to it."""
    named = {"name": "称号", "name_en": "title", "years": 3, "ends": "day-before", "wording": "found"}
    review = {
        "source": "s", "wording": "ours", "assessor": "city-office", "experts": 2, "titled": ["pass"],
        "agenda": [{"name": "首次会议", "name_en": "Opening"}], **changes,
    }  # fmt: skip
    return form() | {"title": named, "review": review}


def test_the_way_to_a_title_is_read_from_the_file() -> None:
    found = parse("form", reviewed(window=["11-01", "01-31"], remind_days=[90, 30])).procedure

    assert found is not None
    assert (found.window, found.remind_days, found.first) == (("11-01", "01-31"), (90, 30), "building")
    assert parse("form", form()).procedure is None


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"source": ""}, "review.source"),
        ({"assessor": ""}, "review.assessor"),
        ({"window": ["01-01"]}, "review.window"),
        ({"window": ["13-01", "12-31"]}, "review.window"),
        ({"document_days": -1}, "review.document_days"),
        ({"experts": 0}, "review.experts"),
        ({"agenda": []}, "review.agenda"),
        ({"remind_days": ["soon"]}, "review.remind_days"),
        ({"titled": ["none"]}, "review.titled"),
        ({"titled": ["fail"]}, "review.titled"),
        ({"titled": []}, "review.titled"),
        ({"again": ["pass"]}, "review.again"),
        ({"limits": [{"metric": "drills"}]}, "review.limits[0].at_most"),
        ({"papers": [{"code": "a", "name": "甲", "name_en": "A"}] * 2}, "review.papers"),
        ({"centres": [{"code": "a", "name": "甲"}]}, "review.centres[0].name_en"),
    ],
)
def test_a_bad_way_to_a_title_is_refused_with_the_key_at_fault(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(SchemeError) as error:
        parse("form", reviewed(**changes))

    assert error.value.key == key
