"""The words of the house: who, what, when, and what is refused.

Everybody may import this file; it imports the standard library only and reads no clock.
Units: wall times and lengths are int milliseconds (wall: UTC since 1970), currents int mA.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NewType, Protocol

MemberId = NewType("MemberId", str)  # random, minted once; says nothing about the person
Token = NewType("Token", str)  # "<key id>:<hex>": a badge as the store knows it, never its UID
SkillId = NewType("SkillId", str)
MachineId = NewType("MachineId", str)
Origin = NewType("Origin", str)  # "lab/gate/epoch"
InkId = NewType("InkId", int)  # one start that waits for its ink

Fact = str | int | bool | tuple[str, ...] | None
Facts = Mapping[str, Fact]


class Level(enum.IntEnum):
    """What a person may do on the machines of a skill, in rising order."""

    NONE = 0
    TRAINEE = 1
    AUTONOMOUS = 2
    SPONSOR = 3

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Level:
        """The level that a word names. Raises KeyError."""
        return cls[word.upper()]


class Role(enum.StrEnum):
    """An office in the lab, apart from any skill. `maintainer` is held for one machine."""

    MANAGER = "manager"
    TREASURER = "treasurer"
    MAINTAINER = "maintainer"


class Hold(enum.StrEnum):
    """How a session is held: tapped on and off, or with the badge lying in a slot."""

    TAP = "tap"
    SLOT = "slot"


class Code(enum.StrEnum):
    """Why something was refused. A closed list; `texts/` has a sentence and a next step for each."""

    # at the machine
    UNKNOWN_BADGE = "unknown_badge"
    BLOCKED_BADGE = "blocked_badge"
    CONTESTED_BADGE = "contested_badge"  # given to two members at two places
    TWO_BADGES = "two_badges"
    RANDOM_BADGE = "random_badge"
    SUSPENDED_MEMBER = "suspended_member"
    NOT_QUALIFIED = "not_qualified"
    LAPSED = "lapsed"
    NEEDS_SPONSOR = "needs_sponsor"
    MAY_NOT_SPONSOR = "may_not_sponsor"
    SAME_PERSON = "same_person"
    MACHINE_LOCKED = "machine_locked"
    MACHINE_IN_USE = "machine_in_use"
    MACHINE_FAULT = "machine_fault"
    JOURNAL_CHECK = "journal_check"
    LEDGER_UNAVAILABLE = "ledger_unavailable"
    # at the desk
    NOT_ALLOWED = "not_allowed"
    NOT_TO_YOURSELF = "not_to_yourself"
    NOT_HELD = "not_held"
    NOT_READY = "not_ready"  # a sponsor must be autonomous first
    NOT_YOUR_LOGIN = "not_your_login"
    NO_LOGIN = "no_login"
    BOOTSTRAP_CLOSED = "bootstrap_closed"
    REASON_NEEDED = "reason_needed"
    UNKNOWN_MEMBER = "unknown_member"
    UNKNOWN_SKILL = "unknown_skill"
    UNKNOWN_MACHINE = "unknown_machine"
    HANDLE_TAKEN = "handle_taken"
    HANDLE_UNFIT = "handle_unfit"
    NAME_UNFIT = "name_unfit"
    LOGIN_TAKEN = "login_taken"
    BADGE_TAKEN = "badge_taken"
    NOTHING_TO_DO = "nothing_to_do"
    LAST_MANAGER = "last_manager"
    NO_SESSION = "no_session"


class Notice(enum.StrEnum):
    """What a machine tells people that is not a refusal; `texts/` has a sentence for each."""

    READY = "ready"
    CHECKING = "checking"
    ASK_SPONSOR = "ask_sponsor"
    ASK_RETURN = "ask_return"
    OPENED = "opened"
    OPENED_SUPERVISED = "opened_supervised"
    STILL_ON = "still_on"
    HERE = "here"
    WARNING = "warning"
    STAY = "stay"
    AWAY = "away"
    BACK = "back"
    CANCELLED = "cancelled"
    WAIT_OVER = "wait_over"
    ENDED = "ended"
    TOLD = "told"
    IDENTIFY = "identify"  # "which of all these boxes is it?", asked by somebody at the hub


class Why(enum.StrEnum):
    """How a session ended, or what made it end."""

    OWN_TAP = "own_tap"
    BADGE_GONE = "badge_gone"
    LIMIT = "limit"
    UNDONE = "undone"  # by the sponsor within seconds of the start; not charged
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    BLOCKED = "blocked"
    LOCKED = "locked"
    CLOSED = "closed"  # a person said "now"
    ESTOP = "estop"
    FAULT = "fault"
    GATE_STOPPED = "gate_stopped"
    RECOVERED = "recovered"  # found open after a crash; ended at its last heartbeat
    ABORTED = "aborted"  # its ink came too late: it never had power; 0 s


class Ending(enum.StrEnum):
    """What a cause does to a running session (law 10).

    `now` opens the relay at once, `soon` warns and opens it after the machine's warning time,
    `warn` tells the member and leaves the end to them or to the limit.
    """

    NOW = "now"
    SOON = "soon"
    WARN = "warn"


class Trouble(enum.StrEnum):
    """Why a machine is in fault: starts are refused until it is over."""

    READER = "reader"
    RELAY = "relay"
    INPUT = "input"
    ESTOP = "estop"
    JOURNAL = "journal"  # the journal does not verify: a person must look at it
    CHECKING = "checking"  # the journal is read through after an unclean stop
    OUTDATED = "outdated"  # the hub says that this machine needs a newer fabgate than this


@dataclass(frozen=True, slots=True)
class Moment:
    """When: `boot_ms` (CLOCK_BOOTTIME) within `boot` for lengths, `wall_ms` (UTC) for the record.

    `synced` says whether the wall clock was known to be right (law 5).
    """

    boot: str
    boot_ms: int
    wall_ms: int
    synced: bool


class Clock(Protocol):
    """The only place where time comes from (law 5): the controller's own clock, or a rehearsal's."""

    def now(self) -> Moment: ...


@dataclass(frozen=True, slots=True, order=True)
class RecordId:
    """One journal record, the same in every store of the lab. Text form: `lab/gate/epoch#seq`."""

    origin: Origin
    seq: int

    def __str__(self) -> str:
        return f"{self.origin}#{self.seq}"

    @classmethod
    def of(cls, text: str) -> RecordId:
        """The id that `text` names. Raises ValueError."""
        origin, _, seq = text.rpartition("#")
        if origin.count("/") != 2:
            raise ValueError(f"not a record id: {text!r}")
        return cls(Origin(origin), int(seq))


@dataclass(frozen=True, slots=True)
class Person:
    """A member as a machine greets them. The name stays on the gate: never journaled, never sent."""

    member: MemberId
    name: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """A machine that somebody took out of service."""

    since_ms: int
    record: RecordId


@dataclass(frozen=True, slots=True)
class Standing:
    """All that a decision at a machine needs to know of one badge, as the store had it.

    `person` is None for a badge that nobody owns. `contested`: it was given to two members at two
    places, and is blocked until a manager gives it anew. `lapsed_ms` is set when a grant ran out,
    `level` is then what is left of it. `sponsors` names those who may sponsor here and agreed
    to be named; it is filled where the next step needs it.
    """

    person: Person | None = None
    blocked_ms: int | None = None
    suspended_ms: int | None = None
    level: Level = Level.NONE
    lapsed_ms: int | None = None
    lock: Lock | None = None
    sponsors: tuple[str, ...] = ()
    contested: bool = False


@dataclass(frozen=True, slots=True)
class Denied:
    """A refusal: a code of the closed list and the facts that its text is made from."""

    code: Code
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ends:
    """What a loss of right or a lockout does to a session that runs."""

    revoked: Ending = Ending.WARN
    suspended: Ending = Ending.WARN
    locked: Ending = Ending.WARN

    def of(self, why: Why) -> Ending:
        """The ending for a cause; a blocked badge ends a session as a suspension does."""
        by_cause = {Why.REVOKED: self.revoked, Why.LOCKED: self.locked}
        return by_cause.get(why, self.suspended)


@dataclass(frozen=True, slots=True)
class MachineRules:
    """How one machine behaves: its part of the configuration that the rules read.

    `limit_ms` is the longest session; `warning_ms` how long before its end people are warned;
    `grace_ms` how long a badge may be out of the slot; `wait_ms` how long each step of a
    supervised start may take; `undo_ms` how long a sponsor can take a start back.
    """

    machine: MachineId
    skill: SkillId
    title: str
    hold: Hold = Hold.TAP
    limit_ms: int = 4 * 3_600_000
    warning_ms: int = 5 * 60_000
    grace_ms: int = 30_000
    wait_ms: int = 60_000
    undo_ms: int = 10_000
    ink_ms: int = 2_000
    sponsor_from: Level = Level.AUTONOMOUS
    ends: Ends = Ends()
    contact: str = ""
