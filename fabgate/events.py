"""What comes in to a machine and what goes out of it.

`rules/machine.py` takes an event and gives effects; `gate/` brings the events and carries the
effects out. Every event says when (`at`): the rules read no clock (law 5).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fabgate.model import (
    Code,
    Facts,
    InkId,
    Lock,
    MachineId,
    MemberId,
    Moment,
    Notice,
    RecordId,
    Standing,
    Taximeter,
    Token,
    Trouble,
)
from fabgate.records import Body

# --- in ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BadgeSeen:
    """A badge came to the reader. `older` holds its tokens under older keys that are still live.

    `fresh` is False for a badge that lay there when the reader came up: it starts nothing until
    it has been away, so that no machine runs again by itself after a power cut.
    """

    machine: MachineId
    token: Token
    at: Moment
    older: tuple[Token, ...] = ()
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class BadgeGone:
    """The badge left the reader."""

    machine: MachineId
    token: Token
    at: Moment


@dataclass(frozen=True, slots=True)
class BadgeUnfit:
    """Something is at the reader that cannot be taken for one badge; `code` says why."""

    machine: MachineId
    code: Code
    at: Moment


@dataclass(frozen=True, slots=True)
class Looked:
    """The answer to `Ask`: how the badge that was seen at `tapped` stands."""

    machine: MachineId
    token: Token
    tapped: Moment
    standing: Standing
    at: Moment


@dataclass(frozen=True, slots=True)
class LookFailed:
    """The store could not be asked."""

    machine: MachineId
    token: Token
    at: Moment


@dataclass(frozen=True, slots=True)
class Inked:
    """The start that `ink` names is durable, as `record`."""

    machine: MachineId
    ink: InkId
    record: RecordId
    at: Moment


@dataclass(frozen=True, slots=True)
class InkFailed:
    """The start that `ink` names was not written and never will be."""

    machine: MachineId
    ink: InkId
    at: Moment


@dataclass(frozen=True, slots=True)
class Rechecked:
    """The answer to `Recheck`: how the badge that works here stands now."""

    machine: MachineId
    token: Token
    standing: Standing
    at: Moment


@dataclass(frozen=True, slots=True)
class LockChanged:
    """The machine was locked (or, with None, unlocked) at the desk."""

    machine: MachineId
    lock: Lock | None
    at: Moment


@dataclass(frozen=True, slots=True)
class CloseNow:
    """A person said "now" to the session whose start is `session`."""

    machine: MachineId
    session: RecordId
    at: Moment


@dataclass(frozen=True, slots=True)
class RosterMoved:
    """Something in the roster changed: whoever works here is looked up again."""

    machine: MachineId
    at: Moment


@dataclass(frozen=True, slots=True)
class Identify:
    """Somebody at the hub wants to know where this machine stands: it says so. Nothing else changes."""

    machine: MachineId
    at: Moment


@dataclass(frozen=True, slots=True)
class Troubled:
    """A device of the machine failed, or its emergency stop was pressed."""

    machine: MachineId
    trouble: Trouble
    at: Moment


@dataclass(frozen=True, slots=True)
class Mended:
    """That trouble is over."""

    machine: MachineId
    trouble: Trouble
    at: Moment


@dataclass(frozen=True, slots=True)
class Activity:
    """Whether the machine works: `busy` by its meter or its own word; None: nothing tells any more."""

    machine: MachineId
    busy: bool | None
    at: Moment


@dataclass(frozen=True, slots=True)
class LidMoved:
    """The lid was opened or shut."""

    machine: MachineId
    open: bool
    at: Moment


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """The machine's own button: whoever works here is done."""

    machine: MachineId
    at: Moment


@dataclass(frozen=True, slots=True)
class OopsPressed:
    """Somebody wants the machine out of service."""

    machine: MachineId
    at: Moment


@dataclass(frozen=True, slots=True)
class NotPowered:
    """The output `output` was commanded on and is seen off (law 9): a coil, or the emergency stop's chain."""

    machine: MachineId
    output: str
    at: Moment


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed: deadlines are looked at."""

    machine: MachineId
    at: Moment


@dataclass(frozen=True, slots=True)
class Stopping:
    """The daemon is asked to stop: everything goes off at once."""

    machine: MachineId
    at: Moment


Event = (
    BadgeSeen
    | BadgeGone
    | BadgeUnfit
    | Looked
    | LookFailed
    | Inked
    | InkFailed
    | Rechecked
    | LockChanged
    | CloseNow
    | RosterMoved
    | Identify
    | Troubled
    | Mended
    | Activity
    | LidMoved
    | ButtonPressed
    | OopsPressed
    | NotPowered
    | Tick
    | Stopping
)

# --- out --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Power:
    """Begin or end the machine's permission, before anything else is done: its outputs follow, each with
    its delay. With `cut` every output that gives permission is off when this returns, whatever its delay."""

    machine: MachineId
    on: bool
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Look this badge up for this machine; the answer is `Looked`."""

    machine: MachineId
    token: Token
    at: Moment
    older: tuple[Token, ...] = ()


@dataclass(frozen=True, slots=True)
class Recheck:
    """Look the badge that works here up again; the answer is `Rechecked`."""

    machine: MachineId
    token: Token
    at: Moment


@dataclass(frozen=True, slots=True)
class Ink:
    """Write this record. With an `ink` id the answer is `Inked` or `InkFailed`.

    A record with a deadline (`by_ms`, CLOCK_BOOTTIME) is not written after it: a start that
    waits behind a stalled disk is dropped, not kept. Without one it is kept until it is written.
    """

    machine: MachineId
    at: Moment
    body: Body
    ink: InkId | None = None
    by_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """Somebody was refused: count it for the journal. Never stands before the red lamp."""

    machine: MachineId
    at: Moment
    code: Code
    token: Token
    member: MemberId | None = None


@dataclass(frozen=True, slots=True)
class Tell:
    """Say something to the people at the machine, in this language (None: the lab's first).

    `taxi` gives the fact `cost`, which whoever shows it works out.
    """

    machine: MachineId
    what: Code | Notice
    facts: Facts = field(default_factory=dict)
    language: str | None = None
    taxi: Taximeter | None = None


Effect = Power | Ask | Recheck | Ink | Refuse | Tell
