"""Rows of real public files become the cards they tell of; ICD-10 codes become the card's codes."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from safecommunity.core.card_sheets import ACTIVITIES, PLACES, CardSheet, external, parse
from safecommunity.library import card_sheets, cards, codes

CAUSES = codes["icd-external"]
# Rows as their publishers wrote them: ONISR (open licence), Victoria (CC BY 4.0), NHTSA (public domain).
FRENCH = """crash_id,person_no,date,time,lat,lon,age,sex,severity,role,trip_purpose,vehicle_cat
200500001821,1,2005-01-01,05:00,,,26,1,1,1,5,7
200500001821,2,2005-01-01,05:00,45.7,4.8,31,2,3,3,9,7
200500001822,1,2005-01-02,,0,0,-1,-1,4,1,1,1
"""
VICTORIAN = """crash_id,date,hour,fatalities,serious_injuries,minor_injuries
VICT20130000003,2013-01-01,0,0,4,0
VICT20130000004,2013-01-01,13,1,0,2
"""
AMERICAN = """YEAR,ST_CASE,MONTH,DAY,HOUR,LATITUDE,LONGITUD,FATALS
2013,10001,1,6,0,33.79196,-86.3837,2
2013,10002,1,3,99,77.7777,777.7777,1
"""


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def told(code: str, text: str) -> list[list[dict[str, str]]]:
    return [card_sheets[code].cards(row, CAUSES) for row in rows(text)]


def test_a_french_person_is_a_card_and_the_unhurt_are_none() -> None:
    unhurt, hurt, rider = told("fr-onisr-persons", FRENCH)
    assert unhurt == []
    (card,) = hurt
    wanted = {"sex": "female", "age": "31", "severity": "severe", "outcome": "admitted", "hour": "05",
              "cause": "traffic", "transport_role": "pedestrian", "spot.longitude": "4.8"}  # fmt: skip
    assert {name: card[name] for name in wanted} == wanted
    assert "activity" not in card
    (card,) = rider
    assert (card["cause"], card["activity"]) == ("non-motor", "work")
    assert not {"sex", "age", "hour", "spot.latitude", "nature", "body_part"} & set(card)
    names = [card_sheets["fr-onisr-persons"].named(row) for row in rows(FRENCH)]
    assert len(set(names)) == 3


def test_a_victorian_crash_is_as_many_cards_as_it_hurt() -> None:
    first, second = told("vic-road-crash", VICTORIAN)
    assert [card["outcome"] for card in first] == ["admitted"] * 4
    assert [card["outcome"] for card in second] == ["died", "home", "home"]


def test_an_american_crash_is_its_dead_and_its_missing_codes_are_nothing() -> None:
    first, second = told("us-fars-accident", AMERICAN)
    assert [card["injured_date"] for card in first] == ["2013-1-6"] * 2
    assert first[0]["hour"] == "0"
    assert not {"hour", "spot.longitude", "spot.latitude"} & set(second[0])


def test_our_mappings_speak_of_fields_and_codes_of_the_card() -> None:
    columns = {column.key: column.field for column in cards["injury"].columns}
    for sheet in card_sheets.values():
        assert set(sheet.columns) | set(sheet.fixed) | set(sheet.lacks) <= set(columns)
        said = [(name, value) for name, table in sheet.meanings.items() for value in table.values()]
        said += [*sheet.fixed.items(), *(pair for more in sheet.persons.values() for pair in more.items())]
        assert all(value in columns[name].choices for name, value in said)
        assert sheet.missing(sheet.headings[1:]) == sheet.headings[:1]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("W10.04", {"cause": "fall", "intent": "unintentional", "place": "home", "activity": "vital"}),
        ("w65", {"cause": "drowning", "intent": "unintentional"}),
        ("V03.1", {"cause": "traffic", "intent": "unintentional"}),
        ("V18", {"cause": "non-motor", "intent": "unintentional"}),
        ("X70", {"cause": "suffocation", "intent": "self-harm"}),
        ("X84", {"cause": "other", "intent": "self-harm"}),
        ("X85", {"cause": "poisoning", "intent": "assault"}),
        ("Y05.4", {"cause": "sexual", "intent": "assault", "place": "road"}),
        ("Y20", {"cause": "suffocation", "intent": "unclear"}),
        ("Y98", {"cause": "other", "intent": "unclear"}),
        ("S72.0", {}), ("W1", {}), ("", {}),
    ],
)  # fmt: skip
def test_an_external_cause_is_read_by_the_ranges_of_the_who(code: str, said: dict[str, str]) -> None:
    assert external(code, CAUSES) == said


def test_the_ranges_name_known_codes_and_do_not_overlap() -> None:
    last = ""
    for one in CAUSES.values():
        assert last < one.code <= one.extra["to"]
        last = one.extra["to"]
        assert one.extra["cause"] in codes["injury-causes"]
        assert one.extra["intent"] in codes["injury-intents"]
    assert set(PLACES) == set(codes["injury-places"])
    assert set(ACTIVITIES.values()) <= set(codes["injury-activities"])


def test_what_a_sheet_says_itself_goes_before_its_icd_code() -> None:
    sheet = CardSheet(columns={"icd": ("ICD",), "place": ("where",)})
    (card,) = sheet.cards({"ICD": "W10.0", "where": "school"}, CAUSES)
    assert (card["cause"], card["place"]) == ("fall", "school")


def test_a_mapping_with_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValueError, match="colour"):
        parse("x", {"name": "a", "name_en": "a", "source": "a", "columns": {}, "colour": 1})
    with pytest.raises(KeyError):
        parse("x", {"name": "a", "name_en": "a", "source": "a"})
