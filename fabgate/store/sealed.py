"""Are the closed months what was sealed? All is reckoned again: pages, sums, hashes, each session once.

The chain of the journal says that no record was altered; this says that the charges of a month are the ones
over which it was closed, none more and none less, and that the months stand in one chain (law 6).
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from fabgate.charges import Charge
from fabgate.errors import ChainBroken
from fabgate.model import Origin
from fabgate.rules import closing
from fabgate.rules.closing import NO_SUMS, Sums
from fabgate.store import chain, charged
from fabgate.store.charged import Page, Period
from fabgate.store.faults import told
from fabgate.store.worksheet import Worksheet


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a closed month."""

    month: str
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many months and lines were looked at, and what was found."""

    months: int
    lines: int
    flaws: tuple[Flaw, ...] = ()


def verify(conn: sqlite3.Connection) -> Verdict:
    """Look at every closed month. Reads all charges that there are. Raises StoreError."""
    flaws: list[Flaw] = []
    months = lines = 0
    before = ""
    again = frozenset(charged.again(conn))
    with Worksheet() as sheet:
        for period in charged.periods(conn):
            reading = _Reading(conn, period, again, sheet)
            flaws += [Flaw(period.month, what) for what in reading.flaws(before)]
            months, lines = months + 1, lines + reading.sums.lines
            before = period.body.hash
    return Verdict(months, lines, tuple(flaws))


@dataclass(slots=True)
class _Reading:
    """One month, page by page."""

    conn: sqlite3.Connection
    period: Period
    again: frozenset[str]
    sheet: Worksheet
    sums: Sums = NO_SUMS

    def flaws(self, before: str) -> Iterator[str]:
        body = self.period.body
        hashes, names = hashlib.sha256(), list[str]()
        for page in charged.pages(self.conn, self.period.month):
            hashes.update(page.hash)
            names.append(str(page.record))
            yield from self._page(page)
        if len(names) != body.pages or names[:1] + names[-1:] != ([body.first, body.last] if names else []):
            yield f"{body.pages} page(s), {body.first} to {body.last}, were sealed; {len(names)} are there"
        if self.sums.totals != body.totals:
            yield f"its lines add up to {list(self.sums.totals)}, not to {list(body.totals)}"
        if closing.digest(body, hashes.digest()) != body.hash:
            yield "its hash is not the one of what it says and of its pages"
        if body.previous != before:
            yield "it does not follow on the month that was closed before it"

    def _page(self, page: Page) -> Iterator[str]:
        if page.body is None:
            yield f"page {page.record} was blanked"
        elif _link(self.conn, page) != page.hash:
            yield f"page {page.record} is not what its hash says"
        try:
            found = list(charged.of_page(page))
        except ChainBroken as broken:
            yield str(broken).splitlines()[0]
            return
        self.sums = self.sums.plus(found)
        for one in found:
            yield from self._once(one)

    def _once(self, charge: Charge) -> Iterator[str]:
        """Whether its sessions are charged here only. One that was taken back may be charged again."""
        if charge.of or charge.id in self.again:
            return
        for session in charge.sessions:
            if self.sheet.struck(session):
                yield f"session {session} is charged twice, also by {charge.id}"
            self.sheet.strike([session])


@told
def _link(conn: sqlite3.Connection, page: Page) -> bytes:
    """The hash of a page's record, reckoned from its text and the record before it."""
    row = conn.execute("SELECT hash FROM journal WHERE position = ?", (page.position - 1,)).fetchone()
    before = bytes(row[0]) if row is not None else chain.ROOT
    body = chain.body_hash((page.body or "").encode())
    return chain.link(Origin(page.record.origin), page.record.seq, before, body)
