"""An open month as it would be closed now: every line of every payer, and what stands in the way.

A charge is a view until its month closes (law 6). Drafts, statements and exports of an open month look at it
here, and the closing writes down just what it has seen here. Reading takes no lock: the books may grow
meanwhile, and `read` says up to where they were read.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from operator import itemgetter
from sqlite3 import Connection
from typing import Any

from fabgate.charges import Charge, Payer, Sort, Worked
from fabgate.config import Settings
from fabgate.desk import late_gates
from fabgate.desk.uncharged import Tell, Uncharged
from fabgate.model import MemberId, Moment
from fabgate.rules import charging, closing, lines, pools
from fabgate.rules.closing import Kind, Obstacle, Parts, Sums
from fabgate.rules.month import Month
from fabgate.rules.reversals import reversal
from fabgate.store import accounts, charged, journal, sales
from fabgate.store.worksheet import Worksheet, packed
from fabgate.tariff import Regime

__all__ = ["Drafts", "Tell", "drafts"]

_TOLD_EVERY = 10_000
PAGE = closing.PAGE_BYTES * 3 // 5  # as the sheet packs lines; a test asks the longest in JSON


@dataclass(frozen=True, slots=True)
class Drafts:
    """A month as it stands: iterate for each payer's lines, by the payer's id. Good within its `with`.

    `late`: usages of months that are closed, charged in this one. `earliest`: the first month that has
    anything to charge, where none is closed yet. `sums` are those of all lines, `parts` of some. `read` is
    how far each journal was read, `after` up to where nothing in it began that is still to be charged;
    `held` are the sessions that were left out.
    """

    month: Month
    obstacles: tuple[Obstacle, ...]
    late: int
    earliest: Month | None
    sums: Sums
    read: Mapping[str, int]
    after: Mapping[str, int]
    held: tuple[str, ...]
    parts: Parts
    _sheet: Worksheet

    def __iter__(self) -> Iterator[tuple[MemberId, tuple[Charge, ...]]]:
        """Each payer's lines, by date. The charges have no ids yet."""
        for payer, pages in groupby(self._sheet.pages(), itemgetter(0)):
            yield payer, tuple(lines.read(line, payer, "") for _, page in pages for line in page)

    def pages(self) -> Iterator[tuple[MemberId, tuple[tuple[Any, ...], ...]]]:
        """The same as pages of lines, each of one payer and short enough for a record."""
        return self._sheet.pages()


@contextmanager
def drafts(
    conn: Connection,
    settings: Settings,
    month: Month,
    now: Moment,
    leave_out: bool = False,
    tell: Tell | None = None,
) -> Iterator[Drafts]:
    """The lines of an open month as they would be charged now, from all that no closed month has charged.

    `leave_out`: without the sessions that stand in the way, which are then `held`. Undated ones are left out
    always: no price holds for them. A million usages need no more memory than those of the largest payer.
    Raises StoreError, ChainBroken, DiskFull.
    """
    read = journal.ends(conn)  # before all else: what comes later, the closing asks about
    first_s, next_s = month.bounds(settings.lab.zone)
    now_s = now.wall_ms // 1000 if now.synced else None
    with Worksheet() as sheet:
        usages = Uncharged(conn, settings, first_s, next_s, now_s, leave_out, sheet, read, tell)
        pricing = _Pricing(conn, settings, month, usages, sheet, tell)
        if settings.tariff.versions:
            usages.lay_out()
            pricing.price()
        away = late_gates.late(conn, next_s) if settings.hub is not None else ()
        yield Drafts(
            month,
            tuple(sorted([*usages.obstacles, *pricing.obstacles, *away], key=_order)),
            usages.late,
            _earliest(conn, settings, usages),
            pricing.sums,
            read,
            usages.after(),
            tuple(sorted(usages.held)),
            pricing.parts,
            sheet,
        )


def _order(one: Obstacle) -> tuple[int, int, str, str]:
    return list(Kind).index(one.kind), one.started_s, one.session, one.gate or one.payer


def _earliest(conn: Connection, settings: Settings, usages: Uncharged) -> Month | None:
    """The month before this one that is to be closed first, where none was ever closed."""
    if not settings.tariff.versions or charged.closed(conn):
        return None
    zone = settings.lab.zone
    since, first = settings.tariff.versions[0].since, Month.at(usages.first_s, zone)
    found = [] if usages.earliest_s is None else [Month.at(usages.earliest_s, zone)]
    # A membership runs on from month to month and may have begun long before these books.
    found += [_month(one.sold.day) for one in sales.every(conn) if _counts(one, since)]
    return min((one for one in found if one < first), default=None)


def _counts(sale: sales.Kept, since: date) -> bool:
    return not sale.cancelled and sale.sold.sort is not Sort.PLAN and sale.sold.day >= since


