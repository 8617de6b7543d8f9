"""The inputs of one machine: what they tell, as events.

Each tells its changes by edges, from a thread of its device's own, and is read besides by the loop: an
edge that was lost, and an input that died, are seen by that. Both ways share one memory, and post under
one lock: a change is told once, and the last word in the inbox is how the line stands.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import assert_never

from fabgate.devices.protocols import Input
from fabgate.errors import DeviceError
from fabgate.events import (
    Activity,
    ButtonPressed,
    Event,
    LidMoved,
    Mended,
    OopsPressed,
    Tick,
    Troubled,
)
from fabgate.model import Clock, MachineId, Moment, Sense, Trouble
from fabgate.rules.feedback import Sight

log = logging.getLogger(__name__)
Post = Callable[[Event], None]
READ_MS = 200  # between two readings: what holds for 400 ms is seen without any edge
BOUNCE_MS = 300  # a contact that bounces presses a button once

TROUBLES = {Sense.ESTOP: Trouble.ESTOP, Sense.KEY: Trouble.KEY, Sense.TAMPER: Trouble.TAMPER}


class _Line:
    """One input as it was last seen; `pressed` is None while nobody can tell, `failed` where it was asked."""

    def __init__(self, sense: Sense, device: Input) -> None:
        self.sense, self.device = sense, device
        self.pressed: bool | None = None
        self.failed = self.watched = False
        self.read_ms = 0
        self._edge_ms: int | None = None

    def bounces(self, now_ms: int) -> bool:
        """Whether it moved just before, too. Called at each of its moves."""
        before, self._edge_ms = self._edge_ms, now_ms
        return before is not None and now_ms - before < BOUNCE_MS


class Sensing:
    """The inputs of one machine. Edges come from any thread; `look` belongs to the loop."""

    def __init__(
        self, machine: MachineId, inputs: Iterable[tuple[Sense, Input]], clock: Clock, post: Post
    ) -> None:
        self._machine, self._clock, self._post = machine, clock, post
        self._lines = [_Line(sense, device) for sense, device in inputs]
        self._lock = threading.Lock()
        self._read_ms: int | None = None
        self._begun = False

    def watch(self) -> None:
        """From now on they speak; one that is pressed already says so."""
        with self._lock:
            self._begun = True
            self._read_all()

    def look(self, now_ms: int, at_once: bool = False) -> None:
        """Read them all, at most every `READ_MS` unless `at_once`, and post what no edge has told."""
        fresh = self._read_ms is not None and now_ms - self._read_ms < READ_MS
        if not self._begun or (fresh and not at_once):
            return
        self._read_ms = now_ms
        with self._lock:
            self._read_all()

    @property
    def stopped(self) -> bool:
        """Whether an emergency stop is pressed, or one of them cannot be read."""
        return any(line.pressed or line.failed for line in self._lines if line.sense is Sense.ESTOP)

    def sight(self, name: str) -> Sight | None:
        """What the mirror contact of this name shows; None while nobody can tell."""
        for line in self._lines:
            if line.device.name == name and line.pressed is not None:
                return Sight(line.pressed, line.read_ms)
        return None

    @property
    def reads(self) -> bool:
        """Whether there is anything to read."""
        return bool(self._lines)

    # --- inside

    def _read_all(self) -> None:
        for line in self._lines:
            for event in self._read(line):
                self._post(event)

    def _read(self, line: _Line) -> Iterator[Event]:
        try:
            if not line.watched:
                line.device.watch(partial(self._edge, line))
                line.watched = True
            pressed = line.device.pressed
        except DeviceError as error:
            yield from self._failed(line, error)
        else:
            yield from self._seen(line, pressed)

    def _edge(self, line: _Line, pressed: bool) -> None:
        with self._lock:
            for event in self._seen(line, pressed):
                self._post(event)

    def _seen(self, line: _Line, pressed: bool) -> Iterator[Event]:
        """What it means that this line stands so now; nothing where it stood so before."""
        at = self._clock.now()
        line.read_ms = at.boot_ms
        if line.pressed is pressed:
            return
        first, mended = line.pressed is None and not line.failed, line.failed
        line.pressed, line.failed = pressed, False
        if mended and not any(one.failed for one in self._lines):
            yield Mended(self._machine, Trouble.INPUT, at)
        if not first or pressed or line.sense is Sense.RUNNING:  # at rest there is nothing to tell
            yield from self._means(line, pressed, line.bounces(at.boot_ms), at)

    def _means(self, line: _Line, pressed: bool, bounces: bool, at: Moment) -> Iterator[Event]:
        match line.sense:
            case Sense.ESTOP | Sense.KEY | Sense.TAMPER:
                event = Troubled if pressed or self._another(line) else Mended
                yield event(self._machine, TROUBLES[line.sense], at)
            case Sense.LID:
                yield LidMoved(self._machine, pressed, at)
            case Sense.RUNNING:
                yield Activity(self._machine, pressed, at)
            case Sense.MIRROR:
                yield Tick(self._machine, at)  # the loop holds it against what it commanded
            case Sense.BUTTON if pressed and not bounces:
                yield ButtonPressed(self._machine, at)
            case Sense.OOPS if pressed and not bounces:
                yield OopsPressed(self._machine, at)
            case Sense.BUTTON | Sense.OOPS:
                pass
            case _ as never:
                assert_never(never)

    def _failed(self, line: _Line, error: DeviceError) -> Iterator[Event]:
        """It cannot be read, and says nothing any more: told once."""
        if line.failed:
            return
        line.pressed, line.failed = None, True
        log.error(
            "event=input_failed machine=%s input=%s error=%r", self._machine, line.device.name, error.what
        )
        at = self._clock.now()
        yield Troubled(self._machine, Trouble.INPUT, at)
        if line.sense is Sense.RUNNING:
            yield Activity(self._machine, None, at)

    def _another(self, line: _Line) -> bool:
        """Whether one of the same sense is pressed, as far as anybody can tell."""
        return any(_pressed(one) for one in self._lines if one is not line and one.sense is line.sense)


def _pressed(line: _Line) -> bool:
    try:
        return line.device.pressed
    except DeviceError:
        return True
