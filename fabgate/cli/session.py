"""`fabgate session`: who worked where and how long; what ends one now, what people say of it later."""

from __future__ import annotations

import time

import click

from fabgate.cli.frame import (
    Here,
    Noun,
    by_option,
    done,
    example,
    found,
    json_option,
    pass_here,
    reason_option,
    show_json,
    show_table,
)
from fabgate.cli.gates import away
from fabgate.cli.past import RUNS, Line, asked_to_end, of_month, of_record, recent, running
from fabgate.cli.session_settled import assign, mark, settle
from fabgate.cli.show import Handles, Json, hours, local, show_facts, utc
from fabgate.desk import Desk, sessions, uncharged
from fabgate.errors import UsageError
from fabgate.model import Fact, MachineId, RecordId
from fabgate.rules.closing import Said
from fabgate.rules.ledger import Dated
from fabgate.rules.month import Month
from fabgate.store import journal

_PATIENCE_MS = 2_000
_FAR_PATIENCE_MS = 5_000  # from a hub to its gate and back
_LOOK_S = 0.05


@click.group(cls=Noun)
def session() -> None:
    """Sessions: who worked where, how long; how to end one, and what counts of it.

    A session is named by its number in the list, or in full as lab/gate/epoch#number.
    """


@session.command(
    "list",
    epilog=example(
        "fabgate session list", "fabgate session list --open", "fabgate session list --month 2026-10"
    ),
)
@click.option("--open", "only_open", is_flag=True, help="Only those that run now.")
@click.option("--month", metavar="YYYY-MM", help="All that ended in this month.")
@click.option("-n", "last", default=20, show_default=True, metavar="N", help="How many of those that ended.")
@json_option
@pass_here
def list_(here: Here, only_open: bool, month: str | None, last: int, as_json: bool) -> None:
    """Show the last sessions, then those that run now.

    A ? after a time: the clock was not known to be right then. A + after a length: nobody saw the end,
    and it may have been some seconds longer. "refused" says by which code a gate that only looks on would
    have refused it; a session without a member is of a badge that nobody owns.
    """
    if month is not None and only_open:
        raise UsageError("a session that runs belongs to no month yet", "Leave --open or --month out.")
    with here.desk() as desk:
        if month is not None:
            lines = of_month(desk, Month.of(month))
        else:
            lines = running(desk) if only_open else recent(desk, last)
    if as_json:
        show_json([_json(line) for line in lines])
        return
    headers = ("session", "machine", "member", "sponsor", "begun", "length", "ended")
    looked_on = any(line.would for line in lines)
    rows = [(*_row(here, line), *((line.would,) if looked_on else ())) for line in lines]
    show_table((*headers, *(("refused",) if looked_on else ())), rows, "No sessions here.")


@session.command(epilog=example("fabgate session show 12"))
@click.argument("session")
@json_option
@pass_here
def show(here: Here, session: str, as_json: bool) -> None:
    """Show all about one session. SESSION is its number in the list."""
    with here.desk() as desk:
        record = _record(_named(here, desk, session))
        line, asked = of_record(desk, record), asked_to_end(desk, record)
        said = uncharged.said_of(desk.conn, str(record))
        pays = "" if said.payer is None else Handles(desk.conn).of(said.payer)
    if as_json:
        told = [{"at": utc(one.at_ms), "by": one.by, "reason": one.reason} for one in asked]
        show_json({**_json(line), "asked_to_end": told, "said": _said_json(said, pays)})
        return
    show_facts(
        (
            ("session", line.session),
            ("machine", line.machine),
            ("skill", line.skill),
            ("member", line.member),
            ("level", line.level),
            ("sponsor", line.sponsor),
            ("begun", _begun(here, line)),
            ("length", _length(line)),
            ("at work", "" if line.busy_ms is None else hours(line.busy_ms)),
            ("ended", line.ended),
            ("would be refused", line.would),
            ("charged", "" if line.charged else "no"),
            ("uncertain", f"up to {line.uncertain_s} s longer" if line.uncertain_s else ""),
            ("counts", "" if said.length_ms is None else hours(said.length_ms)),
            ("dated", "" if said.started_ms is None else local(here, said.started_ms)),
            ("paid by", pays),
            ("purpose", said.purpose),
            ("costs", "nothing" if said.free else ""),
        )
    )
    for one in asked:
        show_facts([("asked to end", f"{local(here, one.at_ms)} by {one.by}: {one.reason or ''}")])


