"""The API on the floor: machines, the sessions at them, the gates, and all that the journal says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

from fabgate.board.api_door import CONFLICT, Stop, said
from fabgate.board.api_forms import Fits, Instant
from fabgate.board.api_words import (
    Next,
    Paged,
    handle,
    handles,
    instant,
    marks_of,
    packed,
    page_behind,
    page_of,
    read_on,
    utc,
)
from fabgate.board.visit import Visit
from fabgate.desk import badges, machines, past
from fabgate.desk.machines import Shown
from fabgate.hub import standings
from fabgate.model import Denied, RecordId, Token
from fabgate.records import Body, Entry, SessionStopped, Unknown
from fabgate.rules.ledger import SYNC_KINDS, Dated, Ledger, Usage, first_syncs
from fabgate.rules.ledger import Session as Begun
from fabgate.rules.month import Month
from fabgate.store import journal
from fabgate.store.troubles import Troubles, troubles_now

Handle = Annotated[str, "A member's handle; the id of one who is known by it no more."]
_PEOPLE = ("member", "by", "sponsor", "leader", "payer", "vouched")
_TOKENS = ("badge", "sponsor_badge")


@dataclass(frozen=True, slots=True)
class Lockout:
    """Why a machine is out of service, and by whom."""

    since: Instant
    by: str | None
    reason: str | None
    cause: Annotated[str | None, "Where its own gate did it: oops or welded."]


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine, as those see it who look after it."""

    machine: str
    title: str
    kind: str
    skill: str
    session: Annotated[str | None, "The session that runs there."]
    member: Annotated[str | None, "Who works there."]
    sponsor: Annotated[str | None, "Who stands beside them."]
    since: Annotated[Instant | None, "Since when they do."]
    locked: Lockout | None
    troubles: Annotated[tuple[str, ...], "What is wrong with it."]
    limit_s: Annotated[int, "The longest session."]


@dataclass(frozen=True, slots=True)
class Machines:
    """Machines, by id."""

    items: tuple[Machine, ...]
    next: Next


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody's time at a machine. Lengths do not come from the wall clock, which may have been set."""

    session: Annotated[str, "The record of its start."]
    machine: str
    skill: str
    member: Annotated[str, "Empty where nobody owns the badge, at a gate that only looks on."]
    level: Annotated[str, "The member's, when it began."]
    sponsor: str | None
    payer: Handle
    purpose: str
    begun: Instant
    dated: Annotated[Dated, "How far `begun` is to be believed."]
    seconds: Annotated[int | None, "Powered time; null while it runs."]
    busy_s: Annotated[int | None, "The work among them, where anything tells."]
    ended: Annotated[str | None, "Why it ended; null while it runs."]
    charged: bool
    recovered: Annotated[bool, "Nobody saw the end."]
    uncertain_s: Annotated[int, "It may have lasted so much longer."]


@dataclass(frozen=True, slots=True)
class Sessions:
    """Sessions."""

    items: tuple[Session, ...]
    next: Next


@dataclass(frozen=True, slots=True)
class Ended:
    """Sessions that ended, gate by gate, by their ends. `next` is never null: ask with it again later."""

    items: tuple[Session, ...]
    next: str
    more: Annotated[bool, "Whether there are more now."]


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate, as the hub knows it."""

    gate: str
    state: str
    heard: Instant | None
    version: str | None
    machines: tuple[str, ...]
    held: Annotated[int, "Records of it that are here."]
    missing: Annotated[int, "Records that it told of and has not sent yet."]
    clock_offset_ms: Annotated[int | None, "How far its clock was ahead of the hub's."]
    certificate_days: Annotated[int | None, "Its certificate is good for so long."]
    joined: Instant | None
    retired: Instant | None
    alarms: Annotated[tuple[str, ...], "What a person should look at."]


@dataclass(frozen=True, slots=True)
class Gates:
    """Gates, by name. A gate that has no hub has none."""

    items: tuple[Gate, ...]
    next: Next


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the journal. People stand in it by their handles, badges by the first digits of a token."""

    record: Annotated[str, "Its origin and number, which are never another's."]
    gate: str
    at: Instant | None
    synced: Annotated[bool, "Whether the clock was known to be right."]
    kind: Annotated[str | None, "Null of one that retention has blanked."]
    reason: str | None
    ref: str | None
    body: Annotated[Mapping[str, object] | None, "As it was written, but for names."]


