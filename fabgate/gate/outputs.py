"""The outputs of one machine, as the loop drives them: each in its time, and off when in doubt.

What is on, and when, say the rules (`rules/sequence.py`); here it reaches the wires. An output that did
not obey when it was told off is told again until it does. A `deadman` is a square wave made of the loop's
own progress: a charge pump that feeds on it lets go within half a second of a loop that hangs.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from fabgate.devices.protocols import Relay
from fabgate.errors import DeviceError
from fabgate.model import Duty, MachineRules, Moment
from fabgate.rules import sequence
from fabgate.rules.sequence import LastEnd, Sequence

log = logging.getLogger(__name__)
WAVE_MS = 50  # between two edges of a deadman: 10 Hz
LAPSE_MS = 500  # without an edge for so long the charge pump has let go
AGAIN_MS = 1_000  # between two tries to lower what does not obey


class Outputs:
    """The outputs of one machine. Used by the loop alone, and by it first for everything off.

    Whatever returns a bool returns whether every output obeyed. All times are CLOCK_BOOTTIME ms.
    """

    def __init__(self, rules: MachineRules, relays: Mapping[str, Relay], wave_ms: int = WAVE_MS) -> None:
        self._rules, self._relays, self._wave_ms = rules, relays, wave_ms
        self._deadmen = [output.name for output in rules.outputs if output.duty is Duty.DEADMAN]
        self._lines: Sequence = sequence.begin(rules)
        self._waits_ms: int | None = None  # when the first of them has its time: asked at every event
        self._stuck: set[str] = set()
        self._again_ms = 0
        self._level = False
        self._edge_ms: int | None = None  # the last edge of the wave, while it goes
        self._lapsed = False

    # --- what the loop says

    def lower(self, now_ms: int) -> bool:
        """Everything off, whatever we think of it."""
        return self._drive(sequence.begin(self._rules), now_ms, again=True)

    def power(self, on: bool, cut: bool, now_ms: int) -> bool:
        """Permission begins or ends. An end lowers what is off already once more."""
        return self._drive(sequence.power(self._rules, self._lines, on, cut, now_ms), now_ms, again=not on)

    def run_on(self, end: LastEnd | None, now: Moment) -> bool:
        """After a restart: what is left of the run-ons, the last session having ended like this."""
        return self._drive(sequence.run_on(self._rules, self._lines, end, now), now.boot_ms)

    def pass_time(self, now_ms: int) -> bool:
        """Everything that has its time by now."""
        if not self._due(now_ms):
            return True
        obeyed = self._drive(sequence.passed(self._lines, now_ms), now_ms)
        self._lower_again(now_ms)
        return obeyed

    # --- what the loop asks

    def gives(self, now_ms: int) -> bool:
        """Whether time alone would give permission now."""
        return self._due(now_ms) and sequence.gives(
            self._rules, self._lines, sequence.passed(self._lines, now_ms)
        )

    def lapsed(self, now_ms: int) -> bool:
        """Whether the wave stood still for so long that the charge pump has let go. It goes no further then
        until everything was off."""
        self._lapsed = self._edge_ms is not None and now_ms - self._edge_ms >= LAPSE_MS
        return self._lapsed

    @property
    def stuck(self) -> bool:
        """Whether one of them was told off and did not obey."""
        return bool(self._stuck)

    @property
    def commanded(self) -> Mapping[str, bool]:
        """How each output of role `power` is commanded now."""
        return sequence.commanded(self._rules, self._lines)

    def wake_ms(self) -> int | None:
        """When `pass_time` has something to do."""
        if self._waits_ms is None and self._edge_ms is None and not self._stuck:
            return None  # as nearly always
        wanted = [self._waits_ms]
        if self._edge_ms is not None and not self._lapsed:
            wanted.append(self._edge_ms + self._wave_ms)
        wanted.append(self._again_ms if self._stuck else None)
        return min((at for at in wanted if at is not None), default=None)

    def _due(self, now_ms: int) -> bool:
        wake_ms = self.wake_ms()
        return wake_ms is not None and wake_ms <= now_ms

    # --- the wires

    def _drive(self, lines: Sequence, now_ms: int, again: bool = False) -> bool:
        """Switch what has to be; the others too when one fails."""
        before, self._lines = self._lines, lines
        self._waits_ms = sequence.wake_ms(lines)
        moves = sequence.moves(self._rules, before, lines, again)
        obeyed = [self._switch(output.name, on, now_ms) for output, on in moves]
        return all([*obeyed, self._beat(now_ms, again)])

    def _beat(self, now_ms: int, again: bool) -> bool:
        """The wave goes while an output of role `power` is on, and stands low otherwise."""
        if not self._deadmen:
            return True
        if not sequence.alive(self._rules, self._lines):
            stands = self._edge_ms is None and not again
            self._edge_ms, self._level, self._lapsed = None, False, False
            return stands or self._set_wave(now_ms)
        if self.lapsed(now_ms) or (self._edge_ms is not None and now_ms - self._edge_ms < self._wave_ms):
            return True
        self._edge_ms, self._level = now_ms, not self._level
        return self._set_wave(now_ms)

    def _set_wave(self, now_ms: int) -> bool:
        obeyed = [self._switch(name, self._level, now_ms) for name in self._deadmen]
        return all(obeyed)

    def _switch(self, name: str, on: bool, now_ms: int) -> bool:
        try:
            self._relays[name].switch(on)
        except DeviceError as error:
            log.critical(
                "event=relay_failed machine=%s relay=%s on=%s error=%r",
                self._rules.machine, name, on, error.what,
            )  # fmt: skip
            if not on and name not in self._stuck:
                self._stuck.add(name)
                self._again_ms = now_ms + AGAIN_MS
            return False
        self._stuck.discard(name)
        return True

    def _lower_again(self, now_ms: int) -> None:
        """What was told off and did not obey; its machine is in fault meanwhile, and stays so."""
        if not self._stuck or now_ms < self._again_ms:
            return
        self._again_ms = now_ms + AGAIN_MS
        for name in sorted(self._stuck):
            try:
                self._relays[name].switch(False)
            except DeviceError:
                continue
            self._stuck.discard(name)
            log.warning("event=relay_obeys machine=%s relay=%s", self._rules.machine, name)
