"""The colours: one list for pages and drawings, legible in both themes (WCAG 2.2 AA)."""

from __future__ import annotations

import re

import pytest

from safecommunity.documents import charts
from safecommunity.web.components import tags

PAIR = re.compile(r"--([\w-]+): var\(--light, (#\w{6})\) var\(--dark, (#\w{6})\);")
TOKENS = {
    name: {"light": light, "dark": dark}
    for name, light, dark in PAIR.findall((tags.STATIC / "css" / "tokens.css").read_text())
}
THEMES = ["light", "dark"]


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two #rrggbb colours."""
    darker, lighter = sorted(_luminance(colour) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", ["ground", "surface", "sunken", "accent-soft"])
@pytest.mark.parametrize("words", ["ink", "muted", "accent", "done", "wrong"])
def test_words_are_legible_on_every_ground(words: str, ground: str, theme: str) -> None:
    assert contrast(TOKENS[words][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("tone", ["done", "wrong", "red", "orange", "yellow", "blue"])
def test_a_badge_is_legible_on_its_own_ground(tone: str, theme: str) -> None:
    assert contrast(TOKENS[tone][theme], TOKENS[f"{tone}-soft"][theme]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_what_can_be_operated_has_a_visible_edge_and_the_main_button_legible_words(theme: str) -> None:
    assert contrast(TOKENS["edge"][theme], TOKENS["surface"][theme]) >= 3
    assert contrast(TOKENS["edge"][theme], TOKENS["ground"][theme]) >= 3
    assert contrast(TOKENS["on-accent"][theme], TOKENS["accent"][theme]) >= 4.5


@pytest.mark.parametrize(("theme", "palette"), [("light", charts.LIGHT), ("dark", charts.DARK)])
def test_drawings_on_paper_have_the_colours_of_the_pages(theme: str, palette: dict[str, str]) -> None:
    assert palette == {name: TOKENS[name][theme] for name in palette}