@session.command(epilog=example('fabgate session close laser --by zoe --reason "closing time"'))
@click.argument("which", metavar="MACHINE-OR-SESSION")
@reason_option()
@by_option
@pass_here
def close(here: Here, which: str, reason: str, by: str | None) -> None:
    """End a session now, whatever the machine is doing.

    The gate opens the relay at once. Who works in it may do this, a manager, and who maintains the
    machine. It waits two seconds at most for the gate to have done it; exit status 1 if it has not.
    """
    with here.desk() as desk:
        did = found(here, sessions.close(desk, by, _named(here, desk, which), reason))
        gate = did.facts.get("gate")
        if gate is not None and (why := away(here, desk, str(gate))) is not None:
            click.echo(f"{why}: it did not hear of it.", err=True)
            click.echo("  If the machine is on, switch it off by hand.", err=True)
            raise click.exceptions.Exit(1)
        done(here, did, "The session of {subject} ({handle}) at {title} is to end now.")
        if not here.rehearsed:
            _wait(desk, str(did.facts["session"]), gate)


for _later in (settle, assign, mark):
    session.add_command(_later)


def _wait(desk: Desk, session: str, gate: Fact) -> None:
    """Say when the gate has ended it, or that none has."""
    until_ms = desk.clock.now().boot_ms + (_PATIENCE_MS if gate is None else _FAR_PATIENCE_MS)
    while any(str(run.start) == session for run in journal.running(desk.conn)):
        if desk.clock.now().boot_ms >= until_ms:
            where = "No gate runs here" if gate is None else f"{gate} did not answer"
            click.echo(f"{where}: the request is in the journal, and nobody has acted on it.", err=True)
            click.echo("  If the machine is on, switch it off by hand. Then: fabgate doctor", err=True)
            raise click.exceptions.Exit(1)
        time.sleep(_LOOK_S)
    click.echo("closed")


def _named(here: Here, desk: Desk, text: str) -> str:
    """A machine by its name; a session by its number or its whole id."""
    if MachineId(text) in here.settings.machines:
        return text
    number = text.removeprefix("#")
    return f"{desk.writer.identity.origin}#{number}" if number.isdecimal() else text


def _record(text: str) -> RecordId:
    """The record that a whole id names. Raises UsageError."""
    try:
        return RecordId.of(text)
    except ValueError:
        raise UsageError(f"{text!r} is no session", "`fabgate session list` shows their numbers.") from None


def _said_json(said: Said, pays: str) -> Json:
    """What people said of a session after it ended."""
    return {
        "seconds": None if said.length_ms is None else said.length_ms // 1000,
        "begun": utc(said.started_ms),
        "payer": pays or None,
        "purpose": said.purpose,
        "free": said.free,
        "records": list(said.records),
    }


def _row(here: Here, line: Line) -> tuple[object, ...]:
    ended = line.ended.replace("_", " ")
    return line.number, line.machine, line.member, line.sponsor, _begun(here, line), _length(line), ended


def _begun(here: Here, line: Line) -> str:
    return local(here, line.begun_ms) + ("?" if line.dated is Dated.UNSYNCED else "")


def _length(line: Line) -> str:
    if line.length_ms is None:
        return ""
    return hours(line.length_ms) + ("+" if line.uncertain_s else "")


def _json(line: Line) -> Json:
    return {
        "session": str(line.session),
        "machine": line.machine,
        "skill": line.skill,
        "member": line.member,
        "level": line.level,
        "sponsor": line.sponsor or None,
        "begun": utc(line.begun_ms),
        "dated": line.dated.value,
        "seconds": None if line.length_ms is None else line.length_ms // 1000,
        "ended": None if line.ended == RUNS else line.ended,
        "charged": line.charged,
        "recovered": line.recovered,
        "uncertain_s": line.uncertain_s,
        "busy_s": None if line.busy_ms is None else line.busy_ms // 1000,
        "would": line.would or None,
    }
