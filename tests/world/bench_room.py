"""The room around one machine: what it draws, a contactor that welds or does not pull, a clamp that dies."""

from __future__ import annotations

from bench_kit import AT_REST_MA, AT_WORK_MA, BUSY_MA, POWER, Kit
from bench_signal import Signal
from bench_wires import Wires

from fabgate.devices.sim import SimBench
from fabgate.model import MachineId

SETTLE_MS = 500  # what is off and seen on for so long is a weld


class Room:
    """One machine as it stands there, whatever the gate believes of it."""

    def __init__(self, kit: Kit) -> None:
        self._kit, self._id = kit, MachineId(kit.name)
        self.wants_ma = AT_REST_MA  # what its job would draw, if it had power
        self.draws_ma = 0
        self.welded = self.open_coil = self.deaf = False  # `deaf`: nothing tells what it does
        self.blind = False  # its reader
        self.pressed: set[str] = set()  # estop, lid, key, tamper
        self._runs = False
        self._suspect_ms: int | None = None
        self._found = False

    @property
    def due_ms(self) -> int | None:
        """When a weld is one, if nothing else happens."""
        if self._suspect_ms is None or self._found:
            return None
        return self._suspect_ms + SETTLE_MS

    @property
    def troubles(self) -> set[str]:
        """What a daemon that begins finds wrong here."""
        wrong = {"estop", "key", "tamper"} & self.pressed
        wrong |= {"signal"} if self.deaf else set()
        return wrong | ({"reader"} if self.blind else set())

    def react(self, bench: SimBench, main: bool) -> bool:
        """Let the machine do what it does with this power; whether anything changed."""
        has_power = self.welded or (main and not self.open_coil)
        draws_ma = self.wants_ma if has_power else 0
        changed = draws_ma != self.draws_ma
        if changed:
            self.draws_ma = draws_ma
            bench.current(self._id, draws_ma / 1_000)
        runs = draws_ma >= BUSY_MA
        if self._kit.signal == "running" and runs != self._runs:
            self._runs = changed = True
            self._runs = runs
            (bench.press if runs else bench.release)(self._id, "running")
        return changed

    def twitch(self, bench: SimBench) -> None:
        """A contact that was mended moves: else it is read some time within a fifth of a second."""
        if self._kit.signal == "running":
            there, back = (bench.release, bench.press) if self._runs else (bench.press, bench.release)
            there(self._id, "running")
            back(self._id, "running")

    def tell(self, signal: Signal, now_ms: int) -> None:
        """What whoever stands beside it sees of its work."""
        if self.deaf:
            signal.fails(now_ms)
        elif self._kit.signal == "meter":
            signal.reads(self.draws_ma, now_ms)
        elif self._kit.signal == "running":
            signal.says(self._runs, now_ms)

    # --- the contactor

    def weld(self, bench: SimBench) -> None:
        """Its poles stick together. A machine whose clamp has to prove it goes on drawing."""
        self.welded = True
        if self._kit.mirror:
            if bench.state(self._id, "mirror") == "pressed":
                bench.release(self._id, "mirror")
            bench.press(self._id, "mirror")
        else:
            self.wants_ma = AT_WORK_MA

    def break_coil(self, bench: SimBench) -> None:
        """It does not pull."""
        self.open_coil = True
        if self._kit.mirror:
            if bench.state(self._id, "mirror") == "released":
                bench.press(self._id, "mirror")
            bench.release(self._id, "mirror")

    def mend(self, bench: SimBench) -> None:
        self.welded = self.open_coil = False
        if self._kit.mirror:
            bench.mend(self._id, "mirror")

    def boots(self) -> None:
        """A new daemon looks for itself."""
        self._suspect_ms, self._found = None, False

    def shows_a_weld(self, wires: Wires, now_ms: int) -> bool:
        """Whether it was commanded off and is seen on for so long, just now."""
        wires.expected(now_ms)
        if not self._seen_on(wires):
            self.boots()
            return False
        if self._suspect_ms is None:
            self._suspect_ms = now_ms
        if self._found or now_ms < self._suspect_ms + SETTLE_MS:
            return False
        self._found = True
        return True

    def _seen_on(self, wires: Wires) -> bool:
        """By the mirror of `main`, or, where a clamp proves, by a current while all power is off."""
        if not self.welded:
            return False
        if self._kit.mirror:
            return not wires.wires["main"].on
        off = not any(wire.on for wire in wires.wires.values() if wire.out.duty == POWER)
        return self._kit.proves and not self.deaf and off and self.draws_ma > 0
