"""The sheet beside a machine: what this machine does, and nothing that it does not."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cli_lab import Lab

from fabgate.cli.sign_page import bar, html, strip, text
from fabgate.cli.sign_sheet import Light, Maker, Sheet
from fabgate.config import Contact, LabSettings, MachineSettings, Panel
from fabgate.devices.protocols import Colour, Pattern
from fabgate.gate.signals import LIGHT
from fabgate.model import (
    Company,
    Duty,
    Ending,
    Ends,
    Hold,
    Kind,
    MachineId,
    MachineRules,
    Output,
    Sense,
    SkillId,
)
from fabgate.rules.face import Mood
from fabgate.texts import LANGUAGES, Catalogue
from fabgate.texts.catalogue import shipped
from fabgate.texts.lines import line

ZONE = ZoneInfo("Europe/Brussels")
OCTOBER = 1_792_836_000_000
TEXTS = {language: Catalogue.load([language], ZONE) for language in LANGUAGES}
LAMP = Panel(lamp="sim", buzzer="sim", display="sim")
LAB = LabSettings("openfab", ZONE, contact="Zoé, 0470 12 34 56")
RULES = MachineRules(MachineId("laser"), SkillId("laser"), "the laser cutter")
JOBS = Ends(tap=Ending.WHEN_IDLE, badge_gone=Ending.WHEN_IDLE)
EVERYTHING = replace(
    RULES,
    company=Company.NEVER_ALONE,
    metered=True,
    idle_ms=1_200_000,
    takeover_ms=900_000,
    reproof_ms=1_800_000,
    guests=True,
    audit=True,
    ends=JOBS,
    outputs=(Output("relay", Duty.POWER), Output("air", Duty.AUX, off_delay_ms=180_000)),
)


def wired(rules: MachineRules = RULES, *senses: Sense, panel: Panel = LAMP) -> MachineSettings:
    inputs = tuple(Contact(sense.value, sense) for sense in senses)
    return MachineSettings(rules, (), (), inputs, panel)


def sheet(
    rules: MachineRules = RULES,
    *senses: Sense,
    language: str = "en",
    panel: Panel = LAMP,
    lab: LabSettings = LAB,
) -> Sheet:
    return Maker(wired(rules, *senses, panel=panel), lab, TEXTS[language], language).sheet(OCTOBER)


def use(rules: MachineRules, *senses: Sense) -> str:
    return "\n".join(sheet(rules, *senses).use.lines)


def all_kinds(language: str) -> Iterator[Sheet]:
    """Sheets of machines that are set in every way that a sheet can tell."""
    for hold, company, kind in product(Hold, Company, (Kind.MACHINE, Kind.DOOR, Kind.COUNTER)):
        rules = replace(EVERYTHING, hold=hold, company=company, kind=kind)
        yield sheet(rules, *Sense, language=language)
        yield sheet(rules, language=language, lab=replace(LAB, contact=""))


# --- what stands on it ----------------------------------------------------------------------------


def test_it_says_first_how_this_machine_is_started_and_stopped():
    assert sheet().use.lines[:2] == ("Start: tap your badge.", "Stop: tap again.")
    slot = sheet(replace(RULES, hold=Hold.SLOT, grace_ms=45_000)).use.lines
    assert slot[:2] == ("Start: put your badge in, and leave it in.", "Stop: take your badge out.")
    assert "back within 45 s" in slot[2]


def test_its_times_are_those_of_the_machine():
    said = use(replace(RULES, limit_ms=5_400_000, warning_ms=120_000, wait_ms=90_000, undo_ms=20_000))
    assert "1 h 30 min at most. 2 min before the end you are warned." in said
    assert "your sponsor taps within 1 min 30 s" in said
    assert "within 20 s takes a wrong start back" in said


def test_a_machine_that_cuts_no_job_says_so_only_if_it_knows_of_jobs():
    waits = replace(RULES, ends=JOBS)
    assert "finishes its job" not in use(waits)
    assert "finishes its job" in use(replace(waits, metered=True))
    assert "finishes its job" not in use(replace(RULES, metered=True))
    slot = replace(waits, metered=True, hold=Hold.SLOT)
    assert "finishes its job" in use(slot)
    assert "finishes its job" not in use(replace(slot, ends=replace(JOBS, badge_gone=Ending.NOW)))
    assert "when time is up may finish" in use(replace(RULES, metered=True))
    assert "when time is up" not in use(replace(RULES, metered=True, ends=replace(JOBS, limit=Ending.NOW)))


def test_idle_and_takeover_are_told_only_where_they_happen():
    idle = replace(RULES, metered=True, idle_ms=1_200_000)
    assert "nothing for 20 min, it goes off" in use(idle)
    assert "goes off" not in use(replace(idle, ends=Ends(idle=Ending.WARN)))
    assert "goes off" not in use(replace(idle, metered=False))
    assert "idle for 15 min? Tap twice" in use(replace(RULES, metered=True, takeover_ms=900_000))
    assert "Tap twice" not in use(replace(RULES, takeover_ms=900_000))


@pytest.mark.parametrize(
    ("company", "says", "not_a_word"),
    [
        (Company.FREE, "here alone too", "ponsor"),
        (Company.ACCOMPANIED, "a sponsor has to be checked in", "taps within"),
        (Company.SUPERVISED, "your sponsor taps within 1 min", "Nobody works here alone"),
        (Company.NEVER_ALONE, "Nobody works here alone", "here alone too"),
    ],
)
def test_who_has_to_be_there_is_told_for_its_class(company: Company, says: str, not_a_word: str):
    said = use(replace(RULES, company=company))
    assert says in said
    assert not_a_word not in said


@pytest.mark.parametrize(
    ("sense", "says"),
    [
        (Sense.BUTTON, "The button stops it"),
        (Sense.LID, "If the lid opens"),
        (Sense.KEY, "key switch is on"),
        (Sense.OOPS, "Press the oops button"),
        (Sense.ESTOP, "The emergency stop first"),
    ],
)
def test_what_is_wired_is_told_and_what_is_not_is_not(sense: Sense, says: str):
    assert says in text([sheet(RULES, sense)])
    assert says not in text([sheet(RULES)])


def test_extraction_that_runs_on_is_to_be_left_on():
    outputs = (Output("relay", Duty.POWER, off_delay_ms=9_000), Output("air", Duty.AUX, off_delay_ms=180_000))
    assert "within 3 min: leave it on" in use(replace(RULES, outputs=outputs))
    assert "leave it on" not in use(replace(RULES, outputs=outputs[:1]))


def test_a_door_says_how_one_comes_in_and_out_and_nothing_of_sessions():
    door = sheet(replace(RULES, kind=Kind.DOOR, pulse_ms=7_000))
    assert "opens for 7 s" in door.use.lines[0]
    assert "From inside it always opens by hand" in door.use.lines[1]
    assert "session" not in text([door])
    assert "open: come in" in text([door])


def test_a_counter_checks_in_and_out():
    counter = sheet(replace(RULES, kind=Kind.COUNTER))
    assert counter.use.lines[0] == "Tap when you come, and tap again when you go."
    assert Colour.GREEN not in {light.colour for light in counter.lights}


def test_whom_to_call_is_written_or_left_to_be_written_by_hand():
    assert "Whom to call: Zoé, 0470 12 34 56" in sheet().wrong.lines
    blank = sheet(lab=replace(LAB, contact=""))
    assert "Whom to call: ____________________" in blank.wrong.lines
    assert blank.kept.lines[-1].endswith("ask a fab manager.")


def test_the_lamp_is_told_by_colour_rhythm_and_meaning_and_only_where_there_is_one():
    lights = sheet().lights
    assert [(light.colour, light.pattern) for light in lights[:-1]] == [LIGHT[mood] for mood in Mood]
    assert lights[2] == Light(Colour.GREEN, Pattern.STEADY, "green, all the time", "on: you may work")
    assert lights[-1].looks == "dark"
    none = sheet(panel=Panel())
    assert (none.lights, none.tones) == ((), ())
    assert "What the lamp says" not in text([none])
    assert "What you hear" not in html([none])
    assert "shows your name" not in text([none])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_has_its_machine(language: str):
    """No phrase that no sheet says, and none that a sheet would miss."""
    phrases = tomllib.loads(shipped(language))["words"]["sign"]
    said = "\n".join(map(str, all_kinds(language)))
    for key, phrase in phrases.items():
        longest = max((part for part in line(phrase) if isinstance(part, str)), key=len)
        assert longest.strip() in said, key


# --- how it is printed ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_fits_eighty_columns_in_every_language(language: str):
    for one in all_kinds(language):
        assert max(map(len, text([one]).splitlines())) <= 80


def test_what_goes_over_its_line_hangs_below_its_beginning():
    lines = text([sheet(lab=replace(LAB, contact="Zoé " * 30))]).splitlines()
    call = next(at for at, row in enumerate(lines) if row.startswith("  - Whom to call:"))
    assert lines[call + 1].startswith("    Zoé")


class Tags(HTMLParser):
    """Reads a page, and fails where a tag is closed that was not the last one opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "rect", "line"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "line"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_is_whole_and_says_all_that_the_text_says():
    one = sheet(EVERYTHING, *Sense, language="fr")
    tags = Tags()
    tags.feed(html([one]))
    assert tags.open == []
    said = {word.strip() for word in tags.words}
    assert {*one.use.lines, *one.wrong.lines, *one.kept.lines, one.made} <= said
    assert {light.looks for light in one.lights} | {tone.means for tone in one.tones} <= said


