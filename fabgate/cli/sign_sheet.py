"""What stands on the sheet beside a machine: made from how this machine is set, and from nothing else.

Pure: the same configuration, language and day give the same sheet. `sign_page.py` prints it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from fabgate.config import LabSettings, MachineSettings
from fabgate.devices.protocols import Colour, Pattern, Sound
from fabgate.gate.signals import LIGHT
from fabgate.model import Cause, Company, Duty, Ending, Fact, Hold, Kind, Sense
from fabgate.rules.face import Mood
from fabgate.texts import Catalogue

_DARK = (Colour.OFF, Pattern.STEADY)
_MOODS = {
    Kind.DOOR: tuple(mood for mood in Mood if mood is not Mood.WAITING),
    Kind.COUNTER: tuple(mood for mood in Mood if mood not in (Mood.WAITING, Mood.ON)),
}
_SOUNDS = {
    Kind.DOOR: (Sound.ACCEPT, Sound.REFUSE, Sound.WARN),
    Kind.COUNTER: (Sound.ACCEPT, Sound.REFUSE, Sound.END),
}
_AT_DOORS = (Mood.READY, Mood.ON)


@dataclass(frozen=True, slots=True)
class Light:
    """One sign of the lamp: its colour and rhythm, both also in words, and what it says."""

    colour: Colour
    pattern: Pattern
    looks: str
    means: str


@dataclass(frozen=True, slots=True)
class Tone:
    sounds: str
    means: str


@dataclass(frozen=True, slots=True)
class Part:
    """A heading, and what stands below it, a line each."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet in one language. `lights` and `tones` are empty where the machine has no lamp, no buzzer."""

    language: str
    title: str
    lab: str
    use: Part
    wrong: Part
    kept: Part
    lamp: str
    lights: tuple[Light, ...]
    sound: str
    tones: tuple[Tone, ...]
    made: str


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the sheet of one machine in one language."""

    wired: MachineSettings
    lab: LabSettings
    texts: Catalogue
    language: str

    def sheet(self, printed_ms: int) -> Sheet:
        """The sheet; `printed_ms` (wall) is the day that stands at its foot."""
        rules, panel = self.wired.rules, self.wired.panel
        made = self.phrase("made", since_ms=printed_ms)
        return Sheet(
            language=self.language,
            title=rules.title[:1].upper() + rules.title[1:],
            lab=self.lab.name,
            use=self.part("use", self.use()),
            wrong=self.part("wrong", self.wrong()),
            kept=self.part("kept", self.kept()),
            lamp=self.phrase("lamp"),
            lights=() if panel.lamp == "none" else tuple(self.lights()),
            sound=self.phrase("sound"),
            tones=() if panel.buzzer == "none" else tuple(self.tones()),
            made=f"{made} fabgate sign {rules.machine} --language {self.language} --html",
        )

    def part(self, heading: str, lines: Iterator[str]) -> Part:
        return Part(self.phrase(heading), tuple(lines))

    def phrase(self, key: str, **facts: Fact) -> str:
        said = self.texts.phrase("sign", key, facts, self.language)
        assert said is not None, f"{key} is given all of its facts"
        return said

    def word(self, group: str, key: str) -> str:
        return self.texts.word(group, key, self.language)

    def has(self, sense: Sense) -> bool:
        return any(contact.sense is sense for contact in self.wired.inputs)

    def ends(self, cause: Cause) -> Ending:
        return self.wired.rules.ends.table()[cause]

    # --- how to use it --------------------------------------------------------------------------

    def use(self) -> Iterator[str]:
        rules = self.wired.rules
        match rules.kind:
            case Kind.DOOR:
                yield self.phrase("door", length_ms=rules.pulse_ms)
                yield self.phrase("out")
                yield self.phrase("stay", length_ms=rules.stay_ms)
            case Kind.COUNTER:
                yield self.phrase("counter")
                yield self.phrase("stay", length_ms=rules.stay_ms)
            case _:
                yield from chain(self.start_and_stop(), self.time(), self.company(), self.wiring())
        if rules.audit:
            yield self.phrase("audit")

    def start_and_stop(self) -> Iterator[str]:
        rules = self.wired.rules
        yield self.phrase(f"start_{rules.hold}")
        yield self.phrase(f"stop_{rules.hold}")
        slot = rules.hold is Hold.SLOT
        if rules.metered and self.ends(Cause.BADGE_GONE if slot else Cause.TAP) is Ending.WHEN_IDLE:
            yield self.phrase("finish")
        if slot:
            yield self.phrase("slip", left_ms=rules.grace_ms)
        else:
            yield self.phrase("gap")

    def time(self) -> Iterator[str]:
        rules = self.wired.rules
        yield self.phrase("limit", limit_ms=rules.limit_ms, left_ms=rules.warning_ms)
        yield self.phrase(f"seen_{rules.hold}")
        if not rules.metered:
            return
        if self.ends(Cause.LIMIT) is Ending.WHEN_IDLE:
            yield self.phrase("job")
        if rules.idle_ms is not None and self.ends(Cause.IDLE) in (Ending.NOW, Ending.WHEN_IDLE):
            yield self.phrase("idle", taken_ms=rules.idle_ms)
        if rules.takeover_ms is not None:
            yield self.phrase("claim", taken_ms=rules.takeover_ms)

    def company(self) -> Iterator[str]:
        rules = self.wired.rules
        match rules.company:
            case Company.FREE | Company.ACCOMPANIED:
                yield self.phrase(rules.company.value)
            case Company.SUPERVISED | Company.NEVER_ALONE:
                yield self.phrase(f"supervised_{rules.hold}", wait_s=rules.wait_ms // 1000)
                yield self.phrase("undo", left_ms=rules.undo_ms)
        if rules.company is Company.NEVER_ALONE:
            yield self.phrase("never_alone")
        if rules.reproof_ms:
            yield self.phrase("prove", taken_ms=rules.reproof_ms)
        if rules.guests:
            yield self.phrase("guests")

    def wiring(self) -> Iterator[str]:
        for sense in (Sense.BUTTON, Sense.LID, Sense.KEY):
            if self.has(sense):
                yield self.phrase(sense.value)
        runs_on = max(
            (one.off_delay_ms for one in self.wired.rules.outputs if one.duty is Duty.AUX), default=0
        )
        if runs_on:
            yield self.phrase("run_on", length_ms=runs_on)

    # --- if something is wrong, and what is recorded ----------------------------------------------

    def wrong(self) -> Iterator[str]:
        if self.wired.rules.kind.is_machine:
            yield self.phrase("estop" if self.has(Sense.ESTOP) else "plug")
        yield self.phrase("help")
        if self.wired.rules.kind.is_machine:
            yield self.phrase("oops" if self.has(Sense.OOPS) else "note")
        yield self.to_contact("call")
        if self.wired.rules.kind.is_machine:
            yield self.phrase("safety")

    def kept(self) -> Iterator[str]:
        yield self.phrase("sessions" if self.wired.rules.kind.is_machine else "visits")
        yield self.phrase("number")
        if self.wired.panel.display != "none":
            yield self.phrase("shown")
        yield self.to_contact("long")

    def to_contact(self, key: str) -> str:
        """The phrase with whom to call, or another where the lab has written nobody down."""
        contact = self.wired.rules.contact or self.lab.contact
        return self.phrase(key, contact=contact) if contact else self.phrase(f"{key}_blank")

    # --- lamp and buzzer --------------------------------------------------------------------------

    def lights(self) -> Iterator[Light]:
        for mood in _MOODS.get(self.wired.rules.kind, tuple(Mood)):
            at_door = mood in _AT_DOORS and not self.wired.rules.kind.is_machine
            yield self.light(*LIGHT[mood], self.word("door" if at_door else "mood", mood))
        yield self.light(*_DARK, self.phrase("dark"))

    def light(self, colour: Colour, pattern: Pattern, means: str) -> Light:
        name = self.word("colour", colour)
        looks = name if colour is Colour.OFF else f"{name}, {self.word('pattern', pattern)}"
        return Light(colour, pattern, looks, means)

    def tones(self) -> Iterator[Tone]:
        for sound in _SOUNDS.get(self.wired.rules.kind, tuple(Sound)):
            if sound is not Sound.NONE:
                yield Tone(self.word("sound", sound), self.word("heard", sound))
