"""The pages about light and sound say what the gate does, in the words of the sheet beside the machine."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fabgate.devices.rhythms import BEEPS
from fabgate.gate.signals import LIGHT, sound
from fabgate.model import Notice
from fabgate.rules.face import Mood
from fabgate.texts import LANGUAGES, Catalogue

DOCS = Path(__file__).resolve().parents[2] / "docs"
TEXTS = Catalogue.load(LANGUAGES, ZoneInfo("UTC"))
HEADS = {"en": "# At a machine", "fr": "## En français", "nl": "## In het Nederlands", "de": "## Auf Deutsch"}


def page(name: str) -> list[str]:
    return (DOCS / name).read_text(encoding="utf-8").splitlines()


def members_in(language: str) -> list[str]:
    """What the members' page says in one language: from its heading to that of the next."""
    lines = page("members.md")
    starts = {
        one: next(at for at, row in enumerate(lines) if row.startswith(HEADS[one])) for one in LANGUAGES
    }
    after = [at for at in starts.values() if at > starts[language]]
    return lines[starts[language] : min(after, default=len(lines))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_members_read_every_light_and_sound_in_the_words_of_the_sheet(language: str):
    lines = members_in(language)
    for mood, (colour, pattern) in LIGHT.items():
        looks = f"{TEXTS.word('colour', colour, language)}, {TEXTS.word('pattern', pattern, language)}"
        assert f"| {looks} | {TEXTS.word('mood', mood, language)} |" in lines
    for tone in BEEPS:
        assert f"| {TEXTS.word('sound', tone, language)} | {TEXTS.word('heard', tone, language)} |" in lines


def test_every_notice_is_on_the_page_with_its_sound():
    rows = {row.split("`")[1]: row for row in page("panel.md") if row.startswith("| [`")}
    assert set(rows) == set(Notice)
    for notice, row in rows.items():
        heard = TEXTS.word("sound", sound(notice)) if sound(notice) != "none" else "–"
        assert row.endswith(f" {heard} |")


def test_every_mood_is_on_the_page_with_its_rhythm():
    page_ = "\n".join(page("panel.md"))
    assert all(f"\n| {TEXTS.word('mood', mood)} | " in page_ for mood in Mood)
    assert page_.count("`###############`") == 1, "one light alone is on all the time"
