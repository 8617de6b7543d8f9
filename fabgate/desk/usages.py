"""What people decide of sessions after they ended: how much of one counts, who pays for it, what it was for.

Each is an entry beside the records of the gate, which are never edited (law 6), and counts as long as no
closed month has charged the session. Facts of what was done: `by`, `subject`, `handle` (who worked),
`session`, `machine`; `length_ms`; `payer` (a handle); `purpose` and `free`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fabgate.desk import balances, bookkeeping, purposes, uncharged, who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.errors import UsageError
from fabgate.model import Code, Denied, MachineId, MemberId, RecordId
from fabgate.records import (
    Body,
    Entry,
    SessionStarted,
    SessionStopped,
    UsageAssigned,
    UsageMarked,
    UsageSettled,
)
from fabgate.rules import closing
from fabgate.rules.closing import Said
from fabgate.rules.ledger import SYNC_KINDS, Ledger, Session, Usage, first_syncs
from fabgate.store import charged, journal, roster

_LONGEST_MS = 31 * 86_400_000


@dataclass(frozen=True, slots=True)
class Counts:
    """How much of a session counts: so long, up to then (wall, UTC), or as its gate has it."""

    length_ms: int | None = None
    end_ms: int | None = None
    as_recorded: bool = False


@dataclass(frozen=True, slots=True)
class _Meant:
    """The session that is meant, and what people said of it before."""

    session: Session
    said: Said

    @property
    def id(self) -> str:
        return str(self.session.session)

    @property
    def payer(self) -> MemberId:
        return self.session.payer if self.said.payer is None else MemberId(self.said.payer)


@balances.corrects
def settle(desk: Desk, by: str | None, session: str, counts: Counts, reason: str) -> Done | Denied:
    """Says how much of a session counts: nothing of it is unsure then, and it stands in the way no more.

    Also of one that its gate never ended, once it is an hour beyond its limit: its gate does not come back.
    One that nobody could date gets its date by its end. Raises UsageError for a length that cannot be.
    """
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        meant = _meant(now, session, reason)
        if isinstance(meant, Denied):
            return meant
        if not isinstance(meant.session, Usage) and _may_still_run(now, meant.session):
            return now.denied(Denied(Code.SESSION_RUNS, {"session": meant.id}))
        length_ms, started_ms = _length(meant.session, counts, now.today_ms)
        body = UsageSettled(meant.id, length_ms, now.member.id, started_ms)
        return _written(now, meant, body, reason, length_ms=length_ms)


@balances.corrects
def assign(desk: Desk, by: str | None, session: str, payer: str, reason: str) -> Done | Denied:
    """Lets somebody else pay for a session."""
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        pays = now.find(payer)
        if isinstance(pays, Denied):
            return pays
        meant = _meant(now, session, reason)
        if isinstance(meant, Denied):
            return meant
        if pays.id == meant.payer:
            return now.denied(Denied(Code.NOTHING_TO_DO))
        body = UsageAssigned(meant.id, pays.id, now.member.id)
        return _written(now, meant, body, reason, payer=pays.handle)


@balances.corrects
def mark(
    desk: Desk, by: str | None, session: str, purpose: str | None, free: bool | None, reason: str
) -> Done | Denied:
    """Says what a session was for, or that it costs nothing (`free`), or does after all; None leaves it."""
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        no = None if purpose in (None, "") else purposes.unknown(desk.settings, purpose or "")
        if no is not None:
            return now.denied(no)
        meant = _meant(now, session, reason)
        if isinstance(meant, Denied):
            return meant
        was = meant.session.purpose if meant.said.purpose is None else meant.said.purpose
        meant_for = was if purpose is None else purpose
        gratis = meant.said.free if free is None else free
        if (meant_for, gratis) == (was, meant.said.free):
            return now.denied(Denied(Code.NOTHING_TO_DO))
        body = UsageMarked(meant.id, meant_for, now.member.id, gratis)
        return _written(now, meant, body, reason, purpose=meant_for, free=gratis)


def _written(now: Turn, meant: _Meant, body: Body, reason: str, **facts: str | int | bool | None) -> Done:
    record = now.write(body, reason)
    worker = roster.member(now.conn, meant.session.member)
    machine = now.desk.settings.machines.get(MachineId(meant.session.machine))
    title = meant.session.machine if machine is None else machine.rules.title
    return now.done(record, worker, session=meant.id, machine=title, **facts)


# --- which session ------------------------------------------------------------------------------


def _meant(now: Turn, text: str, reason: str) -> _Meant | Denied:
    """The session that an id names, if this person may decide of it and no closed month has charged it."""
    found = _session(now, text)
    if found is None:
        return now.denied(Denied(Code.UNKNOWN_SESSION, {"session": who.sound(text)}))
    meant = _Meant(found, uncharged.said_of(now.conn, str(found.session)))
    no = bookkeeping.refused(now, meant.payer, reason)
    if no is None and not reason.strip():
        no = Denied(Code.REASON_NEEDED)
    if no is None:
        was = charged.of_session(now.conn, meant.payer, meant.id)
        if was is not None:
            period = charged.month_of(now.conn, was.id)
            no = Denied(Code.CHARGED_ALREADY, {"period": period, "charge": was.id})
    return meant if no is None else now.denied(no, roster.member(now.conn, meant.payer))


def _session(now: Turn, text: str) -> Session | None:
    """What began with the record of that id, ended or not; None where nothing did."""
    try:
        start = journal.entry(now.conn, RecordId.of(text))
    except ValueError:
        return None
    if start is None or start.at is None or not isinstance(start.body, SessionStarted):
        return None
    entries = [start, *_stop(now, start.id)]
    unsure = any(one.at is not None and not one.at.synced for one in entries)
    ledger = Ledger(first_syncs(journal.entries(now.conn, kinds=SYNC_KINDS) if unsure else ()))
    ended = list(ledger.usages(entries))
    return next(iter([*ended, *ledger.still_open()]), None)


def _stop(now: Turn, session: RecordId) -> Iterator[Entry]:
    gate = session.origin.rpartition("/")[0]
    same = session.origin == now.desk.writer.identity.origin
    found = journal.entries(
        now.conn,
        after=session.seq if same else 0,
        kinds=(SessionStopped.kind,),
        saying=f'"session":"{session}"',
    )
    return (one for one in found if one.id.origin.rpartition("/")[0] == gate)


def _may_still_run(now: Turn, session: Session) -> bool:
    begun_ms = session.start.wall_ms
    return now.today_ms < begun_ms + session.limit_ms + closing.OVER_MS


# --- how long -----------------------------------------------------------------------------------


def _length(session: Session, counts: Counts, today_ms: int) -> tuple[int, int | None]:
    """The length that counts, and the start where nothing else dates it. Raises UsageError."""
    recorded = session.length_ms if isinstance(session, Usage) else None
    begun_ms, undated = session.start.wall_ms, closing.undated(session, today_ms // 1000)
    if counts.as_recorded:
        if recorded is None:
            raise UsageError("no record says how long it was", "Say it: --length 1h30m, or --end.", "length")
        return recorded, begun_ms if undated else None
    if counts.length_ms is None and counts.end_ms is None:
        raise UsageError("how much of it counts?", "Say it: --as-recorded, --length 1h30m, or --end.")
    if undated:
        return _dated_by_its_end(counts, recorded, begun_ms)
    if counts.length_ms is not None and counts.end_ms is not None:
        raise UsageError(
            "its start is known, so one of the two is enough", "Give --length or --end, not both."
        )
    length_ms = counts.length_ms if counts.end_ms is None else counts.end_ms - begun_ms
    return _fitting(length_ms or 0), None


def _dated_by_its_end(counts: Counts, recorded: int | None, begun_ms: int) -> tuple[int, int]:
    length_ms = recorded if counts.length_ms is None else counts.length_ms
    if length_ms is None:
        raise UsageError("no record says how long it was", "Give --length too.", "length")
    started_ms = begun_ms if counts.end_ms is None else counts.end_ms - length_ms
    return _fitting(length_ms), max(0, started_ms)


def _fitting(length_ms: int) -> int:
    if not 0 <= length_ms <= _LONGEST_MS:
        raise UsageError(
            "it cannot have ended then", "Its end lies after its start, and within a month of it.", "end"
        )
    return length_ms
