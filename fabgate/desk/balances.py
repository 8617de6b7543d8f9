"""Telling all gates how payers stand: at once where the desk moved something, and now and then for everybody.

The books alone reckon it (law 6). A state says up to where each journal is in it and what open months took
by then, so that a sale moves it in the time of the sale: what happened at machines is not reckoned again
while taps wait. A gate that keeps the books by itself reckons it before the sale, outside the lock (`look`):
nobody else ever would. A hub gets round to it by itself (`hub/balances.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import wraps
from heapq import merge
from itertools import groupby
from operator import itemgetter
from sqlite3 import Connection
from typing import Concatenate, ParamSpec, Protocol

from fabgate.charges import Worked
from fabgate.config import Settings
from fabgate.config.keys import HUB_NAME
from fabgate.desk import bookkeeping, who
from fabgate.desk.deed import Desk, Done, Turn
from fabgate.desk.open_months import OpenMonths
from fabgate.desk.uncharged import Uncharged, said_of
from fabgate.errors import StoreBusy
from fabgate.model import Denied, MemberId, Moment, RecordId
from fabgate.records import (
    AccountState,
    ChargeReversed,
    Draft,
    SessionStarted,
    UsageAssigned,
    UsageMarked,
    UsageSettled,
)
from fabgate.rules import balances, credit, standing
from fabgate.rules.balances import Balance
from fabgate.rules.days import Days
from fabgate.rules.month import Month
from fabgate.rules.payers import StateStands
from fabgate.store import accounts, charged, journal, rights, sales
from fabgate.store.roster import Member
from fabgate.store.worksheet import Worksheet

_SLICE = 32  # states in a transaction: some milliseconds, which a tap may wait for


class Pens(Protocol):
    """Whatever a record can be appended with."""

    def append(self, draft: Draft) -> RecordId: ...


@dataclass(frozen=True, slots=True)
class Use:
    """Up to where use is in a state: by `read`, as of `as_of_ms` (wall); what open months took by then."""

    read: tuple[str, ...] = ()
    as_of_ms: int = 0
    open: Mapping[str, int] = field(default_factory=dict)


# --- one payer, at the desk -----------------------------------------------------------------------


def look(desk: Desk, whom: str) -> Use | None:
    """What somebody has used by now, for `tell`, before the deed of money takes the lock.

    None at a hub, where it may take long and is done anyway; where nothing is told; and of nobody.
    """
    settings, conn = desk.settings, desk.conn
    lone = settings.hub is None and bookkeeping.not_the_books(conn, settings) is None
    member = who.find(conn, whom) if lone and credit.tells(settings.tariff) else None
    if not isinstance(member, Member):
        return None
    at = desk.clock.now()
    with Worksheet() as sheet:
        return _Everybody(conn, settings, replace(at, wall_ms=who.today_ms(conn, at)), sheet).use_of(
            member.id
        )


def tell(now: Turn, member: MemberId, use: Use | None = None) -> RecordId | None:
    """Tells how a payer stands after a deed of money, in the deed's own transaction, where that moved.

    `use`: as it was looked at just now; else it stays as it was told last. Nothing is told where a lab has
    nothing to tell of, nor by a gate that does not keep the books.
    """
    settings, conn = now.desk.settings, now.conn
    if not credit.tells(settings.tariff) or bookkeeping.not_the_books(conn, settings) is not None:
        return None
    last = _last(conn, member)
    anchor = use or _anchor(now, member, last)
    found = _balance(conn, settings, member, anchor.open, now.today_ms)
    if found.is_nothing if last is None else _same(last, found):
        return None
    return now.write(_state(member, found, anchor))


def _anchor(now: Turn, member: MemberId, last: StateStands | None) -> Use:
    """What the last state has. Without one, or when a month was closed since: up to now, for what is paid in
    pays for what comes; but a wallet that pays for everything pays for all that the last closing left."""
    period = charged.last_period(now.conn)
    if last is not None and (period is None or _is_later(last.record, period.record)):
        return Use(last.read, last.as_of_ms, balances.read(last.open))
    if not accounts.payer(now.conn, member).prepaid:
        return Use(_newest(journal.ends(now.conn)), now.today_ms)
    return Use() if period is None else Use(period.body.read, period.at_ms)


def _newest(ends: Mapping[str, int]) -> tuple[str, ...]:
    """How far the present epoch of each gate is read: what an older one did, a state has by its date."""
    newest = {origin.split("/")[1]: origin for origin in ends}  # of each gate in their order
    return tuple(f"{one}#{ends[one]}" for gate, one in newest.items() if gate != HUB_NAME)


def _is_later(one: RecordId, other: RecordId) -> bool:
    """Of two records of the books: what another epoch of theirs wrote is older than what this one did."""
    return one.origin == other.origin and one.seq > other.seq


def _last(conn: Connection, member: MemberId) -> StateStands | None:
    about = standing.subject(AccountState(member, 0, 0))
    return standing.state(rights.said_of(conn, str(about)))


def _same(last: StateStands, now: Balance) -> bool:
    return (last.balance_cents, last.plans, last.left) == (now.cents, now.plans, now.left)


def _balance(
    conn: Connection, settings: Settings, member: MemberId, gone: Mapping[str, int], today_ms: int
) -> Balance:
    taken = charged.taken(conn, member)
    both = {pool: taken.get(pool, 0) + gone.get(pool, 0) for pool in {*taken, *gone}}
    zone = settings.lab.zone
    payer, sold = accounts.payer(conn, member), sales.of(conn, member)
    return balances.balance(settings.tariff, zone, payer, sold, both, Days(zone).of(today_ms // 1000))


def _state(member: MemberId, found: Balance, anchor: Use) -> AccountState:
    gone = balances.written(anchor.open)
    return AccountState(member, found.cents, anchor.as_of_ms, found.plans, found.left, anchor.read, gone)


# --- everybody ------------------------------------------------------------------------------------


def tell_all(desk: Desk) -> int:
    """Reckons all open months and tells of whom it is worth it, in slices; of how many. A closing does it.

    Raises StoreError, ChainBroken, StoreBusy, DiskFull.
    """
    if bookkeeping.not_the_books(desk.conn, desk.settings) is not None:
        return 0
    at = desk.clock.now()
    found = reckoned(desk.conn, desk.settings, replace(at, wall_ms=who.today_ms(desk.conn, at)))
    for first in range(0, len(found), _SLICE):
        with desk.writer.write() as pen:
            write(pen, pen.conn, found[first : first + _SLICE], at)
    return len(found)


P = ParamSpec("P")
Deed = Callable[Concatenate[Desk, P], Done | Denied]


def corrects(deed: Deed[P]) -> Deed[P]:
    """A deed that changes what sessions or charges took: a gate that keeps the books by itself tells of it.

    Whoever does not get the lock for that leaves it to the next sale or closing: the deed is done.
    """

    @wraps(deed)
    def told(desk: Desk, /, *given: P.args, **named: P.kwargs) -> Done | Denied:
        answer = deed(desk, *given, **named)
        if isinstance(answer, Done) and answer.record is not None and desk.settings.hub is None:
            with suppress(StoreBusy):
                _tell_anew(desk, _concerned(desk.conn, answer.record))
        return answer

    return told


def _concerned(conn: Connection, record: RecordId) -> set[MemberId]:
    """Whose balance a correction may move: who paid by the session's own record, and who pays by now."""
    entry = journal.entry(conn, record)
    body = None if entry is None else entry.body
    if isinstance(body, ChargeReversed):
        was = charged.charge(conn, body.charge)
        return set() if was is None else {was.payer}
    if not isinstance(body, UsageSettled | UsageAssigned | UsageMarked):
        return set()
    start = journal.entry(conn, RecordId.of(body.session))
    begun = None if start is None else start.body
    found = {begun.payer or begun.member} if isinstance(begun, SessionStarted) else set()
    return {MemberId(one) for one in (*found, said_of(conn, body.session).payer) if one}


