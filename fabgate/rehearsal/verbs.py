"""What a line of a rehearsal can say: one frozen dataclass for each verb and each expectation.

`scenario.py` makes them from text and back; whoever plays a rehearsal carries them out. They are
data: an expectation is looked at where it is played, never here. Units: int milliseconds of the
virtual clock, int milliamperes. `gate` is None where the line names none: the only gate there is,
or, for `run`, the hub where there is one.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.badges.uid import Uid
from fabgate.devices.protocols import Colour
from fabgate.model import MachineId

# --- what is done -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """A fabgate command, without the word `fabgate`: at the hub if there is one, or at a gate."""

    argv: tuple[str, ...]
    gate: str | None = None


@dataclass(frozen=True, slots=True)
class Tap:
    """A badge touches the reader of a machine and leaves it."""

    machine: MachineId
    uid: Uid


@dataclass(frozen=True, slots=True)
class Lay:
    """`hold`: a badge is laid in the slot of a machine and stays there."""

    machine: MachineId
    uid: Uid


@dataclass(frozen=True, slots=True)
class Lift:
    """Whatever lies in the slot of a machine is taken away."""

    machine: MachineId


@dataclass(frozen=True, slots=True)
class Press:
    """An input of a machine, by its name, is pressed and stays so."""

    machine: MachineId
    input: str


@dataclass(frozen=True, slots=True)
class Release:
    """An input of a machine is let go."""

    machine: MachineId
    input: str


@dataclass(frozen=True, slots=True)
class Current:
    """The meter of a machine reads so many milliamperes from now on."""

    machine: MachineId
    ma: int


@dataclass(frozen=True, slots=True)
class Break:
    """A device of a machine, by its name, answers no more."""

    machine: MachineId
    device: str


@dataclass(frozen=True, slots=True)
class Mend:
    """It answers again."""

    machine: MachineId
    device: str


@dataclass(frozen=True, slots=True)
class Power:
    """The mains of a gate: gone (whatever was in memory is lost), or back."""

    on: bool
    gate: str | None = None


@dataclass(frozen=True, slots=True)
class ClockStep:
    """Somebody sets the wall clock forward or, with a negative number, back."""

    by_ms: int
    gate: str | None = None


@dataclass(frozen=True, slots=True)
class ClockSync:
    """The wall clock becomes right, and is known to be."""

    gate: str | None = None


@dataclass(frozen=True, slots=True)
class ClockUnset:
    """Nobody vouches for the wall clock, nor after a power cut or with a network, until `clock sync`."""

    gate: str | None = None


@dataclass(frozen=True, slots=True)
class Net:
    """The broker can be reached, or not."""

    up: bool
    gate: str | None = None


@dataclass(frozen=True, slots=True)
class Hub:
    """The hub's computer, and the broker on it: gone, or back."""

    up: bool


@dataclass(frozen=True, slots=True)
class HubRestore:
    """The newest backup of the hub takes the place of its books. What came after it is lost to it."""


@dataclass(frozen=True, slots=True)
class DiskFull:
    """Every write fails until `disk ok`."""

    gate: str | None = None


@dataclass(frozen=True, slots=True)
class DiskOk:
    """The disk takes writes again, at once."""

    gate: str | None = None


@dataclass(frozen=True, slots=True)
class DiskStall:
    """Writes hang for so long, then succeed."""

    for_ms: int
    gate: str | None = None


Deed = (
    Run
    | Tap
    | Lay
    | Lift
    | Press
    | Release
    | Current
    | Break
    | Mend
    | Power
    | ClockStep
    | ClockSync
    | ClockUnset
    | Net
    | Hub
    | HubRestore
    | DiskFull
    | DiskOk
    | DiskStall
)

# --- what is expected -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OutputIs:
    """An output of a machine, by the name that the configuration gives it, is on or off."""

    machine: MachineId
    output: str
    on: bool


@dataclass(frozen=True, slots=True)
class Says:
    """The display of a machine shows a text with this in it."""

    machine: MachineId
    text: str


@dataclass(frozen=True, slots=True)
class LampIs:
    """The lamp of a machine has this colour, steady or blinking."""

    machine: MachineId
    colour: Colour


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed session of a member (by handle), `length_ms` long, give or take `within_ms`."""

    machine: MachineId
    member: str
    length_ms: int
    within_ms: int = 0


@dataclass(frozen=True, slots=True)
class NoSession:
    """Nobody has worked on a machine: no session, open or closed (an aborted start is none)."""

    machine: MachineId


@dataclass(frozen=True, slots=True)
class Recorded:
    """Some journal has a record of this kind whose fields are these; or, not `there`, none has.

    A member may be named by their handle; `none` is a field that says nothing.
    """

    kind: str
    fields: tuple[tuple[str, str], ...] = ()
    there: bool = True


@dataclass(frozen=True, slots=True)
class Printed:
    """What the last `run` printed has this in it."""

    text: str


@dataclass(frozen=True, slots=True)
class NotPrinted:
    """What the last `run` printed does not have this in it."""

    text: str


@dataclass(frozen=True, slots=True)
class ExitIs:
    """The exit status of the last `run`."""

    status: int


@dataclass(frozen=True, slots=True)
class JournalOk:
    """The journal verifies from its first record to its last."""


@dataclass(frozen=True, slots=True)
class GateIs:
    """What the hub knows of a gate: `ready`, `stopping` or `lost`."""

    gate: str
    state: str


@dataclass(frozen=True, slots=True)
class RecordsAll:
    """Every record of a gate is at the hub, once, in its order, as it was written."""

    gate: str


@dataclass(frozen=True, slots=True)
class RosterEqual:
    """Every gate has the rights, and so the roster, that the hub has."""


Expectation = (
    OutputIs
    | Says
    | LampIs
    | Closed
    | NoSession
    | Recorded
    | Printed
    | NotPrinted
    | ExitIs
    | JournalOk
    | GateIs
    | RecordsAll
    | RosterEqual
)

Verb = Deed | Expectation


@dataclass(frozen=True, slots=True)
class Action:
    """One line: where it stands in the file, when (virtual ms since time zero), and what."""

    line: int
    at_ms: int
    verb: Verb
