"""People as a machine sees them: what they may do, what stands in their way, how their badge stands."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from fabgate.model.codes import Code
from fabgate.model.ids import Facts, MachineId, MemberId, RecordId, SkillId
from fabgate.tariff import Tariff, Version


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
class Upkeep:
    """A service of the machine that is due soon, or over: what is left of it, by whichever runs out first.

    `left_ms` of use or of days, or `left_jobs`; negative: it is over. `blocks`: nothing starts then.
    """

    service: str
    left_ms: int | None = None
    left_jobs: int | None = None
    blocks: bool = False

    @property
    def over(self) -> bool:
        """Whether it should have been done by now."""
        left = self.left_jobs if self.left_ms is None else self.left_ms
        return left is not None and left <= 0


@dataclass(frozen=True, slots=True)
class Workshop:
    """A group session that its leader may start here: for how many people, what for, until when."""

    record: RecordId
    people: int
    purpose: str
    until_ms: int


@dataclass(frozen=True, slots=True)
class Credit:
    """What a payer has, by the last known word less what this gate knows of since; cents.

    They start with at least `least_cents` (None: nothing is asked of them).
    """

    balance_cents: int
    least_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Fare:
    """By what a session of this badge is priced: the price list and its version of the day, the category and
    the plans of whoever pays, and the seconds here that they have paid for already."""

    tariff: Tariff
    version: Version
    category: str = ""
    plans: tuple[str, ...] = ()
    covered_s: int = 0


@dataclass(frozen=True, slots=True)
class Taximeter:
    """A session as `rules/fares.py` prices it at any moment; all `..._ms` in CLOCK_BOOTTIME of this boot.

    `busy_ms` it had worked by `busy_since_ms`, since when it works; None there: it does not, or nothing
    tells. `ended_ms`: it is over since then.
    """

    machine: MachineId
    fare: Fare
    purpose: str
    supervised: bool
    opened_ms: int
    busy_ms: int | None = None
    busy_since_ms: int | None = None
    ended_ms: int | None = None


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
    `manages`: they are a fab manager. `closes_ms` (wall): when the hours that let them start are over.
    `upkeep`: what the machine needs soonest. `purpose`: what this badge works for. `credit`: what the payer
    has left, None where nothing is asked. `fare`: how their session is priced, None without a price list.
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
    manages: bool = False
    closes_ms: int | None = None
    upkeep: Upkeep | None = None
    purpose: str = ""
    credit: Credit | None = None
    fare: Fare | None = None


@dataclass(frozen=True, slots=True)
class Denied:
    """A refusal: a code of the closed list and the facts that its text is made from."""

    code: Code
    facts: Facts = field(default_factory=dict)
