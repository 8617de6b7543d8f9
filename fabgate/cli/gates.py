"""Verbs of `fabgate gate` for the hub's desk: how the gates stand, what can be asked of them."""

from __future__ import annotations

import time
from collections.abc import Callable

import click

from fabgate.cli.frame import (
    Here,
    by_option,
    done,
    example,
    json_option,
    pass_here,
    reason_option,
    show_json,
    show_table,
)
from fabgate.cli.show import Json, hours, local, show_facts, utc
from fabgate.desk import Desk, machines, sessions, wishes
from fabgate.desk.deed import Done
from fabgate.errors import UsageError
from fabgate.hub.lab import gate_of, info_of
from fabgate.hub.standings import Standing, behind, standings
from fabgate.model import Code, Denied, RecordId
from fabgate.store import gates as rows
from fabgate.store import journal, rights

_PATIENCE_MS = 5_000
_LOOK_S = 0.05
_MOST_MS = 999 * 3_600_000


def _standings(here: Here, desk: Desk) -> list[Standing]:
    return standings(here.settings, desk.conn, _epoch(desk), desk.clock.now().wall_ms)


def _epoch(desk: Desk) -> str:
    return desk.writer.identity.origin.rpartition("/")[2]


@click.command("list", epilog=example("fabgate gate list"))
@json_option
@pass_here
def list_(here: Here, as_json: bool) -> None:
    """Show all gates and how they stand.

    HELD records are here; MISSING ones the gate has told of and not sent yet. BEHIND: rights that it
    has yet to get. CLOCK: how far its clock is ahead of the hub's, in seconds.
    """
    _only_at_a_hub(here)
    with here.desk() as desk:
        found = _standings(here, desk)
    if as_json:
        show_json([_json(one) for one in found])
        return
    headers = ("gate", "state", "heard", "version", "held", "missing", "behind", "clock", "days", "alarms")
    show_table(headers, [_row(one) for one in found], "No gate has joined: fabgate hub invite NAME --to FILE")


def _row(one: Standing) -> tuple[object, ...]:
    return (
        one.row.gate,
        one.state,
        "" if one.age_ms is None else f"{hours(min(one.age_ms, _MOST_MS))} ago",
        one.info and one.info.version,
        one.held,
        one.missing,
        one.behind,
        None if one.row.offset_ms is None else _ahead(one.row.offset_ms, 0),
        one.days,
        one.alarms,
    )


def _ahead(ms: int, digits: int) -> str:
    seconds = round(ms / 1000, digits)
    return f"{seconds:+.{digits}f}" if seconds else "0"


def _json(one: Standing) -> Json:
    return {
        "gate": one.row.gate,
        "state": one.state,
        "heard": utc(one.row.heard_ms),
        "version": None if one.info is None else one.info.version,
        "machines": [] if one.info is None else [machine.machine for machine in one.info.machines],
        "held": one.held,
        "missing": one.missing,
        "behind": one.behind,
        "clock_offset_ms": one.row.offset_ms,
        "certificate_days": one.days,
        "joined": utc(one.row.joined_ms),
        "retired": utc(one.row.retired_ms),
        "alarms": list(one.alarms),
    }


@click.command(epilog=example("fabgate gate show gate-2"))
@click.argument("gate")
@json_option
@pass_here
def show(here: Here, gate: str, as_json: bool) -> None:
    """Show one gate: how it stands, its machines, what needs a person."""
    _only_at_a_hub(here)
    with here.desk() as desk:
        one = _meant(here, desk, gate)
        alarms = [alarm for alarm in rows.alarms(desk.conn) if alarm.gate == gate and alarm.over_ms is None]
    if as_json:
        told = [{"alarm": alarm.alarm, "what": alarm.what, "count": alarm.count} for alarm in alarms]
        show_json(_json(one) | {"alarms": told})
        return
    offset = one.row.offset_ms
    show_facts(
        (
            ("gate", one.row.gate),
            ("state", one.state),
            ("since", local(here, one.row.state_ms)),
            ("heard", local(here, one.row.heard_ms)),
            ("version", one.info and one.info.version),
            ("machines", () if one.info is None else tuple(machine.machine for machine in one.info.machines)),
            ("records held", str(one.held)),
            ("missing", str(one.missing)),
            ("rights behind", "" if one.behind is None else str(one.behind)),
            ("clock", "" if offset is None else f"{_ahead(offset, 1)} s from the hub's"),
            ("certificate", "" if one.days is None else f"good for {one.days} days"),
            ("joined", local(here, one.row.joined_ms)),
            ("retired", local(here, one.row.retired_ms)),
        )
    )
    for alarm in alarms:
        show_facts([("alarm", f"{alarm.alarm}: {alarm.what} ({alarm.count} times)")])


