"""The page of the language of light and sound: docs/panel.md, made from the tables that the gate uses."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from fabgate.cli.sign_page import bar
from fabgate.cli.sign_sheet import Light
from fabgate.devices.protocols import Colour, Pattern, Sound
from fabgate.devices.rhythms import BEEPS, RHYTHM
from fabgate.events import Tell
from fabgate.gate.loop import FLASH_MS
from fabgate.gate.signals import LIGHT, sound
from fabgate.model import MachineId, Notice
from fabgate.rules.face import Mood, flash
from fabgate.texts import LANGUAGES, Catalogue

TEXTS = Catalogue.load(LANGUAGES, ZoneInfo("UTC"))
OTHERS = [language for language in LANGUAGES if language != "en"]
_HEAD = f"""\
# What lamp and buzzer say

<!-- Made by docs/make.py from fabgate/gate/signals.py: change it there. -->

A machine speaks in light, in sound and in words, all three at once where it has all three.

- **Never by colour alone.** About one man in twelve does not see red and green apart. So each sign of the
  lamp has a rhythm of its own and can be read without its colour; the buzzer and the display say it too.
- **Nothing flickers.** No light flashes more than three times a second: that could bring on a fit.
- What is told (a refusal, a welcome, a warning) stays on the lamp for {FLASH_MS // 1000} seconds; then
  it shows again how the machine stands. A sound is played once.
- A lamp that stays dark is no sign of ours: there is no power, or the gate has stopped. Nothing starts then.

[`fabgate sign`](commands.md#fabgate-sign) prints these tables for one machine, with how to use it, on a sheet
to hang beside it. The words below are those of the sheet; a lab changes them like all others
([texts.md](texts.md#in-your-own-words)). Lamp and buzzer are set under
[`machine.<id>.panel`](configuration.md); which pins they take is in [installers.md](installers.md)."""


def page() -> str:
    """docs/panel.md."""
    return "\n".join([_HEAD, *_lamp(), *_buzzer(), *_tellings()]) + "\n"


def _lamp() -> Iterator[str]:
    yield from ("", "## The lamp", "", "`#` is a fifth of a second of light, `.` one of dark.", "")
    yield f"| it says | light | three seconds of it | on, off | {' | '.join(OTHERS)} |"
    yield f"|---|---|---|---|{'---|' * len(OTHERS)}"
    for mood in Mood:
        colour, pattern = LIGHT[mood]
        drawn = bar(Light(colour, pattern, "", ""))
        said = " | ".join(
            f"{_looks(colour, pattern, other)} – {_word('mood', mood, other)}" for other in OTHERS
        )
        cells = (_word("mood", mood), _looks(colour, pattern), f"`{drawn}`", _seconds(pattern))
        yield f"| {' | '.join(cells)} | {said} |"


def _buzzer() -> Iterator[str]:
    yield from ("", "## The buzzer", "")
    yield f"| it says | sound | beeps of, pause | {' | '.join(OTHERS)} |"
    yield f"|---|---|---|{'---|' * len(OTHERS)}"
    for tone, (on_s, off_s, times) in BEEPS.items():
        said = " | ".join(
            f"{_word('sound', tone, other)} – {_word('heard', tone, other)}" for other in OTHERS
        )
        length = f"{times} of {on_s:g} s" + (f", {off_s:g} s" if times > 1 else "")
        yield f"| {_word('heard', tone)} | {_word('sound', tone)} | {length} | {said} |"


def _tellings() -> Iterator[str]:
    yield from ("", "## What is told, and how", "")
    yield f"Every refusal looks and sounds the same: {_shown(Mood.DENIED)}, {_word('sound', Sound.REFUSE)}."
    yield "Which one it is stands on the display: see [all of them](texts.md#refusals)."
    yield from ("", "| notice | on the display | lamp | sound |", "|---|---|---|---|")
    for notice in Notice:
        mood, tone = flash(Tell(MachineId(""), notice)), sound(notice)
        # "It is over" lights what the machine is now.
        lamp = "as the machine stands" if mood is Mood.READY else _shown(mood)
        heard = "–" if tone is Sound.NONE else _word("sound", tone)
        yield f"| [`{notice}`](texts.md#{notice}) | {TEXTS.say(notice, {}).text} | {lamp} | {heard} |"


def _word(group: str, key: str, language: str = "en") -> str:
    return TEXTS.word(group, key, language)


def _looks(colour: Colour, pattern: Pattern, language: str = "en") -> str:
    return f"{_word('colour', colour, language)}, {_word('pattern', pattern, language)}"


def _shown(mood: Mood) -> str:
    return _looks(*LIGHT[mood])


def _seconds(pattern: Pattern) -> str:
    lengths = RHYTHM[pattern]
    return ", ".join(f"{length:g}" for length in lengths) + " s" if lengths else "on"
