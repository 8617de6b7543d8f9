"""A month laid out to be reckoned, without being held in memory: a nameless database that dies with us.

Journals are in the order in which things were written; a closing wants them by payer. A million usages are
sorted here, in a file without a name (SQLite spills to the folder for temporary files), and the lines that
were made of them wait here for the closing to write them. It holds ids, no names.
"""

from __future__ import annotations

import marshal
import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import accumulate, groupby, pairwise
from operator import itemgetter
from types import TracebackType
from typing import Any, Self

from fabgate.charges import Worked
from fabgate.errors import DiskFull
from fabgate.model import MachineId, MemberId

_TABLES = (
    "create table work (payer text, started_s integer, session text, records text, member text,"
    " machine text, supervised integer, purpose text, ended_s integer, seconds integer, busy_s integer,"
    " unsure_s integer, people integer, ours integer, free text)",
    "create table charged (session text primary key) without rowid",
    "create table page (number integer primary key, payer text, ends blob, lines blob)",
)
_PUT = "insert into work values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_WORK = """\
select * from work where not exists (select 1 from charged where charged.session = work.session)
order by payer, started_s, session"""
_ALL = "select * from work order by payer, started_s, session"

_REPEATS = 2  # the form of marshal that knows no references

Lines = tuple[tuple[Any, ...], ...]


class Worksheet:
    """Takes usages in any order, gives them back by payer; takes pages of lines, gives them back in order."""

    def __init__(self) -> None:
        self._conn = sqlite3.connect("", isolation_level=None)
        for table in _TABLES:
            self._conn.execute(table)
        self._conn.execute("begin")  # for ever: nothing of it is to outlive us

    def lay(self, usages: Iterable[Worked]) -> None:
        """Take usages. Raises DiskFull when the folder for temporary files has no room."""
        self._run(_PUT, map(_row, usages))

    def strike(self, sessions: Iterable[str]) -> None:
        """Leave these out: they were charged already. Raises DiskFull."""
        self._run("insert or ignore into charged values (?)", ((one,) for one in sessions))

    def unstrike(self, sessions: Iterable[str]) -> None:
        """Let these be laid again, in the place of what was laid of them. Raises DiskFull."""
        for session in sessions:
            self._run("delete from charged where session = ?", [(session,)])
            self._run("delete from work where session = ?", [(session,)])

    def struck(self, session: str) -> bool:
        """Whether a session is left out."""
        found = self._conn.execute("select 1 from charged where session = ?", (session,))
        return found.fetchone() is not None

    def put(self, payer: MemberId, lines: list[bytes]) -> None:
        """Keep a page of lines, each as `packed`. Raises DiskFull."""
        ends = array("L", accumulate(map(len, lines)))
        row = (payer, ends.tobytes(), b"".join(lines))
        self._run("insert into page (payer, ends, lines) values (?, ?, ?)", [row])

    def work(self) -> Iterator[tuple[MemberId, list[Worked]]]:
        """Payer by payer, by their ids: what they have to pay for, by its start. Raises DiskFull."""
        struck = self._conn.execute("select exists (select 1 from charged)").fetchone()[0]
        with _room():  # to put them in order takes as much as they do
            rows = self._conn.execute(_WORK if struck else _ALL)
            for payer, found in groupby(rows, itemgetter(0)):
                yield MemberId(payer), [_worked(row) for row in found]

    def pages(self) -> Iterator[tuple[MemberId, Lines]]:
        """The pages in the order in which they came."""
        for payer, ends, lines in self._conn.execute("select payer, ends, lines from page order by number"):
            places = pairwise((0, *array("L", ends)))
            yield MemberId(payer), tuple(marshal.loads(lines[begin:end]) for begin, end in places)

    def _run(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        with _room():
            self._conn.executemany(sql, rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._conn.close()


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as wrong:
        raise DiskFull(
            f"the month could not be laid out: {wrong}",
            "Make room in the folder for temporary files, or name another in TMPDIR.",
        ) from wrong


def packed(line: tuple[Any, ...]) -> bytes:
    """A line as the sheet keeps it. As JSON it is never longer than that and two thirds, because most of what
    it says is in texts, and what it says twice stands there twice, as in JSON."""
    return marshal.dumps(line, _REPEATS)


def _row(one: Worked) -> tuple[object, ...]:
    return (
        one.payer,
        one.started_s,
        one.session,
        "\n".join(one.records),  # a lab may have a space in its name
        one.member,
        one.machine,
        one.supervised,
        one.purpose,
        one.ended_s,
        one.seconds,
        one.busy_s,
        one.unsure_s,
        one.people,
        one.ours,
        one.free,
    )


def _worked(row: tuple[Any, ...]) -> Worked:
    payer, started_s, session, records, member, machine, supervised, purpose, ended_s, seconds, *rest = row
    busy_s, unsure_s, people, ours, free = rest
    return Worked(
        session,
        tuple(records.split("\n")),
        MemberId(payer),
        MemberId(member),
        MachineId(machine),
        bool(supervised),
        purpose,
        started_s,
        ended_s,
        seconds,
        busy_s,
        unsure_s,
        people,
        bool(ours),
        free,
    )