def _month(day: date) -> Month:
    return Month(day.year, day.month)


@dataclass(slots=True)
class _Pricing:
    """The usages on a sheet, priced payer by payer into pages of lines on the same sheet."""

    conn: Connection
    settings: Settings
    month: Month
    usages: Uncharged
    sheet: Worksheet
    tell: Tell | None
    obstacles: list[Obstacle] = field(default_factory=list)
    sums: Sums = field(default_factory=Sums)
    parts: Parts = field(default_factory=Parts)
    _back: dict[MemberId, list[Charge]] = field(default_factory=dict)
    _priced: int = 0

    def price(self) -> None:
        self._back = self._taken_back()
        others = ((payer, list[Worked]()) for payer in sorted({*self._back, *sales.payers(self.conn)}))
        everybody = heapq.merge(self.sheet.work(), others, key=itemgetter(0))
        for payer, found in groupby(everybody, itemgetter(0)):
            self._of(payer, [work for _, several in found for work in several])

    def _of(self, payer: MemberId, work: list[Worked]) -> None:
        """All lines of one payer."""
        who, back = accounts.payer(self.conn, payer), self._back.get(payer, [])
        made = charging.charges(
            self.settings.tariff,
            self.settings.lab.zone,
            who,
            work,
            sales.of(self.conn, payer),
            pools.after(charged.taken(self.conn, payer), back),
            self.month,
        )
        found = list(self._sound(made))
        self._leave_rest(work, found)
        found = [self._in_month(one) for one in found] + back
        found.sort(key=_by_date)
        self.sums = self.sums.plus(found)
        if found:
            self.parts.add(payer, found)
        self._file(payer, found)
        self._lacks(who, found)
        self._told(len(work))

    def _sound(self, made: Iterable[Charge]) -> Iterator[Charge]:
        """The lines but those that cost nothing without a reason, where such are to be left out."""
        for one in made:
            if closing.unreasoned(one):
                session = one.sessions[0] if one.sessions else ""
                self.obstacles.append(
                    Obstacle(Kind.ZERO, session, payer=one.payer, what=one.item, started_s=one.started_s)
                )
                if self.usages.leave_out and one.sessions:
                    self.usages.held.update(one.sessions)
                    continue
            yield one

    def _leave_rest(self, work: list[Worked], found: Iterable[Charge]) -> None:
        """What made no line is for a later month: it ends there, or goes on into it."""
        done = {session for one in found for session in one.sessions}
        for one in work:
            if one.session not in done:
                self.usages.leave(*one.records[:2])

    def _in_month(self, charge: Charge) -> Charge:
        """What is late is dated with the first second of the month that charges it: the others are closed."""
        return replace(charge, at_s=self.usages.first_s) if charge.at_s < self.usages.first_s else charge

    def _file(self, payer: MemberId, found: Iterable[Charge]) -> None:
        page, size = list[bytes](), 0
        for one in found:
            line = packed(lines.written(one))
            if page and (size + len(line) > PAGE or len(page) == closing.PAGE_LINES):
                self.sheet.put(payer, page)
                page, size = [], 0
            page.append(line)
            size += len(line)
        if page:
            self.sheet.put(payer, page)

    def _lacks(self, who: Payer, found: Iterable[Charge]) -> None:
        """What is missing to write a bill to an organisation that has anything to pay."""
        if not who.organisation or not any(one.list_cents for one in found):
            return
        known = accounts.address(self.conn, who.member)
        if known is None or not known.lines:
            self.obstacles.append(Obstacle(Kind.ADDRESS, payer=who.member))
        if self.settings.tariff.regime is Regime.TAXABLE and (known is None or not known.vat_number):
            self.obstacles.append(Obstacle(Kind.VAT_NUMBER, payer=who.member))

    def _told(self, number: int) -> None:
        before, self._priced = self._priced, self._priced + number
        if self.tell is not None and before // _TOLD_EVERY != self._priced // _TOLD_EVERY:
            self.tell("priced", self._priced)

    def _taken_back(self) -> dict[MemberId, list[Charge]]:
        """The lines that take charges of closed months back, by payer: those that were asked for by now."""
        found: dict[MemberId, list[Charge]] = {}
        for id_, record in charged.to_reverse(self.conn):
            was, asked = charged.charge(self.conn, id_), journal.entry(self.conn, record)
            if was is None or asked is None or asked.at is None:
                continue
            at_s = asked.at.wall_ms // 1000
            if at_s < self.usages.next_s:
                back = reversal(was, max(at_s, self.usages.first_s))
                found.setdefault(was.payer, []).append(replace(back, records=(*back.records, str(record))))
        return found


def _by_date(charge: Charge) -> int:
    return charge.at_s
