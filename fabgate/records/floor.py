"""Records of what happens at a gate: its run, its sessions, its doors, who is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class EpochBegun:
    """The first record of an origin: why it began, and where the one before it stood."""

    kind: ClassVar[str] = "epoch.begin"
    cause: str  # init | corrupt | restore | fork
    previous_origin: str | None = None
    last_seq: int | None = None
    last_hash: str | None = None


@dataclass(frozen=True, slots=True)
class GateStarted:
    kind: ClassVar[str] = "gate.start"
    version: str
    clean: bool  # whether the run before ended as it should


@dataclass(frozen=True, slots=True)
class GateStopped:
    """An orderly end. `checked` is False where the books are damaged, or were not read through yet."""

    kind: ClassVar[str] = "gate.stop"
    checked: bool = True


@dataclass(frozen=True, slots=True)
class ClockSynced:
    """The first moment of a boot at which the wall clock was right: re-dates that boot (law 5)."""

    kind: ClassVar[str] = "clock.sync"


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """Written before the relay closes (law 1). `level` is the member's at the time, and prices it all.

    `payer`: another member who pays; None is the member. `purpose`: what for, where it is no work of
    their own (`maintenance`, or one of the lab's); `workshop`: the record that opened a group session
    for so many `people`. `company`: those who were there because somebody had to be.
    `roster_age_ms`: since the hub's last word, 0 where the gate is its own source and -1 where nobody
    knows (R12). `hours_unasked`: nobody knew the time, and opening hours were not asked for.
    `would`: the code by which it would have been refused, where the gate only looks on.
    """

    kind: ClassVar[str] = "session.start"
    machine: str
    skill: str
    member: str
    badge: str
    level: str
    hold: str
    limit_ms: int
    sponsor: str | None = None
    sponsor_badge: str | None = None
    payer: str | None = None
    purpose: str = ""
    people: int = 1
    workshop: str | None = None
    company: tuple[str, ...] = ()
    roster_age_ms: int = 0
    hours_unasked: bool = False
    would: str = ""


@dataclass(frozen=True, slots=True)
class SessionStopped:
    """The end of the session that began with record `session`; `length_ms` is powered time.

    `recovered`: nobody saw the end; `length_ms` reaches to the last heartbeat and the true end
    lies at most `uncertain_ms` later. `charged` is False for an undone or aborted start. For
    `blind_ms` of the length the reader saw nothing: the member could not have tapped off. For `busy_ms`
    of it the machine worked, None where nothing tells. `by`: who ended the idle session of another.
    """

    kind: ClassVar[str] = "session.stop"
    session: str
    machine: str
    why: str
    length_ms: int
    charged: bool = True
    recovered: bool = False
    uncertain_ms: int = 0
    blind_ms: int = 0
    busy_ms: int | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class SessionAlone:
    """Nobody stands by session `session` any more who had to (R4)."""

    kind: ClassVar[str] = "session.alone"
    session: str
    machine: str


@dataclass(frozen=True, slots=True)
class SessionProved:
    """Whoever stands by session `session` said with a tap that they are there (R4)."""

    kind: ClassVar[str] = "session.proved"
    session: str
    machine: str
    by: str


@dataclass(frozen=True, slots=True)
class DoorOpened:
    """Written before the strike is pulsed. `status` is the member's in the lab at the time."""

    kind: ClassVar[str] = "door.open"
    machine: str
    member: str
    badge: str
    status: str
    roster_age_ms: int = 0
    hours_unasked: bool = False


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """A member is on site: they tapped at `machine`, or `by` says so."""

    kind: ClassVar[str] = "presence.in"
    member: str
    by: str
    machine: str | None = None
    badge: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedOut:
    kind: ClassVar[str] = "presence.out"
    member: str
    by: str
    machine: str | None = None
    badge: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal at a machine. The first is written at once; its like of the next minute share a `count`."""

    kind: ClassVar[str] = "session.refused"
    machine: str
    code: str
    badge: str
    member: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class CloseAsked:
    """A person at the command line said "now" to a running session."""

    kind: ClassVar[str] = "session.close"
    session: str
    machine: str
    by: str


@dataclass(frozen=True, slots=True)
class TroubleBegan:
    kind: ClassVar[str] = "machine.trouble"
    machine: str
    trouble: str


@dataclass(frozen=True, slots=True)
class TroubleOver:
    kind: ClassVar[str] = "machine.mended"
    machine: str
    trouble: str


@dataclass(frozen=True, slots=True)
class LidSeen:
    """The lid was opened or shut while somebody worked."""

    kind: ClassVar[str] = "machine.lid"
    machine: str
    open: bool
    session: str


@dataclass(frozen=True, slots=True)
class PowerMissed:
    """In session `session` an output was commanded on and seen off (law 9)."""

    kind: ClassVar[str] = "machine.no_power"
    machine: str
    output: str
    session: str


@dataclass(frozen=True, slots=True)
class AlarmCalled:
    """The table of the machine calls people for a session that goes on (law 10)."""

    kind: ClassVar[str] = "machine.alarm"
    machine: str
    why: str
    session: str


@dataclass(frozen=True, slots=True)
class MachineServiced:
    """A service of the machine was done: what it counts begins anew."""

    kind: ClassVar[str] = "machine.serviced"
    machine: str
    service: str
    by: str


@dataclass(frozen=True, slots=True)
class Purged:
    """Bodies of this origin's records `first` to `last` of the kinds named were blanked under `rule`.

    `session.refused:unknown_badge` is those records of a kind that say this code; the one kind `notes`
    means that no body was blanked, but the texts beside these records.
    """

    kind: ClassVar[str] = "purge"
    first: int
    last: int
    rule: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PurgedElsewhere:
    """The same of another origin's records, as this store holds them: a hub's of its gates, or of an epoch
    that came to its end. Others keep what they have."""

    kind: ClassVar[str] = "purge.of"
    origin: str
    first: int
    last: int
    rule: str
    kinds: tuple[str, ...] = ()
