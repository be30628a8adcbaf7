"""The menu shows what exists and what the person may open."""

from __future__ import annotations

import pytest

from safecommunity.web import nav
from safecommunity.web.components.icons import shapes
from tests import make

pytestmark = pytest.mark.django_db


def test_every_section_has_an_icon_and_a_code_of_its_own() -> None:
    assert all(shapes(section.icon) for section in nav.SECTIONS)
    assert len({section.code for section in nav.SECTIONS}) == len(nav.SECTIONS)


def test_the_bottom_bar_has_four_entries_and_the_fifth_is_more() -> None:
    assert sum(section.phone for section in nav.SECTIONS) == 4


def test_a_section_without_a_page_does_not_show() -> None:
    assert not nav.exists("nowhere:index")
    assert nav.exists("home:index")


def test_the_system_administrator_sees_no_working_data_in_the_menu() -> None:
    unit = make.unit()
    chen = make.member(unit, role="system-admin", username="chen")
    codes = {entry.section.code for entry in nav.entries(chen, unit, "home")}
    assert not codes & {"assessment", "metrics", "ledgers", "evidence", "reports", "audit"}


def test_the_section_in_view_is_marked() -> None:
    unit = make.unit()
    entries = list(nav.entries(make.member(unit), unit, "home"))
    assert [entry.section.code for entry in entries if entry.current] == ["home"]
    assert entries[0].url == f"/{unit.slug}/"
