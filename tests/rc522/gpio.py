"""The pins: a stand-in for the module `RPi.GPIO`, as far as the RST lines of readers need it.

Numbers, messages and the order of complaints as in RPi.GPIO 0.7.1.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from types import ModuleType

BOARD, BCM = 10, 11
OUT, IN = 0, 1

# BOARD number -> BCM number, 40-pin header.
HEADER = {
    3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10, 21: 9,
    22: 25, 23: 11, 24: 8, 26: 7, 27: 0, 28: 1, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16, 37: 26,
    38: 20, 40: 21,
}  # fmt: skip


class Pins:
    """The pins of one controller, by BCM number. `levels` holds those that are driven.

    `cleaned` lists what each `cleanup` let go: a relay among them would have dropped. A pin that is
    made an output shows what it last did, at first high: on a Pi it may pulse low until the package
    sets it, and real chips start through that.
    """

    def __init__(self) -> None:
        self.mode: int | None = None
        self.levels: dict[int, bool] = {}
        self.cleaned: list[tuple[int, ...]] = []
        self._inputs: set[int] = set()
        self._latches: dict[int, bool] = {}
        self._wires: dict[int, Callable[[bool], None]] = {}

    def wire(self, bcm: int, told: Callable[[bool], None]) -> None:
        """Connect a pin: `told(high)` at each change. A pin that is let go is pulled high outside."""
        self._wires[bcm] = told

    def setmode(self, mode: int) -> None:
        if mode not in (BOARD, BCM):
            raise ValueError("An invalid mode was passed to setmode()")
        if self.mode is not None and self.mode != mode:
            raise ValueError("A different mode has already been set!")
        self.mode = mode

    def getmode(self) -> int | None:
        return self.mode

    def setup(self, channel: int, direction: int, pull_up_down: int = 20, initial: int | None = None) -> None:
        bcm = self._bcm(channel)
        if direction == IN:
            self._inputs.add(bcm)
            self._let_go(bcm)
            return
        self._inputs.discard(bcm)
        self._drive(bcm, self._latches.get(bcm, True) if initial is None else bool(initial))

    def output(self, channel: int, value: int) -> None:
        bcm = self._bcm(channel)
        if bcm not in self.levels:
            raise RuntimeError("The GPIO channel has not been set up as an OUTPUT")
        self._drive(bcm, bool(value))

    def input(self, channel: int) -> int:
        bcm = self._bcm(channel)
        if bcm not in self.levels and bcm not in self._inputs:
            raise RuntimeError("You must setup() the GPIO channel first")
        return int(self.levels.get(bcm, True))

    def cleanup(self, channel: int | list[int] | tuple[int, ...] | None = None) -> None:
        """Let pins go; without a channel all of them, and the numbering is forgotten."""
        if channel is None:
            self._clean(tuple({*self.levels, *self._inputs}))
            self.mode = None
            return
        channels = (channel,) if isinstance(channel, int) else tuple(channel)
        self._clean(tuple(self._bcm(each) for each in channels))

    def _clean(self, pins: tuple[int, ...]) -> None:
        if not pins:
            warnings.warn(
                "No channels have been set up yet - nothing to clean up!  "
                "Try cleaning up at the end of your program instead!",
                RuntimeWarning,
                stacklevel=3,
            )
            return
        self.cleaned.append(tuple(sorted(pins)))
        for bcm in pins:
            self._inputs.discard(bcm)
            self._let_go(bcm)

    def _bcm(self, channel: int) -> int:
        if self.mode is None:
            raise RuntimeError(
                "Please set pin numbering mode using GPIO.setmode(GPIO.BOARD) or GPIO.setmode(GPIO.BCM)"
            )
        if self.mode == BOARD and channel in HEADER:
            return HEADER[channel]
        if self.mode == BCM and 0 <= channel <= 27:
            return channel
        raise ValueError("The channel sent is invalid on a Raspberry Pi")

    def _drive(self, bcm: int, high: bool) -> None:
        self.levels[bcm] = self._latches[bcm] = high
        self._tell(bcm, high)

    def _let_go(self, bcm: int) -> None:
        if self.levels.pop(bcm, None) is not None:
            self._tell(bcm, True)

    def _tell(self, bcm: int, high: bool) -> None:
        if bcm in self._wires:
            self._wires[bcm](high)


def gpio_modules(pins: Pins) -> dict[str, ModuleType]:
    """The modules `RPi` and `RPi.GPIO` for these pins."""
    package = ModuleType("RPi", "A stand-in for RPi.GPIO over emulated pins.")
    package.__path__ = []
    module = ModuleType("RPi.GPIO", package.__doc__)
    verbs = ("setmode", "getmode", "setup", "output", "input", "cleanup")
    words = {
        **{verb: getattr(pins, verb) for verb in verbs},
        "setwarnings": lambda wanted: None,
        "BOARD": BOARD,
        "BCM": BCM,
        "OUT": OUT,
        "IN": IN,
        "HIGH": 1,
        "LOW": 0,
        "PUD_OFF": 20,
        "PUD_DOWN": 21,
        "PUD_UP": 22,
        "VERSION": "0.7.1",
        "RPI_INFO": {"P1_REVISION": 3},
    }
    for word, value in words.items():
        setattr(module, word, value)
    package.GPIO = module  # type: ignore[attr-defined]
    return {"RPi": package, "RPi.GPIO": module}