@click.command(epilog=example('fabgate gate stop gate-2 --by zoe --reason "closing time"'))
@click.argument("gate")
@reason_option()
@by_option
@pass_here
def stop(here: Here, gate: str, reason: str, by: str | None) -> None:
    """End every session that runs at a gate now. The machines stay free for the next."""
    _only_at_a_hub(here)
    with here.desk() as desk:
        one = _in_use(here, desk, gate)
        run = [work for work in sessions.listed(desk) if work.session.origin.split("/")[1] == gate]
        if not run:
            away = f" {_since(here, one)}." if one.away else ""
            click.echo(f"Nobody works at {gate}, as far as the hub knows.{away}")
            return
        if one.away:
            for work in run:
                click.echo(f"Somebody worked at {work.machine} when {gate} was last heard.", err=True)
            click.echo("  What runs there is switched off by hand, at the machine.", err=True)
        _must_be_there(here, one)
        text = "The session of {subject} ({handle}) at {title} is to end now."
        asked = [done(here, sessions.close(desk, by, str(work.session), reason), text) for work in run]
        answered = [_answered(here, desk, one, did.record) for did in asked]
        ended = _ended(here, desk, one, {str(did.facts["session"]) for did in asked})
    if not (all(answered) and ended):
        raise click.exceptions.Exit(1)


@click.command(epilog=example('fabgate gate lock gate-2 --by zoe --reason "wet floor"'))
@click.argument("gate")
@reason_option()
@by_option
@pass_here
def lock(here: Here, gate: str, reason: str, by: str | None) -> None:
    """Take every machine of a gate out of service. Every member may."""
    _only_at_a_hub(here)
    with here.desk() as desk:
        one = _in_use(here, desk, gate)
        for machine in _machines(one):
            result = machines.lock(desk, by, machine, reason)
            _done_or_so(
                here,
                result,
                "{title} ({machine}) is out of service.",
                f"{machine} is out of service already.",
            )
        _wait_for_roster(here, desk, one, "lock")


@click.command(epilog=example("fabgate gate unlock gate-2 --by zoe"))
@click.argument("gate")
@reason_option(required=False)
@by_option
@pass_here
def unlock(here: Here, gate: str, reason: str | None, by: str | None) -> None:
    """Put every machine of a gate back into service. Nothing starts by that: somebody taps."""
    _only_at_a_hub(here)
    with here.desk() as desk:
        one = _in_use(here, desk, gate)
        for machine in _machines(one):
            result = machines.unlock(desk, by, machine, reason)
            _done_or_so(
                here, result, "{title} ({machine}) is back in service.", f"{machine} is in service already."
            )
        _wait_for_roster(here, desk, one, "unlock")


@click.command(epilog=example("fabgate gate identify gate-2", "fabgate gate identify laser"))
@click.argument("which", metavar="GATE-OR-MACHINE")
@by_option
@pass_here
def identify(here: Here, which: str, by: str | None) -> None:
    """Let a gate, or one machine, show where it is: lamps and sound, for some seconds."""
    _only_at_a_hub(here)
    with here.desk() as desk:
        known = rows.gates(desk.conn)
        machine = None if which in known else which
        gate = which if machine is None else gate_of(known, which) or which
        one = _in_use(here, desk, gate)
        _must_be_there(here, one)
        _ask(here, desk, one, wishes.ask(desk, by, gate, "identify", machine))


@click.command(epilog=example("fabgate gate refresh gate-2"))
@click.argument("gate")
@by_option
@pass_here
def refresh(here: Here, gate: str, by: str | None) -> None:
    """Let a gate say everything anew, and ask for everything that it may lack."""
    _only_at_a_hub(here)
    with here.desk() as desk:
        one = _in_use(here, desk, gate)
        _must_be_there(here, one)
        _ask(here, desk, one, wishes.ask(desk, by, gate, "refresh"))


@click.command(epilog=example("fabgate hub alarms", "fabgate hub alarms --over gap gate-2 --by zoe"))
@click.option("--over", nargs=2, metavar="ALARM GATE", help="Mark an alarm as dealt with.")
@click.option("--all", "also_over", is_flag=True, help="Also those that were dealt with.")
@by_option
@json_option
@pass_here
def alarms(here: Here, over: tuple[str, str] | None, also_over: bool, by: str | None, as_json: bool) -> None:
    """Show what needs a person, or mark it as dealt with."""
    _only_at_a_hub(here)
    with here.desk() as desk:
        if over is not None:
            result = wishes.over(desk, by, over[1], over[0])
            none = f"{over[1]} has no alarm {over[0]}: fabgate hub alarms shows them."
            _done_or_so(here, result, "{alarm} of {gate} is dealt with.", none)
            return
        found = [one for one in rows.alarms(desk.conn) if also_over or one.over_ms is None]
    if as_json:
        show_json([_alarm(one) for one in found])
        return
    headers = ("gate", "alarm", "since", "last", "times", "what")
    lines = [
        (one.gate, one.alarm, local(here, one.since_ms), local(here, one.last_ms), one.count, one.what)
        for one in found
    ]
    show_table(headers, lines, "Nothing needs a person.")


