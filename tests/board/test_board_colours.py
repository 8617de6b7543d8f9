"""The colours of the board, reckoned from its sheet: WCAG 2.1, 1.4.3 for text, 1.4.11 for the rest."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "fabgate/board/static"
SHEET = (STATIC / "board.css").read_text(encoding="utf-8")
TEXT, DRAWN = 4.5, 3.0
_SET = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6});")
WHITE = {"money.css": ["#fff"]}  # charts are drawn for white paper
GROUNDS = ("paper", "ground")
ON_ANY = ("ink", "soft", "link")
STATES = ("free", "busy", "wait", "bad", "off")


def colours(look: str) -> dict[str, str]:
    light, _, rest = SHEET.partition("@media screen and (prefers-color-scheme: dark)")
    found = dict(_SET.findall(light))
    return found if look == "light" else found | dict(_SET.findall(rest.partition("\n}\n")[0]))


def luminance(colour: str) -> float:
    """Of WCAG 2.1, "relative luminance"."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def pairs() -> list[tuple[str, str, float]]:
    """What stands on what, and the contrast that it needs."""
    found = [(text, ground, TEXT) for text in ON_ANY for ground in GROUNDS]
    found += [(text, f"{state}-ground", TEXT) for state in STATES for text in (state, "ink")]
    found += [(state, ground, DRAWN) for state in STATES for ground in GROUNDS]
    return [*found, ("on-deed", "deed", TEXT), ("bad", "paper", TEXT), ("bad", "ground", TEXT)]


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize(("one", "other", "least"), pairs())
def test_what_stands_on_it_can_be_read(look, one, other, least):
    known = colours(look)
    assert contrast(known[one], known[other]) >= least


def test_what_is_printed_from_a_dark_screen_has_the_colours_for_paper():
    """Else it is light on white."""
    assert re.findall(r"@media ([^{]*prefers-color-scheme[^{]*) {", SHEET) == [
        "screen and (prefers-color-scheme: dark)"
    ]
    assert colours("dark") != colours("light")


def test_black_on_white_is_the_most_that_there_is():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_every_sheet_takes_its_colours_from_the_one():
    for sheet in set(STATIC.glob("*.css")) - {STATIC / "stage.css"}:  # which draws lamps and glass
        rules = re.sub(r"--[a-z-]+:\s*[^;]+;", "", sheet.read_text(encoding="utf-8"))
        rules = rules.partition("@media print")[0]
        assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*;)|\brgba?\(|\bhsla?\(", rules) == WHITE.get(
            sheet.name, []
        ), sheet.name
