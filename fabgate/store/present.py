"""Who is here: check-ins and check-outs of this store's gate, and what the hub says of the others."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from fabgate.model import MemberId, Moment, Status
from fabgate.records import CheckedIn, CheckedOut
from fabgate.store.lookup import Asked
from fabgate.store.writer import Pen


@dataclass(frozen=True, slots=True)
class Present:
    """A member who is checked in; it counts up to `until_ms` (wall)."""

    member: MemberId
    gate: str
    since_ms: int
    until_ms: int
    minor: bool
    status: Status


@dataclass(frozen=True, slots=True)
class Word:
    """What a gate last said of a member: in since `since_ms`, out again at `out_ms` (wall), or still in."""

    member: MemberId
    gate: str
    since_ms: int
    out_ms: int | None = None


def now(conn: sqlite3.Connection, asked: Asked) -> tuple[Present, ...]:
    """Who is checked in, the longest first; of other gates only where `asked.linked`."""
    raise NotImplementedError


def words(conn: sqlite3.Connection, since_ms: int) -> tuple[Word, ...]:
    """At a hub: what its gates said of their members since a wall time, for all gates to know."""
    raise NotImplementedError


def put_elsewhere(pen: Pen, said: Iterable[Word]) -> None:
    """At a gate: put what the hub says of other gates in the place of what it said before."""
    raise NotImplementedError


def heard(pen: Pen, gate: str, body: CheckedIn | CheckedOut, at: Moment, now_ms: int) -> None:
    """At a hub: a gate's word of a member. `now_ms` (wall) counts where the gate's clock was not right."""
    raise NotImplementedError