@dataclass(frozen=True, slots=True)
class Journal:
    """Records, gate by gate, each gate's in their order. `next` is never null: ask with it again later."""

    items: tuple[Record, ...]
    next: str
    more: Annotated[bool, "Whether there are more now."]


# --- asked --------------------------------------------------------------------------------------

MONTH = r"(197[0-9]|19[89][0-9]|[2-8][0-9]{3})-(0[1-9]|1[0-2])"


@dataclass(frozen=True, slots=True)
class OfMonth(Paged):
    """Of which month."""

    month: Annotated[
        str, Fits(0, 7, f"^({MONTH})?$"), "Those that began in it: 2026-10. Without it, in this one."
    ] = ""


@dataclass(frozen=True, slots=True)
class OfKind(Paged):
    """Of which kind."""

    kind: Annotated[str, Fits(0, 40, r"^[a-z_.]*$"), "Only records of this kind, such as grant.give."] = ""


# --- machines -----------------------------------------------------------------------------------


def all_machines(visit: Visit, asked: Paged) -> Machines:
    troubles = troubles_now(visit.conn)
    page, after = page_of(machines.listed(visit.desk), asked, lambda one: str(one.settings.rules.machine))
    return Machines(tuple(_machine(one, troubles) for one in page), after)


def one_machine(visit: Visit, _: object) -> Machine | Denied:
    shown = machines.shown(visit.desk, visit.asked.parameters["machine"])
    return shown if isinstance(shown, Denied) else _machine(shown, troubles_now(visit.conn))


def _machine(one: Shown, troubles: Troubles) -> Machine:
    rules, work, locked = one.settings.rules, one.open, one.locked
    return Machine(
        machine=rules.machine,
        title=rules.title,
        kind=rules.kind.value,
        skill=rules.skill,
        session=None if work is None else str(work.session),
        member=None if work is None else handle(work.member),
        sponsor=None if work is None else handle(work.sponsor),
        since=None if work is None else utc(work.opened.wall_ms),
        locked=None
        if locked is None
        else Lockout(instant(locked.lock.since_ms), locked.by, locked.reason, locked.cause),
        troubles=troubles.get(rules.machine, ()),
        limit_s=rules.limit_ms // 1000,
    )


# --- sessions -----------------------------------------------------------------------------------


def mine(visit: Visit, asked: OfMonth) -> Sessions:
    """The newest first."""
    month = _month(visit, asked.month)
    found = past.of_month(visit.desk, visit.me.id, month)
    page, after = page_behind(_sessions(visit, found), asked, lambda one: one.session)
    return Sessions(page, after)


