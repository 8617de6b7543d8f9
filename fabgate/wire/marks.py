"""How far a journal and a roster reach, in few words."""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.wire.forms import Count, Hash, HashOrNone, Id


@dataclass(frozen=True, slots=True)
class OriginMark:
    """An epoch of a gate's journal: its last record and that one's hash, in hexadecimal; "" for none."""

    epoch: Id
    seq: Count
    hash: HashOrNone


@dataclass(frozen=True, slots=True)
class RosterMark:
    """The rights that a gate has: whose (the hub's epoch), up to which `arrived`, how many, their digest."""

    hub: Id | None
    arrived: Count
    records: Count
    digest: Hash
