"""The gate's line to its hub: the work of one thread, apart from everything that decides (law 3).

Whatever is wrong with it (no network, a certificate that ran out, a full disk), the gate works on; the
line is let go, told of, and made anew after a while.
"""

from __future__ import annotations

import logging
import random
import secrets
from collections.abc import Callable

from fabgate.config import Settings
from fabgate.errors import FabgateError, LinkError
from fabgate.gate.threads import LINK
from fabgate.link.dial import Address, Credentials
from fabgate.link.gate_link import REST_S, GateLink
from fabgate.link.hooks import Hooks
from fabgate.link.joined import Joined, joined
from fabgate.link.mqtt import MqttPort
from fabgate.link.pace import Pace
from fabgate.link.presence import last_will
from fabgate.link.talk import Will
from fabgate.model import Clock
from fabgate.store.db import Store
from fabgate.wire.topics import to_gate

log = logging.getLogger(__name__)
AGAIN_MS, LONGEST_MS = 5_000, 300_000
HANGS_MS = 60_000  # no turn takes so long, whatever the network does


class Line:
    """A port and the link on it, while both hold. `turn` and `end` belong to one thread."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        hooks: Hooks,
        spawn: Callable[[str, Callable[[], None]], object],
    ) -> None:
        """`spawn` makes a thread, for a name that has to be looked up: a resolver may be silent for long."""
        self._settings, self._store, self._clock, self._hooks = settings, store, clock, hooks
        self._spawn = spawn
        self._instance = secrets.token_hex(8)
        self._chance = random.SystemRandom().random
        self._pace = Pace(self._chance, AGAIN_MS, LONGEST_MS)
        self._port: MqttPort | None = None
        self._link: GateLink | None = None
        self._poll_s = 0.0
        self._told = ""
        self._since_ms = self._turned_ms = clock.now().boot_ms
        self._hangs = False
        self._deaf = False

    def turn(self) -> float:
        """Listen, work, and give the seconds to rest."""
        now_ms = self._turned_ms = self._clock.now().boot_ms
        if self._pace.is_waiting(now_ms):
            return ((self._pace.due_ms or now_ms) - now_ms) / 1000
        try:
            return self._drive()
        except FabgateError as error:
            if error.what != self._told:
                log.error("event=link_failed error=%r", error.what)
            self._told = error.what
            self.end()
            self._pace.wait(self._clock.now().boot_ms)
            return 0.0

    def end(self) -> None:
        """Say goodbye, where somebody hears it, and let everything go. The next turn begins anew."""
        link, self._link = self._link, None
        port, self._port = self._port, None
        try:
            if link is not None:
                link.close()
        finally:
            if port is not None:
                port.close()

    def wake(self) -> None:
        """There is something to say. Any thread may call it."""
        port = self._port
        if port is not None:
            port.wake()

    def died(self) -> None:
        """Its thread ended by an error that nobody foresaw: the next one begins after a while."""
        self._pace.wait(self._clock.now().boot_ms)

    def look_after(self, now_ms: int) -> None:
        """Told once where the thread hangs; called by the loop, which does not wait for it."""
        hangs = now_ms - self._turned_ms > HANGS_MS and not self._pace.is_waiting(now_ms)
        if hangs and not self._hangs:
            log.critical("event=link_hangs seconds=%d", (now_ms - self._turned_ms) // 1000)
        self._hangs = hangs

    def _drive(self) -> float:
        port, link = self._port, self._link
        if port is None or link is None:
            port, link = self._begun()
        if self._deaf:
            self._deaf = False
            raise LinkError("the look-up of the broker's name died", "The log says of what.")
        for event in port.poll(self._poll_s):
            link.handle(event)
        rest_s = link.turn()
        if port.connected:
            self._told = ""
            self._pace.rest()
        # After work all of it is rested, whatever comes: a tap must not starve. Else what comes ends it.
        self._poll_s = 0.0 if rest_s <= REST_S else rest_s
        return rest_s if rest_s <= REST_S else 0.0

    def _begun(self) -> tuple[MqttPort, GateLink]:
        found = self._joined()
        lab, gate = self._settings.lab.name, self._settings.gate.name
        port = self._port = MqttPort(
            Address(found.address, found.port),
            Credentials.within(found.folder) if found.tls else None,
            gate,
            Will(*last_will(lab, gate, self._instance)),
            to_gate(lab, gate),
            self._chance,
            spawn=self._aside,
        )
        link = self._link = GateLink(
            self._store, self._settings, self._clock, port, self._hooks, self._chance, self._instance
        )
        link.open()
        self._poll_s = 0.0
        return port, link

    def _joined(self) -> Joined:
        found = joined(self._settings.gate.state)
        if found is None:
            raise LinkError("this gate has left its hub", "It works on alone; restart it to say so.")
        if (found.lab, found.gate) != (self._settings.lab.name, self._settings.gate.name):
            raise LinkError(
                f"{found.folder} is that of {found.lab}/{found.gate}, and this gate has another name",
                "Give it that name in the configuration, or join with an invitation of its own.",
            )
        return found

    def _aside(self, name: str, target: Callable[[], None]) -> None:
        def work() -> None:
            done = False
            try:
                target()
                done = True
            finally:
                self._deaf = self._deaf or not done
                self.wake()

        self._spawn(f"{LINK}-{name}", work)
