"""What faces the people: moods as light, tellings as sound and words.

The lamp is a pin and is set by the loop itself: red stands before any disk. Sound and words take
longer, so a thread does them, and of two that wait for one machine only the latest is shown.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from fabgate.devices.protocols import Devices, Sound
from fabgate.errors import DeviceError
from fabgate.gate.screen import Screen, Sheet
from fabgate.gate.signals import LIGHT
from fabgate.model import Clock, Code, Facts, MachineId, Notice
from fabgate.rules.face import Mood
from fabgate.texts import Catalogue

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Showing:
    """Words and a sound for one machine. `ends_ms` (CLOCK_BOOTTIME): what a display counts down to.

    `rest`: what it shows while nothing happens.
    """

    machine: MachineId
    what: Code | Notice
    facts: Facts
    language: str | None
    sound: Sound
    ends_ms: int | None = None
    rest: bool = False


class Panels:
    """Shows words and plays sounds; a display or buzzer that fails is told once and done without."""

    def __init__(
        self,
        devices: Mapping[MachineId, Devices],
        catalogue: Catalogue,
        clock: Clock,
        titles: Mapping[MachineId, str],
    ) -> None:
        """`titles`: what stands above the words on each machine's display."""
        self._devices, self._catalogue, self._clock, self._titles = devices, catalogue, clock, titles
        self._screens = {machine: Screen(held.display) for machine, held in devices.items()}
        self._broken: set[tuple[MachineId, str]] = set()

    def show(self, showing: Showing) -> None:
        """Sound and words, each even where the other fails; the sound first, which needs no time."""
        machine = showing.machine
        try:
            if showing.sound is not Sound.NONE:
                self._devices[machine].buzzer.play(showing.sound)
        except DeviceError as error:
            self._without(machine, "buzzer", error)
        try:
            now_ms = self._clock.now().boot_ms
            self._screens[machine].show(self._sheet(showing, now_ms), now_ms)
        except DeviceError as error:
            self._without(machine, "display", error)

    def turn(self) -> None:
        """Time has passed: the next page, and the time that is left. Wanted about once a second."""
        now_ms = self._clock.now().boot_ms
        for machine, screen in self._screens.items():
            try:
                screen.turn(now_ms)
            except DeviceError as error:
                self._without(machine, "display", error)

    def _sheet(self, showing: Showing, now_ms: int) -> Sheet:
        said = self._catalogue.say(showing.what, showing.facts, showing.language)
        title = self._titles[showing.machine]
        return Sheet(
            lines=tuple(line for line in (said.text, said.next) if line),
            title=title[:1].upper() + title[1:],
            ends_ms=_ends_ms(showing, now_ms),
            unit=lambda unit: self._catalogue.word("units", unit, showing.language),
            rest=showing.rest,
        )

    def light(self, machine: MachineId, mood: Mood) -> None:
        """Set the lamp; called by the loop."""
        try:
            self._devices[machine].lamp.show(*LIGHT[mood])
        except DeviceError as error:
            self._without(machine, "lamp", error)

    def _without(self, machine: MachineId, device: str, error: DeviceError) -> None:
        if (machine, device) not in self._broken:
            self._broken.add((machine, device))
            log.error("event=done_without machine=%s device=%s error=%r", machine, device, error.what)


def _ends_ms(showing: Showing, now_ms: int) -> int | None:
    """What is counted down to: where somebody is asked to do something soon, that comes first."""
    wait_s = showing.facts.get("wait_s")
    if showing.rest or not isinstance(wait_s, int):
        return showing.ends_ms
    asked_ms = now_ms + wait_s * 1000
    return asked_ms if showing.ends_ms is None else min(asked_ms, showing.ends_ms)
