"""The chip's timer: counts down from the reload value at 13.56 MHz over the prescaler."""

from __future__ import annotations

from collections.abc import Callable

from .clock import Clock, Event
from .frame import FC_HZ
from .registers import Reg

AUTO = 0x80
AUTO_RESTART = 0x10
PRESCAL_EVEN = 0x10


class Timer:
    """Calls `expired` when it has reached 0. Reads its settings from the registers at each start."""

    def __init__(self, clock: Clock, registers: list[int], expired: Callable[[], None]) -> None:
        self._clock = clock
        self._registers = registers
        self._expired = expired
        self._expiry: Event | None = None
        self._started_ns = 0
        self._held = 0

    @property
    def running(self) -> bool:
        return self._expiry is not None

    @property
    def starts_by_itself(self) -> bool:
        """TAuto: started by the end of a transmission, stopped by the fifth bit of an answer."""
        return bool(self._registers[Reg.T_MODE] & AUTO)

    @property
    def reload(self) -> int:
        return self._registers[Reg.T_RELOAD_H] << 8 | self._registers[Reg.T_RELOAD_L]

    @property
    def tick_ns(self) -> float:
        prescaler = (self._registers[Reg.T_MODE] & 0x0F) << 8 | self._registers[Reg.T_PRESCALER]
        even = bool(self._registers[Reg.DEMOD] & PRESCAL_EVEN)
        return (2 * prescaler + (2 if even else 1)) * 1e9 / FC_HZ

    @property
    def value(self) -> int:
        if not self.running:
            return self._held
        return max(0, self.reload - int((self._clock.now_ns - self._started_ns) / self.tick_ns))

    def start(self) -> None:
        self.stop()
        self._started_ns = self._clock.now_ns
        length_ns = round((self.reload + 1) * self.tick_ns)
        self._expiry = self._clock.at(self._started_ns + length_ns, self._at_zero)

    def stop(self) -> None:
        self._held = self.value
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None

    def _at_zero(self) -> None:
        self._expiry = None
        self._held = 0
        if self._registers[Reg.T_MODE] & AUTO_RESTART:
            self.start()
        self._expired()
