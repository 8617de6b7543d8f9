"""The states of one machine, as frozen values that carry their data, and when each wants waking.

`machine.py` owns every way from one to another; this file owns what they are.
All `..._ms` here are CLOCK_BOOTTIME milliseconds within the boot of the daemon.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar, assert_never

from fabgate.model import (
    InkId,
    Level,
    Lock,
    MachineRules,
    Moment,
    Person,
    RecordId,
    Token,
    Trouble,
    Why,
)
from fabgate.rules.gestures import Name
from fabgate.rules.taps import Presence


@dataclass(frozen=True, slots=True)
class Condition:
    """What a machine keeps through all its states: lock, troubles, badges at the reader, inks given out."""

    lock: Lock | None = None
    troubles: frozenset[Trouble] = frozenset()
    presence: Presence = field(default_factory=Presence)
    inks: int = 0
    stopping: bool = False  # the daemon is asked to stop: nothing starts any more


@dataclass(frozen=True, slots=True)
class Free:
    name: ClassVar[Name] = Name.FREE
    condition: Condition = field(default_factory=Condition)


@dataclass(frozen=True, slots=True)
class LockedOut:
    name: ClassVar[Name] = Name.LOCKED_OUT
    condition: Condition


@dataclass(frozen=True, slots=True)
class Fault:
    """Starts are refused until every trouble is over."""

    name: ClassVar[Name] = Name.FAULT
    condition: Condition


@dataclass(frozen=True, slots=True)
class Session:
    """Who works, at which level, under whom. `badge` is the one that holds the session."""

    user: Person
    badge: Token
    level: Level
    sponsor: Person | None = None
    sponsor_badge: Token | None = None


@dataclass(frozen=True, slots=True)
class AwaitingSponsor:
    name: ClassVar[Name] = Name.AWAITING_SPONSOR
    condition: Condition
    trainee: Session
    until_ms: int
    sponsors: tuple[str, ...] = ()  # who could come, of those who agreed to be named


@dataclass(frozen=True, slots=True)
class AwaitingReturn:
    """Slot only: the sponsor has been; the trainee's badge must come back to stay."""

    name: ClassVar[Name] = Name.AWAITING_RETURN
    condition: Condition
    session: Session
    until_ms: int


@dataclass(frozen=True, slots=True)
class Opening:
    """The start is being written; the relay is open until `Inked` comes, and only before `by_ms`."""

    name: ClassVar[Name] = Name.OPENING
    condition: Condition
    session: Session
    ink: InkId
    by_ms: int


@dataclass(frozen=True, slots=True)
class Run:
    """A session with power: since when, as which record, when it must end and why then.

    `seen`: its coming end was announced and seen. `away_ms`: since when the badge is out of the
    slot. `told`: losses of right that the member was told of and that end nothing. `blind_ms`: for
    how long a reader was blind so far, besides the blindness that lasts since `blind_since_ms`.
    """

    session: Session
    record: RecordId
    opened: Moment
    ends_ms: int
    ends_why: Why
    seen: bool = False
    away_ms: int | None = None
    told: frozenset[Why] = frozenset()
    blind_ms: int = 0
    blind_since_ms: int | None = None

    def blind_until(self, at_ms: int) -> int:
        """For how long the reader has seen nothing in this session."""
        since = at_ms if self.blind_since_ms is None else self.blind_since_ms
        return self.blind_ms + max(0, at_ms - since)


@dataclass(frozen=True, slots=True)
class Open:
    name: ClassVar[Name] = Name.OPEN
    condition: Condition
    run: Run


@dataclass(frozen=True, slots=True)
class Ending:
    """Open still, but its end has been announced and nobody has said that they saw it."""

    name: ClassVar[Name] = Name.ENDING
    condition: Condition
    run: Run


Rest = Free | LockedOut | Fault
State = Rest | AwaitingSponsor | AwaitingReturn | Opening | Open | Ending


def at_rest(condition: Condition) -> Rest:
    """The state of a machine that nobody uses."""
    if condition.troubles:
        return Fault(condition)
    return LockedOut(condition) if condition.lock else Free(condition)


def under(state: State, condition: Condition) -> State:
    """The same state under another condition; a resting machine may become free, locked or faulty by it."""
    match state:
        case Free() | LockedOut() | Fault():
            return at_rest(condition)
        case _:
            return replace(state, condition=condition)


def deadline(rules: MachineRules, state: State) -> int | None:
    """When this state wants to be woken (CLOCK_BOOTTIME ms), None for never."""
    match state:
        case Free() | LockedOut() | Fault():
            return None
        case AwaitingSponsor() | AwaitingReturn():
            return state.until_ms
        case Opening():
            return state.by_ms
        case Open():
            ends = state.run.ends_ms if state.run.seen else warns_ms(rules, state.run)
            return _sooner(ends, gives_up_ms(rules, state.run))
        case Ending():
            return _sooner(state.run.ends_ms, gives_up_ms(rules, state.run))
        case _ as never:
            assert_never(never)


def warns_ms(rules: MachineRules, run: Run) -> int:
    """When the end of this run is announced."""
    return run.ends_ms - rules.warning_ms


def gives_up_ms(rules: MachineRules, run: Run) -> int | None:
    """When a badge that is out of the slot counts as gone."""
    return None if run.away_ms is None else run.away_ms + rules.grace_ms


def _sooner(one: int, other: int | None) -> int:
    return one if other is None else min(one, other)
