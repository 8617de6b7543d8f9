"""What a bench is made of, as the gate sees it: protocols only, no device.

The gate knows these and nothing behind them. Every verb that can fail raises DeviceError and
nothing else; a closed device stays closed. Kinds of devices live in the other files of this room.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from fabgate.badges.uid import Uid
from fabgate.model import Code, MachineId, Sense


class Colour(enum.StrEnum):
    """What a lamp can show. Never the only sign: text or sound says the same (law of the panel)."""

    OFF = "off"
    WHITE = "white"
    GREEN = "green"
    RED = "red"
    AMBER = "amber"
    BLUE = "blue"


class Pattern(enum.StrEnum):
    """How a lamp lights: told apart without its colour (`rhythms.py` has the seconds)."""

    STEADY = "steady"
    WINK = "wink"  # on, with a short gap now and then
    BLINK = "blink"  # on and off, evenly
    FAST = "fast"  # the same, quickly
    FLASH = "flash"  # off, with a short flash now and then
    DOUBLE = "double"  # two flashes and a pause
    TRIPLE = "triple"  # three flashes and a pause


class Sound(enum.StrEnum):
    NONE = "none"
    ACCEPT = "accept"
    REFUSE = "refuse"
    WARN = "warn"
    ASK = "ask"
    END = "end"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Appeared:
    """A badge came to the reader. `fresh` is False if it lay there when the reader came up."""

    uid: Uid
    fresh: bool


@dataclass(frozen=True, slots=True)
class Left:
    """The badge left the reader."""

    uid: Uid


@dataclass(frozen=True, slots=True)
class Refused:
    """What came to the reader is no single badge with a number that stays; `code` says why.

    Told once for as long as it stays; nothing is told when it goes.
    """

    code: Code


Sighting = Appeared | Left | Refused


class Relay(Protocol):
    """One output: off when opened, off when closed, active-high (law 8)."""

    @property
    def name(self) -> str: ...

    def switch(self, on: bool) -> None:
        """Close (`on`) or open the contact. Returns once the line is set. Raises DeviceError."""

    def close(self) -> None:
        """Leave the line off. A second close does nothing; a switch after it raises DeviceError."""


class Input(Protocol):
    """One line that people or machines press, such as an emergency stop."""

    @property
    def name(self) -> str: ...

    @property
    def pressed(self) -> bool:
        """Whether it is pressed now; a cut wire reads as pressed. Raises DeviceError."""

    def watch(self, told: Callable[[bool], None]) -> None:
        """Call `told(pressed)` at each change from now on, from a thread of the device's own.

        One watcher at a time. Nothing is told of the state at the call: watch first, then read.
        """

    def close(self) -> None: ...


class Meter(Protocol):
    """What measures the current of a machine. Used by one thread at a time."""

    def read(self) -> int:
        """The current now in mA, over ten periods of the mains or more: takes about 200 ms.

        Raises DeviceError; the next call tries again.
        """

    def close(self) -> None: ...


class Reader(Protocol):
    """Where badges are shown. Used by one thread at a time."""

    def wait(self, timeout_s: float) -> tuple[Sighting, ...]:
        """What happened since the last call, in order; () if nothing did within `timeout_s`.

        Returns at once when something is there, when `timeout_s` is 0, and when another thread
        closes the reader. Raises DeviceError when the reader is blind, until `revive` succeeds.
        """

    def revive(self) -> None:
        """Make a blind reader see again. Raises DeviceError while it stays blind.

        It then begins anew: the next `wait` tells which badges lie there, not fresh, the one that
        lay there before as well. What left, or came and went, meanwhile is not told.
        """

    def close(self) -> None: ...


class Lamp(Protocol):
    def show(self, colour: Colour, pattern: Pattern) -> None: ...

    def close(self) -> None: ...


class Buzzer(Protocol):
    def play(self, sound: Sound) -> None:
        """Start a sound and return; a sound that still plays is cut short."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the words: the machine's title, and how long is left; "" where nothing runs out.

    `dim`: nobody has done anything here for a good while.
    """

    title: str = ""
    left: str = ""
    dim: bool = False


NO_HEAD = Head()


class Display(Protocol):
    def write(self, lines: tuple[str, ...], head: Head = NO_HEAD) -> int:
        """Show these lines instead of what stands there; how many pages they take (1 or more).

        The first page stands there then. Raises DeviceError; the next call tries again.
        """

    def turn(self, page: int, head: Head) -> None:
        """Show that page (from 0) of what was written last, under this head. Raises DeviceError."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Devices:
    """What is wired to one machine: outputs by name in their declared order, inputs with what they tell."""

    outputs: Mapping[str, Relay]
    inputs: tuple[tuple[Sense, Input], ...]
    readers: tuple[Reader, ...]
    lamp: Lamp
    buzzer: Buzzer
    display: Display
    meter: Meter | None = None


class Bench(Protocol):
    """All that one controller drives. All of one kind: simulated or real, never mixed (law 8)."""

    @property
    def machines(self) -> Mapping[MachineId, Devices]: ...

    def close(self) -> None:
        """Close every device, relays first. Raises DeviceError after all were tried."""
