"""Sessions that are open now, and the word that ends one.

The journal is the truth: `close` appends that somebody said "now", and the daemon, which looks ten
times a second, opens the relay and writes the end. Where no daemon runs nobody acts on it.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.desk import wishes
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.model import Code, Denied, Fact, MachineId, MemberId, Moment, RecordId
from fabgate.records import CloseAsked, GateCommanded
from fabgate.rules import authority
from fabgate.store import annals, journal, roster
from fabgate.store.journal import Running
from fabgate.store.roster import Member


@dataclass(frozen=True, slots=True)
class Open:
    """A session that has begun and not ended.

    `beat` is when it was last seen alive; `length_ms` the time since its start, None where that
    was before the last boot of this machine.
    """

    session: RecordId
    machine: MachineId
    title: str
    member: Member | None
    sponsor: Member | None
    level: str
    opened: Moment
    beat: Moment
    length_ms: int | None


@dataclass(frozen=True, slots=True)
class AskedToEnd:
    """When (wall) somebody said "now" to a session; `by`: None where nobody knows them any more."""

    at_ms: int
    by: Member | None


def close(desk: Desk, by: str | None, session: str, reason: str) -> Done | Denied:
    """Asks the daemon to end a session now; `session` is a record id or a machine.

    At a hub the gate where it runs is asked. Facts: `by`, `subject`, `handle`, `session`, `machine`,
    `title`, and `gate` where that is another.
    """
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        running = _meant(now, session)
        if isinstance(running, Denied):
            return now.denied(running)
        machine, user = MachineId(running.machine), MemberId(running.said.member)
        title = _title(desk, machine)
        no = authority.may_close(now.actor, machine, user, reason)
        if no is not None:
            return now.denied(no, machine=machine, title=title, session=str(running.start))
        gate = running.start.origin.split("/")[1]
        asked: dict[str, Fact] = {}
        if gate == desk.writer.identity.gate:
            record = now.write(CloseAsked(str(running.start), machine, now.member.id), reason)
        else:
            asked = {"gate": gate}
            record = wishes.commanded(now, gate, "stop", machine, str(running.start), reason)
        worker = roster.member(now.conn, user)
        return now.done(record, worker, session=str(running.start), machine=machine, title=title, **asked)


def asked_to_end(desk: Desk, session: str) -> AskedToEnd | None:
    """Who said "now" to a session last, if anybody did. Raises ValueError for what is no record's id."""
    start = RecordId.of(session)
    same = start.origin == desk.writer.identity.origin
    found = journal.entries(
        desk.conn,
        after=start.seq if same else 0,
        kinds=(CloseAsked.kind, GateCommanded.kind),
        newest_first=True,
        own=True,
        saying=annals.said("session", session),
    )
    last = next(found, None)
    if last is None or last.at is None or not isinstance(last.body, CloseAsked | GateCommanded):
        return None
    return AskedToEnd(last.at.wall_ms, roster.member(desk.conn, last.body.by))


def listed(desk: Desk) -> tuple[Open, ...]:
    """Every open session, the oldest first."""
    now = desk.clock.now()
    return tuple(_open(desk, one, now) for one in journal.running(desk.conn))


def _open(desk: Desk, running: Running, now: Moment) -> Open:
    said = running.said
    sponsor = None if said.sponsor is None else roster.member(desk.conn, said.sponsor)
    return Open(
        session=running.start,
        machine=MachineId(running.machine),
        title=_title(desk, running.machine),
        member=roster.member(desk.conn, said.member),
        sponsor=sponsor,
        level=said.level,
        opened=running.opened,
        beat=running.beat,
        length_ms=now.boot_ms - running.opened.boot_ms if now.boot == running.opened.boot else None,
    )


def _meant(now: Turn, text: str) -> Running | Denied:
    """The open session that a record id or a machine names."""
    found = journal.running(now.conn)
    meant = next((one for one in found if text in (one.machine, str(one.start))), None)
    if meant is not None:
        return meant
    if "#" in text:
        return Denied(Code.NO_SESSION, {"session": text})
    machine = now.desk.machine(text)
    if isinstance(machine, Denied):
        return machine
    return Denied(Code.NO_SESSION, {"machine": text, "title": machine.rules.title})


def _title(desk: Desk, machine: str) -> str:
    """What people call it; its id where the configuration knows it no longer."""
    known = desk.settings.machines.get(MachineId(machine))
    return machine if known is None else known.rules.title
