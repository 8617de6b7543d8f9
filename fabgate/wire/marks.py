"""How far a journal and a roster reach, in few words."""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.wire.kinds import Count, Hash, HashOrNone, Id


@dataclass(frozen=True, slots=True)
class OriginMark:
    """An epoch of a gate's journal: its last record and that one's hash, in hexadecimal; "" for none."""

    epoch: Id
    seq: Count
    hash: HashOrNone

    def flaw(self) -> str | None:
        return unmarked(self.seq, self.hash)


@dataclass(frozen=True, slots=True)
class RosterMark:
    """The rights that a gate has: whose (the hub's epoch), up to which `arrived`, how many, their digest."""

    hub: Id | None
    arrived: Count
    records: Count
    digest: Hash


def unmarked(seq: int, hash: str) -> str | None:  # noqa: A002 - a record's hash
    """What is wrong with a mark: it has a hash if it has a record."""
    return None if (seq == 0) == (hash == "") else "a seq without its hash"
