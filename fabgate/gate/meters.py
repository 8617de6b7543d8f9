"""A machine's meter: from a current to whether it works.

Turned by a thread of its own, for a reading takes a fifth of a second, or by a rehearsal. What a current
means say the rules (`rules/activity.py`); here it is read, and told when it changes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from fabgate.config.settings import MeterSettings
from fabgate.devices.protocols import Meter
from fabgate.errors import DeviceError
from fabgate.events import Activity, Event, Mended, Tick, Troubled
from fabgate.model import Clock, MachineId, Trouble
from fabgate.rules import activity
from fabgate.rules.activity import Known, Scale
from fabgate.rules.feedback import Sight

log = logging.getLogger(__name__)


class MeterEdge:
    """One machine's meter. `sight` may be asked by any thread: whether the machine drew current, and when."""

    def __init__(
        self,
        machine: MachineId,
        meter: Meter,
        settings: MeterSettings,
        clock: Clock,
        post: Callable[[Event], None],
    ) -> None:
        self.machine, self.dead = machine, False
        self.sight: Sight | None = None
        self._meter, self._clock, self._post = meter, clock, post
        self._scale = Scale(settings.busy, settings.idle, settings.hold_ms)
        self._known = Known()

    def turn(self) -> None:
        """Read once, and post what is new; a meter that fails is told once."""
        try:
            current = self._meter.read()
        except DeviceError as error:
            self._failed(error)
            return
        at = self._clock.now()
        if self.dead:
            self.dead = False
            self._post(Mended(self.machine, Trouble.METER, at))
        before = self._known
        self._known = activity.read(self._scale, before, current, at.boot_ms)
        if self._known.busy is not before.busy:
            self._post(Activity(self.machine, self._known.busy, at))
        self._sees(Sight(current >= self._scale.draws, at.boot_ms))

    def wake_ms(self) -> int | None:
        """When the next reading may say something new, should the current stay (CLOCK_BOOTTIME ms)."""
        return activity.wake_ms(self._scale, self._known)

    def _sees(self, sight: Sight) -> None:
        before, self.sight = self.sight, sight
        if before is None or before.on is not sight.on:
            self._post(Tick(self.machine, self._clock.now()))  # the loop holds it against what it commanded

    def _failed(self, error: DeviceError) -> None:
        self.sight = None
        if self.dead:
            return
        self.dead = True
        log.error("event=meter_failed machine=%s error=%r", self.machine, error.what)
        at = self._clock.now()
        self._post(Troubled(self.machine, Trouble.METER, at))
        if self._known.busy is not None:
            self._post(Activity(self.machine, None, at))
        self._known = Known()
