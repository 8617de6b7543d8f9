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


class Status(enum.IntEnum):
    """What a person is in the lab, apart from any skill, in rising order (R1).

    A member who is suspended keeps their status. `autonomous` has the keys: doors open at any time,
    and their presence is what staffs the lab.
    """

    LEFT = 0
    GUEST = 1
    TRAINEE = 2
    AUTONOMOUS = 3

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Status:
        """The status that a word names. Raises KeyError."""
        return cls[word.upper()]


class Company(enum.StrEnum):
    """Who must be there for somebody to work on a machine: its class (R4)."""

    FREE = "free"  # nobody
    ACCOMPANIED = "accompanied"  # of trainees: a sponsor is checked in on site
    SUPERVISED = "supervised"  # of trainees: a sponsor tied to this machine by a tap
    NEVER_ALONE = "never_alone"  # supervised; and of everybody: two adults present


class Kind(enum.StrEnum):
    """What a tap at this reader is for."""

    MACHINE = "machine"
    DOOR = "door"  # a strike that is pulsed; the tap checks in
    COUNTER = "counter"  # checks in and out, switches nothing


class Stale(enum.StrEnum):
    """What a roster that is too old does to a start (R12)."""

    DENY = "deny"
    SPONSOR = "sponsor"  # everybody works as a trainee does


class Lapse(enum.StrEnum):
    """Why a grant holds no more."""

    UNTIL = "until"  # the day that its giver wrote
    VALIDITY = "validity"
    DISUSE = "disuse"
    CHANGED = "changed"  # the machine was replaced since


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
    MEMBER_LEFT = "member_left"
    GUEST_ALONE = "guest_alone"
    PAPER_MISSING = "paper_missing"
    PAPER_EXPIRED = "paper_expired"
    PREREQUISITE = "prerequisite"
    SUSPENDED_SKILL = "suspended_skill"
    CLOSED_NOW = "closed_now"
    NOT_SUBSCRIBED = "not_subscribed"
    NOBODY_STAFFS = "nobody_staffs"
    STALE_ROSTER = "stale_roster"
    NEEDS_COMPANY = "needs_company"
    SPONSOR_FULL = "sponsor_full"
    NOT_CHECKED_IN = "not_checked_in"
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
    EVIDENCE_MISSING = "evidence_missing"
    MUTUAL_SPONSORS = "mutual_sponsors"
    NO_PROPOSAL = "no_proposal"
    OFFLINE_PROMOTION = "offline_promotion"
    UNFIT_SPONSOR = "unfit_sponsor"
    UNKNOWN_PAPER = "unknown_paper"
    UNKNOWN_OPENING = "unknown_opening"
    UNKNOWN_ITEM = "unknown_item"
    UNKNOWN_PURPOSE = "unknown_purpose"
    NOT_PRESENT = "not_present"
    PAST_DATE = "past_date"
    TOO_LONG = "too_long"
    NO_WORKSHOP = "no_workshop"


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
    ASK_COMPANY = "ask_company"
    ASK_HOST = "ask_host"
    CONFIRM = "confirm"  # out of service: a second tap starts it for maintenance
    PROVE = "prove"  # whoever stands by is asked to tap again
    ALONE = "alone"
    WELL_DONE = "well_done"
    CHECKED_IN = "checked_in"
    CHECKED_OUT = "checked_out"
    DOOR_OPEN = "door_open"
    DOOR_READY = "door_ready"
    COUNTER_READY = "counter_ready"
    OPENED_ACCOMPANIED = "opened_accompanied"
    OPENED_WORKSHOP = "opened_workshop"
    OPENED_MAINTENANCE = "opened_maintenance"
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
    ALONE = "alone"  # nobody stands by any more who had to
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
class Lack:
    """A paper that stands in the way: never filed, or run out on `until_ms`."""

    paper: str
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """Why these are no hours for this person (CLOSED_NOW, NOT_SUBSCRIBED, NOBODY_STAFFS); when they are."""

    code: Code
    opens_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """What runs out soon: a paper or a skill by its id, and its last moment."""

    what: str
    until_ms: int


