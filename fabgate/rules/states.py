"""The states of one machine, as frozen values that carry their data.

`machine.py` owns every way from one to another, `ahead.py` says when each wants waking; this file owns
what they are.
All `..._ms` here are CLOCK_BOOTTIME milliseconds within the boot of the daemon.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from typing import ClassVar

from fabgate.model import (
    InkId,
    Level,
    Lock,
    MemberId,
    Moment,
    Person,
    RecordId,
    SkillId,
    Standing,
    Token,
    Trouble,
    Why,
    Workshop,
)
from fabgate.rules.gestures import Name
from fabgate.rules.policy import Start
from fabgate.rules.taps import Presence

MAINTENANCE = "maintenance"  # the purpose of a session on a machine that is out of service


@dataclass(frozen=True, slots=True)
class Praise:
    """A supervised session that ended just now: its sponsor may say "well done", until `until_ms` (R5).

    `renews`: the trainee's right had run out, or the machine was replaced: it is renewed by it (R8).
    """

    session: RecordId
    skill: SkillId
    trainee: Person
    badge: Token
    sponsor: Person
    renews: bool
    until_ms: int


@dataclass(frozen=True, slots=True)
class Condition:
    """What a machine keeps through all its states: lock, troubles, badges at the reader, inks given out.

    `praise`: the session that ended last, where its sponsor may still say something about it. `busy`:
    whether it works, since `since_ms`; None where nothing tells. `lid`: it is open, as far as anybody told.
    """

    lock: Lock | None = None
    troubles: frozenset[Trouble] = frozenset()
    presence: Presence = field(default_factory=Presence)
    inks: int = 0
    stopping: bool = False  # the daemon is asked to stop: nothing starts any more
    praise: Praise | None = None
    busy: bool | None = None
    since_ms: int = 0
    lid: bool = False


@dataclass(frozen=True, slots=True)
class Free:
    """Nobody uses the machine, and nothing is wrong with it."""

    name: ClassVar[Name] = Name.FREE
    condition: Condition = field(default_factory=Condition)


@dataclass(frozen=True, slots=True)
class LockedOut:
    """Out of service: starts are refused, but of who keeps the machine."""

    name: ClassVar[Name] = Name.LOCKED_OUT
    condition: Condition


@dataclass(frozen=True, slots=True)
class Fault:
    """Starts are refused until every trouble is over."""

    name: ClassVar[Name] = Name.FAULT
    condition: Condition


class Need(enum.StrEnum):
    """Whose tap a start waits for, or whom a session misses."""

    SPONSOR = "sponsor"
    COMPANY = "company"
    HOST = "host"


_NEEDS = {Start.SUPERVISED: Need.SPONSOR, Start.ACCOMPANIED: Need.SPONSOR, Start.HOSTED: Need.HOST}


@dataclass(frozen=True, slots=True)
class Session:
    """Who works, at which level, how, and who stands by. `badge` is the one that holds the session.

    `sponsor` is whoever stands by with a tap of their own: a sponsor, another adult, a host; their last
    one was at `sponsor_ms` (wall). `standing` and `beside` are both as they stood when they tapped.
    `would`: the code by which it would have been refused, where the gate only looks on.
    """

    user: Person
    badge: Token
    level: Level
    how: Start = Start.ALONE
    standing: Standing = field(default_factory=Standing)
    sponsor: Person | None = None
    sponsor_badge: Token | None = None
    beside: Standing | None = None
    sponsor_ms: int = 0
    purpose: str = ""
    would: str = ""

    @property
    def need(self) -> Need:
        """Whom a session of this kind asks for, where it asks for anybody."""
        return _NEEDS.get(self.how, Need.COMPANY)

    @property
    def workshop(self) -> Workshop | None:
        """The workshop that this session is, if it is one."""
        return self.standing.workshop if self.how in (Start.WORKSHOP, Start.COMPANY) else None

    @property
    def prover(self) -> Person | None:
        """Who is asked whether they are still here: who leads a workshop, or who stands by (R4)."""
        return self.user if self.workshop else self.sponsor


@dataclass(frozen=True, slots=True)
class AwaitingSponsor:
    """Somebody tapped who may not start by themselves: a sponsor, another adult or a host has to tap."""

    name: ClassVar[Name] = Name.AWAITING_SPONSOR
    condition: Condition
    trainee: Session
    until_ms: int
    sponsors: tuple[str, ...] = ()  # who could come, of those who agreed to be named

    @property
    def need(self) -> Need:
        """Whose tap is waited for."""
        return self.trainee.need


@dataclass(frozen=True, slots=True)
class AwaitingConfirm:
    """Out of service, and who keeps it tapped: a second tap, after `asked_ms`, starts it for maintenance."""

    name: ClassVar[Name] = Name.AWAITING_CONFIRM
    condition: Condition
    session: Session
    asked_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class AwaitingReturn:
    """Slot only: the sponsor has been; the trainee's badge must come back to stay."""

    name: ClassVar[Name] = Name.AWAITING_RETURN
    condition: Condition
    session: Session
    until_ms: int


