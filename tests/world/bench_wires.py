"""What the outputs of one machine have to show, reckoned from its permission alone.

A person with a watch could do it: from the moment at which permission began or ended, and the delays
that are written in the lab's file. All `..._ms` are the world's own time, which no boot begins anew.
"""

from __future__ import annotations

from bench_kit import AUX, DEADMAN, POWER, PULSE, Kit, Out
from bench_told import Broken

PUMP_MS = 500


class Wire:
    """One output: what it shows, since when, and when that changes by itself."""

    def __init__(self, out: Out) -> None:
        self.out = out
        self.on = False
        self.since_ms = 0
        self.on_at: int | None = None
        self.off_at: int | None = None

    def catch_up(self, now_ms: int) -> None:
        """Let happen what has fallen due by now."""
        if self.on_at is not None and self.on_at <= now_ms:
            self._turn(True, self.on_at)
            self.on_at = None
        if self.off_at is not None and self.off_at <= now_ms:
            self._turn(False, self.off_at)
            self.off_at = None

    def _turn(self, on: bool, at_ms: int) -> None:
        if on != self.on:
            self.on, self.since_ms = on, at_ms

    def begin(self, at_ms: int, pulse_ms: int) -> None:
        """Permission begins. What is on from before stays on."""
        self.off_at = None
        if self.out.duty == PULSE:
            self.on_at = at_ms + self.out.on_ms
            self.off_at = self.on_at + pulse_ms
        elif not self.on:
            self.on_at = at_ms + self.out.on_ms

    def end(self, at_ms: int, cut: bool) -> None:
        """Permission ends: what still waits to come on never does."""
        self.on_at = None
        delay_ms = 0 if cut and self.out.duty != AUX else self.out.off_ms
        self.off_at = at_ms + delay_ms if self.on else None

    def run_on(self, at_ms: int, until_ms: int) -> None:
        """The daemon began, and this still has to run."""
        if until_ms > at_ms:
            self.on_at, self.off_at = at_ms, until_ms

    def dead(self, at_ms: int) -> None:
        """Nobody drives it any more."""
        self.on_at = self.off_at = None
        self._turn(False, at_ms)


class Wires:
    """All outputs of one machine."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.wires = {out.name: Wire(out) for out in kit.outs}
        self.stuck: set[str] = set()  # outputs that do not obey: nothing can be asked of them

    def begin(self, at_ms: int) -> None:
        self._catch_up(at_ms)
        for wire in self.wires.values():
            wire.begin(at_ms, self.kit.pulse_ms)

    def end(self, at_ms: int, cut: bool) -> None:
        self._catch_up(at_ms)
        for wire in self.wires.values():
            wire.end(at_ms, cut)

    def cut(self, at_ms: int) -> None:
        """An emergency stop or a fault, whoever works or not: no permission is left, whatever the delays."""
        self._catch_up(at_ms)
        for wire in self.wires.values():
            if wire.out.duty != AUX:
                wire.end(at_ms, cut=True)

    def dead(self, at_ms: int) -> None:
        self._catch_up(at_ms)
        for wire in self.wires.values():
            wire.dead(at_ms)

    def boots(self, at_ms: int, ended_ms: int | None, known: bool) -> None:
        """The daemon begins after a session that ended (None: there was none), its end being known or not.

        What runs on after its end goes on for what is left, and for all of it where nobody knows.
        """
        if ended_ms is None and known:
            return
        for wire in self.wires.values():
            if wire.out.duty == AUX:
                from_ms = at_ms if ended_ms is None or not known else ended_ms
                wire.run_on(at_ms, from_ms + wire.out.off_ms)

    def obeys_again(self, name: str, now_ms: int, seen: tuple[bool, int]) -> None:
        """What did not obey does: it is off by now, if it has to be. One that did not come on stays off."""
        on, _ = self.expected(now_ms)[name]
        self.stuck.discard(name)
        if seen[0] and not on:
            raise Broken(f"{name} of {self.kit.name} is on since {seen[1]}, and was never lowered")
        wire = self.wires[name]
        wire.on, wire.since_ms = seen
        if not wire.on:
            wire.on_at = wire.off_at = None

    def jams(self, now_ms: int, seen: dict[str, tuple[bool, int]]) -> None:
        """Where one does not obey, its machine is in fault as soon as that is noticed: a cut."""
        late = [
            name for name, wire in self.wires.items() if wire.on and wire.off_at and wire.out.duty == POWER
        ]
        if self.stuck and any(not seen[name][0] for name in late if name not in self.stuck):
            self.cut(now_ms)

    def expected(self, now_ms: int) -> dict[str, tuple[bool, int]]:
        """What each output shows now, and since when."""
        self._catch_up(now_ms)
        shown = {name: (wire.on, wire.since_ms) for name, wire in self.wires.items()}
        for name, wire in self.wires.items():
            if wire.out.duty == DEADMAN:
                shown[name] = self._deadman()
        return shown

    def check(self, now_ms: int, seen: dict[str, tuple[bool, int]]) -> None:
        """`seen`: each output as the bench had it last, and since when. Raises Broken."""
        for name, (on, since_ms) in self.expected(now_ms).items():
            if name in self.stuck:
                continue
            is_on, is_since_ms = seen[name]
            if is_on and not on and self.wires[name].out.duty == DEADMAN and now_ms - since_ms < PUMP_MS:
                continue  # the charge pump of a wave that has ended runs dry
            what = f"{name} of {self.kit.name}"
            if on != is_on:
                now, wanted = f"{_word(is_on)} since {is_since_ms}", f"{_word(on)} since {since_ms}"
                raise Broken(f"{what} is {now}, and should be {wanted}")
            if since_ms != is_since_ms and self.wires[name].out.duty != DEADMAN:
                raise Broken(f"{what} went {_word(on)} at {is_since_ms}, and should have at {since_ms}")

    def _catch_up(self, now_ms: int) -> None:
        for wire in self.wires.values():
            wire.catch_up(now_ms)

    def _deadman(self) -> tuple[bool, int]:
        """Alive while any power output is wanted."""
        power = [wire for wire in self.wires.values() if wire.out.duty == POWER]
        on = [wire.since_ms for wire in power if wire.on]
        return (True, min(on)) if on else (False, max(wire.since_ms for wire in power))


def _word(on: bool) -> str:
    return "on" if on else "off"
