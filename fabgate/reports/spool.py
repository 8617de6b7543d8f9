"""Usages put in order without being held in memory: a nameless database that dies with us.

A journal is in the order in which things were written; a sheet is in the order in which sessions
ended. A million lines are sorted here, in a file without a name (SQLite spills to the folder for
temporary files), so that a Pi with 512 MB can close its year. It holds ids, no names.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import NamedTuple, Self

from fabgate.errors import DiskFull
from fabgate.rules.ledger import Usage

_TABLE = """
create table usage (
    ended_s integer, origin text, seq integer, stop text, member text, machine text, skill text,
    level text, sponsor text, payer text, purpose text, people integer,
    started_s integer, seconds integer, seconds_charged integer,
    why text, recovered integer, uncertain_ms integer, blind_ms integer, busy_s integer, dated text,
    primary key (ended_s, origin, seq)
) without rowid
"""
_INSERT = "insert into usage values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Spooled(NamedTuple):
    """A usage in whole seconds, as the sheet wants it."""

    ended_s: int
    origin: str
    seq: int
    stop: str
    member: str
    machine: str
    skill: str
    level: str
    sponsor: str | None
    payer: str
    purpose: str
    people: int
    started_s: int
    seconds: int
    seconds_charged: int
    why: str
    recovered: int
    uncertain_ms: int
    blind_ms: int
    busy_s: int | None
    dated: str


class Spool:
    """Takes usages in any order, gives them back by their end, then by their session's id."""

    def __init__(self) -> None:
        self._conn = sqlite3.connect("", isolation_level=None)
        self._conn.execute(_TABLE)

    def fill(self, usages: Iterable[Usage]) -> None:
        """Raises DiskFull when the folder for temporary files has no room."""
        try:
            self._conn.execute("begin")
            self._conn.executemany(_INSERT, map(_spooled, usages))
            self._conn.execute("commit")
        except sqlite3.OperationalError as wrong:
            raise DiskFull(
                f"the lines could not be put in order: {wrong}",
                "Make room in the folder for temporary files, or name another in TMPDIR.",
            ) from wrong

    def __iter__(self) -> Iterator[Spooled]:
        rows = self._conn.execute("select * from usage order by ended_s, origin, seq")
        return map(Spooled._make, rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._conn.close()


def _spooled(usage: Usage) -> Spooled:
    return Spooled(
        usage.ended_s,
        usage.session.origin,
        usage.session.seq,
        str(usage.stop),
        usage.member,
        usage.machine,
        usage.skill,
        usage.level,
        usage.sponsor,
        usage.payer,
        usage.purpose,
        usage.people,
        usage.started_s,
        usage.seconds,
        usage.seconds_charged,
        usage.why,
        usage.recovered,
        usage.uncertain_ms,
        usage.blind_ms,
        usage.seconds_busy,
        usage.dated,
    )