@dataclass(frozen=True, slots=True)
class Opening:
    """The start is being written; the relay is open until `Inked` comes, and only before `by_ms`.

    `limit_ms`: how long the session may last.
    """

    name: ClassVar[Name] = Name.OPENING
    condition: Condition
    session: Session
    ink: InkId
    by_ms: int
    limit_ms: int


@dataclass(frozen=True, slots=True)
class Owed:
    """An end that is to come: from `at_ms` on the machine's table holds for `why` (law 10)."""

    why: Why
    at_ms: int


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody else asked for this machine: their second tap, of the same badge and before `until_ms`, ends
    the session."""

    badge: Token
    asked_ms: int
    until_ms: int
    member: MemberId


@dataclass(frozen=True, slots=True)
class Run:
    """A session with power: since when, as which record, until when, and what is to end it.

    `limit_ms`: when its time is up. `owed`: the ends that are to come, its limit among them; `warned`:
    those that were announced, `unseen`: those of them that nobody has said they saw. `overdue`: ends that
    have come and wait for the machine to do nothing; `finishing`: its own member left it to its job, by
    their tap or their badge. `overran`: what holds long after the limit was done.

    `away_ms`: since when the badge is out of the slot. `told`: what the member was told of and what ends
    nothing. `blind_ms`: for how long a reader was blind so far, besides the blindness that lasts since
    `blind_since_ms`. `busy_ms`: for how long the machine worked until it last changed what it does, None
    as long as nothing has told. `stayed_ms`: when its member last said that it stays on. `claim`: somebody
    else was asked whether they mean to end it.

    Whoever has to be there (R4) proved it last at `proved_ms`, is asked to since `asked_ms`, is missed
    since `alone_ms`; `missed`: because they did not tap when they were asked; `taken_over`: another
    stands by now than at the start. `user` and `beside` are the two as the store had them last.
    """

    session: Session
    record: RecordId
    opened: Moment
    limit_ms: int
    owed: tuple[Owed, ...] = ()
    warned: frozenset[Why] = frozenset()
    unseen: frozenset[Why] = frozenset()
    overdue: tuple[Why, ...] = ()
    finishing: Why | None = None
    overran: bool = False
    away_ms: int | None = None
    told: frozenset[Why] = frozenset()
    blind_ms: int = 0
    blind_since_ms: int | None = None
    busy_ms: int | None = None
    stayed_ms: int = 0
    claim: Claim | None = None
    proved_ms: int = 0
    asked_ms: int | None = None
    alone_ms: int | None = None
    missed: bool = False
    taken_over: bool = False
    user: Standing = field(default_factory=Standing)
    beside: Standing | None = None
    unpowered: frozenset[str] = frozenset()  # outputs that were seen off although they are on (law 9)

    def blind_until(self, at_ms: int) -> int:
        """For how long the reader has seen nothing in this session."""
        since = at_ms if self.blind_since_ms is None else self.blind_since_ms
        return self.blind_ms + max(0, at_ms - since)


@dataclass(frozen=True, slots=True)
class Open:
    """Somebody works: the machine has power."""

    name: ClassVar[Name] = Name.OPEN
    condition: Condition
    run: Run


@dataclass(frozen=True, slots=True)
class Ending:
    """Open still, but its end has been announced and nobody has said that they saw it; or nobody is logged
    in any more, and the machine finishes its job."""

    name: ClassVar[Name] = Name.ENDING
    condition: Condition
    run: Run


Rest = Free | LockedOut | Fault
State = Rest | AwaitingSponsor | AwaitingReturn | AwaitingConfirm | Opening | Open | Ending


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


def going(condition: Condition, run: Run) -> Open | Ending:
    """The state of a machine on which this session runs."""
    told = run.unseen or run.finishing
    return Ending(condition, run) if told else Open(condition, run)
