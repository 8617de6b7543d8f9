"""What goes on at one place of the model: somebody at work, somebody who waits, a word to be said."""

from __future__ import annotations

from dataclasses import dataclass, field

from sponsorship_people import Person

NEEDS = {"sponsor": "sponsor", "accompanied": "sponsor", "host": "host"}  # whose tap a session asks for


@dataclass
class Session:
    """Somebody at work. `how` it began: alone, accompanied, or with the tap of a sponsor, host or adult."""

    user: Person
    badge: str
    level: str
    how: str
    lapse: str = ""
    tied: Person | None = None
    tied_badge: str = ""
    tied_out: bool = False  # whoever stands by checked out since their last tap here
    taken_over: bool = False
    since: int = 0
    wall: int = 0
    ends: int = 0
    why: str = "limit"
    warned: bool = False  # the end was announced, and nobody said that they saw it
    seen: bool = False
    told: set[str] = field(default_factory=set)
    proved: int = 0
    asked: int | None = None
    missed: bool = False  # did not tap when they were asked to
    alone: int | None = None
    claim: tuple[str, int] | None = None  # a manager's badge that was asked, and until when it may say yes

    @property
    def need(self) -> str:
        return NEEDS.get(self.how, "company")


@dataclass
class Wait:
    """Somebody who tapped and needs another tap: of a sponsor, a host, any adult; their own, to confirm."""

    session: Session
    until: int


@dataclass
class Praise:
    """A supervised session that ended just now: its sponsor's next tap says that it went well."""

    by: Person
    of: Session
    until: int
