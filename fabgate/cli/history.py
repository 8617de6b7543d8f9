"""`fabgate history`: every line of what happened to a member, on a skill or at a machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import click

from fabgate.cli.frame import Here, example, found, json_option, pass_here, printable, show_json
from fabgate.cli.retold import phrase
from fabgate.cli.show import Handles, Json, day, hours, local, utc
from fabgate.desk import history as told
from fabgate.desk.history import History, Line, RanOut
from fabgate.records import GrantGiven
from fabgate.rules.ledger import Session, Usage

KINDS = ("member", "skill", "machine")


@click.command(epilog=example("fabgate history ada", "fabgate history laser --sessions"))
@click.argument("name")
@click.option("--of", type=click.Choice(KINDS), help="What NAME is, where several things bear it.")
@click.option("--sessions", is_flag=True, help="Each session as a line, instead of their sum.")
@json_option
@pass_here
def history(here: Here, name: str, of: str | None, sessions: bool, as_json: bool) -> None:
    """Show all that happened to a member, a skill or a machine.

    NAME is a member's handle or id, a skill, or a machine. Every right that was given or taken is here
    with who did it, why, and on what evidence, also what something later took the place of; so is what
    ended by itself. A date with `?` is of a clock that was not known to be right.
    """
    with here.desk() as desk:
        shown = found(here, told.told(desk, name, of, sessions))
        handles = Handles(desk.conn)
        if as_json:
            show_json(_json(shown, handles))
            return
        _show(here, shown, handles)


def _show(here: Here, shown: History, handles: Handles) -> None:
    if not shown.lines:
        click.echo("Nothing is known of this.")
    for line in shown.lines:
        when = local(here, line.at.wall_ms) + ("" if line.at.synced else "?")
        click.echo(f"{when:<17} {line.gate:<8} {phrase(here, line.what, handles)}")
        below = "  ".join(_below(line, handles))
        if below:
            click.echo(f"{'':<26} {below}")
    sums = shown.sums
    if sums.sessions:
        span = f"{day(here, sums.first_ms)} to {day(here, sums.last_ms)}"
        click.echo(
            f"\nSessions: {sums.sessions}, {sums.supervised} of them with a sponsor, "
            f"{hours(sums.length_ms)} in all, {span}."
        )


def _below(line: Line, handles: Handles) -> Iterator[str]:
    """Who did it and why, on what, and by which record."""
    by = _by(line)
    if by is not None:
        yield f"by {printable(handles.of(by)) or 'the gate'}"
    if reason := line.beside.get("reason"):
        yield f'"{printable(reason)}"'
    if ref := line.beside.get("ref"):
        yield f"see {printable(ref)}"
    if line.record is not None:
        over = "" if line.over is None else f", replaced by {_short(str(line.over), line.gate)}"
        yield f"[#{line.record.seq}{over}]"


def _short(record: str, gate: str) -> str:
    """A record as people name it: its number, and its gate where that is another."""
    origin, _, seq = record.rpartition("#")
    where = origin.split("/")[1]
    return f"#{seq}" if where == gate else f"{where} #{seq}"


def _by(line: Line) -> str | None:
    by = getattr(line.what, "by", None)
    return by if isinstance(by, str) else None


def _json(shown: History, handles: Handles) -> Json:
    sums = shown.sums
    return {
        "name": shown.name,
        "of": list(shown.of),
        "lines": [line_json(line, handles) for line in shown.lines],
        "sessions": {
            "number": sums.sessions,
            "supervised": sums.supervised,
            "seconds": sums.length_ms // 1000,
            "first": utc(sums.first_ms),
            "last": utc(sums.last_ms),
        },
    }


def line_json(line: Line, handles: Handles) -> Json:
    """One line for programs: people by their handles, and the record's body as it was written."""
    by = _by(line)
    return {
        "at": utc(line.at.wall_ms),
        "synced": line.at.synced,
        "gate": line.gate,
        "what": _kind(line),
        "record": None if line.record is None else str(line.record),
        "replaced_by": None if line.over is None else str(line.over),
        "by": None if by is None else handles.of(by),
        "reason": line.beside.get("reason"),
        "ref": line.beside.get("ref"),
        "offline": line.what.offline if isinstance(line.what, GrantGiven) else None,
        "derived": line.record is None,
        "body": _body(line, handles),
    }


def _kind(line: Line) -> str:
    if isinstance(line.what, Session):
        return "session"
    return "ran_out" if isinstance(line.what, RanOut) else line.what.kind


def _body(line: Line, handles: Handles) -> Json:
    what = line.what
    if isinstance(what, Session):
        return {
            "machine": what.machine,
            "skill": what.skill,
            "member": handles.of(what.member),
            "level": what.level,
            "sponsor": None if what.sponsor is None else handles.of(what.sponsor),
            "purpose": what.purpose,
            "seconds": what.seconds if isinstance(what, Usage) else None,
            "busy": what.seconds_busy if isinstance(what, Usage) else None,
            "ended": what.why if isinstance(what, Usage) else None,
            "would": what.would or None,
        }
    if isinstance(what, RanOut):
        return {"of": what.of.kind, "why": what.why.value, **_people(asdict(what.of), handles)}
    return _people(asdict(what), handles)


_PEOPLE = ("member", "by", "sponsor", "leader", "payer", "vouched")


def _people(body: Json, handles: Handles) -> Json:
    """A body with people by their handles, and without what its writer had seen."""
    return {
        name: handles.of(value) if name in _PEOPLE and isinstance(value, str) else value
        for name, value in body.items()
        if name != "supersedes"
    }
