"""What joins the gates of a rehearsal: the hub, the broker, and the two ends of each link.

The hub and the broker stand on one computer and live and die together. A gate's end of the link
lives in the gate's own process. Every gate has joined before the rehearsal begins; who may say what
is held by the exchange, by the name of the client, as a broker does by its certificate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.errors import ScenarioError
from fabgate.model import Company
from fabgate.rehearsal.cast import HUB
from fabgate.rehearsal.engines import gate_engine, hub_engine
from fabgate.rehearsal.exchange import Exchange, own_tree
from fabgate.rehearsal.speaker import BEAT_MS, RAREST_MS, Speaker
from fabgate.rehearsal.stage import Stage
from fabgate.store import backup as backups
from fabgate.store.db import Store

BACKUPS = "backups"  # where `fabgate backup` puts them unless it is told another place


class Joined:
    """The exchange with everybody on it who has power."""

    def __init__(
        self,
        hub: Settings,
        stages: Mapping[str, Stage],
        clock: SimClock,
        seed: int,
        doubles: float,
        losses: float,
    ) -> None:
        self.hub, self._stages, self.clock = hub, stages, clock
        self.store = Store(hub.gate.state)
        self.exchange = Exchange(seed, may=own_tree(hub.lab.name), doubles=doubles, losses=losses)
        self._seed = seed
        minds = any(_minds_the_link(stage.settings) for stage in stages.values())
        self._rarest_ms = BEAT_MS if minds else RAREST_MS
        self._speakers: dict[str, Speaker] = {}
        self._lost = 0  # hub's disks

    # --- who is there

    @property
    def hub_lives(self) -> bool:
        return HUB in self._speakers

    def hub_on(self) -> None:
        """The hub's computer boots, and the broker on it, which has forgotten everything."""
        if self.hub_lives:
            return
        if not self.exchange.running:
            self.clock.reboot()
            self.exchange.start()
        self._speakers[HUB] = hub_engine(self.hub, self.clock, self.exchange, self._rarest_ms)

    def hub_off(self, cut: bool) -> None:
        """The hub ends, and the broker: as they should, or by a power cut."""
        self._silence(HUB, cut)
        self.exchange.stop()

    def hub_restore(self) -> None:
        """The newest backup takes the place of the hub's books. Raises ScenarioError without one."""
        if self.hub_lives:
            raise ScenarioError("the hub is at work on its books", "Say first: hub cut")
        folder = self.hub.gate.state
        archives = sorted((folder / BACKUPS).glob("*.tar"), key=lambda path: path.stat().st_mtime_ns)
        if not archives:
            raise ScenarioError("there is no backup of the hub", "Make one before: run backup")
        self._lost += 1
        aside = folder.with_name(f"{folder.name}-lost-{self._lost}")
        folder.rename(aside)
        backups.restore(aside / BACKUPS / archives[-1].name, folder, self.clock.now())
        (aside / BACKUPS).rename(folder / BACKUPS)

    def gate_on(self, name: str) -> None:
        """A gate has booted: its end of the link begins."""
        if name not in self._speakers:
            self._speakers[name] = gate_engine(self._stages[name], self.exchange, self._seed, self._rarest_ms)

    def gate_off(self, name: str, cut: bool) -> None:
        self._silence(name, cut)

    def set_net(self, name: str, up: bool) -> None:
        """The way between a gate and the broker."""
        if up:
            self.exchange.mend(name)
        else:
            self.exchange.cut(name)

    def stir(self, name: str) -> None:
        """Somebody's books have changed."""
        if name in self._speakers:
            self._speakers[name].stir()

    def _silence(self, name: str, cut: bool) -> None:
        speaker = self._speakers.pop(name, None)
        if speaker is None:
            return
        if cut:
            speaker.die()
        else:
            speaker.end()

    # --- work and time

    def hands(self) -> list[Callable[[], bool]]:
        """Whatever can do a piece of work, if there is one for it."""
        return [self.exchange.step, *(partial(self._speak, name) for name in (HUB, *self._stages))]

    def due_in_ms(self) -> int | None:
        """How long until something falls due by itself."""
        dues = [self.exchange.due_in_ms(), *(one.due_in_ms() for one in self._speakers.values())]
        return min((due for due in dues if due is not None), default=None)

    def let_pass(self, ms: int) -> None:
        """Time passes, at the hub and at the broker."""
        self.clock.advance(ms)
        self.exchange.advance(ms)

    def _speak(self, name: str) -> bool:
        speaker = self._speakers.get(name)
        if speaker is None or not speaker.work():
            return False
        if name != HUB:
            self._stages[name].watch()
        return True


def _minds_the_link(settings: Settings) -> bool:
    """Whether something at this gate asks when the hub was heard: who is on site, how old the rights are."""
    together = (Company.ACCOMPANIED, Company.NEVER_ALONE)
    return any(
        not rules.kind.is_machine
        or rules.company in together
        or rules.check_in
        or rules.stale_after_ms is not None
        for rules in (wired.rules for wired in settings.machines.values())
    )
