"""The lab of a rehearsal: its gates, and the hub where there is one, on one virtual time.

Each gate is a `Stage`; gates and hub speak over an `Exchange` (`joined.py`). After everything that
happens all of them are drained to quiescence, in an order that the seed picks; time moves only then,
from one moment at which something is due to the next. A lone gate is its stage and nothing else.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import partial

from fabgate.devices.clock import SimClock
from fabgate.model import MachineId
from fabgate.rehearsal.cast import HUB, Cast
from fabgate.rehearsal.joined import Joined
from fabgate.rehearsal.stage import Stage
from fabgate.store.db import Store
from fabgate.texts import Catalogue

PIECES = 8  # pieces of work of a whole lab, to each one of a lone gate: a cut may fall before any of them


class Lab:
    """The gates of a cast, on books that are there already; `open` switches everything on."""

    def __init__(
        self,
        cast: Cast,
        clocks: Mapping[str, SimClock],
        seed: int = 0,
        catalogue: Catalogue | None = None,
        doubles: float = 0.0,
        losses: float = 0.0,
    ) -> None:
        self.cast = cast
        self._random = random.Random(seed)
        self._clocks = clocks
        self._worked: dict[str, int] = {}
        self.passed_ms = 0
        self._began_ms = next(iter(clocks.values())).now().wall_ms
        self.stages = {
            name: Stage(settings, clocks[name], catalogue, joined=cast.hub is not None)
            for name, settings in cast.gates.items()
        }
        self.joined = (
            None if cast.hub is None else Joined(cast.hub, self.stages, clocks[HUB], seed, doubles, losses)
        )

    def open(self) -> None:
        """Everything gets its power."""
        if self.joined is not None:
            self.joined.hub_on()
        for name, stage in self.stages.items():
            stage.power_on()
            if self.joined is not None:
                self.joined.gate_on(name)
        self.settle()

    def close(self) -> None:
        """Everything ends as it should."""
        for name, stage in self.stages.items():
            stage.shut_down()
            if self.joined is not None:
                self.joined.gate_off(name, cut=False)
        if self.joined is not None:
            self.joined.hub_off(cut=False)

    # --- who is who

    def stage(self, machine: MachineId) -> Stage:
        """The gate that has this machine."""
        return self.stages[self.cast.gate_of(machine)]

    def gate(self, name: str | None) -> Stage:
        """The gate of this name; None: the only one."""
        return self.stages[self.cast.meant(name)]

    def clock(self, name: str | None) -> SimClock:
        """The clock of this gate, or of the hub."""
        return self._clocks[HUB if name == HUB else self.cast.meant(name)]

    @property
    def books(self) -> Store:
        """The hub's."""
        assert self.joined is not None
        return self.joined.store

    def stores(self) -> tuple[Store, ...]:
        """All books of the lab."""
        gates = tuple(stage.store for stage in self.stages.values())
        return gates if self.joined is None else (*gates, self.joined.store)

    # --- what happens to it

    def power_cut(self, gate: str | None, steps: int = 0) -> None:
        """The mains of a gate are gone after `steps` more pieces of work."""
        name = self.cast.meant(gate)
        if self.joined is not None:
            self._work(steps * PIECES)
            steps = 0
        self.stages[name].power_cut(steps)
        if self.joined is not None:
            self.joined.gate_off(name, cut=True)

    def power_back(self, gate: str | None) -> None:
        name = self.cast.meant(gate)
        self.stages[name].power_back()
        if self.joined is not None:
            self.joined.gate_on(name)

    def set_net(self, gate: str | None, up: bool) -> None:
        """The network of a gate; with it comes the time, if there is a time server."""
        name = self.cast.meant(gate)
        self.stages[name].set_net(up)
        if self.joined is not None:
            self.joined.set_net(name, up)

    def hub_cut(self, steps: int = 0) -> None:
        """The hub's computer dies after `steps` more pieces of work, and the broker with it."""
        assert self.joined is not None
        self._work(steps * PIECES)
        self.joined.hub_off(cut=True)

    def hub_back(self) -> None:
        assert self.joined is not None
        self.joined.hub_on()

    def hub_restore(self) -> None:
        """The newest backup of the hub takes the place of its books. Raises ScenarioError."""
        assert self.joined is not None
        self.joined.hub_restore()

    def vouch_for_hub(self, right: bool) -> None:
        """The hub's clock becomes right and known to be, or nobody vouches for it from now on."""
        clock = self.clock(HUB)
        if right:
            clock.step_wall(self._began_ms + self.passed_ms - clock.now().wall_ms)
        clock.synced = right

    def news(self, gate: str | None) -> None:
        """A command has written in the books of this gate; None: of the hub, or of the only gate."""
        if gate is not None or self.joined is None:
            self.gate(gate).news()
        if self.joined is not None:
            self.joined.stir(HUB if gate is None else gate)

    # --- time

    def advance(self, ms: int) -> None:
        """Let virtual time pass; everything that falls due happens at its own moment."""
        if ms == 0:
            return  # the same instant: whatever is in the middle of its work stays there
        if self.joined is not None:
            self.settle()  # time moves only when nobody has work left
        end_ms = self.passed_ms + ms
        while (due_ms := self._due_in_ms()) is not None and self.passed_ms + due_ms <= end_ms:
            self._let_pass(due_ms)
            self.settle()
        self._let_pass(end_ms - self.passed_ms)
        self.settle()

    def settle(self) -> None:
        """Drain it all to quiescence."""
        self._work(None)

    # --- inside

    def _due_in_ms(self) -> int | None:
        dues = [stage.due_in_ms() for stage in self.stages.values()]
        if self.joined is not None:
            dues.append(self.joined.due_in_ms())
        return min((due for due in dues if due is not None), default=None)

    def _let_pass(self, ms: int) -> None:
        for stage in self.stages.values():
            stage.let_pass(ms)
        if self.joined is not None:
            self.joined.let_pass(ms)
        self.passed_ms += ms

    def _work(self, pieces: int | None) -> None:
        """So many pieces of work, or all there are."""
        if self.joined is None:
            for stage in self.stages.values():
                stage.settle(pieces)
            return
        for name, stage in self.stages.items():  # what a stage did by itself, such as to set its clock
            self._stir(name, stage)
        hands: list[Callable[[], bool]] = [
            *(partial(self._one_piece, name, stage) for name, stage in self.stages.items()),
            *self.joined.hands(),
        ]
        done = 0
        while (pieces is None or done < pieces) and self._one_of(hands):
            done += 1

    def _one_of(self, hands: list[Callable[[], bool]]) -> bool:
        self._random.shuffle(hands)
        return any(hand() for hand in hands)

    def _one_piece(self, name: str, stage: Stage) -> bool:
        if not stage.work():
            return False
        self._stir(name, stage)
        return True

    def _stir(self, name: str, stage: Stage) -> None:
        """Let the gate's end of the link look at its books, if the gate has worked."""
        if self.joined is not None and stage.worked != self._worked.get(name):
            self._worked[name] = stage.worked
            self.joined.stir(name)