def test_what_the_lab_wrote_is_text_on_the_page_and_never_a_tag():
    evil = replace(LAB, name="<b>lab</b>", contact='<script>alert("x")</script>')
    page = html([sheet(replace(RULES, title="<i>laser</i> & co"), lab=evil)])
    assert "<script>" not in page and "<i>" not in page and "<b>" not in page
    assert "&lt;i&gt;laser&lt;/i&gt; &amp; co" in page


def test_the_page_needs_nothing_from_elsewhere():
    page = html([sheet()])
    assert "http" not in page and "src=" not in page and "@import" not in page


def test_each_light_is_drawn_as_it_shines():
    dark = Light(Colour.OFF, Pattern.STEADY, "dark", "")
    lights = {pattern: Light(Colour.RED, pattern, "red", "") for pattern in Pattern}
    assert bar(dark) == "." * 15 and "<rect" not in strip(dark)
    assert bar(lights[Pattern.STEADY]) == "#" * 15
    assert strip(lights[Pattern.STEADY]).count("<rect") == 1
    assert strip(lights[Pattern.BLINK]).count("<rect") == 6
    assert len({bar(light) for light in lights.values()}) == len(Pattern)


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def test_a_sheet_is_in_the_labs_own_language_unless_others_are_asked_for(lab: Lab):
    lab.done("init --manager Zoe --id zoe")
    assert "Start: tap your badge." in lab.done("sign laser")
    both = lab.done("sign laser --language fr --language de")
    assert both.count("\f") == 1
    assert "présente ton badge" in both and "Badge hinhalten" in both
    page = lab.done("sign laser --html --language nl --language de")
    assert page.count("<article") == 2 and '<html lang="nl">' in page
    assert "24/10/2026" in page and "fabgate sign laser --language de --html" in page


def test_a_sheet_says_what_the_lab_says_in_its_own_words(lab: Lab):
    lab.done("init --manager Zoe --id zoe")
    own = lab.folder / "texts.toml"
    own.write_text('[en.words.sign]\nhelp = "Fire: 911."\n[en.words.mood]\nready = "go ahead"\n')
    lab.settings = replace(lab.settings, lab=replace(lab.settings.lab, texts=own))
    said = lab.done("sign laser")
    assert "Fire: 911." in said and "112" not in said
    assert "go ahead" in said


def test_a_machine_or_a_language_that_is_not_there_is_refused(lab: Lab):
    lab.done("init --manager Zoe --id zoe")
    assert "Did you mean laser?" in lab.refused("sign lasr")
    assert "en, fr, nl, de" in lab.refused("sign laser --language xx")
