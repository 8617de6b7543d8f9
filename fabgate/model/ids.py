"""Ids, facts, and when: what every other word is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NewType, Protocol

MemberId = NewType("MemberId", str)  # random, minted once; says nothing about the person
Token = NewType("Token", str)  # "<key id>:<hex>": a badge as the store knows it, never its UID
SkillId = NewType("SkillId", str)
MachineId = NewType("MachineId", str)
Origin = NewType("Origin", str)  # "lab/gate/epoch"
InkId = NewType("InkId", int)  # one start that waits for its ink

Fact = str | int | bool | tuple[str, ...] | None
Facts = Mapping[str, Fact]


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