def _alarm(one: rows.AlarmRow) -> Json:
    return {
        "gate": one.gate,
        "alarm": one.alarm,
        "what": one.what,
        "since": utc(one.since_ms),
        "last": utc(one.last_ms),
        "count": one.count,
        "over": utc(one.over_ms),
    }


# --- parts --------------------------------------------------------------------------------------


def _only_at_a_hub(here: Here) -> None:
    if here.settings.hub is None:
        raise UsageError(
            f"{here.config}: this is the file of a gate, not of a hub", "Type it on the hub's computer."
        )


def _meant(here: Here, desk: Desk, gate: str) -> Standing:
    found = {one.row.gate: one for one in _standings(here, desk)}
    if gate not in found:
        raise UsageError(f"no gate is called {gate}", f"Known are: {', '.join(found) or 'none'}.")
    return found[gate]


def _machines(one: Standing) -> list[str]:
    if one.info is None or not one.info.machines:
        raise UsageError(f"{one.row.gate} has not said which machines it has", "Start it, and try again.")
    return [machine.machine for machine in one.info.machines]


def _in_use(here: Here, desk: Desk, gate: str) -> Standing:
    """A gate of which something can be asked."""
    one = _meant(here, desk, gate)
    if one.row.retired_ms is not None:
        raise UsageError(
            f"{gate} is retired since {local(here, one.row.retired_ms)}",
            f"Only a new invitation brings it back: fabgate hub invite {gate} --to FILE",
        )
    return one


def _since(here: Here, one: Standing) -> str:
    gate = one.row.gate
    if one.row.heard_ms is None:
        return f"{gate} was never heard"
    if one.state == "silent":
        return f"{gate} is silent since {local(here, one.row.heard_ms)}"
    return f"{gate} is away since {local(here, one.row.state_ms or one.row.heard_ms)}"


def away(here: Here, desk: Desk, gate: str) -> str | None:
    """Since when a gate is not there, in words; None for one that is."""
    found = (one for one in _standings(here, desk) if one.row.gate == gate)
    return next((_since(here, one) for one in found if one.away), None)


def _must_be_there(here: Here, one: Standing) -> None:
    if one.away:
        click.echo(f"{_since(here, one)}: nothing was done.", err=True)
        raise click.exceptions.Exit(1)


def _done_or_so(here: Here, result: Done | Denied, text: str, so: str) -> None:
    """Say that it was done, or that nothing was to do; what else was refused ends the command."""
    if isinstance(result, Denied) and result.code is Code.NOTHING_TO_DO:
        click.echo(so)
    else:
        done(here, result, text)


def _ask(here: Here, desk: Desk, one: Standing, result: Done | Denied) -> None:
    did = done(here, result, "{gate} is asked.")
    if not _answered(here, desk, one, did.record):
        raise click.exceptions.Exit(1)


def _answered(here: Here, desk: Desk, one: Standing, record: RecordId | None) -> bool:
    """Wait for the gate's answer, and say it; whether it was done."""
    if here.rehearsed or record is None:
        return True
    if not _comes(desk, lambda: wishes.answer(desk, record) is not None):
        click.echo(f"{one.row.gate} has not answered. Does the hub run? fabgate doctor", err=True)
        return False
    said = wishes.answer(desk, record)
    click.echo(f"{one.row.gate}: {said}", err=said != "done")
    return said == "done"


def _ended(here: Here, desk: Desk, one: Standing, asked: set[str]) -> bool:
    """Wait until the gate has reported the ends of these sessions, and say it."""
    if here.rehearsed:
        return True
    if _comes(desk, lambda: asked.isdisjoint(str(run.start) for run in journal.running(desk.conn))):
        click.echo("All have ended." if len(asked) > 1 else "It has ended.")
        return True
    click.echo(f"{one.row.gate} has not reported the end yet: fabgate session list --open", err=True)
    return False


def _comes(desk: Desk, so: Callable[[], bool]) -> bool:
    """Whether it is so within some seconds."""
    until_ms = desk.clock.now().boot_ms + _PATIENCE_MS
    while not so():
        if desk.clock.now().boot_ms >= until_ms:
            return False
        time.sleep(_LOOK_S)
    return True


def _wait_for_roster(here: Here, desk: Desk, one: Standing, what: str) -> None:
    """Wait until the gate has what was just decided; one that is away gets it when it returns."""
    if here.rehearsed:
        return
    if one.away:
        click.echo(f"{_since(here, one)}: it will {what} when it returns.")
        return
    newest = rights.mark(desk.conn).arrived
    if not _comes(desk, lambda: _has(desk, one.row.gate, newest)):
        click.echo(f"{one.row.gate} has not confirmed it yet. Does the hub run? fabgate doctor", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"{one.row.gate}: done")


def _has(desk: Desk, gate: str, newest: int) -> bool:
    info = info_of(rows.gates(desk.conn)[gate])
    return not behind(info, _epoch(desk), newest)


VERBS = (list_, show, stop, lock, unlock, identify, refresh)
