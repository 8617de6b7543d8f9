"""What a pencil writes down of one machine: who works there, what may end that, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Pending:
    """Something that ends the session from a moment on, if it `waits` not before the machine is idle."""

    why: str
    from_ms: int
    waits: bool
    must: bool = True
    silent: bool = False  # nobody is told before


@dataclass
class Work:
    """A session with power."""

    who: str
    since_ms: int
    pending: list[Pending] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    unseen: set[str] = field(
        default_factory=set
    )  # ends that were announced, and nobody said "I have seen it"
    said: set[str] = field(default_factory=set)  # what was announced once
    fog: bool = False  # nobody could say from here whether its member's tap means "stay" or "off"
    stay_ms: int = 0  # they said so for certain
    perhaps_ms: int = 0  # or may have
    finishing: bool = False
    maintenance: bool = False
    lids: int = 0
    away: bool = False  # its badge is out of the slot


@dataclass(frozen=True)
class Ended:
    """A session as the pencil has it: any of `whys` may be what the books say of it."""

    machine: str
    who: str
    since_ms: int
    at_ms: int
    whys: frozenset[str]
    busy_ms: int | None
    lids: int
    unwritten: bool = False  # the disk took nothing: the books may never have its end as it was


@dataclass(frozen=True)
class Start:
    """A tap from which a session must begin, or may."""

    who: str
    must: bool
    maintenance: bool = False


@dataclass(frozen=True)
class Claim:
    """Somebody's first tap on the idle session of another, or on a machine that is out of service."""

    who: str
    at_ms: int
    sure: bool
