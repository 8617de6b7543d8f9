"""Several stores of one lab that write rights by themselves and meet now and then."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from made_books import moment

from fabgate.model import RecordId
from fabgate.records import Draft, MemberAdded
from fabgate.rules import standing
from fabgate.rules.standing import Beside, RightBody
from fabgate.store import rights
from fabgate.store.db import Store, Writer, create

ROSTER = rights.TABLES
PLACES = ("gate1", "gate2", "hub")


def rows_of(conn: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every table of the roster, whole."""
    return {table: sorted(conn.execute(f"SELECT * FROM {table}").fetchall(), key=repr) for table in ROSTER}


def right(writer: Writer, body: RightBody, beside: Beside | None = None, ms: int = 0) -> RecordId:
    """Write a right as the desk does: it names all that this store knows of its subject."""
    with writer.write() as pen:
        if not isinstance(body, MemberAdded):
            about = standing.subject(body) or ""
            body = replace(body, supersedes=tuple(str(head) for head in rights.heads(pen.conn, about)))
        return pen.append(Draft(moment(ms), body), beside=standing.write_beside(beside))


def known(writer: Writer) -> list[rights.Right]:
    return list(rights.after(writer.conn, 0, 1 << 20, 1 << 30).rights)


def take(writer: Writer, *found: rights.Right) -> list[rights.Outcome]:
    with writer.write() as pen:
        return [rights.take(pen, one.record, one.hash, one.body, one.beside) for one in found]


def hand(source: Writer, to: Writer) -> None:
    """All rights of one store for another."""
    take(to, *known(source))


@dataclass
class Lab:
    """The stores by their names, what each had seen when it wrote a record, how far each has read which."""

    stores: dict[str, Writer]
    saw: dict[RecordId, frozenset[RecordId]] = field(default_factory=dict)
    said: dict[RecordId, RightBody] = field(default_factory=dict)
    read: dict[tuple[str, str], int] = field(default_factory=dict)

    def write(self, where: str, body: RightBody, beside: Beside | None = None) -> None:
        writer = self.stores[where]
        about = standing.subject(body) or ""
        before = {told.record for told in rights.history(writer.conn, about)}
        record = right(writer, body, beside, ms=len(self.said))
        self.saw[record], self.said[record] = frozenset(before), body

    def meet(self, source: str, to: str, count: int) -> None:
        """The next few rights of one store, in the order in which it came to know them."""
        after = self.read.get((source, to), 0)
        stretch = rights.after(self.stores[source].conn, after, count, 1 << 20)
        take(self.stores[to], *stretch.rights)
        self.read[source, to] = stretch.upto

    def last_words(self, about: str) -> list[RightBody]:
        """What was said of a subject that nobody who said more of it had seen: by who saw what alone."""
        words = {record for record, body in self.said.items() if standing.subject(body) == about}
        seen = frozenset().union(*(self.saw[record] for record in words))
        return [self.said[record] for record in sorted(words - seen)]


@contextmanager
def lab_of(folder: Path, *names: str) -> Iterator[Lab]:
    with ExitStack() as stack:
        stores: dict[str, Writer] = {}
        for name in names:
            store: Store = create(folder / name, "openfab", name, moment(), epoch="e0000001")
            stores[name] = stack.enter_context(store.writer())
        yield Lab(stores)


def play(lab: Lab, steps: list[tuple[str, object, object]]) -> None:
    """Deeds at places: `("deed", where, (body, beside))`; meetings of two: `("meet", (from, to), count)`."""
    for what, where, told in steps:
        match what, where, told:
            case "deed", str(), (body, beside):
                lab.write(where, body, beside)
            case "meet", (source, to), int(count) if source != to:
                lab.meet(source, to, count)


def all_meet(lab: Lab, chance: random.Random) -> None:
    """Every store is given all that the others have, in an order of its own, some of it twice."""
    everything = [one for writer in lab.stores.values() for one in known(writer)]
    for name, writer in lab.stores.items():
        foreign = [one for one in everything if f"/{name}/" not in one.record.origin]
        foreign += [one for one in foreign if chance.random() < 0.3]
        chance.shuffle(foreign)
        cut = chance.randrange(len(foreign) + 1)
        take(writer, *foreign[:cut])
        take(writer, *foreign[cut:])
