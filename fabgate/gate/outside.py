"""What leaves the gate by its link, and what the link may do here: no power, no person (laws 3 and 12).

Everything that the link asks for goes into the loop's inbox as an event, and the rules decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from fabgate.events import Identify, Mended, Troubled
from fabgate.gate.inbox import Inbox
from fabgate.link.hooks import Hooks, LastWord
from fabgate.model import Clock, MachineId, Moment, Trouble
from fabgate.rules.gestures import Name
from fabgate.rules.kinds import AnyState
from fabgate.wire.presence import MachineState, Standing
from fabgate.wire.roster import EVERY

WORD: Mapping[Name, Standing] = {
    Name.FREE: "free",
    Name.AWAITING_SPONSOR: "waiting",
    Name.AWAITING_RETURN: "waiting",
    Name.AWAITING_CONFIRM: "waiting",
    Name.OPENING: "opening",
    Name.OPEN: "in_use",
    Name.ENDING: "ending",
    Name.LOCKED_OUT: "locked",
    Name.FAULT: "fault",
}


def machine_state(state: AnyState, at: Moment) -> MachineState:
    """The state of a machine or a door as everybody in the lab may see it: while its strike has power, a door
    is in use."""
    troubles = tuple(sorted(state.condition.troubles))
    powered, busy = state.name in (Name.OPEN, Name.ENDING), state.condition.busy
    return MachineState(WORD[state.name], powered, troubles, at, busy)


class Outside:
    """The gate as its link sees it. `hooks` may be used from the link's thread, `state` from the loop's;
    `word` is where the link notes down what it heard, and the lookup reads."""

    def __init__(self, machines: Iterable[MachineId], clock: Clock, inbox: Inbox) -> None:
        self._machines, self._clock, self._inbox = tuple(machines), clock, inbox
        self.word = LastWord()
        self._states: dict[str, MachineState] = {}
        self._wake: Callable[[], None] = lambda: None

    def hooks(self, keys: Callable[[], None], wake: Callable[[], None] = lambda: None) -> Hooks:
        """What the link may call. `keys` has the readers take their keys anew; `wake` is called when a
        machine does something else than before."""
        self._wake = wake
        return Hooks(self._identify, self._refuse, keys, self.states, self.word)

    def state(self, machine: MachineId, state: MachineState) -> None:
        """A machine does this now: of two that the link has not said yet, the latest counts."""
        self._states[machine] = state
        self._wake()

    def states(self) -> Mapping[str, MachineState]:
        """What each machine does now. Any thread may ask."""
        return dict(self._states)

    def _identify(self, machine: str | None) -> None:
        for one in self._machines:
            if machine in (None, one):
                self._inbox.put_far(Identify(one, self._clock.now()))

    def _refuse(self, refused: frozenset[str]) -> None:
        """Among what is near: a lookup of the roster that needs it must not be answered before it."""
        at = self._clock.now()
        for one in self._machines:
            event = Troubled if refused & {one, EVERY} else Mended
            self._inbox.put(event(one, Trouble.OUTDATED, at))
