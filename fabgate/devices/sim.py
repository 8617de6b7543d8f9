"""The simulated bench: every device of the configuration, with a history, moved by verbs.

It is the whole box, with lamp, buzzer and display whatever the configuration says, so that a lab
rehearses the configuration that it runs. It is strict: a verb that nobody could carry out in the
room raises DeviceError. `gate/` uses it through the protocols, `rehearsal/` and the socket door
(`door.py`) through the verbs. Any thread may call any of it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TextIO

from fabgate.badges.uid import Uid
from fabgate.config import MachineSettings, Settings, Wire
from fabgate.devices.console import say
from fabgate.devices.kinds import PANEL, check_kind
from fabgate.devices.protocols import Appeared, Devices, Left, Relay
from fabgate.devices.simparts import (
    OFF,
    SimBuzzer,
    SimDisplay,
    SimInput,
    SimLamp,
    SimReader,
    Spot,
)
from fabgate.devices.simwires import SimContactor, SimMeter, SimMirror, SimPump
from fabgate.errors import DeviceError
from fabgate.model import Clock, Duty, MachineId, Moment

RECENT = 10_000  # changes that the history of a daemon keeps; the door's file has them all
READERS = ("sim",)
METERS = ("sim",)
PANELS = ("none", "console", "sim")  # all are simulated; `console` writes to the terminal besides


@dataclass(frozen=True, slots=True)
class Change:
    """An output was set: `device` is the name of the output, or lamp, buzzer, display.

    `value`: `on` or `off`; the lamp `green steady`; the buzzer the sound that it began; the
    display its lines, joined by newlines.
    """

    at: Moment
    machine: MachineId
    device: str
    value: str


@dataclass(frozen=True, slots=True)
class _Parts:
    """What stands at one machine and can be moved by hand, besides what the gate holds."""

    reader: SimReader
    inputs: Mapping[str, SimInput]
    pumps: tuple[SimPump, ...]
    devices: Devices


class SimBench:
    """The devices of a configuration, simulated, all off. `keep` bounds the history (None: all)."""

    def __init__(self, settings: Settings, clock: Clock, *, keep: int | None = None) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._history: deque[Change] = deque(maxlen=keep)
        self._followers: list[Callable[[Change], None]] = []
        self._wired = settings.machines
        self._spots = {machine: self._spot(machine, wired) for machine, wired in self._wired.items()}
        self._held: dict[MachineId, set[str]] = {machine: set() for machine in self._wired}
        self._parts: dict[MachineId, _Parts] = {}
        self._machines: dict[MachineId, Devices] = {}
        self.reopen()

    # --- for the gate ---------------------------------------------------------------------------

    @property
    def machines(self) -> Mapping[MachineId, Devices]:
        return self._machines

    def close(self) -> None:
        """All outputs fall to off, as they do when the controller loses its power or its daemon.

        What stands in the room stays: badges in slots, pressed buttons, broken devices.
        """
        self.settle()
        for held in self._machines.values():
            for relay in held.outputs.values():
                relay.close()
        for held in self._machines.values():
            held.lamp.close()
            held.buzzer.close()
            held.display.close()
            for reader in held.readers:
                reader.close()
            for _sense, line in held.inputs:
                line.close()
            if held.meter is not None:
                held.meter.close()

    def reopen(self) -> None:
        """Fresh devices on the same room, as a new daemon finds it: after this, ask `machines` again."""
        with self._lock:
            self.close()
            self._parts = {machine: self._open(spot) for machine, spot in self._spots.items()}
            self._machines = {machine: parts.devices for machine, parts in self._parts.items()}

    # --- what happens in the room ---------------------------------------------------------------

    def tap(self, machine: MachineId, uid: Uid) -> None:
        """A badge touches the reader and is taken away at once."""
        with self._lock:
            self.hold(machine, uid)
            self.lift(machine)

    def hold(self, machine: MachineId, uid: Uid) -> None:
        """A badge is laid in the slot and stays there."""
        with self._lock:
            self._put(machine, uid, fresh=True)

    def lay(self, machine: MachineId, uid: Uid) -> None:
        """A badge lies in the slot since before the reader came up: nobody has just come with it."""
        with self._lock:
            self._put(machine, uid, fresh=False)

    def lift(self, machine: MachineId) -> None:
        """The badge is taken out of the slot."""
        with self._lock:
            spot = self._find(machine)
            if spot.lying is None:
                raise DeviceError(
                    f"no badge lies at the reader of machine {machine}",
                    f"Say first: hold {machine} UID",
                )
            uid, spot.lying = spot.lying, None
            self._parts[machine].reader.show(Left(uid))

    def press(self, machine: MachineId, name: str) -> None:
        """An input is pressed and stays so. A mirror contact: the contactor is welded from now on."""
        self._move(machine, name, pressed=True)

    def release(self, machine: MachineId, name: str) -> None:
        """It is released. A mirror contact: the contactor does not pull from now on."""
        self._move(machine, name, pressed=False)

    def current(self, machine: MachineId, amperes: float) -> None:
        """What the machine draws, whatever is switched on: its meter tells it, if it has one."""
        spot = self._find(machine)
        if not 0 <= amperes <= 1_000:
            raise DeviceError(f"machine {machine} cannot draw {amperes} A", "Give amperes from 0 to 1000.")
        spot.milliamperes = round(amperes * 1_000)

    def fail(self, machine: MachineId, device: str) -> None:
        """A device stops answering; an output keeps the state that it has."""
        with self._lock:
            self._find(machine, device).broken.add(device)
            if device == "reader":
                self._parts[machine].reader.dazzle()

    def mend(self, machine: MachineId, device: str) -> None:
        """It answers again. A reader sees again once it is revived; a mirror follows its output again."""
        with self._lock:
            self._find(machine, device).broken.discard(device)
            line = self._parts[machine].inputs.get(device)
        if isinstance(line, SimMirror):
            line.let_go()

    # --- what can be seen -----------------------------------------------------------------------

    @property
    def history(self) -> tuple[Change, ...]:
        """Every change of an output, oldest first."""
        with self._lock:
            self.settle()
            return tuple(self._history)

    def follow(self, told: Callable[[Change], None]) -> None:
        """Have every change told from now on, in the thread that makes it, before it goes on."""
        with self._lock:
            self._followers.append(told)

    def state(self, machine: MachineId, device: str) -> str:
        """What an output shows now, as in `Change`; `pressed` or `released` for an input."""
        with self._lock:
            self.settle()
            shown = self._shown(self._find(machine))
        if device not in shown:
            raise DeviceError(f"machine {machine} has no {device!r}", f"It has: {_listed(shown)}.")
        return shown[device]

    def says(self, machine: MachineId) -> str:
        """What stands on the display, its lines joined by newlines."""
        return self.state(machine, "display")

    def snapshot(self) -> tuple[Change, ...]:
        """Every output as it stands now."""
        with self._lock:
            self.settle()
            at = self._clock.now()
            return tuple(
                Change(at, machine, device, value)
                for machine, spot in self._spots.items()
                for device, value in spot.shown.items()
            )

    def show(self) -> dict[str, dict[str, str]]:
        """Everything at every machine: outputs and inputs by name, the badge, the current in A."""
        with self._lock:
            self.settle()
            return {str(machine): self._shown(spot) for machine, spot in self._spots.items()}

    def settle(self) -> None:
        """Let what ran dry by itself be seen and told: a charge pump that nobody fed any more."""
        with self._lock:
            for machine, parts in self._parts.items():
                for pump in parts.pumps:
                    at = pump.lapsed()
                    if at is not None:
                        self._spots[machine].shown[pump.name] = OFF
                        self._tell(Change(at, machine, pump.name, OFF))

    # --- inside ---------------------------------------------------------------------------------

    def _spot(self, machine: MachineId, wired: MachineSettings) -> Spot:
        outputs = tuple(pin.name for pin in wired.outputs)
        inputs = tuple(pin.name for pin in wired.inputs)
        return Spot(machine, outputs, inputs, self._lock, partial(self._changed, machine))

    def _open(self, spot: Spot) -> _Parts:
        wired = self._wired[spot.machine]
        inputs = self._inputs(spot, wired)
        outputs = {wire.name: self._output(spot, wire, inputs) for wire in wired.outputs}
        reader = SimReader(spot)
        devices = Devices(
            outputs=outputs,
            inputs=tuple((contact.sense, inputs[contact.name]) for contact in wired.inputs),
            readers=(reader,),  # one, however many the real bench has: a badge lies or taps here
            lamp=SimLamp(spot, "lamp"),
            buzzer=SimBuzzer(spot, "buzzer"),
            display=SimDisplay(spot, "display"),
            meter=None if wired.meter is None else SimMeter(spot),
        )
        pumps = tuple(output for output in outputs.values() if isinstance(output, SimPump))
        return _Parts(reader, inputs, pumps, devices)

    def _inputs(self, spot: Spot, wired: MachineSettings) -> dict[str, SimInput]:
        mirrored, held = dict(wired.rules.mirrors), self._held[spot.machine]
        return {
            contact.name: SimMirror(spot, contact.name, mirrored[contact.name], held)
            if contact.name in mirrored
            else SimInput(spot, contact.name)
            for contact in wired.inputs
        }

    def _output(self, spot: Spot, wire: Wire, inputs: Mapping[str, SimInput]) -> Relay:
        if wire.duty is Duty.DEADMAN:
            return SimPump(spot, wire.name, self._clock)
        mirrors = tuple(line for line in inputs.values() if isinstance(line, SimMirror))
        return SimContactor(spot, wire.name, mirrors)

    def _changed(self, machine: MachineId, device: str, value: str) -> None:
        self.settle()
        self._tell(Change(self._clock.now(), machine, device, value))

    def _tell(self, change: Change) -> None:
        self._history.append(change)
        for told in self._followers:
            told(change)

    def _move(self, machine: MachineId, name: str, pressed: bool) -> None:
        with self._lock:
            spot = self._find(machine)
            if name not in spot.pressed:
                raise DeviceError(
                    f"machine {machine} has no input {name!r}", f"It has: {_listed(spot.pressed)}."
                )
            line = self._parts[machine].inputs[name]
            if spot.pressed[name] == pressed and not isinstance(line, SimMirror):
                how = "pressed" if pressed else "released"
                raise DeviceError(f"{name} of machine {machine} is {how} already", "Say the other one first.")
            moved = spot.pressed[name] != pressed
            spot.pressed[name] = pressed
            if isinstance(line, SimMirror):
                line.hold()  # a contactor welds while it is closed
        if moved:
            line.change()

    def _put(self, machine: MachineId, uid: Uid, *, fresh: bool) -> None:
        spot = self._find(machine)
        if spot.lying is not None:
            raise DeviceError(
                f"a badge lies at the reader of machine {machine} already", f"Say first: lift {machine}"
            )
        spot.lying = uid
        self._parts[machine].reader.show(Appeared(uid, fresh=fresh))

    def _find(self, machine: MachineId, device: str | None = None) -> Spot:
        spot = self._spots.get(machine)
        if spot is None:
            raise DeviceError(f"there is no machine {machine!r}", f"This bench has: {_listed(self._spots)}.")
        if device is not None and device not in (there := self._breakable(spot)):
            raise DeviceError(f"machine {machine} has no {device!r}", f"It has: {_listed(there)}.")
        return spot

    def _breakable(self, spot: Spot) -> tuple[str, ...]:
        metered = self._wired[spot.machine].meter is not None
        return (*spot.devices, *(("meter",) if metered else ()))

    def _shown(self, spot: Spot) -> dict[str, str]:
        pressed = {name: "pressed" if is_in else "released" for name, is_in in spot.pressed.items()}
        badge = "empty" if spot.lying is None else "badge"  # its number is nobody's business
        return spot.shown | pressed | {"reader": badge, "current": f"{spot.milliamperes / 1_000:g}"}


def check_unmixed(settings: Settings) -> None:
    """Raises DeviceError if a machine of a simulated bench asks for a device of another (law 8)."""
    for machine, wired in settings.machines.items():
        for reader in wired.readers:
            check_kind(READERS, reader.kind, f"the {reader.name} of machine {machine}")
        for device in PANEL:
            check_kind(PANELS, getattr(wired.panel, device), f"the {device} of machine {machine}")
        if wired.meter is not None:
            check_kind(METERS, wired.meter.kind, f"the meter of machine {machine}")


def echo(settings: Settings, stream: TextIO) -> Callable[[Change], None]:
    """A follower that writes what the devices of the kind `console` do to a terminal."""
    shown = {
        (machine, device)
        for machine, wired in settings.machines.items()
        for device in PANEL
        if getattr(wired.panel, device) == "console"
    }

    def write(change: Change) -> None:
        if (change.machine, change.device) in shown and change.value:
            with suppress(DeviceError):  # the simulated device worked; only the terminal is gone
                say(stream, change.machine, change.device, change.value.replace("\n", " | "))

    return write


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"
