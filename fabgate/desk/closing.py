"""Closing a month: its charges become records, once, and a seal over them.

The pages are written in slices, so that no tap waits, and count for nothing until the seal is there. It is
one record, and its transaction asks whether anything that was reckoned with has moved. A closing that is cut
off leaves pages that nobody reads; the month is closed again from the beginning. Where two close at a time,
the second one finds the month closed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from sqlite3 import Connection
from typing import Any

from fabgate.desk import balances, bookkeeping
from fabgate.desk.deed import Desk, Done, Turn, looking, turn
from fabgate.desk.month import Drafts, Tell, drafts
from fabgate.errors import StoreBusy
from fabgate.model import Code, Denied, Fact, MemberId, RecordId
from fabgate.records import ChargesMade, Draft, PeriodClosed, TariffKept, money
from fabgate.rules import closing
from fabgate.rules.closing import Obstacle, Parts, Sums
from fabgate.rules.month import Month
from fabgate.store import charged, journal
from fabgate.store.charged import Period

SLICE = 2_500  # lines in a transaction: some 20 ms, which a tap may wait for
_FOLDED = 16  # slices between two checkpoints
_TRIES = 3
# What a closing reckons with, by its kind. What it writes itself is no news, nor what is told of old charges.
_MOVES = (
    money.AccountSet.kind,
    money.Sale.kind,
    money.SaleCancelled.kind,
    money.PlanEnded.kind,
    money.UsageSettled.kind,
    money.UsageAssigned.kind,
    money.UsageMarked.kind,
    money.ChargeReversed.kind,
    money.PeriodClosed.kind,
)


Page = tuple[MemberId, tuple[tuple[Any, ...], ...]]


@dataclass(frozen=True, slots=True)
class Look:
    """How a month stands: what is in the way of closing it, its sums, usages of earlier months in it.

    `no`: why it cannot be closed now whatever is settled; `closed`: it is closed, by that record. `parts`:
    the sums of some of it, of an open month.
    """

    month: Month
    obstacles: tuple[Obstacle, ...] = ()
    sums: Sums = closing.NO_SUMS
    late: int = 0
    no: Denied | None = None
    closed: Period | None = None
    parts: Parts = field(default_factory=Parts)

    @property
    def seen(self) -> str:
        """A short name of what it shows: `close` can be told to close that, and nothing else."""
        return closing.seen(self.sums, self.parts, self.obstacles)


@dataclass(frozen=True, slots=True)
class Closed:
    """A month is closed. `done` has the facts; `again`: it was closed before, and nothing was written."""

    done: Done
    period: Period
    again: bool = False


def look(desk: Desk, by: str | None, month: Month, tell: Tell | None = None) -> Look | Denied:
    """What closing a month would find; nothing is written. Raises StoreError, ChainBroken."""
    now = looking(desk, by)
    if isinstance(now, Denied):
        return now
    no = _refused(now)
    if no is not None:
        return now.denied(no, period=str(month))
    was = charged.period(desk.conn, str(month))
    if was is not None:
        return Look(month, sums=_sums(was), closed=was)
    with drafts(desk.conn, desk.settings, month, now.at, tell=tell) as found:
        no = _not_now(now, month, found)
        told = None if no is None else now.denied(no, period=str(month))
        return Look(month, found.obstacles, found.sums, found.late, told, parts=found.parts)


def parts_of(conn: Connection, month: Month) -> Parts:
    """The parts of a closed month, all lines of which are read. Raises ChainBroken."""
    found = Parts()
    for payer, lines in groupby(charged.charges(conn, str(month)), key=lambda one: one.payer):
        found.add(payer, list(lines))
    return found


def close(
    desk: Desk,
    by: str | None,
    month: Month,
    force: bool = False,
    reason: str | None = None,
    tell: Tell | None = None,
    seen: str | None = None,
) -> Closed | Look | Denied:
    """Seals a month: each charge a record. A `Look` where something stands in the way.

    `seen`: the name of the look that was taken at it (`Look.seen`); PERIOD_MOVED where it shows another
    picture by now, and nothing is sealed.

    `force`, which needs a reason: over what stands in the way; its sessions are left out, and are charged
    once they are settled. Facts: `by`, `period`, `number` (lines), `amount` (cents by invoice). Closed twice,
    it is closed once. Raises StoreError, ChainBroken; StoreBusy where the books are never still.
    """
    now = looking(desk, by)
    if isinstance(now, Denied):
        return now
    no = _refused(now)
    if no is None and force and not (reason or "").strip():
        no = Denied(Code.REASON_NEEDED)
    if no is not None:
        return now.denied(no, period=str(month))
    for _ in range(_TRIES):
        was = charged.period(desk.conn, str(month))
        if was is not None:
            return _again(now, was)
        answer = _once(desk, by, month, force, reason, tell, seen)
        if isinstance(answer, Closed):
            balances.tell_all(desk)  # what open months had taken is closed now
        if answer is not None:
            return answer
    raise StoreBusy(
        f"the books of {month} were written in each time they were read", "Close it when nobody else writes."
    )


def _once(
    desk: Desk,
    by: str | None,
    month: Month,
    force: bool,
    reason: str | None,
    tell: Tell | None,
    seen: str | None,
) -> Closed | Look | Denied | None:
    """One attempt; None where somebody wrote into the books meanwhile."""
    now = looking(desk, by)
    if isinstance(now, Denied):
        return now
    if force and seen is not None:  # what is left out is part of the picture: so look at it whole first
        with drafts(desk.conn, desk.settings, month, now.at, tell=tell) as whole:
            no = _not_now(now, month, whole) or _moved(whole, seen)
        if no is not None:
            return now.denied(no, period=str(month))
    before = charged.last_period(
        desk.conn
    )  # as the drafts are reckoned, not as the books are when they are done
    with drafts(desk.conn, desk.settings, month, now.at, leave_out=force, tell=tell) as found:
        no = _not_now(now, month, found) or (None if force else _moved(found, seen))
        if no is not None:
            return now.denied(no, period=str(month))
        if found.obstacles and not force:
            return Look(month, found.obstacles, found.sums, found.late)
        written = _Pages(desk, secrets.token_hex(8)).write(found, tell)
        body = written.sealed(found, now, force, before)
    return _seal(desk, by, body, reason if force else None)


def _refused(now: Turn) -> Denied | None:
    """Why nothing is closed here, or not by them."""
    no = bookkeeping.refused(now)
    return no or (None if now.desk.settings.tariff.versions else Denied(Code.NO_TARIFF))


def _not_now(now: Turn, month: Month, found: Drafts) -> Denied | None:
    """Why this month is not the next one to be closed."""
    zone = now.desk.settings.lab.zone
    last = charged.last_period(now.conn)
    if last is not None and month <= Month.of(last.month):
        return Denied(Code.PERIOD_CLOSED)
    first = found.earliest if last is None else Month.of(last.month).following
    if first is not None and first < month:
        return Denied(Code.PERIOD_BEFORE, {"period": str(first)})
    if now.today_ms < month.bounds(zone)[1] * 1000:
        return Denied(Code.PERIOD_RUNS)
    return None


def _moved(found: Drafts, seen: str | None) -> Denied | None:
    """PERIOD_MOVED where the month is not what somebody saw of it."""
    if seen is None or seen == closing.seen(found.sums, found.parts, found.obstacles):
        return None
    return Denied(Code.PERIOD_MOVED)


def _again(now: Turn, was: Period) -> Closed:
    sums = _sums(was)
    facts: dict[str, Fact] = {
        "by": now.member.name,
        "period": was.month,
        "number": sums.lines,
        "amount": sums.cents,
    }
    return Closed(Done(was.record, facts), was, again=True)


def _sums(was: Period) -> Sums:
    return Sums(*was.body.totals[:4])


# --- writing ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Pages:
    """The pages of one closing, as far as they are written."""

    desk: Desk
    closing: str
    count: int = 0
    first: RecordId | None = None
    last: RecordId | None = None
    tariff: str = ""

    def write(self, found: Drafts, tell: Tell | None) -> _Pages:
        """Write all of them, slice by slice."""
        self._keep_tariff()
        done = 0
        for number, several in enumerate(_slices(found.pages()), 1):
            with self.desk.writer.write() as pen:
                for payer, page in several:
                    draft = Draft(self.desk.clock.now(), ChargesMade(self.closing, payer, page))
                    self.last = pen.append(draft)
                    self.first = self.first or self.last
            self.count += len(several)
            done += sum(len(page) for _, page in several)
            if number % _FOLDED == 0:
                self.desk.writer.checkpoint()
            if tell is not None:
                tell("written", done)
        return self

    def _keep_tariff(self) -> None:
        """The text of the price list, once for each that was ever used: the lines name its versions."""
        tariff = self.desk.settings.tariff
        self.tariff = tariff.digest
        if not charged.keeps_tariff(self.desk.conn, tariff.digest):
            with self.desk.writer.write() as pen:
                pen.append(Draft(self.desk.clock.now(), TariffKept(tariff.digest, tariff.text)))

    def sealed(self, found: Drafts, now: Turn, forced: bool, before: Period | None) -> PeriodClosed:
        """The record that seals them, after the month that was closed `before`."""
        body = PeriodClosed(
            str(found.month),
            now.member.id,
            self.closing,
            self.count,
            str(self.first or ""),
            str(self.last or ""),
            closing.marks(found.read),
            self.tariff,
            found.sums.totals,
            "" if before is None else before.body.hash,
            "",
            found.held,
            forced,
            closing.marks(found.after),
        )
        return replace(body, hash=closing.digest(body, charged.hashed(self.desk.conn, self.closing)))


def _slices(pages: Iterable[Page]) -> Iterator[list[Page]]:
    """Pages in as many lists as transactions are to write them."""
    several, lines = list[Page](), 0
    for page in pages:
        several.append(page)
        lines += len(page[1])
        if lines >= SLICE:
            yield several
            several, lines = [], 0
    if several:
        yield several


def _seal(desk: Desk, by: str | None, body: PeriodClosed, reason: str | None) -> Closed | Denied | None:
    """Write the seal; None where the books have moved since they were read."""
    own = str(desk.writer.identity.origin)
    upto, end = closing.read_marks(body.read).get(own, 0), journal.ends(desk.conn)[own]
    if charged.moved(desk.conn, own, upto, _MOVES):  # outside the lock: our own pages lie in between
        return None
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        no = bookkeeping.refused(now)
        if no is not None:
            return now.denied(no, period=body.period)
        last = charged.last_period(now.conn)
        if charged.moved(now.conn, own, end, _MOVES) or body.previous != (
            "" if last is None else last.body.hash
        ):
            return None
        record = now.write(body, reason)
        done = now.done(record, period=body.period, number=body.totals[0], amount=body.totals[2])
    was = charged.period(desk.conn, body.period)
    assert was is not None
    return Closed(done, was)