def _month(visit: Visit, text: str) -> Month:
    return Month.of(text) if text else Month.at(visit.today_ms // 1000, visit.settings.lab.zone)


def running(visit: Visit, asked: Paged) -> Sessions:
    starts = [journal.entry(visit.conn, one.start) for one in journal.running(visit.conn)]
    found = _paired(visit, [start for start in starts if start is not None])
    page, after = page_of(_sessions(visit, found), asked, lambda one: f"{one.begun} {one.session}")
    return Sessions(page, after)


def ended(visit: Visit, asked: Paged) -> Ended | Stop:
    marks = marks_of(asked.after, visit.conn)
    if marks is None:
        return said(visit, "stale_cursor", CONFLICT)
    stops, now, more = read_on(visit.conn, marks, (SessionStopped.kind,), asked.limit)
    starts = (
        journal.entry(visit.conn, RecordId.of(stop.body.session))
        for stop in stops
        if isinstance(stop.body, SessionStopped)
    )
    found = _paired(visit, [*(start for start in starts if start is not None), *stops])
    over = [one for one in _sessions(visit, found) if one.ended is not None]
    return Ended(tuple(over), packed(now), more)


def _paired(visit: Visit, entries: Sequence[Entry]) -> list[Begun]:
    """The sessions that these starts and stops make; those without a stop run."""
    unsure = any(entry.at is not None and not entry.at.synced for entry in entries)
    ledger = Ledger(first_syncs(journal.entries(visit.conn, kinds=SYNC_KINDS) if unsure else ()))
    return [*ledger.usages(entries), *ledger.still_open()]


def _sessions(visit: Visit, found: Iterable[Begun]) -> Iterator[Session]:
    of = handles(visit.conn)
    return (_session(one, of) for one in found)


def _session(one: Begun, of: Callable[[str], str]) -> Session:
    over = one if isinstance(one, Usage) else None
    return Session(
        session=str(one.session),
        machine=one.machine,
        skill=one.skill,
        member=of(one.member) if one.member else "",
        level=one.level,
        sponsor=None if one.sponsor is None else of(one.sponsor),
        payer=of(one.payer) if one.payer else "",
        purpose=one.purpose,
        begun=instant(one.start.wall_ms),
        dated=one.dated,
        seconds=None if over is None else over.seconds,
        busy_s=None if over is None else over.seconds_busy,
        ended=None if over is None else over.why,
        charged=over is None or over.charged,
        recovered=over is not None and over.recovered,
        uncertain_s=0 if over is None else -(-over.uncertain_ms // 1000),
    )


# --- gates and the journal ----------------------------------------------------------------------


def all_gates(visit: Visit, asked: Paged) -> Gates:
    if visit.settings.hub is None:
        return Gates((), None)
    epoch = visit.desk.writer.identity.origin.rpartition("/")[2]
    found = standings.standings(visit.settings, visit.conn, epoch, visit.house.clock.now().wall_ms)
    page, after = page_of(found, asked, lambda one: one.row.gate)
    return Gates(tuple(map(_gate, page)), after)


def _gate(one: standings.Standing) -> Gate:
    info = one.info
    return Gate(
        gate=one.row.gate,
        state=one.state,
        heard=utc(one.row.heard_ms),
        version=None if info is None else info.version,
        machines=() if info is None else tuple(machine.machine for machine in info.machines),
        held=one.held,
        missing=one.missing,
        clock_offset_ms=one.row.offset_ms,
        certificate_days=one.days,
        joined=utc(one.row.joined_ms),
        retired=utc(one.row.retired_ms),
        alarms=one.alarms,
    )


def records(visit: Visit, asked: OfKind) -> Journal | Stop:
    marks = marks_of(asked.after, visit.conn)
    if marks is None:
        return said(visit, "stale_cursor", CONFLICT)
    kinds = (asked.kind,) if asked.kind else ()
    found, now, more = read_on(visit.conn, marks, kinds, asked.limit)
    of = handles(visit.conn)
    return Journal(tuple(_record(visit, one, of) for one in found), packed(now), more)


def _record(visit: Visit, one: Entry, of: Callable[[str], str]) -> Record:
    beside = journal.notes(visit.conn, one.id)
    body = one.body
    return Record(
        record=str(one.id),
        gate=one.id.origin.split("/")[1],
        at=None if one.at is None else utc(one.at.wall_ms),
        synced=one.at is not None and one.at.synced,
        kind=None if body is None else body.kind,
        reason=beside.get("reason"),
        ref=beside.get("ref"),
        body=None if body is None else _body(body, of),
    )


def _body(body: Body, of: Callable[[str], str]) -> Mapping[str, object]:
    """A body with people by their handles, and without what its writer had seen."""
    fields = body.body if isinstance(body, Unknown) else asdict(body)
    return {name: _shown(name, one, of) for name, one in fields.items() if name != "supersedes"}


def _shown(name: str, value: object, of: Callable[[str], str]) -> object:
    if not isinstance(value, str) or not value:
        return value
    if name in _TOKENS:
        return badges.short(Token(value))
    return of(value) if name in _PEOPLE else value
