"""The states of a report, routing, brakes and dates, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safecommunity import library
from safecommunity.core import participation
from safecommunity.core.participation import ACTS, CLOSED, STATES, Brake, Impossible, ParticipationFileError
from safecommunity.core.working_days import Calendar

RULES = library.participation["residents"]
DAY = date(2026, 7, 1)  # a Wednesday
WEEKENDS = Calendar()


@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=30))
def test_whatever_is_tried_a_report_keeps_to_its_states(tried: list[str]) -> None:
    """A report is never answered before it was accepted and dealt with, and what is turned down stays so."""
    state, taken = "received", ["received"]
    for act in tried:
        if act in participation.possible(state):
            state = participation.after(state, act)
            taken.append(state)
        else:
            with pytest.raises(Impossible):
                participation.after(state, act)
    assert set(taken) <= set(STATES)
    for before, after in pairwise(taken):
        assert after != "answered" or before == "solved"
        assert before not in ("declined", "merged")
        assert before != "answered" or after == "open"
    assert "received" not in taken[1:]


def test_every_state_can_be_reached_and_left_until_it_is_closed() -> None:
    assert {after for _before, after in ACTS.values()} | {"received"} == set(STATES)
    assert [state for state in STATES if not participation.possible(state)] == ["declined", "merged"]
    assert set(CLOSED) <= set(STATES)


def test_the_first_rule_that_fits_says_who_handles_it() -> None:
    route = RULES.route("danger", "disabled", "130104001001")
    assert route is not None
    assert (route.body, route.groups) == ("project-group", ("disabled", "home"))
    opinion = RULES.route("opinion", "fire", "")
    assert opinion is not None
    assert opinion.body == "office"
    assert RULES.route("danger", "general", "") is None


def test_a_rule_for_an_area_holds_for_all_inside_it() -> None:
    route = participation.Route((), (), ("130104001",), "team", ())
    assert route.fits("danger", "fire", "130104001003002")
    assert not route.fits("danger", "fire", "130104002001")


def test_a_brake_counts_in_stretches_that_follow_one_another() -> None:
    brake, now = Brake("address", 60, 5), datetime(2026, 7, 1, 9, 0, 59, tzinfo=UTC)
    assert brake.window(now) == brake.window(now - timedelta(seconds=59))
    assert brake.window(now + timedelta(seconds=1)) == brake.window(now) + 1
    assert brake.ends(now) == datetime(2026, 7, 1, 9, 1, tzinfo=UTC)


def test_the_limits_of_the_public_page() -> None:
    limits = {(brake.whose, brake.seconds): brake.most for brake in RULES.brakes}
    assert limits == {("address", 60): 5, ("address", 86_400): 30, ("unit", 3600): 300}
    assert (RULES.words, RULES.photos, RULES.form.most) == (2000, 6, 3600)


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(1, 40))
def test_a_date_of_answer_lies_so_many_working_days_ahead(day: date, count: int) -> None:
    due = participation.workday_after(WEEKENDS, day, count)
    assert WEEKENDS.is_working(due)
    assert participation.workdays_between(WEEKENDS, day, due) == count
    assert participation.workdays_between(WEEKENDS, day, day) == 0


def test_it_is_asked_once_some_weeks_after_the_answer() -> None:
    def asks(days: int, verdict: str = "") -> bool:
        return participation.asks(DAY, verdict, DAY + timedelta(days=days), 21)

    assert (asks(20), asks(21), asks(300)) == (False, True, True)
    assert not asks(21, "yes")
    assert not participation.asks(None, "", DAY, 21)


def test_metres_between_two_points() -> None:
    here = (114.466, 38.030)
    assert participation.metres(here, here) == 0
    assert participation.metres(here, (114.466, 38.031)) == pytest.approx(111.2, abs=0.1)
    assert participation.metres(here, (114.467, 38.030)) == pytest.approx(87.6, abs=0.1)


def test_every_act_has_its_words_and_they_are_filled() -> None:
    assert set(RULES.replies) == set(ACTS)
    said = participation.filled(RULES.replies["accept"].zh, subject="路灯不亮", body="创建办", due="7月15日")
    assert said == "您反映的“路灯不亮”已受理，由创建办办理，我们会在 7月15日 前答复。"


BAD = [
    ({"words": 0}, "words"),
    ({"form": {"least": 10, "most": 10}}, "form.least"),
    ({"brakes": [{"whose": "moon", "seconds": 1, "most": 1}]}, "brakes 1.whose"),
    ({"routes": [{"body": "office", "colour": "red"}]}, "routes 1.colour"),
    ({"replies": {"accept": "{name}", "accept_en": "x"}}, "replies.accept"),
    ({"replies": {"accept": "好"}}, "replies.accept_en"),
    ({"replies": {"dance": "好", "dance_en": "x"}}, "replies.dance"),
]


@pytest.mark.parametrize(("change", "key"), BAD)
def test_a_file_that_cannot_be_used_says_where(change: dict[str, Any], key: str) -> None:
    good: dict[str, Any] = {
        "source": "ours", "wording": "ours", "unit_kinds": ["township"], "words": 1, "photos": 1,
        "photo_bytes": 1, "near_metres": 1, "due_workdays": 1, "ask_after_days": 1, "contact_days": 1,
        "told_days": 1, "form": {"least": 1, "most": 2}, "brakes": [], "routes": [], "replies": {},
    }  # fmt: skip
    participation.parse("x", good)
    with pytest.raises(ParticipationFileError) as caught:
        participation.parse("x", {**good, **change})
    assert caught.value.key == key