def _tell_anew(desk: Desk, members: Iterable[MemberId]) -> None:
    """Reckon some payers outside the lock, and tell how they stand whatever was told before."""
    if not credit.tells(desk.settings.tariff):
        return
    at = desk.clock.now()
    with Worksheet() as sheet:
        found = _Everybody(
            desk.conn, desk.settings, replace(at, wall_ms=who.today_ms(desk.conn, at)), sheet
        ).of(members)
    with desk.writer.write() as pen:
        write(pen, pen.conn, found, at)


def write(pen: Pens, conn: Connection, states: Iterable[AccountState], at: Moment) -> None:
    """Append states, each of which has seen all that was said of its payer."""
    for one in states:
        seen = tuple(str(record) for record in rights.heads(conn, str(standing.subject(one))))
        pen.append(Draft(at, replace(one, supersedes=seen)))


def reckoned(conn: Connection, settings: Settings, at: Moment) -> tuple[AccountState, ...]:
    """The states that are worth telling at a moment (`rules/balances.py` says which), by payer.

    Reads the books outside the lock, from where the last closing left nothing to charge. Raises StoreError,
    ChainBroken, DiskFull.
    """
    if not credit.tells(settings.tariff):
        return ()
    with Worksheet() as sheet:
        found = _Everybody(conn, settings, at, sheet)
        return tuple(found.states())


