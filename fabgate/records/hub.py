"""Records of a hub: its gates, what it asked of them, what a person must look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class GateInvited:
    """A certificate was made for a gate or an observer; `fingerprint` is its SHA-256 in hexadecimal."""

    kind: ClassVar[str] = "gate.invite"
    gate: str
    by: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class GateJoined:
    """A gate was heard at the hub for the first time under this certificate."""

    kind: ClassVar[str] = "gate.join"
    gate: str


@dataclass(frozen=True, slots=True)
class GateRetired:
    """The certificates of a gate are revoked: nothing that it says counts any more."""

    kind: ClassVar[str] = "gate.retire"
    gate: str
    by: str


@dataclass(frozen=True, slots=True)
class GateCommanded:
    """A person at the hub asks a gate to do something, until `until_ms` (wall time, UTC)."""

    kind: ClassVar[str] = "gate.command"
    gate: str
    verb: str
    by: str
    until_ms: int
    machine: str | None = None
    session: str | None = None


@dataclass(frozen=True, slots=True)
class GateAnswered:
    """What became of record `command`: done, late, refused, unknown."""

    kind: ClassVar[str] = "gate.answer"
    gate: str
    command: str
    answer: str


@dataclass(frozen=True, slots=True)
class ClockSeen:
    """Heard from a gate whose clock was not set, at a hub whose clock was: its `boot_ms` is `wall_ms`."""

    kind: ClassVar[str] = "clock.seen"
    gate: str
    of_boot: str
    boot_ms: int
    wall_ms: int


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    """Something that a person must look at: which gate it is about, and what; `over` once it is."""

    kind: ClassVar[str] = "hub.alarm"
    gate: str
    alarm: str
    what: str = ""
    over: bool = False


@dataclass(frozen=True, slots=True)
class RightsHanded:
    """A hub that began anew got so many records of rights back from a gate."""

    kind: ClassVar[str] = "rights.handed"
    gate: str
    records: int