@dataclass(frozen=True, slots=True)
class Workshop:
    """A group session that its leader may start here: for how many people, what for, until when."""

    record: RecordId
    people: int
    purpose: str
    until_ms: int


@dataclass(frozen=True, slots=True)
class Standing:
    """All that a decision at a machine needs to know of one badge, as the store had it.

    `person` is None for a badge that nobody owns. `contested`: it was given to two members at two
    places, and is blocked until a manager gives it anew. `lapsed_ms` is set when a grant ran out
    for the cause `lapse`, `level` is then what is left of it. `sponsors` names those who may sponsor
    here and agreed to be named; it is filled where the next step needs it.

    `lacks`: papers that stand in the way; `needed`: the first skill that has to come before this
    one; `held_ms`: since when this skill of theirs is suspended. `closed`: no hours for them;
    `hours_unasked`: nobody knows the time, and they were not asked for. `sponsors_here`,
    `adults_here`: others who are checked in, and may sponsor here or are of age. `here`: they are
    checked in themselves; `gone_ms` (wall): they checked out then. `sponsoring`: how many trainees
    they stand beside now. `payer`: who pays for this badge, None for its owner. `keeps`: they may
    start the machine for maintenance. `roster_age_ms`: since the hub's last word, 0 where this gate
    is its own source, None where nobody knows. `due`: what runs out first, within the lab's notice.
    """

    person: Person | None = None
    blocked_ms: int | None = None
    suspended_ms: int | None = None
    level: Level = Level.NONE
    lapsed_ms: int | None = None
    lock: Lock | None = None
    sponsors: tuple[str, ...] = ()
    contested: bool = False
    status: Status = Status.TRAINEE
    minor: bool = False
    lacks: tuple[Lack, ...] = ()
    needed: SkillId | None = None
    held_ms: int | None = None
    lapse: Lapse | None = None
    closed: Closed | None = None
    hours_unasked: bool = False
    sponsors_here: tuple[MemberId, ...] = ()
    adults_here: tuple[MemberId, ...] = ()
    here: bool = False
    gone_ms: int | None = None
    sponsoring: int = 0
    payer: MemberId | None = None
    keeps: bool = False
    workshop: Workshop | None = None
    roster_age_ms: int | None = 0
    due: Due | None = None


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
    alone: Ending = Ending.WARN

    def of(self, why: Why) -> Ending:
        """The ending for a cause; a blocked badge ends a session as a suspension does."""
        by_cause = {Why.REVOKED: self.revoked, Why.LOCKED: self.locked, Why.ALONE: self.alone}
        return by_cause.get(why, self.suspended)


@dataclass(frozen=True, slots=True)
class MachineRules:
    """How one machine behaves: its part of the configuration that the rules read.

    `limit_ms` is the longest session; `warning_ms` how long before its end people are warned;
    `grace_ms` how long a badge may be out of the slot; `wait_ms` how long each step of a
    supervised start may take; `undo_ms` how long a sponsor can take a start back.

    `company`: its class, and who must be there. `reproof_ms`: how often whoever stands by proves it
    with a tap, 0 is never; `company_grace_ms` how long they may be missing, `max_trainees` how many
    they may stand beside at once (0: any number), `check_in` whether they must be checked in,
    `sponsor_status` what they have to be in the lab.
    `praise_ms` after a supervised session its sponsor's tap says "well done"; within `confirm_ms` a
    second tap starts a machine that is out of service for maintenance. `openings`: the hours that it
    is used in (none: always), `changed_ms` (wall): when the machine was replaced by another.
    `stale_after_ms`: the age of a roster from which `stale` holds, None is never. `stay_ms`: how long a
    check-in here counts.
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
    kind: Kind = Kind.MACHINE
    company: Company = Company.SUPERVISED
    reproof_ms: int = 0
    company_grace_ms: int = 120_000
    max_trainees: int = 0
    check_in: bool = False
    sponsor_status: Status = Status.TRAINEE
    guests: bool = False
    praise_ms: int = 60_000
    confirm_ms: int = 10_000
    pulse_ms: int = 5_000
    openings: tuple[str, ...] = ()
    changed_ms: int | None = None
    stale_after_ms: int | None = None
    stale: Stale = Stale.DENY
    stay_ms: int = 12 * 3_600_000