class _Everybody:
    """One pass over all payers, one at a time."""

    def __init__(self, conn: Connection, settings: Settings, at: Moment, sheet: Worksheet) -> None:
        self._conn, self._settings, self._at, self._sheet = conn, settings, at, sheet
        self._month = Month.at(at.wall_ms // 1000, settings.lab.zone)
        self._open = OpenMonths(conn, settings, self._month)
        self._period = charged.last_period(conn)
        self._ends = journal.ends(conn)

    def use_of(self, member: MemberId) -> Use:
        """What one payer used by now."""
        self._lay_out()
        work = next((found for payer, found in self._sheet.work() if payer == member), [])
        return Use(_newest(self._ends), self._at.wall_ms, self._open.taken(member, work))

    def of(self, members: Iterable[MemberId]) -> tuple[AccountState, ...]:
        """The states of some, of those who ever had one."""
        self._lay_out()
        work, read = dict(self._sheet.work()), _newest(self._ends)
        told = [one for one in sorted(members) if _last(self._conn, one) is not None]
        return tuple(self._reckoned(one, work.get(one, []), read)[1] for one in told)

    def states(self) -> Iterator[AccountState]:
        """Those that are worth telling."""
        self._lay_out()
        read = _newest(self._ends)
        known = {*sales.payers(self._conn), *accounts.known(self._conn)}
        others = ((member, list[Worked]()) for member in sorted(known))
        for member, found in groupby(merge(self._sheet.work(), others, key=itemgetter(0)), itemgetter(0)):
            state = self._of(member, [work for _, several in found for work in several], read)
            if state is not None:
                yield state

    def _lay_out(self) -> None:
        first_s, next_s = self._month.bounds(self._settings.lab.zone)
        now_s = self._at.wall_ms // 1000 if self._at.synced else None
        given = (self._conn, self._settings, first_s, next_s, now_s)
        Uncharged(*given, leave_out=True, sheet=self._sheet, read=self._ends).lay_out()

    def _of(self, member: MemberId, work: list[Worked], read: tuple[str, ...]) -> AccountState | None:
        last, sold = _last(self._conn, member), sales.of(self._conn, member)
        if last is None and not sold and not accounts.payer(self._conn, member).prepaid:
            return None  # who never paid anything in has nothing
        found, state = self._reckoned(member, work, read)
        return state if self._is_old(last) or balances.due(last, found, self._at.wall_ms) else None

    def _reckoned(
        self, member: MemberId, work: list[Worked], read: tuple[str, ...]
    ) -> tuple[Balance, AccountState]:
        gone = self._open.taken(member, work)
        found = _balance(self._conn, self._settings, member, gone, self._at.wall_ms)
        return found, _state(member, found, Use(read, self._at.wall_ms, gone))

    def _is_old(self, last: StateStands | None) -> bool:
        """Whether a month was closed since: what open months had taken by then is closed now."""
        if last is None or self._period is None:
            return False
        return not _is_later(last.record, self._period.record)
