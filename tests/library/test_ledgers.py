import re
from collections import Counter

import pytest

from safecommunity import library
from safecommunity.core.fields import KINDS

LEDGERS = sorted(library.ledgers)
HAN = re.compile(r"[一-鿿]")
NEEDED = [
    "premises",
    "vehicles",
    "drivers",
    "fire-equipment",
    "food-businesses",
    "food-workers",
    "special-operation-certificates",
    "major-hazard-sources",
    "safety-signs",
    "vulnerable-people",
    "volunteers",
    "social-organisations",
    "meetings",
    "rules",
    "activities",
    "emergency-plans",
    "drills",
    "emergency-teams",
    "supplies",
    "funds",
    "exchanges",
    "honours",
    "population",
    "inspections-comprehensive",
    "reviews",
    "promotion-projects",
    "injuries-summary",
    "opinions",
    "food-inspections",
    "education-facilities",
    "added-facilities",
    "legal-bases",
    "patrols",
    "offices",
    "plans",
]


def test_every_ledger_the_work_needs_ships() -> None:
    assert set(NEEDED) <= set(LEDGERS)


@pytest.mark.parametrize("code", LEDGERS)
def test_a_ledger_can_be_read_and_is_useful(code: str) -> None:
    ledger = library.ledgers[code]
    assert ledger.group in library.codes["ledger-groups"]
    assert len(ledger.fields) >= 10
    assert any(field.required for field in ledger.fields.values())
    assert 3 <= len(ledger.list_fields) <= 12
    assert any(field.filter for field in ledger.fields.values())
    assert ledger.record_date
    assert ledger.all_feeds
    assert all(section.fields for section in ledger.sections)


@pytest.mark.parametrize("code", LEDGERS)
def test_a_ledger_speaks_both_languages(code: str) -> None:
    ledger = library.ledgers[code]
    pairs = [(ledger.name, ledger.name_en), (ledger.description, ledger.description_en)]
    pairs += [(section.label, section.label_en) for section in ledger.sections]
    for field in ledger.fields.values():
        pairs += [(field.label, field.label_en), *field.choices.values()]
        assert bool(field.help) == bool(field.help_en)
    for zh, en in pairs:
        assert zh
        assert en
        assert HAN.search(zh) or zh == en or re.match(r"[A-Z]\d", zh)
        assert not HAN.search(en)


@pytest.mark.parametrize("code", LEDGERS)
def test_labels_are_not_used_twice_in_one_ledger(code: str) -> None:
    columns = library.ledgers[code].columns
    for labels in ([column.label for column in columns], [column.label_en for column in columns]):
        assert [label for label, times in Counter(labels).items() if times > 1] == []


@pytest.mark.parametrize("code", LEDGERS)
def test_identity_numbers_and_telephones_of_people_are_sealed(code: str) -> None:
    for field in library.ledgers[code].fields.values():
        if field.kind == "person-id":
            assert field.personal == "sealed"
        if field.kind == "phone" and field.personal == "none":
            assert field.label == "值班电话"


@pytest.mark.parametrize("code", LEDGERS)
def test_links_lead_to_ledgers_that_exist(code: str) -> None:
    for field in library.ledgers[code].fields.values():
        assert (field.kind == "link") == bool(field.ledger)
        assert not field.ledger or field.ledger in LEDGERS


@pytest.mark.parametrize("code", LEDGERS)
def test_a_ledger_feeds_items_the_national_form_has(code: str) -> None:
    items = [5, 4, 4, 3, 13, 4, 4, 4, 3, 2, 2, 2]
    known = {f"national-2006/{e}.{n}" for e, count in enumerate(items, 1) for n in range(1, count + 1)}
    assert set(library.ledgers[code].all_feeds) <= known


def test_every_item_of_the_national_form_but_those_shown_otherwise_is_fed() -> None:
    fed = {feed.split("/")[1] for ledger in library.ledgers.values() for feed in ledger.all_feeds}
    items = [5, 4, 4, 3, 13, 4, 4, 4, 3, 2, 2, 2]
    wanted = {f"{e}.{n}" for e, count in enumerate(items, 1) for n in range(1, count + 1)}
    assert wanted - fed == {"1.2", "10.1"}  # bodies and the archive are no ledgers


def test_every_kind_of_field_is_used_somewhere() -> None:
    used = {field.kind for ledger in library.ledgers.values() for field in ledger.fields.values()}
    assert set(KINDS) - used == set()


def test_the_people_who_need_care_are_restricted() -> None:
    assert [code for code in LEDGERS if library.ledgers[code].restricted] == ["vulnerable-people"]


@pytest.mark.requirement(
    "R48", "R49", "R50", "R51", "R52", "R53", "R54", "R55", "R56", "R57", "R70", "R110", "R121", "R143"
)  # fmt: skip
def test_the_rules_the_plans_ask_for_can_be_kept() -> None:
    asked = {one.extra["requirement"] for one in library.codes["rule-kinds"].values()} - {""}
    assert {f"R{n}" for n in range(48, 58)} | {"R70", "R110", "R121", "R143"} <= asked
    assert set(library.codes["rule-kinds"]) == set(library.ledgers["rules"].fields["kind"].choices)


@pytest.mark.requirement("R14", "R16", "R34", "R166", "R200")
def test_money_has_the_sources_and_uses_the_plans_name() -> None:
    sources = set(library.ledgers["funds"].fields["source"].choices)
    uses = set(library.ledgers["funds"].fields["use"].choices)
    assert {"government", "district", "sub-district", "re-employment", "enterprise", "social"} <= sources
    assert {"infrastructure", "environment", "publicity", "equipment", "awards", "wages", "office"} <= uses


@pytest.mark.requirement("R85")
def test_the_campaigns_the_plan_names_can_be_recorded() -> None:
    assert {"work-safety-month", "fire-119"} <= set(library.ledgers["activities"].fields["campaign"].choices)


@pytest.mark.requirement("R71", "R86", "R89", "R90", "R91")
def test_study_and_training_are_recorded_by_audience() -> None:
    fields = library.ledgers["activities"].fields
    groups = {"residents", "employees", "owners", "pupils", "guards", "fire-brigade"}
    assert groups <= set(fields["groups"].choices)
    kinds = {"law-study", "handbook-study", "fire-study", "three-level", "training"}
    assert kinds <= set(fields["kind"].choices)


def test_the_fields_of_promotion_are_at_least_the_twelve_of_the_standard() -> None:
    national = [one.extra["national"] for one in library.codes["promotion-fields"].values()]
    assert [code for code in national if code] == [f"5.{n}" for n in range(1, 14)]
