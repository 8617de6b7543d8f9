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
from fabgate.model import Clock, Code, Facts, MachineId, Notice, Taximeter
from fabgate.rules import fares
from fabgate.rules.face import Mood
from fabgate.texts import Catalogue

log = logging.getLogger(__name__)
COST_MS = 60_000  # how often the cost so far is written anew: a display is read, not watched


@dataclass(frozen=True, slots=True)
class Showing:
    """Words and a sound for one machine. `ends_ms` (CLOCK_BOOTTIME): what a display counts down to.

    `rest`: what it shows while nothing happens; `taxi`: what tells the cost so far.
    """

    machine: MachineId
    what: Code | Notice
    facts: Facts
    language: str | None
    sound: Sound
    ends_ms: int | None = None
    rest: bool = False
    taxi: Taximeter | None = None

    def facts_at(self, now_ms: int) -> Facts:
        """The facts, with the cost so far where there is any."""
        cost = None if self.taxi is None else fares.cost(self.taxi, now_ms)
        return self.facts if cost is None else {**self.facts, "cost": cost}


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
        self._running: dict[MachineId, tuple[Showing, int]] = {}  # what shows a cost, and since when
        self._broken: set[tuple[MachineId, str]] = set()

    def show(self, showing: Showing) -> None:
        """Sound and words, each even where the other fails; the sound first, which needs no time."""
        machine = showing.machine
        try:
            if showing.sound is not Sound.NONE:
                self._devices[machine].buzzer.play(showing.sound)
        except DeviceError as error:
            self._without(machine, "buzzer", error)
        now_ms = self._clock.now().boot_ms
        self._running.pop(machine, None)
        if showing.taxi is not None and showing.taxi.ended_ms is None:
            self._running[machine] = (showing, now_ms)
        self._write(showing, now_ms)

    def turn(self) -> None:
        """Time has passed: the next page, and the time that is left. Wanted about once a second."""
        now_ms = self._clock.now().boot_ms
        for machine, (showing, since_ms) in self._running.items():
            if now_ms - since_ms >= COST_MS:
                self._running[machine] = (showing, now_ms)
                if showing.facts_at(now_ms) != showing.facts_at(since_ms):
                    self._write(showing, now_ms)
        for machine, screen in self._screens.items():
            try:
                screen.turn(now_ms)
            except DeviceError as error:
                self._without(machine, "display", error)

    def _write(self, showing: Showing, now_ms: int) -> None:
        try:
            self._screens[showing.machine].show(self._sheet(showing, now_ms), now_ms)
        except DeviceError as error:
            self._without(showing.machine, "display", error)

    def _sheet(self, showing: Showing, now_ms: int) -> Sheet:
        said = self._catalogue.say(showing.what, showing.facts_at(now_ms), showing.language)
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
